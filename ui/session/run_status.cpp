// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/run_status.h"

#include <algorithm>
#include <numeric>

namespace jumplora {
namespace {

std::int64_t stepsBefore(const std::vector<std::int64_t>& steps, std::int64_t task) {
    const auto count = std::clamp<std::int64_t>(task - 1, 0, static_cast<std::int64_t>(steps.size()));
    return std::accumulate(steps.begin(), steps.begin() + count, std::int64_t{0});
}

void takeStart(RunStatus& status, const RunStarted& started) {
    status.tasks.clear();
    for (const std::string& task : started.tasks) status.tasks += QString::fromStdString(task);
    status.steps = started.steps;
    status.timeLeft = TimeLeft();
    status.task = 0;
    status.step = 0;
    status.globalStep = 0;
}

void takeStep(RunStatus& status, const StepMetrics& step) {
    status.task = static_cast<int>(step.task);
    status.step = step.step;
    status.globalStep = step.globalStep;
    status.evaluating = false;
    status.ce = step.ce;
    status.hasPenalty = !step.penalties.empty();
    status.penalty = 0;
    for (const NamedValue& penalty : step.penalties) status.penalty += penalty.value;
    status.tau = step.tau;
    status.density = step.density;
    status.f = step.f;
}

}  // namespace

void RunStatus::onEvent(const Event& event) {
    if (const auto* started = std::get_if<RunStarted>(&event.payload)) {
        takeStart(*this, *started);
    } else if (const auto* begun = std::get_if<TaskStarted>(&event.payload)) {
        task = static_cast<int>(begun->task);
        step = 0;
        globalStep = stepsBefore(steps, begun->task);
        evaluating = false;
    } else if (const auto* metrics = std::get_if<StepMetrics>(&event.payload)) {
        takeStep(*this, *metrics);
    } else if (const auto* progress = std::get_if<EvaluationProgress>(&event.payload)) {
        evaluating = true;
        evaluation = *progress;
    } else if (const auto* checkpoint = std::get_if<CheckpointWritten>(&event.payload)) {
        lastCheckpointTask = checkpoint->task;
        lastCheckpointStep = checkpoint->step;
    } else if (const auto* resumed = std::get_if<RunResumed>(&event.payload)) {
        task = static_cast<int>(resumed->task);
        step = resumed->step;
        globalStep = stepsBefore(steps, resumed->task) + resumed->step;
    }
    timeLeft.onEvent(event);
    stepsPerSecond = timeLeft.secondsPerStep() > 0 ? 1.0 / timeLeft.secondsPerStep() : 0;
}

QString RunStatus::taskName() const {
    // Joint training is one stage for all tasks.
    if (task < 1 || task > tasks.size()) return {};
    return tasks[task - 1];
}

std::int64_t RunStatus::stepsOfTask() const {
    const auto index = static_cast<std::size_t>(task - 1);
    return task >= 1 && index < steps.size() ? steps[index] : 0;
}

std::int64_t RunStatus::stepsPlanned() const {
    return std::accumulate(steps.begin(), steps.end(), std::int64_t{0});
}

double RunStatus::share() const {
    const std::int64_t all = stepsPlanned();
    if (state == QLatin1String("finished")) return 1;
    return all > 0 ? std::clamp(static_cast<double>(globalStep) / static_cast<double>(all), 0.0, 1.0) : 0;
}

}  // namespace jumplora
