// SPDX-License-Identifier: GPL-3.0-or-later
#include "runs/shown_table.h"

namespace jumplora {

Table shownTable(const RunTableModel& model) {
    Table table;
    table.title = "Runs";
    const auto clean = [](const QString& text) { return text.toStdString(); };
    for (const RunColumn& column : model.columns())
        table.columns.push_back(
            {clean(column.key.name),
             column.isNumber() && column.quantity != Quantity::Plain ? column.quantity : Quantity::Text,
             clean(column.toolTip), column.higherIsBetter});
    for (int row = 0; row < model.rowCount(); ++row) {
        std::vector<TableCell> cells;
        for (std::size_t i = 0; i < model.columns().size(); ++i) {
            const RunColumn& column = model.columns()[i];
            const RunRow* run = model.run(row);
            const QString text = model.index(row, static_cast<int>(i) + 1).data().toString();
            if (table.columns[i].quantity == Quantity::Text || run == nullptr) {
                table.columns[i].quantity = Quantity::Text;
                cells.push_back(text == QStringLiteral("–") ? TableCell::missing()
                                                            : TableCell::ofText(text.toStdString()));
                continue;
            }
            const FilterValue value = model.data()->value(
                static_cast<std::size_t>(model.data()->indexOf(QString::fromStdString(run->id))), column.key);
            const auto* number = std::get_if<double>(&value.value);
            cells.push_back(number == nullptr ? TableCell::missing()
                                              : TableCell::ofNumber(value.isShare ? *number / 100 : *number));
        }
        table.addRow(std::move(cells));
    }
    // Grouped columns became text half-way: their earlier cells follow.
    for (std::size_t column = 0; column < table.columns.size(); ++column) {
        if (table.columns[column].quantity != Quantity::Text) continue;
        for (int row = 0; row < static_cast<int>(table.rows.size()); ++row)
            if (table.rows[static_cast<std::size_t>(row)][column].hasValue())
                table.rows[static_cast<std::size_t>(row)][column] = TableCell::ofText(
                    model.index(row, static_cast<int>(column) + 1).data().toString().toStdString());
    }
    return table;
}

Provenance shownRuns(const RunTableModel& model) {
    Provenance provenance;
    for (const int row : model.shown()) {
        provenance.runIds += QString::fromStdString(model.data()->rows()[static_cast<std::size_t>(row)].id);
        constexpr qsizetype kMost = 200;
        if (provenance.runIds.size() >= kMost) break;
    }
    return provenance;
}

}  // namespace jumplora
