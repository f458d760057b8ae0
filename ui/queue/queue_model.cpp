// SPDX-License-Identifier: GPL-3.0-or-later
#include "queue/queue_model.h"

#include "exchange/number_format.h"
#include "method/method_info.h"
#include "theme/icons.h"
#include "theme/theme.h"

#include <QMimeData>
#include <array>

namespace jumplora {
namespace {

constexpr int kProgress = 250;  // ms
constexpr const char* kMime = "application/x-jumplora-queue-row";
constexpr int kHashShown = 8;

struct ColumnInfo {
    const char* title;
    const char* tip;
    Qt::AlignmentFlag alignment;
};

constexpr std::array<ColumnInfo, QueueModel::ColumnCount> kColumns = {{
    {QT_TRANSLATE_NOOP("QueueModel", "#"),
     QT_TRANSLATE_NOOP("QueueModel", "Order in which runs start; drag a row, or Alt+Up and Alt+Down"),
     Qt::AlignRight},
    {QT_TRANSLATE_NOOP("QueueModel", "name"), QT_TRANSLATE_NOOP("QueueModel", "Name of the run"),
     Qt::AlignLeft},
    {QT_TRANSLATE_NOOP("QueueModel", "method"),
     QT_TRANSLATE_NOOP("QueueModel", "Method, and whether the gate is on"), Qt::AlignLeft},
    {QT_TRANSLATE_NOOP("QueueModel", "tasks"), QT_TRANSLATE_NOOP("QueueModel", "Number of tasks"),
     Qt::AlignRight},
    {QT_TRANSLATE_NOOP("QueueModel", "seed"), QT_TRANSLATE_NOOP("QueueModel", "Seed of every random draw"),
     Qt::AlignRight},
    {QT_TRANSLATE_NOOP("QueueModel", "state"), QT_TRANSLATE_NOOP("QueueModel", "What the run is doing"),
     Qt::AlignLeft},
    {QT_TRANSLATE_NOOP("QueueModel", "where"),
     QT_TRANSLATE_NOOP("QueueModel", "In this window, or in a process of its own"), Qt::AlignLeft},
    {QT_TRANSLATE_NOOP("QueueModel", "progress"),
     QT_TRANSLATE_NOOP("QueueModel", "Share of all optimizer steps done"), Qt::AlignLeft},
    {QT_TRANSLATE_NOOP("QueueModel", "time left"),
     QT_TRANSLATE_NOOP("QueueModel", "At the present pace, evaluation included"), Qt::AlignRight},
    {QT_TRANSLATE_NOOP("QueueModel", "spec"),
     QT_TRANSLATE_NOOP("QueueModel", "Hash of the frozen settings; equal hash = equal computation"),
     Qt::AlignLeft},
    {QT_TRANSLATE_NOOP("QueueModel", "message"),
     QT_TRANSLATE_NOOP("QueueModel", "What went wrong, if anything"), Qt::AlignLeft},
}};

QString methodText(const RunSpec& spec) {
    QString name = QString::fromStdString(spec.method.type);
    for (const MethodInfo& info : methodInfos())
        if (info.key == spec.method.type) name = QString::fromStdString(info.name);
    return spec.gate.type == "none" ? name : QueueModel::tr("%1 + gate").arg(name);
}

}  // namespace

QueueModel::QueueModel(RunQueue& queue, const Session& session, const Theme& theme, QObject* parent)
    : QAbstractTableModel(parent), m_queue(queue), m_session(session), m_theme(theme) {
    m_progressTimer.setSingleShot(true);
    m_progressTimer.setInterval(kProgress);
    connect(&m_progressTimer, &QTimer::timeout, this, &QueueModel::refreshProgress);
    connect(&session, &Session::runEvents, this, [this] {
        if (!m_progressTimer.isActive()) m_progressTimer.start();
    });
    connect(&queue, &RunQueue::changed, this, &QueueModel::refresh);
    connect(&theme, &Theme::changed, this, &QueueModel::refresh);
    refresh();
}

void QueueModel::refresh() {
    QStringList ids;
    for (const QueueRow& row : m_queue.rows()) ids += row.id;
    if (ids == m_ids) {
        m_rows = m_queue.rows();
        if (!m_rows.empty()) Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
        return;
    }
    beginResetModel();
    m_ids = ids;
    m_rows = m_queue.rows();
    endResetModel();
    Q_EMIT rowsReplaced();
}

void QueueModel::refreshProgress() {
    for (int i = 0; i < rowCount(); ++i)
        if (m_rows[static_cast<std::size_t>(i)].isRunning())
            Q_EMIT dataChanged(index(i, State), index(i, Eta));
}

const QueueRow* QueueModel::row(int row) const {
    return row >= 0 && row < rowCount() ? &m_rows[static_cast<std::size_t>(row)] : nullptr;
}

int QueueModel::rowOf(const QString& id) const { return static_cast<int>(m_ids.indexOf(id)); }

int QueueModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int QueueModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : ColumnCount; }

const RunStatus* QueueModel::status(const QueueRow& row) const {
    return row.runId.isEmpty() ? nullptr : m_session.status(row.runId);
}

QString QueueModel::placeText(const QueueRow& row) const {
    const RunStatus* run = status(row);
    if (run != nullptr && run->isActive()) {
        switch (run->place) {
            case RunPlace::InWindow:
                return tr("in window");
            case RunPlace::Child:
                return tr("process %1").arg(run->pid);
            default:
                return run->obeys ? tr("process %1").arg(run->pid) : tr("other window");
        }
    }
    return row.place == QueuePlace::InWindow ? tr("in window") : row.isWaiting() ? tr("process") : QString();
}

QString QueueModel::progressText(const QueueRow& row) const {
    const RunStatus* run = status(row);
    if (row.isWaiting() || run == nullptr) return QStringLiteral("–");
    if (run->isActive()) return QStringLiteral("%1 %").arg(static_cast<int>(run->share() * 100));
    if (row.state == QLatin1String("finished")) return QStringLiteral("100 %");
    return run->task > 0 ? tr("task %1, step %2").arg(run->task).arg(run->step) : QStringLiteral("–");
}

QString QueueModel::stateText(const QueueRow& row) const {
    if (row.isWaiting()) return row.held ? tr("Held") : tr("Waiting");
    if (row.state == QLatin1String("waiting")) return tr("Preparing");
    return m_theme.colours().state(row.state).word;
}

QString QueueModel::text(const QueueRow& row, int place, int column) const {
    switch (column) {
        case Place:
            return QString::number(place + 1);
        case Name:
            return row.name;
        case Method:
            return methodText(row.spec);
        case Tasks:
            return row.spec.suite.order.empty() ? QStringLiteral("–")
                                                : QString::number(row.spec.suite.order.size());
        case Seed:
            return QString::number(row.spec.seed);
        case State:
            return stateText(row);
        case Where:
            return placeText(row);
        case Progress:
            return progressText(row);
        case Eta: {
            const RunStatus* run = status(row);
            return run != nullptr && run->isActive() && run->stepsPerSecond > 0
                       ? QString::fromStdString(formatEstimate(run->timeLeft.ofRun()))
                       : QStringLiteral("–");
        }
        case Spec:
            return row.specHash.left(kHashShown);
        case Message:
            return row.message.section(QLatin1Char('\n'), 0, 0);
        default:
            return {};
    }
}

QString QueueModel::toolTip(const QueueRow& row, int column) const {
    if (column == Message && !row.message.isEmpty()) return row.message;
    if (column == Spec) return row.specHash;
    if (column == Tasks) {
        QStringList names;
        for (const TaskOverride& task : row.spec.suite.order) names += QString::fromStdString(task.task);
        return names.isEmpty() ? tr("Every task of the suite") : names.join(QStringLiteral(", "));
    }
    if (column == State && row.held && row.isWaiting()) return tr("Does not start until it is released");
    return row.runId.isEmpty() ? row.name : row.runId;
}

QVariant QueueModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const QueueRow& shown = m_rows[static_cast<std::size_t>(index.row())];
    const auto column = static_cast<std::size_t>(index.column());
    switch (role) {
        case Qt::DisplayRole:
        case Qt::EditRole:
            return text(shown, index.row(), index.column());
        case Qt::ToolTipRole:
            return toolTip(shown, index.column());
        case Qt::TextAlignmentRole:
            return QVariant::fromValue(Qt::Alignment(kColumns[column].alignment) | Qt::AlignVCenter);
        case Qt::DecorationRole:
            if (index.column() == Place) return icon(QStringLiteral("grip"), m_theme.colour(Role::MutedText));
            if (index.column() == State) {
                const StateLook look = m_theme.colours().state(shown.state);
                return icon(shown.held && shown.isWaiting() ? QStringLiteral("state-held") : look.icon,
                            look.colour);
            }
            return {};
        case ShareRole: {
            const RunStatus* run = status(shown);
            return run != nullptr && run->isActive() ? run->share() : -1.0;
        }
        case RowIdRole:
            return shown.id;
        default:
            return {};
    }
}

QVariant QueueModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= ColumnCount) return {};
    const ColumnInfo& column = kColumns[static_cast<std::size_t>(section)];
    if (role == Qt::DisplayRole) return tr(column.title);
    if (role == Qt::ToolTipRole) return tr(column.tip);
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue(Qt::Alignment(column.alignment) | Qt::AlignVCenter);
    return {};
}

Qt::ItemFlags QueueModel::flags(const QModelIndex& index) const {
    Qt::ItemFlags flags = QAbstractTableModel::flags(index);
    if (!index.isValid()) return flags | Qt::ItemIsDropEnabled;
    flags |= Qt::ItemIsDragEnabled;
    const QueueRow* shown = row(index.row());
    if (index.column() == Name && shown != nullptr && shown->isWaiting()) flags |= Qt::ItemIsEditable;
    return flags;
}

bool QueueModel::setData(const QModelIndex& index, const QVariant& value, int role) {
    if (role != Qt::EditRole || !(flags(index) & Qt::ItemIsEditable)) return false;
    m_queue.rename(m_ids[index.row()], value.toString());
    return true;
}

QStringList QueueModel::mimeTypes() const { return {QLatin1String(kMime)}; }

QMimeData* QueueModel::mimeData(const QModelIndexList& indexes) const {
    auto* data = new QMimeData;
    if (!indexes.isEmpty()) data->setData(QLatin1String(kMime), m_ids[indexes.first().row()].toUtf8());
    return data;
}

bool QueueModel::dropMimeData(const QMimeData* data, Qt::DropAction action, int row, int column,
                              const QModelIndex& parent) {
    Q_UNUSED(column);
    if (action != Qt::MoveAction || !data->hasFormat(QLatin1String(kMime))) return false;
    const QString id = QString::fromUtf8(data->data(QLatin1String(kMime)));
    const int from = rowOf(id);
    if (from < 0) return false;
    // On a row: its place; between rows: in front of the lower one; below all: the end.
    int to = parent.isValid() ? parent.row() : row < 0 ? rowCount() - 1 : row > from ? row - 1 : row;
    m_queue.move(id, to);
    // The queue has moved the row; the view must not remove it.
    return false;
}

}  // namespace jumplora
