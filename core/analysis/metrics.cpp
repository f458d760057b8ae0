// SPDX-License-Identifier: Apache-2.0
#include "analysis/metrics.h"

#include "base/error.h"

#include <algorithm>

namespace jumplora {
namespace {

using Matrix = AccuracyMatrix;
using References = MetricReferences;

MetricValue missing(std::int64_t row, std::int64_t column) {
    return {std::nullopt, fmt::format("needs the score on task {} after task {}", column, row)};
}

// Mean of term(i) over i = first … last; a missing term makes the metric missing.
MetricValue meanOver(std::int64_t first, std::int64_t last,
                     const std::function<MetricValue(std::int64_t)>& term) {
    if (last < first) return {std::nullopt, fmt::format("needs {} tasks", first == 1 ? 1 : 2)};
    double sum = 0;
    for (std::int64_t i = first; i <= last; ++i) {
        MetricValue value = term(i);
        if (!value.value) return value;
        sum += *value.value;
    }
    return {sum / static_cast<double>(last - first + 1), ""};
}

// a[row][column] minus something already known to be there.
MetricValue difference(const Matrix& m, std::int64_t row, std::int64_t column, std::int64_t otherRow,
                       std::int64_t otherColumn) {
    const auto a = m.at(row, column);
    if (!a) return missing(row, column);
    const auto b = m.at(otherRow, otherColumn);
    if (!b) return missing(otherRow, otherColumn);
    return {*a - *b, ""};
}

MetricValue against(const Matrix& m, std::int64_t row, std::int64_t column,
                    const std::vector<double>& reference, const char* name) {
    const auto a = m.at(row, column);
    if (!a) return missing(row, column);
    if (static_cast<std::int64_t>(reference.size()) != m.tasks())
        return {std::nullopt, fmt::format("needs {} scores of every task", name)};
    return {*a - reference[static_cast<std::size_t>(column - 1)], ""};
}

MetricValue oa(const Matrix& m, const References&) {
    const std::int64_t t = m.tasks();
    return meanOver(1, t, [&](std::int64_t i) {
        const auto a = m.at(t, i);
        return a ? MetricValue{a, ""} : missing(t, i);
    });
}

MetricValue incremental(const Matrix& m, const References&) {
    return meanOver(1, m.tasks(), [&](std::int64_t t) {
        return meanOver(1, t, [&](std::int64_t i) {
            const auto a = m.at(t, i);
            return a ? MetricValue{a, ""} : missing(t, i);
        });
    });
}

MetricValue bwt(const Matrix& m, const References&) {
    const std::int64_t t = m.tasks();
    if (t < 2) return {std::nullopt, "needs 2 tasks"};
    return meanOver(1, t - 1, [&](std::int64_t i) { return difference(m, t, i, i, i); });
}

MetricValue forgetting(const Matrix& m, const References&) {
    const std::int64_t t = m.tasks();
    if (t < 2) return {std::nullopt, "needs 2 tasks"};
    return meanOver(1, t - 1, [&](std::int64_t i) -> MetricValue {
        const auto last = m.at(t, i);
        if (!last) return missing(t, i);
        std::optional<double> best;
        // Rows before the task was learned count where they were evaluated.
        for (std::int64_t row = 1; row < t; ++row) {
            const auto a = m.at(row, i);
            if (a) best = std::max(best.value_or(*a), *a);
            if (!a && row >= i) return missing(row, i);
        }
        return {*best - *last, ""};
    });
}

MetricValue plasticity(const Matrix& m, const References&) {
    return meanOver(1, m.tasks(), [&](std::int64_t i) {
        const auto a = m.at(i, i);
        return a ? MetricValue{a, ""} : missing(i, i);
    });
}

MetricValue intransigence(const Matrix& m, const References& r) {
    const bool multi = static_cast<std::int64_t>(r.multiTask.size()) == m.tasks();
    auto value = meanOver(1, m.tasks(), [&](std::int64_t i) {
        return against(m, i, i, multi ? r.multiTask : r.single, "multi-task or single-task");
    });
    if (value.value) value.value = -*value.value;
    return value;
}

MetricValue fwtZeroShot(const Matrix& m, const References& r) {
    if (m.tasks() < 2) return {std::nullopt, "needs 2 tasks"};
    return meanOver(2, m.tasks(), [&](std::int64_t i) { return against(m, i - 1, i, r.random, "guessing"); });
}

MetricValue fwtVsSingle(const Matrix& m, const References& r) {
    return meanOver(1, m.tasks(), [&](std::int64_t i) { return against(m, i, i, r.single, "single-task"); });
}

MetricValue fwtVsUntrained(const Matrix& m, const References&) {
    if (m.tasks() < 2) return {std::nullopt, "needs 2 tasks"};
    return meanOver(2, m.tasks(), [&](std::int64_t i) { return difference(m, i - 1, i, 0, i); });
}

MetricValue fwtFinal(const Matrix& m, const References& r) {
    return meanOver(1, m.tasks(),
                    [&](std::int64_t i) { return against(m, m.tasks(), i, r.single, "single-task"); });
}

MetricValue withinOptions(const Matrix& m, const References&) {
    const std::int64_t t = m.tasks();
    return meanOver(1, t, [&](std::int64_t i) -> MetricValue {
        const auto& cell = m.cell(t, i);
        if (!cell || cell->total == 0) return missing(t, i);
        return {static_cast<double>(cell->withinOptions) / static_cast<double>(cell->total), ""};
    });
}

}  // namespace

MatrixCell matrixCell(const EvaluationCell& cell) {
    return {cell.correct, cell.total, cell.withinOptions, cell.score, cell.metric};
}

AccuracyMatrix::AccuracyMatrix(std::vector<std::string> tasks)
    : m_tasks(std::move(tasks)),
      m_cells(m_tasks.size() + 1, std::vector<std::optional<MatrixCell>>(m_tasks.size())) {}

AccuracyMatrix AccuracyMatrix::fromEvents(const std::vector<Event>& events) {
    AccuracyMatrix matrix;
    for (const Event& event : events) {
        if (const auto* started = std::get_if<RunStarted>(&event.payload)) {
            matrix = AccuracyMatrix(started->tasks);
        } else if (const auto* cell = std::get_if<EvaluationCell>(&event.payload)) {
            matrix.set(cell->afterTask, cell->task, matrixCell(*cell));
        }
    }
    return matrix;
}

void AccuracyMatrix::set(std::int64_t afterTask, std::int64_t task, const MatrixCell& cell) {
    if (afterTask < 0 || afterTask > tasks() || task < 1 || task > tasks())
        fail(ErrorKind::Format,
             "the event log has a score on task {} after task {}, but the run has {} tasks", task, afterTask,
             tasks());
    m_cells[static_cast<std::size_t>(afterTask)][static_cast<std::size_t>(task - 1)] = cell;
}

const std::optional<MatrixCell>& AccuracyMatrix::cell(std::int64_t afterTask, std::int64_t task) const {
    return m_cells.at(static_cast<std::size_t>(afterTask)).at(static_cast<std::size_t>(task - 1));
}

std::optional<double> AccuracyMatrix::at(std::int64_t afterTask, std::int64_t task) const {
    const auto& found = cell(afterTask, task);
    if (!found || (found->total == 0 && !found->score)) return std::nullopt;
    return found->accuracy();
}

std::int64_t AccuracyMatrix::lastRow() const {
    for (std::int64_t row = tasks(); row > 0; --row) {
        const auto& cells = m_cells[static_cast<std::size_t>(row)];
        if (std::any_of(cells.begin(), cells.end(), [](const auto& c) { return c.has_value(); })) return row;
    }
    return 0;
}

const std::vector<MetricInfo>& metricInfos() {
    static const std::vector<MetricInfo> infos = {
        {"oa", "OA", "mean over i of a[T][i]", true, oa},
        {"average_incremental_accuracy", "average incremental accuracy",
         "mean over t of mean over i <= t of a[t][i]", true, incremental},
        {"bwt", "BWT", "sum over i < T of (a[T][i] - a[i][i]) / (T - 1)", true, bwt},
        {"forgetting", "forgetting", "mean over i < T of (max over t < T of a[t][i] - a[T][i])", false,
         forgetting},
        {"plasticity", "plasticity", "mean over i of a[i][i]", true, plasticity},
        {"intransigence", "intransigence",
         "mean over i of (reference[i] - a[i][i]), reference = multi-task, else single-task", false,
         intransigence},
        {"fwt_zero_shot", "fwt_zero_shot", "mean over i >= 2 of (a[i-1][i] - guessing[i])", true,
         fwtZeroShot},
        {"fwt_vs_single", "fwt_vs_single", "mean over i of (a[i][i] - single[i])", true, fwtVsSingle},
        {"fwt_vs_untrained", "fwt_vs_untrained", "mean over i >= 2 of (a[i-1][i] - a[0][i])", true,
         fwtVsUntrained},
        {"fwt_final_vs_scratch", "fwt_final_vs_scratch", "mean over i of (a[T][i] - scratch[i])", true,
         fwtFinal},
        {"within_options", "within options",
         "mean over i of the share of answers after task T that are an option", true, withinOptions},
    };
    return infos;
}

}  // namespace jumplora
