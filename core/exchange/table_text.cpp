// SPDX-License-Identifier: Apache-2.0
// Tables for people: Markdown and LaTeX, numbers by the formatter.
#include "exchange/table.h"

#include <algorithm>

namespace jumplora {
namespace {

bool isNumeric(const TableColumn& column) { return column.quantity != Quantity::Text; }

std::string headerText(const TableColumn& column) {
    std::string text = column.title;
    if (column.quantity != Quantity::Seconds && column.quantity != Quantity::Bytes) {
        const std::string unit = unitOf(column.quantity);
        if (!unit.empty()) text += " [" + unit + "]";
    }
    return text;
}

std::string escapeMarkdown(const std::string& text) {
    constexpr std::string_view kSpecial = "\\`*_|<>[]#";
    std::string escaped;
    for (const char c : text) {
        if (c == '\n' || c == '\r' || c == '\t') {
            escaped += ' ';
            continue;
        }
        if (kSpecial.find(c) != std::string_view::npos) escaped += '\\';
        escaped += c;
    }
    return escaped;
}

std::string commentLine(std::string text) {
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
    return "% " + text + "\n";
}

void replaceAll(std::string& text, const std::string& from, const std::string& to) {
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
}

// "-1.9 +- 0.3" -> "$-1.9 \pm 0.3$", "6.13e-3" -> "$6.13 \times 10^{-3}$".
std::string latexNumber(std::string text) {
    for (std::size_t e = text.find('e'); e != std::string::npos; e = text.find('e', e + 1)) {
        const std::size_t end = text.find_first_not_of("-0123456789", e + 1);
        if (e == 0 || end == e + 1 || e + 1 == text.size()) break;
        const std::string exponent = text.substr(e + 1, end == std::string::npos ? end : end - e - 1);
        text.replace(e, exponent.size() + 1, " \\times 10^{" + exponent + "}");
    }
    const bool math = text.find_first_of("+-\\") != std::string::npos;
    replaceAll(text, "+- ", "\\pm ");
    return math ? "$" + text + "$" : text;
}

std::string latexCell(const TableColumn& column, const TableCell& cell, bool bold) {
    if (cell.kind == TableCell::Kind::Missing) return "--";
    if (!cell.hasValue()) return escapeLatex(cellText(column, cell, NumberStyle::Ascii));
    std::string text = latexNumber(cellText(column, cell, NumberStyle::Ascii));
    if (!bold) return text;
    // Inside math \textbf has no effect.
    if (text.front() == '$') return "$\\mathbf{" + text.substr(1, text.size() - 2) + "}$";
    return "\\textbf{" + text + "}";
}

}  // namespace

std::string toMarkdown(const Table& table) {
    std::string text;
    if (!table.title.empty()) text += "**" + escapeMarkdown(table.title) + "**\n\n";
    std::string rule = "|";
    text += "|";
    for (const TableColumn& column : table.columns) {
        text += " " + escapeMarkdown(headerText(column)) + " |";
        rule += isNumeric(column) ? " ---: |" : " :--- |";
    }
    text += "\n" + rule + "\n";
    for (const auto& row : table.rows) {
        text += "|";
        for (std::size_t c = 0; c < row.size(); ++c)
            text += " " + escapeMarkdown(cellText(table.columns[c], row[c])) + " |";
        text += "\n";
    }
    if (!table.comments.empty()) text += "\n";
    for (const std::string& comment : table.comments) text += "- " + escapeMarkdown(comment) + "\n";
    return text;
}

std::string toLatex(const Table& table, const LatexOptions& options) {
    const bool floating = !options.caption.empty() || !options.label.empty();
    std::string text;
    if (!table.title.empty()) text += commentLine(table.title);
    for (const std::string& comment : table.comments) text += commentLine(comment);
    if (floating) text += "\\begin{table}[t]\n\\centering\n";
    text += "\\begin{tabular}{";
    for (const TableColumn& column : table.columns) text += isNumeric(column) ? 'r' : 'l';
    text += "}\n\\toprule\n";
    const auto line = [&](const std::vector<std::string>& cells) {
        for (std::size_t c = 0; c < cells.size(); ++c) text += (c > 0 ? " & " : "") + cells[c];
        text += " \\\\\n";
    };
    std::vector<std::string> cells;
    std::vector<std::vector<bool>> best;
    for (std::size_t c = 0; c < table.columns.size(); ++c) {
        cells.push_back(escapeLatex(headerText(table.columns[c])));
        best.push_back(table.bestRows(c));
    }
    line(cells);
    text += "\\midrule\n";
    for (std::size_t r = 0; r < table.rows.size(); ++r) {
        cells.clear();
        for (std::size_t c = 0; c < table.columns.size(); ++c)
            cells.push_back(latexCell(table.columns[c], table.rows[r][c], options.boldBest && best[c][r]));
        line(cells);
    }
    text += "\\bottomrule\n\\end{tabular}\n";
    if (!options.caption.empty()) text += "\\caption{" + escapeLatex(options.caption) + "}\n";
    // A label is a name for \ref, not a text: only what may stand in one is kept.
    std::string label = options.label;
    std::erase_if(label,
                  [](char c) { return std::string_view("\\{}%#~^$&").find(c) != std::string_view::npos; });
    if (!label.empty()) text += "\\label{" + label + "}\n";
    if (floating) text += "\\end{table}\n";
    return text;
}

std::string escapeLatex(const std::string& text) {
    std::string escaped;
    for (const char c : text) {
        switch (c) {
            case '\\':
                escaped += "\\textbackslash{}";
                break;
            case '~':
                escaped += "\\textasciitilde{}";
                break;
            case '^':
                escaped += "\\textasciicircum{}";
                break;
            case '<':
                escaped += "\\textless{}";
                break;
            case '>':
                escaped += "\\textgreater{}";
                break;
            case '|':
                escaped += "\\textbar{}";
                break;
            // A row that begins with "[" would be taken for the argument of the line break before it.
            case '[':
                escaped += "{[}";
                break;
            case '&':
            case '%':
            case '$':
            case '#':
            case '_':
            case '{':
            case '}':
                escaped += std::string("\\") + c;
                break;
            default:
                escaped += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
        }
    }
    const std::vector<std::pair<std::string, std::string>> symbols = {
        {"\u2212", "$-$"},         {"\u2013", "--"},
        {"\u2014", "---"},         {"\u00b1", "$\\pm$"},
        {"\u03c4", "$\\tau$"},     {"\u03bb", "$\\lambda$"},
        {"\u0394", "$\\Delta$"},   {"\u2193", "$\\downarrow$"},
        {"\u2191", "$\\uparrow$"}, {"\u03b5", "$\\varepsilon$"},
        {"\u2265", "$\\geq$"},     {"\u2264", "$\\leq$"},
        {"\u03a3", "$\\Sigma$"},   {"\u00d7", "$\\times$"},
        {"\u202f", "\\,"},         {"\u2026", "\\ldots{}"},
        {"\u2208", "$\\in$"},      {"\u2229", "$\\cap$"}};
    for (const auto& [symbol, command] : symbols) replaceAll(escaped, symbol, command);
    return escaped;
}

}  // namespace jumplora
