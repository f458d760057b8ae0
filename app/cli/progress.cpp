// SPDX-License-Identifier: Apache-2.0
#include "cli/progress.h"

#include "analysis/metrics.h"
#include "base/error.h"
#include "exchange/number_format.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <numeric>
#include <optional>

namespace jumplora::cli {
namespace {

// Columns of the terminal behind standard error; none for a file.
std::optional<int> terminalWidth() {
    winsize size{};
    if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < 2) return std::nullopt;
    return size.ws_col;
}

// " [####........]"; left out where the numbers need the room.
std::string bar(std::int64_t done, std::int64_t total) {
    constexpr std::int64_t kWidth = 12;
    constexpr int kWideEnough = 120;
    if (terminalWidth().value_or(kWideEnough) < kWideEnough) return {};
    const std::int64_t filled = total > 0 ? std::clamp<std::int64_t>(done * kWidth / total, 0, kWidth) : 0;
    return " [" + std::string(static_cast<std::size_t>(filled), '#') +
           std::string(static_cast<std::size_t>(kWidth - filled), '.') + "]";
}

// A line that wraps could not be redrawn.
std::string cutToTerminal(const std::string& line) {
    const auto width = terminalWidth();
    if (!width) return line;
    std::string cut;
    int column = 0;
    for (const char c : line) {
        if ((c & 0xC0) != 0x80 && ++column >= *width) break;
        cut += c;
    }
    return cut;
}

// Plain lines come this often at most, redrawn ones several times a second.
constexpr double kPlainSeconds = 10;
constexpr double kRedrawSeconds = 0.2;

}  // namespace

ProgressDisplay::ProgressDisplay(const RunDirectory& directory) : m_terminal(::isatty(STDERR_FILENO) != 0) {
    try {
        m_time.setEvaluatesAll(directory.readSpec().evaluation.tasks == "all");
        if (!std::filesystem::exists(directory.eventsFile())) return;
        for (const Event& event : directory.readEvents()) {
            m_time.onEvent(event);
            if (const auto* task = std::get_if<TaskStarted>(&event.payload)) m_task = *task;
        }
    } catch (const Error&) {
        // A damaged folder is reported by what runs it.
    }
}

void ProgressDisplay::show(const std::string& line, bool last) {
    const auto now = std::chrono::steady_clock::now();
    const double since = std::chrono::duration<double>(now - m_lastShown).count();
    if (!last && since < (m_terminal ? kRedrawSeconds : kPlainSeconds)) return;
    m_lastShown = now;
    if (m_terminal) {
        std::fprintf(stderr, "\r\033[K%s%s", (last ? line : cutToTerminal(line)).c_str(), last ? "\n" : "");
    } else {
        std::fprintf(stderr, "%s\n", line.c_str());
    }
    std::fflush(stderr);
}

std::string ProgressDisplay::left() const {
    // Before the first evaluation nobody knows how long one takes.
    const char* more = m_time.evaluationKnown() ? "" : "+";
    return fmt::format("left: task {}{} run {}{}", formatEstimate(m_time.ofTask()), more,
                       formatEstimate(m_time.ofRun()), more);
}

void ProgressDisplay::onStep(const StepMetrics& step) {
    const auto ascii = [](double value, Quantity quantity) {
        return formatNumber(value, quantity, NumberStyle::Ascii);
    };
    std::string text =
        fmt::format("task {}/{} {}{} {}/{}  ce {}", step.task, m_time.tasks().size(), m_task.name,
                    bar(step.step, m_task.steps), step.step, m_task.steps, ascii(step.ce, Quantity::Loss));
    if (!step.tau.empty()) {
        const auto [low, high] = std::minmax_element(step.tau.begin(), step.tau.end());
        text += " tau " + ascii(*low, Quantity::Threshold);
        if (*low < *high) text += ".." + ascii(*high, Quantity::Threshold);
        text += fmt::format(" density {} %", ascii(step.density, Quantity::Density));
    }
    text += fmt::format("  {} steps/s  {}",
                        ascii(1.0 / std::max(m_time.secondsPerStep(), 1e-9), Quantity::Magnitude), left());
    if (!step.tau.empty()) text += fmt::format("  f {:.2f}", step.f);
    for (const NamedValue& penalty : step.penalties)
        text += fmt::format(" {} {}", penalty.name, ascii(penalty.value, Quantity::Magnitude));
    show(text, step.step == m_task.steps);
}

void ProgressDisplay::onEvent(const Event& event) {
    m_time.onEvent(event);
    if (const auto* started = std::get_if<RunStarted>(&event.payload)) {
        show(fmt::format("run {}: {} tasks, {} steps, {} modules, {} trainable parameters a task",
                         started->runId, started->tasks.size(),
                         std::accumulate(started->steps.begin(), started->steps.end(), std::int64_t{0}),
                         started->modules.size(), started->trainable),
             true);
    } else if (const auto* resumed = std::get_if<RunResumed>(&event.payload)) {
        show(fmt::format("going on after step {} of task {}", resumed->step, resumed->task), true);
    } else if (const auto* task = std::get_if<TaskStarted>(&event.payload)) {
        m_task = *task;
    } else if (const auto* step = std::get_if<StepMetrics>(&event.payload)) {
        onStep(*step);
    } else if (const auto* evaluation = std::get_if<EvaluationProgress>(&event.payload)) {
        const auto& tasks = m_time.tasks();
        const auto column = static_cast<std::size_t>(evaluation->task - 1);
        show(fmt::format("evaluating {} after task {}/{}{} {}/{}  {:.0f} rows/s  {}",
                         column < tasks.size() ? tasks[column] : std::to_string(evaluation->task),
                         evaluation->afterTask, tasks.size(), bar(evaluation->done, evaluation->total),
                         evaluation->done, evaluation->total, m_time.rowsPerSecond(), left()),
             false);
    } else if (const auto* cell = std::get_if<EvaluationCell>(&event.payload)) {
        const auto& tasks = m_time.tasks();
        const auto column = static_cast<std::size_t>(cell->task - 1);
        show(fmt::format(
                 "  {} on {}: {} % ({} of {})",
                 cell->afterTask == 0 ? "before training" : fmt::format("after task {}", cell->afterTask),
                 column < tasks.size() ? tasks[column] : std::to_string(cell->task),
                 formatNumber(matrixCell(*cell).accuracy(), Quantity::Share), cell->correct, cell->total),
             true);
    } else if (const auto* warning = std::get_if<WarningRaised>(&event.payload)) {
        show("warning: " + warning->message, true);
    } else if (const auto* ended = std::get_if<RunEnded>(&event.payload)) {
        show(fmt::format("{}{}{}", ended->state, ended->message.empty() ? "" : ": ", ended->message), true);
    }
}

}  // namespace jumplora::cli
