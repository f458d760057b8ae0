// SPDX-License-Identifier: GPL-3.0-or-later
#include "runs/run_model.h"

#include "exchange/number_format.h"

#include <array>
#include <cmath>
#include <utility>

namespace jumplora {
namespace {

struct ColumnInfo {
    const char* title;
    const char* toolTip;
    bool number;
};

constexpr std::array<ColumnInfo, RunModel::ColumnCount> kColumns = {{
    {"State", "waiting, running, paused, finished, stopped, failed, or lost when its process vanished",
     false},
    {"Name", "name in the run's specification", false},
    {"Method", "continual-learning method", false},
    {"Gate", "gate on the low-rank update", false},
    {"Seed", "seed of every random draw of the run", true},
    {"Tasks", "tasks trained, of all", true},
    {"Steps", "optimizer steps done, of all", true},
    {"OA %", "overall accuracy: mean over the tasks of the score after the last task", true},
    {"BWT points",
     "backward transfer: mean over earlier tasks of the final score minus the one right after learning",
     true},
    {"Density %", "share of entries of the low-rank update that pass the gate, last logged", true},
    {"Created", "when the run was created, in UTC", false},
    {"Message", "what went wrong, if anything", false},
}};

QString ratio(std::int64_t done, std::int64_t all) { return QStringLiteral("%1 / %2").arg(done).arg(all); }

QString number(const double* value, Quantity quantity) {
    return QString::fromStdString(formatNumber(value == nullptr ? std::nan("") : *value, quantity));
}

QString text(const RunRow& run, int column) {
    switch (column) {
        case RunModel::State:
            return QString::fromStdString(run.state);
        case RunModel::Name:
            return QString::fromStdString(run.name);
        case RunModel::Method:
            return QString::fromStdString(run.method);
        case RunModel::Gate:
            return QString::fromStdString(run.gate);
        case RunModel::Seed:
            return QString::number(run.seed);
        case RunModel::Tasks:
            return ratio(run.tasksTrained, static_cast<std::int64_t>(run.tasks.size()));
        case RunModel::Steps:
            return ratio(run.stepsDone, run.stepsPlanned);
        case RunModel::Oa:
            return number(run.metric("oa"), Quantity::Share);
        case RunModel::Bwt:
            return number(run.metric("bwt"), Quantity::Difference);
        case RunModel::Density:
            return number(run.density ? &*run.density : nullptr, Quantity::Density);
        case RunModel::Created:
            return QString::fromStdString(formatDate(run.created));
        case RunModel::Message:
            return QString::fromStdString(run.message);
        default:
            return {};
    }
}

QString toolTip(const RunRow& run) {
    QStringList tasks;
    for (const std::string& task : run.tasks) tasks += QString::fromStdString(task);
    return QStringLiteral("%1\nTasks: %2\nFolder: %3")
        .arg(QString::fromStdString(run.id), tasks.join(QStringLiteral(", ")),
             QString::fromStdString(run.directory));
}

}  // namespace

void RunModel::setRuns(std::vector<RunRow> runs) {
    beginResetModel();
    m_runs = std::move(runs);
    endResetModel();
}

int RunModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_runs.size());
}

int RunModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : ColumnCount; }

QVariant RunModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    switch (role) {
        case Qt::DisplayRole:
            return text(run(index.row()), index.column());
        case Qt::ToolTipRole:
            return toolTip(run(index.row()));
        case Qt::TextAlignmentRole:
            return QVariant::fromValue(
                (kColumns[static_cast<std::size_t>(index.column())].number ? Qt::AlignRight : Qt::AlignLeft) |
                Qt::AlignVCenter);
        default:
            return {};
    }
}

QVariant RunModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= ColumnCount) return {};
    const ColumnInfo& column = kColumns[static_cast<std::size_t>(section)];
    if (role == Qt::DisplayRole) return QString::fromUtf8(column.title);
    if (role == Qt::ToolTipRole) return QString::fromUtf8(column.toolTip);
    return {};
}

}  // namespace jumplora
