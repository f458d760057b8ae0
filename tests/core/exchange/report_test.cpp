// SPDX-License-Identifier: Apache-2.0
#include "exchange/html_report.h"
#include "exchange/published.h"
#include "method/method_info.h"
#include "train/run_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace jumplora {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

ExportRun run(const std::string& method, std::vector<std::string> tasks, const std::string& backbone) {
    ExportRun result;
    result.row.id = method;
    result.row.name = method;
    result.row.method = method;
    result.row.gate = "none";
    result.row.backbone = backbone;
    result.row.suite = "tasks.json";
    result.row.state = "finished";
    result.row.groupHash = method;
    result.row.tasks = tasks;
    result.spec = {
        {"backbone.path", "\"" + backbone + "\""}, {"optimizer.lr", "0.002"}, {"method.lambda", "30000.0"}};
    result.matrix = AccuracyMatrix(tasks);
    const auto count = static_cast<std::int64_t>(tasks.size());
    for (std::int64_t i = 1; i <= count; ++i) result.matrix.set(count, i, {80, 100, 100});
    return result;
}

const TableCell& cellOf(const Table& table, const std::string& method, const std::string& column) {
    const auto at = std::find_if(table.columns.begin(), table.columns.end(),
                                 [&](const auto& c) { return c.title == column; });
    for (const auto& row : table.rows)
        if (row[0].text == method) return row[static_cast<std::size_t>(at - table.columns.begin())];
    throw std::runtime_error("no row " + method);
}

TEST(Published, EveryKeyIsARegisteredMethodOrASetting) {
    const PublishedResults published = publishedResults();
    EXPECT_GE(published.rows.size(), 20U);
    for (const PublishedResult& row : published.rows) {
        if (!row.key.empty()) {
            EXPECT_NO_THROW(methodInfo(row.key)) << row.method;
        }
        EXPECT_GT(row.standard.value_or(0), 0) << row.method;
        EXPECT_LT(row.longOrder.value_or(0), 1) << row.method;
    }
}

TEST(Published, OwnNumbersStandInTheColumnOfTheirTasks) {
    const std::vector<ExportRun> runs = {
        run("ella", {"yahoo", "amazon", "agnews", "dbpedia"}, "/models/t5-large"),
        run("inclora", {"sst-2"}, "builtin")};
    const Table table = publishedTable(runs, groupSeeds(runs, true), publishedResults());
    EXPECT_DOUBLE_EQ(cellOf(table, "yours: ella", "Standard").value, 0.8);
    EXPECT_FALSE(cellOf(table, "yours: inclora", "Standard").hasValue());
    EXPECT_TRUE(cellOf(table, "yours: inclora", "other tasks").hasValue());
    EXPECT_DOUBLE_EQ(cellOf(table, "ELLA", "Standard").value, 0.799);
    const std::string difference = cellOf(table, "ELLA", "differs from yours").text;
    EXPECT_THAT(difference, HasSubstr("● backbone T5-large, yours /models/t5-large"));
    EXPECT_THAT(difference, Not(HasSubstr("lambda"))) << "30000 and 30000.0 are equal";
    EXPECT_THAT(cellOf(table, "IncLoRA", "differs from yours").text, HasSubstr("● lr 0.001, yours 0.002"));
}

TEST(HtmlReport, IsOneFileWithEverythingInside) {
    ReportSection section;
    section.title = "Metrics <1>";
    section.svg = "<?xml version=\"1.0\"?>\n<svg><text>x</text></svg>";
    section.table.columns = {{.title = "run"}, {"oa", Quantity::Share, "mean \"of\" a", true}};
    section.table.addRow({TableCell::ofText("a & b"), TableCell::ofNumber(0.5)});
    section.table.addRow({TableCell::ofText("c"), TableCell::ofNumber(0.75)});
    section.table.addRow({TableCell::ofText("d"), TableCell::notComputable("needs 2 tasks")});
    section.table.comments = {"run 1"};
    const std::string html = htmlReport("Title", {section, section});
    EXPECT_THAT(html, HasSubstr("<h2>Metrics &lt;1&gt;</h2>"));
    EXPECT_THAT(html, HasSubstr("<td>a &amp; b</td>"));
    EXPECT_THAT(html, HasSubstr("<b>75.0</b>"));
    EXPECT_THAT(html, HasSubstr("title=\"mean &quot;of&quot; a\""));
    EXPECT_THAT(html, HasSubstr("title=\"needs 2 tasks\">n/a"));
    EXPECT_THAT(html, HasSubstr("<figure><svg>"));
    EXPECT_THAT(html, Not(HasSubstr("http"))) << "nothing is fetched";
    EXPECT_EQ(html.find("<li>run 1</li>"), html.rfind("<li>run 1</li>")) << "said once";
}

}  // namespace
}  // namespace jumplora
