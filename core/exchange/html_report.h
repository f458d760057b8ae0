// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "exchange/table.h"

#include <string>
#include <vector>

namespace jumplora {

// A part of a report: a heading, then text, a picture (SVG, inline) or a table.
struct ReportSection {
    std::string title;
    std::string text;  // plain
    std::string svg;
    Table table;  // without columns: none
};

// <table> with units in the header, definitions as tooltips, the best cells bold; without comments.
std::string toHtml(const Table& table);
std::string escapeHtml(const std::string& text);
// One file that needs nothing else: styles inside, pictures inline, light, printable. Comments of all tables
// stand once at the end.
std::string htmlReport(const std::string& title, const std::vector<ReportSection>& sections);

}  // namespace jumplora
