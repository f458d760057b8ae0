// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "base/json.h"
#include "train/events.h"
#include "train/run_spec.h"

#include <filesystem>
#include <string>
#include <vector>

namespace jumplora {

// A run on disk; readable without this program.
//   spec.json                the frozen spec
//   run.json                 id, name, created, spec hash, lineage, provenance; written once
//   events.jsonl             one event a line
//   state.json               {"state", "message", "pid", "updated"}: waiting, running, paused, ...
//   lock                     locked while a program works on the run (run_lock.h)
//   checkpoint.safetensors   newest checkpoint, all state in one file
//   adapters/task_01.safetensors         A, B, log τ as learned (format jumplora-adapter/1)
//   adapters/task_01.method.safetensors  the method's own state after the task, if it has one
//   predictions/after_01_on_02.jsonl     one answer a line:
//                            {"input", "expected", "output", "correct", "within_options"}
//   result.json              matrix, metrics; written when the last task is evaluated
class RunDirectory {
  public:
    explicit RunDirectory(std::filesystem::path path) : m_path(std::move(path)) {}
    [[nodiscard]] const std::filesystem::path& path() const { return m_path; }
    [[nodiscard]] std::filesystem::path specFile() const { return m_path / "spec.json"; }
    [[nodiscard]] std::filesystem::path runFile() const { return m_path / "run.json"; }
    [[nodiscard]] std::filesystem::path eventsFile() const { return m_path / "events.jsonl"; }
    [[nodiscard]] std::filesystem::path stateFile() const { return m_path / "state.json"; }
    [[nodiscard]] std::filesystem::path checkpointFile() const { return m_path / "checkpoint.safetensors"; }
    [[nodiscard]] std::filesystem::path resultFile() const { return m_path / "result.json"; }
    // task counts from 1.
    [[nodiscard]] std::string adapterName(std::int64_t task) const;
    [[nodiscard]] std::string methodStateName(std::int64_t task) const;
    [[nodiscard]] std::string predictionsName(std::int64_t afterTask, std::int64_t task) const;

    // Reads all complete lines; a torn last line (killed while writing) is ignored. Throws Error(Format) with
    // the line number for a damaged line elsewhere.
    [[nodiscard]] std::vector<Event> readEvents() const;
    [[nodiscard]] RunSpec readSpec() const;

  private:
    std::filesystem::path m_path;
};

// "name-20260304-140512-ab12cd34" below `runsFolder`; creates the folder. The last part is the spec hash's
// start.
RunDirectory createRunDirectory(const std::filesystem::path& runsFolder, const RunSpec& spec);

// result.json: the cells of the matrix as the event log has them, under the names of their columns.
void writeResult(const RunDirectory& directory, const std::string& specHash,
                 const std::vector<std::string>& tasks);

// $XDG_DATA_HOME/jumplora (or ~/.local/share/jumplora).
std::filesystem::path dataFolder();

}  // namespace jumplora
