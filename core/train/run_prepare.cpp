// SPDX-License-Identifier: Apache-2.0
#include "base/error.h"
#include "base/file.h"
#include "train/checkpoint.h"
#include "train/event_log.h"
#include "train/run_setup.h"
#include "train/run_state.h"
#include "train/trainer.h"

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
        if (!path.empty() && path != "builtin")
            path = std::filesystem::absolute(path).lexically_normal().string();
    };
    absolute(spec.backbone.path);
    absolute(spec.suite.tasks);
    absolute(spec.suite.root);
    return spec;
}

// What the first tasks of a run depend on: everything but later tasks and evaluation.
Json computationOf(const RunSpec& spec, std::int64_t tasks, const std::vector<std::string>& names) {
    Json json = toJson(spec);
    json.erase("name");
    json.erase("evaluation");
    Json order = Json::array();
    for (std::int64_t i = 0; i < tasks; ++i) {
        const auto index = static_cast<std::size_t>(i);
        order.push_back(index < json["suite"]["order"].size() ? json["suite"]["order"][index]
                                                              : Json(names.at(index)));
    }
    json["suite"]["order"] = order;
    return json;
}

std::int64_t taskOf(const Event& event) {
    return std::visit(
        [](const auto& e) -> std::int64_t {
            if constexpr (requires { e.afterTask; }) {
                return e.afterTask;
            } else if constexpr (requires { e.j; }) {
                return e.j;
            } else if constexpr (requires { e.task; }) {
                return e.task;
            } else {
                return 0;
            }
        },
        event.payload);
}

}  // namespace

void prepareRun(const RunDirectory& directory, const RunSpec& spec) {
    writeRunFiles(directory, openRun(withAbsolutePaths(spec)), nullptr);
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
    const auto last = parent.path() / parent.adapterName(afterTask);
    if (!std::filesystem::exists(last))
        fail(ErrorKind::Input, "{}: task {} of this run is not finished", parent.path().string(), afterTask);

    makeFolder(directory.path() / "adapters");
    makeFolder(directory.path() / "predictions");
    for (std::int64_t task = 1; task <= afterTask; ++task)
        std::filesystem::copy_file(parent.path() / parent.adapterName(task),
                                   directory.path() / directory.adapterName(task));
    std::int64_t globalStep = 0;
    Checkpoint checkpoint;
    {
        EventLog log(directory.eventsFile(), 0, {});
        for (Event& event : parent.readEvents()) {
            if (!isPartOfResult(event) || taskOf(event) > afterTask ||
                std::holds_alternative<RunEnded>(event.payload))
                continue;
            if (auto* started = std::get_if<RunStarted>(&event.payload)) {
                started->runId = directory.path().filename().string();
                started->specHash = specHash(setup.spec);
                started->tasks = setup.columnNames;
                started->steps.resize(static_cast<std::size_t>(afterTask));
            }
            if (const auto* step = std::get_if<StepMetrics>(&event.payload)) globalStep = step->globalStep;
            if (const auto* cell = std::get_if<EvaluationCell>(&event.payload)) {
                if (cell->task > static_cast<std::int64_t>(setup.columns.size())) continue;
                std::filesystem::copy_file(parent.path() / cell->predictionsFile,
                                           directory.path() / cell->predictionsFile);
            }
            log.emit(event.payload);
        }
        checkpoint.eventBytes = log.sync();
    }
    setup.adapters->reset(0);
    loadAdapter(directory.path() / directory.adapterName(afterTask), *setup.adapters);
    const auto stateFile = parent.path() / parent.methodStateName(afterTask);
    if (std::filesystem::exists(stateFile)) {
        restoreCheckpoint(stateFile, *setup.adapters, nullptr, *setup.method);
    }
    checkpoint.task = afterTask;
    checkpoint.merged = true;
    checkpoint.specHash = specHash(setup.spec);
    checkpoint.carry["global_step"] = globalStep;
    writeCheckpoint(directory.checkpointFile(), checkpoint, *setup.adapters, nullptr, *setup.method);
    writeRunFiles(
        directory, setup,
        {{"parent", parent.path().filename().string()}, {"after_task", afterTask}, {"kind", "fork"}});
}

}  // namespace jumplora
