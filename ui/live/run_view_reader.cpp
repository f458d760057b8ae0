// SPDX-License-Identifier: GPL-3.0-or-later
// Stored runs as views.
#include "base/json.h"
#include "live/run_view.h"
#include "train/run_directory.h"

#include <cmath>
#include <filesystem>
#include <fstream>

namespace jumplora {
namespace {

void readSteps(RunView& view, const Store& store) {
    std::vector<std::string> keys = {"ce",      "grad_norm", "lr",           "f",
                                     "density", "rows",      "step_seconds", "memory_bytes"};
    const std::size_t fixed = keys.size();
    for (const std::string& key : store.curveKeys(view.id)) {
        if (key.starts_with("tau.") || key.starts_with("penalty.")) keys.push_back(key);
    }
    const CurveSet curves = store.curves(view.id, keys);
    RunView::Steps& steps = view.steps;
    steps.task = curves.task;
    steps.step = curves.step;
    steps.global.assign(curves.globalStep.begin(), curves.globalStep.end());
    steps.ce = curves.values[0];
    steps.gradNorm = curves.values[1];
    steps.lr = curves.values[2];
    steps.f = curves.values[3];
    steps.density = curves.values[4];
    const auto& rows = curves.values[5];
    const auto& seconds = curves.values[6];
    constexpr double kMiB = 1024.0 * 1024.0;
    double rowsSeen = 0;
    double secondsSeen = 0;
    for (std::size_t i = 0; i < steps.task.size(); ++i) {
        rowsSeen += std::isnan(rows[i]) ? 0 : rows[i];
        secondsSeen += std::isnan(seconds[i]) ? 0 : seconds[i];
        steps.rowsSeen.push_back(rowsSeen);
        steps.seconds.push_back(secondsSeen);
        steps.stepsPerSecond.push_back(seconds[i] > 0 ? 1 / seconds[i] : std::nan(""));
        steps.rowsPerSecond.push_back(seconds[i] > 0 ? rows[i] / seconds[i] : std::nan(""));
        steps.memory.push_back(curves.values[7][i] / kMiB);
    }
    for (std::size_t k = fixed; k < keys.size(); ++k) {
        constexpr std::size_t kPenalty = sizeof("penalty.") - 1;
        if (keys[k].starts_with("penalty."))
            steps.penalties[keys[k].substr(kPenalty)] = curves.values[k];
        else
            steps.tau.push_back(curves.values[k]);
    }
}

// Everything but the steps, which the index has; a log of a long run is mostly steps.
std::vector<Event> readRareEvents(const std::filesystem::path& file) {
    std::vector<Event> events;
    std::ifstream lines(file);
    std::string line;
    while (std::getline(lines, line)) {
        constexpr std::size_t kTypeEnd = 40;
        const std::string_view head = std::string_view(line).substr(0, kTypeEnd);
        if (head.find("\"type\":\"step\"") != std::string_view::npos ||
            head.find("\"type\":\"gate\"") != std::string_view::npos ||
            head.find("\"type\":\"evaluation_progress\"") != std::string_view::npos)
            continue;
        // The last line of a killed run may be torn.
        const Json json = Json::parse(line, nullptr, false);
        if (json.is_discarded()) continue;
        events.push_back(eventFromJson(json, file.string()));
    }
    return events;
}

void readLog(RunView& view) {
    RunView told;
    for (const Event& event : readRareEvents(RunDirectory(view.directory).eventsFile())) told.apply(event);
    view.log = std::move(told.log);
}

}  // namespace

void describeFromSpec(RunView& view, const std::vector<SpecValue>& spec) {
    for (const SpecValue& value : spec) {
        if (value.key == "gate.type") view.gated = value.json != "\"none\"";
        if (value.key == "optimizer.clip") view.clip = std::strtod(value.json.c_str(), nullptr);
        if (value.key == "adapter.rank") view.rank = std::strtoll(value.json.c_str(), nullptr, 10);
    }
}

RunView readRunView(const Store& store, const std::string& runId) {
    const RunRow row = store.run(runId);
    RunView view;
    view.id = row.id;
    view.name = row.name;
    view.directory = row.directory;
    view.specHash = row.specHash;
    view.state = row.state;
    view.message = row.message;
    view.gated = row.gate != "none";
    view.complete = true;
    describeFromSpec(view, store.spec(row.id));
    view.modules = store.modules(row.id);
    for (const TaskRow& task : store.tasks(row.id))
        view.tasks.push_back({task.name, task.steps, task.rows, task.firstStep, task.finalStep, task.rows > 0,
                              task.thresholdStep, task.thresholdInitial, task.trained});
    view.matrix = AccuracyMatrix(row.tasks);
    for (const EvaluationCell& cell : store.cells(row.id)) {
        view.cells[{cell.afterTask, cell.task}] = cell;
        view.matrix.set(cell.afterTask, cell.task, matrixCell(cell));
    }
    view.gate = store.lastGateStatistics(row.id);
    for (const OverlapComputed& overlap : store.overlap(row.id))
        view.overlap[{overlap.i, overlap.j}] = overlap;
    readSteps(view, store);
    std::error_code error;
    if (std::filesystem::exists(RunDirectory(row.directory).eventsFile(), error)) {
        readLog(view);
    } else {
        for (const WarningRaised& warning : store.warnings(row.id))
            view.log.push_back({0, LogLine::Level::Warning, warning.message});
    }
    return view;
}

RunView readRunEvents(const std::string& directory) {
    RunView view;
    view.directory = directory;
    for (const Event& event : RunDirectory(directory).readEvents()) view.apply(event);
    return view;
}

}  // namespace jumplora
