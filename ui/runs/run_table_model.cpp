// SPDX-License-Identifier: GPL-3.0-or-later
#include "runs/run_table_model.h"

#include "analysis/statistics.h"

#include <algorithm>
#include <numeric>
#include <unordered_map>

namespace jumplora {
namespace {

QString qs(const std::string& text) { return QString::fromStdString(text); }

const double* numberOf(const FilterValue& value) { return std::get_if<double>(&value.value); }

// Missing values come last, whichever way is up.
int compare(const QVariant& a, const QVariant& b, bool descending) {
    if (!a.isValid() || !b.isValid()) return a.isValid() == b.isValid() ? 0 : a.isValid() ? -1 : 1;
    int order = 0;
    if (a.typeId() == QMetaType::Double && b.typeId() == QMetaType::Double) {
        const double x = a.toDouble();
        const double y = b.toDouble();
        order = x < y ? -1 : x > y ? 1 : 0;
    } else {
        order = a.toString().compare(b.toString(), Qt::CaseInsensitive);
    }
    return descending ? -order : order;
}

}  // namespace

RunTableModel::RunTableModel(QObject* parent) : QAbstractTableModel(parent) {}

void RunTableModel::setData(std::shared_ptr<const RunData> data) {
    m_data = std::move(data);
    QSet<QString> kept;
    for (const QString& id : m_marked)
        if (m_data->indexOf(id) >= 0) kept.insert(id);
    const bool fewer = kept.size() != m_marked.size();
    m_marked = kept;
    rebuild();
    if (fewer) Q_EMIT markedChanged();
}

void RunTableModel::setFilter(const RunFilterExpression& filter) {
    m_filter = filter;
    rebuild();
}

void RunTableModel::setArchive(bool archived) {
    if (m_archive == archived) return;
    m_archive = archived;
    rebuild();
}

void RunTableModel::setGrouping(const QStringList& keys) {
    if (m_grouping == keys) return;
    m_grouping = keys;
    rebuild();
}

void RunTableModel::setColumns(std::vector<RunColumn> columns) {
    beginResetModel();
    m_columns = std::move(columns);
    endResetModel();
}

void RunTableModel::setSorting(std::vector<SortKey> keys) {
    if (m_sorting == keys) return;
    m_sorting = std::move(keys);
    beginResetModel();
    sortRows();
    layoutLines();
    endResetModel();
    Q_EMIT headerDataChanged(Qt::Horizontal, 0, columnCount() - 1);
}

void RunTableModel::rebuild() {
    beginResetModel();
    filterRows();
    groupRows();
    sortRows();
    layoutLines();
    endResetModel();
    Q_EMIT shownChanged();
}

void RunTableModel::filterRows() {
    m_shown.clear();
    for (std::size_t i = 0; i < m_data->rows().size(); ++i) {
        if (m_data->rows()[i].archived != m_archive) continue;
        if (m_filter.isEmpty() ||
            m_filter.matches([&](const FilterKey& key) { return m_data->value(i, key); }))
            m_shown.push_back(static_cast<int>(i));
    }
}

QString RunTableModel::groupKey(int run) const {
    QStringList parts;
    const RunRow& row = m_data->rows()[static_cast<std::size_t>(run)];
    for (const QString& key : m_grouping) {
        if (key == QLatin1String(kAllButSeed)) {
            parts += row.groupHash.empty() ? qs(row.id) : qs(row.groupHash);
        } else {
            parts += valueText(m_data->value(static_cast<std::size_t>(run), {key, {}, 0}), Quantity::Plain);
        }
    }
    return parts.join(QChar(0x1f));
}

// "order1-s1", "order1-s2" -> "order1"; grouped by values: those.
QString RunTableModel::groupLabelOf(const std::vector<int>& members) const {
    if (!m_grouping.contains(QLatin1String(kAllButSeed))) {
        QStringList parts;
        for (const QString& key : m_grouping) {
            const FilterValue value = m_data->value(static_cast<std::size_t>(members.front()), {key, {}, 0});
            parts += key + QStringLiteral(" ") + valueText(value, Quantity::Plain);
        }
        return parts.join(QStringLiteral(", "));
    }
    QString stem = qs(m_data->rows()[static_cast<std::size_t>(members.front())].name);
    if (members.size() < 2) return stem;
    const QString first = stem;
    for (const int member : members) {
        const QString name = qs(m_data->rows()[static_cast<std::size_t>(member)].name);
        qsizetype same = 0;
        while (same < stem.size() && same < name.size() && stem[same] == name[same]) ++same;
        stem.truncate(same);
    }
    if (stem != first) {
        while (!stem.isEmpty() && (stem.back().isDigit() || QStringLiteral("-_ .s").contains(stem.back()))) {
            const bool seed = stem.back() == QLatin1Char('s');
            stem.chop(1);
            if (seed) break;
        }
        while (!stem.isEmpty() && QStringLiteral("-_ .").contains(stem.back())) stem.chop(1);
    }
    return stem.isEmpty() ? qs(m_data->rows()[static_cast<std::size_t>(members.front())].method) : stem;
}

void RunTableModel::groupRows() {
    m_groups.clear();
    if (m_grouping.isEmpty()) return;
    std::unordered_map<std::string, std::size_t> places;
    for (const int run : m_shown) {
        const QString key = groupKey(run);
        const auto [place, isNew] = places.try_emplace(key.toStdString(), m_groups.size());
        if (isNew) {
            m_groups.emplace_back();
            m_groups.back().key = key;
        }
        m_groups[place->second].members.push_back(run);
    }
    for (Group& group : m_groups) {
        group.label = groupLabelOf(group.members);
        const auto& tasks = m_data->rows()[static_cast<std::size_t>(group.members.front())].tasks;
        group.sameTasks = std::all_of(group.members.begin(), group.members.end(), [&](int run) {
            return m_data->rows()[static_cast<std::size_t>(run)].tasks == tasks;
        });
    }
}

std::vector<double> RunTableModel::numbers(const Group& group, const RunColumn& column) const {
    std::vector<double> values;
    for (const int run : group.members) {
        const FilterValue value = m_data->value(static_cast<std::size_t>(run), column.key);
        if (const double* number = numberOf(value)) values.push_back(value.isShare ? *number / 100 : *number);
    }
    return values;
}

QVariant RunTableModel::sortValue(const Line& line, const FilterKey& key) const {
    if (line.run >= 0) {
        const FilterValue value = m_data->value(static_cast<std::size_t>(line.run), key);
        if (value.isMissing()) return {};
        if (const double* number = numberOf(value)) return *number;
        return valueText(value, Quantity::Plain);
    }
    const Group& group = m_groups[static_cast<std::size_t>(line.group)];
    if (key.name == QLatin1String("name")) return group.label;
    const RunColumn shown = m_data->column(key);
    const std::vector<double> values = numbers(group, shown);
    // Dates: the newest of the group counts.
    if (shown.isDate() && !values.empty()) return *std::max_element(values.begin(), values.end());
    if (!values.empty()) return *seedStatistics(values).mean;
    const FilterValue first = m_data->value(static_cast<std::size_t>(group.members.front()), key);
    return first.isMissing() ? QVariant() : QVariant(valueText(first, Quantity::Plain));
}

void RunTableModel::sortRows() {
    if (m_sorting.empty()) return;
    // Values are made once per row, not once per comparison.
    const auto sortBy = [&](auto& items, auto&& lineOf) {
        std::vector<std::vector<QVariant>> values(items.size());
        for (std::size_t i = 0; i < items.size(); ++i)
            for (const SortKey& key : m_sorting) values[i].push_back(sortValue(lineOf(items[i], i), key.key));
        std::vector<std::size_t> order(items.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
            for (std::size_t k = 0; k < m_sorting.size(); ++k) {
                const int way = compare(values[a][k], values[b][k], m_sorting[k].descending);
                if (way != 0) return way < 0;
            }
            return false;
        });
        std::remove_reference_t<decltype(items)> sorted;
        sorted.reserve(items.size());
        for (const std::size_t place : order) sorted.push_back(std::move(items[place]));
        items = std::move(sorted);
    };
    sortBy(m_shown, [](int run, std::size_t) { return Line{-1, run}; });
    for (Group& group : m_groups) sortBy(group.members, [](int run, std::size_t) { return Line{-1, run}; });
    sortBy(m_groups, [](const Group&, std::size_t i) { return Line{static_cast<int>(i), -1}; });
}

void RunTableModel::layoutLines() {
    m_lines.clear();
    if (m_grouping.isEmpty()) {
        for (const int run : m_shown) m_lines.push_back({-1, run});
        return;
    }
    for (std::size_t g = 0; g < m_groups.size(); ++g) {
        m_lines.push_back({static_cast<int>(g), -1});
        if (!m_expanded.contains(m_groups[g].key)) continue;
        for (const int run : m_groups[g].members) m_lines.push_back({static_cast<int>(g), run});
    }
}

int RunTableModel::total() const {
    return static_cast<int>(std::count_if(m_data->rows().begin(), m_data->rows().end(),
                                          [&](const RunRow& row) { return row.archived == m_archive; }));
}

bool RunTableModel::isGroup(int row) const { return line(row).run < 0; }

bool RunTableModel::isExpanded(int row) const {
    return line(row).group >= 0 &&
           m_expanded.contains(m_groups[static_cast<std::size_t>(line(row).group)].key);
}

void RunTableModel::setExpanded(int row, bool expanded) {
    if (line(row).group < 0 || isExpanded(row) == expanded) return;
    const int top = groupRowOf(row);
    const int groupIndex = line(top).group;
    const Group& group = m_groups[static_cast<std::size_t>(groupIndex)];
    const int count = static_cast<int>(group.members.size());
    if (expanded) {
        beginInsertRows({}, top + 1, top + count);
        m_expanded.insert(group.key);
        std::vector<Line> lines;
        for (const int run : group.members) lines.push_back({groupIndex, run});
        m_lines.insert(m_lines.begin() + top + 1, lines.begin(), lines.end());
        endInsertRows();
    } else {
        beginRemoveRows({}, top + 1, top + count);
        m_expanded.remove(group.key);
        m_lines.erase(m_lines.begin() + top + 1, m_lines.begin() + top + 1 + count);
        endRemoveRows();
    }
    Q_EMIT dataChanged(index(top, 0), index(top, columnCount() - 1));
}

void RunTableModel::expandAll(bool expanded) {
    beginResetModel();
    m_expanded.clear();
    if (expanded)
        for (const Group& group : m_groups) m_expanded.insert(group.key);
    layoutLines();
    endResetModel();
}

int RunTableModel::groupRowOf(int row) const {
    if (line(row).group < 0) return row;
    while (row > 0 && line(row).run >= 0) --row;
    return row;
}

QStringList RunTableModel::runIds(int row) const {
    const Line& at = line(row);
    QStringList ids;
    if (at.run >= 0) return {qs(m_data->rows()[static_cast<std::size_t>(at.run)].id)};
    for (const int run : m_groups[static_cast<std::size_t>(at.group)].members)
        ids += qs(m_data->rows()[static_cast<std::size_t>(run)].id);
    return ids;
}

const RunRow* RunTableModel::run(int row) const {
    if (row < 0 || row >= rowCount() || line(row).run < 0) return nullptr;
    return &m_data->rows()[static_cast<std::size_t>(line(row).run)];
}

int RunTableModel::rowOf(const QString& runId) const {
    const int wanted = m_data->indexOf(runId);
    int inGroup = -1;
    for (std::size_t i = 0; i < m_lines.size(); ++i) {
        if (m_lines[i].run == wanted && wanted >= 0) return static_cast<int>(i);
        if (m_lines[i].run >= 0 || m_lines[i].group < 0) continue;
        const auto& members = m_groups[static_cast<std::size_t>(m_lines[i].group)].members;
        if (std::find(members.begin(), members.end(), wanted) != members.end()) inGroup = static_cast<int>(i);
    }
    return inGroup;
}

QString RunTableModel::groupLabel(int row) const {
    return line(row).group < 0 ? QString() : m_groups[static_cast<std::size_t>(line(row).group)].label;
}

Qt::CheckState RunTableModel::markState(int row) const {
    const QStringList ids = runIds(row);
    const auto count =
        std::count_if(ids.begin(), ids.end(), [&](const QString& id) { return m_marked.contains(id); });
    return count == 0 ? Qt::Unchecked : count == ids.size() ? Qt::Checked : Qt::PartiallyChecked;
}

void RunTableModel::setMarked(int row, bool marked) {
    for (const QString& id : runIds(row)) marked ? (void)m_marked.insert(id) : (void)m_marked.remove(id);
    Q_EMIT dataChanged(index(0, kMarkColumn), index(rowCount() - 1, kMarkColumn));
    Q_EMIT markedChanged();
}

void RunTableModel::setMarkedIds(const QSet<QString>& ids) {
    if (m_marked == ids) return;
    m_marked = ids;
    if (rowCount() > 0) Q_EMIT dataChanged(index(0, kMarkColumn), index(rowCount() - 1, kMarkColumn));
    Q_EMIT markedChanged();
}

int RunTableModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_lines.size());
}

int RunTableModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_columns.size()) + 1;
}

bool RunTableModel::isName(const QModelIndex& index) const {
    return index.isValid() && index.column() != kMarkColumn &&
           column(index.column()).key.name == QLatin1String("name") && run(index.row()) != nullptr;
}

bool RunTableModel::setData(const QModelIndex& index, const QVariant& value, int role) {
    if (role == Qt::EditRole && isName(index)) {
        const RunRow& row = *run(index.row());
        const QString before = QString::fromStdString(row.name);
        const QString after = value.toString().trimmed();
        if (!after.isEmpty() && after != before)
            Q_EMIT renamed(QString::fromStdString(row.id), before, after);
        return true;
    }
    if (role != Qt::CheckStateRole || index.column() != kMarkColumn || !index.isValid()) return false;
    setMarked(index.row(), value.toInt() == Qt::Checked);
    return true;
}

Qt::ItemFlags RunTableModel::flags(const QModelIndex& index) const {
    if (!index.isValid()) return Qt::NoItemFlags;
    Qt::ItemFlags flags = Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemNeverHasChildren;
    if (index.column() == kMarkColumn) flags |= Qt::ItemIsUserCheckable;
    if (isName(index)) flags |= Qt::ItemIsEditable;
    return flags;
}

}  // namespace jumplora
