// SPDX-License-Identifier: Apache-2.0
#include "base/error.h"
#include "cli/command.h"
#include "cli/output.h"
#include "cli/run_lookup.h"
#include "exchange/tensorboard.h"

namespace jumplora::cli {

void addTensorBoardCommands(CLI::App& app) {
    struct Options {
        std::vector<std::string> runs;
        RunPlace place;
        std::string folder = "tensorboard";
        bool noHistograms = false, perModule = false, json = false;
    };
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand(
        "tensorboard", "Runs as event files for TensorBoard: scalars, histograms of |ΔW|, pictures");
    command->add_option("runs", options->runs, kRunHelp)->required()->expected(1, -1);
    addPlaceOptions(*command, options->place);
    command->add_option("-o,--output", options->folder,
                        "Folder; each run gets one below it (default: tensorboard)");
    command->add_flag("--no-histograms", options->noHistograms, "Do not read the stored adapters");
    command->add_flag("--modules", options->perModule, "Densities and histograms of each adapted layer too");
    command->add_flag("--json", options->json, "Print JSON");
    command->footer(
        "Examples:\n  jumplora tensorboard latest\n"
        "  jumplora tensorboard $(jumplora list --tag paper --ids) -o events\n  tensorboard --logdir events");
    command->callback([options] {
        Json all = Json::array();
        for (const FoundRun& run : findStored(options->runs, options->place)) {
            TensorBoardOptions what;
            what.histograms = !options->noHistograms;
            what.perModule = options->perModule;
            const TensorBoardReport report = writeTensorBoard(run.directory(), options->folder, what);
            all.push_back({{"run", run.row.id},
                           {"file", report.file.string()},
                           {"scalars", report.scalars},
                           {"histograms", report.histograms},
                           {"images", report.images}});
            if (!options->json)
                print(fmt::format("{}: {} scalars, {} histograms, {} pictures\n", report.file.string(),
                                  report.scalars, report.histograms, report.images));
        }
        if (options->json) print(pretty(all));
    });
}

}  // namespace jumplora::cli
