// SPDX-License-Identifier: GPL-3.0-or-later
#include "setup/task_palette_model.h"

#include "exchange/number_format.h"
#include "setup/task_mime.h"

#include <QFont>

namespace jumplora {
namespace {

QString count(std::int64_t value) {
    return QString::fromStdString(formatNumber(static_cast<double>(value), Quantity::Count));
}

QString labelList(const TaskInfo& info) {
    QStringList names;
    for (const std::string& option : info.options) names += QString::fromStdString(option);
    return names.join(QStringLiteral(" | "));
}

std::int64_t trainingRows(const CatalogTask& task) {
    if (!task.facts) return -1;
    const auto found = task.facts->rows.find("train");
    if (found == task.facts->rows.end()) return -1;
    return task.info.maxSamples ? std::min(found->second, *task.info.maxSamples) : found->second;
}

}  // namespace

TaskPaletteModel::TaskPaletteModel(SuiteCatalog& catalog, QObject* parent)
    : QAbstractItemModel(parent), m_catalog(catalog), m_suites(catalog.suites()) {
    connect(&catalog, &SuiteCatalog::suitesChanged, this, [this] {
        beginResetModel();
        m_suites = m_catalog.suites();
        endResetModel();
    });
    connect(&catalog, &SuiteCatalog::factsArrived, this, [this](const SuiteName& name, const QString& task) {
        for (std::size_t s = 0; s < m_suites.size(); ++s) {
            if (m_suites[s].name != name) continue;
            for (std::size_t t = 0; t < m_suites[s].tasks.size(); ++t) {
                CatalogTask& entry = m_suites[s].tasks[t];
                if (QString::fromStdString(entry.info.name) != task) continue;
                entry.facts = m_catalog.factsOf(name, entry.info.name);
                const QModelIndex parent = index(static_cast<int>(s), 0);
                Q_EMIT dataChanged(index(static_cast<int>(t), 0, parent),
                                   index(static_cast<int>(t), ColumnCount - 1, parent));
            }
        }
    });
}

const CatalogSuite* TaskPaletteModel::suite(const QModelIndex& index) const {
    if (!index.isValid()) return nullptr;
    const std::size_t row =
        index.internalId() == 0 ? static_cast<std::size_t>(index.row()) : index.internalId() - 1;
    return row < m_suites.size() ? &m_suites[row] : nullptr;
}

const CatalogTask* TaskPaletteModel::task(const QModelIndex& index) const {
    const CatalogSuite* owner = suite(index);
    if (owner == nullptr || index.internalId() == 0) return nullptr;
    return &owner->tasks[static_cast<std::size_t>(index.row())];
}

QModelIndex TaskPaletteModel::indexOf(const SuiteName& suite, const QString& task) const {
    for (std::size_t s = 0; s < m_suites.size(); ++s) {
        if (m_suites[s].name != suite) continue;
        for (std::size_t t = 0; t < m_suites[s].tasks.size(); ++t)
            if (QString::fromStdString(m_suites[s].tasks[t].info.name) == task)
                return index(static_cast<int>(t), 0, index(static_cast<int>(s), 0));
    }
    return {};
}

QModelIndex TaskPaletteModel::index(int row, int column, const QModelIndex& parent) const {
    if (!hasIndex(row, column, parent)) return {};
    return createIndex(row, column, parent.isValid() ? static_cast<quintptr>(parent.row()) + 1 : quintptr{0});
}

QModelIndex TaskPaletteModel::parent(const QModelIndex& child) const {
    if (!child.isValid() || child.internalId() == 0) return {};
    return createIndex(static_cast<int>(child.internalId()) - 1, 0, quintptr{0});
}

int TaskPaletteModel::rowCount(const QModelIndex& parent) const {
    if (!parent.isValid()) return static_cast<int>(m_suites.size());
    if (parent.internalId() != 0 || parent.column() != 0) return 0;
    return static_cast<int>(m_suites[static_cast<std::size_t>(parent.row())].tasks.size());
}

int TaskPaletteModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() && (parent.internalId() != 0 || parent.column() != 0) ? 0 : ColumnCount;
}

QVariant TaskPaletteModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue((index.column() == Name ? Qt::AlignLeft : Qt::AlignRight) |
                                   Qt::AlignVCenter);
    const CatalogSuite& owner = *suite(index);
    const CatalogTask* entry = task(index);
    return entry == nullptr ? suiteData(owner, index.column(), role)
                            : taskData(owner, *entry, index.column(), role);
}

QVariant TaskPaletteModel::suiteData(const CatalogSuite& suite, int column, int role) const {
    if (role == Qt::FontRole) {
        QFont font;
        font.setBold(column == Name);
        font.setStrikeOut(!suite.error.isEmpty());
        return font;
    }
    if (role == Qt::ToolTipRole) {
        if (!suite.error.isEmpty()) return suite.error;
        return suite.name.tasks == "builtin"
                   ? tr("Generated tasks that come with the program; nothing to download.")
                   : QString::fromStdString(suite.name.tasks);
    }
    if (role == kSearchRole) return suite.title;
    if (role != Qt::DisplayRole) return {};
    if (column == Name) return suite.title;
    if (column == Rows && suite.error.isEmpty())
        return tr("%n tasks", nullptr, static_cast<int>(suite.tasks.size()));
    return {};
}

QVariant TaskPaletteModel::taskData(const CatalogSuite& suite, const CatalogTask& task, int column,
                                    int role) const {
    const TaskInfo& info = task.info;
    if (role == kSearchRole)
        return QStringList{QString::fromStdString(info.name), labelList(info), suite.title}.join(
            QLatin1Char('\n'));
    if (role == Qt::ToolTipRole) {
        QStringList lines = {QString::fromStdString(info.name),
                             QString::fromStdString(info.instruction).trimmed(), labelList(info)};
        if (task.facts && !task.facts->problem.isEmpty()) lines += task.facts->problem;
        return lines.join(QLatin1Char('\n'));
    }
    if (role == Qt::AccessibleTextRole && column == Name)
        return tr("%1, %2 rows, %3 labels")
            .arg(QString::fromStdString(info.name),
                 trainingRows(task) < 0 ? tr("unknown") : count(trainingRows(task)))
            .arg(info.options.size());
    if (role != Qt::DisplayRole) return {};
    switch (column) {
        case Name:
            return QString::fromStdString(info.name);
        case Rows:
            if (!task.facts) return QStringLiteral("…");
            return trainingRows(task) < 0 ? tr("missing") : count(trainingRows(task));
        case Labels:
            return info.options.empty() ? tr("free text")
                                        : tr("%n labels", nullptr, static_cast<int>(info.options.size()));
        default:
            return {};
    }
}

QVariant TaskPaletteModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole) return {};
    return section == Name ? tr("task") : section == Rows ? tr("rows") : tr("labels");
}

Qt::ItemFlags TaskPaletteModel::flags(const QModelIndex& index) const {
    if (!index.isValid()) return Qt::NoItemFlags;
    Qt::ItemFlags flags = Qt::ItemIsEnabled | Qt::ItemIsSelectable;
    if (task(index) != nullptr) flags |= Qt::ItemIsDragEnabled | Qt::ItemNeverHasChildren;
    return flags;
}

QStringList TaskPaletteModel::mimeTypes() const { return {QLatin1String(kTasksMime)}; }

QMimeData* TaskPaletteModel::mimeData(const QModelIndexList& indexes) const {
    CarriedTasks carried;
    for (const QModelIndex& each : indexes) {
        const CatalogTask* entry = each.column() == Name ? task(each) : nullptr;
        if (entry == nullptr) continue;
        // A run takes its tasks from one suite: those of the first one.
        if (!carried.rows.empty() && carried.suite != suite(each)->name) continue;
        carried.suite = suite(each)->name;
        carried.rows.push_back({{"task", entry->info.name}});
    }
    return carried.rows.empty() ? nullptr : toMime(carried);
}

}  // namespace jumplora
