// SPDX-License-Identifier: GPL-3.0-or-later
#include "adapters/overlap_breakdown.h"

#include <QPainter>
#include <QRegularExpression>
#include <QScrollArea>
#include <algorithm>
#include <cmath>

namespace jumplora {
namespace {

constexpr double kRow = 20;

class Canvas : public QWidget {
  public:
    explicit Canvas(OverlapBreakdown& figure) : m_figure(figure) { setFocusPolicy(Qt::StrongFocus); }

  protected:
    void paintEvent(QPaintEvent* /*event*/) override {
        QPainter painter(this);
        const FigureStyle style = FigureStyle::screen(m_figure.theme());
        painter.fillRect(rect(), style.colour(Role::Card));
        m_figure.paint(painter, rect(), style);
    }

  private:
    OverlapBreakdown& m_figure;
};

}  // namespace

QString shortModuleName(const QString& name) {
    static const QRegularExpression kT5(
        QStringLiteral("^(enc|dec)oder\\.block\\.(\\d+)\\.layer\\.\\d+\\.(Self|EncDec)Attention\\.(\\w+)$"));
    // Blocks of decoder-only models are called alike by all of their families.
    static const QRegularExpression kDecoder(
        QStringLiteral("^(?:model\\.)?layers\\.(\\d+)\\.(self_attn|mlp)\\.(\\w+)$"));
    const auto match = kT5.match(name);
    if (!match.hasMatch()) {
        const auto decoder = kDecoder.match(name);
        if (!decoder.hasMatch()) return name;
        return QStringLiteral("dec.%1.%2.%3")
            .arg(decoder.captured(1),
                 decoder.captured(2) == QLatin1String("mlp") ? QStringLiteral("mlp") : QStringLiteral("self"),
                 decoder.captured(3));
    }
    return QStringLiteral("%1.%2.%3.%4")
        .arg(match.captured(1), match.captured(2),
             match.captured(3) == QLatin1String("Self") ? QStringLiteral("self") : QStringLiteral("cross"),
             match.captured(4));
}

OverlapBreakdown::OverlapBreakdown(const Theme& theme, QWidget* parent)
    : Figure(theme, QStringLiteral("overlapBreakdown"), tr("By module"), parent),
      m_scroll(new QScrollArea(this)),
      m_canvas(new Canvas(*this)) {
    m_scroll->setWidget(m_canvas);
    m_scroll->setWidgetResizable(true);
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setFocusProxy(m_canvas);
    setPicture(m_scroll);
    setPlaceholder(tr("Click a pair of tasks in the map."));
}

void OverlapBreakdown::setBars(const QString& title, const QString& measure, std::vector<Bar> bars) {
    m_bars = std::move(bars);
    std::stable_sort(m_bars.begin(), m_bars.end(),
                     [](const Bar& a, const Bar& b) { return a.value > b.value; });
    m_measure = measure;
    setTitle(title);
    const double height = static_cast<double>(m_bars.size() + 1) * FigureStyle::screen(theme()).px(kRow);
    m_canvas->setMinimumHeight(static_cast<int>(std::ceil(height)));
    refreshParts();
    m_canvas->update();
    Q_EMIT summaryChanged();
}

QString OverlapBreakdown::summary() const {
    if (m_bars.empty()) return title();
    return tr("%1, %2 modules, most in %3 with %4")
        .arg(title())
        .arg(m_bars.size())
        .arg(m_bars.front().module, m_bars.front().text);
}

Table OverlapBreakdown::table() const {
    Table table;
    table.title = title().toStdString();
    table.columns = {{tr("module").toStdString()},
                     {m_measure.toStdString(), Quantity::Plain},
                     {tr("by chance").toStdString(), Quantity::Plain}};
    for (const Bar& bar : m_bars)
        table.addRow({TableCell::ofText(bar.module.toStdString()), TableCell::ofNumber(bar.value),
                      bar.chance ? TableCell::ofNumber(*bar.chance) : TableCell::missing()});
    return table;
}

void OverlapBreakdown::paint(QPainter& painter, const QRectF& area, const FigureStyle& style) const {
    if (m_bars.empty()) return;
    painter.save();
    const QFont font = style.font(style.smallPoints);
    painter.setFont(font);
    const QFontMetricsF metrics(font);
    double names = 0;
    double texts = 0;
    double most = 0;
    double least = 0;
    for (const Bar& bar : m_bars) {
        names = std::max(names, metrics.horizontalAdvance(shortModuleName(bar.module)));
        texts = std::max(texts, metrics.horizontalAdvance(bar.text));
        most = std::max({most, bar.value, bar.chance.value_or(0)});
        least = std::min(least, bar.value);
    }
    names = std::min(names, area.width() * 0.4) + style.px(8);
    const double left = area.left() + names;
    const double width = std::max(style.px(20), area.width() - names - texts - style.px(14));
    const double range = std::max(most - least, 1e-12);
    const auto x = [&](double value) { return left + (value - least) / range * width; };
    const double row = std::min(style.px(kRow), area.height() / static_cast<double>(m_bars.size() + 1));
    double y = area.top();
    for (const Bar& bar : m_bars) {
        painter.setPen(style.colour(Role::Text));
        painter.drawText(QRectF(area.left(), y, names - style.px(8), row), Qt::AlignRight | Qt::AlignVCenter,
                         metrics.elidedText(shortModuleName(bar.module), Qt::ElideLeft, names - style.px(8)));
        const QRectF rect(std::min(x(0), x(bar.value)), y + row * 0.18, std::abs(x(bar.value) - x(0)),
                          row * 0.64);
        painter.fillRect(rect, style.colours.curve(0).colour);
        painter.drawText(QRectF(area.right() - texts - style.px(4), y, texts, row),
                         Qt::AlignRight | Qt::AlignVCenter, bar.text);
        if (bar.chance) {
            painter.setPen(QPen(style.colours.curve(1).colour, style.line(1.5)));
            painter.drawLine(QPointF(x(*bar.chance), y + 1), QPointF(x(*bar.chance), y + row - 1));
        }
        y += row;
    }
    const bool chance =
        std::any_of(m_bars.begin(), m_bars.end(), [](const Bar& bar) { return bar.chance.has_value(); });
    painter.setPen(style.colour(Role::MutedText));
    painter.drawText(QRectF(left, y, area.right() - left, row), Qt::AlignLeft | Qt::AlignVCenter,
                     chance ? tr("%1; the line is what chance gives").arg(m_measure) : m_measure);
    painter.restore();
}

void OverlapBreakdown::draw() {
    refreshParts();
    m_canvas->update();
}

}  // namespace jumplora
