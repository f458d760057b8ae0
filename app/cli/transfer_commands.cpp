// SPDX-License-Identifier: Apache-2.0
// Results and whole runs in and out: import, bundle, reproduce.
#include "base/error.h"
#include "base/file.h"
#include "cli/command.h"
#include "cli/output.h"
#include "cli/run_control.h"
#include "cli/run_lookup.h"
#include "exchange/bundle.h"
#include "exchange/reproduction.h"
#include "exchange/result_import.h"
#include "store/importer.h"
#include "train/trainer.h"

namespace jumplora::cli {
namespace {

struct ImportOptions {
    std::vector<std::string> paths;
    RunPlace place;
    ImportSettings settings;
    std::string scale = "auto";
    bool json = false;
};

void importAll(const ImportOptions& given) {
    ImportOptions options = given;
    if (options.scale == "share") options.settings.scale = ScoreScale::Share;
    if (options.scale == "percent") options.settings.scale = ScoreScale::Percent;
    Json runs = Json::array();
    std::vector<std::string> problems;
    Store store(indexFile(options.place.db));
    Importer index(store);
    for (const std::string& path : options.paths) {
        ImportOutcome outcome = importPath(path, options.settings, runsFolder(options.place.runs));
        for (const ImportedRun& run : outcome.runs) {
            index.indexRun(run.directory);
            runs.push_back({{"run", run.id},
                            {"directory", run.directory.string()},
                            {"format", run.format},
                            {"new", run.isNew},
                            {"notes", run.notes}});
            if (options.json) continue;
            print(fmt::format("{} ({}): {}\n", run.id, run.format,
                              run.isNew ? "brought in" : "was there already"));
            for (const std::string& text : run.notes) print("  " + text + "\n");
        }
        problems.insert(problems.end(), outcome.problems.begin(), outcome.problems.end());
    }
    if (options.json) print(pretty({{"runs", runs}, {"problems", problems}}));
    for (const std::string& problem : problems) note("error: " + problem);
    if (!problems.empty()) throw Exit{kCheckFailed};
}

void addImport(CLI::App& app) {
    auto options = std::make_shared<ImportOptions>();
    CLI::App* command = app.add_subcommand(
        "import", "Bring in results of other programs, runs of another workbench, bundles");
    command->add_option("path", options->paths, "Files or folders (searched four levels deep)")->required();
    addPlaceOptions(*command, options->place);
    command->add_option("--name", options->settings.name, "Name of the run (default: by the folder)");
    command->add_option("--seed", options->settings.seed, "Its seed (default: by the folder's name, else 0)");
    command->add_option("--method", options->settings.method,
                        "Its method, so that it is listed and grouped by it");
    command->add_option("--gate", options->settings.gate, "Its gate: none, jumprelu");
    command->add_option("--backbone", options->settings.backbone, "Its backbone");
    command
        ->add_option("--scale", options->scale,
                     "What scores are: share (0 to 1), percent, or auto (default): percent if one is above 1")
        ->check(oneOf({"auto", "share", "percent"}));
    command->add_flag("--json", options->json, "Print JSON");
    command->footer(
        "Examples:\n  jumplora import outputs/order_1/continual_eval.json --method ella --seed 42\n"
        "  jumplora import logs_and_outputs/order_1/outputs --method olora\n"
        "  jumplora import matrix.csv --name table-3 --method olora\n"
        "  jumplora import other-machine/runs shared.tar\n"
        "The runs carry the tag \"imported\". Importing again changes nothing. Exit code 1 when something "
        "could not "
        "be read.");
    command->callback([options] { importAll(*options); });
}

struct BundleCommand {
    std::string run, file;
    RunPlace place;
    bool noPredictions = false, checkpoint = false, json = false;
};

void addBundle(CLI::App& app) {
    auto options = std::make_shared<BundleCommand>();
    CLI::App* command = app.add_subcommand(
        "bundle", "A run as one archive: spec, events, adapters, hashes of data, versions");
    command->add_option("run", options->run, kRunHelp)->required();
    command->add_option("-o,--output", options->file, "File (default: RUN.tar in the present folder)");
    addPlaceOptions(*command, options->place);
    command->add_flag("--no-predictions", options->noPredictions, "Leave the answers out");
    command->add_flag("--checkpoint", options->checkpoint, "With the checkpoint, to go on elsewhere");
    command->add_flag("--json", options->json, "Print JSON");
    command->footer(
        "Examples:\n  jumplora bundle latest\n  jumplora bundle order1-ella -o order1-ella.tar\n"
        "The archive is a plain tar (ustar). `jumplora reproduce` computes it again, `jumplora import` "
        "unpacks it.");
    command->callback([options] {
        const RunDirectory run = findRun(options->run, options->place.runs, options->place.db);
        const std::string file =
            options->file.empty() ? run.path().filename().string() + ".tar" : options->file;
        writeBundle(run, file, {!options->noPredictions, options->checkpoint});
        const BundleReader written(file);
        std::uint64_t bytes = 0;
        for (const Json& entry : written.manifest()["files"]) bytes += entry["bytes"].get<std::uint64_t>();
        if (options->json)
            print(pretty({{"file", file},
                          {"run", written.runId()},
                          {"files", written.manifest()["files"].size()},
                          {"bytes", bytes}}));
        else
            print(fmt::format("{}: {} files, {:.1f} MB\n", file, written.manifest()["files"].size(),
                              static_cast<double>(bytes) / 1e6));
    });
}

struct ReproduceOptions {
    std::string bundle, root, tasks, backbone, runs, db;
    bool quiet = false;
    TableOutput output;
};

// The bundle's spec with paths of this machine. The tasks come from the bundle itself.
RunSpec specHere(const BundleReader& bundle, const ReproduceOptions& options, const RunDirectory& target) {
    Json json = parseJson(bundle.content("run/spec.json"), options.bundle + ": run/spec.json");
    if (!options.backbone.empty()) json["backbone"]["path"] = options.backbone;
    if (!options.tasks.empty()) {
        json["suite"]["tasks"] = options.tasks;
        json["suite"]["root"] = options.root;
    } else if (bundle.has("suite.json")) {
        const auto file = target.path() / "suite.json";
        writeFileAtomically(file, bundle.content("suite.json"));
        json["suite"]["tasks"] = file.string();
        json["suite"]["root"] =
            options.root.empty() ? bundle.manifest()["data_root"].get<std::string>() : options.root;
    }
    return parseRunSpec(json);
}

void reproduce(const ReproduceOptions& options) {
    const BundleReader bundle(options.bundle);
    const auto folder = runsFolder(options.runs);
    makeFolder(folder);
    // The original lies beside the new run, under a name that no index reads.
    const auto original = folder / (".original-" + bundle.runId().substr(0, 200));
    std::error_code ignored;
    std::filesystem::remove_all(original, ignored);
    bundle.extractRun(original);
    const RunDirectory before(original);
    RunSpec named =
        parseRunSpec(parseJson(bundle.content("run/spec.json"), options.bundle + ": run/spec.json"));
    named.name = named.name.substr(0, 100) + "-again";
    const RunDirectory target = createRunDirectory(folder, named);
    try {
        RunSpec spec = specHere(bundle, options, target);
        spec.name = named.name;
        prepareRun(target, spec);
    } catch (...) {
        std::filesystem::remove_all(target.path(), ignored);
        std::filesystem::remove_all(original, ignored);
        throw;
    }
    const std::string state = runInForeground(target, options.db, options.quiet);
    if (state != "finished") {
        std::filesystem::remove_all(original, ignored);
        note(fmt::format("{}: {}; `jumplora resume` goes on with it, `jumplora reproduce` begins anew",
                         target.path().string(), state));
        throw Exit{kPaused};
    }
    const ReproductionCheck check = compareReproduction(before, target);
    std::filesystem::remove_all(original, ignored);
    note(fmt::format("{}: {}", target.path().string(),
                     check.equal() ? "equal to the original" : "differs from the original"));
    options.output.write({reproductionTable(check)}, {"reproduction"});
    if (!check.equal()) throw Exit{kCheckFailed};
}

void addReproduce(CLI::App& app) {
    auto options = std::make_shared<ReproduceOptions>();
    CLI::App* command = app.add_subcommand(
        "reproduce", "Compute the run of a bundle again and compare: events, adapters, matrix");
    command->add_option("bundle", options->bundle, "Archive that `jumplora bundle` wrote")
        ->required()
        ->check(CLI::ExistingFile);
    command->add_option("--root", options->root, "Folder of the data (default: where they were)");
    command->add_option("--tasks", options->tasks, "Task file, instead of the tasks in the bundle");
    command->add_option("--backbone", options->backbone, "Checkpoint folder (default: where it was)");
    command->add_option("--runs", options->runs, "Folder of the runs (default: runs/ in the data folder)");
    command->add_option("--db", options->db,
                        "Index of the runs (default: workbench.sqlite in the data folder)");
    command->add_flag("--quiet", options->quiet, "No progress");
    addTableOptions(*command, options->output);
    command->footer(
        "Example:\n  jumplora reproduce order1-ella.tar --root data --backbone t5-large\n"
        "Exit code 0 when everything is equal, 1 with a table of the differences. Equal bits are promised on "
        "equal "
        "machines: other processors, BLAS kernels, LibTorch versions or threads stand in the table as "
        "circumstances.");
    command->callback([options] { reproduce(*options); });
}

}  // namespace

void addTransferCommands(CLI::App& app) {
    addImport(app);
    addBundle(app);
    addReproduce(app);
}

}  // namespace jumplora::cli
