// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "runs/run_data.h"
#include "theme/theme.h"

#include <QAbstractTableModel>
#include <QSet>

namespace jumplora {

// Runs and groups of runs as one flat table. Group rows carry their own expander; they sort, mark and show
// like runs.
class RunTableModel : public QAbstractTableModel {
    Q_OBJECT

  public:
    static constexpr int kMarkColumn = 0;  // then the columns
    enum Role {
        IsGroupRole = Qt::UserRole + 1,
        IsMemberRole,  // below its group
        ExpandedRole,
        StateRole,  // state of a run, or that of all runs of a group; "" when they differ
        BestRole,
        RunIdsRole,
    };

    explicit RunTableModel(QObject* parent = nullptr);

    void setData(std::shared_ptr<const RunData> data);
    [[nodiscard]] const std::shared_ptr<const RunData>& data() const { return m_data; }
    void setFilter(const RunFilterExpression& filter);
    // False: runs in the archive alone.
    void setArchive(bool archived);
    // Keys to group by; "group" stands for all settings but the seed. Empty: no groups.
    void setGrouping(const QStringList& keys);
    [[nodiscard]] const QStringList& grouping() const { return m_grouping; }
    void setColumns(std::vector<RunColumn> columns);
    [[nodiscard]] const std::vector<RunColumn>& columns() const { return m_columns; }
    struct SortKey {
        FilterKey key;
        bool descending = false;
        bool operator==(const SortKey&) const = default;
    };
    void setSorting(std::vector<SortKey> keys);
    [[nodiscard]] const std::vector<SortKey>& sorting() const { return m_sorting; }

    // Rows.
    [[nodiscard]] bool isGroup(int row) const;
    [[nodiscard]] bool isExpanded(int row) const;
    void setExpanded(int row, bool expanded);
    void expandAll(bool expanded);
    [[nodiscard]] int groupRowOf(int row) const;  // the row of its group, or itself
    [[nodiscard]] QStringList runIds(int row) const;
    [[nodiscard]] const RunRow* run(int row) const;       // null for a group
    [[nodiscard]] int rowOf(const QString& runId) const;  // of the run or of the group that holds it; -1
    [[nodiscard]] QString groupLabel(int row) const;
    // Runs that pass the filter, as indices into the data.
    [[nodiscard]] const std::vector<int>& shown() const { return m_shown; }
    [[nodiscard]] int total() const;  // without the filter

    // Marks.
    [[nodiscard]] const QSet<QString>& marked() const { return m_marked; }
    void setMarked(int row, bool marked);
    void setMarkedIds(const QSet<QString>& ids);
    [[nodiscard]] Qt::CheckState markState(int row) const;

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role) override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    [[nodiscard]] Qt::ItemFlags flags(const QModelIndex& index) const override;

  Q_SIGNALS:
    void markedChanged();
    // A person wrote another name into the table.
    void renamed(const QString& runId, const QString& before, const QString& after);
    // Rows were filtered, grouped or read anew.
    void shownChanged();

  private:
    struct Group {
        QString key;
        QString label;
        std::vector<int> members;  // into the data, sorted
        bool sameTasks = true;
    };
    [[nodiscard]] bool isName(const QModelIndex& index) const;  // of a run, not of a group
    struct Line {
        int group = -1;  // -1: no groups
        int run = -1;    // -1: the group's own line
    };
    void rebuild();
    void filterRows();
    void groupRows();
    void sortRows();
    void layoutLines();
    [[nodiscard]] QString groupKey(int run) const;
    [[nodiscard]] QString groupLabelOf(const std::vector<int>& members) const;
    [[nodiscard]] const Line& line(int row) const { return m_lines[static_cast<std::size_t>(row)]; }
    [[nodiscard]] const RunColumn& column(int section) const {
        return m_columns[static_cast<std::size_t>(section - 1)];
    }
    [[nodiscard]] QVariant runText(int run, const RunColumn& column) const;
    [[nodiscard]] QVariant groupText(const Group& group, const RunColumn& column) const;
    [[nodiscard]] QVariant toolTip(const Line& line, const RunColumn& column) const;
    [[nodiscard]] QString groupToolTip(const Group& group, const RunColumn& column) const;
    [[nodiscard]] std::vector<double> numbers(const Group& group, const RunColumn& column) const;
    [[nodiscard]] QVariant sortValue(const Line& line, const FilterKey& key) const;

    std::shared_ptr<const RunData> m_data = std::make_shared<RunData>();
    RunFilterExpression m_filter;
    bool m_archive = false;
    QStringList m_grouping;
    std::vector<RunColumn> m_columns;
    std::vector<SortKey> m_sorting;
    std::vector<int> m_shown;
    std::vector<Group> m_groups;
    std::vector<Line> m_lines;
    QSet<QString> m_expanded;  // keys of groups
    QSet<QString> m_marked;    // run ids
};

// "All but seed" as a grouping key.
inline constexpr const char* kAllButSeed = "group";

}  // namespace jumplora
