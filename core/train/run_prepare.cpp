// SPDX-License-Identifier: Apache-2.0
#include "base/error.h"
#include "base/file.h"
#include "train/checkpoint.h"
#include "train/event_log.h"
#include "train/run_setup.h"
#include "train/run_state.h"
#include "train/trainer.h"
#include "weights/safetensors.h"

#include <algorithm>

namespace jumplora {
namespace {

void writeRunFiles(const RunDirectory& directory, const RunSetup& setup, const Json& lineage) {
    const Json run = {{"format", "jumplora-run/1"},        {"id", directory.path().filename().string()},
                      {"name", setup.spec.name},           {"created", utcNow()},
                      {"spec_hash", specHash(setup.spec)}, {"lineage", lineage},
                      {"provenance", provenanceOf(setup)}};
    writeFileAtomically(directory.specFile(), toJson(setup.spec).dump(2) + "\n");
    writeFileAtomically(directory.runFile(), run.dump(2) + "\n");
    writeState(directory, "waiting", "");
}

// Paths are made absolute, so that a run can be resumed from another folder.
RunSpec withAbsolutePaths(RunSpec spec) {
    const auto absolute = [](std::string& path) {
        if (!path.empty() && path != "builtin" && !namedSuite(path))
            path = std::filesystem::absolute(path).lexically_normal().string();
    };
    absolute(spec.backbone.path);
    absolute(spec.suite.tasks);
    absolute(spec.suite.root);
    return spec;
}

// What the first tasks of a run and their cells depend on. Which tasks are evaluated may differ: rows that
// are there already stay as they are.
Json computationOf(const RunSpec& spec, std::int64_t tasks, const std::vector<std::string>& names) {
    Json json = toJson(spec);
    json.erase("name");
    json["evaluation"].erase("tasks");
    json["evaluation"].erase("before_training");
    json["train"].erase("checkpoint_minutes");
    Json order = Json::array();
    for (std::int64_t i = 0; i < tasks; ++i) {
        const auto index = static_cast<std::size_t>(i);
        order.push_back(index < json["suite"]["order"].size() ? json["suite"]["order"][index]
                                                              : Json(names.at(index)));
    }
    json["suite"]["order"] = order;
    return json;
}

// Tasks of a run that are trained, evaluated and merged.
std::int64_t finishedTasks(const RunDirectory& directory) {
    if (!std::filesystem::exists(directory.checkpointFile())) return 0;
    const Checkpoint checkpoint = readCheckpoint(directory.checkpointFile());
    return checkpoint.merged ? checkpoint.task : checkpoint.task - 1;
}

void copyFile(const RunDirectory& from, const RunDirectory& to, const std::string& name) {
    std::error_code code;
    std::filesystem::copy_file(from.path() / name, to.path() / name, code);
    if (code)
        fail(code == std::errc::no_space_on_device ? ErrorKind::Resource : ErrorKind::Io,
             "{}: cannot copy to {}: {}.", (from.path() / name).string(), to.path().string(), code.message());
}

// The method's memory after a finished task. A method that has one has one after every task.
void takeMethodState(const RunDirectory& parent, std::int64_t task, const RunDirectory& directory,
                     RunSetup& setup) {
    const SafetensorsFile newest(parent.checkpointFile());
    const bool expected =
        std::any_of(newest.tensors().begin(), newest.tensors().end(),
                    [](const TensorView& tensor) { return tensor.name.starts_with("method."); });
    if (!expected) return;
    for (std::int64_t i = 1; i <= task; ++i) copyFile(parent, directory, parent.methodStateName(i));
    restoreCheckpoint(directory.path() / directory.methodStateName(task), *setup.adapters, nullptr,
                      *setup.method);
}

// The parent's events up to the end of task `afterTask`, as this run would have written them.
void copyEvents(const RunDirectory& parent, const std::vector<std::string>& parentColumns,
                std::int64_t afterTask, const RunDirectory& directory, const RunSetup& setup,
                Checkpoint& checkpoint) {
    const auto sameColumn = [&](std::int64_t column) {
        const auto i = static_cast<std::size_t>(column - 1);
        return column >= 1 && i < parentColumns.size() && i < setup.columnNames.size() &&
               parentColumns[i] == setup.columnNames[i];
    };
    EventLog log(directory.eventsFile(), 0, {});
    for (Event& event : parent.readEvents()) {
        const auto* task = std::get_if<TaskStarted>(&event.payload);
        if (task != nullptr && task->task > afterTask) break;
        if (!isPartOfResult(event) || std::holds_alternative<RunEnded>(event.payload)) continue;
        if (auto* started = std::get_if<RunStarted>(&event.payload)) {
            started->runId = directory.path().filename().string();
            started->specHash = specHash(setup.spec);
            started->tasks = setup.columnNames;
            started->steps = setup.plannedSteps();
        } else if (const auto* step = std::get_if<StepMetrics>(&event.payload)) {
            checkpoint.carry["global_step"] = step->globalStep;
        } else if (const auto* cell = std::get_if<EvaluationCell>(&event.payload)) {
            // A later column may be another task here.
            if (!sameColumn(cell->task)) continue;
            copyFile(parent, directory, cell->predictionsFile);
        } else if (const auto* warning = std::get_if<WarningRaised>(&event.payload)) {
            if (warning->task > afterTask && !sameColumn(warning->task)) continue;
            checkpoint.carry["warned"][fmt::format("{}/{}", warning->code, warning->task)] = true;
        }
        log.emit(event.payload);
    }
    checkpoint.eventBytes = log.sync();
}

}  // namespace

void prepareRun(const RunDirectory& directory, const RunSpec& spec, const LoadProgress& loading) {
    writeRunFiles(directory, openRun(withAbsolutePaths(spec), loading), nullptr);
}

void forkRun(const RunDirectory& parent, std::int64_t afterTask, const RunDirectory& directory,
             const RunSpec& given) {
    RunSetup setup = openRun(withAbsolutePaths(given));
    const RunSetup before = openRun(parent.readSpec());
    const auto stages = static_cast<std::int64_t>(std::min(setup.stages.size(), before.stages.size()));
    if (afterTask < 1 || afterTask > stages)
        fail(ErrorKind::Input, "--after-task: {} is not one of the {} tasks that both runs have", afterTask,
             stages);
    const Json difference = Json::diff(computationOf(before.spec, afterTask, before.columnNames),
                                       computationOf(setup.spec, afterTask, setup.columnNames));
    if (!difference.empty())
        fail(ErrorKind::Input, "the first {} tasks would have been learned otherwise: the specs differ in {}",
             afterTask, difference.front().value("path", std::string("?")));
    if (setup.method->life() == AdapterLife::Joint)
        fail(ErrorKind::Input, "a multi-task run has no task after which it could go on");
    if (const std::int64_t finished = finishedTasks(parent); afterTask > finished)
        fail(ErrorKind::Input, "{}: task {} of this run is not finished; {} of its tasks are",
             parent.path().string(), afterTask, finished);

    refuseChangedInputs(setup, parent.runFile());
    makeFolder(directory.path() / "adapters");
    makeFolder(directory.path() / "predictions");
    for (std::int64_t task = 1; task <= afterTask; ++task)
        copyFile(parent, directory, parent.adapterName(task));
    Checkpoint checkpoint;
    checkpoint.task = afterTask;
    checkpoint.step = setup.plannedSteps().at(static_cast<std::size_t>(afterTask - 1));
    checkpoint.merged = true;
    checkpoint.specHash = specHash(setup.spec);
    copyEvents(parent, before.columnNames, afterTask, directory, setup, checkpoint);
    setup.adapters->reset(0);
    loadAdapter(directory.path() / directory.adapterName(afterTask), *setup.adapters);
    takeMethodState(parent, afterTask, directory, setup);
    writeCheckpoint(directory.checkpointFile(), checkpoint, *setup.adapters, nullptr, *setup.method);
    writeRunFiles(
        directory, setup,
        {{"parent", parent.path().filename().string()}, {"after_task", afterTask}, {"kind", "fork"}});
}

}  // namespace jumplora
