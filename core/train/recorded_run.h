// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "adapter/adapter_set.h"
#include "method/method.h"
#include "model/backbone.h"
#include "train/optimizer.h"
#include "train/step.h"
#include "train/verify.h"
#include "weights/safetensors.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace jumplora {

// What stands in a recorded run's task_NN.safetensors ("jumplora-golden-run/1"), checked for shape.
struct RecordedTask {
    SafetensorsFile file;
    std::int64_t steps = 0;
    std::int64_t microBatches = 0;
    at::Tensor params, grads, gradNorm, f, ce, penalty, alive;
    at::Tensor inputIds, lengths, labels;
    explicit RecordedTask(const std::filesystem::path& path, std::int64_t width, std::int64_t modules);
    // Existing rows of micro-batch k of step s; empty when the micro-batch does not exist.
    [[nodiscard]] std::vector<TokenRow> rows(std::int64_t step, std::int64_t micro) const;
};

// A recorded run opened for replay: model, adapters, method and optimizer as run.json says.
class RecordedRun {
  public:
    RecordedRun(const std::filesystem::path& folder, const VerifyOptions& options);
    [[nodiscard]] std::int64_t tasks() const {
        return static_cast<std::int64_t>(m_json.at("task_steps").size());
    }
    [[nodiscard]] std::filesystem::path taskFile(std::int64_t task) const;  // from 1
    [[nodiscard]] RecordedTask task(std::int64_t number) const;
    [[nodiscard]] const Json& json() const { return m_json; }
    [[nodiscard]] const std::filesystem::path& folder() const { return m_folder; }
    [[nodiscard]] const std::filesystem::path& modelFolder() const { return m_model; }
    [[nodiscard]] const std::filesystem::path& tasksFolder() const { return m_tasks; }
    [[nodiscard]] std::int64_t width() const;         // entries of a recorded state
    [[nodiscard]] std::int64_t maxNewTokens() const;  // of an answer
    [[nodiscard]] std::int64_t padId() const { return m_padId; }
    // Recorded accuracy on task `seen` after task `task` (from 1); nothing when there is no matrix.
    [[nodiscard]] std::optional<double> accuracy(std::int64_t task, std::int64_t seen) const;

    // Copies a recorded state (A, B of each module row by row, then log τ) into the adapters.
    void setState(const at::Tensor& flat);
    [[nodiscard]] at::Tensor state() const;
    void setGradients(const at::Tensor& flat);
    // Gradients of this step's micro-batches at the present state.
    StepLoss gradients(const RecordedTask& task, std::int64_t step);
    [[nodiscard]] at::Tensor flatGradients() const;

    Backbone& backbone() { return *m_backbone; }
    AdapterSet& adapters() { return *m_adapters; }
    Method& method() { return *m_method; }
    [[nodiscard]] const OptimizerSpec& optimizerSpec() const { return m_optimizerSpec; }
    [[nodiscard]] BlendSchedule schedule(std::int64_t steps) const;
    // Of the step that follows `completed` of a task's `steps`.
    [[nodiscard]] double learningRate(std::int64_t completed, std::int64_t steps) const {
        return scheduledLearningRate(m_optimizerSpec.schedule, m_optimizerSpec.lr, completed, steps);
    }
    // As the loop would begin task `number`: fresh optimizer, thresholds not initialised.
    void beginTask();
    Optimizer& optimizer() { return *m_optimizer; }

  private:
    std::filesystem::path m_folder, m_model, m_tasks;
    Json m_json;
    std::int64_t m_padId = 0;
    std::unique_ptr<Backbone> m_backbone;
    std::unique_ptr<AdapterSet> m_adapters;
    std::unique_ptr<Method> m_method;
    std::unique_ptr<Optimizer> m_optimizer;
    OptimizerSpec m_optimizerSpec;
};

}  // namespace jumplora
