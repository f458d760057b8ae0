// SPDX-License-Identifier: GPL-3.0-or-later
#include "setup/small_bars.h"

#include "exchange/number_format.h"

#include <QPainter>
#include <algorithm>

namespace jumplora {
namespace {

QString number(double value, Quantity quantity) {
    return QString::fromStdString(formatNumber(value, quantity));
}

}  // namespace

LabelBars::LabelBars(const Theme& theme, QWidget* parent) : QWidget(parent), m_theme(theme) {
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

int LabelBars::rowHeight() const { return QFontMetrics(m_theme.font(TextRole::Small)).height() + 6; }

QSize LabelBars::sizeHint() const {
    return {160, rowHeight() * std::max(1, static_cast<int>(m_bars.size()))};
}

void LabelBars::setBars(std::vector<Bar> bars) {
    m_bars = std::move(bars);
    QStringList parts;
    for (const Bar& bar : m_bars) parts += QStringLiteral("%1: %2").arg(bar.label).arg(bar.count);
    setAccessibleDescription(parts.join(QStringLiteral(", ")));
    updateGeometry();
    update();
}

void LabelBars::paintEvent(QPaintEvent* event) {
    Q_UNUSED(event);
    QPainter painter(this);
    painter.setFont(m_theme.font(TextRole::Small));
    const QFontMetrics metrics = painter.fontMetrics();
    std::int64_t largest = 1;
    int labelWidth = 0;
    for (const Bar& bar : m_bars) {
        largest = std::max(largest, bar.count);
        labelWidth = std::max(labelWidth, metrics.horizontalAdvance(bar.label) + (bar.outside ? 20 : 4));
    }
    const int countWidth =
        metrics.horizontalAdvance(number(static_cast<double>(largest), Quantity::Count)) + 8;
    labelWidth = std::min(labelWidth, (width() - countWidth) / 2);
    const int span = std::max(8, width() - labelWidth - countWidth - 8);
    int y = 0;
    for (const Bar& bar : m_bars) {
        const QRect row(0, y, width(), rowHeight());
        painter.setPen(m_theme.colour(bar.outside ? Role::Error : Role::Text));
        const QString label = bar.outside ? QStringLiteral("▲ ") + bar.label : bar.label;
        painter.drawText(QRect(0, y, labelWidth, rowHeight()), Qt::AlignVCenter | Qt::AlignLeft,
                         metrics.elidedText(label, Qt::ElideRight, labelWidth));
        const int length = static_cast<int>(static_cast<double>(span) * static_cast<double>(bar.count) /
                                            static_cast<double>(largest));
        painter.fillRect(QRect(labelWidth + 6, y + 4, std::max(1, length), rowHeight() - 8),
                         m_theme.colours().curve(0).colour);
        painter.setPen(m_theme.colour(Role::MutedText));
        painter.drawText(row.adjusted(0, 0, -2, 0), Qt::AlignVCenter | Qt::AlignRight,
                         number(static_cast<double>(bar.count), Quantity::Count));
        y += rowHeight();
    }
}

LengthBars::LengthBars(const Theme& theme, QWidget* parent) : QWidget(parent), m_theme(theme) {
    setMinimumHeight(90);
}

void LengthBars::setLengths(const std::vector<std::int64_t>& lengths, std::int64_t limit) {
    m_bins.clear();
    m_limit = limit;
    m_summary.clear();
    if (!lengths.empty()) {
        constexpr std::int64_t kBins = 40;
        const std::int64_t longest =
            std::max(*std::max_element(lengths.begin(), lengths.end()), std::int64_t{1});
        m_binWidth = (longest + kBins) / kBins;
        m_bins.assign(static_cast<std::size_t>(longest / m_binWidth + 1), 0);
        std::int64_t cut = 0;
        for (const std::int64_t length : lengths) {
            ++m_bins[static_cast<std::size_t>(length / m_binWidth)];
            cut += length > limit ? 1 : 0;
        }
        std::vector<std::int64_t> sorted = lengths;
        std::nth_element(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2),
                         sorted.end());
        const std::int64_t median = sorted[sorted.size() / 2];
        const double share = static_cast<double>(cut) / static_cast<double>(lengths.size());
        m_summary =
            cut == 0
                ? tr("Median %1, longest %2 tokens; none is cut at %3.").arg(median).arg(longest).arg(limit)
                : tr("Median %1, longest %2 tokens; %3 % are cut at %4.")
                      .arg(median)
                      .arg(longest)
                      .arg(number(share, Quantity::Share))
                      .arg(limit);
    }
    setAccessibleDescription(m_summary);
    update();
}

void LengthBars::paintEvent(QPaintEvent* event) {
    Q_UNUSED(event);
    if (m_bins.empty()) return;
    QPainter painter(this);
    painter.setFont(m_theme.font(TextRole::Small));
    const int axis = painter.fontMetrics().height() + 2;
    const QRect area = rect().adjusted(0, 4, 0, -axis);
    const std::int64_t largest = *std::max_element(m_bins.begin(), m_bins.end());
    const double step = static_cast<double>(area.width()) / static_cast<double>(m_bins.size());
    const std::int64_t end = static_cast<std::int64_t>(m_bins.size()) * m_binWidth;
    for (std::size_t i = 0; i < m_bins.size(); ++i) {
        if (m_bins[i] == 0) continue;
        const double share =
            static_cast<double>(m_bins[i]) / static_cast<double>(std::max<std::int64_t>(largest, 1));
        const int height = std::max(1, static_cast<int>(share * area.height()));
        const int left = area.left() + static_cast<int>(step * static_cast<double>(i));
        const int right = area.left() + static_cast<int>(step * static_cast<double>(i + 1));
        painter.fillRect(QRect(left, area.bottom() - height + 1, std::max(1, right - left - 1), height),
                         m_theme.colours().curve(0).colour);
    }
    painter.setPen(m_theme.colour(Role::Border));
    painter.drawLine(area.bottomLeft() + QPoint(0, 1), area.bottomRight() + QPoint(0, 1));
    painter.setPen(m_theme.colour(Role::MutedText));
    const QRect below(0, area.bottom() + 2, width(), axis);
    painter.drawText(below, Qt::AlignLeft, QStringLiteral("0"));
    painter.drawText(below, Qt::AlignRight, tr("%1 tokens").arg(end));
    if (m_limit >= end) return;
    const int x = area.left() + static_cast<int>(static_cast<double>(area.width()) *
                                                 static_cast<double>(m_limit) / static_cast<double>(end));
    painter.setPen(QPen(m_theme.colour(Role::Error), 2));
    painter.drawLine(x, area.top(), x, area.bottom());
    const QString text = tr("cut %1").arg(m_limit);
    const int width = painter.fontMetrics().horizontalAdvance(text);
    painter.drawText(x + 4 + width > this->width() ? x - 4 - width : x + 4,
                     area.top() + painter.fontMetrics().ascent(), text);
}

}  // namespace jumplora
