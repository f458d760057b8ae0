// SPDX-License-Identifier: GPL-3.0-or-later
#include "live/share_bar.h"

#include "exchange/number_format.h"

#include <QPainter>

namespace jumplora {
namespace {

constexpr int kBarWidth = 20;

QString percent(double share) {
    return QString::fromStdString(formatNumber(share, Quantity::Share)) + QStringLiteral(" %");
}

}  // namespace

ShareBar::ShareBar(const Theme& theme, QWidget* parent) : QWidget(parent), m_theme(theme) {
    setFixedWidth(theme.scaled(kBarWidth));
    setObjectName(QStringLiteral("shareBar"));
    setToolTip(tr("What the loss of the last 20 steps consists of"));
}

void ShareBar::setParts(std::vector<Part> parts) {
    m_parts = std::move(parts);
    m_sum = 0;
    for (const Part& part : m_parts) m_sum += part.value;
    setAccessibleName(tr("Shares of the loss: %1").arg(text()));
    setToolTip(tr("What the loss of the last 20 steps consists of: %1").arg(text()));
    setVisible(m_parts.size() > 1 && m_sum > 0);
    update();
}

QString ShareBar::text() const {
    QStringList texts;
    for (const Part& part : m_parts) texts += part.name + QChar(' ') + shareOf(part);
    return texts.join(QStringLiteral(", "));
}

QString ShareBar::shareOf(const Part& part) const { return percent(m_sum > 0 ? part.value / m_sum : 0); }

void ShareBar::paintEvent(QPaintEvent* /*event*/) {
    if (m_sum <= 0) return;
    QPainter painter(this);
    painter.setFont(m_theme.font(TextRole::Small));
    const Colours& colours = m_theme.colours();
    // The first part, the task's own loss, stands at the bottom.
    double bottom = height() - 1;
    for (const Part& part : m_parts) {
        const double length = part.value / m_sum * (height() - 2);
        const QRectF rect(0.5, bottom - length, width() - 1, length);
        const QColor colour = colours.curve(part.look).colour;
        painter.fillRect(rect, colour);
        painter.setPen(colours.colour(Role::Card));
        painter.drawLine(rect.topLeft(), rect.topRight());
        const QString label = part.name + QChar(' ') + shareOf(part);
        if (painter.fontMetrics().horizontalAdvance(label) + 6 < length) {
            painter.save();
            painter.translate(rect.center());
            painter.rotate(-90);
            painter.setPen(textOn(colour));
            painter.drawText(QRectF(-length / 2, -rect.width() / 2, length, rect.width()), Qt::AlignCenter,
                             label);
            painter.restore();
        }
        bottom -= length;
    }
    painter.setPen(colours.colour(Role::Border));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(QRectF(0.5, 0.5, width() - 1, height() - 1));
}

ShareLegend::ShareLegend(const ShareBar& bar, const Theme& theme, QWidget* parent)
    : QWidget(parent), m_bar(bar), m_theme(theme) {
    setObjectName(QStringLiteral("shareLegend"));
    setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    connect(&theme, &Theme::changed, this, &QWidget::updateGeometry);
}

QSize ShareLegend::sizeHint() const {
    const QFontMetrics metrics(m_theme.font(TextRole::Small));
    return {metrics.horizontalAdvance(m_bar.text()), metrics.height()};
}

void ShareLegend::paintEvent(QPaintEvent* /*event*/) {
    QPainter painter(this);
    const QFont font = m_theme.font(TextRole::Small);
    painter.setFont(font);
    const QFontMetrics metrics(font);
    const Colours& colours = m_theme.colours();
    const int side = metrics.ascent() * 3 / 4;
    const int gap = side / 2;
    int x = 0;
    const auto write = [&](const QString& text) {
        painter.setPen(colours.colour(Role::MutedText));
        painter.drawText(QRect(x, 0, width() - x, height()), Qt::AlignLeft | Qt::AlignVCenter, text);
        x += metrics.horizontalAdvance(text) + 2 * gap;
    };
    write(tr("Share of the last 20 steps:"));
    for (const ShareBar::Part& part : m_bar.parts()) {
        painter.fillRect(QRect(x, (height() - side) / 2, side, side), colours.curve(part.look).colour);
        x += side + gap;
        write(part.name + QChar(' ') + m_bar.shareOf(part));
    }
}

}  // namespace jumplora
