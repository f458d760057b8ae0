// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/curve_canvas.h"

#include "plots/curve_tickers.h"

#include <QPicture>
#include <algorithm>
#include <array>
#include <cmath>

namespace jumplora {
namespace {

constexpr double kLeftMargin = 66;  // equal in all plots of a group, so that their x axes agree
constexpr double kMarkerDistance = 60;
constexpr std::size_t kNamesAtEnds = 4;

// Whatever QCustomPlot has no item for, drawn with its painter on one of its layers.
class Decoration : public QCPAbstractItem {
  public:
    Decoration(QCustomPlot* plot, const QString& layer, std::function<void(QCPPainter*)> paint)
        : QCPAbstractItem(plot), m_paint(std::move(paint)) {
        setLayer(layer);
        setClipToAxisRect(false);
        setSelectable(false);
    }
    double selectTest(const QPointF& /*place*/, bool /*onlySelectable*/,
                      QVariant* /*details*/) const override {
        return -1;
    }

  protected:
    void draw(QCPPainter* painter) override { m_paint(painter); }

  private:
    std::function<void(QCPPainter*)> m_paint;
};

constexpr std::array<QCPScatterStyle::ScatterShape, 8> kMarkers = {
    QCPScatterStyle::ssCircle,           QCPScatterStyle::ssSquare, QCPScatterStyle::ssTriangle,
    QCPScatterStyle::ssDiamond,          QCPScatterStyle::ssCross,  QCPScatterStyle::ssPlus,
    QCPScatterStyle::ssTriangleInverted, QCPScatterStyle::ssStar};

QVector<QCPGraphData> graphData(const std::vector<CurvePoint>& points) {
    QVector<QCPGraphData> data;
    data.reserve(static_cast<int>(points.size()));
    for (const CurvePoint& point : points) data.append({point.x, point.y});
    return data;
}

}  // namespace

CurveCanvas::CurveCanvas(const CurvePlot::Model& model, CurvePlot* plot, QWidget* parent)
    : QCustomPlot(parent), m_model(model), m_plot(plot) {
    setPlottingHints(QCP::phFastPolylines | QCP::phCacheLabels);
    setFocusPolicy(plot == nullptr ? Qt::NoFocus : Qt::StrongFocus);
    setMouseTracking(true);
    setAutoAddPlottableToLegend(false);
    addLayer(QStringLiteral("phases"), layer(QStringLiteral("grid")), limBelow);
    addLayer(QStringLiteral("names"), layer(QStringLiteral("axes")), limAbove);
    new Decoration(this, QStringLiteral("phases"), [this](QCPPainter* painter) { drawBelow(painter); });
    new Decoration(this, QStringLiteral("names"), [this](QCPPainter* painter) { drawAbove(painter); });
}

void CurveCanvas::setStyle(const FigureStyle& style) {
    m_style = style;
    rebuild();
}

CurveLook CurveCanvas::lookOf(const CurveInfo& info) const {
    CurveLook look = m_style.colours.curve(info.look);
    if (info.muted) look.colour = m_style.colour(Role::MutedText);
    return look;
}

QPen CurveCanvas::penOf(const CurveInfo& info) const {
    const CurveLook look = lookOf(info);
    QPen pen(look.colour, m_style.line(m_style.linePoints) * look.width);
    QVector<qreal> dashes = look.dashes;
    // In grey print colours do not tell curves apart: dashes from two curves on.
    if (m_style.print && dashes.isEmpty() && m_model.curves.size() > 1)
        dashes = m_style.colours.curve(8 * (info.look % 7)).dashes;
    if (info.dashed) dashes = {6, 3};
    if (info.muted) dashes = {2, 3};
    if (!dashes.isEmpty()) pen.setDashPattern(dashes);
    pen.setCapStyle(Qt::FlatCap);
    pen.setJoinStyle(Qt::RoundJoin);
    return pen;
}

bool CurveCanvas::namesAtEnds() const {
    return !m_model.compact && m_model.curves.size() > 1 && m_model.curves.size() <= kNamesAtEnds &&
           !m_model.hasRight && m_style.legend == FigureStyle::Legend::Inside;
}

void CurveCanvas::reserveMargins() {
    double right = m_style.px(14);
    if (m_model.compact) {
        right = m_style.px(kLeftMargin);
    } else if (namesAtEnds()) {
        const QFontMetricsF metrics(m_style.font(m_style.smallPoints));
        for (const auto& curve : m_model.curves)
            right = std::max(right, metrics.horizontalAdvance(curve.info.name) + m_style.px(12));
    }
    if (m_model.hasRight) right = m_style.px(kLeftMargin);
    const double top = m_style.px(8) + taskStrip().height() + phaseStrip().height();
    axisRect()->setMinimumMargins(QMargins(qRound(m_style.px(kLeftMargin)), qRound(top),
                                           qRound(std::min(right, m_style.px(120))), qRound(m_style.px(8))));
}

void CurveCanvas::styleAxis(QCPAxis* axis, const ValueAxis& about) {
    const QPen line(m_style.colour(Role::Border), m_style.line(m_style.axisPoints));
    axis->setBasePen(line);
    axis->setTickPen(line);
    axis->setSubTickPen(line);
    axis->setTickLength(0, qRound(m_style.px(4)));
    axis->setSubTickLength(0, qRound(m_style.px(2)));
    axis->setTickLabelFont(m_style.font(m_style.smallPoints));
    axis->setTickLabelColor(m_style.colour(Role::MutedText));
    axis->setTickLabelPadding(qRound(m_style.px(4)));
    axis->setLabelFont(m_style.font(m_style.textPoints));
    axis->setLabelColor(m_style.colour(Role::MutedText));
    axis->setLabelPadding(qRound(m_style.px(2)));
    axis->setLabel(about.label);
    axis->setScaleType(about.logarithmic ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
    if (about.logarithmic)
        axis->setTicker(decadeTicker(about.quantity));
    else
        axis->setTicker(numberTicker(about.quantity));
    axis->grid()->setPen(QPen(m_style.colour(Role::Hairline), m_style.line(m_style.axisPoints)));
    axis->grid()->setZeroLinePen(Qt::NoPen);
    axis->grid()->setSubGridVisible(false);
}

void CurveCanvas::styleAxes() {
    setBackground(QBrush(m_style.print ? QColor(Qt::white) : m_style.colour(Role::Card)));
    styleAxis(xAxis, {m_model.xLabel, m_model.xQuantity});
    // Without a label the axis is named by the plot below.
    xAxis->setTickLabels(!m_model.compact || !m_model.xLabel.isEmpty());
    xAxis->grid()->setVisible(m_model.tasks.empty());
    xAxis->ticker()->setTickCount(std::max(3, width() / std::max(1, qRound(m_style.px(110)))));
    styleAxis(yAxis, m_model.left);
    yAxis->ticker()->setTickCount(4);
    yAxis2->setVisible(m_model.hasRight);
    yAxis2->setTickLabels(m_model.hasRight);
    if (m_model.hasRight) {
        styleAxis(yAxis2, m_model.right);
        yAxis2->grid()->setVisible(false);
    }
    reserveMargins();
}

void CurveCanvas::addGraphs(const CurvePlot::Model::Curve& curve) {
    QCPAxis* y = curve.info.rightAxis ? yAxis2 : yAxis;
    const auto make = [&](const QPen& pen) {
        QCPGraph* graph = addGraph(xAxis, y);
        graph->setPen(pen);
        graph->setAdaptiveSampling(false);
        return graph;
    };
    Graphs graphs;
    const QPen pen = penOf(curve.info);
    if (!curve.bandX.empty()) {
        graphs.bandLow = make(Qt::NoPen);
        graphs.bandHigh = make(Qt::NoPen);
        QColor fill = m_style.colours.faded(pen.color());
        constexpr int kFillOpacity = 110;  // two bands stay visible through each other
        fill.setAlpha(kFillOpacity);
        graphs.bandHigh->setBrush(fill);
        graphs.bandHigh->setChannelFillGraph(graphs.bandLow);
    }
    if (!curve.smooth.empty()) {
        QPen faded(m_style.colours.faded(pen.color()), pen.widthF());
        graphs.raw = make(faded);
    }
    graphs.line = make(pen);
    if (curve.info.stepped) graphs.line->setLineStyle(QCPGraph::lsStepLeft);
    if (curve.info.dots) {
        graphs.line->setLineStyle(QCPGraph::lsNone);
        graphs.line->setScatterStyle(
            QCPScatterStyle(QCPScatterStyle::ssDisc, pen.color(), pen.color(), m_style.px(4)));
    } else if (m_model.curves.size() > 1 && m_model.curves.size() <= kMarkers.size() && !curve.info.muted) {
        graphs.marker = make(Qt::NoPen);
        graphs.marker->setLineStyle(QCPGraph::lsNone);
        const auto shape = static_cast<std::size_t>(curve.info.look) % kMarkers.size();
        graphs.marker->setScatterStyle(QCPScatterStyle(kMarkers[shape], QPen(pen.color(), pen.widthF()),
                                                       m_style.colour(Role::Card), m_style.px(6)));
    }
    m_graphs.push_back(graphs);
}

void CurveCanvas::rebuild() {
    clearGraphs();
    m_graphs.clear();
    styleAxes();
    for (const auto& curve : m_model.curves) addGraphs(curve);
}

void CurveCanvas::fillMarkers(const CurveSample& sample, const CurvePlot::Model::Curve& curve,
                              Graphs& graphs) {
    QVector<QCPGraphData> data;
    const double scale = axisRect()->width() / std::max(1e-12, m_model.upper - m_model.lower);
    // Counted from x = 0, so that markers stay at their points while the view moves.
    const double shift = m_style.px(kMarkerDistance) * curve.info.look / static_cast<double>(kMarkers.size());
    double last = std::numeric_limits<double>::quiet_NaN();
    for (const CurvePoint& point : sample.points) {
        if (std::isnan(point.y)) continue;
        const double place = std::floor((point.x * scale + shift) / m_style.px(kMarkerDistance));
        if (place == last) continue;
        last = place;
        data.append({point.x, point.y});
    }
    graphs.marker->data()->set(data, true);
}

void CurveCanvas::fillGraphs(const CurvePlot::Model::Curve& curve, Graphs& graphs) {
    const bool logarithmic = (curve.info.rightAxis ? m_model.right : m_model.left).logarithmic;
    const int columns = std::max(16, axisRect()->width());
    const auto index = static_cast<int>(&graphs - m_graphs.data());
    for (QCPGraph* graph : {graphs.raw, graphs.line, graphs.marker, graphs.bandLow, graphs.bandHigh}) {
        if (graph != nullptr) graph->setVisible(curve.visible);
    }
    if (!curve.visible) return;
    const CurveSample sample =
        m_model.shown(curve).sample(m_model.lower, m_model.upper, columns, logarithmic);
    graphs.line->data()->set(graphData(sample.points), true);
    // One point alone is a dot: a line of it would be invisible.
    if (!curve.info.dots) {
        const bool dot = m_model.shown(curve).size() == 1;
        graphs.line->setScatterStyle(dot ? QCPScatterStyle(QCPScatterStyle::ssDisc, m_style.px(5))
                                         : QCPScatterStyle(QCPScatterStyle::ssNone));
    }
    for (const double x : sample.atZero) m_zeros.emplace_back(index, x);
    if (graphs.raw != nullptr)
        graphs.raw->data()->set(
            graphData(curve.raw.sample(m_model.lower, m_model.upper, columns, logarithmic).points), true);
    if (graphs.marker != nullptr) fillMarkers(sample, curve, graphs);
    if (graphs.bandLow != nullptr) {
        QVector<QCPGraphData> low;
        QVector<QCPGraphData> high;
        for (std::size_t i = 0; i < curve.bandX.size(); ++i) {
            low.append({curve.bandX[i], curve.bandLow[i]});
            high.append({curve.bandX[i], curve.bandHigh[i]});
        }
        graphs.bandLow->data()->set(low, true);
        graphs.bandHigh->data()->set(high, true);
    }
}

void CurveCanvas::refresh() {
    if (m_graphs.size() != m_model.curves.size()) rebuild();
    for (std::size_t i = 0; i < m_graphs.size(); ++i) {
        const auto& curve = m_model.curves[i];
        if ((m_graphs[i].raw != nullptr) != !curve.smooth.empty() ||
            (m_graphs[i].bandLow != nullptr) != !curve.bandX.empty()) {
            rebuild();
            break;
        }
    }
    reserveMargins();
    xAxis->setRange(m_model.lower, m_model.upper);
    const auto left = m_model.valueRange(false);
    yAxis->setRange(left.first, left.second);
    if (m_model.hasRight) {
        const auto right = m_model.valueRange(true);
        yAxis2->setRange(right.first, right.second);
    }
    m_zeros.clear();
    for (std::size_t i = 0; i < m_graphs.size(); ++i) fillGraphs(m_model.curves[i], m_graphs[i]);
    replot(QCustomPlot::rpQueuedRefresh);
}

void CurveCanvas::paintInto(QPainter& painter, const QRectF& area) {
    const QSize size = area.size().toSize();
    setViewport(QRect(QPoint(), size));
    // Laid out once with empty graphs: the width in pixels decides what they are filled with.
    styleAxes();
    replot(QCustomPlot::rpQueuedRefresh);
    refresh();
    QPicture picture;
    QCPPainter recorder;
    recorder.begin(&picture);
    recorder.setMode(QCPPainter::pmVectorized);
    recorder.setMode(QCPPainter::pmNoCaching);
    recorder.setRenderHint(QPainter::Antialiasing);
    toPainter(&recorder, size.width(), size.height());
    recorder.end();
    painter.save();
    painter.translate(area.topLeft());
    // A picture grows with the resolution of the device it is played on; this one is in the device's units.
    painter.scale(picture.logicalDpiX() / static_cast<double>(painter.device()->logicalDpiX()),
                  picture.logicalDpiY() / static_cast<double>(painter.device()->logicalDpiY()));
    painter.drawPicture(0, 0, picture);
    painter.restore();
}

QPointF CurveCanvas::pixelOf(double x, double y) const {
    return {xAxis->coordToPixel(x), yAxis->coordToPixel(y)};
}

}  // namespace jumplora
