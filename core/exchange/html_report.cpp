// SPDX-License-Identifier: Apache-2.0
#include "exchange/html_report.h"

#include <fmt/format.h>

#include <algorithm>

namespace jumplora {
namespace {

constexpr const char* kStyle = R"(
body { font: 10.5pt/1.45 "DejaVu Sans", "Liberation Sans", Arial, sans-serif; color: #1b1f24; background: #fff;
  max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
table { border-collapse: collapse; font-size: 9.5pt; }
th { text-align: left; border-top: 2px solid #1b1f24; border-bottom: 1px solid #1b1f24; padding: .25rem .6rem; }
td { padding: .2rem .6rem; vertical-align: top; } tr:last-child td { border-bottom: 2px solid #1b1f24; }
th.n, td.n { text-align: right; white-space: nowrap; }
.wide { overflow-x: auto; } figure { margin: 0; } svg { max-width: 100%; height: auto; }
.notes { color: #57606a; font-size: 8.5pt; }
@media print { body { margin: 0; } h2 { break-after: avoid; } figure, table { break-inside: avoid; } }
)";

std::string headerText(const TableColumn& column) {
    const bool inCell = column.quantity == Quantity::Seconds || column.quantity == Quantity::Bytes;
    const std::string unit = inCell ? "" : unitOf(column.quantity);
    return unit.empty() ? column.title : column.title + " (" + unit + ")";
}

// An SVG file without what stands before its root.
std::string svgElement(const std::string& svg) {
    const std::size_t begin = svg.find("<svg");
    return begin == std::string::npos ? "" : svg.substr(begin);
}

}  // namespace

std::string escapeHtml(const std::string& text) {
    std::string escaped;
    for (const char c : text) {
        switch (c) {
            case '&':
                escaped += "&amp;";
                break;
            case '<':
                escaped += "&lt;";
                break;
            case '>':
                escaped += "&gt;";
                break;
            case '"':
                escaped += "&quot;";
                break;
            default:
                escaped += c;
        }
    }
    return escaped;
}

std::string toHtml(const Table& table) {
    std::string html = "<table>\n<tr>";
    const auto sideOf = [](const TableColumn& column) {
        return column.quantity == Quantity::Text ? "" : " class=\"n\"";
    };
    for (const TableColumn& column : table.columns)
        html += fmt::format(
            "<th{}{}>{}</th>", sideOf(column),
            column.definition.empty() ? "" : fmt::format(" title=\"{}\"", escapeHtml(column.definition)),
            escapeHtml(headerText(column)));
    html += "</tr>\n";
    std::vector<std::vector<bool>> best;
    for (std::size_t c = 0; c < table.columns.size(); ++c) best.push_back(table.bestRows(c));
    for (std::size_t r = 0; r < table.rows.size(); ++r) {
        html += "<tr>";
        for (std::size_t c = 0; c < table.columns.size(); ++c) {
            const TableCell& cell = table.rows[r][c];
            const std::string text = escapeHtml(cellText(table.columns[c], cell));
            const std::string reason = cell.kind == TableCell::Kind::NotComputable
                                           ? fmt::format(" title=\"{}\"", escapeHtml(cell.text))
                                           : std::string();
            html += fmt::format("<td{}{}>{}</td>", sideOf(table.columns[c]), reason,
                                best[c][r] ? "<b>" + text + "</b>" : text);
        }
        html += "</tr>\n";
    }
    return html + "</table>\n";
}

std::string htmlReport(const std::string& title, const std::vector<ReportSection>& sections) {
    std::string html = fmt::format(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
        "content=\"width=device-width\">\n<title>{0}</title>\n<style>{1}</style>\n</head>\n<body>\n<h1>{0}</"
        "h1>\n",
        escapeHtml(title), kStyle);
    std::vector<std::string> comments;
    for (const ReportSection& section : sections) {
        html += fmt::format("<h2>{}</h2>\n", escapeHtml(section.title));
        if (!section.text.empty()) html += fmt::format("<p>{}</p>\n", escapeHtml(section.text));
        if (!section.svg.empty()) html += "<figure>" + svgElement(section.svg) + "</figure>\n";
        if (!section.table.columns.empty())
            html += "<div class=\"wide\">" + toHtml(section.table) + "</div>\n";
        for (const std::string& comment : section.table.comments)
            if (std::find(comments.begin(), comments.end(), comment) == comments.end())
                comments.push_back(comment);
    }
    if (!comments.empty()) {
        html += "<h2>Where the numbers come from</h2>\n<ul class=\"notes\">\n";
        for (const std::string& comment : comments) html += fmt::format("<li>{}</li>\n", escapeHtml(comment));
        html += "</ul>\n";
    }
    return html + "</body>\n</html>\n";
}

}  // namespace jumplora
