// SPDX-License-Identifier: Apache-2.0
#include "exchange/published.h"

#include "analysis/statistics.h"
#include "base/resources.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace jumplora {
namespace {

std::optional<double> percent(const Json& row, const char* key, const std::string& where) {
    if (!row.contains(key) || row[key].is_null()) return std::nullopt;
    return requireNumber(row, key, where) / 100;
}

std::string textOr(const Json& row, const char* key, const std::string& where) {
    return row.contains(key) ? requireString(row, key, where) : std::string();
}

// Which published column a run belongs to: the set of its tasks decides, and a backbone that is not the
// built-in one.
enum class Collection { None, Standard, Long };
Collection collectionOf(const ExportRun& run) {
    static const std::set<std::string> kStandard = {"dbpedia", "amazon", "yahoo", "agnews"};
    static const std::set<std::string> kLong = {"mnli",   "cb",      "wic",    "copa",    "qqp",
                                                "boolqa", "rte",     "imdb",   "yelp",    "amazon",
                                                "sst-2",  "dbpedia", "agnews", "multirc", "yahoo"};
    if (run.row.backbone == "builtin" || run.row.suite == "builtin") return Collection::None;
    const std::set<std::string> tasks(run.row.tasks.begin(), run.row.tasks.end());
    if (tasks.size() != run.row.tasks.size()) return Collection::None;
    return tasks == kStandard ? Collection::Standard : tasks == kLong ? Collection::Long : Collection::None;
}

TableCell overall(const std::vector<ExportRun>& runs, const SeedGroup& group) {
    std::vector<double> values;
    std::string reason;
    for (const std::size_t member : group.runs) {
        const MetricValue value = metricInfos().front().compute(runs[member].matrix, runs[member].references);
        if (value.value) values.push_back(*value.value);
        if (!value.value) reason = value.reason;
    }
    if (values.empty()) return TableCell::notComputable(reason);
    const SeedStatistics statistics = seedStatistics(values);
    return group.runs.size() == 1
               ? TableCell::ofNumber(*statistics.mean)
               : TableCell::ofMean(*statistics.mean, statistics.deviation.value_or(std::nan("")),
                                   static_cast<std::int64_t>(statistics.n));
}

bool same(const std::string& a, const std::string& b) {
    if (a == b) return true;
    char* endA = nullptr;
    char* endB = nullptr;
    const double x = std::strtod(a.c_str(), &endA);
    const double y = std::strtod(b.c_str(), &endB);
    return !a.empty() && !b.empty() && *endA == 0 && *endB == 0 && x == y;
}

std::string shortKey(const std::string& key) {
    return key == "backbone.path" ? "backbone" : key.substr(key.find('.') + 1);
}

// "● lr 0.001, yours 0.002": against the first group of the same method.
std::string differences(const PublishedResult& published, const std::vector<ExportRun>& runs,
                        const std::vector<SeedGroup>& groups) {
    for (const SeedGroup& group : groups) {
        const ExportRun& run = runs[group.runs.front()];
        if (published.key.empty() || run.row.method != published.key) continue;
        std::string text;
        for (const SpecValue& setting : published.settings) {
            const std::string ours = run.specText(setting.key);
            if (same(setting.json, ours)) continue;
            text += fmt::format("{}● {} {}, yours {}", text.empty() ? "" : "; ", shortKey(setting.key),
                                setting.json, ours.empty() ? "unknown" : ours);
        }
        return text.empty() ? "none of those that are known" : text;
    }
    return "";
}

std::string settingsText(const PublishedResult& published) {
    std::string text;
    for (const SpecValue& setting : published.settings)
        if (setting.key != "backbone.path" && setting.key != "optimizer.lr")
            text += fmt::format("{}{} {}", text.empty() ? "" : ", ", shortKey(setting.key), setting.json);
    if (!published.note.empty()) text += (text.empty() ? "" : "; ") + published.note;
    return text;
}

const std::string* settingOf(const PublishedResult& published, const std::string& key) {
    const auto found = std::find_if(published.settings.begin(), published.settings.end(),
                                    [&](const SpecValue& each) { return each.key == key; });
    return found == published.settings.end() ? nullptr : &found->json;
}

TableCell textCell(const std::string& text) {
    return text.empty() ? TableCell::missing() : TableCell::ofText(text);
}

}  // namespace

PublishedResults publishedResults() {
    const auto file = resourceFolder() / "published" / "t5_large.json";
    const std::string where = file.string();
    const Json json = readJsonFile(file);
    PublishedResults results;
    results.about = requireString(json, "about", where);
    const Json& common = requireMember(json, "settings", where);
    for (const Json& row : requireMember(json, "rows", where)) {
        PublishedResult result;
        result.method = requireString(row, "method", where);
        result.key = textOr(row, "key", where);
        result.standard = percent(row, "standard", where);
        result.longOrder = percent(row, "long", where);
        result.source = textOr(row, "source", where);
        result.note = textOr(row, "note", where);
        for (const auto& [key, value] : common.items())
            result.settings.push_back({key, value.get<std::string>()});
        if (row.contains("settings"))
            for (const auto& [key, value] : row["settings"].items())
                result.settings.push_back({key, value.get<std::string>()});
        results.rows.push_back(std::move(result));
    }
    return results;
}

Table publishedTable(const std::vector<ExportRun>& runs, const std::vector<SeedGroup>& groups,
                     const PublishedResults& published) {
    Table table;
    table.title = "Beside published numbers";
    table.comments = provenanceComments(runs, groups);
    table.comments.push_back(published.about);
    table.comments.emplace_back(
        "batch size, number of GPUs and number of seeds of published rows are not known unless stated");
    const char* definition = "overall accuracy: mean over i of a[T][i]";
    table.columns = {{.title = "method"},
                     {"Standard", Quantity::Share, std::string(definition) + "; orders 1 to 3", {}},
                     {"Long", Quantity::Share, std::string(definition) + "; orders 4 to 6", {}},
                     {"other tasks",
                      Quantity::Share,
                      std::string(definition) + "; not comparable with published numbers",
                      {}},
                     {.title = "backbone"},
                     {.title = "lr"},
                     {.title = "batch"},
                     {.title = "seeds"},
                     {.title = "further settings"},
                     {.title = "source"},
                     {.title = "differs from yours"}};
    for (const SeedGroup& group : groups) {
        const ExportRun& run = runs[group.runs.front()];
        const Collection collection = collectionOf(run);
        const TableCell score = overall(runs, group);
        const auto in = [&](Collection wanted) {
            return collection == wanted ? score : TableCell::missing();
        };
        table.addRow({TableCell::ofText("yours: " + group.label), in(Collection::Standard),
                      in(Collection::Long), in(Collection::None), textCell(run.specText("backbone.path")),
                      textCell(run.specText("optimizer.lr")), textCell(run.specText("train.batch_size")),
                      TableCell::ofText(std::to_string(group.runs.size())), textCell("gate " + run.row.gate),
                      TableCell::ofText("this index"), TableCell::missing()});
    }
    for (const PublishedResult& row : published.rows) {
        const auto share = [](const std::optional<double>& value) {
            return value ? TableCell::ofNumber(*value) : TableCell::missing();
        };
        const auto setting = [&](const char* key) {
            const std::string* value = settingOf(row, key);
            return value == nullptr ? TableCell::missing() : TableCell::ofText(*value);
        };
        table.addRow({TableCell::ofText(row.method), share(row.standard), share(row.longOrder),
                      TableCell::missing(), setting("backbone.path"), setting("optimizer.lr"),
                      setting("train.batch_size"), TableCell::missing(), textCell(settingsText(row)),
                      textCell(row.source), textCell(differences(row, runs, groups))});
    }
    return table;
}

}  // namespace jumplora
