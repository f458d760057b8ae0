// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "store/store.h"

#include <QObject>
#include <QPointer>
#include <QString>
#include <QThreadPool>
#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <type_traits>
#include <vector>

namespace jumplora {

// A piece of work on a worker thread. Long work asks cancelled() now and then; a cancelled job delivers
// nothing.
class Job {
  public:
    void cancel() { m_cancelled = true; }
    [[nodiscard]] bool cancelled() const { return m_cancelled; }
    [[nodiscard]] bool finished() const { return m_finished; }

  private:
    friend class Jobs;
    std::atomic<bool> m_cancelled{false};
    std::atomic<bool> m_finished{false};
};
using JobHandle = std::shared_ptr<Job>;
using Failed = std::function<void(const QString& sentence)>;

// Runs functions on worker threads and brings their results to the GUI thread. Methods are called on the GUI
// thread; nothing is delivered once `receiver` is gone. Errors become one sentence for `failed`, or the
// signal problem() where there is none.
class Jobs : public QObject {
    Q_OBJECT

  public:
    explicit Jobs(std::filesystem::path database, QObject* parent = nullptr);
    // Cancels what is waiting and waits for what is running.
    ~Jobs() override;

    // function(const Store&) -> R with a read-only index (an empty one while there is no file), done(R).
    template <typename Function, typename Done>
    JobHandle read(QObject* receiver, Function function, Done done, const Failed& failed = {}) {
        return submit(
            m_readers, receiver,
            [this, function](const JobHandle&) {
                const Borrowed store(*this);
                return function(store.store());
            },
            std::move(done), failed);
    }

    // function(Store&) -> R with an index that may be written; one after another.
    template <typename Function, typename Done>
    JobHandle write(QObject* receiver, Function function, Done done, const Failed& failed = {}) {
        return submit(
            m_writers, receiver,
            [this, function](const JobHandle&) {
                Store store(m_database);
                return function(store);
            },
            std::move(done), failed);
    }

    // function(const Job&) -> R, anything that takes long.
    template <typename Function, typename Done>
    JobHandle compute(QObject* receiver, Function function, Done done, const Failed& failed = {}) {
        return submit(
            m_computers, receiver, [function](const JobHandle& job) { return function(*job); },
            std::move(done), failed);
    }

    [[nodiscard]] const std::filesystem::path& database() const { return m_database; }

  Q_SIGNALS:
    void problem(const QString& sentence);

  private:
    // A reading connection that goes back to the idle ones.
    class Borrowed {
      public:
        explicit Borrowed(Jobs& jobs) : m_jobs(jobs), m_store(jobs.takeStore()) {}
        ~Borrowed() { m_jobs.giveStore(std::move(m_store)); }
        Borrowed(const Borrowed&) = delete;
        Borrowed& operator=(const Borrowed&) = delete;
        [[nodiscard]] const Store& store() const { return *m_store; }

      private:
        Jobs& m_jobs;
        std::unique_ptr<Store> m_store;
    };

    using Deliver = std::function<void()>;

    template <typename Function, typename Done>
    JobHandle submit(QThreadPool& pool, QObject* receiver, Function function, Done done,
                     const Failed& failed) {
        using Result = std::invoke_result_t<Function, const JobHandle&>;
        auto job = std::make_shared<Job>();
        start(pool, job, receiver, failed,
              [function = std::move(function), done = std::move(done), job]() -> Deliver {
                  if constexpr (std::is_void_v<Result>) {
                      function(job);
                      return done;
                  } else {
                      auto result = std::make_shared<Result>(function(job));
                      return [done, result] { done(std::move(*result)); };
                  }
              });
        return job;
    }

    void start(QThreadPool& pool, const JobHandle& job, QObject* receiver, const Failed& failed,
               std::function<Deliver()> work);
    std::unique_ptr<Store> takeStore();
    void giveStore(std::unique_ptr<Store> store);

    std::filesystem::path m_database;
    std::mutex m_mutex;
    std::vector<std::unique_ptr<Store>> m_idle;
    bool m_migrated = false;
    std::atomic<bool> m_closing{false};
    QThreadPool m_readers;
    QThreadPool m_writers;
    QThreadPool m_computers;
};

}  // namespace jumplora
