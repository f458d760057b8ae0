// SPDX-License-Identifier: Apache-2.0
#include "exchange/comparison.h"

#include "analysis/significance.h"
#include "analysis/statistics.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace jumplora {
namespace {

struct Difference {
    std::string group;
    const MetricInfo* metric = nullptr;
    PairedDifference paired;
    TestResult test;
};

std::vector<std::string> sortedTasks(const ExportRun& run) {
    std::vector<std::string> names = run.matrix.taskNames();
    std::sort(names.begin(), names.end());
    return names;
}

Difference differenceOf(const std::vector<ExportRun>& runs, const SeedGroup& group, const SeedGroup& base,
                        const MetricInfo& metric, PairedTest kind) {
    std::vector<double> ours;
    std::vector<double> theirs;
    for (const std::size_t member : group.runs) {
        for (const std::size_t other : base.runs) {
            if (runs[member].row.seed != runs[other].row.seed) continue;
            const auto a = metric.compute(runs[member].matrix, runs[member].references).value;
            const auto b = metric.compute(runs[other].matrix, runs[other].references).value;
            if (!a || !b) continue;
            ours.push_back(*a);
            theirs.push_back(*b);
        }
    }
    return {group.label, &metric, pairedDifference(ours, theirs),
            kind == PairedTest::StudentT ? pairedTTest(ours, theirs) : wilcoxonSignedRank(ours, theirs)};
}

}  // namespace

const char* spreadName(SpreadKind kind) {
    switch (kind) {
        case SpreadKind::Deviation:
            return "sd";
        case SpreadKind::StandardError:
            return "SE";
        case SpreadKind::Interval95:
            return "95 % CI";
    }
    return "";
}

double spreadOf(double deviation, std::int64_t n, SpreadKind kind) {
    if (n < 2) return std::numeric_limits<double>::quiet_NaN();
    if (kind == SpreadKind::Deviation) return deviation;
    const double error = deviation / std::sqrt(static_cast<double>(n));
    return kind == SpreadKind::StandardError ? error
                                             : studentQuantile(0.95, static_cast<std::size_t>(n - 1)) * error;
}

Table withSpread(Table table, SpreadKind kind) {
    if (kind == SpreadKind::StandardError) table.spread = "standard error of the mean";
    if (kind == SpreadKind::Interval95) table.spread = "half the 95 % interval of the mean";
    bool any = false;
    for (auto& row : table.rows) {
        for (TableCell& cell : row) {
            if (cell.kind != TableCell::Kind::MeanSd) continue;
            any = true;
            cell.spread = spreadOf(cell.spread, cell.n, kind);
        }
    }
    if (any && kind == SpreadKind::StandardError)
        table.comments.emplace_back("behind ±: standard error of the mean, sd / sqrt(n)");
    if (any && kind == SpreadKind::Interval95)
        table.comments.emplace_back(
            "behind ±: half the 95 % interval of the mean (Student's t, n - 1 degrees of freedom)");
    return table;
}

Table testedDifferenceTable(const std::vector<ExportRun>& runs, const std::vector<SeedGroup>& groups,
                            std::size_t baseline, PairedTest test) {
    const SeedGroup& base = groups.at(baseline);
    Table table;
    table.title = "Difference to " + base.label;
    table.comments = provenanceComments(runs, groups);
    const char* name = test == PairedTest::StudentT ? "paired t test" : "Wilcoxon signed-rank test, exact";
    table.comments.push_back(fmt::format(
        "differences over runs with the same seed; two-sided {}, p corrected by Holm over this table", name));
    table.columns = {
        {.title = "run"},
        {.title = "metric"},
        {.title = "difference", .quantity = Quantity::Difference, .definition = "mean ± sd over pairs"},
        {.title = "n", .quantity = Quantity::Count, .definition = "pairs of runs with the same seed"},
        {.title = "low", .quantity = Quantity::Difference, .definition = "95 % interval of the mean"},
        {.title = "high", .quantity = Quantity::Difference, .definition = "95 % interval of the mean"},
        {.title = "p", .quantity = Quantity::Magnitude, .definition = name},
        {.title = "p (Holm)",
         .quantity = Quantity::Magnitude,
         .definition = "corrected for all tests of this table"}};
    std::vector<Difference> differences;
    const std::vector<std::string> tasks = sortedTasks(runs[base.runs.front()]);
    for (std::size_t g = 0; g < groups.size(); ++g) {
        if (g == baseline) continue;
        if (sortedTasks(runs[groups[g].runs.front()]) != tasks) {
            table.comments.push_back(fmt::format("{} learned other tasks than {} and is not compared with it",
                                                 groups[g].label, base.label));
            continue;
        }
        for (const MetricInfo& metric : metricInfos()) {
            Difference difference = differenceOf(runs, groups[g], base, metric, test);
            if (difference.paired.mean) differences.push_back(std::move(difference));
        }
    }
    std::vector<std::optional<double>> p;
    p.reserve(differences.size());
    for (const Difference& each : differences) p.push_back(each.test.p);
    const auto corrected = holmCorrected(p);
    const double unknown = std::nan("");
    for (std::size_t i = 0; i < differences.size(); ++i) {
        const Difference& each = differences[i];
        const auto n = static_cast<std::int64_t>(each.paired.n);
        const TableCell untested = TableCell::notComputable(each.test.reason);
        table.addRow({TableCell::ofText(each.group), TableCell::ofText(each.metric->key),
                      TableCell::ofMean(*each.paired.mean, each.paired.deviation.value_or(unknown), n),
                      TableCell::ofNumber(static_cast<double>(n)),
                      TableCell::ofNumber(each.paired.low.value_or(unknown)),
                      TableCell::ofNumber(each.paired.high.value_or(unknown)),
                      p[i] ? TableCell::ofNumber(*p[i]) : untested,
                      corrected[i] ? TableCell::ofNumber(*corrected[i]) : untested});
    }
    return table;
}

}  // namespace jumplora
