// SPDX-License-Identifier: Apache-2.0
#include "exchange/table.h"

#include "base/error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace jumplora {
namespace {

using ::testing::HasSubstr;

Table sample() {
    Table table;
    table.title = "Metrics";
    table.comments = {"run order1_s1, spec 0123", "two\nlines"};
    table.columns = {
        {.title = "method"},
        {.title = "oa", .quantity = Quantity::Share, .definition = "mean", .higherIsBetter = true},
        {.title = "bwt", .quantity = Quantity::Difference},
        {.title = "tau", .quantity = Quantity::Threshold}};
    table.addRow({TableCell::ofText("ELLA, \"gated\""), TableCell::ofMean(0.792, 0.006, 3),
                  TableCell::ofNumber(-0.019), TableCell::ofNumber(6.13e-3)});
    table.addRow({TableCell::ofText("a_b & 50 % | #1"), TableCell::ofMean(0.661, std::nan(""), 1),
                  TableCell::notComputable("needs 2 tasks"), TableCell::missing()});
    return table;
}

TEST(Table, CsvIsExactQuotedAndExplained) {
    EXPECT_EQ(toCsv(sample()),
              "# Metrics\n# run order1_s1, spec 0123\n# two lines\n"
              "method,oa [%],oa sd,oa n,bwt [points],tau\n"
              "\"ELLA, \"\"gated\"\"\",79.2,0.6,3,-1.9,0.00613\n"
              "a_b & 50 % | #1,66.1,,1,n/a,\n");
    Table odd;
    odd.columns = {{.title = "#x"}, {.title = "y"}};
    odd.addRow({TableCell::ofText("line\nbreak"), TableCell::ofText(" outer ")});
    EXPECT_EQ(toCsv(odd), "\"#x\",y\n\"line\nbreak\",\" outer \"\n");
}

TEST(Table, MarkdownIsFormattedAndEscaped) {
    const std::string text = toMarkdown(sample());
    EXPECT_THAT(text,
                HasSubstr("| method | oa \\[%\\] | bwt \\[points\\] | tau |\n| :--- | ---: | ---: | ---: |"));
    EXPECT_THAT(text, HasSubstr("| ELLA, \"gated\" | 79.2 \u00b1 0.6 | \u22121.9 | 6.13e\u22123 |"));
    EXPECT_THAT(text, HasSubstr("| a\\_b & 50 % \\| \\#1 | 66.1 | n/a | \u2013 |"));
    EXPECT_THAT(text, HasSubstr("- two lines\n"));
}

TEST(Table, LatexIsBooktabs) {
    EXPECT_EQ(toLatex(sample()),
              "% Metrics\n% run order1_s1, spec 0123\n% two lines\n"
              "\\begin{tabular}{lrrr}\n\\toprule\n"
              "method & oa {[}\\%] & bwt {[}points] & tau \\\\\n\\midrule\n"
              "ELLA, \"gated\" & $\\mathbf{79.2 \\pm 0.6}$ & $-1.9$ & $6.13 \\times 10^{-3}$ \\\\\n"
              "a\\_b \\& 50 \\% \\textbar{} \\#1 & 66.1 & n/a & -- \\\\\n"
              "\\bottomrule\n\\end{tabular}\n");
    const std::string floating =
        toLatex(sample(), {.caption = "50 % of a_b", .label = "tab:a_b", .boldBest = false});
    EXPECT_THAT(floating, HasSubstr("\\begin{table}[t]\n"));
    EXPECT_THAT(floating, HasSubstr("\\caption{50 \\% of a\\_b}\n\\label{tab:a_b}\n\\end{table}\n"));
    EXPECT_THAT(floating, HasSubstr("$79.2 \\pm 0.6$"));
}

TEST(Table, LatexSpecialsAreEscaped) {
    EXPECT_EQ(escapeLatex("\\{}$&#_%~^<>|"),
              "\\textbackslash{}\\{\\}\\$\\&\\#\\_\\%\\textasciitilde{}\\textasciicircum{}\\textless{}"
              "\\textgreater{}"
              "\\textbar{}");
    EXPECT_EQ(escapeLatex("line\nbreak \u2212 \u03c4"), "line break $-$ $\\tau$");
    EXPECT_EQ(escapeLatex("[a]"), "{[}a]") << "no argument for the line break before";
    EXPECT_EQ(escapeLatex("Z\u00fcrich"), "Z\u00fcrich");
}

TEST(Table, JsonKeepsNumbersAndUnits) {
    const Json json = toJson(sample());
    EXPECT_EQ(json["columns"][1]["unit"], "%");
    EXPECT_EQ(json["columns"][1]["definition"], "mean");
    EXPECT_DOUBLE_EQ(json["rows"][0][1]["mean"].get<double>(), 79.2);
    EXPECT_EQ(json["rows"][0][1]["n"], 3);
    EXPECT_TRUE(json["rows"][1][1]["sd"].is_null());
    EXPECT_TRUE(json["rows"][1][2].is_null());
    EXPECT_TRUE(json["rows"][1][3].is_null());
}

TEST(Table, BestNeedsASideAndTwoValues) {
    const Table table = sample();
    EXPECT_EQ(table.bestRows(1), (std::vector<bool>{true, false}));
    EXPECT_EQ(table.bestRows(2), (std::vector<bool>{false, false}));
    Table wrong = table;
    EXPECT_THROW(wrong.addRow({}), Error);
    EXPECT_THROW(writeTable(table, "latx"), Error);
    EXPECT_EQ(writeTable(table, "md"), toMarkdown(table));
}

}  // namespace
}  // namespace jumplora
