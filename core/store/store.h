// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "store/store_types.h"

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace jumplora {

class Connection;

struct StoreOptions {
    bool readOnly = false;
    std::chrono::milliseconds busyTimeout{5000};
};

// The index over all run directories: one SQLite file, rebuildable from them (store/importer.h).
// A Store owns one connection and is used by one thread at a time; each further thread or program opens its
// own (WAL: readers never wait for the writer). Errors: Io (path, rights), Resource (disk full), State
// (locked by another program for longer than the busy timeout), Format (damaged, foreign, or written by a
// newer program), Input (unknown run). Nothing else is thrown.
class Store {
  public:
    // Opens or creates the file, with its folder, and migrates an older one after a backup beside it
    // ("<file>.v<old version>.backup"). Read-only: the file has to exist in the newest version.
    explicit Store(const std::filesystem::path& file, const StoreOptions& options = {});
    // A database of its own that vanishes with the object.
    static Store inMemory();
    // dataFolder()/workbench.sqlite
    static std::filesystem::path defaultFile();
    ~Store();
    Store(Store&&) noexcept;
    Store& operator=(Store&&) noexcept;

    // Runs. A "running" run whose process is gone is reported as "lost".
    [[nodiscard]] std::vector<RunRow> listRuns(const RunFilter& filter = {}) const;
    [[nodiscard]] std::int64_t countRuns(const RunFilter& filter = {}) const;
    // By id, directory, name or beginning of the id, in this order. Throws Error(Input) when none or several
    // fit.
    [[nodiscard]] RunRow run(const std::string& reference) const;

    // Everything below takes the exact id of a run; an unknown id gives empty results.
    [[nodiscard]] std::vector<SpecValue> spec(const std::string& runId) const;
    // One key of many runs: pairs (run id, JSON value), for table columns.
    [[nodiscard]] std::vector<std::pair<std::string, std::string>> specColumn(const std::string& key) const;
    // All spec keys of all runs, sorted: for completion and column choosers.
    [[nodiscard]] std::vector<std::string> specKeys() const;
    [[nodiscard]] std::vector<TaskRow> tasks(const std::string& runId) const;
    [[nodiscard]] std::vector<ModuleInfo> modules(const std::string& runId) const;

    // Keys: ce, total, grad_norm, lr, f, density, rows, tokens, padded_tokens, tokens_per_second,
    // step_seconds, memory_bytes, penalty.<name>, tau.<index>. Unknown keys throw Error(Input); keys that
    // this run lacks are NaN.
    [[nodiscard]] CurveSet curves(const std::string& runId, const std::vector<std::string>& keys,
                                  const CurveRange& range = {}) const;
    // The keys of which this run has values.
    [[nodiscard]] std::vector<std::string> curveKeys(const std::string& runId) const;

    [[nodiscard]] std::vector<EvaluationCell> cells(const std::string& runId) const;  // by row, column
    // Snapshots in order; the last one alone with lastGateStatistics.
    [[nodiscard]] std::vector<GateStatistics> gateStatistics(const std::string& runId,
                                                             std::optional<std::int64_t> task = {}) const;
    [[nodiscard]] std::optional<GateStatistics> lastGateStatistics(const std::string& runId) const;
    [[nodiscard]] std::vector<OverlapComputed> overlap(const std::string& runId) const;  // by i, j
    [[nodiscard]] std::vector<CheckpointWritten> checkpoints(const std::string& runId) const;
    [[nodiscard]] std::vector<WarningRaised> warnings(const std::string& runId) const;

    // What a person adds to a run. Kept in the run directory too (labels.json, where it can be written), so
    // that a rebuilt index has them again. Throws Error(Input) for an unknown run, for a tag that is empty or
    // longer than 64 characters, and for a name that is empty or longer than 255.
    void setNote(const std::string& runId, const std::string& text);
    // What the run is called from now on; its settings and its folder keep the name that it was started with.
    void setName(const std::string& runId, const std::string& name);
    void addTag(const std::string& runId, const std::string& tag);
    void removeTag(const std::string& runId, const std::string& tag);
    void setArchived(const std::string& runId, bool archived);
    [[nodiscard]] std::vector<std::string> allTags() const;

    // Forgets the run; its directory stays and would be indexed again.
    void removeRun(const std::string& runId);
    // Deletes the run's directory, then its rows. Throws Error(State) while its process is alive or when the
    // directory does not hold this run.
    void deleteRunWithFiles(const std::string& runId);

    // Changes whenever another connection commits: polled by views that follow a run of another program.
    [[nodiscard]] std::int64_t changeCounter() const;
    [[nodiscard]] std::filesystem::path file() const;  // empty in memory

    // For the other sources of this room only.
    [[nodiscard]] Connection& connection() const { return *m_connection; }

  private:
    explicit Store(std::unique_ptr<Connection> connection);
    std::unique_ptr<Connection> m_connection;
};

}  // namespace jumplora
