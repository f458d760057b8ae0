// SPDX-License-Identifier: GPL-3.0-or-later
#include "theme/theme.h"

#include "theme/control_style.h"
#include "theme/outline_style.h"
#include "theme/style_sheet.h"
#include "theme/system_scheme.h"

#include <QApplication>
#include <QFontDatabase>
#include <QFontMetricsF>
#include <QToolTip>
#include <algorithm>

namespace jumplora {
namespace {

constexpr double kLargestScale = 2.0;
constexpr double kBodyPoints = 10;

double pointsOf(TextRole role) {
    switch (role) {
        case TextRole::PageTitle:
            return 16;
        case TextRole::CardTitle:
            return 11;
        case TextRole::Small:
            return 9;
        case TextRole::Mono:
            return 9.5;
        default:
            return kBodyPoints;
    }
}

Colours::Set setFor(ThemeKind kind, bool systemIsDark) {
    switch (kind) {
        case ThemeKind::Light:
            return Colours::Set::Light;
        case ThemeKind::Dark:
            return Colours::Set::Dark;
        case ThemeKind::HighContrast:
            return systemIsDark ? Colours::Set::HighContrastDark : Colours::Set::HighContrastLight;
        default:
            return systemIsDark ? Colours::Set::Dark : Colours::Set::Light;
    }
}

}  // namespace

bool hasTabularFigures(const QFont& font) {
    const QFontMetricsF metrics(font);
    const qreal width = metrics.horizontalAdvance(QLatin1Char('0'));
    for (char figure = '1'; figure <= '9'; ++figure) {
        if (!qFuzzyCompare(metrics.horizontalAdvance(QLatin1Char(figure)), width)) return false;
    }
    return true;
}

Theme::Theme(QObject* parent)
    : QObject(parent),
      m_body(QFontDatabase::systemFont(QFontDatabase::GeneralFont)),
      m_systemIsDark(systemPrefersDark()) {
    m_numberFamily = hasTabularFigures(m_body) ? m_body.family() : QStringLiteral("DejaVu Sans");
    m_colours = Colours(setFor(m_kind, m_systemIsDark));
}

QFont Theme::font(TextRole role) const {
    QFont font = m_body;
    if (role == TextRole::Mono) font = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    if (role == TextRole::Number || role == TextRole::Matrix) font.setFamily(m_numberFamily);
    font.setPointSizeF(pointsOf(role) * m_textScale);
    if (role == TextRole::CardTitle || role == TextRole::PageTitle) font.setWeight(QFont::DemiBold);
    return font;
}

int Theme::scaled(int pixels) const { return qRound(pixels * m_textScale); }

void Theme::set(ThemeKind kind, double textScale) {
    m_kind = kind;
    m_textScale = std::clamp(textScale, 1.0, kLargestScale);
    apply();
}

void Theme::setKind(ThemeKind kind) { set(kind, m_textScale); }

void Theme::setTextScale(double scale) { set(m_kind, scale); }

void Theme::apply() {
    if (!m_styled) QApplication::setStyle(new OutlineStyle);
    m_styled = true;
    m_colours = Colours(setFor(m_kind, m_systemIsDark));
    ControlStyle::install(m_colours, m_textScale);
    QApplication::setPalette(m_colours.palette());
    QToolTip::setPalette(m_colours.palette());
    QApplication::setFont(font(TextRole::Body));
    qApp->setStyleSheet(styleSheet(m_colours));
    Q_EMIT changed();
}

}  // namespace jumplora
