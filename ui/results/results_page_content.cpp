// SPDX-License-Identifier: GPL-3.0-or-later
// What is shown of the chosen runs: tables, matrix, accuracy over tasks.
#include "analysis/statistics.h"
#include "plots/curve_plot.h"
#include "plots/heat_map.h"
#include "results/report.h"
#include "results/results_page.h"
#include "runs/table_panel.h"

#include <QComboBox>
#include <algorithm>
#include <cmath>

namespace jumplora {
namespace {

QString qs(const std::string& text) { return QString::fromStdString(text); }

enum Which { MatrixA, MatrixB, Difference };

}  // namespace

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
    axis.label = tr("accuracy %");
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

}  // namespace jumplora
