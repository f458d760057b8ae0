// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "adapter/adapter_set.h"
#include "data/batching.h"
#include "data/task.h"
#include "method/method.h"
#include "model/backbone.h"
#include "text/tokenizer.h"
#include "train/run_spec.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace jumplora {

// One place of the learned sequence, with its overrides applied.
struct Stage {
    std::string name;                // unique: the second "yahoo" is "yahoo (2)"
    std::vector<std::size_t> tasks;  // of the suite; several for joint training
    double epochs = 1;
    double lr = 0;
    std::optional<std::int64_t> maxSamples;
    Json methodParameters;
};

// Everything that a spec names, opened and checked against each other.
struct RunSetup {
    RunSetup() = default;
    RunSetup(RunSetup&&) = default;
    // It would free the backbone before the adapters that stand in its layers.
    RunSetup& operator=(RunSetup&&) = delete;

    RunSpec spec;
    std::string backboneFolder;
    std::unique_ptr<Backbone> backbone;
    std::unique_ptr<Tokenizer> tokenizer;
    std::unique_ptr<Suite> suite;
    std::unique_ptr<Method> method;
    std::unique_ptr<AdapterSet> adapters;
    std::vector<Stage> stages;         // what is trained, one after another
    std::vector<std::size_t> columns;  // task of the suite behind each column of the matrix
    std::vector<std::string> columnNames;
    std::vector<std::optional<std::int64_t>> columnNewTokens;  // what the sequence says

    // Training rows of a stage, with where each comes from.
    [[nodiscard]] std::vector<Example> trainingExamples(const Stage& stage) const;
    // May be called on several threads at once.
    [[nodiscard]] TokenRow encode(const Example& example) const;
    // Which rows each step of stage `number` (from 1) sees.
    [[nodiscard]] BatchPlan batchPlan(std::int64_t number, std::int64_t rows) const;
    // Optimizer steps of each stage.
    [[nodiscard]] std::vector<std::int64_t> plannedSteps() const;
    // Probability of the backbone's dropout in training.
    [[nodiscard]] double dropout() const {
        return spec.backbone.dropout.value_or(backbone->configuredDropout());
    }
    // At most this many tokens are generated for the task of a column (from 0): as its place in the sequence,
    // its task or the spec says.
    [[nodiscard]] std::int64_t maxNewTokens(std::size_t column) const;
    // Column of the matrix (from 1) that is complete after stage `number` (from 1).
    [[nodiscard]] std::int64_t matrixRow(std::int64_t stage) const;
};

// Throws Error(Input) naming the key of the spec that does not fit.
RunSetup openRun(const RunSpec& spec, const LoadProgress& progress = {});

// Hashes, versions and settings that a result depends on.
Json provenanceOf(const RunSetup& setup);

// Refuses data, a backbone or a tokenizer that changed since a run's provenance was written to `runFile`:
// what is computed now would not belong to what was computed then. Throws Error(State) naming what differs.
void refuseChangedInputs(const RunSetup& setup, const std::filesystem::path& runFile);

// Folder of a spec's backbone path: the built-in one for "builtin".
std::string backboneFolder(const std::string& path);

}  // namespace jumplora
