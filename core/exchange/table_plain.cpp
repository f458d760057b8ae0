// SPDX-License-Identifier: Apache-2.0
// Tables for a terminal.
#include "exchange/table.h"

#include <algorithm>

namespace jumplora {
namespace {

constexpr std::size_t kHeadingWidth = 12;
constexpr std::size_t kLabelWidth = 60;
constexpr const char* kBest = "*";

// Characters as a terminal counts them, apart from double-width ones.
std::size_t width(const std::string& text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string oneLine(std::string text) {
    std::replace_if(
        text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
    return text;
}

// Broken after spaces and underscores, so that a long name does not widen a narrow column.
std::vector<std::string> headingLines(const TableColumn& column) {
    const std::string unit = unitOf(column.quantity);
    const bool inCell = column.quantity == Quantity::Seconds || column.quantity == Quantity::Bytes;
    const std::string heading = oneLine(column.title) + (unit.empty() || inCell ? "" : " " + unit);
    std::vector<std::string> lines(1);
    std::string word;
    const auto flush = [&] {
        if (!lines.back().empty() && width(lines.back()) + width(word) > kHeadingWidth) lines.emplace_back();
        lines.back() += word;
        word.clear();
    };
    for (const char c : heading) {
        word += c;
        if (c == ' ' || c == '_') flush();
    }
    flush();
    for (std::string& line : lines)
        while (line.ends_with(' ')) line.pop_back();
    return lines;
}

std::string padded(const std::string& text, std::size_t to, bool right) {
    const std::string space(to - std::min(to, width(text)), ' ');
    return right ? space + text : text + space;
}

std::string shortened(const std::string& text) {
    if (width(text) <= kLabelWidth) return text;
    std::string cut;
    std::size_t count = 0;
    for (const char c : text) {
        if ((c & 0xC0) != 0x80 && ++count >= kLabelWidth) break;
        cut += c;
    }
    return cut + "\u2026";
}

}  // namespace

std::string toText(const Table& table) {
    const std::size_t columns = table.columns.size();
    std::vector<std::vector<std::string>> headings;
    std::vector<std::vector<std::string>> cells(table.rows.size());
    std::vector<std::size_t> widths(columns, 0);
    std::size_t headingRows = 0;
    bool anyBest = false;
    for (std::size_t c = 0; c < columns; ++c) {
        headings.push_back(headingLines(table.columns[c]));
        headingRows = std::max(headingRows, headings.back().size());
        for (const std::string& line : headings.back()) widths[c] = std::max(widths[c], width(line));
        const auto best = table.bestRows(c);
        const bool marked = std::find(best.begin(), best.end(), true) != best.end();
        anyBest |= marked;
        for (std::size_t r = 0; r < table.rows.size(); ++r) {
            std::string text = shortened(oneLine(cellText(table.columns[c], table.rows[r][c])));
            if (marked) text += best[r] ? kBest : " ";
            widths[c] = std::max(widths[c], width(text));
            cells[r].push_back(std::move(text));
        }
    }
    std::string text = table.title.empty() ? "" : oneLine(table.title) + "\n";
    const auto line = [&](const auto& cellOf) {
        std::string joined;
        for (std::size_t c = 0; c < columns; ++c)
            joined += (c > 0 ? "  " : "") +
                      padded(cellOf(c), widths[c], table.columns[c].quantity != Quantity::Text);
        while (joined.ends_with(' ')) joined.pop_back();
        text += joined + "\n";
    };
    for (std::size_t row = 0; row < headingRows; ++row)
        line([&](std::size_t c) {
            const std::size_t skipped = headingRows - headings[c].size();
            return row < skipped ? std::string() : headings[c][row - skipped];
        });
    for (const auto& row : cells) line([&](std::size_t c) { return row[c]; });
    if (anyBest) text += std::string(kBest) + " best\n";
    for (const std::string& comment : table.comments) text += oneLine(comment) + "\n";
    return text;
}

}  // namespace jumplora
