// SPDX-License-Identifier: GPL-3.0-or-later
#include "setup/sequence_model.h"

#include "exchange/number_format.h"

#include <QColor>

namespace jumplora {
namespace {

QString count(std::int64_t value) {
    return QString::fromStdString(formatNumber(static_cast<double>(value), Quantity::Count));
}

// "Weight λ" -> "λ": the symbol says enough in a row.
QString shortLabel(const QString& label) {
    const QString last = label.section(QLatin1Char(' '), -1);
    return last.size() <= 2 ? last : label.toLower();
}

}  // namespace

QString overridesText(const SpecDocument& document, const Json& row) {
    QStringList parts;
    for (const FieldInfo& field : document.overrideFields()) {
        const QString label = QString::fromStdString(field.param.label);
        const std::string name = field.param.key;
        const bool own = field.section == "method";
        const Json& holder = own ? (row.contains("method") ? row["method"] : Json::object()) : row;
        const auto found = holder.find(name);
        if (found != holder.end() && !found->is_null())
            parts += shortLabel(label) + QLatin1Char(' ') + fieldText(*found);
    }
    return parts.join(QStringLiteral(", "));
}

SequenceModel::SequenceModel(SpecDocument& document, QObject* parent)
    : QAbstractTableModel(parent),
      m_document(document),
      m_rows(document.rows()),
      m_names(document.rowNames()) {
    connect(&document, &SpecDocument::sequenceChanged, this, [this] {
        beginResetModel();
        m_rows = m_document.rows();
        m_names = m_document.rowNames();
        m_plan.reset();
        m_problems.clear();
        endResetModel();
    });
    connect(&document, &SpecDocument::methodChanged, this, [this] {
        if (!m_rows.empty()) Q_EMIT dataChanged(index(0, Overrides), index(rowCount() - 1, Overrides));
    });
}

void SequenceModel::setPlan(const std::optional<RunPlan>& plan) {
    m_plan = plan;
    if (!m_rows.empty()) Q_EMIT dataChanged(index(0, Rows), index(rowCount() - 1, Steps));
}

void SequenceModel::setProblems(const std::map<int, QString>& problems) {
    if (problems == m_problems) return;
    m_problems = problems;
    if (!m_rows.empty()) Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
}

const PlannedStage* SequenceModel::stage(int row) const {
    if (!m_plan || m_plan->stages.size() != m_rows.size()) return nullptr;
    return &m_plan->stages[static_cast<std::size_t>(row)];
}

int SequenceModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int SequenceModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : ColumnCount; }

QString SequenceModel::text(int row, int column) const {
    const PlannedStage* planned = stage(row);
    switch (column) {
        case Number:
            return QStringLiteral("%1 ⠿").arg(row + 1);
        case Task:
            return m_problems.contains(row) ? QStringLiteral("✕ ") + m_names[static_cast<std::size_t>(row)]
                                            : m_names[static_cast<std::size_t>(row)];
        case Rows:
            return planned == nullptr ? QStringLiteral("–") : count(planned->rows);
        case Steps:
            return planned == nullptr ? QStringLiteral("–") : count(planned->steps);
        default:
            return overridesText(m_document, m_rows[static_cast<std::size_t>(row)]);
    }
}

QVariant SequenceModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const int row = index.row();
    switch (role) {
        case Qt::DisplayRole:
            return text(row, index.column());
        case Qt::TextAlignmentRole:
            return QVariant::fromValue(
                (index.column() == Rows || index.column() == Steps ? Qt::AlignRight : Qt::AlignLeft) |
                Qt::AlignVCenter);
        case Qt::ToolTipRole: {
            if (const auto problem = m_problems.find(row); problem != m_problems.end())
                return problem->second;
            const QString overrides = overridesText(m_document, m_rows[static_cast<std::size_t>(row)]);
            const QString name = m_names[static_cast<std::size_t>(row)];
            return overrides.isEmpty() ? tr("%1: everything as in the form. F2 sets it apart.").arg(name)
                                       : tr("%1: %2. Everything else as in the form.").arg(name, overrides);
        }
        case Qt::UserRole:  // the row itself, for drag and drop
            return QString::fromStdString(m_rows[static_cast<std::size_t>(row)].dump());
        case Qt::AccessibleTextRole:
            if (index.column() == Task)
                return tr("%1, position %2 of %3")
                    .arg(m_names[static_cast<std::size_t>(row)])
                    .arg(row + 1)
                    .arg(m_rows.size());
            return {};
        default:
            return {};
    }
}

QVariant SequenceModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue((section == Rows || section == Steps ? Qt::AlignRight : Qt::AlignLeft) |
                                   Qt::AlignVCenter);
    if (role == Qt::ToolTipRole && section == Steps)
        return tr("Optimizer steps: ⌈epochs × ⌈⌈rows / batch⌉ / accumulation⌉⌉");
    if (role != Qt::DisplayRole) return {};
    switch (section) {
        case Number:
            return tr("#");
        case Task:
            return tr("task");
        case Rows:
            return tr("rows");
        case Steps:
            return tr("steps");
        default:
            return tr("set apart");
    }
}

Qt::ItemFlags SequenceModel::flags(const QModelIndex& index) const {
    if (!index.isValid()) return Qt::ItemIsDropEnabled;
    return Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsDragEnabled | Qt::ItemNeverHasChildren;
}

}  // namespace jumplora
