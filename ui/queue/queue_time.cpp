// SPDX-License-Identifier: GPL-3.0-or-later
#include "queue/queue_time.h"

#include "base/error.h"
#include "exchange/number_format.h"
#include "session/jobs.h"
#include "session/measured_times.h"
#include "session/run_queue.h"
#include "session/session.h"
#include "store/run_files.h"

#include <algorithm>

namespace jumplora {
namespace {

constexpr int kRefresh = 1000;  // ms

// An earlier run with these settings; one that has not finished tells the pace of its steps.
std::optional<double> lengthOfEarlier(const std::filesystem::path& database, const RunSpec& spec) {
    std::error_code error;
    if (!std::filesystem::exists(database, error)) return std::nullopt;
    const Store store(database, StoreOptions{.readOnly = true});
    RunFilter same;
    same.groupHash = groupHash(toJson(spec));
    same.archived = std::nullopt;
    std::optional<double> pace;
    for (const RunRow& row : store.listRuns(same)) {
        if (row.activeSeconds <= 0 || row.stepsDone <= 0) continue;
        if (row.state == "finished") return row.activeSeconds;
        if (!pace)
            pace = row.activeSeconds / static_cast<double>(row.stepsDone) *
                   static_cast<double>(row.stepsPlanned);
    }
    return pace;
}

std::optional<double> lengthOfRun(const std::filesystem::path& database, const MeasuredTimes& times,
                                  const RunSpec& spec) {
    try {
        if (const auto seconds = lengthOfEarlier(database, spec)) return seconds;
        const auto measured = times.find(probeKey(spec));
        if (measured != times.end()) return measured->second.result.seconds(planRun(spec));
    } catch (const Error&) {
        // The run says itself what is wrong with it when its turn comes.
        return std::nullopt;
    }
    return std::nullopt;
}

}  // namespace

double secondsUntilAllDone(const std::vector<double>& running, const std::vector<double>& waiting,
                           int places) {
    std::vector<double> busy = running;  // when each place becomes free
    if (busy.size() < static_cast<std::size_t>(std::max(places, 1)))
        busy.resize(static_cast<std::size_t>(std::max(places, 1)), 0.0);
    for (const double seconds : waiting) *std::min_element(busy.begin(), busy.end()) += seconds;
    return *std::max_element(busy.begin(), busy.end());
}

QueueTime::QueueTime(const RunQueue& queue, const Session& session, Jobs& jobs, QObject* parent)
    : QObject(parent), m_queue(queue), m_session(session), m_jobs(jobs) {
    m_later.setSingleShot(true);
    m_later.setInterval(kRefresh);
    connect(&m_later, &QTimer::timeout, this, &QueueTime::changed);
    connect(&session, &Session::runEvents, this, [this] {
        if (!m_later.isActive()) m_later.start();
    });
    connect(&queue, &RunQueue::changed, this, &QueueTime::learn);
    // A run that has ended says how long others of its kind take.
    connect(&session, &Session::runsChanged, this, [this] {
        std::erase_if(m_lengths, [](const auto& each) { return !each.second; });
        learn();
    });
    learn();
}

void QueueTime::learn() {
    std::vector<std::pair<QString, RunSpec>> asked;
    for (const QueueRow& row : m_queue.rows()) {
        const bool ahead = row.isWaiting() || row.isRunning();
        if (ahead && !m_lengths.contains(row.specHash)) asked.emplace_back(row.specHash, row.spec);
    }
    Q_EMIT changed();
    if (asked.empty() || m_learning) return;
    m_learning = true;
    m_jobs.compute(
        this,
        [asked, database = m_jobs.database()](const Job&) {
            std::map<QString, std::optional<double>> lengths;
            const MeasuredTimes times = readMeasuredTimes(measuredTimesFile());
            for (const auto& [hash, spec] : asked) lengths[hash] = lengthOfRun(database, times, spec);
            return lengths;
        },
        [this](const std::map<QString, std::optional<double>>& lengths) {
            m_learning = false;
            for (const auto& [hash, seconds] : lengths) m_lengths[hash] = seconds;
            learn();  // rows that came meanwhile
        });
}

std::optional<double> QueueTime::lengthOf(const QString& specHash) const {
    const auto found = m_lengths.find(specHash);
    return found == m_lengths.end() ? std::nullopt : found->second;
}

QueueTime::Ahead QueueTime::ahead() const {
    Ahead ahead;
    for (const RunStatus& run : m_session.runs()) {
        if (!run.isActive()) continue;
        const QueueRow* row = m_queue.rowOfRun(run.id);
        const auto length = row == nullptr ? std::nullopt : lengthOf(row->specHash);
        if (run.stepsPerSecond > 0) {
            ahead.running.push_back(run.timeLeft.ofRun());
        } else {
            ahead.running.push_back(length.value_or(0));
            ahead.unknown += length ? 0 : 1;
        }
    }
    for (const QueueRow& row : m_queue.rows()) {
        if (!row.isWaiting() || row.held) continue;
        const auto length = lengthOf(row.specHash);
        ahead.waiting.push_back(length.value_or(0));
        ahead.unknown += length ? 0 : 1;
    }
    return ahead;
}

int QueueTime::unknown() const { return ahead().unknown; }

QString QueueTime::text() const {
    const Ahead now = ahead();
    const double seconds = secondsUntilAllDone(now.running, now.waiting, m_queue.children());
    if (seconds <= 0) return {};
    const QString estimate = QString::fromStdString(formatEstimate(seconds));
    return now.unknown == 0 ? tr("all done in %1").arg(estimate)
                            : tr("all done in more than %1").arg(estimate);
}

}  // namespace jumplora
