// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "train/predictions.h"
#include "train/run_directory.h"
#include "train/text_model.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace jumplora {

class Backbone;

struct StoredModelOptions {
    std::string device;  // empty: as the run was trained
    std::string precision;
    std::optional<std::int64_t> threads;
    bool otherBackbone = false;  // go on although the backbone's files are not those of the run
    LoadProgress progress;
};

// What to evaluate; empty members are as the run's own spec says.
struct StoredEvaluation {
    std::string split;               // test, dev, train
    std::vector<std::string> tasks;  // names; empty: every task of the run, or of the other task file
    std::string suite;               // another task file, or "builtin"
    std::string root;                // folder that its paths are relative to
    std::optional<std::int64_t> maxSamples;
    GenerationOptions generation;
};

struct StoredCell {
    std::int64_t afterTask = 0;
    std::int64_t column = 0;  // of the run's matrix, from 1; 0 for a task that is not one of the run's
    std::string task;
    std::string metric;
    Score score;
    double seconds = 0;
    std::vector<Prediction> predictions;
};

// The model of a run as it was after any finished task, rebuilt from the backbone and the stored adapters.
// Reads the run's folder and never writes there, so that it also works while the run goes on.
class StoredModel {
  public:
    // Throws Error(State) when the backbone's files have changed since the run, and what openRun throws.
    explicit StoredModel(const RunDirectory& directory, const StoredModelOptions& options = {});
    ~StoredModel();
    StoredModel(const StoredModel&) = delete;
    StoredModel& operator=(const StoredModel&) = delete;

    [[nodiscard]] const RunSpec& spec() const;
    [[nodiscard]] const std::vector<std::string>& taskNames() const;  // columns of the matrix
    // Rows of the matrix that can be rebuilt: 0 (the plain backbone) and every task with a stored adapter.
    [[nodiscard]] std::vector<std::int64_t> availableRows() const;
    // Puts the model in place as it was evaluated after that task. Ascending calls are cheapest. Throws
    // Error(Input) for a row that is not available.
    void goTo(std::int64_t afterTask);

    // (task, finished rows, rows); false stops with Error(State).
    using Progress = std::function<bool(const std::string&, std::int64_t, std::int64_t)>;
    // Equals what the run itself recorded when nothing but `tasks` is given. Throws Error(Input) with the
    // nearest name for an unknown task.
    std::vector<StoredCell> evaluate(const StoredEvaluation& what, const Progress& progress = {});
    // Greedy answers to any texts, in their order.
    std::vector<std::string> answer(const std::vector<std::string>& texts, const GenerationOptions& options);

    // Blend factor of the adapter in place.
    [[nodiscard]] double blend() const;
    // Merges the adapter in place as the run does at the end of a task (with the hard mask, whatever the
    // blend factor) and gives the weights. goTo() has to follow before anything else is asked.
    Backbone& merged();

  private:
    struct State;
    std::unique_ptr<State> m_state;
};

}  // namespace jumplora
