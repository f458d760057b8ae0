// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "session/run_status.h"
#include "train/run_spec.h"

#include <QObject>
#include <QTimer>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

namespace jumplora {

class Jobs;
class FollowedRun;
class LocalRun;
struct RunState;

struct SessionPlaces {
    std::filesystem::path runsFolder;  // new runs go here
    std::filesystem::path program;     // the command line, for runs in processes of their own
    std::filesystem::path logsFolder;  // what such processes write to their output
};

enum class RunCommand { Pause, Stop, StopAfterTask, CheckpointNow };

// The runs that are being worked on: one on a thread of this program, any number as processes of the command
// line, and those of other programs that someone looks at. GUI thread only; never waits for a run. Ids and
// folders are taken by value where the list of runs changes: they may come out of it.
class Session : public QObject {
    Q_OBJECT

  public:
    Session(Jobs& jobs, SessionPlaces places, QObject* parent = nullptr);
    // Pauses the run in this program and waits for its checkpoint; processes go on.
    ~Session() override;

    // True while no run is on a thread of this program.
    [[nodiscard]] bool hereIsFree() const { return m_local == nullptr; }
    // Starts a run and returns its id at once; what happens to it comes by runStateChanged. Throws
    // Error(State) when the place is taken, Error(Io) when the run's folder cannot be made.
    QString start(const RunSpec& spec, RunPlace place);
    // Goes on with a stored run. Throws Error(State), Error(Io).
    QString resume(const std::filesystem::path& directory, RunPlace place);
    // Takes a run of another process under watch, as after a restart of the window; nothing happens when it
    // is watched already. `pid` 0: unknown.
    void follow(const std::filesystem::path& directory, qint64 pid = 0);
    // Asks a run in this program or a process; takes effect at its next step. False when the run is not
    // there.
    bool command(const QString& runId, RunCommand command);
    // Pauses the run in this program and, once its checkpoint is written, goes on with it in a process.
    void moveToChild();

    // In order of their start; ended ones stay until the next start of the same run, or forget().
    [[nodiscard]] const std::vector<RunStatus>& runs() const { return m_runs; }
    [[nodiscard]] const RunStatus* status(const QString& runId) const;
    [[nodiscard]] const RunStatus* oldestActive() const;  // the one in this program first
    void forget(QString runId);

    [[nodiscard]] const SessionPlaces& places() const { return m_places; }
    // Asks now whether the index has changed, not at the next second.
    void lookAtIndex() { watchIndex(); }
    void setRunsFolder(const std::filesystem::path& folder) { m_places.runsFolder = folder; }

  Q_SIGNALS:
    // At most 30 times a second for a run in this program, 7 times for others.
    void runEvents(const QString& runId, const jumplora::EventBatch& events);
    // Another state or message; not for every step.
    void runStateChanged(const jumplora::RunStatus& status);
    // A run has another name in the index than it was started with.
    void runRenamed(const QString& runId, const QString& name);
    // Runs of the index were added, changed or removed, by whomever. At most once a second.
    void runsChanged();
    // Something went wrong beside a run, such as an index that cannot be written.
    void problem(const QString& sentence);

  private:
    RunStatus& statusOf(const QString& runId);
    RunStatus& addStatus(const std::filesystem::path& directory, const QString& name, RunPlace place);
    void startLocal(const RunSpec* spec, const RunStatus& status);
    void recallPast(const RunStatus& status);
    void startChild(const RunStatus& status, const std::vector<std::string>& arguments);
    void drainLocal();
    void localEnded(const QString& state, const QString& message);
    void deliver(const QString& runId, std::vector<Event> events);
    void setState(RunStatus& status, const QString& state, const QString& message);
    void pollFollowed();
    void takeBeginning(FollowedRun& run, const std::optional<RunState>& stored);
    void followedEnded(const FollowedRun& run, const std::optional<RunState>& stored);
    void watchIndex();
    void followOthers();
    void takeNames();
    void tell(const QString& runId);

    Jobs& m_jobs;
    SessionPlaces m_places;
    std::vector<RunStatus> m_runs;
    std::unique_ptr<LocalRun> m_local;
    std::vector<std::shared_ptr<FollowedRun>> m_followed;
    QTimer m_drainTimer;
    QTimer m_followTimer;
    QTimer m_watchTimer;
    struct Watch;
    std::shared_ptr<Watch> m_watch;
    bool m_moveToChild = false;
    // Askings for names, counted: the newest, and the newest whose answer has come.
    std::int64_t m_namesAsked = 0;
    std::int64_t m_namesTaken = 0;
};

}  // namespace jumplora
