// SPDX-License-Identifier: Apache-2.0
#include "train/run_directory.h"

#include "base/error.h"
#include "base/file.h"

#include <chrono>
#include <cstdlib>
#include <ctime>

namespace jumplora {

std::string RunDirectory::adapterName(std::int64_t task) const {
    return fmt::format("adapters/task_{:02}.safetensors", task);
}

std::string RunDirectory::methodStateName(std::int64_t task) const {
    return fmt::format("adapters/task_{:02}.method.safetensors", task);
}

std::string RunDirectory::predictionsName(std::int64_t afterTask, std::int64_t task) const {
    return fmt::format("predictions/after_{:02}_on_{:02}.jsonl", afterTask, task);
}

std::vector<Event> RunDirectory::readEvents() const {
    const std::string content = readFile(eventsFile());
    std::vector<Event> events;
    std::size_t line = 0;
    for (std::size_t begin = 0; begin < content.size();) {
        const std::size_t end = content.find('\n', begin);
        // A line without its end was being written when the process died.
        if (end == std::string::npos) break;
        ++line;
        const std::string where = fmt::format("{}: line {}", eventsFile().string(), line);
        events.push_back(
            eventFromJson(parseJson(std::string_view(content).substr(begin, end - begin), where), where));
        begin = end + 1;
    }
    return events;
}

RunSpec RunDirectory::readSpec() const { return readRunSpec(specFile().string()); }

RunDirectory createRunDirectory(const std::filesystem::path& runsFolder, const RunSpec& spec) {
    makeFolder(runsFolder);
    const std::time_t now = std::time(nullptr);
    std::tm utc{};
    gmtime_r(&now, &utc);
    char stamp[32];
    std::strftime(stamp, sizeof stamp, "%Y%m%d-%H%M%S", &utc);
    const std::string base = fmt::format("{}-{}-{}", spec.name, stamp, specHash(spec).substr(0, 8));
    for (int i = 1; i < 1000; ++i) {
        const auto path = runsFolder / (i == 1 ? base : fmt::format("{}-{}", base, i));
        std::error_code code;
        if (std::filesystem::create_directory(path, code)) return RunDirectory(path);
        if (code)
            fail(ErrorKind::Io, "{}: cannot create the run's folder: {}", path.string(), code.message());
    }
    fail(ErrorKind::State, "{}: too many runs of this name at the same second", runsFolder.string());
}

void writeResult(const RunDirectory& directory, const std::string& specHash,
                 const std::vector<std::string>& tasks) {
    Json cells = Json::array();
    for (const Event& event : directory.readEvents()) {
        const auto* cell = std::get_if<EvaluationCell>(&event.payload);
        if (cell == nullptr) continue;
        cells.push_back({{"after_task", cell->afterTask},
                         {"task", cell->task},
                         {"split", cell->split},
                         {"correct", cell->correct},
                         {"total", cell->total},
                         {"within_options", cell->withinOptions}});
        if (cell->metric != EvaluationCell().metric) cells.back()["metric"] = cell->metric;
        if (cell->score) cells.back()["score"] = *cell->score;
    }
    const Json result = {{"format", "jumplora-result/1"},
                         {"run", directory.path().filename().string()},
                         {"spec_hash", specHash},
                         {"tasks", tasks},
                         {"cells", cells}};
    writeFileAtomically(directory.resultFile(), result.dump(1) + "\n");
}

std::filesystem::path dataFolder() {
    if (const char* folder = std::getenv("XDG_DATA_HOME"); folder != nullptr && folder[0] == '/')
        return std::filesystem::path(folder) / "jumplora";
    if (const char* home = std::getenv("HOME"); home != nullptr && home[0] != '\0')
        return std::filesystem::path(home) / ".local" / "share" / "jumplora";
    fail(ErrorKind::Input, "neither XDG_DATA_HOME nor HOME is set; give the folder of the runs with --runs");
}

}  // namespace jumplora
