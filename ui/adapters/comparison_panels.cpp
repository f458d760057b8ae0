// SPDX-License-Identifier: GPL-3.0-or-later
#include "adapters/comparison_panels.h"

#include "analysis/overlap.h"
#include "plots/figure_panel.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QTableView>
#include <QVBoxLayout>

namespace jumplora {
namespace {

struct Compared {
    std::shared_ptr<const ModuleDelta> first;
    std::shared_ptr<const ModuleDelta> second;
    MaskComparison counts;
};

}  // namespace

MaskPanel::MaskPanel(const Theme& theme, Jobs& jobs, QWidget* parent)
    : QWidget(parent),
      m_theme(theme),
      m_jobs(jobs),
      m_first(new QComboBox(this)),
      m_second(new QComboBox(this)),
      m_moduleName(new QLabel(this)),
      m_map(new EntryMap(theme, QStringLiteral("maskCompare"), tr("Masks of two tasks"), this)),
      m_counts(new TableModel(this)),
      m_table(new QTableView(this)) {
    m_first->setObjectName(QStringLiteral("maskFirst"));
    m_second->setObjectName(QStringLiteral("maskSecond"));
    m_first->setAccessibleName(tr("First task"));
    m_second->setAccessibleName(tr("Second task"));
    m_map->setPlaceholder(tr("Two tasks with an adapter are needed."));
    auto* panel = new FigurePanel(m_map);
    panel->addControl(m_first);
    panel->addControl(new QLabel(tr("against"), panel));
    panel->addControl(m_second);
    m_table->setObjectName(QStringLiteral("maskTable"));
    m_table->setAccessibleName(tr("Entries by kind, and what chance would give"));
    m_table->setModel(m_counts);
    m_table->setShowGrid(false);
    m_table->verticalHeader()->hide();
    m_table->setTabKeyNavigation(false);
    auto* side = new QFrame(this);
    side->setProperty("card", true);
    auto* column = new QVBoxLayout(side);
    m_moduleName->setFont(theme.font(TextRole::CardTitle));
    m_moduleName->setWordWrap(true);
    column->addWidget(m_moduleName);
    column->addWidget(m_table, 1);
    auto* hint =
        new QLabel(tr("By chance: masks of these densities that have nothing to do with each other."), side);
    hint->setWordWrap(true);
    hint->setFont(theme.font(TextRole::Small));
    hint->setForegroundRole(QPalette::PlaceholderText);
    column->addWidget(hint);
    side->setFixedWidth(theme.scaled(400));
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(metrics::kPageMargin, metrics::kHalfGrid, metrics::kPageMargin,
                               metrics::kPageMargin);
    layout->setSpacing(metrics::kGrid);
    layout->addWidget(panel, 1);
    layout->addWidget(side);
    for (QComboBox* box : {m_first, m_second}) connect(box, &QComboBox::activated, this, &MaskPanel::load);
}

void MaskPanel::setRun(std::shared_ptr<const AdapterRun> run, int task) {
    m_run = std::move(run);
    m_first->clear();
    m_second->clear();
    for (std::size_t i = 0; i < m_run->tasks.size(); ++i) {
        if (m_run->tasks[i].adapterFile.empty()) continue;
        for (QComboBox* box : {m_first, m_second})
            box->addItem(QStringLiteral("%1 %2").arg(i + 1).arg(QString::fromStdString(m_run->tasks[i].name)),
                         static_cast<int>(i));
    }
    m_second->setCurrentIndex(std::max(m_second->findData(task - 1), 0));
    m_first->setCurrentIndex(m_second->currentIndex() == 0 ? m_first->count() - 1
                                                           : m_second->currentIndex() - 1);
    m_loaded.clear();
    load();
}

void MaskPanel::setModule(const QString& module) {
    m_module = module;
    m_moduleName->setText(shortModuleName(module));
    m_moduleName->setToolTip(module);
    load();
}

void MaskPanel::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    load();
}

void MaskPanel::load() {
    // Only when it can be seen: it reads two adapters.
    if (!isVisible() || m_run == nullptr || m_first->count() < 2 || m_module.isEmpty()) return;
    const auto first = static_cast<std::size_t>(m_first->currentData().toInt());
    const auto second = static_cast<std::size_t>(m_second->currentData().toInt());
    const QString wanted = QStringLiteral("%1 %2 %3").arg(first).arg(second).arg(m_module);
    if (wanted == m_loaded) return;
    m_loaded = wanted;
    if (m_loading) m_loading->cancel();
    m_loading = m_jobs.compute(
        this,
        [one = m_run->adapterPath(first), two = m_run->adapterPath(second),
         module = m_module.toStdString()](const Job& /*job*/) {
            Compared result{ModuleDelta::load(one, module), ModuleDelta::load(two, module), {}};
            result.counts = compareMasks(*result.first, *result.second);
            return result;
        },
        [this](const Compared& result) {
            const QString names[] = {m_first->currentText(), m_second->currentText()};
            Table table;
            table.title = tr("Masks of %1 and %2").arg(names[0], names[1]).toStdString();
            table.columns = {{tr("entries").toStdString()},
                             {tr("count").toStdString(), Quantity::Count},
                             {tr("by chance").toStdString(), Quantity::Count},
                             {tr("× chance").toStdString(), Quantity::Text}};
            for (const MaskKind kind : {MaskKind::OnlyFirst, MaskKind::OnlySecond, MaskKind::BothSame,
                                        MaskKind::BothOpposite, MaskKind::Neither}) {
                const auto index = static_cast<std::size_t>(kind);
                const auto count = static_cast<double>(result.counts.count[index]);
                const double expected = result.counts.expected[index];
                table.addRow({TableCell::ofText(maskName(kind, names[0], names[1]).toStdString()),
                              TableCell::ofNumber(count), TableCell::ofNumber(std::round(expected)),
                              expected > 0
                                  ? TableCell::ofText(QString::number(count / expected, 'f', 2).toStdString())
                                  : TableCell::missing()});
            }
            m_counts->setTable(std::move(table));
            m_table->resizeColumnsToContents();
            m_map->setProvenance({{QString::fromStdString(m_run->row.name)},
                                  {QString::fromStdString(m_run->row.id)},
                                  {QString::fromStdString(m_run->row.specHash)},
                                  {tr("module %1, tasks %2 and %3").arg(m_module, names[0], names[1])}});
            m_map->setSource(maskSource(result.first, result.second, names[0], names[1]));
            Q_EMIT compared();
        },
        [this](const QString& sentence) { Q_EMIT failed(sentence); });
}

OverlapPanel::OverlapPanel(const Theme& theme, QWidget* parent)
    : QWidget(parent),
      m_map(new OverlapMap(theme, QStringLiteral("overlapTabMap"), this)),
      m_breakdown(new OverlapBreakdown(theme, this)) {
    m_map->setPlaceholder(tr("Overlap appears when the second task ends."));
    auto* map = new FigurePanel(m_map);
    map->addControl(m_map->measureBox());
    map->addControl(m_map->moduleBox());
    m_map->measureBox()->show();
    m_map->moduleBox()->show();
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(metrics::kPageMargin, metrics::kHalfGrid, metrics::kPageMargin,
                               metrics::kPageMargin);
    layout->setSpacing(metrics::kGrid);
    layout->addWidget(map, 3);
    layout->addWidget(new FigurePanel(m_breakdown), 2);
    const auto choose = [this](int row, int column) {
        if (row != column) showPair(std::min(row, column) + 1, std::max(row, column) + 1);
    };
    connect(m_map, &HeatMap::cellClicked, this, choose);
    connect(m_map, &HeatMap::cellActivated, this, choose);
    connect(m_map, &OverlapMap::chosenMeasureChanged, this, [this] { showPair(m_i, m_j); });
}

void OverlapPanel::setRun(std::shared_ptr<const AdapterRun> run) {
    m_run = std::move(run);
    QStringList tasks;
    for (const AdapterRun::Task& task : m_run->tasks) tasks += QString::fromStdString(task.name);
    for (Figure* figure : std::initializer_list<Figure*>{m_map, m_breakdown})
        figure->setProvenance({{QString::fromStdString(m_run->row.name)},
                               {QString::fromStdString(m_run->row.id)},
                               {QString::fromStdString(m_run->row.specHash)},
                               {}});
    m_map->setOverlap(tasks, m_run->modules, m_run->overlap);
    // The first pair is there from the beginning, so that the breakdown is no empty panel.
    m_i = 0;
    for (const auto& [pair, values] : m_run->overlap) {
        if (pair.first == pair.second) continue;
        showPair(static_cast<int>(pair.first), static_cast<int>(pair.second));
        break;
    }
    if (m_i == 0) m_breakdown->setBars(tr("By module"), {}, {});
}

void OverlapPanel::showPair(int i, int j) {
    if (i < 1 || j <= i || m_run == nullptr) return;
    m_i = i;
    m_j = j;
    m_map->setChosen(i - 1, j - 1);
    std::vector<OverlapBreakdown::Bar> bars;
    for (std::size_t module = 0; module < m_run->modules.size(); ++module) {
        const auto value = m_map->valueOf(i, j, static_cast<int>(module));
        if (!value) continue;
        bars.push_back({QString::fromStdString(m_run->modules[module].name), *value,
                        m_map->chanceOf(i, j, static_cast<int>(module)),
                        overlapText(m_map->measure(), *value)});
    }
    const auto name = [this](int task) {
        return QString::fromStdString(m_run->tasks[static_cast<std::size_t>(task) - 1].name);
    };
    m_breakdown->setBars(tr("%1 and %2, by module").arg(name(i), name(j)), m_map->measureBox()->currentText(),
                         std::move(bars));
}

}  // namespace jumplora
