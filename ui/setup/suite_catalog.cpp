// SPDX-License-Identifier: GPL-3.0-or-later
#include "setup/suite_catalog.h"

#include "base/error.h"
#include "base/json.h"
#include "base/resources.h"
#include "data/suite_file.h"

#include <QPointer>
#include <QThreadPool>
#include <QtConcurrent>
#include <algorithm>
#include <set>

namespace jumplora {
namespace {

namespace fs = std::filesystem;

std::set<std::string> namesOf(const CatalogSuite& suite) {
    std::set<std::string> names;
    for (const CatalogTask& task : suite.tasks) names.insert(task.info.name);
    return names;
}

// The two published collections have a name of their own; anything else is called after its file.
QString titleOf(const CatalogSuite& suite) {
    const fs::path file = suite.name.tasks;
    if (namedSuite(suite.name.tasks)) return QString::fromStdString(suite.name.tasks).toUpper();
    constexpr std::size_t kStandard = 4;
    constexpr std::size_t kLong = 15;
    const auto names = namesOf(suite);
    const bool published = names.contains("dbpedia") && names.contains("amazon") && names.contains("yahoo");
    if (published && names.size() == kStandard) return SuiteCatalog::tr("Standard CL");
    if (published && names.size() == kLong) return SuiteCatalog::tr("Long sequence");
    const QString stem = QString::fromStdString(file.stem().string());
    return stem == QLatin1String("tasks") ? QString::fromStdString(file.parent_path().filename().string())
                                          : stem;
}

std::vector<fs::path> taskFiles(const fs::path& folder) {
    std::vector<fs::path> files;
    std::error_code error;
    constexpr std::uintmax_t kLargest = 4U << 20;  // a task file is small, data files are not looked into
    for (fs::directory_iterator entry(folder, fs::directory_options::skip_permission_denied, error), end;
         !error && entry != end; entry.increment(error)) {
        if (entry->is_regular_file(error) && entry->path().extension() == ".json" &&
            entry->file_size(error) <= kLargest)
            files.push_back(entry->path());
        if (entry->is_directory(error) && fs::is_regular_file(entry->path() / "tasks.json", error))
            files.push_back(entry->path() / "tasks.json");
    }
    std::sort(files.begin(), files.end());
    return files;
}

bool holdsTasks(const fs::path& file) {
    try {
        return describesTasks(readJsonFile(file));
    } catch (const Error&) {
        return false;
    }
}

// A suite of the program whose rows lie in this folder.
std::optional<SuiteName> programSuiteIn(const fs::path& folder) {
    std::error_code error;
    for (fs::directory_iterator entry(resourceFolder() / "suites", error), end; !error && entry != end;
         entry.increment(error)) {
        const std::string name = entry->path().stem().string();
        try {
            const auto description = describeSuite(name, folder.string());
            if (description && !description->root.empty()) return SuiteName{name, folder.string()};
        } catch (const Error&) {
            continue;  // not this one
        }
    }
    return std::nullopt;
}

// In the folder itself and one level below.
void addProgramSuites(const fs::path& folder, std::vector<CatalogSuite>& suites) {
    std::vector<fs::path> places = {folder};
    std::error_code error;
    for (fs::directory_iterator entry(folder, fs::directory_options::skip_permission_denied, error), end;
         !error && entry != end; entry.increment(error))
        if (entry->is_directory(error)) places.push_back(entry->path());
    std::sort(places.begin(), places.end());
    for (const fs::path& place : places) {
        const auto name = programSuiteIn(place);
        if (!name) continue;
        suites.push_back(openCatalogSuite(*name, {}));
        suites.back().title = titleOf(suites.back());
    }
}

void addFrom(const fs::path& folder, bool own, std::vector<CatalogSuite>& suites) {
    if (folder.empty()) return;
    for (const fs::path& file : taskFiles(folder)) {
        if (!holdsTasks(file)) continue;
        CatalogSuite suite = openCatalogSuite({file.string(), ""}, {});
        suite.title = titleOf(suite);
        suite.own = own;
        const auto names = namesOf(suite);
        // Six orders of the same tasks are one collection.
        const bool known = std::any_of(suites.begin(), suites.end(), [&](const CatalogSuite& other) {
            return other.name.tasks != "builtin" && namesOf(other) == names;
        });
        if (!known || own) suites.push_back(std::move(suite));
    }
}

std::vector<CatalogSuite> readCatalog(const fs::path& dataFolder, const fs::path& ownFolder,
                                      const std::vector<SuiteName>& added) {
    std::vector<CatalogSuite> suites = {openCatalogSuite({}, SuiteCatalog::tr("Built-in"))};
    addFrom(dataFolder / "orders", false, suites);
    addFrom(dataFolder, false, suites);
    addProgramSuites(dataFolder, suites);
    addFrom(ownFolder, true, suites);
    for (const SuiteName& name : added) {
        CatalogSuite suite = openCatalogSuite(name, {});
        suite.title = titleOf(suite);
        suite.own = true;
        const bool known = std::any_of(suites.begin(), suites.end(),
                                       [&](const CatalogSuite& other) { return other.name == suite.name; });
        if (!known) suites.push_back(std::move(suite));
    }
    return suites;
}

}  // namespace

CatalogSuite openCatalogSuite(const SuiteName& name, const QString& title) {
    CatalogSuite suite;
    suite.name = name;
    suite.title = title;
    try {
        const auto opened = openSuite(name.tasks, name.root);
        for (const TaskInfo& info : opened->tasks()) suite.tasks.push_back({info, nullptr});
    } catch (const Error& error) {
        suite.error = QString::fromUtf8(error.what());
    }
    return suite;
}

bool describesTasks(const Json& json) {
    if (json.is_object() && json.contains("format") && json["format"].is_string())
        return json["format"].get<std::string>().starts_with("jumplora-suite/");
    const Json& list = json.is_object() && json.contains("tasks") ? json["tasks"] : json;
    return list.is_array() && !list.empty() && list.front().is_object() && list.front().contains("task_name");
}

std::optional<SuiteName> suiteInFolder(const fs::path& folder) {
    std::error_code error;
    // A model.
    if (fs::exists(folder / "config.json", error)) return std::nullopt;
    if (auto name = programSuiteIn(folder)) return name;
    try {
        SuiteName name{folder.string(), ""};
        if (!openSuite(name.tasks, name.root)->tasks().empty()) return name;
    } catch (const Error&) {
        return std::nullopt;  // something else
    }
    return std::nullopt;
}

// Ends before the catalog does, so that no worker outlives what it reports to.
class SuiteCatalog::QThreadPoolHolder {
  public:
    QThreadPoolHolder() { pool.setMaxThreadCount(1); }
    QThreadPool pool;
};

SuiteCatalog::SuiteCatalog(std::shared_ptr<FactsCache> facts, QObject* parent)
    : QObject(parent), m_facts(std::move(facts)), m_pool(std::make_unique<QThreadPoolHolder>()) {
    qRegisterMetaType<SuiteName>();
    m_suites = {openCatalogSuite({}, tr("Built-in"))};
    for (const CatalogTask& task : m_suites.front().tasks) readFacts({}, task.info.name);
}

SuiteCatalog::~SuiteCatalog() {
    m_pool->pool.clear();
    m_pool->pool.waitForDone();
}

void SuiteCatalog::refresh(const fs::path& dataFolder, const fs::path& ownFolder) {
    QtConcurrent::run(&m_pool->pool, readCatalog, dataFolder, ownFolder, m_added)
        .then(this, [this](std::vector<CatalogSuite> suites) { accept(std::move(suites)); });
}

void SuiteCatalog::add(const SuiteName& name) {
    m_added.push_back(name);
    CatalogSuite suite = openCatalogSuite(name, {});
    suite.title = titleOf(suite);
    suite.own = true;
    m_facts->forget(suite.name);
    std::vector<CatalogSuite> suites = m_suites;
    std::erase_if(suites, [&](const CatalogSuite& other) { return other.name == suite.name; });
    suites.push_back(std::move(suite));
    accept(std::move(suites));
}

void SuiteCatalog::accept(std::vector<CatalogSuite> suites) {
    for (CatalogSuite& suite : suites)
        for (CatalogTask& task : suite.tasks) {
            const CatalogSuite* before = find(suite.name);
            if (before == nullptr) continue;
            for (const CatalogTask& old : before->tasks)
                if (old.info.name == task.info.name) task.facts = old.facts;
        }
    m_suites = std::move(suites);
    Q_EMIT suitesChanged();
    for (const CatalogSuite& suite : m_suites)
        for (const CatalogTask& task : suite.tasks)
            if (!task.facts) readFacts(suite.name, task.info.name);
}

void SuiteCatalog::readFacts(const SuiteName& suite, const std::string& task) {
    const auto cache = m_facts;
    QtConcurrent::run(&m_pool->pool, [cache, suite, task]() -> std::shared_ptr<const TaskFacts> {
        try {
            return cache->facts(suite, task);
        } catch (const Error& error) {
            auto failed = std::make_shared<TaskFacts>();
            failed->problem = QString::fromUtf8(error.what());
            return failed;
        }
    }).then(this, [this, suite, task](const std::shared_ptr<const TaskFacts>& facts) {
        for (CatalogSuite& each : m_suites) {
            if (each.name != suite) continue;
            for (CatalogTask& entry : each.tasks)
                if (entry.info.name == task) entry.facts = facts;
        }
        Q_EMIT factsArrived(suite, QString::fromStdString(task));
    });
}

const CatalogSuite* SuiteCatalog::find(const SuiteName& name) const {
    const auto found = std::find_if(m_suites.begin(), m_suites.end(),
                                    [&](const CatalogSuite& suite) { return suite.name == name; });
    return found == m_suites.end() ? nullptr : &*found;
}

const CatalogSuite* SuiteCatalog::suiteWith(const std::vector<std::string>& tasks, bool builtin) const {
    for (const CatalogSuite& suite : m_suites) {
        if ((suite.name.tasks == "builtin") != builtin) continue;
        const auto names = namesOf(suite);
        if (std::all_of(tasks.begin(), tasks.end(),
                        [&](const std::string& task) { return names.contains(task); }))
            return &suite;
    }
    return nullptr;
}

std::shared_ptr<const TaskFacts> SuiteCatalog::factsOf(const SuiteName& suite, const std::string& task) {
    if (const CatalogSuite* known = find(suite))
        for (const CatalogTask& entry : known->tasks)
            if (entry.info.name == task) return entry.facts;
    return nullptr;
}

}  // namespace jumplora
