// SPDX-License-Identifier: Apache-2.0
#include "exchange/overlap_table.h"

#include "analysis/overlap.h"
#include "base/error.h"
#include "base/param.h"

#include <algorithm>

namespace jumplora {
namespace {

std::vector<const OverlapMeasure*> chosenMeasures(const std::vector<std::string>& keys) {
    std::vector<const OverlapMeasure*> measures;
    for (const std::string& key : keys) {
        const OverlapMeasure* measure = findOverlapMeasure(key);
        if (measure == nullptr) {
            std::vector<std::string> known;
            for (const OverlapMeasure& each : overlapMeasures()) known.push_back(each.key);
            const std::string near = nearestName(key, known);
            fail(ErrorKind::Input, "\"{}\" is no overlap measure; known: {}.{}", key, fmt::join(known, ", "),
                 near.empty() ? "" : " Did you mean \"" + near + "\"?");
        }
        measures.push_back(measure);
    }
    if (keys.empty())
        for (const OverlapMeasure& each : overlapMeasures()) measures.push_back(&each);
    return measures;
}

// True for a row that carries at least one value.
bool addValues(const std::vector<const OverlapMeasure*>& measures, const std::vector<NamedValue>& values,
               std::vector<TableCell>& cells) {
    bool any = false;
    for (const OverlapMeasure* measure : measures) {
        const auto found = std::find_if(values.begin(), values.end(),
                                        [&](const NamedValue& v) { return v.name == measure->key; });
        cells.push_back(found == values.end() ? TableCell::missing() : TableCell::ofNumber(found->value));
        any |= cells.back().hasValue();
    }
    return any;
}

std::string taskName(const ExportRun& run, std::int64_t task) {
    const auto at = static_cast<std::size_t>(task - 1);
    return at < run.row.tasks.size() ? run.row.tasks[at] : "";
}

}  // namespace

Table overlapTable(const std::vector<ExportRun>& runs, const std::vector<OverlapOfRun>& overlaps,
                   const OverlapTableOptions& options) {
    const auto measures = chosenMeasures(options.measures);
    Table table;
    table.title = runs.size() == 1 ? "Overlap of " + runs.front().row.name : "Overlap";
    table.comments = provenanceComments(runs, groupSeeds(runs, false));
    table.comments.emplace_back(
        "of the stored adapters, masked as in merging; i < j are two tasks, i = j is one task alone");
    if (runs.size() > 1) table.columns.push_back({.title = "run"});
    for (const char* title : {"i", "j"}) table.columns.push_back({title, Quantity::Count, "", {}});
    for (const char* title : {"task_i", "task_j"}) table.columns.push_back({.title = title});
    if (options.perModule) table.columns.push_back({.title = "module"});
    for (const OverlapMeasure* measure : measures) {
        table.columns.push_back({measure->key,
                                 measure->unit == "share" ? Quantity::Density : Quantity::Magnitude,
                                 measure->formula,
                                 {}});
        table.comments.push_back(
            fmt::format("{} [{}] = {}{}", measure->key, measure->unit, measure->formula,
                        options.perModule ? "" : "; over all modules: " + measure->pooling));
    }
    for (std::size_t r = 0; r < runs.size(); ++r) {
        for (const OverlapComputed& pair : overlaps[r].pairs) {
            const auto add = [&](const std::vector<NamedValue>& values, const std::string& module) {
                std::vector<TableCell> cells;
                if (runs.size() > 1) cells.push_back(TableCell::ofText(runs[r].row.id));
                cells.push_back(TableCell::ofNumber(static_cast<double>(pair.i)));
                cells.push_back(TableCell::ofNumber(static_cast<double>(pair.j)));
                cells.push_back(TableCell::ofText(taskName(runs[r], pair.i)));
                cells.push_back(TableCell::ofText(taskName(runs[r], pair.j)));
                if (options.perModule) cells.push_back(TableCell::ofText(module));
                if (addValues(measures, values, cells)) table.addRow(std::move(cells));
            };
            if (!options.perModule) {
                add(pair.pooled, "");
                continue;
            }
            for (std::size_t m = 0; m < pair.perModule.size(); ++m)
                add(pair.perModule[m],
                    m < overlaps[r].modules.size() ? overlaps[r].modules[m].name : std::to_string(m));
        }
    }
    return table;
}

}  // namespace jumplora
