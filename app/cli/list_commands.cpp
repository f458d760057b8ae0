// SPDX-License-Identifier: Apache-2.0
// The list of runs, and what a person adds to it.
#include "base/error.h"
#include "cli/command.h"
#include "cli/output.h"
#include "cli/run_json.h"
#include "cli/run_lookup.h"
#include "exchange/run_tables.h"
#include "method/method_info.h"
#include "store/importer.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace jumplora::cli {
namespace {

const std::vector<std::string>& runStates() {
    static const std::vector<std::string> kStates = {"waiting", "running", "paused", "finished",
                                                     "stopped", "failed",  "lost"};
    return kStates;
}

std::vector<std::string> methodKeys() {
    std::vector<std::string> keys;
    for (const MethodInfo& info : methodInfos()) keys.push_back(info.key);
    return keys;
}

struct ListOptions {
    RunPlace place;
    RunFilter filter;
    std::vector<std::string> keys;
    std::string sort;
    bool archived = false;
    bool quiet = false;
    TableOutput output;
};

// Best first; runs without the metric come last.
void sortByMetric(std::vector<ExportRun>& runs, const std::string& key) {
    const auto& infos = metricInfos();
    const auto info =
        std::find_if(infos.begin(), infos.end(), [&](const MetricInfo& each) { return each.key == key; });
    const auto score = [&](const ExportRun& run) {
        const auto value = info->compute(run.matrix, run.references).value;
        return value ? (info->higherIsBetter ? *value : -*value) : -INFINITY;
    };
    std::stable_sort(runs.begin(), runs.end(),
                     [&](const ExportRun& a, const ExportRun& b) { return score(a) > score(b); });
}

void list(const ListOptions& options) {
    const auto store = openIndex(options.place);
    RunFilter filter = options.filter;
    if (options.archived) filter.archived = true;
    // Sorting by a metric needs all of them.
    const bool byMetric = !options.sort.empty() && options.sort != "created" && options.sort != "name";
    if (!options.sort.empty() && options.sort != "created") filter.limit = 0;
    std::vector<ExportRun> runs;
    for (const RunRow& row : listRows(*store, options.place, filter))
        runs.push_back(readExportRun(*store, row));
    if (byMetric) sortByMetric(runs, options.sort);
    if (options.sort == "name")
        std::stable_sort(runs.begin(), runs.end(),
                         [](const ExportRun& a, const ExportRun& b) { return a.row.name < b.row.name; });
    const auto limit = static_cast<std::size_t>(options.filter.limit);
    if (limit > 0 && runs.size() > limit) runs.resize(limit);
    if (options.output.chosen() == "json") {
        Json all = Json::array();
        for (const ExportRun& run : runs) all.push_back(runJson(run));
        writeOutput(options.output.file, pretty(all));
        return;
    }
    if (options.quiet) {
        std::string ids;
        for (const ExportRun& run : runs) ids += run.row.id + "\n";
        writeOutput(options.output.file, ids);
        return;
    }
    Table table = runListTable(runs, options.keys);
    if (options.output.chosen() == "text") table = withoutEmptyColumns(std::move(table));
    if (runs.empty())
        note("no run fits; \"jumplora run FILE\" makes one, \"jumplora index FOLDER\" adds some");
    if (!runs.empty() || options.output.chosen() != "text")
        writeOutput(options.output.file, options.output.render(table));
}

void addList(CLI::App& app) {
    auto options = std::make_shared<ListOptions>();
    CLI::App* command = app.add_subcommand("list", "Runs, newest first, with their state and metrics");
    addPlaceOptions(*command, options->place);
    command
        ->add_option("--state", options->filter.states,
                     fmt::format("Only in this state (repeatable): {}", fmt::join(runStates(), ", ")))
        ->allow_extra_args(false)
        ->check(oneOf(runStates()));
    command
        ->add_option("--method", options->filter.methods,
                     fmt::format("Only of this method (repeatable): {}", fmt::join(methodKeys(), ", ")))
        ->allow_extra_args(false)
        ->check(oneOf(methodKeys()));
    command->add_option("--gate", options->filter.gates, "Only with this gate: none, jumprelu")
        ->allow_extra_args(false)
        ->check(oneOf({"none", "jumprelu"}));
    command->add_option("--tag", options->filter.tags, "Only with this tag (repeatable: with all of them)")
        ->allow_extra_args(false);
    command->add_option("--text", options->filter.text, "Only with this text in id, name, note or a tag");
    command->add_flag("--archived", options->archived, "The archived runs instead");
    command
        ->add_option("--show", options->keys, "A further column: a key of the spec or a metric (repeatable)")
        ->allow_extra_args(false);
    std::vector<std::string> orders = {"created", "name"};
    for (const MetricInfo& info : metricInfos()) orders.push_back(info.key);
    command->add_option("--sort", options->sort, "created, name, or a metric, best first")
        ->check(oneOf(orders));
    command->add_option("--limit", options->filter.limit, "At most so many")->check(CLI::PositiveNumber);
    command->add_flag("-q,--ids", options->quiet, "Only the ids, one a line");
    addTableOptions(*command, options->output);
    command->footer(
        "Examples:\n  jumplora list\n  jumplora list --method ella --state finished --sort oa --show "
        "optimizer.lr\n"
        "  jumplora list --tag paper --json\n  jumplora compare $(jumplora list --text order1 --ids)");
    command->callback([options] { list(*options); });
}

void addIndex(CLI::App& app) {
    struct Options {
        std::vector<std::string> folders;
        RunPlace place;
        bool everything = false;
        bool json = false;
    };
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand("index", "Bring run folders into the index, or rebuild it");
    command->add_option("folder", options->folders,
                        "Folders that hold runs, at most four levels deep (default: the runs folder)");
    addPlaceOptions(*command, options->place);
    command->add_flag("--all", options->everything, "Read unchanged runs again too");
    command->add_flag("--json", options->json, "Print JSON");
    command->footer(
        "Examples:\n  jumplora index\n  jumplora index /mnt/cluster/runs\n"
        "  jumplora index runs --db paper.sqlite\n"
        "Exit code 1 when a folder could not be read.");
    command->callback([options] {
        auto folders = options->folders;
        if (folders.empty()) folders.push_back(runsFolder(options->place.runs).string());
        Store store(indexFile(options->place.db));
        Importer importer(store);
        const bool terminal = ::isatty(STDERR_FILENO) != 0;
        IndexReport total;
        for (const std::string& folder : folders) {
            const IndexReport report =
                importer.indexFolder(folder, options->everything, [&](std::int64_t done, std::int64_t of) {
                    if (terminal)
                        std::fprintf(stderr, "\r\033[K%s: %lld of %lld%s", folder.c_str(),
                                     static_cast<long long>(done), static_cast<long long>(of),
                                     done == of ? "\n" : "");
                    return true;
                });
            total.found += report.found;
            total.imported += report.imported;
            total.unchanged += report.unchanged;
            total.problems.insert(total.problems.end(), report.problems.begin(), report.problems.end());
        }
        if (options->json) {
            print(pretty({{"found", total.found},
                          {"imported", total.imported},
                          {"unchanged", total.unchanged},
                          {"problems", total.problems},
                          {"index", store.file().string()}}));
        } else {
            print(fmt::format("{} runs: {} read, {} unchanged; index {}\n", total.found, total.imported,
                              total.unchanged, store.file().string()));
        }
        for (const std::string& problem : total.problems) note("error: " + problem);
        if (!total.problems.empty()) throw Exit{kCheckFailed};
    });
}

// Labels belong to the index that lists the run, not to one in memory.
FoundRun listedRun(const std::string& name, const RunPlace& place) {
    if (name == "latest") return findStored(name, place);
    const auto store = openIndex(place);
    return {store, store->run(name)};
}

struct LabelOptions {
    std::string run;
    std::string name;
    std::vector<std::string> texts;
    RunPlace place;
    bool undo = false;
    bool json = false;
};

CLI::App* labelCommand(CLI::App& app, const char* name, const char* help,
                       const std::shared_ptr<LabelOptions>& options) {
    CLI::App* command = app.add_subcommand(name, help);
    command->add_option("run", options->run, kRunHelp)->required();
    addPlaceOptions(*command, options->place);
    return command;
}

void addLabels(CLI::App& app) {
    auto noteOptions = std::make_shared<LabelOptions>();
    CLI::App* noteCommand = labelCommand(app, "note", "Show or set the note of a run", noteOptions);
    noteCommand->add_option("text", noteOptions->texts, "The new note (without: show it)");
    noteCommand->add_flag("--clear", noteOptions->undo, "Remove the note");
    noteCommand->add_flag("--json", noteOptions->json, "Print JSON");
    noteCommand->footer("Examples:\n  jumplora note latest \"lambda was too large\"\n  jumplora note latest");
    noteCommand->callback([noteOptions] {
        const FoundRun found = listedRun(noteOptions->run, noteOptions->place);
        if (!noteOptions->texts.empty() || noteOptions->undo)
            found.store->setNote(found.row.id, fmt::format("{}", fmt::join(noteOptions->texts, " ")));
        const RunRow row = found.store->run(found.row.id);
        if (noteOptions->json)
            print(pretty({{"run", row.id}, {"note", row.note}}));
        else if (!row.note.empty())
            print(row.note + "\n");
    });

    auto renameOptions = std::make_shared<LabelOptions>();
    CLI::App* rename = labelCommand(app, "rename", "Give a run another name", renameOptions);
    rename->add_option("name", renameOptions->name, "The new name, at most 255 characters")->required();
    rename->add_flag("--json", renameOptions->json, "Print JSON");
    rename->footer(
        "Examples:\n  jumplora rename latest order1-best\n  jumplora rename order1-20260304 \"order 1, "
        "lambda "
        "1e4\"\n"
        "Its id, folder and specification stay as they are.");
    rename->callback([renameOptions] {
        const FoundRun found = listedRun(renameOptions->run, renameOptions->place);
        found.store->setName(found.row.id, renameOptions->name);
        if (renameOptions->json)
            print(pretty({{"run", found.row.id}, {"name", renameOptions->name}}));
        else
            print(fmt::format("{}: {}\n", found.row.id, renameOptions->name));
    });

    auto tagOptions = std::make_shared<LabelOptions>();
    CLI::App* tag = labelCommand(app, "tag", "Show, add or remove tags of a run", tagOptions);
    tag->add_option("tags", tagOptions->texts, "Tags to add (without: show them)");
    tag->add_flag("--remove", tagOptions->undo, "Remove these tags instead");
    tag->add_flag("--json", tagOptions->json, "Print JSON");
    tag->footer("Examples:\n  jumplora tag latest paper table-2\n  jumplora tag latest table-2 --remove");
    tag->callback([tagOptions] {
        const FoundRun found = listedRun(tagOptions->run, tagOptions->place);
        for (const std::string& text : tagOptions->texts) {
            if (tagOptions->undo)
                found.store->removeTag(found.row.id, text);
            else
                found.store->addTag(found.row.id, text);
        }
        const RunRow row = found.store->run(found.row.id);
        if (tagOptions->json)
            print(pretty({{"run", row.id}, {"tags", row.tags}}));
        else
            for (const std::string& text : row.tags) print(text + "\n");
    });

    auto archiveOptions = std::make_shared<LabelOptions>();
    CLI::App* archive = labelCommand(app, "archive", "Take a run out of the list, or back", archiveOptions);
    archive->add_flag("--undo", archiveOptions->undo, "Back into the list");
    archive->add_flag("--json", archiveOptions->json, "Print JSON");
    archive->footer("Examples:\n  jumplora archive first-try\n  jumplora archive first-try --undo");
    archive->callback([archiveOptions] {
        const FoundRun found = listedRun(archiveOptions->run, archiveOptions->place);
        found.store->setArchived(found.row.id, !archiveOptions->undo);
        if (archiveOptions->json)
            print(pretty({{"run", found.row.id}, {"archived", !archiveOptions->undo}}));
        else
            print(fmt::format("{}: {}\n", found.row.id, archiveOptions->undo ? "listed" : "archived"));
    });

    auto deleteOptions = std::make_shared<LabelOptions>();
    CLI::App* remove = labelCommand(app, "delete", "Delete a run with all its files", deleteOptions);
    remove->add_flag("--yes", deleteOptions->undo, "Really delete");
    remove->add_flag("--json", deleteOptions->json, "Print JSON");
    remove->footer("Example:\n  jumplora delete first-try --yes");
    remove->callback([deleteOptions] {
        const FoundRun found = listedRun(deleteOptions->run, deleteOptions->place);
        if (!deleteOptions->undo)
            fail(ErrorKind::Input, "this deletes {} for good; repeat the command with --yes",
                 found.row.directory);
        found.store->deleteRunWithFiles(found.row.id);
        if (deleteOptions->json)
            print(pretty({{"run", found.row.id}, {"deleted", true}}));
        else
            print(fmt::format("{}: deleted\n", found.row.id));
    });
}

}  // namespace

void addListCommands(CLI::App& app) {
    addList(app);
    addIndex(app);
    addLabels(app);
}

}  // namespace jumplora::cli
