// SPDX-License-Identifier: GPL-3.0-or-later
#include "setup/presets.h"

#include <QCoreApplication>
#include <algorithm>
#include <array>

namespace jumplora {
namespace {

QString tr(const char* text) { return QCoreApplication::translate("Presets", text); }

struct KnownOrder {
    const char* name;
    std::vector<std::string> tasks;
};

// The sequences of the Standard CL (1 to 3) and Long Sequence (4 to 6) benchmarks, and TRACE's.
const std::array<KnownOrder, 7>& knownOrders() {
    static const std::array<KnownOrder, 7> kOrders = {{
        {"Order 1", {"dbpedia", "amazon", "yahoo", "agnews"}},
        {"Order 2", {"dbpedia", "amazon", "agnews", "yahoo"}},
        {"Order 3", {"yahoo", "amazon", "agnews", "dbpedia"}},
        {"Order 4",
         {"mnli", "cb", "wic", "copa", "qqp", "boolqa", "rte", "imdb", "yelp", "amazon", "sst-2", "dbpedia",
          "agnews", "multirc", "yahoo"}},
        {"Order 5",
         {"multirc", "boolqa", "wic", "mnli", "cb", "copa", "qqp", "rte", "imdb", "sst-2", "dbpedia",
          "agnews", "yelp", "amazon", "yahoo"}},
        {"Order 6",
         {"yelp", "amazon", "mnli", "cb", "copa", "qqp", "rte", "imdb", "sst-2", "dbpedia", "agnews", "yahoo",
          "multirc", "boolqa", "wic"}},
        {"TRACE",
         {"C-STANCE", "FOMC", "MeetingBank", "Py150", "ScienceQA", "NumGLUE-cm", "NumGLUE-ds", "20Minuten"}},
    }};
    return kOrders;
}

std::vector<Json> rowsOf(const std::vector<std::string>& tasks) {
    std::vector<Json> rows;
    rows.reserve(tasks.size());
    for (const std::string& task : tasks) rows.push_back({{"task", task}});
    return rows;
}

bool has(const CatalogSuite& suite, const std::string& task) {
    return std::any_of(suite.tasks.begin(), suite.tasks.end(),
                       [&](const CatalogTask& entry) { return entry.info.name == task; });
}

}  // namespace

std::vector<Preset> sequencePresets(const SuiteCatalog& catalog, const std::filesystem::path& dataFolder) {
    std::vector<Preset> presets;
    const CatalogSuite* builtin = catalog.find({});
    if (builtin != nullptr) {
        Preset all{tr("All built-in tasks"), {}, {}, {}};
        for (const CatalogTask& task : builtin->tasks) all.rows.push_back({{"task", task.info.name}});
        presets.push_back(all);
        // The published order of the tasks that the built-in suite mirrors.
        for (const KnownOrder& order : knownOrders()) {
            std::vector<std::string> kept;
            std::copy_if(order.tasks.begin(), order.tasks.end(), std::back_inserter(kept),
                         [&](const std::string& task) { return has(*builtin, task); });
            if (kept.empty()) continue;
            const bool whole = kept.size() == order.tasks.size();
            presets.push_back(
                {(whole ? tr("%1, built-in tasks")
                        : tr("%1, its %2 built-in tasks").arg(QStringLiteral("%1")).arg(kept.size()))
                     .arg(QLatin1String(order.name)),
                 {},
                 rowsOf(kept),
                 {}});
        }
    }
    for (const KnownOrder& order : knownOrders()) {
        const CatalogSuite* suite = catalog.suiteWith(order.tasks, false);
        Preset preset{tr("%1, %2 tasks").arg(QLatin1String(order.name)).arg(order.tasks.size()),
                      {},
                      rowsOf(order.tasks),
                      {}};
        if (suite != nullptr) {
            preset.suite = suite->name;
            preset.title = tr("%1, %2").arg(QLatin1String(order.name), suite->title);
        } else {
            preset.missing = tr("Needs tasks %1 and %2 more. Put their task file with its data, or TRACE's "
                                "folder, below %3, drop "
                                "it on the window, or choose another data folder in the settings.")
                                 .arg(QString::fromStdString(order.tasks.front()))
                                 .arg(order.tasks.size() - 1)
                                 .arg(QString::fromStdString(dataFolder.string()));
        }
        presets.push_back(preset);
    }
    return presets;
}

RunSpec builtinExperiment() {
    return parseRunSpec(Json{
        {"name", "first-run"},
        {"suite",
         {{"order",
           {{{"task", "dbpedia"}, {"epochs", 2}}, {{"task", "amazon"}, {"epochs", 2}}, "agnews", "sst-2"}}}},
        {"gate", {{"type", "jumprelu"}}},
        {"method", {{"type", "ella"}, {"lambda", 100}}},
        {"optimizer", {{"lr", 2e-3}}},
        {"evaluation", {{"tasks", "all"}, {"before_training", true}}}});
}

}  // namespace jumplora
