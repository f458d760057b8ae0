// SPDX-License-Identifier: GPL-3.0-or-later
#include "runs/run_views.h"

#include <QCoreApplication>
#include <QRegularExpression>

namespace jumplora {
namespace {

QString tr(const char* text) { return QCoreApplication::translate("RunViews", text); }

QString textOf(const Json& json, const char* key) {
    const auto found = json.find(key);
    return found != json.end() && found->is_string() ? QString::fromStdString(found->get<std::string>())
                                                     : QString();
}

bool flag(const Json& json, const char* key, bool fallback) {
    const auto found = json.find(key);
    return found != json.end() && found->is_boolean() ? found->get<bool>() : fallback;
}

QStringList listOf(const Json& json, const char* key) {
    QStringList list;
    const auto found = json.find(key);
    if (found == json.end() || !found->is_array()) return list;
    for (const Json& each : *found)
        if (each.is_string()) list += QString::fromStdString(each.get<std::string>());
    return list;
}

Json listJson(const QStringList& list) {
    Json json = Json::array();
    for (const QString& each : list) json.push_back(each.toStdString());
    return json;
}

}  // namespace

const std::vector<const char*>& usualColumns() {
    static const std::vector<const char*> kColumns = {"state", "name",    "method", "gate",       "sequence",
                                                      "seed",  "oa",      "bwt",    "forgetting", "density",
                                                      "time",  "started", "tags"};
    return kColumns;
}

std::vector<SavedView> builtinViews() {
    SavedView all;
    all.name = tr("All");
    SavedView today = all;
    today.name = tr("Today");
    today.filter = QStringLiteral("started > -1d");
    SavedView failed = all;
    failed.name = tr("Failed");
    failed.filter = QStringLiteral("state in (failed, lost)");
    SavedView archived = all;
    archived.name = tr("Archived");
    archived.archive = true;
    return {all, today, failed, archived};
}

QString keyText(const FilterKey& key) {
    if (key.reducer.isEmpty()) return key.name;
    const QString parameter = key.parameter > 0 ? QStringLiteral("(%1)").arg(key.parameter) : QString();
    return key.name + QLatin1Char('@') + key.reducer + parameter;
}

FilterKey parseKeyText(const QString& text) {
    static const QRegularExpression kPattern(QStringLiteral("^([^@]+)(?:@([a-z]+)(?:\\((\\d+)\\))?)?$"));
    const auto match = kPattern.match(text);
    return {match.captured(1), match.captured(2), match.captured(3).toLongLong()};
}

Json toJson(const SavedView& view) {
    QStringList columns;
    for (const FilterKey& key : view.columns) columns += keyText(key);
    Json sorting = Json::array();
    for (const auto& key : view.sorting)
        sorting.push_back({{"key", keyText(key.key).toStdString()}, {"descending", key.descending}});
    return {{"name", view.name.toStdString()},
            {"filter", view.filter.toStdString()},
            {"grouping", listJson(view.grouping)},
            {"columns", listJson(columns)},
            {"pinned", view.pinned},
            {"hidden", listJson(view.hidden)},
            {"sorting", sorting},
            {"archive", view.archive},
            {"differing", view.differing}};
}

SavedView viewFromJson(const Json& json) {
    SavedView view;
    if (!json.is_object()) return view;
    view.name = textOf(json, "name");
    view.filter = textOf(json, "filter");
    view.grouping = listOf(json, "grouping");
    for (const QString& column : listOf(json, "columns")) view.columns.push_back(parseKeyText(column));
    view.hidden = listOf(json, "hidden");
    view.archive = flag(json, "archive", view.archive);
    view.differing = flag(json, "differing", view.differing);
    if (json.contains("pinned") && json["pinned"].is_number_integer())
        view.pinned = json["pinned"].get<int>();
    if (json.contains("sorting") && json["sorting"].is_array())
        for (const Json& key : json["sorting"])
            if (key.is_object())
                view.sorting.push_back({parseKeyText(textOf(key, "key")), flag(key, "descending", false)});
    return view;
}

}  // namespace jumplora
