// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/queue_file.h"

#include "base/error.h"

#include <array>

namespace jumplora {
namespace {

constexpr std::array<const char*, 3> kPlaces = {"any", "window", "child"};

QueuePlace placeOf(const std::string& name) {
    for (std::size_t i = 0; i < kPlaces.size(); ++i)
        if (name == kPlaces[i]) return static_cast<QueuePlace>(i);
    return QueuePlace::Any;
}

Json rowToJson(const QueueRow& row) {
    return {{"id", row.id.toStdString()},
            {"name", row.name.toStdString()},
            {"state", row.state.toStdString()},
            {"held", row.held},
            {"place", kPlaces[static_cast<std::size_t>(row.place)]},
            {"message", row.message.toStdString()},
            {"details", row.details.toStdString()},
            {"run", row.runId.toStdString()},
            {"directory", row.directory.string()},
            {"pid", row.pid},
            {"added", row.added.toStdString()},
            {"ended", row.ended.toStdString()},
            {"spec", toJson(row.spec)}};
}

QueueRow rowFromJson(const Json& json, const std::string& where) {
    const auto text = [&](const char* key) {
        return QString::fromStdString(requireString(json, key, where));
    };
    QueueRow row;
    row.id = text("id");
    row.state = text("state");
    row.held = requireMember(json, "held", where) == Json(true);
    row.place = placeOf(requireString(json, "place", where));
    row.message = text("message");
    row.details = text("details");
    row.runId = text("run");
    row.directory = requireString(json, "directory", where);
    row.pid = requireInteger(json, "pid", where);
    row.added = text("added");
    row.ended = text("ended");
    const Json& spec = requireMember(json, "spec", where);
    try {
        row.spec = parseRunSpec(spec);
        row.specHash = QString::fromStdString(specHash(row.spec));
    } catch (const Error& error) {
        if (spec.is_object() && spec.contains("name") && spec["name"].is_string())
            row.spec.name = spec["name"].get<std::string>();
        row.state = QStringLiteral("failed");
        row.message = QString::fromUtf8(error.what());
    }
    // Files of earlier versions have no name beside that of the settings.
    row.name = json.contains("name") ? text("name") : QString::fromStdString(row.spec.name);
    return row;
}

}  // namespace

Json queueToJson(const std::vector<QueueRow>& rows) {
    Json list = Json::array();
    for (const QueueRow& row : rows) list.push_back(rowToJson(row));
    return {{"format", "jumplora-queue/1"}, {"rows", list}};
}

std::vector<QueueRow> queueFromJson(const Json& json, const std::string& where) {
    if (requireString(json, "format", where) != "jumplora-queue/1")
        fail(ErrorKind::Format, "{}: is no queue of this version", where);
    std::vector<QueueRow> rows;
    const Json& list = requireMember(json, "rows", where);
    if (!list.is_array()) fail(ErrorKind::Format, "{}: \"rows\" is {}", where, describeType(list));
    rows.reserve(list.size());
    for (const Json& each : list) rows.push_back(rowFromJson(each, where));
    return rows;
}

}  // namespace jumplora
