// SPDX-License-Identifier: Apache-2.0
// What can be adapted.
#include "base/error.h"
#include "cli/command.h"
#include "cli/output.h"
#include "exchange/number_format.h"
#include "train/text_model.h"

#include <algorithm>
#include <map>

namespace jumplora::cli {
namespace {

namespace fs = std::filesystem;

struct BackboneCommandOptions {
    std::vector<std::string> folders;
    std::vector<std::string> targets = {"q", "v"};
    std::int64_t rank = 8;
    bool json = false;
};

constexpr const char* kFamilies =
    "Supported: T5 v1.0, v1.1 and Flan, Llama, Mistral, Qwen 2 and 3 as Hugging Face folders: config.json, "
    "weights "
    "(safetensors or pytorch_model.bin, whole or in shards) and a tokenizer. See docs/checkpoints.md.\n";

// A folder of a model, or one that holds such folders.
std::vector<std::string> modelFolders(const std::string& folder) {
    if (folder == "builtin" || fs::exists(fs::path(folder) / "config.json")) return {folder};
    std::vector<std::string> found;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(folder, ignored))
        if (fs::exists(entry.path() / "config.json")) found.push_back(entry.path().string());
    std::sort(found.begin(), found.end());
    // The message of the loader says best what a single folder lacks.
    return found.empty() ? std::vector<std::string>{folder} : found;
}

// Layers of one name and shape: "q", 18 times 512 x 512.
struct LayerGroup {
    std::string ending;
    std::int64_t rows = 0;
    std::int64_t columns = 0;
    std::int64_t count = 0;
};

std::vector<LayerGroup> groupsOf(const BackboneSummary& summary) {
    std::vector<LayerGroup> groups;
    for (const BackboneSummary::Layer& layer : summary.linears) {
        const std::string ending = layer.name.substr(layer.name.rfind('.') + 1);
        const auto found = std::find_if(groups.begin(), groups.end(), [&](const LayerGroup& g) {
            return g.ending == ending && g.rows == layer.rows && g.columns == layer.columns;
        });
        if (found != groups.end())
            ++found->count;
        else
            groups.push_back({ending, layer.rows, layer.columns, 1});
    }
    return groups;
}

std::string count(std::int64_t value) { return formatNumber(static_cast<double>(value), Quantity::Count); }
std::string bytes(std::int64_t value) { return formatNumber(static_cast<double>(value), Quantity::Bytes); }

double densityAtStart(const AdapterCost& cost) {
    return std::min(1.0, static_cast<double>(cost.parameters) / static_cast<double>(cost.entries));
}

std::string summaryText(const std::string& name, const BackboneSummary& summary,
                        const BackboneCommandOptions& options) {
    std::string text = fmt::format("{}\n  {}, {} parameters, stored as {} in {}, vocabulary {}, dropout {}\n",
                                   name, summary.architecture, count(summary.parameters), summary.storedType,
                                   bytes(summary.storedBytes), count(summary.vocabulary), summary.dropout);
    text += summary.tokenizer.empty()
                ? fmt::format("  tokenizer: {}\n", summary.tokenizerProblem)
                : fmt::format("  tokenizer: {}, {} pieces, hash {}\n", summary.tokenizer,
                              count(summary.tokenizerVocabulary), summary.tokenizerHash);
    text += fmt::format("  targets      layers  shape          parameters at rank {}\n", options.rank);
    for (const LayerGroup& group : groupsOf(summary))
        text += fmt::format("    {:<10} {:>6}  {:<14} {}\n", group.ending, group.count,
                            fmt::format("{} x {}", group.rows, group.columns),
                            count(options.rank * (group.rows + group.columns) * group.count));
    if (!summary.adapter) return text + fmt::format("  adapter: {}\n", summary.adapterProblem);
    const AdapterCost& cost = *summary.adapter;
    text += fmt::format(
        "  adapter on {} at rank {}: {} modules, {} parameters and {} for each task; the gate starts with {} "
        "% of "
        "{} entries alive\n",
        fmt::join(options.targets, ", "), options.rank, count(cost.modules), count(cost.parameters),
        bytes(cost.storedBytes), formatNumber(densityAtStart(cost), Quantity::Density), count(cost.entries));
    return text;
}

Json summaryJson(const std::string& name, const BackboneSummary& summary) {
    Json layers = Json::array();
    for (const LayerGroup& group : groupsOf(summary))
        layers.push_back({{"target", group.ending},
                          {"layers", group.count},
                          {"rows", group.rows},
                          {"columns", group.columns}});
    Json adapter = nullptr;
    if (summary.adapter)
        adapter = {{"modules", summary.adapter->modules},
                   {"entries", summary.adapter->entries},
                   {"parameters", summary.adapter->parameters},
                   {"stored_bytes", summary.adapter->storedBytes},
                   {"density_at_start", densityAtStart(*summary.adapter)}};
    Json tokenizer = nullptr;
    if (!summary.tokenizer.empty())
        tokenizer = {{"kind", summary.tokenizer},
                     {"vocabulary", summary.tokenizerVocabulary},
                     {"hash", summary.tokenizerHash}};
    return {{"name", name},
            {"folder", summary.folder},
            {"architecture", summary.architecture},
            {"parameters", summary.parameters},
            {"stored_type", summary.storedType},
            {"stored_bytes", summary.storedBytes},
            {"vocabulary", summary.vocabulary},
            {"dropout", summary.dropout},
            {"tokenizer", tokenizer},
            {"targets", layers},
            {"adapter", adapter}};
}

}  // namespace

void addBackboneCommands(CLI::App& app) {
    auto options = std::make_shared<BackboneCommandOptions>();
    CLI::App* command = app.add_subcommand(
        "backbones", "What is recognised in folders: architecture, targets, tokenizer, cost of an adapter");
    command->add_option("folder", options->folders,
                        "Folders of models, or folders that hold such (default: the built-in backbone)");
    command->add_option("--targets", options->targets, "Layers to adapt (default q,v)")
        ->delimiter(',')
        ->allow_extra_args(false);
    command->add_option("--rank", options->rank, "Rank r (default 8)")->check(CLI::Range(1, 4096));
    command->add_flag("--json", options->json, "Print JSON");
    command->footer(
        "Examples:\n  jumplora backbones\n  jumplora backbones ~/models\n"
        "  jumplora backbones t5-large --targets q,k,v,o --rank 16\n"
        "Exit code 2 when a folder could not be loaded.");
    command->callback([options] {
        const bool builtin = options->folders.empty();
        std::vector<std::string> folders;
        for (const std::string& folder : builtin ? std::vector<std::string>{"builtin"} : options->folders)
            for (const std::string& each : modelFolders(folder)) folders.push_back(each);
        Json all = Json::array();
        bool failed = false;
        for (const std::string& folder : folders) {
            try {
                const BackboneSummary summary = describeBackbone(folder, options->targets, options->rank);
                if (options->json)
                    all.push_back(summaryJson(folder, summary));
                else
                    print(summaryText(folder, summary, *options));
            } catch (const Error& e) {
                if (folders.size() == 1) throw;
                note(fmt::format("error: {}", e.what()));
                failed = true;
            }
        }
        if (options->json) print(pretty(all));
        if (builtin && !options->json) print(kFamilies);
        if (failed) throw Exit{kBadInput};
    });
}

}  // namespace jumplora::cli
