// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/curve_canvas.h"

#include <QPicture>
#include <algorithm>
#include <array>
#include <cmath>

namespace jumplora {
namespace {

constexpr double kLeftMargin = 66;  // equal in all plots of a group, so that their x axes agree
constexpr double kMarkerDistance = 60;
constexpr std::size_t kNamesAtEnds = 4;

// Powers of ten as "10⁻³", shares in percent as "1", "10". Where less than two decades are seen also twice
// and five times these, so that at least two values are named.
class DecadeTicker : public QCPAxisTickerLog {
  public:
    explicit DecadeTicker(Quantity quantity) : m_quantity(quantity) {}

  protected:
    QVector<double> createTickVector(double /*step*/, const QCPRange& range) override {
        QVector<double> ticks;
        if (!(range.lower > 0)) return ticks;
        constexpr double kFew = 1.6;
        constexpr int kMostDecades = 6;
        const double decades = std::log10(range.upper / range.lower);
        m_few = decades < kFew;
        const int every = std::max(1, static_cast<int>(std::ceil(decades / kMostDecades)));
        for (int exponent = static_cast<int>(std::floor(std::log10(range.lower)));
             std::pow(10, exponent) <= range.upper; ++exponent) {
            if (exponent % every != 0) continue;
            for (const double factor : {1.0, 2.0, 5.0}) {
                if (factor == 1 || m_few) ticks.append(factor * std::pow(10, exponent));
            }
        }
        return ticks;
    }
    int getSubTickCount(double /*step*/) override { return m_few ? 0 : 8; }
    QVector<double> createSubTickVector(int count, const QVector<double>& ticks) override {
        return m_few ? QVector<double>() : QCPAxisTickerLog::createSubTickVector(count, ticks);
    }
    QString getTickLabel(double tick, const QLocale& /*locale*/, QChar /*format*/,
                         int /*precision*/) override {
        if (m_quantity == Quantity::Density || m_quantity == Quantity::Share)
            return axisNumber(tick, m_quantity);
        const int exponent = static_cast<int>(std::floor(std::log10(tick) + 1e-9));
        const double factor = tick / std::pow(10, exponent);
        constexpr int kPlain = 2;
        if (std::abs(factor - 1) < 1e-6 && (!m_few || std::abs(exponent) > kPlain))
            return powerOfTen(exponent);
        if (std::abs(exponent) <= kPlain) return axisNumber(tick, Quantity::Plain);
        return QStringLiteral("%1·%2").arg(qRound(factor)).arg(powerOfTen(exponent));
    }

  private:
    Quantity m_quantity;
    bool m_few = false;
};

class NumberTicker : public QCPAxisTicker {
  public:
    explicit NumberTicker(Quantity quantity) : m_quantity(quantity) {}

  protected:
    double getTickStep(const QCPRange& range) override {
        const double step = QCPAxisTicker::getTickStep(range);
        // Steps and rows are whole; so is what a reader wants between full minutes.
        if (m_quantity == Quantity::Count) return std::max(1.0, step);
        if (m_quantity != Quantity::Seconds) return step;
        for (const double nice :
             {1., 2., 5., 10., 15., 30., 60., 120., 300., 600., 900., 1800., 3600., 7200.}) {
            if (nice >= step * 0.8) return nice;
        }
        return step;
    }
    QString getTickLabel(double tick, const QLocale& /*locale*/, QChar /*format*/,
                         int /*precision*/) override {
        if (m_quantity == Quantity::Bytes) {
            constexpr double kMiB = 1024.0 * 1024.0;
            return QString::number(tick / kMiB, 'g', 5);
        }
        if (m_quantity == Quantity::Count && tick != std::floor(tick)) return {};
        return axisNumber(std::abs(tick) < 1e-12 ? 0 : tick, m_quantity);
    }

  private:
    Quantity m_quantity;
};

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

void CurveCanvas::reserveRightMargin() {
    double right = m_style.px(14);
    if (m_model.compact) {
        right = m_style.px(kLeftMargin);
    } else if (namesAtEnds()) {
        const QFontMetricsF metrics(m_style.font(m_style.smallPoints));
        for (const auto& curve : m_model.curves)
            right = std::max(right, metrics.horizontalAdvance(curve.info.name) + m_style.px(12));
    }
    if (m_model.hasRight) right = m_style.px(kLeftMargin);
    axisRect()->setMinimumMargins(QMargins(qRound(m_style.px(kLeftMargin)), qRound(m_style.px(8)),
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
        axis->setTicker(QSharedPointer<DecadeTicker>::create(about.quantity));
    else
        axis->setTicker(QSharedPointer<NumberTicker>::create(about.quantity));
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
    reserveRightMargin();
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

// --- what stands behind and above the curves ---

void CurveCanvas::drawPhases(QCPPainter* painter, const TaskSpan& task, const QRectF& span) {
    const auto part = [&](double from, double to, Role role, const QString& name) {
        QRectF rect = span;
        rect.setLeft(std::max(span.left(), xAxis->coordToPixel(from)));
        rect.setRight(std::min(span.right(), xAxis->coordToPixel(to)));
        if (rect.width() <= 0) return;
        if (!m_style.colours.isHighContrast()) painter->fillRect(rect, m_style.colour(role));
        painter->setPen(QPen(m_style.colour(Role::Border), m_style.line(m_style.axisPoints)));
        if (from > task.begin) painter->drawLine(rect.topLeft(), rect.bottomLeft());
        painter->setPen(m_style.colour(Role::MutedText));
        const QFontMetricsF metrics(painter->font());
        if (metrics.horizontalAdvance(name) + m_style.px(8) < rect.width())
            painter->drawText(rect.adjusted(0, 0, 0, -m_style.px(2)), Qt::AlignHCenter | Qt::AlignBottom,
                              name);
    };
    painter->setFont(m_style.font(m_style.smallPoints));
    if (task.tooShort) {
        part(task.begin, task.end, Role::PhaseGate, CurvePlot::tr("too short for phases"));
        return;
    }
    if (!task.blendBegin || !task.gateBegin) return;
    part(task.begin, *task.blendBegin, Role::PhaseWarm, CurvePlot::tr("warm start"));
    part(*task.blendBegin, *task.gateBegin, Role::PhaseBlend, CurvePlot::tr("blend"));
    part(*task.gateBegin, task.end, Role::PhaseGate, CurvePlot::tr("gate"));
}

void CurveCanvas::drawBelow(QCPPainter* painter) {
    const QRectF rect = axisRect()->rect();
    painter->save();
    painter->setAntialiasing(false);
    painter->setClipRect(rect);
    QPen border(m_style.colour(Role::Border), m_style.line(m_style.axisPoints));
    border.setDashPattern({3, 3});
    for (const TaskSpan& task : m_model.tasks) {
        QRectF span = rect;
        span.setLeft(std::max(rect.left(), xAxis->coordToPixel(task.begin)));
        span.setRight(std::min(rect.right(), xAxis->coordToPixel(task.end)));
        if (span.width() <= 0) continue;
        drawPhases(painter, task, span);
        if (task.begin > m_model.lower) {
            painter->setPen(border);
            painter->drawLine(span.topLeft(), span.bottomLeft());
        }
    }
    painter->restore();
}

void CurveCanvas::drawZeros(QCPPainter* painter) {
    const double bottom = axisRect()->rect().bottom();
    for (const auto& [curve, x] : m_zeros) {
        painter->setPen(QPen(penOf(m_model.curves[static_cast<std::size_t>(curve)].info).color(),
                             m_style.line(m_style.linePoints)));
        const double pixel = xAxis->coordToPixel(x);
        painter->drawLine(QPointF(pixel, bottom), QPointF(pixel, bottom - m_style.px(4)));
    }
}

void CurveCanvas::drawMarks(QCPPainter* painter) {
    int lastTick = -1;
    for (const PlotMark& mark : m_model.marks) {
        if (mark.x < m_model.lower || mark.x > m_model.upper) continue;
        const QColor colour = mark.curve >= 0 && mark.curve < static_cast<int>(m_model.curves.size())
                                  ? lookOf(m_model.curves[static_cast<std::size_t>(mark.curve)].info).colour
                                  : m_style.colour(Role::Text);
        const double pixel = xAxis->coordToPixel(mark.x);
        const double bottom = axisRect()->rect().bottom();
        if (mark.shape == PlotMark::Shape::Tick) {
            // Thousands of them are still one line for a pixel.
            if (qRound(pixel) == lastTick) continue;
            lastTick = qRound(pixel);
            painter->setPen(QPen(mark.curve < 0 ? m_style.colour(Role::Border) : colour,
                                 m_style.line(m_style.linePoints)));
            painter->drawLine(QPointF(pixel, bottom), QPointF(pixel, bottom - m_style.px(6)));
            continue;
        }
        const double tip = std::clamp<double>(yAxis->coordToPixel(mark.y), axisRect()->rect().top(), bottom);
        const double half = m_style.px(5);
        painter->setPen(Qt::NoPen);
        painter->setBrush(colour);
        painter->drawPolygon(QPolygonF({QPointF(pixel, tip), QPointF(pixel - half, tip + 1.8 * half),
                                        QPointF(pixel + half, tip + 1.8 * half)}));
    }
}

void CurveCanvas::drawReference(QCPPainter* painter) {
    if (!m_model.reference) return;
    const QRectF rect = axisRect()->rect();
    const double y = yAxis->coordToPixel(*m_model.reference);
    if (y < rect.top() || y > rect.bottom()) return;
    QPen pen(m_style.colour(Role::Text), m_style.line(m_style.linePoints));
    pen.setDashPattern({8, 3, 2, 3});
    painter->setPen(pen);
    painter->drawLine(QPointF(rect.left(), y), QPointF(rect.right(), y));
    painter->setFont(m_style.font(m_style.smallPoints));
    const QFontMetricsF metrics(painter->font());
    const double width = metrics.horizontalAdvance(m_model.referenceName) + m_style.px(6);
    QRectF label(rect.right() - width - m_style.px(4), y - metrics.height() - m_style.px(2), width,
                 metrics.height());
    if (label.top() < rect.top()) label.moveTop(y + m_style.px(2));
    QColor ground = m_style.colour(Role::Card);
    constexpr int kOpacity = 215;
    if (!m_style.print) ground.setAlpha(kOpacity);
    painter->fillRect(label, ground);
    painter->setPen(m_style.colour(Role::Text));
    painter->drawText(label, Qt::AlignCenter, m_model.referenceName);
}

void CurveCanvas::drawLegendLine(QCPPainter* painter, const CurveInfo& info, const QLineF& line) {
    painter->setAntialiasing(true);
    QPen pen = penOf(info);
    pen.setWidthF(pen.widthF() * 1.5);
    painter->setPen(pen);
    painter->drawLine(line);
}

void CurveCanvas::drawLegend(QCPPainter* painter) {
    const QFont font = m_style.font(m_style.smallPoints);
    const QFontMetricsF metrics(font);
    const double lineHeight = std::ceil(metrics.height() + m_style.px(3));
    const double sample = m_style.px(20);
    double width = 0;
    const double pad = m_style.px(5);
    const QRectF rect = axisRect()->rect();
    // As many as there is room for; the last line counts the others.
    const double room = rect.height() - 3 * pad - (m_model.tasks.empty() ? 0 : lineHeight);
    const auto lines = static_cast<std::size_t>(std::max(1.0, std::floor(room / lineHeight)));
    const std::size_t all = m_model.curves.size();
    const std::size_t count = all <= lines ? all : lines - 1;
    const QString others =
        count < all ? CurvePlot::tr("and %n more", nullptr, static_cast<int>(all - count)) : QString();
    width = metrics.horizontalAdvance(others);
    for (std::size_t i = 0; i < count; ++i)
        width = std::max(width, metrics.horizontalAdvance(m_model.curves[i].info.name));
    QRectF box(0, 0, width + sample + 3 * pad,
               static_cast<double>(std::min(all, lines)) * lineHeight + 2 * pad);
    box.moveTopRight(rect.topRight() + QPointF(-pad, pad + (m_model.tasks.empty() ? 0 : lineHeight)));
    QColor card = m_style.colour(Role::Card);
    if (!m_style.print) card.setAlpha(225);
    painter->fillRect(box, card);
    painter->setFont(font);
    for (std::size_t i = 0; i < count; ++i) {
        const auto& curve = m_model.curves[i];
        const QRectF row(box.left() + pad, box.top() + pad + static_cast<double>(i) * lineHeight,
                         box.width() - 2 * pad, lineHeight);
        const double middle = row.center().y();
        if (curve.visible)
            drawLegendLine(painter, curve.info, QLineF(row.left(), middle, row.left() + sample, middle));
        painter->setPen(m_style.colour(curve.visible ? Role::Text : Role::MutedText));
        painter->drawText(row.adjusted(sample + pad, 0, m_style.px(4), 0), Qt::AlignVCenter | Qt::AlignLeft,
                          curve.info.name);
        m_legend.push_back({row, static_cast<int>(i)});
    }
    painter->setPen(m_style.colour(Role::MutedText));
    if (count < all)
        painter->drawText(
            QRectF(box.left() + 2 * pad + sample, box.top() + pad + static_cast<double>(count) * lineHeight,
                   box.width(), lineHeight),
            Qt::AlignVCenter | Qt::AlignLeft, others);
}

void CurveCanvas::drawEndNames(QCPPainter* painter) {
    const QFont font = m_style.font(m_style.smallPoints);
    const QFontMetricsF metrics(font);
    const QRectF rect = axisRect()->rect();
    struct Name {
        double y;
        int curve;
    };
    std::vector<Name> names;
    for (std::size_t i = 0; i < m_model.curves.size(); ++i) {
        const SampledCurve& shown = m_model.shown(m_model.curves[i]);
        double y = rect.bottom();  // hidden or without a value: at the bottom
        if (m_model.curves[i].visible && !shown.empty()) {
            const double value = shown.y()[shown.nearest(m_model.upper)];
            if (std::isfinite(value) && (!m_model.left.logarithmic || value > 0))
                y = yAxis->coordToPixel(value);
        }
        names.push_back({std::clamp<double>(y, rect.top(), rect.bottom()), static_cast<int>(i)});
    }
    std::sort(names.begin(), names.end(), [](const Name& a, const Name& b) { return a.y < b.y; });
    const double height = metrics.height();
    for (std::size_t i = 1; i < names.size(); ++i) names[i].y = std::max(names[i].y, names[i - 1].y + height);
    double limit = rect.bottom() - height * 0.3;
    for (auto name = names.rbegin(); name != names.rend(); ++name, limit -= height)
        name->y = std::min(name->y, limit);
    painter->setFont(font);
    for (const Name& name : names) {
        const auto& curve = m_model.curves[static_cast<std::size_t>(name.curve)];
        const QRectF place(rect.right() + m_style.px(6), name.y - height / 2, m_style.px(114), height);
        painter->setPen(curve.visible ? lookOf(curve.info).colour : m_style.colour(Role::MutedText));
        QFont used = font;
        used.setStrikeOut(!curve.visible);
        painter->setFont(used);
        painter->drawText(place, Qt::AlignVCenter | Qt::AlignLeft,
                          metrics.elidedText(curve.info.name, Qt::ElideRight, place.width()));
        m_legend.push_back({place, name.curve});
    }
}

void CurveCanvas::drawAbove(QCPPainter* painter) {
    painter->save();
    painter->setAntialiasing(false);
    const QRectF rect = axisRect()->rect();
    m_legend.clear();
    if (namesAtEnds())
        drawEndNames(painter);
    else if (m_model.curves.size() > 1 && !m_model.compact && m_style.legend != FigureStyle::Legend::None)
        drawLegend(painter);
    painter->setClipRect(rect.adjusted(0, 0, 1, 1));
    drawZeros(painter);
    drawReference(painter);
    painter->setFont(m_style.font(m_style.smallPoints));
    const QFontMetricsF metrics(painter->font());
    for (const TaskSpan& task : m_model.tasks) {
        const double left = std::max<double>(rect.left(), xAxis->coordToPixel(task.begin)) + m_style.px(4);
        const double right = std::min<double>(rect.right(), xAxis->coordToPixel(task.end)) - m_style.px(4);
        const QString number = QString::number(task.number);
        if (right - left < metrics.horizontalAdvance(number)) continue;
        const QString full = number + QChar(' ') + task.name;
        const QString text =
            right - left < m_style.px(40) ? number : metrics.elidedText(full, Qt::ElideRight, right - left);
        painter->setPen(m_style.colour(Role::Text));
        painter->drawText(QRectF(left, rect.top() + m_style.px(2), right - left, metrics.height()),
                          Qt::AlignLeft | Qt::AlignVCenter, text);
    }
    painter->setAntialiasing(true);
    drawMarks(painter);
    painter->restore();
}

// --- crosshair and read-out ---

std::optional<CurveCanvas::Readout> CurveCanvas::readout() const {
    if (m_plot == nullptr || !m_plot->group()->crosshair()) return std::nullopt;
    const double x = *m_plot->group()->crosshair();
    Readout result;
    result.place = m_model.xLabel + QChar(' ') + m_model.formatX(x);
    if (const TaskSpan* task = m_model.taskAt(x); task != nullptr) {
        result.place += CurvePlot::tr(" · task %1 %2").arg(task->number).arg(task->name);
        if (task->stepsPerUnit > 0)
            result.place += CurvePlot::tr(", step %1").arg(qRound((x - task->begin) * task->stepsPerUnit));
        if (task->blendBegin && task->gateBegin)
            result.place += QStringLiteral(" · ") + (x <= *task->blendBegin  ? CurvePlot::tr("warm start")
                                                     : x <= *task->gateBegin ? CurvePlot::tr("blend")
                                                                             : CurvePlot::tr("gate"));
    }
    for (std::size_t i = 0; i < m_model.curves.size(); ++i) {
        const auto& curve = m_model.curves[i];
        if (!curve.visible || curve.raw.empty()) continue;
        const std::size_t at = curve.raw.nearest(x);
        if (std::isnan(curve.raw.y()[at])) continue;
        const auto number = [&](double value) {
            return value == 0 ? QStringLiteral("0")
                              : QString::fromStdString(formatNumber(value, curve.info.quantity));
        };
        QString text = curve.info.name + QChar(' ') + number(curve.raw.y()[at]);
        const std::string unit = unitOf(curve.info.quantity);
        if (!unit.empty() && curve.info.quantity != Quantity::Seconds)
            text += QChar(' ') + QString::fromStdString(unit);
        if (!curve.smooth.empty()) text += QStringLiteral(" (%1)").arg(number(curve.smooth.y()[at]));
        result.lines.push_back({static_cast<int>(i), text});
    }
    return result;
}

void CurveCanvas::drawOverlay(QPainter& painter) {
    const QRectF rect = axisRect()->rect();
    if (m_rectangle) {
        painter.setPen(QPen(m_style.colour(Role::Accent), 1, Qt::DashLine));
        painter.drawRect(*m_rectangle);
    }
    const auto values = readout();
    if (!values) return;
    const double x = xAxis->coordToPixel(*m_plot->group()->crosshair());
    if (x < rect.left() || x > rect.right()) return;
    painter.setPen(QPen(m_style.colour(Role::MutedText), 1));
    painter.drawLine(QPointF(x, rect.top()), QPointF(x, rect.bottom()));
    // The place is said once, where the pointer is; the other plots of the group give their values.
    const bool own = underMouse();
    const QFont font = m_style.font(m_style.smallPoints);
    const QFontMetricsF metrics(font);
    double width = own ? metrics.horizontalAdvance(values->place) : 0;
    for (const auto& line : values->lines)
        width = std::max(width, metrics.horizontalAdvance(line.text) + m_style.px(14));
    const double lineHeight = metrics.height();
    const double pad = m_style.px(5);
    const auto lines = static_cast<double>(values->lines.size() + (own ? 1 : 0));
    if (lines == 0) return;
    QRectF box(0, 0, width + 2 * pad, lines * lineHeight + 2 * pad);
    const bool right = x + box.width() + m_style.px(12) < rect.right();
    box.moveTopLeft({right ? x + m_style.px(8) : std::max(rect.left(), x - m_style.px(8) - box.width()),
                     rect.top() + m_style.px(20)});
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(m_style.colour(Role::Border), 1));
    painter.setBrush(m_style.colour(Role::Raised));
    painter.drawRoundedRect(box, 4, 4);
    painter.setFont(font);
    double y = box.top() + pad;
    const auto drawText = [&](const QString& text, double left) {
        painter.setPen(m_style.colour(Role::Text));
        painter.drawText(QRectF(left, y, box.right() - left, lineHeight), Qt::AlignVCenter | Qt::AlignLeft,
                         text);
        y += lineHeight;
    };
    if (own) drawText(values->place, box.left() + pad);
    for (const auto& line : values->lines) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(lookOf(m_model.curves[static_cast<std::size_t>(line.curve)].info).colour);
        painter.drawRect(
            QRectF(box.left() + pad, y + lineHeight / 2 - m_style.px(3), m_style.px(8), m_style.px(6)));
        drawText(line.text, box.left() + pad + m_style.px(14));
    }
}

void CurveCanvas::paintEvent(QPaintEvent* event) {
    QCustomPlot::paintEvent(event);
    if (m_plot == nullptr) return;
    QPainter painter(this);
    drawOverlay(painter);
    if (hasFocus()) {
        painter.setPen(QPen(m_style.colour(Role::Accent), 2));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(rect().adjusted(1, 1, -1, -1));
    }
}

// --- what a person does ---

int CurveCanvas::legendAt(const QPointF& place) const {
    const auto found = std::find_if(m_legend.begin(), m_legend.end(),
                                    [&](const Hit& hit) { return hit.rect.contains(place); });
    return found == m_legend.end() ? -1 : found->curve;
}

int CurveCanvas::markAt(const QPointF& place) const {
    const double reach = m_style.px(10);
    for (std::size_t i = 0; i < m_model.marks.size(); ++i) {
        const PlotMark& mark = m_model.marks[i];
        QPointF at = pixelOf(mark.x, mark.y);
        if (mark.shape == PlotMark::Shape::Tick) at.setY(axisRect()->rect().bottom());
        if (QLineF(at + QPointF(0, mark.shape == PlotMark::Shape::Tick ? 0 : reach / 2), place).length() <
            reach)
            return static_cast<int>(i);
    }
    return -1;
}

void CurveCanvas::resizeEvent(QResizeEvent* event) {
    QCustomPlot::resizeEvent(event);
    xAxis->ticker()->setTickCount(std::max(3, width() / std::max(1, qRound(m_style.px(110)))));
    if (m_plot != nullptr) m_plot->requestDraw();
}

void CurveCanvas::showEvent(QShowEvent* event) {
    QCustomPlot::showEvent(event);
    // QCustomPlot 2.1.0 does not follow a changing pixel ratio by itself.
    if (bufferDevicePixelRatio() != devicePixelRatioF()) setBufferDevicePixelRatio(devicePixelRatioF());
}

void CurveCanvas::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton) {
        event->ignore();
        return;
    }
    m_pressed = m_last = event->position();
    m_moved = false;
    m_panning = legendAt(event->position()) < 0;
    if (m_panning && event->modifiers().testFlag(Qt::ShiftModifier))
        m_rectangle = QRectF(m_pressed, QSizeF());
}

void CurveCanvas::mouseMoveEvent(QMouseEvent* event) {
    const QPointF place = event->position();
    if (event->buttons().testFlag(Qt::LeftButton) && m_panning) {
        constexpr int kDragDistance = 4;
        m_moved = m_moved || (place - m_pressed).manhattanLength() >= kDragDistance;
        if (m_rectangle) {
            m_rectangle = QRectF(m_pressed, place).normalized();
            update();
        } else if (m_moved) {
            const double shift = xAxis->pixelToCoord(m_last.x()) - xAxis->pixelToCoord(place.x());
            m_plot->group()->setRange(m_model.lower + shift, m_model.upper + shift);
            m_last = place;
        }
        return;
    }
    const bool inside = axisRect()->rect().contains(place.toPoint());
    m_plot->group()->setCrosshair(inside ? std::optional(xAt(place.x())) : std::nullopt);
    setCursor(legendAt(place) >= 0 ? Qt::PointingHandCursor : Qt::ArrowCursor);
}

void CurveCanvas::mouseReleaseEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton) return;
    if (m_rectangle && m_moved) {
        const QRectF chosen = m_rectangle->intersected(axisRect()->rect());
        const double low = yAxis->pixelToCoord(chosen.bottom());
        const double high = yAxis->pixelToCoord(chosen.top());
        m_rectangle.reset();
        m_plot->chooseRectangle(xAt(chosen.left()), xAt(chosen.right()), low, high);
    } else if (!m_moved) {
        const int curve = legendAt(event->position());
        if (curve >= 0)
            m_plot->setCurveVisible(curve, !m_plot->isCurveVisible(curve));
        else if (const int mark = markAt(event->position()); mark >= 0)
            Q_EMIT m_plot->markClicked(mark);
    }
    m_rectangle.reset();
    m_panning = false;
}

void CurveCanvas::mouseDoubleClickEvent(QMouseEvent* event) {
    const int curve = legendAt(event->position());
    // The first click of the two has already hidden or shown it.
    if (curve >= 0)
        m_plot->isolate(curve);
    else
        m_plot->fit();
}

void CurveCanvas::wheelEvent(QWheelEvent* event) {
    const bool zoom = event->modifiers().testFlag(Qt::ControlModifier) || m_plot->wheelZooms();
    if (!zoom) {
        event->ignore();  // the page scrolls
        return;
    }
    constexpr double kPerNotch = 0.8;
    const double notches = event->angleDelta().y() / 120.0;
    const double factor = std::pow(kPerNotch, notches);
    if (event->modifiers().testFlag(Qt::ShiftModifier))
        m_plot->zoomY(factor, event->position().y());
    else
        m_plot->zoomX(factor, xAt(event->position().x()));
    event->accept();
}

void CurveCanvas::leaveEvent(QEvent* event) {
    if (m_plot != nullptr) m_plot->group()->setCrosshair(std::nullopt);
    QCustomPlot::leaveEvent(event);
}

bool CurveCanvas::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip && m_plot != nullptr) {
        auto* help = static_cast<QHelpEvent*>(event);
        const int mark = markAt(help->pos());
        const int curve = legendAt(help->pos());
        if (mark >= 0)
            QToolTip::showText(help->globalPos(), m_model.marks[static_cast<std::size_t>(mark)].toolTip,
                               this);
        else if (curve >= 0)
            QToolTip::showText(help->globalPos(),
                               CurvePlot::tr("%1: click hides or shows, double click shows it alone")
                                   .arg(m_model.curves[static_cast<std::size_t>(curve)].info.name),
                               this);
        else
            QToolTip::hideText();
        return true;
    }
    return QCustomPlot::event(event);
}

}  // namespace jumplora
