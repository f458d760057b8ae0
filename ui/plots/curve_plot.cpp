// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/curve_plot.h"

#include "plots/curve_canvas.h"

#include <QAction>
#include <QFutureWatcher>
#include <QKeyEvent>
#include <QtConcurrent>
#include <algorithm>
#include <cmath>
#include <utility>

namespace jumplora {
namespace {

// Above this many points a curve is prepared on a worker.
constexpr std::size_t kPointsForWorker = 50000;
constexpr std::size_t kTableRows = 100000;

struct Prepared {
    SampledCurve raw;
    SampledCurve smooth;
    Smoother smoother;
    std::size_t nextBorder = 0;
};

std::vector<double> bordersOf(const std::vector<TaskSpan>& tasks) {
    std::vector<double> borders;
    borders.reserve(tasks.size());
    for (const TaskSpan& task : tasks) borders.push_back(task.begin);
    return borders;
}

double smoothNext(Smoother& smoother, std::size_t& nextBorder, const std::vector<double>& borders, double x,
                  double y) {
    while (nextBorder < borders.size() && x > borders[nextBorder]) {
        smoother.restart();
        ++nextBorder;
    }
    return smoother.next(y);
}

// On a worker for long curves, room for further points included: touching new memory takes its time.
Prepared prepare(SampledCurve raw, const Smoothing& smoothing, const std::vector<double>& borders,
                 std::size_t planned) {
    Prepared result{std::move(raw), {}, Smoother(smoothing), 0};
    if (smoothing.kind == Smoothing::Kind::None) {
        result.raw.reserve(planned);
        return result;
    }
    std::vector<double> smooth;
    smooth.reserve(result.raw.size());
    for (std::size_t i = 0; i < result.raw.size(); ++i)
        smooth.push_back(
            smoothNext(result.smoother, result.nextBorder, borders, result.raw.x()[i], result.raw.y()[i]));
    result.smooth = SampledCurve(result.raw.x(), std::move(smooth));
    result.raw.reserve(planned);
    result.smooth.reserve(planned);
    return result;
}

}  // namespace

CurvePlot::CurvePlot(const Theme& theme, const QString& name, const QString& title, QWidget* parent)
    : Figure(theme, name, title, parent),
      m_model(std::make_unique<Model>()),
      m_canvas(new CurveCanvas(*m_model, this, this)) {
    m_canvas->setObjectName(name + QStringLiteral("Canvas"));
    setPicture(m_canvas);
    createActions();
    setGroup(new AxisGroup(this));
    m_canvas->setStyle(FigureStyle::screen(theme));
}

CurvePlot::~CurvePlot() {
    // The canvas reads the model; it must not outlive it.
    delete m_canvas;
}

void CurvePlot::createActions() {
    m_logAction = new QAction(tr("Logarithmic axis"), this);
    m_logAction->setObjectName(QStringLiteral("figureLogAction"));
    m_logAction->setCheckable(true);
    connect(m_logAction, &QAction::triggered, this, &CurvePlot::setLogarithmic);
    m_fitAction = new QAction(tr("Fit everything"), this);
    m_fitAction->setShortcut(Qt::Key_0);
    m_fitAction->setShortcutContext(Qt::WidgetShortcut);
    connect(m_fitAction, &QAction::triggered, this, &CurvePlot::fit);
}

QList<QAction*> CurvePlot::ownActions() { return {m_logAction, m_fitAction}; }

void CurvePlot::setGroup(AxisGroup* group) {
    if (m_group != nullptr) {
        disconnect(m_group, nullptr, this, nullptr);
        if (m_group->parent() == this) m_group->deleteLater();
    }
    m_group = group;
    connect(group, &AxisGroup::rangeChanged, this, &CurvePlot::rangeChanged);
    // The crosshair is painted over the drawing, which stays as it is.
    connect(group, &AxisGroup::crosshairMoved, m_canvas, qOverload<>(&QWidget::update));
    rangeChanged();
}

void CurvePlot::rangeChanged() {
    m_model->lower = m_group->lower();
    m_model->upper = m_group->upper();
    requestDraw();
}

void CurvePlot::setXAxis(const QString& label, Quantity quantity) {
    m_model->xLabel = label;
    m_model->xQuantity = quantity;
    m_canvas->rebuild();
    requestDraw();
}

void CurvePlot::setLeftAxis(const ValueAxis& axis) {
    m_model->left = axis;
    m_logAction->setChecked(axis.logarithmic);
    m_canvas->rebuild();
    requestDraw();
}

void CurvePlot::setRightAxis(const ValueAxis& axis) {
    m_model->right = axis;
    m_model->hasRight = true;
    m_canvas->rebuild();
    requestDraw();
}

void CurvePlot::setLogarithmic(bool logarithmic) {
    m_model->left.logarithmic = logarithmic;
    m_model->manualY.reset();
    m_logAction->setChecked(logarithmic);
    m_canvas->rebuild();
    requestDraw();
}

void CurvePlot::setCompact(bool compact) {
    m_model->compact = compact;
    m_canvas->rebuild();
    requestDraw();
}

bool CurvePlot::isLogarithmic() const { return m_model->left.logarithmic; }

int CurvePlot::addCurve(const CurveInfo& info) {
    Model::Curve curve;
    curve.info = info;
    curve.smoother = Smoother(m_model->smoothing);
    m_model->curves.push_back(std::move(curve));
    m_canvas->rebuild();
    return curveCount() - 1;
}

void CurvePlot::clearCurves() {
    m_model->curves.clear();
    m_model->marks.clear();
    m_isolated = -1;
    m_canvas->rebuild();
    requestDraw();
}

int CurvePlot::curveCount() const { return static_cast<int>(m_model->curves.size()); }

const CurveInfo& CurvePlot::curve(int index) const {
    return m_model->curves[static_cast<std::size_t>(index)].info;
}

void CurvePlot::setPoints(int index, std::vector<double> x, std::vector<double> y) {
    auto& curve = m_model->curves[static_cast<std::size_t>(index)];
    const int generation = ++curve.generation;
    curve.since.clear();
    curve.outdated = false;
    curve.preparing = x.size() >= kPointsForWorker;
    const Smoothing smoothing = curve.info.smoothed ? m_model->smoothing : Smoothing{Smoothing::Kind::None};
    const std::vector<double> borders = m_model->borders;
    const auto take = [this, index, generation](Prepared prepared) {
        if (index >= curveCount()) return;
        auto& target = m_model->curves[static_cast<std::size_t>(index)];
        if (target.generation != generation) return;  // newer points came meanwhile
        target.raw = std::move(prepared.raw);
        target.smooth = std::move(prepared.smooth);
        target.smoother = std::move(prepared.smoother);
        target.nextBorder = prepared.nextBorder;
        target.preparing = false;
        for (const CurvePoint& point : std::exchange(target.since, {})) add(index, point.x, point.y);
        if (std::exchange(target.outdated, false)) setPoints(index, target.raw.x(), target.raw.y());
        followData();
        requestDraw();
        Q_EMIT dataReady();
    };
    if (!curve.preparing) {
        take(prepare(SampledCurve(std::move(x), std::move(y)), smoothing, borders, m_model->planned));
        return;
    }
    auto* watcher = new QFutureWatcher<Prepared>(this);
    connect(watcher, &QFutureWatcher<Prepared>::finished, this, [watcher, take] {
        take(watcher->future().takeResult());
        watcher->deleteLater();
    });
    watcher->setFuture(QtConcurrent::run(
        [xs = std::move(x), ys = std::move(y), smoothing, borders, planned = m_model->planned]() mutable {
            return prepare(SampledCurve(std::move(xs), std::move(ys)), smoothing, borders, planned);
        }));
}

void CurvePlot::add(int index, double x, double y) {
    auto& curve = m_model->curves[static_cast<std::size_t>(index)];
    curve.raw.append(x, y);
    if (curve.info.smoothed && m_model->smoothing.kind != Smoothing::Kind::None)
        curve.smooth.append(x, smoothNext(curve.smoother, curve.nextBorder, m_model->borders, x, y));
}

void CurvePlot::append(int index, double x, double y) {
    auto& curve = m_model->curves[static_cast<std::size_t>(index)];
    if (curve.preparing) {
        curve.since.push_back({x, y});
        return;
    }
    add(index, x, y);
    followData();
    requestDraw();
}

void CurvePlot::setPlanned(std::size_t points) {
    constexpr std::size_t kMost = 1U << 20U;
    points = std::min(points, kMost);
    m_model->planned = points;
    for (auto& curve : m_model->curves) {
        curve.raw.reserve(points);
        if (curve.info.smoothed && m_model->smoothing.kind != Smoothing::Kind::None)
            curve.smooth.reserve(points);
    }
}

void CurvePlot::setBand(int index, std::vector<double> x, std::vector<double> low, std::vector<double> high) {
    auto& curve = m_model->curves[static_cast<std::size_t>(index)];
    curve.bandX = std::move(x);
    curve.bandLow = std::move(low);
    curve.bandHigh = std::move(high);
    requestDraw();
}

void CurvePlot::setTasks(std::vector<TaskSpan> tasks) {
    std::vector<double> borders = bordersOf(tasks);
    double last = -std::numeric_limits<double>::infinity();
    for (const auto& curve : m_model->curves) {
        if (!curve.raw.empty()) last = std::max(last, curve.raw.x().back());
    }
    // A border added at the end, as when a task begins, has no point behind it: nothing is smoothed anew.
    const std::size_t known = m_model->borders.size();
    const bool bordersMoved =
        borders.size() < known ||
        !std::equal(m_model->borders.begin(), m_model->borders.end(), borders.begin()) ||
        (borders.size() > known && borders[known] < last);
    m_model->borders = std::move(borders);
    const bool first = m_model->tasks.empty() != tasks.empty();
    m_model->tasks = std::move(tasks);
    if (bordersMoved) smoothenAll();
    if (first) m_canvas->rebuild();  // the grid goes when tasks are there
    requestDraw();
}

void CurvePlot::setMarks(std::vector<PlotMark> marks) {
    m_model->marks = std::move(marks);
    requestDraw();
}

void CurvePlot::setReferenceLine(std::optional<double> y, const QString& name) {
    m_model->reference = y;
    m_model->referenceName = name;
    requestDraw();
}

void CurvePlot::smoothenAll() {
    for (std::size_t i = 0; i < m_model->curves.size(); ++i) {
        auto& curve = m_model->curves[i];
        if (!curve.info.smoothed) continue;
        if (curve.preparing)
            curve.outdated = true;
        else
            setPoints(static_cast<int>(i), curve.raw.x(), curve.raw.y());
    }
}

void CurvePlot::setSmoothing(const Smoothing& smoothing) {
    if (smoothing == m_model->smoothing) return;
    m_model->smoothing = smoothing;
    smoothenAll();
    requestDraw();
}

const Smoothing& CurvePlot::smoothing() const { return m_model->smoothing; }

void CurvePlot::setCurveVisible(int index, bool visible) {
    m_model->curves[static_cast<std::size_t>(index)].visible = visible;
    requestDraw();
}

bool CurvePlot::isCurveVisible(int index) const {
    return m_model->curves[static_cast<std::size_t>(index)].visible;
}

void CurvePlot::isolate(int index) {
    const bool all = m_isolated == index;
    m_isolated = all ? -1 : index;
    for (int i = 0; i < curveCount(); ++i) setCurveVisible(i, all || i == index);
}

void CurvePlot::followData() {
    double first = std::numeric_limits<double>::infinity();
    double last = -first;
    for (const auto& curve : m_model->curves) {
        if (curve.raw.empty()) continue;
        first = std::min(first, curve.raw.x().front());
        last = std::max(last, curve.raw.x().back());
    }
    // The first task begins before its first step.
    if (!m_model->tasks.empty()) first = std::min(first, m_model->tasks.front().begin);
    if (first <= last) m_group->setExtent(first, last);
}

void CurvePlot::fit() {
    m_model->manualY.reset();
    m_group->fit();
    requestDraw();
}

void CurvePlot::zoomX(double factor, double x) {
    m_group->setRange(x - (x - m_model->lower) * factor, x + (m_model->upper - x) * factor);
}

void CurvePlot::zoomY(double factor, double pixel) {
    auto [low, high] = m_model->valueRange(false);
    const double height = std::max(1, m_canvas->axisRect()->height());
    const double share = std::clamp((m_canvas->axisRect()->bottom() - pixel) / height, 0.0, 1.0);
    const bool logarithmic = isLogarithmic();
    if (logarithmic) {
        low = std::log(low);
        high = std::log(high);
    }
    const double centre = low + (high - low) * share;
    low = centre - (centre - low) * factor;
    high = centre + (high - centre) * factor;
    m_model->manualY = logarithmic ? std::pair(std::exp(low), std::exp(high)) : std::pair(low, high);
    requestDraw();
}

void CurvePlot::chooseRectangle(double left, double right, double low, double high) {
    if (!(right > left) || !(high > low)) return;
    m_model->manualY = std::pair(low, high);
    m_group->setRange(left, right);
    requestDraw();
}

std::pair<double, double> CurvePlot::yRange() const { return m_canvas->yRange(); }

QString CurvePlot::readout() const {
    const auto values = m_canvas->readout();
    if (!values) return {};
    QStringList lines = {values->place};
    for (const auto& line : values->lines) lines += line.text;
    return lines.join('\n');
}

void CurvePlot::setSummary(const QString& summary) {
    if (summary == m_summary) return;
    m_summary = summary;
    Q_EMIT summaryChanged();
}

bool CurvePlot::hasData() const {
    return std::any_of(m_model->curves.begin(), m_model->curves.end(),
                       [](const Model::Curve& curve) { return !curve.raw.empty(); });
}

QString CurvePlot::summary() const {
    if (!m_summary.isEmpty()) return m_summary;
    QStringList parts;
    for (const auto& curve : m_model->curves) {
        if (curve.raw.empty()) continue;
        parts += tr("%1 %2").arg(
            curve.info.name, QString::fromStdString(formatNumber(curve.raw.y().back(), curve.info.quantity)));
    }
    return tr("%1, last values: %2").arg(title(), parts.join(QStringLiteral(", ")));
}

Table CurvePlot::table() const {
    Table table;
    table.title = title().toStdString();
    table.columns.push_back({m_model->xLabel.toStdString(), m_model->xQuantity});
    std::vector<const Model::Curve*> curves;
    std::vector<double> xs;
    for (const auto& curve : m_model->curves) {
        if (!curve.visible) continue;
        curves.push_back(&curve);
        table.columns.push_back({curve.info.name.toStdString(), curve.info.quantity});
        const auto& x = curve.raw.x();
        const auto begin = std::lower_bound(x.begin(), x.end(), m_model->lower);
        xs.insert(xs.end(), begin, std::upper_bound(begin, x.end(), m_model->upper));
    }
    std::sort(xs.begin(), xs.end());
    xs.erase(std::unique(xs.begin(), xs.end()), xs.end());
    const std::size_t step = xs.size() / kTableRows + 1;
    if (step > 1)
        table.comments.push_back(
            tr("Every %1th of %2 points: zoom in for the others.").arg(step).arg(xs.size()).toStdString());
    for (std::size_t i = 0; i < xs.size(); i += step) {
        std::vector<TableCell> row = {TableCell::ofNumber(xs[i])};
        for (const Model::Curve* curve : curves) {
            const std::size_t at = curve->raw.nearest(xs[i]);
            const bool there = at < curve->raw.size() && curve->raw.x()[at] == xs[i];
            row.push_back(there ? TableCell::ofNumber(curve->raw.y()[at]) : TableCell::missing());
        }
        table.addRow(std::move(row));
    }
    return table;
}

void CurvePlot::paint(QPainter& painter, const QRectF& area, const FigureStyle& style) const {
    CurveCanvas canvas(*m_model, nullptr);
    canvas.setStyle(style);
    canvas.paintInto(painter, area);
}

void CurvePlot::draw() {
    refreshParts();
    m_canvas->refresh();
}

void CurvePlot::themeChanged() { m_canvas->setStyle(FigureStyle::screen(theme())); }

void CurvePlot::keyPressEvent(QKeyEvent* event) {
    const double width = m_model->upper - m_model->lower;
    constexpr double kStep = 0.1;
    constexpr double kZoom = 0.8;
    const double middle = m_model->lower + width / 2;
    switch (event->modifiers() & ~Qt::KeypadModifier & ~Qt::ShiftModifier ? 0 : event->key()) {
        case Qt::Key_Left:
            m_group->setRange(m_model->lower - width * kStep, m_model->upper - width * kStep);
            break;
        case Qt::Key_Right:
            m_group->setRange(m_model->lower + width * kStep, m_model->upper + width * kStep);
            break;
        case Qt::Key_Plus:
        case Qt::Key_Equal:
            zoomX(kZoom, middle);
            break;
        case Qt::Key_Minus:
            zoomX(1 / kZoom, middle);
            break;
        case Qt::Key_0:
        case Qt::Key_Home:
            fit();
            break;
        case Qt::Key_F:
            m_group->setFollowing(true);
            break;
        default:
            Figure::keyPressEvent(event);
    }
}

}  // namespace jumplora
