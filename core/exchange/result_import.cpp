// SPDX-License-Identifier: Apache-2.0
#include "exchange/result_import.h"

#include "base/error.h"
#include "base/file.h"
#include "exchange/bundle.h"
#include "exchange/foreign_files.h"
#include "store/importer.h"
#include "train/predictions.h"
#include "train/run_directory.h"
#include "train/run_state.h"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <functional>
#include <set>

namespace jumplora {
namespace {

namespace fs = std::filesystem;

constexpr const char* kUnknown = "unknown";
constexpr int kDepth = 4;

std::string orUnknown(const std::string& first, const std::string& second = {}) {
    return !first.empty() ? first : !second.empty() ? second : kUnknown;
}

// A name that may begin a folder's name.
std::string plainName(const std::string& text) {
    constexpr std::size_t kLongest = 80;
    std::string name;
    for (const char c : text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                           c == '.' || c == '_' || c == '-';
        name += plain ? c : '-';
    }
    while (!name.empty() && (name.front() == '.' || name.front() == '-')) name.erase(name.begin());
    return name.empty() ? "imported" : name.substr(0, kLongest);
}

// Folders that many programs call alike say nothing of a run.
std::string nameOf(const fs::path& source) {
    static const std::set<std::string> kGeneral = {"outputs",        "output",      "results", "result",
                                                   "continual_eval", "predictions", "runs",    "logs"};
    fs::path path = fs::absolute(source).lexically_normal();
    if (!path.has_filename()) path = path.parent_path();
    std::error_code ignored;
    std::string name = fs::is_directory(path, ignored) ? path.filename().string() : path.stem().string();
    while (kGeneral.contains(lower(name)) && path.has_parent_path() && path != path.parent_path()) {
        path = path.parent_path();
        name = path.filename().string();
    }
    return plainName(name);
}

// "order1-seed3/continual_eval.json" -> 3.
std::int64_t seedOf(const fs::path& source) {
    const std::string text = lower(fs::absolute(source).lexically_normal().string());
    const auto at = text.rfind("seed");
    if (at == std::string::npos) return 0;
    std::size_t begin = at + 4;
    if (begin < text.size() && (text[begin] == '_' || text[begin] == '-' || text[begin] == '=')) ++begin;
    const std::size_t end = std::min(text.find_first_not_of("0123456789", begin), text.size());
    return wholeNumber(std::string_view(text).substr(begin, end - begin)).value_or(0);
}

// When the results were written, as far as their file tells.
std::chrono::system_clock::time_point timeOf(const fs::path& source) {
    std::error_code error;
    const auto time = fs::last_write_time(source, error);
    if (error) return std::chrono::system_clock::now();
    return std::chrono::time_point_cast<std::chrono::system_clock::duration>(
        std::chrono::file_clock::to_sys(time));
}

std::string isoTime(std::chrono::system_clock::time_point time) {
    const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
    std::tm utc{};
    gmtime_r(&seconds, &utc);
    char text[32];
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
    return text;
}

Json cellsJson(const ForeignResults& results) {
    Json cells = Json::array();
    for (const EvaluationCell& cell : results.cells)
        cells.push_back({cell.afterTask, cell.task, cell.metric, *cell.score, cell.total});
    return cells;
}

Json specOf(const ForeignResults& results, const ImportSettings& settings, const std::string& name) {
    return {{"name", name},
            {"seed", settings.seed.value_or(seedOf(results.source))},
            {"backbone", {{"path", orUnknown(settings.backbone)}}},
            {"suite", {{"tasks", results.format}, {"order", results.tasks}}},
            {"gate", {{"type", orUnknown(settings.gate, results.gate)}}},
            {"method", {{"type", orUnknown(settings.method, results.method)}}},
            {"evaluation", {{"split", "test"}}}};
}

void writeEvents(const RunDirectory& run, const ForeignResults& results, const std::string& id,
                 const std::string& specHash, double time) {
    std::string lines;
    const auto emit = [&](EventPayload payload) {
        lines +=
            toJson(Event{time, std::move(payload)}).dump(-1, ' ', false, Json::error_handler_t::replace) +
            "\n";
    };
    RunStarted started;
    started.runId = id;
    started.specHash = specHash;
    started.tasks = results.tasks;
    started.steps.assign(results.tasks.size(), 0);
    emit(started);
    std::int64_t trained = 0;
    for (const EvaluationCell& given : results.cells) {
        for (; trained < given.afterTask; ++trained) {
            TaskStarted task;
            task.task = trained + 1;
            task.name = results.tasks[static_cast<std::size_t>(trained)];
            emit(task);
            TaskTrained done;
            done.task = task.task;
            emit(done);
        }
        EvaluationCell cell = given;
        for (const auto& [place, answers] : results.answers)
            if (place == std::pair(cell.afterTask, cell.task))
                cell.predictionsFile = run.predictionsName(cell.afterTask, cell.task);
        emit(cell);
    }
    emit(RunEnded{"finished", ""});
    writeFileAtomically(run.eventsFile(), lines);
}

// A folder that appears under its name with all its content or not at all.
class NewFolder {
  public:
    explicit NewFolder(fs::path target) : m_target(std::move(target)) {
        m_folder = m_target.parent_path() / (".import-" + m_target.filename().string());
        std::error_code ignored;
        fs::remove_all(m_folder, ignored);
    }
    ~NewFolder() {
        std::error_code ignored;
        fs::remove_all(m_folder, ignored);
    }
    NewFolder(const NewFolder&) = delete;
    NewFolder& operator=(const NewFolder&) = delete;
    [[nodiscard]] const fs::path& path() const { return m_folder; }
    void keep() {
        std::error_code error;
        fs::rename(m_folder, m_target, error);
        if (error) fail(ErrorKind::Io, "{}: cannot be created: {}", m_target.string(), error.message());
    }

  private:
    fs::path m_target;
    fs::path m_folder;
};

void tagAsImported(const fs::path& folder) {
    const RunDirectory run(folder);
    const fs::path file = folder / "labels.json";
    Json labels = {{"note", ""}, {"tags", Json::array()}, {"archived", false}};
    std::error_code ignored;
    if (fs::exists(file, ignored)) labels = readJsonFile(file);
    if (!labels.is_object() || !labels.contains("tags") || !labels["tags"].is_array())
        fail(ErrorKind::Format, "{}: is damaged: expected an object with \"tags\"", file.string());
    for (const Json& tag : labels["tags"])
        if (tag == kImportedTag) return;
    labels["tags"].push_back(kImportedTag);
    writeFileAtomically(file, labels.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

// The folder of a run below `runsFolder`; a foreign id is a name and nothing more.
fs::path placeOf(const fs::path& runsFolder, const std::string& id, const std::string& where) {
    if (id.empty() || id.size() > 255 || id.front() == '.' || id.find('/') != std::string::npos ||
        std::any_of(id.begin(), id.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }))
        fail(ErrorKind::Format, "{}: the run's id cannot name a folder", where);
    return runsFolder / id;
}

// Regular files only: links and devices of a foreign folder are left where they are.
void copyRun(const fs::path& from, const fs::path& to) {
    for (const auto& entry :
         fs::recursive_directory_iterator(from, fs::directory_options::skip_permission_denied)) {
        const fs::path name = entry.path().lexically_relative(from);
        if (entry.is_symlink() || !entry.is_regular_file() || name.filename().string().starts_with('.') ||
            name == "lock")
            continue;
        makeFolder((to / name).parent_path());
        std::error_code error;
        fs::copy_file(entry.path(), to / name, error);
        if (error)
            fail(error == std::errc::no_space_on_device ? ErrorKind::Resource : ErrorKind::Io,
                 "{}: cannot be copied to {}: {}", entry.path().string(), to.string(), error.message());
    }
}

// Whether the run that lies in a place has the same events as the one that comes.
bool sameEvents(const fs::path& place, const std::string& events) {
    std::error_code ignored;
    const fs::path file = RunDirectory(place).eventsFile();
    return fs::exists(file, ignored) ? readFile(file) == events : events.empty();
}

ImportedRun bringIn(const std::string& format, const std::string& id, const std::string& events,
                    const fs::path& source, const fs::path& runsFolder,
                    const std::function<void(const fs::path&)>& fill) {
    ImportedRun result;
    result.format = format;
    result.id = id;
    result.directory = placeOf(runsFolder, id, source.string());
    std::error_code ignored;
    if (fs::exists(result.directory, ignored)) {
        if (runIdOf(result.directory) != id || !sameEvents(result.directory, events))
            fail(ErrorKind::State,
                 "{}: another state of run \"{}\" lies in {}; delete that one first if this one is to "
                 "replace it",
                 source.string(), id, result.directory.string());
        return result;
    }
    makeFolder(runsFolder);
    NewFolder folder(result.directory);
    fill(folder.path());
    tagAsImported(folder.path());
    folder.keep();
    result.isNew = true;
    return result;
}

ImportedRun importRunDirectory(const fs::path& from, const fs::path& runsFolder) {
    const RunDirectory run(from);
    std::error_code ignored;
    RunState state;
    if (fs::exists(run.stateFile(), ignored)) state = readState(run);
    if (state.state == "running")
        fail(ErrorKind::State, "{}: process {} is working on this run", from.string(), state.pid);
    const std::string events =
        fs::exists(run.eventsFile(), ignored) ? readFile(run.eventsFile()) : std::string();
    const std::string id = runIdOf(from);
    if (id.empty()) fail(ErrorKind::Format, "{}: its run.json has no id", from.string());
    return bringIn("run", id, events, from, runsFolder, [&](const fs::path& folder) {
        makeFolder(folder);
        copyRun(from, folder);
        // Its process is not one of this machine.
        if (state.state == "lost") writeState(RunDirectory(folder), "stopped", state.message);
    });
}

ImportedRun importBundle(const fs::path& file, const fs::path& runsFolder) {
    const BundleReader bundle(file);
    const std::string where = file.string() + ": run/run.json";
    const Json run = parseJson(bundle.content("run/run.json"), where);
    if (requireString(run, "id", where) != bundle.runId())
        fail(ErrorKind::Format, "{}: is of another run than the bundle says", where);
    return bringIn("bundle", bundle.runId(), bundle.content("run/events.jsonl"), file, runsFolder,
                   [&](const fs::path& folder) { bundle.extractRun(folder); });
}

class Search {
  public:
    Search(const ImportSettings& settings, fs::path runsFolder)
        : m_settings(settings), m_runsFolder(std::move(runsFolder)) {}

    void visit(const fs::path& path, int depth, bool named) {
        if (const auto import = importerOf(path, named)) {
            attempt(path, *import);
            return;
        }
        std::error_code ignored;
        if (!fs::is_directory(path, ignored) || depth >= kDepth) return;
        for (const fs::path& entry : entriesOf(path))
            if (!entry.filename().string().starts_with('.') && !fs::is_symlink(entry, ignored))
                visit(entry, depth + 1, false);
    }

    ImportOutcome outcome;
    bool recognised = false;

  private:
    using Import = std::function<ImportedRun()>;

    // A table is brought in only where it was named: folders are full of other ones.
    std::optional<Import> importerOf(const fs::path& path, bool named) {
        std::error_code ignored;
        if (fs::is_directory(path, ignored) && isRunDirectory(path))
            return [=, this] { return importRunDirectory(path, m_runsFolder); };
        if (isBundle(path)) return [=, this] { return importBundle(path, m_runsFolder); };
        const auto kind = recogniseResults(path);
        if (!kind || (!named && *kind == ForeignKind::Csv)) return std::nullopt;
        return [=, this] {
            return writeImportedRun(readForeignResults(path, *kind, m_settings.scale), m_settings,
                                    m_runsFolder);
        };
    }

    void attempt(const fs::path& path, const Import& import) {
        recognised = true;
        try {
            outcome.runs.push_back(import());
        } catch (const Error& error) {
            outcome.problems.emplace_back(error.what());
        } catch (const Json::exception& error) {
            outcome.problems.push_back(path.string() + ": " + error.what());
        } catch (const fs::filesystem_error& error) {
            outcome.problems.push_back(path.string() + ": " + error.what());
        }
    }

    const ImportSettings& m_settings;
    fs::path m_runsFolder;
};

}  // namespace

ImportedRun writeImportedRun(const ForeignResults& results, const ImportSettings& settings,
                             const fs::path& runsFolder) {
    const std::string name = settings.name.empty() ? nameOf(results.source) : plainName(settings.name);
    const Json spec = specOf(results, settings, name);
    Json computed = spec;
    computed.erase("name");
    const std::string hash = contentHash(computed.dump());
    const std::string identity = contentHash(
        Json({spec, results.tasks, cellsJson(results)}).dump(-1, ' ', false, Json::error_handler_t::replace));
    ImportedRun result;
    result.format = results.format;
    result.id = fmt::format("{}-import-{}", name, identity.substr(0, 8));
    result.directory = runsFolder / result.id;
    result.notes = results.notes;
    std::error_code ignored;
    if (fs::exists(result.directory, ignored)) return result;
    makeFolder(runsFolder);
    const auto time = timeOf(results.source);
    NewFolder folder(result.directory);
    makeFolder(folder.path());
    const RunDirectory run(folder.path());
    const Json about = {{"format", "jumplora-run/1"},
                        {"id", result.id},
                        {"name", name},
                        {"created", isoTime(time)},
                        {"spec_hash", hash},
                        {"lineage", {{"parent", nullptr}, {"after_task", 0}, {"kind", "import"}}},
                        {"provenance",
                         {{"imported",
                           {{"format", results.format},
                            {"source", fs::absolute(results.source).lexically_normal().string()},
                            {"notes", results.notes}}}}}};
    const auto write = [](const fs::path& file, const Json& json) {
        writeFileAtomically(file, json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
    };
    write(run.specFile(), spec);
    write(run.runFile(), about);
    if (!results.answers.empty()) makeFolder(run.path() / "predictions");
    for (const auto& [place, answers] : results.answers)
        writePredictions(run.path() / run.predictionsName(place.first, place.second), answers);
    writeEvents(run, results, result.id, hash,
                std::chrono::duration<double>(time.time_since_epoch()).count());
    writeResult(run, hash, results.tasks);
    writeState(run, "finished", "");
    tagAsImported(run.path());
    folder.keep();
    result.isNew = true;
    return result;
}

ImportOutcome importPath(const fs::path& path, const ImportSettings& settings, const fs::path& runsFolder) {
    std::error_code ignored;
    if (!fs::exists(path, ignored)) fail(ErrorKind::Io, "{}: is not there", path.string());
    Search search(settings, runsFolder);
    search.visit(path, 0, true);
    if (!search.recognised)
        fail(ErrorKind::Input,
             "{}: holds nothing that can be brought in: no run directory, no bundle, no continual_eval.json, "
             "no "
             "N-TASK/all_results.json of O-LoRA, no results-R-N-TASK.json of TRACE, and it is no CSV matrix",
             path.string());
    return std::move(search.outcome);
}

}  // namespace jumplora
