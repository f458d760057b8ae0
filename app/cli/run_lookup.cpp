// SPDX-License-Identifier: Apache-2.0
#include "cli/run_lookup.h"

#include "base/error.h"
#include "cli/output.h"
#include "store/importer.h"
#include "train/run_state.h"

#include <set>

namespace jumplora::cli {
namespace {

namespace fs = std::filesystem;

std::string normalFolder(const fs::path& path) {
    std::error_code ignored;
    fs::path normal = fs::weakly_canonical(fs::absolute(path), ignored);
    if (normal.empty()) normal = fs::absolute(path).lexically_normal();
    return normal.string();
}

// A run that some program computes now is brought into the index by that program.
bool isBeingWritten(const fs::path& directory) {
    try {
        return readState(RunDirectory(directory)).state == "running";
    } catch (const Error&) {
        return false;
    }
}

void addNewRuns(Store& store, const fs::path& folder) {
    std::error_code error;
    fs::directory_iterator entries(folder, error);
    if (error) return;
    RunFilter everything;
    everything.archived = std::nullopt;
    std::set<std::string> known;
    for (const RunRow& row : store.listRuns(everything)) known.insert(row.directory);
    Importer importer(store);
    for (const auto& entry : entries) {
        if (!isRunDirectory(entry.path())) continue;
        if (known.contains(normalFolder(entry.path())) && isBeingWritten(entry.path())) continue;
        for (const std::string& problem : importer.indexFolder(entry.path()).problems)
            note("warning: " + problem);
    }
}

FoundRun fromFolder(const std::string& folder) {
    auto store = std::make_shared<Store>(Store::inMemory());
    const std::string id = Importer(*store).indexRun(folder);
    return {store, store->run(id)};
}

FoundRun findIn(const std::shared_ptr<Store>& store, const std::string& name, const RunPlace& place) {
    if (isRunDirectory(name)) return fromFolder(name);
    if (name == "latest") {
        RunFilter filter;
        filter.archived = std::nullopt;
        auto rows = listRows(*store, place, filter);
        if (rows.empty()) fail(ErrorKind::Input, "there is no run yet; \"jumplora run FILE\" makes one");
        return {store, std::move(rows.front())};
    }
    const fs::path below = runsFolder(place.runs) / name;
    if (!name.empty() && isRunDirectory(below) && !place.runs.empty())
        return {store, store->run(normalFolder(below))};
    return {store, store->run(name)};
}

}  // namespace

void addPlaceOptions(CLI::App& command, RunPlace& place) {
    command.add_option("--runs", place.runs, "Folder of the runs (default: runs/ in the data folder)");
    command.add_option("--db", place.db, "File of the index (default: workbench.sqlite in the data folder)");
}

std::filesystem::path runsFolder(const std::string& option) {
    return option.empty() ? dataFolder() / "runs" : std::filesystem::path(option);
}

std::filesystem::path indexFile(const std::string& option) {
    return option.empty() ? Store::defaultFile() : std::filesystem::path(option);
}

std::shared_ptr<Store> openIndex(const RunPlace& place) {
    const auto file = indexFile(place.db);
    std::shared_ptr<Store> store;
    try {
        store = std::make_shared<Store>(file);
    } catch (const Error& e) {
        if (e.kind() != ErrorKind::Io || !fs::exists(file)) throw;
        return std::make_shared<Store>(file, StoreOptions{.readOnly = true});
    }
    if (!place.db.empty() && place.runs.empty()) return store;
    if (!place.runs.empty() && !fs::is_directory(place.runs))
        fail(ErrorKind::Input, "--runs: {} is no folder", place.runs);
    try {
        addNewRuns(*store, runsFolder(place.runs));
    } catch (const Error& e) {
        note(fmt::format("warning: the index may lack new runs: {}", e.what()));
    }
    return store;
}

RunDirectory FoundRun::directory() const {
    if (row.directory.empty() || !fs::exists(row.directory))
        fail(ErrorKind::State, "the files of run {} are gone{}", row.id,
             row.directory.empty() ? "" : ": " + row.directory);
    return RunDirectory(row.directory);
}

FoundRun findStored(const std::string& name, const RunPlace& place) {
    // No index is needed, or made, for a folder.
    if (isRunDirectory(name)) return fromFolder(name);
    return findIn(openIndex(place), name, place);
}

std::vector<FoundRun> findStored(const std::vector<std::string>& names, const RunPlace& place) {
    std::vector<FoundRun> found;
    std::shared_ptr<Store> store;
    for (const std::string& name : names) {
        if (!store && !isRunDirectory(name)) store = openIndex(place);
        found.push_back(findIn(store, name, place));
    }
    return found;
}

RunDirectory findRun(const std::string& name, const std::string& runsOption, const std::string& dbOption) {
    if (isRunDirectory(name)) return RunDirectory(name);
    return findStored(name, {runsOption, dbOption}).directory();
}

std::vector<RunRow> listRows(const Store& store, const RunPlace& place, RunFilter filter) {
    if (place.runs.empty()) return store.listRuns(filter);
    const std::int64_t limit = filter.limit;
    filter.limit = 0;
    const std::string folder = normalFolder(place.runs) + "/";
    auto rows = store.listRuns(filter);
    std::erase_if(rows, [&](const RunRow& row) { return !row.directory.starts_with(folder); });
    if (limit > 0 && static_cast<std::int64_t>(rows.size()) > limit)
        rows.resize(static_cast<std::size_t>(limit));
    return rows;
}

}  // namespace jumplora::cli
