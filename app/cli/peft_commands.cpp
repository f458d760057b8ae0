// SPDX-License-Identifier: Apache-2.0
// Adapters and models in the formats of peft and transformers.
#include "base/error.h"
#include "cli/command.h"
#include "cli/load_line.h"
#include "cli/output.h"
#include "cli/prediction_cells.h"
#include "cli/run_lookup.h"
#include "exchange/number_format.h"
#include "peft/adapter_export.h"
#include "peft/adapter_import.h"
#include "peft/model_export.h"

namespace jumplora::cli {
namespace {

constexpr const char* kDtypeHelp = "Type of the stored weights: float32 (default), float16, bfloat16";

std::string count(std::int64_t value) { return formatNumber(static_cast<double>(value), Quantity::Count); }
std::string bytes(std::int64_t value) { return formatNumber(static_cast<double>(value), Quantity::Bytes); }

void addDtype(CLI::App& command, std::string& dtype) {
    command.add_option("--dtype", dtype, kDtypeHelp)->check(oneOf({"float32", "float16", "bfloat16"}));
}

struct ImportOptions {
    std::string adapter, backbone, output;
    std::string dtype = "float32";
    bool json = false;
};

Json folderJson(const std::string& output, const ModelFolderReport& report) {
    return {{"output", output},
            {"parameters", report.parameters},
            {"bytes", report.bytes},
            {"tokenizer", report.tokenizer}};
}

std::string folderText(const std::string& output, const ModelFolderReport& report) {
    return fmt::format(
        "{}: {} parameters, {}, {}\n", output, count(report.parameters), bytes(report.bytes),
        report.tokenizer ? "with the tokenizer" : "without a tokenizer: the backbone has none");
}

void addAdapterOptions(CLI::App& command, ImportOptions& options) {
    command.add_option("adapter", options.adapter, "Folder that peft has written")->required();
    command.add_option("--backbone", options.backbone, "Folder of the backbone, or \"builtin\"")->required();
}

void addShow(CLI::App& peft) {
    auto options = std::make_shared<ImportOptions>();
    CLI::App* command = peft.add_subcommand("show", "What an adapter of peft changes of a backbone");
    addAdapterOptions(*command, *options);
    command->add_flag("--json", options->json, "Print JSON");
    command->footer("Example:\n  jumplora peft show my-adapter --backbone t5-large");
    command->callback([options] {
        const AdapterSummary summary =
            describeAdapter(options->adapter, options->backbone, loadLine(options->backbone));
        if (options->json) {
            print(pretty({{"adapter", options->adapter},
                          {"architecture", summary.architecture},
                          {"base_model", summary.baseModel},
                          {"modules", summary.modules},
                          {"replaced", summary.replaced},
                          {"parameters", summary.parameters},
                          {"rank", {summary.smallestRank, summary.largestRank}},
                          {"scaling", {summary.smallestScaling, summary.largestScaling}}}));
            return;
        }
        const auto range = [](auto low, auto high) {
            return low == high ? fmt::format("{}", low) : fmt::format("{} to {}", low, high);
        };
        print(
            fmt::format("{}\n  on {}\n  {} layers at rank {}, scaling {}; {} weights stored as a whole; {} "
                        "parameters\n",
                        options->adapter, summary.architecture, count(summary.modules),
                        range(summary.smallestRank, summary.largestRank),
                        range(summary.smallestScaling, summary.largestScaling), count(summary.replaced),
                        count(summary.parameters)));
        if (!summary.baseModel.empty())
            print(fmt::format("  was trained on \"{}\", as it says itself\n", summary.baseModel));
    });
}

void addImport(CLI::App& peft) {
    auto options = std::make_shared<ImportOptions>();
    CLI::App* command = peft.add_subcommand("import", "Merge an adapter of peft into a backbone");
    addAdapterOptions(*command, *options);
    command->add_option("-o,--output", options->output, "New folder for the merged model")->required();
    addDtype(*command, options->dtype);
    command->add_flag("--json", options->json, "Print JSON");
    command->footer(
        "Examples:\n  jumplora peft import my-adapter --backbone t5-large --output t5-large-mine\n"
        "  jumplora run spec.json --backbone t5-large-mine");
    command->callback([options] {
        const ModelFolderReport report = importAdapter(options->adapter, options->backbone, options->output,
                                                       options->dtype, loadLine(options->backbone));
        print(options->json ? pretty(folderJson(options->output, report))
                            : folderText(options->output, report));
    });
}

struct ExportOptions {
    std::string run, task, output;
    RunPlace place;
    AdapterExportOptions adapter;
    StoredModelOptions model;
    std::string dtype = "float32";
    bool json = false;
};

Json adapterJson(const std::string& output, const AdapterExport& result) {
    Json errors = Json::object();
    for (const auto& [module, error] : result.moduleErrors) errors[module] = error;
    return {{"output", output},          {"lora", result.lora},
            {"sparse", result.sparse},   {"modules", result.modules},
            {"rank", result.rank},       {"live_entries", result.liveEntries},
            {"entries", result.entries}, {"relative_error", result.relativeError},
            {"module_errors", errors},   {"base", result.base},
            {"notes", result.notes}};
}

std::string adapterText(const std::string& output, const AdapterExport& result, bool closest) {
    std::string text = fmt::format("{}\n  belongs on {}\n", output, result.base);
    if (result.sparse)
        text += fmt::format("  sparse_update.safetensors: exact, {} of {} entries\n",
                            count(result.liveEntries), count(result.entries));
    if (result.lora && !closest)
        text += fmt::format("  adapter_model.safetensors: exact, {} layers at rank {}\n",
                            count(result.modules), result.rank);
    if (result.lora && closest) {
        text += fmt::format("  adapter_model.safetensors: closest pair of rank {}, relative error {:.4g}\n",
                            result.rank, result.relativeError);
        for (const auto& [module, error] : result.moduleErrors)
            text += fmt::format("    {:<60} {:.4g}\n", module, error);
    }
    if (!result.lora)
        text += "  no low-rank pair is a masked update; --closest-rank writes the nearest one beside it\n";
    return text;
}

void addExport(CLI::App& peft) {
    auto options = std::make_shared<ExportOptions>();
    CLI::App* command = peft.add_subcommand("export", "Write what a task of a run added, for peft");
    command->add_option("run", options->run, kRunHelp)->required();
    addPlaceOptions(*command, options->place);
    command->add_option("--task", options->task, "Task: number or name")->required();
    command->add_option("-o,--output", options->output, "New folder for the adapter")->required();
    command->add_flag("--cumulative", options->adapter.cumulative,
                      "What all tasks up to this one have added, for the run's backbone itself");
    command->add_option("--closest-rank", options->adapter.closestRank,
                        "Also the nearest LoRA pair of this rank, with its error");
    command->add_flag("--json", options->json, "Print JSON");
    command->footer(
        "Examples:\n  jumplora peft export order1 --task 2 --output order1-task2\n"
        "  jumplora peft export order1 --task agnews --cumulative --output order1-sum\n"
        "  jumplora peft export order1-ella --task 4 --closest-rank 16 --output order1-rank16\n"
        "A gated update is written as its entries (docs/checkpoints.md): no pair of low rank is the same.");
    command->callback([options] {
        const FoundRun found = findStored(options->run, options->place);
        options->adapter.task = taskNumber(found.row, options->task);
        const AdapterExport result = exportAdapter(found.directory(), options->adapter, options->output);
        for (const std::string& text : result.notes) note("note: " + text);
        print(options->json ? pretty(adapterJson(options->output, result))
                            : adapterText(options->output, result, options->adapter.closestRank.has_value()));
    });
}

void addExportModel(CLI::App& app) {
    auto options = std::make_shared<ExportOptions>();
    options->task = "last";
    CLI::App* command =
        app.add_subcommand("export-model", "Write a run's model after a task as a Hugging Face folder");
    command->add_option("run", options->run, kRunHelp)->required();
    addPlaceOptions(*command, options->place);
    command->add_option("--task", options->task,
                        "After this task: number, name or last (default); 0 = the backbone");
    command->add_option("-o,--output", options->output, "New folder for the model")->required();
    addDtype(*command, options->dtype);
    command->add_flag("--other-backbone", options->model.otherBackbone,
                      "Go on although the backbone's files are not those of the run");
    command->add_flag("--json", options->json, "Print JSON");
    command->footer(
        "Examples:\n  jumplora export-model order1 --output order1-model\n"
        "  jumplora export-model order1 --task 2 --dtype bfloat16 --output order1-after-2\n"
        "The folder is complete: transformers loads it, and so does `jumplora run --backbone`.");
    command->callback([options] {
        const FoundRun found = findStored(options->run, options->place);
        options->model.device = "cpu";
        options->model.progress = loadLine("the backbone");
        const auto result = exportModel(
            found.directory(), options->task == "last" ? kLastTask : taskNumber(found.row, options->task),
            options->model, options->dtype, options->output);
        for (const std::string& text : result.notes) note("note: " + text);
        Json json = folderJson(options->output, result.folder);
        json["notes"] = result.notes;
        print(options->json ? pretty(json) : folderText(options->output, result.folder));
    });
}

}  // namespace

void addPeftCommands(CLI::App& app) {
    CLI::App* peft = app.add_subcommand("peft", "Adapters in peft's format: look, merge, export");
    peft->require_subcommand(1);
    peft->footer(
        "Examples:\n  jumplora peft import my-adapter --backbone t5-large --output t5-large-mine\n"
        "  jumplora peft export order1 --task 2 --output order1-task2");
    addShow(*peft);
    addImport(*peft);
    addExport(*peft);
    addExportModel(app);
}

}  // namespace jumplora::cli
