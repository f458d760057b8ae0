// SPDX-License-Identifier: GPL-3.0-or-later
// What the cells, headers and tooltips of the runs table say.
#include "analysis/statistics.h"
#include "plots/sorted_table.h"
#include "runs/run_table_model.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace jumplora {
namespace {

QString qs(const std::string& text) { return QString::fromStdString(text); }

}  // namespace

QVariant RunTableModel::runText(int run, const RunColumn& column) const {
    const RunRow& row = m_data->rows()[static_cast<std::size_t>(run)];
    if (column.key.name == QLatin1String("started")) return qs(formatDate(row.created));
    if (column.key.name == QLatin1String("updated")) return qs(formatDate(row.updated));
    const FilterValue value = m_data->value(static_cast<std::size_t>(run), column.key);
    // Partial runs say so: averages are of the tasks seen.
    const QString text = valueText(value, column.quantity);
    const bool partial = column.isMetric() && !value.isMissing() &&
                         row.tasksTrained < static_cast<std::int64_t>(row.tasks.size()) &&
                         row.method != "multi_task";
    return partial ? tr("%1 (%2 of %3)").arg(text).arg(row.tasksTrained).arg(row.tasks.size()) : text;
}

QVariant RunTableModel::groupText(const Group& group, const RunColumn& column) const {
    const QString name = column.key.name;
    const auto n = static_cast<int>(group.members.size());
    if (name == QLatin1String("name")) return group.label;
    if (name == QLatin1String("seed")) return tr("n %1").arg(n);
    if (name == QLatin1String("state")) {
        std::map<std::string, int> states;
        for (const int run : group.members) ++states[m_data->rows()[static_cast<std::size_t>(run)].state];
        if (states.size() == 1) return QString::number(n);
        QStringList parts;
        for (const auto& [state, count] : states) parts += QStringLiteral("%1 %2").arg(count).arg(qs(state));
        return parts.join(QStringLiteral(", "));
    }
    if (column.isDate()) {
        std::string newest;
        for (const int run : group.members) {
            const RunRow& row = m_data->rows()[static_cast<std::size_t>(run)];
            newest = std::max(newest, name == QLatin1String("started") ? row.created : row.updated);
        }
        return qs(formatDate(newest)).left(10);
    }
    if (column.isNumber() && column.quantity != Quantity::Plain) {
        if (column.isMetric() && !group.sameTasks) return QStringLiteral("n/a");
        const std::vector<double> values = numbers(group, column);
        if (values.empty()) return QStringLiteral("–");
        const SeedStatistics statistics = seedStatistics(values);
        return qs(
            formatMeanSd(*statistics.mean, statistics.deviation.value_or(std::nan("")), column.quantity));
    }
    std::set<QString> texts;
    for (const int run : group.members)
        texts.insert(valueText(m_data->value(static_cast<std::size_t>(run), column.key), column.quantity));
    return texts.size() == 1 ? *texts.begin() : tr("%n values", nullptr, static_cast<int>(texts.size()));
}

QString RunTableModel::groupToolTip(const Group& group, const RunColumn& column) const {
    if (column.isMetric() && !group.sameTasks)
        return tr(
            "The runs of this group have other tasks or another order; their averages mean different "
            "things.");
    if (!column.isNumber() || column.quantity == Quantity::Plain) {
        std::set<QString> texts;
        for (const int run : group.members)
            texts.insert(
                valueText(m_data->value(static_cast<std::size_t>(run), column.key), column.quantity));
        return QStringList(texts.begin(), texts.end()).mid(0, 20).join(QLatin1Char('\n'));
    }
    const std::vector<double> values = numbers(group, column);
    if (values.empty()) return {};
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    return tr("mean ± sample standard deviation over n = %1\nsmallest %2, largest %3")
        .arg(values.size())
        .arg(qs(formatNumber(*low, column.quantity)), qs(formatNumber(*high, column.quantity)));
}

QVariant RunTableModel::toolTip(const Line& line, const RunColumn& column) const {
    if (line.run < 0) return groupToolTip(m_groups[static_cast<std::size_t>(line.group)], column);
    const RunRow& row = m_data->rows()[static_cast<std::size_t>(line.run)];
    if (column.key.name == QLatin1String("state"))
        return row.message.empty() ? qs(row.state) : qs(row.message);
    if (column.isMetric()) return tr("run %1, spec %2").arg(qs(row.id), qs(row.specHash));
    if (column.key.name == QLatin1String("name")) return tr("%1\n%2").arg(qs(row.id), qs(row.directory));
    return runText(line.run, column);
}

QVariant RunTableModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const Line& at = line(index.row());
    switch (role) {
        case IsGroupRole:
            return at.run < 0;
        case IsMemberRole:
            return at.group >= 0 && at.run >= 0;
        case ExpandedRole:
            return isExpanded(index.row());
        case RunIdsRole:
            return runIds(index.row());
        case StateRole: {
            if (at.run >= 0) return qs(m_data->rows()[static_cast<std::size_t>(at.run)].state);
            const auto& members = m_groups[static_cast<std::size_t>(at.group)].members;
            const std::string& first = m_data->rows()[static_cast<std::size_t>(members.front())].state;
            const bool same = std::all_of(members.begin(), members.end(), [&](int run) {
                return m_data->rows()[static_cast<std::size_t>(run)].state == first;
            });
            return same ? qs(first) : QString();
        }
        default:
            break;
    }
    if (index.column() == kMarkColumn) {
        if (role == Qt::CheckStateRole) return markState(index.row());
        if (role == Qt::AccessibleTextRole)
            return markState(index.row()) == Qt::Checked ? tr("marked") : tr("not marked");
        return {};
    }
    const RunColumn& shown = column(index.column());
    if (role == Qt::EditRole && isName(index)) return QString::fromStdString(run(index.row())->name);
    if (role == Qt::DisplayRole)
        return at.run >= 0 ? runText(at.run, shown)
                           : groupText(m_groups[static_cast<std::size_t>(at.group)], shown);
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue((shown.isNumber() ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    if (role == Qt::ToolTipRole) return toolTip(at, shown);
    return {};
}

QVariant RunTableModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= columnCount()) return {};
    if (section == kMarkColumn) {
        if (role == Qt::DisplayRole) return QString();
        if (role == Qt::AccessibleTextRole || role == Qt::ToolTipRole) return tr("Marked runs (Space)");
        return {};
    }
    const RunColumn& shown = column(section);
    if (role == Qt::DisplayRole) {
        for (std::size_t i = 0; i < m_sorting.size(); ++i) {
            if (m_sorting[i].key != shown.key) continue;
            return shown.title +
                   sortArrow(m_sorting[i].descending, m_sorting.size() > 1 ? static_cast<int>(i) + 1 : 0);
        }
        return shown.title;
    }
    if (role == Qt::ToolTipRole) return shown.toolTip;
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue((shown.isNumber() ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    return {};
}

}  // namespace jumplora
