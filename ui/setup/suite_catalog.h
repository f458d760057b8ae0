// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "setup/task_facts.h"

#include <QObject>
#include <QString>
#include <filesystem>
#include <memory>
#include <vector>

namespace jumplora {

// A suite of the palette. Facts arrive task by task.
struct CatalogTask {
    TaskInfo info;
    std::shared_ptr<const TaskFacts> facts;  // null while they are being read
};
struct CatalogSuite {
    QString title;
    SuiteName name;
    std::vector<CatalogTask> tasks;
    QString error;     // why it could not be opened; empty when it could
    bool own = false;  // of the user, may be removed
};

// The suites that tasks can be taken from: the built-in one, task files below the data folder, own files.
// Everything is read on worker threads.
class SuiteCatalog : public QObject {
    Q_OBJECT

  public:
    SuiteCatalog(std::shared_ptr<FactsCache> facts, QObject* parent = nullptr);
    ~SuiteCatalog() override;

    // Looks for files that hold tasks (describesTasks) in the data folder, its "orders" and one level below,
    // and in the folder of own tasks, and for rows of suites that come with the program (TRACE) in the data
    // folder and one level below. Suites with the same task names are listed once.
    void refresh(const std::filesystem::path& dataFolder, const std::filesystem::path& ownFolder);
    // What the user opened: a file that holds tasks, or suiteInFolder(). Listed at once, also when it cannot
    // be read.
    void add(const SuiteName& name);
    [[nodiscard]] const std::vector<CatalogSuite>& suites() const { return m_suites; }
    [[nodiscard]] const CatalogSuite* find(const SuiteName& name) const;
    // The first suite that has all of these tasks, the built-in one last.
    [[nodiscard]] const CatalogSuite* suiteWith(const std::vector<std::string>& tasks, bool builtin) const;
    [[nodiscard]] const std::shared_ptr<FactsCache>& facts() const { return m_facts; }
    // Known already; null otherwise. Asks for them.
    std::shared_ptr<const TaskFacts> factsOf(const SuiteName& suite, const std::string& task);

  Q_SIGNALS:
    void suitesChanged();
    void factsArrived(const jumplora::SuiteName& suite, const QString& task);

  private:
    void accept(std::vector<CatalogSuite> suites);
    void readFacts(const SuiteName& suite, const std::string& task);

    std::shared_ptr<FactsCache> m_facts;
    std::vector<CatalogSuite> m_suites;
    std::vector<SuiteName> m_added;
    class QThreadPoolHolder;
    std::unique_ptr<QThreadPoolHolder> m_pool;
};

// Blocking: opens one suite. Never throws; a suite that cannot be opened has an error.
CatalogSuite openCatalogSuite(const SuiteName& name, const QString& title);
// Whether a file's content describes tasks: a task file of the reference, or a suite file.
bool describesTasks(const Json& json);
// The suite whose rows lie in a folder: one that comes with the program, or O-LoRA's layout. Blocking.
std::optional<SuiteName> suiteInFolder(const std::filesystem::path& folder);

}  // namespace jumplora
Q_DECLARE_METATYPE(jumplora::SuiteName)
