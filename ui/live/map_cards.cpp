// SPDX-License-Identifier: GPL-3.0-or-later
#include "live/map_cards.h"

#include "data/answer_metric.h"

#include <QComboBox>
#include <QFormLayout>
#include <QLabel>
#include <cmath>

namespace jumplora {
namespace {

QString number(double value, Quantity quantity) {
    return QString::fromStdString(formatNumber(value, quantity));
}

// Metrics beside the matrix, in the order of reading.
constexpr const char* kMetrics[] = {"oa", "average_incremental_accuracy", "bwt", "forgetting", "plasticity"};

bool isDifference(const QString& key) {
    return key == QLatin1String("bwt") || key == QLatin1String("forgetting");
}

QString metricText(const QString& key, const MetricValue& metric) {
    if (!metric.value) return QStringLiteral("–");
    if (key == QLatin1String("bwt")) return number(*metric.value, Quantity::Difference);
    return number(*metric.value, Quantity::Share) + (isDifference(key) ? QString() : QStringLiteral(" %"));
}

}  // namespace

GateMapCard::GateMapCard(const Theme& theme, QWidget* parent)
    : RunCard(theme, QStringLiteral("gateMapCard"), tr("Gate map"), parent),
      m_map(new HeatMap(theme, QStringLiteral("gateMap"), tr("Gate map"), this)),
      m_note(new QLabel(this)) {
    m_map->setPlaceholder(tr("The modules appear when the run starts."));
    addFigure(m_map);
    m_note->setFont(theme.font(TextRole::Small));
    m_note->setForegroundRole(QPalette::PlaceholderText);
    m_note->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    addBody(m_note, 0);
    const auto activate = [this](int row, int column) {
        const int module = m_places.moduleAt(row, column);
        if (module >= 0)
            Q_EMIT moduleActivated(
                QString::fromStdString(m_places.modules()[static_cast<std::size_t>(module)].name));
    };
    connect(m_map, &HeatMap::cellActivated, this, activate);
    const auto tell = [this](int row, int column) {
        if (row >= 0)
            m_note->setText(m_map->cellDescription(row, column).replace('\n', QStringLiteral(" · ")));
    };
    connect(m_map, &HeatMap::cellHovered, this, tell);
    connect(m_map, &HeatMap::cursorMoved, this, tell);
}

void GateMapCard::show(const RunView& view, unsigned changes, StepAxis /*axis*/) {
    const unsigned of =
        RunView::Started | RunView::GateChanged | RunView::TasksChanged | RunView::StepsRemoved;
    if (!(changes & of)) return;
    if (changes & RunView::Started) {
        m_places = GateMapPlaces(view.modules);
        describe(*m_map, view, {tr("density: share of entries of ΔW above τ, before s = α/r")});
        m_note->clear();
    }
    std::vector<ModuleDensity> densities(view.modules.size());
    const auto& gate = view.gate;
    bool gated = false;
    if (gate && gate->alive.size() == densities.size()) {
        const auto task = static_cast<std::size_t>(gate->task) - 1;
        const auto set = task < view.tasks.size() ? view.tasks[task].thresholdStep : std::nullopt;
        gated = set && gate->step >= *set;
        for (std::size_t i = 0; i < densities.size(); ++i) {
            densities[i].gated = gated;
            densities[i].alive = gate->alive[i];
            if (i < gate->maxAbs.size()) densities[i].maxAbs = gate->maxAbs[i];
            const std::int64_t threshold = view.modules[i].threshold;
            if (threshold >= 0 && static_cast<std::size_t>(threshold) < gate->tau.size())
                densities[i].tau = gate->tau[static_cast<std::size_t>(threshold)];
        }
    }
    if (m_note->text().isEmpty() || (changes & RunView::TasksChanged)) {
        if (!view.gated)
            m_note->setText(tr("This run has no gate: everything is alive."));
        else
            m_note->setText(gated ? tr("After step %1 of task %2. Double click opens a module.")
                                        .arg(gate->step)
                                        .arg(gate->task)
                                  : tr("Not gated yet: everything is alive until τ is initialised."));
    }
    m_map->setSummary(m_places.summary(densities));
    m_map->setData(m_places.data(densities));
}

MatrixCard::MatrixCard(const Theme& theme, QWidget* parent)
    : RunCard(theme, QStringLiteral("matrixCard"), tr("Accuracy"), parent),
      m_map(new HeatMap(theme, QStringLiteral("matrixMap"), tr("Accuracy matrix"), this)),
      m_done(new QLabel(this)),
      m_seeds(new QLabel(this)) {
    m_map->setPlaceholder(tr("The matrix appears when the run starts."));
    auto* line = new QWidget(this);
    auto* row = new QHBoxLayout(line);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(metrics::kGrid);
    row->addWidget(m_map, 1);
    auto* side = new QWidget(line);
    auto* column = new QVBoxLayout(side);
    column->setContentsMargins(0, metrics::kHalfGrid, metrics::kGrid, 0);
    m_metrics = new QFormLayout;
    m_metrics->setHorizontalSpacing(metrics::kGrid);
    m_metrics->setVerticalSpacing(metrics::kHalfGrid);
    for (const char* key : kMetrics) {
        auto* name = new QLabel(side);
        auto* value = new QLabel(side);
        value->setObjectName(QStringLiteral("metric.") + QLatin1String(key));
        value->setFont(theme.font(TextRole::Number));
        value->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
        name->setFont(theme.font(TextRole::Small));
        name->setForegroundRole(QPalette::PlaceholderText);
        m_metrics->addRow(name, value);
        m_names[QLatin1String(key)] = name;
        m_values[QLatin1String(key)] = value;
    }
    column->addLayout(m_metrics);
    m_done->setFont(theme.font(TextRole::Small));
    m_done->setWordWrap(true);
    m_done->setForegroundRole(QPalette::PlaceholderText);
    column->addWidget(m_done);
    m_seeds->setObjectName(QStringLiteral("matrixSeeds"));
    m_seeds->setFont(theme.font(TextRole::Small));
    m_seeds->setWordWrap(true);
    m_seeds->hide();
    column->addWidget(m_seeds);
    column->addStretch(1);
    side->setFixedWidth(theme.scaled(150));
    connect(&theme, &Theme::changed, side, [side, &theme] { side->setFixedWidth(theme.scaled(150)); });
    row->addWidget(side);
    addBody(line);
    setMenuFigure(m_map);
    connect(m_map, &HeatMap::cellActivated, this, [this](int matrixRow, int matrixColumn) {
        Q_EMIT cellActivated(matrixRow + (m_hasRowZero ? 0 : 1), matrixColumn + 1);
    });
}

void MatrixCard::setSeeds(const SeedSummary& seeds) {
    m_seeds->setText(seeds.text());
    m_seeds->setToolTip(seeds.details());
    m_seeds->setVisible(!m_seeds->text().isEmpty());
}

void MatrixCard::setTimeLeft(double ofTask, double /*ofRun*/) { m_ofTask = ofTask; }

void MatrixCard::fill(const RunView& view) {
    HeatMapData data;
    const auto tasks = static_cast<int>(view.matrix.tasks());
    m_hasRowZero = false;
    m_empty = view.cells.empty();
    for (int i = 1; i <= tasks; ++i) m_hasRowZero = m_hasRowZero || view.matrix.cell(0, i).has_value();
    if (view.evaluating && view.evaluating->afterTask == 0) m_hasRowZero = true;
    const int first = m_hasRowZero ? 0 : 1;
    data.rows = tasks + 1 - first;
    data.columns = tasks;
    data.corner = tr("after ↓ on →");
    data.quantity = Quantity::Share;
    data.valueName = tr("accuracy");
    data.outlineDiagonal = true;
    data.diagonalOffset = 1 - first;
    const auto last = static_cast<int>(view.matrix.lastRow());
    data.markedRow = last > 0 ? last - first : -1;
    for (int task = 1; task <= tasks; ++task) {
        data.columnNames += view.taskName(task);
        data.columnLabels += QString::number(task);
    }
    for (int row = first; row <= tasks; ++row) {
        data.rowNames += row == 0 ? tr("0 before") : QStringLiteral("%1 %2").arg(row).arg(view.taskName(row));
        for (int task = 1; task <= tasks; ++task) {
            HeatCell cell;
            if (const auto value = view.matrix.at(row, task)) cell.value = *value;
            const auto& running = view.evaluating;
            if (running && running->afterTask == row && running->task == task)
                cell.text = QStringLiteral("%1/%2").arg(running->done).arg(running->total);
            data.cells.push_back(cell);
        }
    }
    const AccuracyMatrix matrix = view.matrix;
    QStringList names;
    for (int task = 1; task <= tasks; ++task) names += view.taskName(task);
    data.describe = [matrix, names, first](int row, int column) {
        const int after = row + first;
        const QString where = (after == 0 ? MatrixCard::tr("before training")
                                          : MatrixCard::tr("after %1").arg(names.value(after - 1))) +
                              MatrixCard::tr(", on %1").arg(names.value(column));
        const auto& cell = matrix.cell(after, column + 1);
        if (!cell) return where + MatrixCard::tr(", not evaluated");
        if (cell->metric != kExactMatch)
            return where + MatrixCard::tr(", %1: %2 percent over %3 rows\nEnter: its answers")
                               .arg(QString::fromStdString(answerMetricLabel(cell->metric)),
                                    number(cell->accuracy(), Quantity::Share))
                               .arg(cell->total);
        return where +
               MatrixCard::tr(", %1 percent\n%2 of %3 right, %4 within the options\nEnter: its answers")
                   .arg(number(cell->accuracy(), Quantity::Share))
                   .arg(cell->correct)
                   .arg(cell->total)
                   .arg(cell->withinOptions);
    };
    m_map->setData(std::move(data));
}

void MatrixCard::showMetrics(const RunView& view) {
    const bool finished = view.tasksDone() == view.matrix.tasks() && view.matrix.tasks() > 0;
    for (const MetricInfo& info : metricInfos()) {
        const QString key = QString::fromStdString(info.key);
        const auto value = m_values.find(key);
        if (value == m_values.end()) continue;
        const MetricValue metric = view.metric(info.key);
        QString label = QString::fromStdString(info.label);
        // Before the last task there is no overall accuracy: only a mean of what has been seen.
        if (key == QLatin1String("oa")) label = finished ? tr("OA") : tr("average seen");
        if (key == QLatin1String("average_incremental_accuracy")) label = tr("average incr.");
        if (key == QLatin1String("bwt")) label = tr("BWT");
        m_names[key]->setText(label);
        value->second->setText(metricText(key, metric));
        QString tip = QString::fromStdString(info.formula);
        if (!metric.value && !metric.reason.empty()) tip += '\n' + QString::fromStdString(metric.reason);
        if (isDifference(key)) tip += '\n' + tr("in points");
        m_names[key]->setToolTip(tip);
        value->second->setToolTip(tip);
        value->second->setAccessibleName(label + QChar(' ') + value->second->text());
    }
    const std::int64_t done = view.tasksDone();
    QString text = tr("%1 of %2 tasks done").arg(done).arg(view.matrix.tasks());
    if (done < 2) text += tr("; BWT and forgetting need 2 tasks");
    if (m_empty && view.state == "running")
        text = m_ofTask > 0 ? tr("The first cell appears after task 1, in %1.")
                                  .arg(QString::fromStdString(formatEstimate(m_ofTask)))
                            : tr("The first cell appears after task 1.");
    m_done->setText(text);
    const MetricValue seen = view.metric("oa");
    const MetricValue bwt = view.metric("bwt");
    QString summary = tr("Accuracy matrix, %1 of %2 tasks done").arg(done).arg(view.matrix.tasks());
    if (seen.value)
        summary += tr(", average of seen tasks %1 percent").arg(number(*seen.value, Quantity::Share));
    if (bwt.value)
        summary += tr(", backward transfer %1 points")
                       .arg(number(*bwt.value, Quantity::Difference).replace(QChar(0x2212), tr("minus ")));
    m_map->setSummary(summary);
}

void MatrixCard::show(const RunView& view, unsigned changes, StepAxis /*axis*/) {
    if (!(changes &
          (RunView::Started | RunView::CellsChanged | RunView::TasksChanged | RunView::StateChanged)))
        return;
    if (changes & RunView::Started) {
        QStringList definitions;
        for (const MetricInfo& info : metricInfos()) {
            if (m_values.count(QString::fromStdString(info.key)))
                definitions += QString::fromStdString(info.key + ": " + info.formula);
        }
        describe(*m_map, view, definitions);
    }
    fill(view);
    showMetrics(view);
}

OverlapCard::OverlapCard(const Theme& theme, QWidget* parent)
    : RunCard(theme, QStringLiteral("overlapCard"), tr("Overlap"), parent),
      m_map(new OverlapMap(theme, QStringLiteral("overlapMap"), this)) {
    m_map->setPlaceholder(tr("Overlap appears when the second task ends."));
    addFigure(m_map);
    addControl(m_map->measureBox());
    m_map->measureBox()->show();
    const auto activate = [this](int row, int column) {
        if (row != column) Q_EMIT pairActivated(std::min(row, column) + 1, std::max(row, column) + 1);
    };
    connect(m_map, &HeatMap::cellActivated, this, activate);
}

void OverlapCard::show(const RunView& view, unsigned changes, StepAxis /*axis*/) {
    if (!(changes & (RunView::Started | RunView::OverlapChanged))) return;
    if (changes & RunView::Started) describe(*m_map, view);
    QStringList tasks;
    for (const RunView::Task& task : view.tasks) tasks += QString::fromStdString(task.name);
    m_map->setOverlap(tasks, view.modules, view.overlap);
}

}  // namespace jumplora
