// SPDX-License-Identifier: Apache-2.0
#include "train/evaluate_run.h"

#include "base/error.h"
#include "base/file.h"
#include "base/random.h"
#include "train/checkpoint.h"
#include "train/evaluator.h"
#include "train/run_setup.h"
#include "train/stored_cell.h"

#include <algorithm>
#include <limits>

namespace jumplora {
namespace {

// The adapters fit many backbones of one shape, but mean something on their own one alone.
void refuseOtherBackbone(const RunDirectory& directory, const RunSetup& setup) {
    const Json run = readJsonFile(directory.runFile());
    const Json::json_pointer place("/provenance/backbone");
    if (!run.contains(place)) return;
    for (const auto& [name, hash] : run.at(place).items()) {
        const auto file = std::filesystem::path(setup.backboneFolder) / name;
        if (fileHash(file) != hash)
            fail(ErrorKind::State,
                 "{}: is not the file that run {} was trained on (its hash was {}); evaluate on the original "
                 "backbone, or allow another one explicitly",
                 file.string(), directory.path().filename().string(), hash.dump());
    }
}

// A task of a suite with the column of the run's matrix that it stands for.
struct Target {
    std::string name;
    std::size_t task = 0;
    std::int64_t column = 0;
};

}  // namespace

struct StoredModel::State {
    RunDirectory directory;
    RunSpec spec;
    LoadProgress progress;
    std::optional<RunSetup> setup;
    std::int64_t merged = 0;  // stages that are part of the base weights
    std::int64_t row = 0;

    explicit State(const RunDirectory& from) : directory(from) {}

    void open() {
        setup.reset();
        setup.emplace(openRun(spec, progress));
        setup->adapters->reset(deriveSeed(spec.seed, "init", 1));
        merged = 0;
        row = 0;
    }

    void load(std::int64_t stage) {
        loadAdapter(directory.path() / directory.adapterName(stage), *setup->adapters);
    }

    // Stage (from 1) whose end is this row; 0 for the plain backbone.
    [[nodiscard]] std::int64_t stageOf(std::int64_t afterTask) const {
        for (std::int64_t stage = 1; stage <= static_cast<std::int64_t>(setup->stages.size()); ++stage)
            if (setup->matrixRow(stage) == afterTask) return stage;
        return 0;
    }

    [[nodiscard]] std::vector<std::int64_t> rows() const {
        std::vector<std::int64_t> available = {0};
        for (std::int64_t stage = 1; stage <= static_cast<std::int64_t>(setup->stages.size()); ++stage) {
            if (!std::filesystem::exists(directory.path() / directory.adapterName(stage))) break;
            available.push_back(setup->matrixRow(stage));
        }
        return available;
    }

    [[nodiscard]] std::vector<Target> targets(const Suite& suite, const StoredEvaluation& what) const {
        std::vector<Target> all;
        if (what.suite.empty()) {
            for (std::size_t i = 0; i < setup->columns.size(); ++i)
                all.push_back({setup->columnNames[i], setup->columns[i], static_cast<std::int64_t>(i) + 1});
        } else {
            for (std::size_t i = 0; i < suite.tasks().size(); ++i)
                all.push_back({suite.tasks()[i].name, i, 0});
        }
        if (what.tasks.empty()) return all;
        // Any other task of the same file may be named too.
        std::vector<Target> chosen;
        for (const std::string& name : what.tasks) {
            const auto found =
                std::find_if(all.begin(), all.end(), [&](const Target& t) { return t.name == name; });
            chosen.push_back(found != all.end() ? *found : Target{name, suite.find(name, "tasks"), 0});
        }
        return chosen;
    }
};

StoredModel::StoredModel(const RunDirectory& directory, const StoredModelOptions& options)
    : m_state(std::make_unique<State>(directory)) {
    m_state->spec = directory.readSpec();
    m_state->progress = options.progress;
    BackboneSpec& backbone = m_state->spec.backbone;
    if (!options.device.empty()) backbone.device = options.device;
    if (!options.precision.empty()) backbone.precision = options.precision;
    if (options.threads) backbone.threads = *options.threads;
    m_state->open();
    if (!options.otherBackbone) refuseOtherBackbone(directory, *m_state->setup);
}

StoredModel::~StoredModel() = default;

const RunSpec& StoredModel::spec() const { return m_state->spec; }

const std::vector<std::string>& StoredModel::taskNames() const { return m_state->setup->columnNames; }

std::vector<std::int64_t> StoredModel::availableRows() const { return m_state->rows(); }

void StoredModel::goTo(std::int64_t afterTask) {
    State& state = *m_state;
    const auto rows = state.rows();
    if (std::find(rows.begin(), rows.end(), afterTask) == rows.end())
        fail(ErrorKind::Input, "{}: there is no adapter of task {}; the model can be rebuilt after task {}",
             state.directory.path().string(), afterTask, fmt::join(rows, ", "));
    const std::int64_t stage = state.stageOf(afterTask);
    const bool merges = state.setup->method->life() == AdapterLife::FreshMerged;
    const std::int64_t before = merges ? std::max<std::int64_t>(stage - 1, 0) : 0;
    if (state.merged > before || stage == 0) state.open();
    AdapterSet& adapters = *state.setup->adapters;
    while (state.merged < before) {
        state.load(state.merged + 1);
        adapters.merge();
        ++state.merged;
    }
    if (stage > 0) state.load(stage);
    state.row = afterTask;
}

double StoredModel::blend() const { return m_state->setup->adapters->blend(); }

Backbone& StoredModel::merged() {
    State& state = *m_state;
    if (state.row > 0) {
        state.setup->adapters->merge();
        // More than any stage: the next goTo() begins with the backbone's own weights.
        state.merged = std::numeric_limits<std::int64_t>::max();
    }
    return *state.setup->backbone;
}

std::vector<StoredCell> StoredModel::evaluate(const StoredEvaluation& what, const Progress& progress) {
    State& state = *m_state;
    RunSetup& setup = *state.setup;
    const Split split = parseSplit(what.split.empty() ? state.spec.evaluation.split : what.split);
    std::unique_ptr<Suite> other;
    if (!what.suite.empty()) other = openSuite(what.suite, what.root);
    const Suite& suite = other ? *other : *setup.suite;
    EvaluationOptions options = evaluationOptions(state.spec, what.generation);
    const auto maxSamples = what.maxSamples ? what.maxSamples : state.spec.evaluation.maxSamples;
    // As the run evaluates: row 0 through adapters whose B is zero, later rows with merged weights.
    std::optional<AdapterSet::EvaluationScope> scope;
    if (state.row > 0) scope.emplace(*setup.adapters);
    std::vector<StoredCell> cells;
    for (const Target& target : state.targets(suite, what)) {
        if (!what.generation.maxNewTokens)
            options.maxNewTokens =
                target.column > 0
                    ? setup.maxNewTokens(static_cast<std::size_t>(target.column - 1))
                    : suite.tasks()[target.task].maxNewTokens.value_or(state.spec.evaluation.maxNewTokens);
        StoredCell cell = storedCell(*setup.backbone, *setup.tokenizer, suite, target.task, split, maxSamples,
                                     options, target.name, progress);
        cell.afterTask = state.row;
        cell.column = target.column;
        cells.push_back(std::move(cell));
    }
    return cells;
}

std::vector<std::string> StoredModel::answer(const std::vector<std::string>& texts,
                                             const GenerationOptions& options) {
    RunSetup& setup = *m_state->setup;
    std::optional<AdapterSet::EvaluationScope> scope;
    if (m_state->row > 0) scope.emplace(*setup.adapters);
    return answerTexts(*setup.backbone, *setup.tokenizer, {texts.begin(), texts.end()},
                       evaluationOptions(m_state->spec, options), {});
}

}  // namespace jumplora
