// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "session/jobs.h"
#include "session/measured_times.h"
#include "setup/spec_document.h"
#include "setup/task_facts.h"

#include <QObject>
#include <QTimer>
#include <filesystem>
#include <functional>
#include <optional>

namespace jumplora {

// What is known about the edited run before it starts.
struct Estimate {
    std::optional<RunPlan> plan;
    std::optional<RunNeeds> needs;
    std::int64_t freeMemory = 0;  // 0: unknown
    std::int64_t freeDisk = 0;
    std::vector<StartReason> reasons;  // found by looking at files
    QStringList warnings;              // do not keep a run from starting
};

// Follows a document and keeps plan, needs and measured times up to date, on worker threads.
class Estimator : public QObject {
    Q_OBJECT

  public:
    // `cache` keeps measured times over sessions; `mayMeasure` says why not now, or nothing.
    Estimator(SpecDocument& document, std::shared_ptr<FactsCache> facts, Jobs& jobs,
              std::filesystem::path cache, std::function<QString()> mayMeasure, QObject* parent = nullptr);
    ~Estimator() override;

    [[nodiscard]] const Estimate& estimate() const { return m_estimate; }
    [[nodiscard]] std::optional<Measured> measured() const;
    [[nodiscard]] bool isMeasuring() const { return m_measuring != nullptr; }
    // Why it cannot be measured now; empty when it can.
    [[nodiscard]] QString obstacle() const;
    void measure();
    void cancelMeasuring();
    // The page is looked at: small models are measured by themselves.
    void setAutomatic(bool on);
    void setFolders(std::filesystem::path runsFolder) { m_runsFolder = std::move(runsFolder); }
    void refreshNow();

  Q_SIGNALS:
    void changed();
    // Why a measurement gave nothing.
    void failed(const QString& sentence);

  private:
    void refresh();
    void take(Estimate estimate);
    [[nodiscard]] std::string key() const;

    SpecDocument& m_document;
    std::shared_ptr<FactsCache> m_facts;
    Jobs& m_jobs;
    std::filesystem::path m_cacheFile;
    std::filesystem::path m_runsFolder;
    std::function<QString()> m_mayMeasure;
    QTimer m_delay;
    QTimer m_measureDelay;
    Estimate m_estimate;
    int m_generation = 0;
    bool m_automatic = false;
    JobHandle m_measuring;
    std::shared_ptr<std::atomic<bool>> m_cancel;
    MeasuredTimes m_measured;
};

}  // namespace jumplora
