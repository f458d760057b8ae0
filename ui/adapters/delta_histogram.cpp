// SPDX-License-Identifier: GPL-3.0-or-later
#include "adapters/delta_histogram.h"

#include "exchange/number_format.h"
#include "plots/curve_model.h"

#include <QKeyEvent>
#include <QPainter>
#include <algorithm>
#include <cmath>

namespace jumplora {
namespace {

constexpr double kHandle = 24;  // px
constexpr double kStep = 1.01;
constexpr double kFineStep = 1.001;

QString number(double value, Quantity quantity) {
    return QString::fromStdString(formatNumber(value, quantity));
}

}  // namespace

class HistogramCanvas : public QWidget {
  public:
    explicit HistogramCanvas(DeltaHistogramFigure& figure) : QWidget(&figure), m_figure(figure) {
        setFocusPolicy(Qt::StrongFocus);
        setMouseTracking(true);
        setAttribute(Qt::WA_OpaquePaintEvent);
    }

  protected:
    void paintEvent(QPaintEvent* /*event*/) override {
        QPainter painter(this);
        const FigureStyle style = FigureStyle::screen(m_figure.theme());
        painter.fillRect(rect(), style.colour(Role::Card));
        m_figure.paint(painter, QRectF(rect()).adjusted(3, 3, -3, -3), style);
        if (!hasFocus()) return;
        painter.setPen(QPen(style.colour(Role::Accent), 2));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(rect().adjusted(1, 1, -1, -1));
    }
    void mousePressEvent(QMouseEvent* event) override {
        m_dragging = event->button() == Qt::LeftButton && m_figure.hasData() &&
                     std::abs(event->position().x() - m_figure.xOf(m_figure.tau(), plot())) <= kHandle / 2;
    }
    void mouseMoveEvent(QMouseEvent* event) override {
        const bool near = m_figure.hasData() && std::abs(event->position().x() -
                                                         m_figure.xOf(m_figure.tau(), plot())) <= kHandle / 2;
        setCursor(near || m_dragging ? Qt::SplitHCursor : Qt::ArrowCursor);
        if (m_dragging) m_figure.setTau(m_figure.magnitudeAt(event->position().x(), plot()));
    }
    void mouseReleaseEvent(QMouseEvent* /*event*/) override {
        if (!m_dragging) return;
        m_dragging = false;
        Q_EMIT m_figure.tauRested(m_figure.tau());
    }

  private:
    [[nodiscard]] QRectF plot() const {
        return m_figure.plotRect(QRectF(rect()).adjusted(3, 3, -3, -3),
                                 FigureStyle::screen(m_figure.theme()));
    }
    DeltaHistogramFigure& m_figure;
    bool m_dragging = false;
};

DeltaHistogramFigure::DeltaHistogramFigure(const Theme& theme, QWidget* parent)
    : Figure(theme, QStringLiteral("deltaHistogram"), tr("|ΔW| of the module"), parent),
      m_canvas(new HistogramCanvas(*this)) {
    m_canvas->setObjectName(QStringLiteral("deltaHistogramCanvas"));
    m_canvas->setAccessibleName(tr("Histogram of |ΔW| with the threshold"));
    m_canvas->setMinimumHeight(90);
    setPicture(m_canvas);
    setPlaceholder(tr("Choose a module."));
}

void DeltaHistogramFigure::setModule(std::shared_ptr<const ModuleDelta> delta, DeltaHistogram histogram) {
    m_delta = std::move(delta);
    m_histogram = std::move(histogram);
    m_collisions.reset();
    m_tau = m_delta == nullptr ? 0 : m_delta->tau();
    setTitle(tr("|ΔW| of the module"));
    refreshParts();
    requestDraw();
    Q_EMIT tauChanged(m_tau);
}

void DeltaHistogramFigure::setCollisions(std::shared_ptr<const CollisionCounter> counter) {
    m_collisions = std::move(counter);
    Q_EMIT tauChanged(m_tau);
}

bool DeltaHistogramFigure::isWhatIf() const { return m_delta != nullptr && m_tau != m_delta->tau(); }

void DeltaHistogramFigure::setTau(double tau) {
    if (m_delta == nullptr || m_histogram.edges.empty()) return;
    m_tau = std::clamp(tau, m_histogram.edges.front() * 0.5, m_histogram.edges.back() * 2);
    setTitle(isWhatIf() ? tr("What if τ = %1").arg(number(m_tau, Quantity::Threshold))
                        : tr("|ΔW| of the module"));
    m_canvas->update();
    Q_EMIT tauChanged(m_tau);
    Q_EMIT summaryChanged();
}

void DeltaHistogramFigure::backToRun() {
    if (m_delta == nullptr) return;
    m_tau = m_delta->tau();
    setTitle(tr("|ΔW| of the module"));
    m_canvas->update();
    Q_EMIT tauChanged(m_tau);
    Q_EMIT tauRested(m_tau);
}

std::int64_t DeltaHistogramFigure::alive() const { return m_delta == nullptr ? 0 : m_delta->alive(m_tau); }

QString DeltaHistogramFigure::readout() const {
    if (m_delta == nullptr) return {};
    const std::int64_t count = alive();
    const auto entries = static_cast<double>(m_delta->entries());
    QString text =
        tr("%1 %, %2 of %3 alive")
            .arg(number(static_cast<double>(count) / entries, Quantity::Density),
                 number(static_cast<double>(count), Quantity::Count), number(entries, Quantity::Count));
    if (m_collisions != nullptr && m_collisions->taken() > 0) {
        const double chance =
            static_cast<double>(count) * static_cast<double>(m_collisions->taken()) / entries;
        text += tr("; %1 on entries of earlier tasks, by chance %2")
                    .arg(number(static_cast<double>(m_collisions->collisions(m_tau)), Quantity::Count),
                         number(std::round(chance), Quantity::Count));
    }
    return text;
}

QString DeltaHistogramFigure::summary() const {
    if (m_delta == nullptr) return title();
    return tr("Sizes of ΔW, τ %1%2: %3")
        .arg(number(m_tau, Quantity::Threshold), isWhatIf() ? tr(", what if") : QString(), readout());
}

Table DeltaHistogramFigure::table() const {
    Table table;
    table.title = title().toStdString();
    table.columns = {{tr("|ΔW| from").toStdString(), Quantity::Threshold},
                     {tr("to").toStdString(), Quantity::Threshold},
                     {tr("entries").toStdString(), Quantity::Count}};
    if (m_delta == nullptr) return table;
    table.comments = {tr("τ %1: %2").arg(number(m_tau, Quantity::Threshold), readout()).toStdString(),
                      tr("%1 entries are exactly zero").arg(m_histogram.zeros).toStdString()};
    for (std::size_t i = 0; i < m_histogram.counts.size(); ++i)
        table.addRow({TableCell::ofNumber(m_histogram.edges[i]),
                      TableCell::ofNumber(m_histogram.edges[i + 1]),
                      TableCell::ofNumber(static_cast<double>(m_histogram.counts[i]))});
    return table;
}

QRectF DeltaHistogramFigure::plotRect(const QRectF& area, const FigureStyle& style) const {
    return area.adjusted(style.px(44), style.px(8), -style.px(10), -style.px(34));
}

double DeltaHistogramFigure::xOf(double magnitude, const QRectF& rect) const {
    if (m_histogram.edges.empty() || magnitude <= 0) return rect.left();
    const double low = std::log(m_histogram.edges.front());
    const double high = std::log(m_histogram.edges.back());
    return std::clamp(rect.left() + (std::log(magnitude) - low) / (high - low) * rect.width(), rect.left(),
                      rect.right());
}

double DeltaHistogramFigure::magnitudeAt(double x, const QRectF& rect) const {
    const double low = std::log(m_histogram.edges.front());
    const double high = std::log(m_histogram.edges.back());
    return std::exp(low + std::clamp((x - rect.left()) / rect.width(), 0.0, 1.0) * (high - low));
}

void DeltaHistogramFigure::paintBars(QPainter& painter, const QRectF& rect, const FigureStyle& style) const {
    const auto most = *std::max_element(m_histogram.counts.begin(), m_histogram.counts.end());
    // From half an entry, so that a bin with one entry has a height.
    const double top = std::log(static_cast<double>(std::max<std::int64_t>(most, 2))) - std::log(0.5);
    painter.setPen(Qt::NoPen);
    const QColor alive = style.colours.curve(0).colour;
    const QColor masked = style.colours.faded(style.colour(Role::MutedText));
    for (std::size_t i = 0; i < m_histogram.counts.size(); ++i) {
        if (m_histogram.counts[i] == 0) continue;
        const double left = xOf(m_histogram.edges[i], rect);
        const double right = xOf(m_histogram.edges[i + 1], rect);
        const double height =
            (std::log(static_cast<double>(m_histogram.counts[i])) - std::log(0.5)) / top * rect.height();
        const bool kept = !m_delta->gated() || m_histogram.edges[i + 1] > m_tau;
        painter.fillRect(QRectF(left, rect.bottom() - height, std::max(right - left, 0.7), height),
                         kept ? alive : masked);
    }
    painter.setFont(style.font(style.smallPoints));
    painter.setPen(style.colour(Role::MutedText));
    for (double count = 1; count <= static_cast<double>(most) * 1.01; count *= 10) {
        const double y = rect.bottom() - (std::log(count) - std::log(0.5)) / top * rect.height();
        painter.drawText(QRectF(rect.left() - style.px(44), y - style.px(8), style.px(38), style.px(16)),
                         Qt::AlignRight | Qt::AlignVCenter,
                         powerOfTen(static_cast<int>(std::lround(std::log10(count)))));
        painter.drawLine(QPointF(rect.left() - style.px(3), y), QPointF(rect.left(), y));
    }
}

void DeltaHistogramFigure::paintAxes(QPainter& painter, const QRectF& rect, const FigureStyle& style) const {
    painter.setPen(QPen(style.colour(Role::Border), style.line(style.axisPoints)));
    painter.drawLine(rect.bottomLeft(), rect.bottomRight());
    painter.drawLine(rect.topLeft(), rect.bottomLeft());
    painter.setFont(style.font(style.smallPoints));
    painter.setPen(style.colour(Role::MutedText));
    const QFontMetricsF metrics(painter.font());
    double used = -1e9;
    for (int exponent = static_cast<int>(std::floor(std::log10(m_histogram.edges.front())));
         exponent <= static_cast<int>(std::ceil(std::log10(m_histogram.edges.back()))); ++exponent) {
        const double value = std::pow(10, exponent);
        if (value < m_histogram.edges.front() || value > m_histogram.edges.back()) continue;
        const double x = xOf(value, rect);
        painter.drawLine(QPointF(x, rect.bottom()), QPointF(x, rect.bottom() + style.px(4)));
        const QString text = powerOfTen(exponent);
        const double half = metrics.horizontalAdvance(text) / 2 + 2;
        if (x - half < used) continue;
        used = x + half;
        painter.drawText(QRectF(x - half, rect.bottom() + style.px(4), 2 * half, metrics.height()),
                         Qt::AlignCenter, text);
    }
    QString label = tr("|ΔW| unscaled, as the gate sees it (s = %1)").arg(m_delta->scaling());
    if (m_histogram.zeros > 0) label += tr(", %1 zeros").arg(m_histogram.zeros);
    painter.drawText(QRectF(rect.left() - style.px(40), rect.bottom() + style.px(4) + metrics.height(),
                            rect.width() + style.px(48), metrics.height()),
                     Qt::AlignHCenter | Qt::AlignTop,
                     metrics.elidedText(label, Qt::ElideRight, rect.width() + style.px(48)));
}

void DeltaHistogramFigure::paintTau(QPainter& painter, const QRectF& rect, const FigureStyle& style) const {
    const auto line = [&](double tau, const QColor& colour, double width, Qt::PenStyle pen) {
        const double x = xOf(tau, rect);
        painter.setPen(QPen(colour, width, pen));
        painter.drawLine(QPointF(x, rect.top()), QPointF(x, rect.bottom()));
        return x;
    };
    if (isWhatIf() && m_delta->tau() > 0)
        line(m_delta->tau(), style.colour(Role::MutedText), style.line(1), Qt::DashLine);
    const double x = line(m_tau, style.colour(Role::Text), style.line(1.5), Qt::SolidLine);
    if (!style.print) {
        const double half = style.px(5);
        painter.setPen(QPen(style.colour(Role::Card), 1));
        painter.setBrush(style.colour(Role::Accent));
        painter.drawRoundedRect(
            QRectF(x - half, rect.center().y() - style.px(kHandle) / 2, 2 * half, style.px(kHandle)), 3, 3);
    }
    painter.setFont(style.font(style.smallPoints));
    const QString text = tr("τ = %1").arg(number(m_tau, Quantity::Threshold));
    const double width = QFontMetricsF(painter.font()).horizontalAdvance(text) + style.px(6);
    const bool left = x + width + style.px(6) > rect.right();
    const QRectF label(left ? x - width - style.px(4) : x + style.px(4), rect.top(), width, style.px(16));
    painter.fillRect(label, style.colour(Role::Card));
    painter.setPen(style.colour(Role::Text));
    painter.drawText(label, Qt::AlignCenter, text);
}

void DeltaHistogramFigure::paint(QPainter& painter, const QRectF& area, const FigureStyle& style) const {
    if (m_delta == nullptr) return;
    painter.save();
    const QRectF rect = plotRect(area, style);
    if (m_histogram.edges.empty()) {
        painter.setPen(style.colour(Role::MutedText));
        painter.setFont(style.font(style.textPoints));
        painter.drawText(area, Qt::AlignCenter, tr("Every entry is exactly zero."));
        painter.restore();
        return;
    }
    paintBars(painter, rect, style);
    paintAxes(painter, rect, style);
    painter.setRenderHint(QPainter::Antialiasing);
    if (m_delta->gated() || isWhatIf()) paintTau(painter, rect, style);
    painter.restore();
}

void DeltaHistogramFigure::draw() {
    refreshParts();
    m_canvas->update();
}

void DeltaHistogramFigure::keyPressEvent(QKeyEvent* event) {
    const double step = event->modifiers().testFlag(Qt::ShiftModifier) ? kFineStep : kStep;
    if (event->key() == Qt::Key_Left || event->key() == Qt::Key_Right) {
        setTau(event->key() == Qt::Key_Right ? m_tau * step : m_tau / step);
        Q_EMIT tauRested(m_tau);
    } else if (event->key() == Qt::Key_Escape && isWhatIf()) {
        backToRun();
    } else {
        Figure::keyPressEvent(event);
    }
}

}  // namespace jumplora
