// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "train/events.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace jumplora {

struct MatrixCell {
    std::int64_t correct = 0;
    std::int64_t total = 0;
    std::int64_t withinOptions = 0;
    std::optional<double> score = {};    // as in EvaluationCell
    std::string metric = "exact_match";  // what the score is
    // Mean score of the rows; 0 where nothing is known.
    [[nodiscard]] double accuracy() const {
        if (score) return *score;
        return total > 0 ? static_cast<double>(correct) / static_cast<double>(total) : 0;
    }
};
[[nodiscard]] MatrixCell matrixCell(const EvaluationCell& cell);

// a[t][i]: score on task i (columns, from 1) after training task t (rows; row 0 = before training). A cell
// that was not evaluated is absent, never 0.
class AccuracyMatrix {
  public:
    AccuracyMatrix() = default;
    explicit AccuracyMatrix(std::vector<std::string> tasks);
    [[nodiscard]] static AccuracyMatrix fromEvents(const std::vector<Event>& events);
    [[nodiscard]] std::int64_t tasks() const { return static_cast<std::int64_t>(m_tasks.size()); }
    [[nodiscard]] const std::vector<std::string>& taskNames() const { return m_tasks; }
    void set(std::int64_t afterTask, std::int64_t task, const MatrixCell& cell);
    [[nodiscard]] const std::optional<MatrixCell>& cell(std::int64_t afterTask, std::int64_t task) const;
    [[nodiscard]] std::optional<double> at(std::int64_t afterTask, std::int64_t task) const;
    // Last row with a cell; 0 when only row 0 or nothing is there.
    [[nodiscard]] std::int64_t lastRow() const;

  private:
    std::vector<std::string> m_tasks;
    std::vector<std::vector<std::optional<MatrixCell>>> m_cells;  // [row][column − 1]
};

// Scores that some metrics compare with, one per task.
struct MetricReferences {
    std::vector<double> single;  // trained on the task alone
    std::vector<double> multiTask;
    std::vector<double> random;  // guessing
};

struct MetricValue {
    std::optional<double> value;
    std::string reason;  // why there is none
};

// A metric of continual learning with its definition. Values are shares (0.83), not percent.
struct MetricInfo {
    std::string key;
    std::string label;
    std::string formula;
    bool higherIsBetter = true;
    std::function<MetricValue(const AccuracyMatrix&, const MetricReferences&)> compute;
};

// oa, average_incremental_accuracy, bwt, forgetting, plasticity, intransigence, fwt_zero_shot, fwt_vs_single,
// fwt_vs_untrained, fwt_final_vs_scratch, within_options.
const std::vector<MetricInfo>& metricInfos();

}  // namespace jumplora
