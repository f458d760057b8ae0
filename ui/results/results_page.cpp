// SPDX-License-Identifier: GPL-3.0-or-later
#include "results/results_page.h"

#include "analysis/statistics.h"
#include "base/error.h"
#include "base/file.h"
#include "parts/state_widgets.h"
#include "parts/wrap_layout.h"
#include "plots/curve_plot.h"
#include "plots/figure_panel.h"
#include "plots/heat_map.h"
#include "results/report.h"
#include "runs/table_panel.h"
#include "theme/icons.h"

#include <QAction>
#include <QComboBox>
#include <QFileDialog>
#include <QGridLayout>
#include <QLabel>
#include <QMenu>
#include <QScrollArea>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

namespace jumplora {
namespace {

constexpr int kThreeColumns = 1500;  // page width
constexpr int kPanelHeight = 330;
constexpr std::size_t kSources = 15;

QString qs(const std::string& text) { return QString::fromStdString(text); }

enum Which { MatrixA, MatrixB, Difference };

}  // namespace

ResultsPage::ResultsPage(WindowContext& context, QWidget* parent)
    : Page(QStringLiteral("resultsPage"), tr("Results"), parent), m_context(context) {
    registerActions();
    setHeader(buildHeader());
    m_state = new StateStack(buildBody(), this);
    auto* whole = new QVBoxLayout(this);
    whole->setContentsMargins(metrics::kPageMargin, 0, metrics::kPageMargin, metrics::kGrid);
    whole->addWidget(m_state);
    connect(&context.theme, &Theme::changed, this, [this] {
        arrange();
        showFigures();
    });
    m_state->showEmpty(tr("Mark runs on Runs, or choose one here."), tr("Choose runs"),
                       [this] { m_context.navigator.showPage(QStringLiteral("runsPage")); });
    context.actions.setEnabled(QStringLiteral("results.report"), false, tr("No runs are shown on Results."));
}

void ResultsPage::registerActions() {
    m_context.actions.add({QStringLiteral("results.report"),
                           tr("Report…"),
                           tr("Everything on Results as one HTML or PDF file"),
                           QStringLiteral("report"),
                           objectName(),
                           {}},
                          nullptr, [this] { chooseReport(); });
}

QWidget* ResultsPage::buildHeader() {
    auto* header = new QWidget(this);
    auto* line = new WrapLayout(header);
    m_source = new QToolButton(header);
    m_source->setObjectName("resultSource");
    m_source->setText(tr("Choose runs"));
    m_source->setToolTip(tr("Whose results are shown"));
    m_source->setPopupMode(QToolButton::InstantPopup);
    m_source->setProperty("button", true);
    m_source->setMenu(new QMenu(m_source));
    connect(m_source->menu(), &QMenu::aboutToShow, this, &ResultsPage::readSources);
    line->addWidget(m_source);
    const auto box = [&](const char* name, const QString& label, const QString& tip) {
        auto* text = new QLabel(label, header);
        auto* combo = new QComboBox(header);
        combo->setObjectName(QLatin1String(name));
        combo->setAccessibleName(tip);
        combo->setToolTip(tip);
        text->setBuddy(combo);
        line->addWidget(text);
        line->addWidget(combo);
        return combo;
    };
    m_spread = box("resultSpread", tr("±"), tr("What stands behind ±"));
    for (const SpreadKind kind : {SpreadKind::Deviation, SpreadKind::StandardError, SpreadKind::Interval95})
        m_spread->addItem(QLatin1String(spreadName(kind)));
    m_test = box("resultTest", tr("test"), tr("Against the first group, over runs with the same seed"));
    m_test->addItems({tr("paired t"), tr("Wilcoxon")});
    auto* holm = new QLabel(tr("Holm"), header);
    holm->setToolTip(tr("p is corrected for the number of tests by Holm's method"));
    holm->setProperty("muted", true);
    line->addWidget(holm);
    line->addStretch();
    QToolButton* report = m_context.actions.button(QStringLiteral("results.report"), header);
    report->setObjectName("reportButton");
    report->setProperty("button", true);
    line->addWidget(report);
    connect(m_spread, &QComboBox::currentIndexChanged, this, [this] {
        showTables();
        showFigures();
    });
    connect(m_test, &QComboBox::currentIndexChanged, this, &ResultsPage::showTables);
    return header;
}

QWidget* ResultsPage::buildBody() {
    auto* scroll = new QScrollArea(this);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    auto* body = new QWidget(scroll);
    m_grid = new QGridLayout(body);
    m_grid->setContentsMargins(0, 0, 0, 0);
    m_grid->setSpacing(metrics::kCardGap);
    Theme& theme = m_context.theme;
    m_metrics = new TablePanel(theme, QStringLiteral("metricTable"), tr("Metrics"), body);
    connect(m_metrics, &TablePanel::columnActivated, this, [this] {
        PageRequest request;
        request.runs = m_ids;
        request.text = QStringLiteral("metrics");
        m_context.navigator.showPage(QStringLiteral("comparePage"), request);
    });
    m_matrix = new HeatMap(theme, QStringLiteral("resultMatrix"), tr("Accuracy matrix"), body);
    m_matrix->setPlaceholder(tr("Nothing is evaluated yet."));
    m_matrixPanel = new FigurePanel(m_matrix, body);
    const auto chooser = [&](const char* name, const QString& accessible) {
        auto* combo = new QComboBox(m_matrixPanel);
        combo->setObjectName(QLatin1String(name));
        combo->setAccessibleName(accessible);
        combo->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        combo->setMinimumContentsLength(9);
        return combo;
    };
    m_which = chooser("matrixChoice", tr("Matrix"));
    m_which->addItems({tr("A"), tr("B"), tr("B − A")});
    m_which->setMinimumContentsLength(4);
    m_groupA = chooser("matrixA", tr("Group A"));
    m_groupB = chooser("matrixB", tr("Group B"));
    for (QComboBox* combo : {m_which, m_groupA, m_groupB}) {
        m_matrixPanel->addControl(combo);
        connect(combo, &QComboBox::currentIndexChanged, this, &ResultsPage::showFigures);
    }
    m_accuracy = new CurvePlot(theme, QStringLiteral("accuracyOverTasks"), tr("Accuracy over tasks"), body);
    m_accuracy->setPlaceholder(tr("Nothing is evaluated yet."));
    m_accuracy->setXAxis(tr("after task"), Quantity::Count);
    Smoothing plain;
    plain.kind = Smoothing::Kind::None;
    m_accuracy->setSmoothing(plain);
    m_accuracyPanel = new FigurePanel(m_accuracy, body);
    m_publishedTable = new TablePanel(theme, QStringLiteral("publishedTable"), tr("Published numbers"), body);
    for (TablePanel* panel : {m_metrics, m_publishedTable})
        connect(panel, &TablePanel::copied, this,
                [this](const QString& sentence) { tell(Notice::Kind::Info, sentence, 4); });
    scroll->setWidget(body);
    arrange();
    return scroll;
}

void ResultsPage::arrange() {
    if (m_grid == nullptr) return;
    const Theme& theme = m_context.theme;
    const int columns = width() >= theme.scaled(kThreeColumns) ? 3 : 2;
    const int height = theme.scaled(kPanelHeight);
    for (QWidget* panel : {static_cast<QWidget*>(m_matrixPanel), static_cast<QWidget*>(m_accuracyPanel),
                           static_cast<QWidget*>(m_publishedTable)})
        panel->setMinimumHeight(height);
    // Header, remark and all of the groups, up to half a panel.
    const int rows = static_cast<int>(m_metrics->table().rows.size());
    constexpr int kMostRows = 9;
    m_metrics->setMinimumHeight(theme.scaled(110 + metrics::kTableRow * std::clamp(rows, 1, kMostRows)));
    if (columns == m_columns) return;
    m_columns = columns;
    while (QLayoutItem* item = m_grid->takeAt(0)) delete item;
    m_grid->addWidget(m_metrics, 0, 0, 1, columns);
    m_grid->addWidget(m_matrixPanel, 1, 0);
    m_grid->addWidget(m_accuracyPanel, 1, 1);
    if (columns == 3) m_grid->addWidget(m_publishedTable, 1, 2);
    if (columns == 2) m_grid->addWidget(m_publishedTable, 2, 0, 1, 2);
    for (int column = 0; column < 3; ++column) m_grid->setColumnStretch(column, column < columns ? 1 : 0);
    m_grid->setRowStretch(1, 1);
    m_grid->setRowStretch(2, columns == 2 ? 1 : 0);
}

void ResultsPage::resizeEvent(QResizeEvent* event) {
    Page::resizeEvent(event);
    arrange();
}

SpreadKind ResultsPage::spread() const {
    return static_cast<SpreadKind>(std::max(0, m_spread->currentIndex()));
}
PairedTest ResultsPage::test() const {
    return m_test->currentIndex() == 1 ? PairedTest::Wilcoxon : PairedTest::StudentT;
}

std::size_t ResultsPage::groupA() const {
    return static_cast<std::size_t>(
        std::clamp<int>(m_groupA->currentIndex(), 0, static_cast<int>(m_compared.groups.size()) - 1));
}

std::size_t ResultsPage::groupB() const {
    return static_cast<std::size_t>(
        std::clamp<int>(m_groupB->currentIndex(), 0, static_cast<int>(m_compared.groups.size()) - 1));
}

void ResultsPage::tell(Notice::Kind kind, const QString& sentence, int seconds) {
    Notice message;
    message.kind = kind;
    message.sentence = sentence;
    message.seconds = seconds;
    Q_EMIT notice(message);
}

void ResultsPage::activated() {
    if (!m_ids.isEmpty()) read();
}

void ResultsPage::open(const PageRequest& request) {
    if (request.runs.isEmpty()) return;
    m_ids = request.runs;
    read();
}

// The newest groups of seeds, and the way to any other runs.
void ResultsPage::readSources() {
    QMenu* menu = m_source->menu();
    menu->clear();
    menu->addAction(icon(QStringLiteral("runs")), tr("Choose on Runs"), this,
                    [this] { m_context.navigator.showPage(QStringLiteral("runsPage")); });
    menu->addSeparator();
    m_context.jobs.read(
        this,
        [](const Store& store) {
            std::vector<std::pair<QString, QStringList>> groups;
            std::map<std::string, std::size_t> places;
            for (const RunRow& row : store.listRuns()) {
                const std::string key = row.groupHash.empty() ? row.id : row.groupHash;
                const auto [place, isNew] = places.try_emplace(key, groups.size());
                if (isNew && groups.size() >= kSources) continue;
                if (isNew) groups.emplace_back(qs(row.name), QStringList());
                if (place->second < groups.size()) groups[place->second].second += qs(row.id);
            }
            return groups;
        },
        [this](const std::vector<std::pair<QString, QStringList>>& groups) {
            for (const auto& [name, ids] : groups) {
                QAction* action = m_source->menu()->addAction(
                    ids.size() > 1 ? tr("%1 (n %2)").arg(name).arg(ids.size()) : name);
                action->setCheckable(true);
                action->setChecked(std::all_of(ids.begin(), ids.end(),
                                               [this](const QString& id) { return m_ids.contains(id); }));
                connect(action, &QAction::triggered, this, [this, ids = ids](bool on) {
                    for (const QString& id : ids) {
                        m_ids.removeAll(id);
                        if (on) m_ids += id;
                    }
                    if (m_ids.isEmpty()) take({});
                    read();
                });
            }
        });
}

void ResultsPage::read() {
    if (m_ids.isEmpty()) return;
    const int generation = ++m_generation;
    if (m_compared.isEmpty()) m_state->startLoading();
    struct Read {
        ComparedRuns compared;
        std::optional<PublishedResults> published;
        QString problem;
    };
    m_context.jobs.read(
        this,
        [ids = m_ids](const Store& store) {
            Read read;
            read.compared = readCompared(store, ids);
            try {
                read.published = publishedResults();
            } catch (const Error& error) {
                read.problem = QString::fromUtf8(error.what());
            }
            return read;
        },
        [this, generation](Read read) {
            if (generation != m_generation) return;
            m_published = std::move(read.published);
            m_publishedProblem = read.problem;
            take(std::move(read.compared));
        },
        [this, generation](const QString& sentence) {
            if (generation == m_generation) m_state->showError(sentence);
        });
}

void ResultsPage::take(ComparedRuns compared) {
    m_compared = std::move(compared);
    const bool empty = m_compared.isEmpty();
    m_context.actions.setEnabled(QStringLiteral("results.report"), !empty,
                                 tr("No runs are shown on Results."));
    m_source->setText(empty ? tr("Choose runs")
                            : tr("%n groups", nullptr, static_cast<int>(m_compared.groups.size())));
    if (empty) {
        if (m_compared.unusable.isEmpty())
            m_state->showEmpty(tr("Mark runs on Runs, or choose one here."), tr("Choose runs"),
                               [this] { m_context.navigator.showPage(QStringLiteral("runsPage")); });
        else
            m_state->showError(tr("None of these runs can be read."),
                               m_compared.unusable.join(QLatin1Char('\n')));
        return;
    }
    QStringList labels;
    for (const SeedGroup& group : m_compared.groups) labels += qs(group.label);
    const auto fill = [&](QComboBox* combo, int usual) {
        const QSignalBlocker quiet(combo);
        const int before = combo->findText(combo->currentText());
        combo->clear();
        combo->addItems(labels);
        combo->setCurrentIndex(
            std::min<int>(before >= 0 ? before : usual, static_cast<int>(labels.size()) - 1));
    };
    fill(m_groupA, 0);
    fill(m_groupB, 1);
    const bool several = labels.size() > 1;
    m_which->setVisible(several);
    m_state->showContent();
    showTables();
    showFigures();
    arrange();
    Q_EMIT loaded();
}

// One row a group; the p of the overall accuracy against the first group.
Table ResultsPage::metrics() const {
    Table table = withSpread(withoutEmptyColumns(metricsTable(m_compared.runs, m_compared.groups)), spread());
    // Partial runs are marked, so that nobody takes an average of two tasks for one of four.
    for (std::size_t g = 0; g < m_compared.groups.size() && g < table.rows.size(); ++g) {
        const RunRow& row = m_compared.runs[m_compared.groups[g].runs.front()].row;
        if (row.tasksTrained < static_cast<std::int64_t>(row.tasks.size()) && row.method != "multi_task")
            table.rows[g][0].text +=
                tr(" (%1 of %2 tasks)").arg(row.tasksTrained).arg(row.tasks.size()).toStdString();
    }
    if (m_compared.groups.size() < 2) return table;
    const Table tested = testedDifferenceTable(m_compared.runs, m_compared.groups, 0, test());
    table.columns.push_back({"p (OA)",
                             Quantity::Magnitude,
                             "of the overall accuracy against the first group, two-sided, corrected by Holm",
                             {}});
    for (std::size_t g = 0; g < table.rows.size(); ++g) {
        TableCell cell = g == 0 ? TableCell::ofText("baseline")
                                : TableCell::notComputable("not comparable with the first group");
        for (const auto& row : tested.rows)
            if (row[0].text == m_compared.groups[g].label && row[1].text == "oa" && g > 0) cell = row.back();
        table.rows[g].push_back(cell);
    }
    return table;
}

QString ResultsPage::remarks() const {
    QStringList lines = m_compared.unusable;
    bool mixed = false;
    const auto& first = m_compared.runs[m_compared.groups.front().runs.front()].row.tasks;
    for (const SeedGroup& group : m_compared.groups)
        mixed |= m_compared.runs[group.runs.front()].row.tasks != first;
    if (mixed)
        lines +=
            tr("The groups learned other tasks or another order: their averages are of different things and "
               "are not tested against each other where the tasks differ.");
    for (const SeedGroup& group : m_compared.groups)
        if (!group.repeats.empty())
            lines += tr("%1: %n runs repeat a seed and are not counted.", nullptr,
                        static_cast<int>(group.repeats.size()))
                         .arg(qs(group.label));
    return lines.join(QLatin1Char('\n'));
}

void ResultsPage::showTables() {
    if (m_compared.isEmpty()) return;
    const Provenance provenance = provenanceOf(m_compared);
    m_metrics->setTable(metrics(), provenance);
    m_metrics->setRemark(remarks());
    if (!m_published) {
        m_publishedTable->setRemark(m_publishedProblem);
        return;
    }
    m_publishedTable->setRemark(tr("T5-large, as reported; ● marks settings that differ from yours."));
    m_publishedTable->setTable(publishedTable(m_compared.runs, m_compared.groups, *m_published), provenance);
}

void ResultsPage::showFigures() {
    if (m_compared.isEmpty()) return;
    showMatrix();
    showAccuracy();
}

void ResultsPage::showMatrix() {
    const SeedGroup& a = m_compared.groups[groupA()];
    const SeedGroup& b = m_compared.groups[groupB()];
    const int which = m_which->currentIndex();
    const bool several = m_compared.groups.size() > 1;
    m_groupA->setVisible(several && which != MatrixB);
    m_groupB->setVisible(several && which != MatrixA);
    m_matrix->setProvenance(provenanceOf(m_compared));
    switch (m_compared.groups.size() > 1 ? m_which->currentIndex() : MatrixA) {
        case MatrixB:
            m_matrix->setTitle(tr("Accuracy matrix"));
            m_matrix->setSummary(tr("Accuracy matrix of %1").arg(qs(b.label)));
            m_matrix->setData(matrixMap(m_compared, b));
            break;
        case Difference:
            m_matrix->setTitle(tr("Difference"));
            m_matrix->setSummary(tr("%1 − %2").arg(qs(b.label), qs(a.label)));
            m_matrix->setData(differenceMap(m_compared, a, b, m_context.theme.colours().isDark()));
            break;
        default:
            m_matrix->setTitle(tr("Accuracy matrix"));
            m_matrix->setSummary(tr("Accuracy matrix of %1").arg(qs(a.label)));
            m_matrix->setData(matrixMap(m_compared, a));
    }
}

// One line per task: its accuracy after each task; the band is over seeds.
void ResultsPage::showAccuracy() {
    const SeedGroup& group = m_compared.groups[m_which->currentIndex() == MatrixB ? groupB() : groupA()];
    const std::vector<std::string>& tasks = m_compared.runs[group.runs.front()].matrix.taskNames();
    m_accuracy->clearCurves();
    m_accuracy->setXAxis(tr("after task (%1)").arg(qs(group.label)), Quantity::Count);
    m_accuracy->setProvenance(provenanceOf(m_compared));
    ValueAxis axis;
    axis.label = tr("accuracy");
    axis.quantity = Quantity::Share;
    axis.lower = 0;
    axis.upper = 1;
    m_accuracy->setLeftAxis(axis);
    for (std::size_t i = 0; i < tasks.size(); ++i) {
        std::vector<double> x;
        std::vector<double> mean;
        std::vector<double> low;
        std::vector<double> high;
        for (std::int64_t row = 0; row <= static_cast<std::int64_t>(tasks.size()); ++row) {
            const auto cell = meanCell(m_compared, group, row, tasks[i]);
            // A gap stays a gap.
            if (!cell) {
                for (std::vector<double>* side : {&mean, &low, &high}) side->push_back(std::nan(""));
                x.push_back(static_cast<double>(row));
                continue;
            }
            const double half = cell->deviation ? spreadOf(*cell->deviation, cell->n, spread()) : 0;
            x.push_back(static_cast<double>(row));
            mean.push_back(cell->mean);
            low.push_back(std::max(0.0, cell->mean - half));
            high.push_back(std::min(1.0, cell->mean + half));
        }
        CurveInfo info;
        info.key = qs(tasks[i]);
        info.name = QStringLiteral("%1 %2").arg(i + 1).arg(qs(tasks[i]));
        info.quantity = Quantity::Share;
        info.look = static_cast<int>(i);
        info.smoothed = false;
        const int index = m_accuracy->addCurve(info);
        m_accuracy->setPoints(index, x, mean);
        if (group.runs.size() > 1) m_accuracy->setBand(index, x, low, high);
    }
    m_accuracy->setSummary(
        tr("Accuracy of %n tasks after each task", nullptr, static_cast<int>(tasks.size())));
    m_accuracy->fit();
}

void ResultsPage::chooseReport() {
    const QString folder = m_context.settings.get<QString>(keys::kLastFolder);
    const QString name =
        m_compared.groups.size() == 1 ? qs(m_compared.groups.front().label) : QStringLiteral("comparison");
    const QString file = QFileDialog::getSaveFileName(
        this, tr("Report"),
        (folder.isEmpty() ? QString() : folder + QLatin1Char('/')) + name + QStringLiteral(".html"),
        tr("HTML (*.html);;PDF (*.pdf)"));
    if (!file.isEmpty()) writeReport(file);
}

bool ResultsPage::writeReport(const QString& file) {
    if (m_compared.isEmpty()) return false;
    try {
        const Table published =
            m_published ? publishedTable(m_compared.runs, m_compared.groups, *m_published) : Table{};
        const Table differences = m_compared.groups.size() > 1
                                      ? testedDifferenceTable(m_compared.runs, m_compared.groups, 0, test())
                                      : Table{};
        const QString title =
            m_compared.groups.size() == 1
                ? tr("Results of %1").arg(qs(m_compared.groups.front().label))
                : tr("Comparison of %n groups", nullptr, static_cast<int>(m_compared.groups.size()));
        const auto sections =
            reportSections(m_compared, metrics(), differences, published, {m_matrix, m_accuracy});
        if (file.endsWith(QLatin1String(".pdf"), Qt::CaseInsensitive)) {
            writeReportPdf(file, title, sections, {m_matrix, m_accuracy});
        } else {
            writeFileAtomically(file.toStdString(), htmlReport(title.toStdString(), sections));
        }
        tell(Notice::Kind::Info, tr("The report is in %1.").arg(file), 10);
        return true;
    } catch (const Error& error) {
        tell(Notice::Kind::Error, QString::fromUtf8(error.what()));
        return false;
    }
}

}  // namespace jumplora
