// SPDX-License-Identifier: Apache-2.0
// Tables for programs: CSV and JSON, numbers exact.
#include "exchange/table.h"

#include <algorithm>
#include <cmath>

namespace jumplora {
namespace {

// A field that starts with "#" would read as a comment, one with outer spaces lose them.
std::string csvField(const std::string& text) {
    const bool plain = text.find_first_of(",\"\r\n") == std::string::npos &&
                       (text.empty() || (text.front() != '#' && text.front() != ' ' && text.back() != ' '));
    if (plain) return text;
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"') quoted += '"';
        quoted += c;
    }
    return quoted + "\"";
}

std::string oneLine(std::string text) {
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
    return text;
}

std::string header(const TableColumn& column) {
    const std::string unit = unitOf(column.quantity);
    return unit.empty() ? column.title : column.title + " [" + unit + "]";
}

bool hasSpread(const Table& table, std::size_t column) {
    return std::any_of(table.rows.begin(), table.rows.end(),
                       [&](const auto& row) { return row[column].kind == TableCell::Kind::MeanSd; });
}

std::string csvValue(const TableColumn& column, const TableCell& cell) {
    switch (cell.kind) {
        case TableCell::Kind::Missing:
            return "";
        case TableCell::Kind::NotComputable:
            return "n/a";
        case TableCell::Kind::Text:
            return csvField(cell.text);
        default:
            return exactNumber(inUnit(cell.value, column.quantity));
    }
}

// JSON has no NaN and no infinity.
Json finite(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json jsonValue(const TableColumn& column, const TableCell& cell) {
    switch (cell.kind) {
        case TableCell::Kind::Text:
            return cell.text;
        case TableCell::Kind::Number:
            return finite(inUnit(cell.value, column.quantity));
        case TableCell::Kind::MeanSd:
            return {{"mean", finite(inUnit(cell.value, column.quantity))},
                    {"sd", finite(inUnit(cell.spread, column.quantity))},
                    {"n", cell.n}};
        default:
            return nullptr;
    }
}

}  // namespace

std::string toCsv(const Table& table) {
    std::string text;
    if (!table.title.empty()) text += "# " + oneLine(table.title) + "\n";
    for (const std::string& comment : table.comments) text += "# " + oneLine(comment) + "\n";
    const auto line = [&](const auto& fields) {
        for (std::size_t i = 0; i < fields.size(); ++i) text += (i > 0 ? "," : "") + fields[i];
        text += "\n";
    };
    std::vector<bool> spread;
    std::vector<std::string> fields;
    for (std::size_t c = 0; c < table.columns.size(); ++c) {
        spread.push_back(hasSpread(table, c));
        fields.push_back(csvField(header(table.columns[c])));
        if (!spread.back()) continue;
        fields.push_back(csvField(table.columns[c].title + " sd"));
        fields.push_back(csvField(table.columns[c].title + " n"));
    }
    line(fields);
    for (const auto& row : table.rows) {
        fields.clear();
        for (std::size_t c = 0; c < row.size(); ++c) {
            fields.push_back(csvValue(table.columns[c], row[c]));
            if (!spread[c]) continue;
            // A number among means stands for one run.
            const bool mean = row[c].kind == TableCell::Kind::MeanSd;
            fields.push_back(mean ? exactNumber(inUnit(row[c].spread, table.columns[c].quantity)) : "");
            fields.push_back(row[c].hasValue() ? std::to_string(mean ? row[c].n : 1) : "");
        }
        line(fields);
    }
    return text;
}

Json toJson(const Table& table) {
    Json json = {{"title", table.title}, {"comments", table.comments}};
    json["columns"] = Json::array();
    for (const TableColumn& column : table.columns) {
        Json entry = {{"title", column.title}, {"unit", unitOf(column.quantity)}};
        if (!column.definition.empty()) entry["definition"] = column.definition;
        json["columns"].push_back(std::move(entry));
    }
    json["rows"] = Json::array();
    for (const auto& row : table.rows) {
        Json values = Json::array();
        for (std::size_t c = 0; c < row.size(); ++c) values.push_back(jsonValue(table.columns[c], row[c]));
        json["rows"].push_back(std::move(values));
    }
    return json;
}

}  // namespace jumplora
