// SPDX-License-Identifier: Apache-2.0
#include "store/store_writer.h"

#include "base/error.h"
#include "store/connection.h"
#include "store/importer.h"
#include "store/recorder.h"
#include "store/sql_values.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace jumplora {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kCommitAfter = std::chrono::milliseconds(250);
constexpr auto kRetryAfter = std::chrono::seconds(2);
constexpr std::size_t kCommitRows = 500;
// Beyond this a database that does not answer costs memory; the events stand in events.jsonl anyway.
constexpr std::size_t kQueueLimit = 50000;

bool changesState(const Event& event) {
    return std::holds_alternative<RunStarted>(event.payload) ||
           std::holds_alternative<RunResumed>(event.payload) ||
           std::holds_alternative<RunEnded>(event.payload);
}

// The log of the directory is not what the index has seen: a run began, or took steps back.
bool restartsLog(const Event& event) {
    return std::holds_alternative<RunStarted>(event.payload) ||
           std::holds_alternative<RunResumed>(event.payload);
}

}  // namespace

// Everything above the line is used by the writer's thread only.
struct StoreWriter::State {
    std::filesystem::path database;
    std::filesystem::path directory;
    WarningCallback onWarning;
    StoreOptions options;
    std::optional<Store> store;
    std::int64_t runKey = 0;
    bool inSync = false;
    Clock::time_point nextAttempt = Clock::time_point::min();
    std::string lastWarning;
    // ---
    std::mutex mutex;
    std::condition_variable wake;
    std::condition_variable done;
    std::deque<Event> queue;
    std::uint64_t flushesWanted = 0;
    std::uint64_t flushesDone = 0;
    bool closing = false;
    bool overflow = false;
    std::thread thread;

    void work();
    bool write(std::deque<Event>& batch);
    void synchronise();
    void record(std::deque<Event>& batch);
    void recordPart(std::deque<Event>::const_iterator begin, std::deque<Event>::const_iterator end,
                    bool durable);
    void warn(const std::string& message);
};

void StoreWriter::State::work() {
    std::unique_lock lock(mutex);
    while (true) {
        const bool flushing = flushesWanted != flushesDone;
        if (!closing && !flushing) {
            if (queue.empty())
                wake.wait(lock, [&] { return closing || !queue.empty() || flushesWanted != flushesDone; });
            // Collects what comes within the commit interval, unless something must not wait.
            wake.wait_for(lock, kCommitAfter, [&] {
                return closing || flushesWanted != flushesDone || queue.size() >= kCommitRows ||
                       (!queue.empty() && changesState(queue.back()));
            });
        }
        const bool last = closing;
        const std::uint64_t flushTarget = flushesWanted;
        const bool urgent = last || flushTarget != flushesDone;
        std::deque<Event> batch;
        if (urgent || Clock::now() >= nextAttempt) batch.swap(queue);
        if (overflow) inSync = false;
        overflow = false;
        lock.unlock();
        const bool attempted = urgent || !batch.empty();
        const bool written = attempted && write(batch);
        lock.lock();
        if (attempted && !written) {
            // Given again once the database answers: recording twice changes nothing.
            queue.insert(queue.begin(), std::make_move_iterator(batch.begin()),
                         std::make_move_iterator(batch.end()));
            nextAttempt = Clock::now() + kRetryAfter;
        }
        flushesDone = flushTarget;
        done.notify_all();
        if (last) return;
        if (!written && !closing && flushesWanted == flushesDone)
            wake.wait_until(lock, nextAttempt, [&] { return closing || flushesWanted != flushesDone; });
    }
}

bool StoreWriter::State::write(std::deque<Event>& batch) {
    try {
        if (!inSync) synchronise();
        record(batch);
        lastWarning.clear();
        return true;
    } catch (const std::exception& error) {
        warn(error.what());
        inSync = false;
        store.reset();
        return false;
    }
}

void StoreWriter::State::synchronise() {
    if (!store) store.emplace(database, options);
    const std::string id = Importer(*store).indexRun(directory);
    Connection& connection = store->connection();
    guarded(connection, [&] {
        SQLite::Statement& statement = bound(connection.statement("SELECT key FROM runs WHERE id = ?1"), id);
        statement.executeStep();
        runKey = integerColumn(statement, 0);
        statement.reset();
    });
    inSync = true;
}

void StoreWriter::State::record(std::deque<Event>& batch) {
    auto begin = batch.cbegin();
    for (auto event = batch.cbegin(); event != batch.cend(); ++event) {
        if (!changesState(*event)) continue;
        recordPart(begin, event, false);
        if (restartsLog(*event)) synchronise();
        recordPart(event, event + 1, true);
        begin = event + 1;
    }
    recordPart(begin, batch.cend(), false);
}

void StoreWriter::State::recordPart(std::deque<Event>::const_iterator begin,
                                    std::deque<Event>::const_iterator end, bool durable) {
    if (begin == end) return;
    Connection& connection = store->connection();
    guarded(connection, [&] {
        if (durable) connection.database().exec("PRAGMA synchronous = FULL");
        WriteTransaction transaction(connection);
        Recorder recorder(connection, runKey);
        for (auto event = begin; event != end; ++event) recorder.record(*event);
        recorder.summarise();
        // Read again by the next indexing: only the files tell that nothing is missing.
        execute(connection.statement("UPDATE runs SET source_stamp = '' WHERE key = ?1"), runKey);
        transaction.commit();
        if (durable) connection.database().exec("PRAGMA synchronous = NORMAL");
    });
}

void StoreWriter::State::warn(const std::string& message) {
    // One sentence per trouble, not one per attempt.
    if (message == lastWarning) return;
    lastWarning = message;
    if (onWarning) onWarning("The run goes on, but the list of runs does not follow it for now: " + message);
}

StoreWriter::StoreWriter(std::filesystem::path database, std::filesystem::path runDirectory,
                         WarningCallback onWarning, const StoreOptions& options)
    : m_state(std::make_unique<State>()) {
    m_state->database = std::move(database);
    m_state->directory = std::move(runDirectory);
    m_state->onWarning = std::move(onWarning);
    m_state->options = options;
    m_state->thread = std::thread([state = m_state.get()] { state->work(); });
}

StoreWriter::~StoreWriter() { close(); }

void StoreWriter::onEvent(const Event& event) {
    if (std::holds_alternative<EvaluationProgress>(event.payload)) return;
    {
        const std::lock_guard lock(m_state->mutex);
        if (m_state->closing) return;
        if (m_state->queue.size() >= kQueueLimit) {
            m_state->queue.clear();
            m_state->overflow = true;
        }
        m_state->queue.push_back(event);
    }
    m_state->wake.notify_one();
}

void StoreWriter::flush() {
    std::unique_lock lock(m_state->mutex);
    if (m_state->closing) return;
    const std::uint64_t wanted = ++m_state->flushesWanted;
    m_state->wake.notify_one();
    m_state->done.wait(lock, [&] { return m_state->flushesDone >= wanted; });
}

void StoreWriter::close() {
    {
        const std::lock_guard lock(m_state->mutex);
        m_state->closing = true;
    }
    m_state->wake.notify_one();
    if (m_state->thread.joinable()) m_state->thread.join();
}

}  // namespace jumplora
