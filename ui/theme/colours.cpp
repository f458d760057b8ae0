// SPDX-License-Identifier: GPL-3.0-or-later
#include "theme/colours.h"

#include <QCoreApplication>
#include <array>
#include <cmath>

namespace jumplora {
namespace {

constexpr auto kRoles = static_cast<std::size_t>(Role::RoleCount);
using RoleTable = std::array<QRgb, kRoles>;

// In the order of Role.
constexpr RoleTable kLight = {0xF6F7F9, 0xFFFFFF, 0xEEF1F5, 0xE8EDF3, 0xCFE3F7, 0x1B1F24,
                              0x57606A, 0x7D8690, 0xD5DAE1, 0x0B5CAD, 0xFFFFFF, 0xCF222E,
                              0xFFF4D6, 0xFFE9E7, 0xE9EEF5, 0xF3F6FA, 0xFFFFFF};
constexpr RoleTable kDark = {0x16181C, 0x1E2126, 0x282C33, 0x2E333B, 0x1C3D5F, 0xE6EAEF,
                             0xA2ABB6, 0x7F8894, 0x343A43, 0x6CB2FF, 0x0B1624, 0xFF7B72,
                             0x3A2F12, 0x45211F, 0x2E353F, 0x252A31, 0x1E2126};
constexpr RoleTable kContrastLight = {0xFFFFFF, 0xFFFFFF, 0xFFFFFF, 0xE0E0E0, 0xC8E1FF, 0x000000,
                                      0x000000, 0x000000, 0x000000, 0x00347A, 0xFFFFFF, 0x8C0009,
                                      0xFFFFFF, 0xFFFFFF, 0xFFFFFF, 0xFFFFFF, 0xFFFFFF};
constexpr RoleTable kContrastDark = {0x000000, 0x000000, 0x000000, 0x303030, 0x00366E, 0xFFFFFF,
                                     0xFFFFFF, 0xFFFFFF, 0xFFFFFF, 0x9CD0FF, 0x000000, 0xFFB3AD,
                                     0x000000, 0x000000, 0x000000, 0x000000, 0x000000};

constexpr int kCurveColours = 8;
constexpr std::array<QRgb, kCurveColours> kCurvesLight = {0x0072B2, 0xD55E00, 0x00694B, 0xC0609A,
                                                          0x1B1F24, 0x5A02B2, 0x4B4305, 0x7F75F8};
constexpr std::array<QRgb, kCurveColours> kCurvesDark = {0x56B4E9, 0xFF9A5A, 0x2CC295, 0xBC7CAA,
                                                         0xF3F3F3, 0x6F8CED, 0xF0E442, 0xE8686C};

const std::array<QVector<qreal>, 7>& dashes() {
    static const std::array<QVector<qreal>, 7> patterns = {
        {{}, {6, 3}, {2, 2}, {8, 3, 2, 3}, {1, 3}, {10, 3, 2, 3, 2, 3}, {4, 2, 1, 2}}};
    return patterns;
}

struct StateInfo {
    const char* state;
    const char* word;
    const char* icon;
    QRgb light;
    QRgb dark;
};

constexpr std::array<StateInfo, 7> kStates = {{
    {"waiting", QT_TRANSLATE_NOOP("RunState", "Waiting"), "state-waiting", 0x57606A, 0xA2ABB6},
    {"running", QT_TRANSLATE_NOOP("RunState", "Running"), "state-running", 0x0B5CAD, 0x6CB2FF},
    {"paused", QT_TRANSLATE_NOOP("RunState", "Paused"), "state-paused", 0x6E40C9, 0xBC8CFF},
    {"finished", QT_TRANSLATE_NOOP("RunState", "Finished"), "state-finished", 0x1A7F37, 0x56D364},
    {"stopped", QT_TRANSLATE_NOOP("RunState", "Stopped"), "state-stopped", 0x4A5560, 0xB9C1CB},
    {"failed", QT_TRANSLATE_NOOP("RunState", "Failed"), "state-failed", 0xCF222E, 0xFF7B72},
    {"lost", QT_TRANSLATE_NOOP("RunState", "Lost"), "state-lost", 0x9A6700, 0xE3B341},
}};

const RoleTable& tableOf(Colours::Set set) {
    switch (set) {
        case Colours::Set::Dark:
            return kDark;
        case Colours::Set::HighContrastLight:
            return kContrastLight;
        case Colours::Set::HighContrastDark:
            return kContrastDark;
        default:
            return kLight;
    }
}

double linear(double channel) {
    constexpr double kKnee = 0.04045;
    return channel <= kKnee ? channel / 12.92 : std::pow((channel + 0.055) / 1.055, 2.4);
}

void setAll(QPalette& palette, QPalette::ColorRole role, const QColor& colour) {
    palette.setColor(QPalette::All, role, colour);
}

}  // namespace

QColor Colours::colour(Role role) const { return {tableOf(m_set)[static_cast<std::size_t>(role)]}; }

CurveLook Colours::curve(int index) const {
    CurveLook look;
    look.width = isHighContrast() ? 2.0 : 1.0;
    const auto colours = static_cast<std::size_t>(kCurveColours);
    const auto place = static_cast<std::size_t>(std::max(index, 0));
    const std::size_t round = place / colours;
    look.marker = static_cast<int>(place % colours);
    if (round >= dashes().size()) {
        look.colour = colour(Role::Border);
        return look;
    }
    look.colour = QColor((isDark() ? kCurvesDark : kCurvesLight)[place % colours]);
    look.dashes = dashes()[round];
    return look;
}

QColor Colours::faded(const QColor& colour) const {
    constexpr double kOwn = 0.35;
    const QColor card = this->colour(Role::Card);
    const auto mix = [](int own, int other) {
        return static_cast<int>(std::lround(kOwn * own + (1 - kOwn) * other));
    };
    return {mix(colour.red(), card.red()), mix(colour.green(), card.green()),
            mix(colour.blue(), card.blue())};
}

StateLook Colours::state(const QString& state) const {
    for (const StateInfo& info : kStates) {
        if (state != QLatin1String(info.state)) continue;
        return {QCoreApplication::translate("RunState", info.word), QString::fromLatin1(info.icon),
                isHighContrast() ? colour(Role::Text) : QColor(isDark() ? info.dark : info.light)};
    }
    return {state, QStringLiteral("state-waiting"), colour(Role::MutedText)};
}

QPalette Colours::palette() const {
    QPalette palette;
    setAll(palette, QPalette::Window, colour(Role::Window));
    setAll(palette, QPalette::WindowText, colour(Role::Text));
    setAll(palette, QPalette::Base, colour(Role::Card));
    setAll(palette, QPalette::AlternateBase, colour(Role::Raised));
    setAll(palette, QPalette::ToolTipBase, colour(Role::Raised));
    setAll(palette, QPalette::ToolTipText, colour(Role::Text));
    setAll(palette, QPalette::PlaceholderText, colour(Role::MutedText));
    setAll(palette, QPalette::Text, colour(Role::Text));
    setAll(palette, QPalette::Button, colour(Role::Raised));
    setAll(palette, QPalette::ButtonText, colour(Role::Text));
    setAll(palette, QPalette::BrightText, colour(Role::Error));
    setAll(palette, QPalette::Light, colour(isDark() ? Role::Hover : Role::Card));
    setAll(palette, QPalette::Midlight, colour(Role::Hover));
    setAll(palette, QPalette::Mid, colour(Role::Hairline));
    setAll(palette, QPalette::Dark, colour(Role::Border));
    setAll(palette, QPalette::Shadow, QColor(Qt::black));
    setAll(palette, QPalette::Highlight, colour(Role::Selected));
    setAll(palette, QPalette::HighlightedText, colour(Role::Text));
    setAll(palette, QPalette::Link, colour(Role::Accent));
    setAll(palette, QPalette::LinkVisited, colour(Role::Accent));
    const QColor muted = colour(Role::Border);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText,
                            QPalette::HighlightedText, QPalette::PlaceholderText})
        palette.setColor(QPalette::Disabled, role, muted);
    return palette;
}

double luminance(const QColor& colour) {
    return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF()) +
           0.0722 * linear(colour.blueF());
}

double contrast(const QColor& a, const QColor& b) {
    constexpr double kFlare = 0.05;
    const double first = luminance(a) + kFlare;
    const double second = luminance(b) + kFlare;
    return std::max(first, second) / std::min(first, second);
}

QColor textOn(const QColor& background) {
    constexpr double kMiddle = 0.179;
    return luminance(background) > kMiddle ? QColor(Qt::black) : QColor(Qt::white);
}

}  // namespace jumplora
