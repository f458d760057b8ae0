// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "base/file.h"
#include "train/events.h"
#include "train/run_directory.h"

#include <cmath>
#include <limits>

namespace jumplora::testing {

// A run of `tasks` tasks with `steps` steps each: what a trainer would have written.
struct SampleRun {
    std::string id = "order1-20260304-140512-ab12cd34";
    std::string name = "order1";
    std::string created = "2026-03-04T14:05:12Z";
    std::uint64_t seed = 1;
    std::int64_t tasks = 3;
    std::int64_t steps = 5;
    std::string state = "finished";
    std::int64_t pid = 0;
};

inline std::vector<Event> sampleEvents(const SampleRun& run) {
    std::vector<Event> events;
    double time = 1772633112;
    const auto add = [&](EventPayload payload) { events.push_back({time += 0.5, std::move(payload)}); };
    RunStarted started;
    started.runId = run.id;
    started.specHash = "0123456789abcdef";
    started.trainable = 512;
    for (std::int64_t t = 1; t <= run.tasks; ++t) {
        started.tasks.push_back("task" + std::to_string(t));
        started.steps.push_back(run.steps);
    }
    started.modules = {{"encoder.q", "encoder self q", 0, 8, 8, 0},
                       {"encoder.v", "encoder self v", 0, 8, 8, 0}};
    add(started);
    std::int64_t global = 0;
    for (std::int64_t t = 1; t <= run.tasks; ++t) {
        add(TaskStarted{t, "task" + std::to_string(t), run.steps, 32 * run.steps, 1, 4});
        for (std::int64_t s = 1; s <= run.steps; ++s) {
            StepMetrics step;
            step.task = t;
            step.step = s;
            step.globalStep = ++global;
            step.ce = 2.0 / static_cast<double>(global);
            if (t > 1) step.penalties = {{"ella", 0.25 * static_cast<double>(s)}};
            step.gradNorm = s == 3 ? std::numeric_limits<double>::quiet_NaN() : 0.5;
            step.lr = 1e-3;
            step.f = 0.2 * static_cast<double>(s);
            step.tau = {1e-3 * static_cast<double>(s)};
            step.density = 1.0 / static_cast<double>(s);
            step.rows = 32;
            step.tokens = 1000;
            step.paddedTokens = 1500;
            step.tokensPerSecond = 2000;
            step.stepSeconds = 0.5;
            step.memoryBytes = 1 << 20;
            add(step);
            if (s == 1) add(ThresholdInitialised{t, s, {1e-3}});
            add(GateStatistics{t, s, {10 * s, 20}, {0.5, 0.25}, {1e-3}, {0.125}});
        }
        add(TaskTrained{
            t, 1.0, {50, 20}, 70, 128, 4096, "adapters/task_0" + std::to_string(t) + ".safetensors"});
        add(CheckpointWritten{"checkpoint.safetensors", t, run.steps, "merged", 9000});
        for (std::int64_t i = 1; i <= t; ++i)
            add(EvaluationCell{t, i, "test", 90 - 5 * (t - i), 100, 98, "predictions/x.jsonl", 0.25});
        for (std::int64_t i = 1; i < t; ++i)
            add(OverlapComputed{i,
                                t,
                                {{"collision_rate", 0.01}, {"cosine", -0.5}},
                                {{{"collision_rate", 0.02}}, {{"cosine", 0.5}, {"collision_rate", 0.0}}}});
    }
    add(WarningRaised{"short_task", "\"task1\" has few steps", 1, 1});
    if (run.state == "finished") add(RunEnded{"finished", ""});
    return events;
}

inline std::string eventLines(const std::vector<Event>& events) {
    std::string lines;
    for (const Event& event : events) lines += toJson(event).dump() + "\n";
    return lines;
}

inline void writeState(const std::filesystem::path& directory, const std::string& state, std::int64_t pid) {
    const Json json = {{"state", state}, {"message", ""}, {"pid", pid}, {"updated", "2026-03-04T15:00:00Z"}};
    writeFileAtomically(RunDirectory(directory).stateFile(), json.dump());
}

inline RunDirectory writeSampleRun(const std::filesystem::path& directory, const SampleRun& run = {}) {
    makeFolder(directory);
    RunDirectory files(directory);
    const Json spec = {{"name", run.name},
                       {"seed", run.seed},
                       {"backbone", {{"path", "builtin"}}},
                       {"suite", {{"tasks", "builtin"}}},
                       {"adapter", {{"targets", {"q", "v"}}, {"rank", 8}}},
                       {"gate", {{"type", "jumprelu"}}},
                       {"method", {{"type", "ella"}, {"lambda", 3e4}}},
                       {"optimizer", {{"type", "adamw"}, {"lr", 1e-3}}}};
    const Json runJson = {{"format", "jumplora-run/1"},
                          {"id", run.id},
                          {"name", run.name},
                          {"created", run.created},
                          {"spec_hash", "0123456789abcdef"},
                          {"lineage", {{"parent", "older-run"}, {"after_task", 2}, {"kind", "fork"}}},
                          {"provenance", {{"threads", 2}}}};
    writeFileAtomically(files.specFile(), spec.dump(2));
    writeFileAtomically(files.runFile(), runJson.dump(2));
    writeFileAtomically(files.eventsFile(), eventLines(sampleEvents(run)));
    writeState(directory, run.state, run.pid);
    return files;
}

}  // namespace jumplora::testing
