// SPDX-License-Identifier: GPL-3.0-or-later
#include "live/run_view.h"

#include "exchange/number_format.h"

#include <fmt/format.h>

#include <QCoreApplication>
#include <algorithm>
#include <cmath>

namespace jumplora {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kMostLogLines = 10000;
constexpr std::size_t kMostReserved = 1U << 20U;  // steps

std::string text(const char* source) { return QCoreApplication::translate("RunView", source).toStdString(); }

template <typename Series>
void cut(Series& series, std::size_t size) {
    if (series.size() > size) series.resize(size);
}

void cutSteps(RunView::Steps& steps, std::size_t size) {
    cut(steps.task, size);
    cut(steps.step, size);
    for (auto* series :
         {&steps.global, &steps.rowsSeen, &steps.seconds, &steps.ce, &steps.gradNorm, &steps.lr, &steps.f,
          &steps.density, &steps.stepsPerSecond, &steps.rowsPerSecond, &steps.memory})
        cut(*series, size);
    for (auto& series : steps.tau) cut(series, size);
    for (auto& [name, series] : steps.penalties) cut(series, size);
}

}  // namespace

void RunView::Steps::reserve(std::size_t count) {
    // What a damaged log claims is no reason to ask for memory.
    count = std::min(count, kMostReserved);
    task.reserve(count);
    step.reserve(count);
    for (auto* series : {&global, &rowsSeen, &seconds, &ce, &gradNorm, &lr, &f, &density, &stepsPerSecond,
                         &rowsPerSecond, &memory})
        series->reserve(count);
    for (auto& series : tau) series.reserve(count);
    for (auto& [name, series] : penalties) series.reserve(count);
}

double RunView::Steps::total(std::size_t i) const {
    double sum = ce[i];
    for (const auto& [name, values] : penalties) {
        if (!std::isnan(values[i])) sum += values[i];
    }
    return sum;
}

void RunView::note(LogLine::Level level, std::string line) {
    if (log.size() >= kMostLogLines) {
        constexpr std::size_t kLetGo = kMostLogLines / 10;
        log.erase(log.begin(), log.begin() + static_cast<std::ptrdiff_t>(kLetGo));
        logBegin += kLetGo;
    }
    log.push_back({m_now, level, std::move(line)});
}

RunView::Task& RunView::taskAt(std::int64_t task) {
    if (tasks.size() < static_cast<std::size_t>(task)) tasks.resize(static_cast<std::size_t>(task));
    return tasks[static_cast<std::size_t>(task) - 1];
}

std::int64_t RunView::stepsBefore(std::int64_t task) const {
    std::int64_t sum = 0;
    for (std::int64_t t = 1; t < task && t <= static_cast<std::int64_t>(tasks.size()); ++t)
        sum += tasks[static_cast<std::size_t>(t) - 1].steps;
    return sum;
}

std::int64_t RunView::tasksDone() const {
    std::int64_t done = 0;
    while (done < matrix.tasks() && matrix.cell(done + 1, done + 1)) ++done;
    return done;
}

QString RunView::taskName(std::int64_t task) const {
    return task < 1 || task > static_cast<std::int64_t>(tasks.size())
               ? QString()
               : QString::fromStdString(tasks[static_cast<std::size_t>(task) - 1].name);
}

QString RunView::phaseNow() const {
    if (!gated || steps.size() == 0) return {};
    const double f = steps.f.back();
    if (f <= 0) return QCoreApplication::translate("RunView", "warm start");
    return f < 1 ? QCoreApplication::translate("RunView", "blend")
                 : QCoreApplication::translate("RunView", "gate");
}

MetricValue RunView::metric(const std::string& key) const {
    for (const MetricInfo& info : metricInfos()) {
        if (info.key == key) return info.compute(matrix, {});
    }
    return {};
}

unsigned RunView::apply(const Event& event) {
    m_now = event.time;
    return std::visit([this](const auto& payload) { return take(payload); }, event.payload);
}

unsigned RunView::take(const RunStarted& event) {
    RunView fresh;
    fresh.id = event.runId;
    fresh.name = name;
    fresh.directory = directory;
    fresh.gated = gated;
    fresh.clip = clip;
    fresh.rank = rank;
    fresh.specHash = event.specHash;
    fresh.state = "running";
    fresh.modules = event.modules;
    fresh.complete = true;
    fresh.m_now = m_now;
    if (!event.modules.empty() && event.modules.front().threshold >= 0) fresh.gated = true;
    for (std::size_t i = 0; i < event.tasks.size(); ++i) {
        Task& task = fresh.taskAt(static_cast<std::int64_t>(i) + 1);
        task.name = event.tasks[i];
        if (i < event.steps.size()) task.steps = event.steps[i];
    }
    fresh.matrix = AccuracyMatrix(event.tasks);
    fresh.steps.reserve(
        static_cast<std::size_t>(fresh.stepsBefore(static_cast<std::int64_t>(fresh.tasks.size()) + 1)));
    fresh.note(LogLine::Level::Info, text("Run started"));
    *this = std::move(fresh);
    return Started | StepsRemoved | TasksChanged | CellsChanged | LogAdded | StateChanged | OverlapChanged;
}

unsigned RunView::take(const TaskStarted& event) {
    Task& task = taskAt(event.task);
    task.name = event.name;
    task.steps = event.steps;
    task.rows = event.rows;
    task.blendFrom = event.firstStep;
    task.gateFrom = event.finalStep;
    task.started = true;
    note(LogLine::Level::Info, fmt::format(fmt::runtime(text("Task {} {}: {} steps, {} rows")), event.task,
                                           event.name, event.steps, event.rows));
    return TasksChanged | LogAdded;
}

unsigned RunView::take(const StepMetrics& event) {
    const auto last = steps.size() == 0 ? 0.0 : steps.global.back();
    // Told twice: what is there stays.
    if (static_cast<double>(event.globalStep) <= last) return 0;
    const auto add = [](std::vector<double>& series, double value) { series.push_back(value); };
    const auto before = [](const std::vector<double>& series) {
        return series.empty() ? 0.0 : series.back();
    };
    const std::size_t size = steps.size();
    steps.task.push_back(event.task);
    steps.step.push_back(event.step);
    add(steps.global, static_cast<double>(event.globalStep));
    add(steps.rowsSeen, before(steps.rowsSeen) + static_cast<double>(event.rows));
    add(steps.seconds, before(steps.seconds) + event.stepSeconds);
    add(steps.ce, event.ce);
    add(steps.gradNorm, event.gradNorm);
    add(steps.lr, event.lr);
    add(steps.f, event.f);
    add(steps.density, event.density);
    const bool timed = event.stepSeconds > 0;
    add(steps.stepsPerSecond, timed ? 1 / event.stepSeconds : kNaN);
    add(steps.rowsPerSecond, timed ? static_cast<double>(event.rows) / event.stepSeconds : kNaN);
    constexpr double kMiB = 1024.0 * 1024.0;
    add(steps.memory, event.memoryBytes > 0 ? static_cast<double>(event.memoryBytes) / kMiB : kNaN);
    if (steps.tau.size() < event.tau.size())
        steps.tau.resize(event.tau.size(), std::vector<double>(size, kNaN));
    if (size == 0)
        for (auto& series : steps.tau) series.reserve(steps.ce.capacity());
    for (std::size_t i = 0; i < steps.tau.size(); ++i)
        add(steps.tau[i], i < event.tau.size() ? event.tau[i] : kNaN);
    for (const NamedValue& penalty : event.penalties) {
        auto& series = steps.penalties[penalty.name];
        if (series.empty()) series.reserve(steps.ce.capacity());
        series.resize(size, kNaN);
        series.push_back(penalty.value);
    }
    for (auto& [name, series] : steps.penalties) series.resize(size + 1, kNaN);
    if (!event.tau.empty()) gated = true;
    evaluating.reset();
    return StepsAdded;
}

unsigned RunView::take(const ThresholdInitialised& event) {
    Task& task = taskAt(event.task);
    task.thresholdStep = event.step;
    task.thresholdInitial = event.tau;
    const std::string first =
        event.tau.empty() ? std::string() : formatNumber(event.tau.front(), Quantity::Threshold);
    note(LogLine::Level::Info,
         fmt::format(fmt::runtime(text("Task {}, step {}: threshold initialised, τ = {}")), event.task,
                     event.step, first));
    return TasksChanged | LogAdded;
}

unsigned RunView::take(const GateStatistics& event) {
    gate = event;
    return GateChanged;
}

unsigned RunView::take(const TaskTrained& event) {
    taskAt(event.task).trained = event;
    const double density =
        event.entries > 0 ? static_cast<double>(event.aliveTotal) / static_cast<double>(event.entries) : 1;
    note(LogLine::Level::Info,
         fmt::format(fmt::runtime(text("Task {} trained: {} % of the entries alive, adapter {}")), event.task,
                     formatNumber(density, Quantity::Density),
                     formatNumber(static_cast<double>(event.storedBytes), Quantity::Bytes)));
    constexpr double kAlmostOne = 0.9995;
    if (gated && event.f < kAlmostOne)
        note(LogLine::Level::Warning,
             fmt::format(fmt::runtime(text("Task {} merged with the hard mask at f = {:.2f}")), event.task,
                         event.f));
    return TasksChanged | LogAdded;
}

unsigned RunView::take(const EvaluationProgress& event) {
    evaluating = event;
    return CellsChanged;
}

unsigned RunView::take(const EvaluationCell& event) {
    cells[{event.afterTask, event.task}] = event;
    const bool known = event.task >= 1 && event.task <= matrix.tasks() && event.afterTask <= matrix.tasks();
    if (known) matrix.set(event.afterTask, event.task, matrixCell(event));
    evaluating.reset();
    const MatrixCell cell = matrixCell(event);
    const double share = event.total > 0 || event.score ? cell.accuracy() : kNaN;
    note(LogLine::Level::Detail,
         fmt::format(fmt::runtime(text("After task {}, on {}: {} % ({} of {})")), event.afterTask,
                     taskName(event.task).toStdString(), formatNumber(share, Quantity::Share), event.correct,
                     event.total));
    return CellsChanged | LogAdded;
}

unsigned RunView::take(const OverlapComputed& event) {
    overlap[{event.i, event.j}] = event;
    return OverlapChanged;
}

unsigned RunView::take(const CheckpointWritten& event) {
    note(LogLine::Level::Detail,
         fmt::format(fmt::runtime(text("Checkpoint of task {}, step {} ({})")), event.task, event.step,
                     formatNumber(static_cast<double>(event.bytes), Quantity::Bytes)));
    return LogAdded;
}

unsigned RunView::take(const WarningRaised& event) {
    note(LogLine::Level::Warning, event.message);
    return LogAdded;
}

unsigned RunView::take(const RunResumed& event) {
    const auto after = [&](std::int64_t task, std::int64_t step) {
        return task > event.task || (task == event.task && step > event.step);
    };
    std::size_t keep = steps.size();
    while (keep > 0 && after(steps.task[keep - 1], steps.step[keep - 1])) --keep;
    cutSteps(steps, keep);
    for (std::int64_t t = event.task; t <= static_cast<std::int64_t>(tasks.size()); ++t) {
        Task& task = taskAt(t);
        const bool trainedThen = t == event.task && event.step >= task.steps;
        if (!trainedThen) task.trained.reset();
        if (task.thresholdStep && after(t, *task.thresholdStep)) {
            task.thresholdStep.reset();
            task.thresholdInitial.clear();
        }
        task.started = task.started && t == event.task;
    }
    // Cells of the row that was being evaluated come again, with the same values.
    std::erase_if(cells, [&](const auto& cell) { return cell.first.first > event.task; });
    std::vector<std::string> names;
    for (const Task& task : tasks) names.push_back(task.name);
    matrix = AccuracyMatrix(names);
    for (const auto& [place, cell] : cells) matrix.set(place.first, place.second, matrixCell(cell));
    std::erase_if(overlap, [&](const auto& pair) { return pair.first.second > event.task; });
    if (gate && after(gate->task, gate->step)) gate.reset();
    evaluating.reset();
    state = "running";
    message.clear();
    note(LogLine::Level::Info,
         fmt::format(fmt::runtime(text("Resumed at task {}, step {}")), event.task, event.step));
    return StepsRemoved | TasksChanged | GateChanged | CellsChanged | OverlapChanged | LogAdded |
           StateChanged;
}

unsigned RunView::take(const RunEnded& event) {
    state = event.state;
    message = event.message;
    evaluating.reset();
    const bool failed = event.state == "failed";
    note(failed ? LogLine::Level::Error : LogLine::Level::Info,
         event.message.empty() ? fmt::format(fmt::runtime(text("Run {}")), event.state) : event.message);
    return StateChanged | LogAdded | CellsChanged;
}

}  // namespace jumplora
