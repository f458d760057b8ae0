// SPDX-License-Identifier: Apache-2.0
// What a run answered.
#include "cli/command.h"
#include "cli/output.h"
#include "cli/prediction_cells.h"

#include <fmt/format.h>

#include <algorithm>

namespace jumplora::cli {
namespace {

struct PredictionOptions {
    std::string run;
    RunPlace place;
    CellChoice cells;
    std::int64_t limit = 20;
    bool confusion = false;
    bool full = false;
    TableOutput output;
};

std::string oneLine(std::string text, std::size_t limit) {
    for (char& c : text)
        if (c == '\n' || c == '\r' || c == '\t') c = ' ';
    if (text.size() <= limit) return text;
    // Not within a character.
    while (limit > 0 && (text[limit] & 0xC0) == 0x80) --limit;
    return text.substr(0, limit) + "...";
}

std::string listing(const std::vector<PredictionCell>& cells, bool full) {
    std::string text;
    for (const PredictionCell& cell : cells) {
        for (std::size_t i = 0; i < cell.predictions.size(); ++i) {
            const Prediction& p = cell.predictions[i];
            text += fmt::format("{} after task {}, row {}: {}{}\n  expected  {}\n  answered  {}\n", cell.task,
                                cell.afterTask, cell.rows[i], p.correct ? "right" : "wrong",
                                p.withinOptions ? "" : ", none of the options", p.expected,
                                oneLine(p.output, 200));
            text += full ? p.input + "\n" : "  text      " + oneLine(p.input, 300) + "\n";
        }
    }
    return text;
}

// At most `limit` answers over all cells; how many were left out.
std::size_t cut(std::vector<PredictionCell>& cells, std::int64_t limit) {
    if (limit == 0) return 0;
    auto left = static_cast<std::size_t>(limit);
    std::size_t omitted = 0;
    for (PredictionCell& cell : cells) {
        const std::size_t keep = std::min(left, cell.predictions.size());
        omitted += cell.predictions.size() - keep;
        cell.predictions.resize(keep);
        cell.rows.resize(keep);
        left -= keep;
    }
    return omitted;
}

void predictions(const PredictionOptions& options) {
    const FoundRun found = findStored(options.run, options.place);
    auto cells = readCells(found, options.cells);
    const std::string format = options.output.chosen();
    if (options.confusion) {
        std::vector<Table> tables;
        std::vector<std::string> names;
        for (const PredictionCell& cell : cells) {
            if (cell.predictions.empty()) continue;
            tables.push_back(confusionTable(cell));
            tables.back().comments =
                provenanceComments({found.forExport()}, groupSeeds({found.forExport()}, false));
            if (format == "text") tables.back().comments.clear();
            names.push_back(fmt::format("after {} on {}", cell.afterTask, cell.task));
        }
        options.output.write(tables, names);
        return;
    }
    const std::size_t omitted = cut(cells, options.limit);
    if (format == "text") {
        writeOutput(options.output.file, listing(cells, options.full));
    } else if (format == "json") {
        Json all = Json::array();
        for (const PredictionCell& cell : cells)
            for (std::size_t i = 0; i < cell.predictions.size(); ++i) {
                const Prediction& p = cell.predictions[i];
                all.push_back({{"after_task", cell.afterTask},
                               {"task", cell.task},
                               {"row", cell.rows[i]},
                               {"score", p.score},
                               {"correct", p.correct},
                               {"within_options", p.withinOptions},
                               {"expected", p.expected},
                               {"output", p.output},
                               {"input", p.input}});
            }
        writeOutput(options.output.file, pretty(all));
    } else {
        writeOutput(options.output.file,
                    options.output.render(predictionsTable({found.forExport()}, {cells})));
    }
    if (omitted > 0) note(fmt::format("{} more; --limit 0 shows all", omitted));
}

}  // namespace

void addPredictionCommands(CLI::App& app) {
    auto options = std::make_shared<PredictionOptions>();
    CLI::App* command =
        app.add_subcommand("predictions", "What a run answered, row by row or as a confusion table");
    command->add_option("run", options->run, kRunHelp)->required();
    addPlaceOptions(*command, options->place);
    addCellOptions(*command, options->cells);
    command->add_option("--limit", options->limit, "At most so many answers (default 20, 0 = all)")
        ->check(CLI::NonNegativeNumber);
    command->add_flag("--confusion", options->confusion, "Count answers by label instead");
    command->add_flag("--full", options->full, "The whole input of each row");
    addTableOptions(*command, options->output);
    command->footer(
        "Examples:\n  jumplora predictions latest --task agnews --wrong\n"
        "  jumplora predictions latest --after all --outside-options --limit 0 --json\n"
        "  jumplora predictions latest --after 2 --task 1 --confusion\n"
        "How many answers each cell has: jumplora show RUN.");
    command->callback([options] { predictions(*options); });
}

}  // namespace jumplora::cli
