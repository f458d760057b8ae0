// SPDX-License-Identifier: Apache-2.0
#include "train/run_setup.h"

#include "base/error.h"
#include "base/file.h"
#include "base/resources.h"
#include "data/encoding.h"
#include "model/doctor.h"
#include "model/threads.h"
#include "train/evaluator.h"
#include "weights/weight_files.h"

#include <map>

namespace jumplora {
namespace {

GateOptions gateOptions(const GateSpec& spec) {
    GateOptions options;
    options.enabled = spec.type == "jumprelu";
    options.mode = spec.threshold == "per_block"    ? ThresholdMode::PerBlock
                   : spec.threshold == "per_module" ? ThresholdMode::PerModule
                                                    : ThresholdMode::Global;
    options.bandwidth = spec.bandwidth;
    options.first = spec.first;
    options.final = spec.final;
    return options;
}

std::vector<Stage> makeStages(const RunSetup& setup, const std::vector<TaskOverride>& order) {
    const RunSpec& spec = setup.spec;
    std::vector<Stage> stages;
    for (std::size_t i = 0; i < order.size(); ++i) {
        Stage stage;
        stage.name = setup.columnNames[i];
        stage.tasks = {setup.columns[i]};
        stage.epochs =
            order[i].epochs.value_or(spec.train.epochs * setup.suite->tasks()[setup.columns[i]].epochs);
        stage.lr = order[i].lr.value_or(spec.optimizer.lr);
        stage.maxSamples = order[i].maxSamples ? order[i].maxSamples : spec.suite.maxSamples;
        stage.methodParameters = spec.method.parameters;
        for (const auto& [key, value] : order[i].method.items()) stage.methodParameters[key] = value;
        stages.push_back(std::move(stage));
    }
    if (setup.method->life() != AdapterLife::Joint) return stages;
    Stage joint = stages.front();
    joint.name = "all tasks";
    joint.tasks = setup.columns;
    return {joint};
}

}  // namespace

std::string backboneFolder(const std::string& path) {
    return path == "builtin" ? (resourceFolder() / "builtin").string() : path;
}

std::vector<Example> RunSetup::trainingExamples(const Stage& stage) const {
    std::vector<Example> all;
    for (const std::size_t task : stage.tasks) {
        auto limit = suite->tasks()[task].maxSamples;
        if (stage.maxSamples) limit = std::min(limit.value_or(*stage.maxSamples), *stage.maxSamples);
        auto examples = suite->load(task, Split::Train, limit);
        all.insert(all.end(), std::make_move_iterator(examples.begin()),
                   std::make_move_iterator(examples.end()));
    }
    return all;
}

TokenRow RunSetup::encode(const Example& example) const {
    const RowLayout layout = rowLayout(*backbone);
    const std::int64_t maxTarget =
        example.maxTargetLength > 0 ? example.maxTargetLength : spec.train.maxTargetLength;
    return {
        encodePrompt(*tokenizer, example.prompt, spec.train.maxSourceLength, layout, example.truncationSide),
        encodeLabel(*tokenizer, example.label, maxTarget, layout), spec.train.lossOnPrompt};
}

std::int64_t RunSetup::maxNewTokens(std::size_t column) const {
    const auto& ofTask = suite->tasks()[columns.at(column)].maxNewTokens;
    return columnNewTokens.at(column).value_or(ofTask.value_or(spec.evaluation.maxNewTokens));
}

BatchPlan RunSetup::batchPlan(std::int64_t number, std::int64_t rows) const {
    return {rows,
            spec.train.batchSize,
            spec.train.accumulate,
            stages.at(static_cast<std::size_t>(number - 1)).epochs,
            spec.seed,
            number};
}

std::vector<std::int64_t> RunSetup::plannedSteps() const {
    std::vector<std::int64_t> steps;
    for (const Stage& stage : stages) {
        const auto rows = static_cast<std::int64_t>(trainingExamples(stage).size());
        steps.push_back(batchPlan(static_cast<std::int64_t>(steps.size()) + 1, rows).steps());
    }
    return steps;
}

std::int64_t RunSetup::matrixRow(std::int64_t stage) const {
    return method->life() == AdapterLife::Joint ? static_cast<std::int64_t>(columns.size()) : stage;
}

RunSetup openRun(const RunSpec& spec, const LoadProgress& progress) {
    setComputeThreads(static_cast<int>(spec.backbone.threads));
    RunSetup setup;
    setup.spec = spec;
    setup.suite = openSuite(spec.suite.tasks, spec.suite.root);
    std::vector<TaskOverride> order = spec.suite.order;
    if (order.empty()) {
        for (const TaskInfo& task : setup.suite->tasks()) {
            TaskOverride entry;
            entry.task = task.name;
            order.push_back(entry);
        }
    }
    std::map<std::string, int> seen;
    for (std::size_t i = 0; i < order.size(); ++i) {
        setup.columns.push_back(setup.suite->find(order[i].task, fmt::format("suite.order[{}]", i)));
        setup.columnNewTokens.push_back(order[i].maxNewTokens);
        const int times = ++seen[order[i].task];
        setup.columnNames.push_back(times == 1 ? order[i].task
                                               : fmt::format("{} ({})", order[i].task, times));
    }
    setup.backboneFolder = backboneFolder(spec.backbone.path);
    setup.tokenizer = loadTokenizer(setup.backboneFolder);
    BackboneOptions options;
    options.dtype = parsePrecision(spec.backbone.precision);
    options.device = parseDevice(spec.backbone.device);
    options.progress = progress;
    setup.backbone = loadBackbone(setup.backboneFolder, options);
    if (setup.tokenizer->vocabularySize() > setup.backbone->vocabularySize())
        fail(
            ErrorKind::Input,
            "backbone.path: the tokenizer knows {} pieces, the backbone only {}; they do not belong together",
            setup.tokenizer->vocabularySize(), setup.backbone->vocabularySize());
    if (spec.train.lossOnPrompt && !setup.backbone->decoderOnly())
        fail(ErrorKind::Input,
             "train.loss_on_prompt: true belongs to decoder-only backbones; an encoder-decoder ({}) has a "
             "loss on labels alone",
             setup.backbone->architecture());
    setup.method = createMethod(spec.method.type, spec.method.parameters);
    AdapterOptions adapter;
    adapter.targets = spec.adapter.targets;
    adapter.rank = spec.adapter.rank;
    adapter.alpha = spec.adapter.alpha;
    adapter.dropout = spec.adapter.dropout;
    setup.adapters = std::make_unique<AdapterSet>(*setup.backbone, adapter, gateOptions(spec.gate));
    setup.stages = makeStages(setup, order);
    return setup;
}

Json provenanceOf(const RunSetup& setup) {
    Json data = Json::object();
    for (const std::size_t task : setup.columns) {
        for (const Split split : {Split::Train, parseSplit(setup.spec.evaluation.split)}) {
            const Json files = setup.suite->provenance(task, split);
            for (const auto& [name, hash] : files.items()) data[name] = hash;
        }
    }
    Json backbone = Json::object();
    const std::filesystem::path folder = setup.backboneFolder;
    backbone["config.json"] = fileHash(folder / "config.json");
    const WeightFiles weights = WeightFiles::ofModel(folder);
    for (const auto& file : weights.files()) backbone[file.filename().string()] = fileHash(file);
    const MachineReport machine = inspectMachine(false);
    return {{"hash", "XXH3-64"},
            {"data", data},
            {"backbone", backbone},
            {"architecture", setup.backbone->architecture()},
            {"tokenizer", {{"kind", setup.tokenizer->kind()}, {"hash", setup.tokenizer->contentHash()}}},
            {"program", JUMPLORA_VERSION},
            {"libtorch", machine.torchVersion},
            {"blas", machine.blas},
            {"blas_kernels", machine.blasCore},
            {"cpu", machine.cpu.name},
            {"cpu_capability", machine.cpuCapability},
            {"threads", machine.threads},
            {"seeds",
             "XXH64 of (seed, counters, purpose); purposes: init(task), shuffle(task, epoch), dropout(task, "
             "step), "
             "adapter dropout(task, step), replay(task, step), replay memory(task), fisher(task)"}};
}

void refuseChangedInputs(const RunSetup& setup, const std::filesystem::path& runFile) {
    const Json run = readJsonFile(runFile);
    const Json& before = requireMember(run, "provenance", runFile.string());
    const Json now = provenanceOf(setup);
    for (const char* part : {"data", "backbone", "tokenizer"}) {
        const Json& expected = requireMember(before, part, runFile.string());
        for (const auto& [name, hash] : now.at(part).items()) {
            // Columns that only one of two runs has say nothing about the other.
            const auto found = expected.find(name);
            if (found != expected.end() && *found != hash)
                fail(
                    ErrorKind::State,
                    "{}: the {} changed since the run began: \"{}\" has hash {}, it was {}. Put the old file "
                    "back, or begin a new run.",
                    runFile.parent_path().string(), part, name, hash.dump(), found->dump());
        }
    }
}

}  // namespace jumplora
