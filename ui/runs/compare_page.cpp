// SPDX-License-Identifier: GPL-3.0-or-later
#include "runs/compare_page.h"

#include "parts/name_box.h"
#include "parts/state_widgets.h"
#include "parts/wrap_layout.h"
#include "plots/curve_plot.h"
#include "plots/figure_panel.h"
#include "plots/heat_map.h"
#include "runs/table_panel.h"

#include <QComboBox>
#include <QGridLayout>
#include <QLabel>
#include <QTabWidget>
#include <QVBoxLayout>

namespace jumplora {
namespace {

constexpr qsizetype kMostRuns = 56 * 20;

Quantity curveQuantity(const QString& key) {
    if (key == QLatin1String("density")) return Quantity::Density;
    if (key == QLatin1String("memory_bytes")) return Quantity::Bytes;
    if (key.startsWith(QLatin1String("tau."))) return Quantity::Threshold;
    if (key == QLatin1String("ce") || key == QLatin1String("total")) return Quantity::Loss;
    return Quantity::Magnitude;
}

QString curveName(const QString& key) {
    if (key == QLatin1String("ce")) return ComparePage::tr("cross-entropy");
    if (key == QLatin1String("total")) return ComparePage::tr("total loss");
    if (key == QLatin1String("grad_norm")) return ComparePage::tr("gradient norm");
    return key;
}

}  // namespace

ComparePage::ComparePage(WindowContext& context, QWidget* parent)
    : Page(QStringLiteral("comparePage"), tr("Compare"), parent), m_context(context) {
    setHeader(buildHeader());
    m_tabs = new QTabWidget(this);
    m_tabs->setObjectName("compareTabs");
    m_tabs->setDocumentMode(true);
    m_tabs->addTab(buildCurves(), tr("Curves"));
    m_tabs->addTab(buildMatrices(), tr("Matrices"));
    m_settings = new TablePanel(context.theme, QStringLiteral("settingsDifference"),
                                tr("Settings that differ"), m_tabs);
    m_tabs->addTab(m_settings, tr("Settings"));
    auto* metrics = new QWidget(m_tabs);
    auto* column = new QVBoxLayout(metrics);
    column->setContentsMargins(0, metrics::kGrid, 0, 0);
    m_metrics = new TablePanel(context.theme, QStringLiteral("compareMetrics"), tr("Metrics"), metrics);
    m_differences = new TablePanel(context.theme, QStringLiteral("compareDifferences"),
                                   tr("Differences to the baseline"), metrics);
    column->addWidget(m_metrics, 2);
    column->addWidget(m_differences, 3);
    m_tabs->addTab(metrics, tr("Metrics"));
    for (TablePanel* panel : {m_settings, m_metrics, m_differences})
        connect(panel, &TablePanel::copied, this, [this](const QString& sentence) {
            Notice message;
            message.sentence = sentence;
            message.seconds = 4;
            Q_EMIT notice(message);
        });
    m_state = new StateStack(m_tabs, this);
    auto* whole = new QVBoxLayout(this);
    whole->setContentsMargins(metrics::kPageMargin, 0, metrics::kPageMargin, metrics::kPageMargin);
    whole->addWidget(m_state);
    m_tabs->setCurrentIndex(context.settings.get<int>(keys::kCompareTab));
    connect(m_tabs, &QTabWidget::currentChanged, this,
            [this](int tab) { m_context.settings.set(keys::kCompareTab, tab); });
    connect(&context.theme, &Theme::changed, this, &ComparePage::showMatrices);
    m_state->showEmpty(tr("Mark runs on Runs to compare them."), tr("Choose runs"),
                       [this] { m_context.navigator.showPage(QStringLiteral("runsPage")); });
}

QWidget* ComparePage::buildHeader() {
    auto* header = new QWidget(this);
    auto* line = new WrapLayout(header);
    const auto box = [&](const char* name, const QString& label, const QString& tip, QComboBox* combo) {
        auto* text = new QLabel(label, header);
        combo->setObjectName(QLatin1String(name));
        combo->setAccessibleName(label);
        combo->setToolTip(tip);
        text->setBuddy(combo);
        line->addWidget(text);
        line->addWidget(combo);
        return combo;
    };
    m_baseline =
        box("baselineRun", tr("Baseline"), tr("What differences are counted from"), new NameBox(header));
    m_baseline->setMinimumContentsLength(24);
    m_spread = box("compareSpread", tr("±"), tr("What bands and ± show"), new QComboBox(header));
    for (const SpreadKind kind : {SpreadKind::Deviation, SpreadKind::StandardError, SpreadKind::Interval95})
        m_spread->addItem(QLatin1String(spreadName(kind)));
    m_test = box("compareTest", tr("Test"), tr("Over runs with the same seed; p corrected by Holm"),
                 new QComboBox(header));
    m_test->addItems({tr("paired t"), tr("Wilcoxon")});
    line->addStretch();
    connect(m_baseline, &QComboBox::currentIndexChanged, this, &ComparePage::showTables);
    connect(m_test, &QComboBox::currentIndexChanged, this, &ComparePage::showTables);
    connect(m_spread, &QComboBox::currentIndexChanged, this, [this] {
        showTables();
        readCurves();
    });
    return header;
}

QWidget* ComparePage::buildCurves() {
    m_plot = new CurvePlot(m_context.theme, QStringLiteral("compareCurves"), tr("Curves"), this);
    m_plot->setXAxis(tr("step"), Quantity::Count);
    m_plot->setPlaceholder(tr("These runs have no curve of this kind."));
    // A smoothed line inside a raw band would not be its middle.
    Smoothing smoothing;
    smoothing.kind = Smoothing::Kind::None;
    m_plot->setSmoothing(smoothing);
    auto* panel = new FigurePanel(m_plot, this);
    m_curve = new QComboBox(panel);
    m_curve->setObjectName("compareCurve");
    m_curve->setAccessibleName(tr("Curve"));
    panel->addControl(m_curve);
    connect(m_curve, &QComboBox::currentIndexChanged, this, &ComparePage::readCurves);
    return panel;
}

QWidget* ComparePage::buildMatrices() {
    auto* page = new QWidget(this);
    auto* grid = new QGridLayout(page);
    grid->setContentsMargins(0, metrics::kGrid, 0, 0);
    grid->setSpacing(metrics::kCardGap);
    const auto add = [&](const char* name, const QString& title, int column) {
        auto* map = new HeatMap(m_context.theme, QLatin1String(name), title, page);
        map->setPlaceholder(tr("Nothing is evaluated yet."));
        auto* panel = new FigurePanel(map, page);
        grid->addWidget(panel, 0, column);
        grid->setColumnStretch(column, 1);
        return std::pair(map, panel);
    };
    const auto [a, panelA] = add("compareMatrixA", tr("A"), 0);
    const auto [b, panelB] = add("compareMatrixB", tr("B"), 1);
    const auto [difference, panelD] = add("compareMatrixDifference", tr("B − A"), 2);
    (void)panelD;
    m_matrixA = a;
    m_matrixB = b;
    m_difference = difference;
    const auto chooser = [&](FigurePanel* panel, const char* name) {
        auto* combo = new NameBox(panel);
        combo->setObjectName(QLatin1String(name));
        combo->setMinimumContentsLength(22);
        panel->addControl(combo);
        connect(combo, &QComboBox::currentIndexChanged, this, &ComparePage::showMatrices);
        return combo;
    };
    m_left = chooser(panelA, "compareA");
    m_left->setAccessibleName(tr("Matrix A"));
    m_right = chooser(panelB, "compareB");
    m_right->setAccessibleName(tr("Matrix B"));
    return page;
}

SpreadKind ComparePage::spread() const {
    return static_cast<SpreadKind>(std::max(0, m_spread->currentIndex()));
}

std::size_t ComparePage::baseline() const {
    return static_cast<std::size_t>(std::max(0, m_baseline->currentIndex()));
}

void ComparePage::activated() {
    if (!m_ids.isEmpty()) read();
}

void ComparePage::open(const PageRequest& request) {
    if (!request.runs.isEmpty()) m_ids = request.runs.mid(0, kMostRuns);
    const QStringList tabs = {QStringLiteral("curves"), QStringLiteral("matrices"),
                              QStringLiteral("settings"), QStringLiteral("metrics")};
    if (tabs.contains(request.text)) m_tabs->setCurrentIndex(static_cast<int>(tabs.indexOf(request.text)));
    read();
}

void ComparePage::read() {
    if (m_ids.isEmpty()) return;
    const int generation = ++m_generation;
    if (m_compared.isEmpty()) m_state->startLoading();
    m_context.jobs.read(
        this, [ids = m_ids](const Store& store) { return readCompared(store, ids); },
        [this, generation](ComparedRuns compared) {
            if (generation == m_generation) take(std::move(compared));
        },
        [this, generation](const QString& sentence) {
            if (generation == m_generation) m_state->showError(sentence);
        });
}

void ComparePage::take(ComparedRuns compared) {
    m_compared = std::move(compared);
    if (m_compared.isEmpty()) {
        m_state->showError(tr("None of these runs can be read."),
                           m_compared.unusable.join(QLatin1Char('\n')));
        return;
    }
    QStringList labels;
    for (const SeedGroup& group : m_compared.groups)
        labels += group.runs.size() > 1
                      ? tr("%1 (n %2)").arg(QString::fromStdString(group.label)).arg(group.runs.size())
                      : QString::fromStdString(group.label);
    const auto fill = [](QComboBox* combo, const QStringList& items, int usual) {
        const QSignalBlocker quiet(combo);
        const QString before = combo->currentText();
        combo->clear();
        combo->addItems(items);
        const int known = combo->findText(before);
        combo->setCurrentIndex(known >= 0 ? known : std::min<int>(usual, static_cast<int>(items.size()) - 1));
    };
    fill(m_baseline, labels, 0);
    fill(m_left, labels, 0);
    fill(m_right, labels, 1);
    const QSignalBlocker quiet(m_curve);
    const QString before = m_curve->currentData().toString();
    m_curve->clear();
    for (const QString& key : m_compared.curveKeys) m_curve->addItem(curveName(key), key);
    const int known = m_curve->findData(before.isEmpty() ? QStringLiteral("ce") : before);
    m_curve->setCurrentIndex(std::max(known, 0));
    m_state->showContent();
    setTitle(tr("Compare %n runs", nullptr, static_cast<int>(m_compared.runs.size())));
    showMatrices();
    showTables();
    readCurves();
    Q_EMIT loaded();
}

void ComparePage::readCurves() {
    const QString key = m_curve->currentData().toString();
    if (m_compared.isEmpty() || key.isEmpty()) return;
    const int generation = m_generation;
    m_context.jobs.read(
        this,
        [compared = m_compared, key = key.toStdString(), spread = spread()](const Store& store) {
            return readGroupCurves(store, compared, key, spread);
        },
        [this, generation, key](const std::vector<GroupCurve>& curves) {
            if (generation == m_generation && key == m_curve->currentData().toString()) showCurves(curves);
        },
        [this](const QString& sentence) { m_plot->setPlaceholder(sentence); });
}

void ComparePage::showCurves(const std::vector<GroupCurve>& curves) {
    const QString key = m_curve->currentData().toString();
    m_plot->clearCurves();
    m_plot->setTitle(tr("%1, mean ± %2 over seeds").arg(curveName(key), QLatin1String(spreadName(spread()))));
    std::vector<TaskSpan> spans;
    double begin = 0;
    for (const TaskRow& task : m_compared.tasks) {
        TaskSpan span;
        span.name = QString::fromStdString(task.name);
        span.number = task.task;
        span.begin = begin;
        span.end = begin + static_cast<double>(task.steps);
        begin = span.end;
        spans.push_back(std::move(span));
    }
    m_plot->setTasks(std::move(spans));
    m_plot->setProvenance(provenanceOf(m_compared));
    double least = 0;
    for (const GroupCurve& curve : curves)
        for (const double value : curve.mean) least = least == 0 ? value : std::min(least, value);
    ValueAxis axis;
    axis.label = curveName(key);
    axis.quantity = curveQuantity(key);
    axis.logarithmic = least > 0 && key != QLatin1String("lr") && key != QLatin1String("f");
    m_plot->setLeftAxis(axis);
    for (std::size_t g = 0; g < curves.size(); ++g) {
        CurveInfo info;
        info.key = QString::fromStdString(m_compared.groups[g].label);
        info.name = curves[g].n > 1 ? tr("%1, mean ± %2, n = %3")
                                          .arg(info.key, QLatin1String(spreadName(spread())))
                                          .arg(curves[g].n)
                                    : info.key;
        info.quantity = curveQuantity(key);
        info.look = static_cast<int>(g);
        const int index = m_plot->addCurve(info);
        m_plot->setPoints(index, curves[g].x, curves[g].mean);
        if (!curves[g].low.empty()) m_plot->setBand(index, curves[g].x, curves[g].low, curves[g].high);
    }
    m_plot->setSummary(
        tr("%1 of %n groups over steps", nullptr, static_cast<int>(curves.size())).arg(curveName(key)));
    m_plot->fit();
}

void ComparePage::showMatrices() {
    if (m_compared.isEmpty()) return;
    const auto at = [&](const QComboBox* combo) {
        return static_cast<std::size_t>(
            std::clamp<int>(combo->currentIndex(), 0, static_cast<int>(m_compared.groups.size()) - 1));
    };
    const SeedGroup& a = m_compared.groups[at(m_left)];
    const SeedGroup& b = m_compared.groups[at(m_right)];
    const Provenance provenance = provenanceOf(m_compared);
    for (HeatMap* map : {m_matrixA, m_matrixB, m_difference}) map->setProvenance(provenance);
    m_matrixA->setData(matrixMap(m_compared, a));
    m_matrixB->setData(matrixMap(m_compared, b));
    m_difference->setData(differenceMap(m_compared, a, b, m_context.theme.colours().isDark()));
    m_difference->setSummary(
        tr("%1 minus %2").arg(QString::fromStdString(b.label), QString::fromStdString(a.label)));
}

void ComparePage::showTables() {
    if (m_compared.isEmpty()) return;
    const Provenance provenance = provenanceOf(m_compared);
    Table settings = settingsDifference(m_compared);
    m_settings->setRemark(settings.rows.empty() ? tr("These groups have the same settings.") : QString());
    m_settings->setTable(std::move(settings), provenance);
    m_metrics->setTable(
        withSpread(withoutEmptyColumns(metricsTable(m_compared.runs, m_compared.groups)), spread()),
        provenance);
    m_metrics->setRemark(m_compared.unusable.join(QLatin1Char('\n')));
    const auto kind = m_test->currentIndex() == 1 ? PairedTest::Wilcoxon : PairedTest::StudentT;
    Table differences = testedDifferenceTable(m_compared.runs, m_compared.groups, baseline(), kind);
    QString remark =
        tr("Each group minus %1, over runs with the same seed; %2, p corrected by Holm.")
            .arg(QString::fromStdString(m_compared.groups[baseline()].label), m_test->currentText());
    if (kind == PairedTest::Wilcoxon) remark += tr(" With fewer than 6 pairs its p cannot go below 0.05.");
    for (const std::string& comment : differences.comments)
        if (comment.find("is not compared") != std::string::npos)
            remark += QLatin1Char('\n') + QString::fromStdString(comment);
    m_differences->setRemark(m_compared.groups.size() < 2 ? tr("One group alone has no differences.")
                                                          : remark);
    m_differences->setTable(std::move(differences), provenance);
}

}  // namespace jumplora
