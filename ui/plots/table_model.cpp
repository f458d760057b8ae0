// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/table_model.h"

#include "plots/metric_names.h"

#include <QFont>
#include <utility>

namespace jumplora {
namespace {

// As files have it: the exact key with its unit.
QString fileTitle(const TableColumn& column) {
    const bool inCell = column.quantity == Quantity::Seconds || column.quantity == Quantity::Bytes;
    const QString unit = inCell ? QString() : QString::fromStdString(unitOf(column.quantity));
    const QString title = QString::fromStdString(column.title);
    return unit.isEmpty() ? title : title + QChar(' ') + unit;
}

QString toolTip(const TableColumn& column, const TableCell& cell, const std::string& spread) {
    if (cell.kind == TableCell::Kind::NotComputable) return QString::fromStdString(cell.text);
    if (cell.kind == TableCell::Kind::Missing) return TableModel::tr("no value");
    if (cell.kind == TableCell::Kind::MeanSd)
        return TableModel::tr("mean ± %1, n = %2").arg(QString::fromStdString(spread)).arg(cell.n);
    return titleToolTip(column);
}

// A row of a table of metrics names its metric in a column of that title.
bool namesMetric(const TableColumn& column, const TableCell& cell) {
    return column.title == "metric" && cell.kind == TableCell::Kind::Text;
}

QString tsvText(const TableColumn& column, const TableCell& cell) {
    switch (cell.kind) {
        case TableCell::Kind::Text:
            return QString::fromStdString(cell.text).replace('\t', ' ').replace('\n', ' ');
        case TableCell::Kind::NotComputable:
            return QStringLiteral("n/a");
        case TableCell::Kind::Number:
        case TableCell::Kind::MeanSd:
            return QString::fromStdString(exactNumber(inUnit(cell.value, column.quantity)));
        default:
            return {};
    }
}

}  // namespace

void TableModel::setTable(Table table) {
    beginResetModel();
    m_table = std::move(table);
    m_best.clear();
    for (std::size_t column = 0; column < m_table.columns.size(); ++column)
        m_best.push_back(m_table.bestRows(column));
    endResetModel();
}

int TableModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_table.rows.size());
}

int TableModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_table.columns.size());
}

QVariant TableModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const auto row = static_cast<std::size_t>(index.row());
    const auto column = static_cast<std::size_t>(index.column());
    const TableColumn& about = m_table.columns[column];
    const TableCell& cell = m_table.rows[row][column];
    switch (role) {
        case Qt::DisplayRole:
            return namesMetric(about, cell) ? metricName(cell.text)
                                            : QString::fromStdString(cellText(about, cell));
        case Qt::ToolTipRole:
            return namesMetric(about, cell) ? QString::fromStdString(cell.text)
                                            : toolTip(about, cell, m_table.spread);
        case Qt::TextAlignmentRole:
            return QVariant::fromValue((about.quantity == Quantity::Text ? Qt::AlignLeft : Qt::AlignRight) |
                                       Qt::AlignVCenter);
        case kSortRole:
            return cell.hasValue() ? QVariant(cell.value) : QVariant(QString::fromStdString(cell.text));
        case Qt::FontRole: {
            const bool best = row < m_best[column].size() && m_best[column][row];
            if (!best) return {};
            QFont font;
            font.setBold(true);
            return font;
        }
        default:
            return {};
    }
}

QVariant TableModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= columnCount()) return {};
    const TableColumn& column = m_table.columns[static_cast<std::size_t>(section)];
    if (role == Qt::DisplayRole) return shownTitle(column);
    if (role == Qt::ToolTipRole) return titleToolTip(column);
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue((column.quantity == Quantity::Text ? Qt::AlignLeft : Qt::AlignRight) |
                                   Qt::AlignVCenter);
    return {};
}

QString toTsv(const Table& table) {
    QStringList lines;
    QStringList header;
    for (const TableColumn& column : table.columns) header += fileTitle(column);
    lines += header.join('\t');
    for (const auto& row : table.rows) {
        QStringList line;
        for (std::size_t c = 0; c < row.size(); ++c) line += tsvText(table.columns[c], row[c]);
        lines += line.join('\t');
    }
    return lines.join('\n') + '\n';
}

}  // namespace jumplora
