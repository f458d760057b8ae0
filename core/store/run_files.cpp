// SPDX-License-Identifier: Apache-2.0
#include "store/run_files.h"

#include "base/error.h"
#include "base/file.h"
#include "train/run_directory.h"

#include <algorithm>
#include <array>

namespace jumplora {
namespace {

// Raised when a newer program reads more from the same files: everything is then read once more.
constexpr int kReaderVersion = 3;
constexpr const char* kFormat = "jumplora-run/1";

std::string dumped(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

std::string textOr(const Json& object, const char* key, const std::string& where) {
    const auto found = object.find(key);
    if (found == object.end() || found->is_null()) return {};
    return requireString(object, key, where);
}

std::int64_t integerOr(const Json& object, const char* key, const std::string& where) {
    const auto found = object.find(key);
    if (found == object.end() || found->is_null()) return 0;
    return requireInteger(object, key, where);
}

void requireObject(const Json& json, const std::string& where) {
    if (!json.is_object())
        fail(ErrorKind::Format, "{}: found {}, expected an object", where, describeType(json));
}

// Text at a dotted path of a spec, "" where there is none: a spec of another version is still indexed.
std::string specText(const Json& spec, const char* section, const char* key) {
    const auto part = spec.find(section);
    if (part == spec.end() || !part->is_object()) return {};
    const auto value = part->find(key);
    return value != part->end() && value->is_string() ? value->get<std::string>() : std::string{};
}

void readRunJson(const std::filesystem::path& file, RunFiles& files) {
    const std::string where = file.string();
    const Json json = readJsonFile(file);
    requireObject(json, where);
    const std::string format = requireString(json, "format", where);
    if (format != kFormat)
        fail(ErrorKind::Format, "{}: format \"{}\" is not known; this program reads \"{}\"", where, format,
             kFormat);
    RunRow& row = files.row;
    row.id = requireString(json, "id", where);
    if (row.id.empty() || row.id.size() > 255)
        fail(ErrorKind::Format, "{}: \"id\" has {} characters, expected 1 to 255", where, row.id.size());
    row.name = textOr(json, "name", where);
    row.created = textOr(json, "created", where);
    row.specHash = textOr(json, "spec_hash", where);
    if (const auto lineage = json.find("lineage"); lineage != json.end() && !lineage->is_null()) {
        requireObject(*lineage, where + ", \"lineage\"");
        row.lineageParent = textOr(*lineage, "parent", where);
        row.lineageAfterTask = integerOr(*lineage, "after_task", where);
        row.lineageKind = textOr(*lineage, "kind", where);
    }
    const auto provenance = json.find("provenance");
    files.provenance = provenance == json.end() ? "{}" : dumped(*provenance);
}

void readSpecJson(const std::filesystem::path& file, RunFiles& files) {
    const Json json = readJsonFile(file);
    requireObject(json, file.string());
    RunRow& row = files.row;
    if (const auto seed = json.find("seed"); seed != json.end() && seed->is_number_integer())
        row.seed = seed->is_number_unsigned() ? seed->get<std::uint64_t>()
                                              : static_cast<std::uint64_t>(seed->get<std::int64_t>());
    row.method = specText(json, "method", "type");
    row.gate = specText(json, "gate", "type");
    row.backbone = specText(json, "backbone", "path");
    row.suite = specText(json, "suite", "tasks");
    row.groupHash = groupHash(json);
    files.spec = flattenSpec(json);
}

// A directory without state.json was copied from elsewhere or made by another program: its events tell.
void stateFromEvents(RunFiles& files) {
    files.row.state = files.events.empty() ? "waiting" : "lost";
    for (const Event& event : files.events)
        if (const auto* ended = std::get_if<RunEnded>(&event.payload)) {
            files.row.state = ended->state;
            files.row.message = ended->message;
        } else if (std::holds_alternative<RunResumed>(event.payload)) {
            files.row.state = "lost";
            files.row.message.clear();
        }
}

void readStateJson(const std::filesystem::path& file, RunFiles& files) {
    const std::string where = file.string();
    const Json json = readJsonFile(file);
    requireObject(json, where);
    constexpr std::array<const char*, 7> kStates = {"waiting", "running", "paused", "finished",
                                                    "stopped", "failed",  "lost"};
    files.row.state = requireString(json, "state", where);
    if (std::find(kStates.begin(), kStates.end(), files.row.state) == kStates.end())
        fail(ErrorKind::Format, "{}: \"{}\" is no state of a run", where, files.row.state);
    files.row.message = textOr(json, "message", where);
    files.row.updated = textOr(json, "updated", where);
    files.pid = integerOr(json, "pid", where);
}

void flattenInto(const Json& json, const std::string& path, std::vector<SpecValue>& values) {
    if (!json.is_object() || json.empty()) {
        values.push_back({path, dumped(json)});
        return;
    }
    for (const auto& [key, value] : json.items())
        flattenInto(value, path.empty() ? key : path + "." + key, values);
}

// Keys sorted at every level: equal content, equal text.
std::string canonical(const Json& json) { return dumped(Json(nlohmann::json(json))); }

}  // namespace

RunFiles readRunFiles(const std::filesystem::path& directory) {
    const RunDirectory run(directory);
    RunFiles files;
    readRunJson(run.runFile(), files);
    files.row.directory = directory.string();
    readSpecJson(run.specFile(), files);
    std::error_code ignored;
    if (std::filesystem::exists(run.eventsFile(), ignored)) files.events = run.readEvents();
    if (std::filesystem::exists(run.stateFile(), ignored))
        readStateJson(run.stateFile(), files);
    else
        stateFromEvents(files);
    files.labels = readLabels(directory);
    return files;
}

std::string sourceStamp(const std::filesystem::path& directory) {
    const RunDirectory run(directory);
    std::string text = std::to_string(kReaderVersion);
    for (const auto& file :
         {run.runFile(), run.specFile(), run.stateFile(), run.eventsFile(), labelsFile(directory)}) {
        std::error_code error;
        const auto size = std::filesystem::file_size(file, error);
        const auto time = std::filesystem::last_write_time(file, error);
        text +=
            error ? " -" : " " + std::to_string(size) + ":" + std::to_string(time.time_since_epoch().count());
    }
    return contentHash(text);
}

std::string groupHash(const Json& spec) {
    Json rest = spec;
    rest.erase("name");
    rest.erase("seed");
    return contentHash(canonical(rest));
}

std::vector<SpecValue> flattenSpec(const Json& spec) {
    std::vector<SpecValue> values;
    flattenInto(spec, "", values);
    return values;
}

}  // namespace jumplora
