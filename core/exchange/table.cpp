// SPDX-License-Identifier: Apache-2.0
#include "exchange/table.h"

#include "base/error.h"
#include "base/param.h"

#include <cmath>

namespace jumplora {

TableCell TableCell::ofText(std::string text) {
    TableCell cell;
    cell.kind = Kind::Text;
    cell.text = std::move(text);
    return cell;
}

TableCell TableCell::ofNumber(double value) {
    TableCell cell;
    if (std::isnan(value)) return cell;
    cell.kind = Kind::Number;
    cell.value = value;
    return cell;
}

TableCell TableCell::ofMean(double mean, double spread, std::int64_t n) {
    TableCell cell;
    if (std::isnan(mean)) return cell;
    cell.kind = Kind::MeanSd;
    cell.value = mean;
    cell.spread = spread;
    cell.n = n;
    return cell;
}

TableCell TableCell::notComputable(std::string reason) {
    TableCell cell;
    cell.kind = Kind::NotComputable;
    cell.text = std::move(reason);
    return cell;
}

void Table::addRow(std::vector<TableCell> row) {
    if (row.size() != columns.size())
        fail(ErrorKind::State, "table \"{}\": a row of {} cells for {} columns", title, row.size(),
             columns.size());
    rows.push_back(std::move(row));
}

std::vector<bool> Table::bestRows(std::size_t column) const {
    std::vector<bool> best(rows.size(), false);
    const auto& higher = columns.at(column).higherIsBetter;
    if (!higher) return best;
    std::size_t values = 0;
    double extreme = 0;
    for (const auto& row : rows) {
        if (!row[column].hasValue()) continue;
        const double value = row[column].value;
        extreme = values == 0 ? value : (*higher ? std::max(extreme, value) : std::min(extreme, value));
        ++values;
    }
    if (values < 2) return best;
    for (std::size_t r = 0; r < rows.size(); ++r)
        best[r] = rows[r][column].hasValue() && rows[r][column].value == extreme;
    return best;
}

std::string cellText(const TableColumn& column, const TableCell& cell, NumberStyle style) {
    switch (cell.kind) {
        case TableCell::Kind::Missing:
            return formatNumber(std::nan(""), column.quantity, style);
        case TableCell::Kind::NotComputable:
            return "n/a";
        case TableCell::Kind::Text:
            return cell.text;
        case TableCell::Kind::Number:
            return formatNumber(cell.value, column.quantity, style);
        case TableCell::Kind::MeanSd:
            return formatMeanSd(cell.value, cell.spread, column.quantity, style);
    }
    return {};
}

const std::vector<std::string>& tableFormats() {
    static const std::vector<std::string> kFormats = {"text", "csv", "markdown", "latex", "json"};
    return kFormats;
}

std::string writeTable(const Table& table, const std::string& format, const LatexOptions& options) {
    if (format == "text" || format == "txt") return toText(table);
    if (format == "csv") return toCsv(table);
    if (format == "markdown" || format == "md") return toMarkdown(table);
    if (format == "latex" || format == "tex") return toLatex(table, options);
    if (format == "json") return toJson(table).dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
    const std::string near = nearestName(format, tableFormats());
    fail(ErrorKind::Input, "\"{}\" is no table format; known: {}.{}", format, fmt::join(tableFormats(), ", "),
         near.empty() ? "" : " Did you mean \"" + near + "\"?");
}

}  // namespace jumplora
