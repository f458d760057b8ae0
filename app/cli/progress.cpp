// SPDX-License-Identifier: Apache-2.0
#include "cli/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>

namespace jumplora::cli {
namespace {

std::string duration(double seconds) {
    const auto s = static_cast<std::int64_t>(std::llround(seconds));
    return fmt::format("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
}

std::string bar(std::int64_t done, std::int64_t total) {
    constexpr std::int64_t kWidth = 16;
    const std::int64_t filled = total > 0 ? done * kWidth / total : 0;
    return std::string(static_cast<std::size_t>(filled), '#') +
           std::string(static_cast<std::size_t>(kWidth - filled), '.');
}

// Plain lines come this often at most, redrawn ones several times a second.
constexpr double kPlainSeconds = 10;
constexpr double kRedrawSeconds = 0.2;

}  // namespace

ProgressDisplay::ProgressDisplay() : m_terminal(::isatty(STDERR_FILENO) != 0) {}

void ProgressDisplay::show(const std::string& line, bool last) {
    const auto now = std::chrono::steady_clock::now();
    const double since = std::chrono::duration<double>(now - m_lastShown).count();
    if (!last && since < (m_terminal ? kRedrawSeconds : kPlainSeconds)) return;
    m_lastShown = now;
    if (m_terminal) {
        std::fprintf(stderr, "\r\033[K%s", line.c_str());
        if (last) std::fputc('\n', stderr);
        m_open = !last;
    } else {
        std::fprintf(stderr, "%s\n", line.c_str());
    }
    std::fflush(stderr);
}

void ProgressDisplay::onStep(const StepMetrics& step) {
    m_secondsPerStep =
        m_secondsPerStep == 0 ? step.stepSeconds : 0.95 * m_secondsPerStep + 0.05 * step.stepSeconds;
    const double left =
        static_cast<double>(std::max<std::int64_t>(m_totalSteps - step.globalStep, 0)) * m_secondsPerStep;
    std::string text =
        fmt::format("task {}/{} {:<10} [{}] {:>4}/{} ce {:.4f}", step.task, m_tasks.size(), m_task.name,
                    bar(step.step, m_task.steps), step.step, m_task.steps, step.ce);
    for (const NamedValue& penalty : step.penalties)
        text += fmt::format(" {} {:.3g}", penalty.name, penalty.value);
    if (!step.tau.empty())
        text +=
            fmt::format(" f {:.2f} tau {:.2e} dens {:.3g} %", step.f, step.tau.front(), 100 * step.density);
    text += fmt::format(" {:.1f} steps/s", 1.0 / std::max(m_secondsPerStep, 1e-9));
    if (m_totalSteps > 0) text += fmt::format(" training left {}", duration(left));
    show(text, step.step == m_task.steps);
}

void ProgressDisplay::onEvent(const Event& event) {
    if (const auto* started = std::get_if<RunStarted>(&event.payload)) {
        m_tasks = started->tasks;
        m_steps = started->steps;
        m_totalSteps = std::accumulate(m_steps.begin(), m_steps.end(), std::int64_t{0});
        show(fmt::format("run {}: {} tasks, {} steps, {} modules, {} trainable parameters a task",
                         started->runId, m_tasks.size(), m_totalSteps, started->modules.size(),
                         started->trainable),
             true);
    } else if (const auto* task = std::get_if<TaskStarted>(&event.payload)) {
        m_task = *task;
    } else if (const auto* step = std::get_if<StepMetrics>(&event.payload)) {
        onStep(*step);
    } else if (const auto* evaluation = std::get_if<EvaluationProgress>(&event.payload)) {
        show(fmt::format("evaluating task {} after task {} [{}] {}/{}", evaluation->task,
                         evaluation->afterTask, bar(evaluation->done, evaluation->total), evaluation->done,
                         evaluation->total),
             false);
    } else if (const auto* cell = std::get_if<EvaluationCell>(&event.payload)) {
        const auto column = static_cast<std::size_t>(cell->task - 1);
        show(fmt::format(
                 "  {} on {}: {:.1f} % ({} of {})",
                 cell->afterTask == 0 ? "before training" : fmt::format("after task {}", cell->afterTask),
                 column < m_tasks.size() ? m_tasks[column] : std::to_string(cell->task),
                 cell->total > 0
                     ? 100.0 * static_cast<double>(cell->correct) / static_cast<double>(cell->total)
                     : 0.0,
                 cell->correct, cell->total),
             true);
    } else if (const auto* warning = std::get_if<WarningRaised>(&event.payload)) {
        show("warning: " + warning->message, true);
    } else if (const auto* ended = std::get_if<RunEnded>(&event.payload)) {
        show(fmt::format("{}{}{}", ended->state, ended->message.empty() ? "" : ": ", ended->message), true);
    }
}

}  // namespace jumplora::cli
