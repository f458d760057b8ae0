// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "base/json.h"
#include "exchange/number_format.h"

#include <optional>
#include <string>
#include <vector>

namespace jumplora {

struct TableColumn {
    std::string title;
    Quantity quantity = Quantity::Text;
    std::string definition = {};              // formula; written into every export
    std::optional<bool> higherIsBetter = {};  // the best cell is then marked; none: no best
};

// A text, a number, a mean with its spread, or nothing with a reason.
struct TableCell {
    enum class Kind { Missing, NotComputable, Text, Number, MeanSd };
    Kind kind = Kind::Missing;
    std::string text;   // of Text; reason of NotComputable
    double value = 0;   // number or mean, in base units (shares 0..1)
    double spread = 0;  // sample standard deviation; NaN for n = 1
    std::int64_t n = 0;

    static TableCell ofText(std::string text);
    // NaN becomes a missing cell.
    static TableCell ofNumber(double value);
    static TableCell ofMean(double mean, double spread, std::int64_t n);
    static TableCell missing() { return {}; }
    static TableCell notComputable(std::string reason);
    [[nodiscard]] bool hasValue() const { return kind == Kind::Number || kind == Kind::MeanSd; }
};

// A table as every export, the command line and the window's table views take it.
struct Table {
    std::string title;
    std::vector<std::string> comments;  // provenance and definitions, one sentence each
    std::vector<TableColumn> columns;
    std::vector<std::vector<TableCell>> rows;
    std::string spread = "sample standard deviation";  // what stands behind ±

    // Throws Error(State) when the row does not have one cell per column.
    void addRow(std::vector<TableCell> row);
    // Rows with the best value of a column that has a better side; empty without at least two values.
    [[nodiscard]] std::vector<bool> bestRows(std::size_t column) const;
};

// As a person reads it: formatter rules, "–" and "n/a".
std::string cellText(const TableColumn& column, const TableCell& cell,
                     NumberStyle style = NumberStyle::Typographic);

// RFC 4180 with "#" comment lines before the header. Numbers exact, in the unit that the header names; a
// column with spreads becomes three (mean, sd, n); missing cells are empty, not computable ones "n/a".
std::string toCsv(const Table& table);

// GitHub's tables; comments as a list below.
std::string toMarkdown(const Table& table);

struct LatexOptions {
    std::string caption = {};  // with a caption or label a table environment is written around
    std::string label = {};
    bool boldBest = true;
};
// booktabs; needs nothing beyond \usepackage{booktabs}. Comments as % lines.
std::string toLatex(const Table& table, const LatexOptions& options = {});
std::string escapeLatex(const std::string& text);

// Aligned columns for a terminal: long headings broken, long texts cut, the best cells marked "*".
std::string toText(const Table& table);

// {"title", "comments", "columns": [{"title","unit","definition"}], "rows": [[...]]}; missing cells are null.
Json toJson(const Table& table);

// By name: text (txt), csv, markdown (md), latex (tex), json. Throws Error(Input) with the nearest known
// name.
std::string writeTable(const Table& table, const std::string& format, const LatexOptions& options = {});
const std::vector<std::string>& tableFormats();

}  // namespace jumplora
