// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/session.h"

#include "base/error.h"
#include "base/file.h"
#include "session/followed_run.h"
#include "session/jobs.h"
#include "session/local_run_thread.h"
#include "train/run_lock.h"
#include "train/run_state.h"

#include <algorithm>
#include <utility>

namespace jumplora {
namespace {

constexpr int kDrain = 33;    // ms: 30 batches a second
constexpr int kFollow = 150;  // ms between looks into the log of another process
constexpr int kWatch = 1000;  // ms between looks at the index

QString idOf(const std::filesystem::path& directory) {
    return QString::fromStdString(directory.filename().string());
}

ChildCommand childCommand(RunCommand command) {
    switch (command) {
        case RunCommand::Pause:
            return ChildCommand::Pause;
        case RunCommand::Stop:
            return ChildCommand::Stop;
        case RunCommand::StopAfterTask:
            return ChildCommand::StopAfterTask;
        default:
            return ChildCommand::CheckpointNow;
    }
}

std::atomic<bool>& flagOf(RunControl& control, RunCommand command) {
    switch (command) {
        case RunCommand::Pause:
            return control.pause;
        case RunCommand::Stop:
            return control.stop;
        case RunCommand::StopAfterTask:
            return control.stopAfterTask;
        default:
            return control.checkpointNow;
    }
}

QString answerTo(RunCommand command) {
    switch (command) {
        case RunCommand::Pause:
            return Session::tr("Pausing after this step…");
        case RunCommand::Stop:
            return Session::tr("Stopping after this step…");
        case RunCommand::StopAfterTask:
            return Session::tr("Stopping after this task…");
        default:
            return Session::tr("Writing a checkpoint…");
    }
}

// What was asked of a run before it had begun.
QString sayPending(const RunControl& control) {
    if (control.stop) return answerTo(RunCommand::Stop);
    if (control.pause) return answerTo(RunCommand::Pause);
    return control.stopAfterTask ? answerTo(RunCommand::StopAfterTask) : QString();
}

// A child that refused its settings says why in the last line of its output ("error: ...").
QString sayEnd(const ChildEnd& end) {
    const QString log = QString::fromStdString(end.log).trimmed();
    const QString last = log.mid(log.lastIndexOf(QLatin1Char('\n')) + 1);
    const QString mark = QStringLiteral("error: ");
    if (end.signal == 0 && last.startsWith(mark)) return last.mid(mark.size());
    return QString::fromStdString(describe(end));
}

}  // namespace

// One connection that asks whether others have committed.
struct Session::Watch {
    std::unique_ptr<Store> store;
    std::int64_t counter = -1;
    std::atomic<bool> asking{false};
};

Session::Session(Jobs& jobs, SessionPlaces places, QObject* parent)
    : QObject(parent), m_jobs(jobs), m_places(std::move(places)), m_watch(std::make_shared<Watch>()) {
    m_drainTimer.setSingleShot(true);
    m_drainTimer.setInterval(kDrain);
    m_followTimer.setInterval(kFollow);
    m_watchTimer.setInterval(kWatch);
    connect(&m_drainTimer, &QTimer::timeout, this, &Session::drainLocal);
    connect(&m_followTimer, &QTimer::timeout, this, &Session::pollFollowed);
    connect(&m_watchTimer, &QTimer::timeout, this, &Session::watchIndex);
    m_watchTimer.start();
}

Session::~Session() = default;

const RunStatus* Session::status(const QString& runId) const {
    const auto found =
        std::find_if(m_runs.begin(), m_runs.end(), [&](const RunStatus& each) { return each.id == runId; });
    return found == m_runs.end() ? nullptr : &*found;
}

RunStatus& Session::statusOf(const QString& runId) {
    const auto found =
        std::find_if(m_runs.begin(), m_runs.end(), [&](const RunStatus& each) { return each.id == runId; });
    Q_ASSERT(found != m_runs.end());
    return *found;
}

const RunStatus* Session::oldestActive() const {
    const RunStatus* oldest = nullptr;
    for (const RunStatus& run : m_runs) {
        if (!run.isActive()) continue;
        if (run.place == RunPlace::InWindow) return &run;
        if (oldest == nullptr) oldest = &run;
    }
    return oldest;
}

void Session::forget(QString runId) {
    std::erase_if(m_runs, [&](const RunStatus& each) { return each.id == runId && !each.isActive(); });
}

RunStatus& Session::addStatus(const std::filesystem::path& directory, const QString& name, RunPlace place) {
    const QString id = idOf(directory);
    const RunStatus* known = this->status(id);
    RunStatus status;
    status.id = id;
    status.name = known == nullptr ? name : known->name;  // it may have been renamed since it was started
    status.directory = directory;  // before what stood here goes: it may be its folder that was named
    std::erase_if(m_runs, [&](const RunStatus& each) { return each.id == id; });
    status.place = place;
    status.message = tr("Preparing…");
    status.obeys = place != RunPlace::Elsewhere;
    m_runs.push_back(std::move(status));
    return m_runs.back();
}

QString Session::start(const RunSpec& spec, RunPlace place) {
    if (place == RunPlace::InWindow && m_local != nullptr)
        fail(ErrorKind::State, "Another run is on in this window. Add the run to the queue.");
    const RunDirectory directory = createRunDirectory(m_places.runsFolder, spec);
    const RunStatus status = addStatus(directory.path(), QString::fromStdString(spec.name), place);
    if (place == RunPlace::InWindow) {
        startLocal(&spec, status);
    } else {
        writeFileAtomically(directory.specFile(), toJson(spec).dump(2) + "\n");
        startChild(status, {"run", directory.specFile().string(), "--into", directory.path().string()});
    }
    tell(status.id);
    return status.id;
}

QString Session::resume(const std::filesystem::path& directory, RunPlace place) {
    if (place == RunPlace::InWindow && m_local != nullptr)
        fail(ErrorKind::State, "Another run is on in this window. Resume this one as a child process.");
    const RunSpec spec = RunDirectory(directory).readSpec();
    const RunStatus status = addStatus(directory, QString::fromStdString(spec.name), place);
    if (place == RunPlace::InWindow) {
        startLocal(nullptr, status);
        recallPast(status);
    } else {
        startChild(status, {"resume", status.directory.string()});
    }
    takeNames();
    tell(status.id);
    return status.id;
}

void Session::startLocal(const RunSpec* spec, const RunStatus& status) {
    LocalRun::Task task{
        .directory = RunDirectory(status.directory), .prepareWith = {}, .database = m_jobs.database()};
    if (spec != nullptr) task.prepareWith = *spec;
    m_local = std::make_unique<LocalRun>(
        std::move(task),
        [this] {
            QMetaObject::invokeMethod(
                this,
                [this] {
                    if (!m_drainTimer.isActive()) m_drainTimer.start();
                },
                Qt::QueuedConnection);
        },
        [this](const QString& sentence) {
            QMetaObject::invokeMethod(
                this, [this, sentence] { Q_EMIT problem(sentence); }, Qt::QueuedConnection);
        });
}

// What a run that goes on here had said before: its tasks and steps are not told a second time.
void Session::recallPast(const RunStatus& status) {
    m_jobs.compute(
        this,
        [past = status](const Job&) {
            RunStatus told = past;
            for (const Event& event : RunDirectory(told.directory).readEvents()) told.onEvent(event);
            return told;
        },
        [this](const RunStatus& past) {
            const auto found = std::find_if(m_runs.begin(), m_runs.end(),
                                            [&](const RunStatus& each) { return each.id == past.id; });
            if (found == m_runs.end() || !found->tasks.isEmpty()) return;
            found->tasks = past.tasks;
            found->steps = past.steps;
            found->timeLeft = past.timeLeft;
            if (found->task == 0) {
                found->task = past.task;
                found->step = past.step;
                found->globalStep = past.globalStep;
            }
            tell(past.id);
        });
}

void Session::startChild(const RunStatus& status, const std::vector<std::string>& arguments) {
    std::vector<std::string> words = arguments;
    words.insert(words.end(), {"--db", m_jobs.database().string(), "--quiet", "--json"});
    auto process = std::make_unique<ChildRun>(m_places.program, words,
                                              m_places.logsFolder / (status.id.toStdString() + ".log"));
    statusOf(status.id).pid = process->pid();
    m_followed.push_back(
        std::make_shared<FollowedRun>(status.id, RunDirectory(status.directory), std::move(process), true));
    m_followTimer.start();
}

void Session::follow(const std::filesystem::path& directory, qint64 pid) {
    const QString id = idOf(directory);
    const RunStatus* known = status(id);
    if (known != nullptr && known->isActive()) return;
    QString name = id;
    try {
        name = QString::fromStdString(RunDirectory(directory).readSpec().name);
    } catch (const Error&) {
        name = id;  // it goes by its folder
    }
    RunStatus& added = addStatus(directory, name, RunPlace::Elsewhere);
    added.pid = pid;
    added.obeys = ChildRun::isCommandLine(pid);
    // A process is "waiting" until the run's folder says that it has begun; of others only the folder is
    // known.
    if (!added.obeys) {
        added.message.clear();
        added.state = QStringLiteral("running");
    }
    auto process = added.obeys
                       ? std::make_unique<ChildRun>(pid, m_places.logsFolder / (id.toStdString() + ".log"))
                       : nullptr;
    m_followed.push_back(
        std::make_shared<FollowedRun>(id, RunDirectory(added.directory), std::move(process), false));
    m_followTimer.start();
    takeNames();
    tell(id);
}

void Session::tell(const QString& runId) {
    const RunStatus copy = statusOf(runId);
    Q_EMIT runStateChanged(copy);
}

bool Session::command(const QString& runId, RunCommand command) {
    const RunStatus* known = status(runId);
    if (known == nullptr || !known->isActive()) return false;
    bool asked = false;
    if (m_local != nullptr && idOf(m_local->directory().path()) == runId) {
        flagOf(m_local->control(), command) = true;
        asked = true;
    }
    for (const auto& run : m_followed) {
        if (run->id != runId || !run->process) continue;
        // A process that is still loading has no ear for signals and would end.
        if (known->state == QLatin1String("waiting")) {
            run->pending = command;
            asked = true;
        } else {
            asked = run->process->send(childCommand(command));
        }
    }
    if (!asked) return false;
    RunStatus& status = statusOf(runId);
    setState(status, status.state, answerTo(command));
    return true;
}

void Session::moveToChild() {
    if (m_local == nullptr) return;
    m_moveToChild = true;
    command(idOf(m_local->directory().path()), RunCommand::Pause);
}

void Session::deliver(const QString& runId, std::vector<Event> events) {
    if (events.empty()) return;
    RunStatus& status = statusOf(runId);
    const bool asked = status.message == answerTo(RunCommand::CheckpointNow);
    bool written = false;
    for (const Event& event : events) {
        status.onEvent(event);
        written = written || std::holds_alternative<CheckpointWritten>(event.payload);
    }
    if (asked && written) setState(status, status.state, {});
    Q_EMIT runEvents(runId, std::make_shared<const std::vector<Event>>(std::move(events)));
}

void Session::setState(RunStatus& status, const QString& state, const QString& message) {
    status.state = state;
    status.message = message;
    const RunStatus copy = status;
    Q_EMIT runStateChanged(copy);
}

void Session::drainLocal() {
    if (m_local == nullptr) return;
    // Asked first: what it said before it ended is then in the buffer.
    const LocalRun::End* end = m_local->ended();
    const QString id = idOf(m_local->directory().path());
    std::vector<Event> events = m_local->take();
    const bool begun = std::any_of(events.begin(), events.end(), [](const Event& event) {
        return std::holds_alternative<RunStarted>(event.payload) ||
               std::holds_alternative<RunResumed>(event.payload);
    });
    deliver(id, std::move(events));
    if (begun && statusOf(id).state == QLatin1String("waiting"))
        setState(statusOf(id), QStringLiteral("running"), sayPending(m_local->control()));
    // Copies: the run that said it goes away first.
    if (end != nullptr) localEnded(QString(end->state), QString(end->message));
}

void Session::localEnded(const QString& state, const QString& message) {
    const auto directory = m_local->directory().path();
    m_local.reset();
    const bool move = std::exchange(m_moveToChild, false) && state == QLatin1String("paused");
    setState(statusOf(idOf(directory)), state, message);
    Q_EMIT runsChanged();
    if (!move) return;
    try {
        resume(directory, RunPlace::Child);
    } catch (const Error& error) {
        Q_EMIT problem(QString::fromUtf8(error.what()));
    }
}

void Session::pollFollowed() {
    for (const auto& run : std::vector(m_followed)) {
        if (run->looking && !run->looking->finished()) continue;
        if (run->process && !run->end) run->end = run->process->ended();
        const bool waits = statusOf(run->id).state == QLatin1String("waiting");
        // Where the process is unknown, the run's folder alone says whether it is over.
        const bool last = run->end.has_value() || !run->process;
        const bool withState = last || waits;
        run->looking = m_jobs.compute(
            this, [run, withState](const Job&) { return run->look(withState); },
            [this, run, last](FollowedRun::Look look) {
                if (!look.error.isEmpty()) Q_EMIT problem(look.error);
                deliver(run->id, std::move(look.events));
                takeBeginning(*run, look.state);
                const bool ended = run->process || !look.state || look.state->state != "running";
                if (last && ended && look.complete) followedEnded(*run, look.state);
            });
    }
    if (m_followed.empty()) m_followTimer.stop();
}

// A process has begun when it says so in the run's folder; from then on it has an ear for signals.
void Session::takeBeginning(FollowedRun& run, const std::optional<RunState>& stored) {
    RunStatus& status = statusOf(run.id);
    if (status.state != QLatin1String("waiting") || !run.process || !stored || stored->state != "running" ||
        stored->pid != run.process->pid())
        return;
    QString message;
    if (run.pending) {
        const RunCommand command = *std::exchange(run.pending, std::nullopt);
        if (run.process->send(childCommand(command))) message = answerTo(command);
    }
    setState(status, QStringLiteral("running"), message);
}

void Session::followedEnded(const FollowedRun& run, const std::optional<RunState>& stored) {
    QString state = stored ? QString::fromStdString(stored->state) : QStringLiteral("failed");
    QString message = stored ? QString::fromStdString(stored->message) : QString();
    RunStatus& status = statusOf(run.id);
    if (state == QLatin1String("running") || state == QLatin1String("waiting"))
        state = QStringLiteral("lost");
    if (run.end) {
        status.details = QString::fromStdString(run.end->log);
        if (run.isOwn && (state == QLatin1String("lost") || message.isEmpty())) {
            const bool expected = state == QLatin1String("finished") || state == QLatin1String("paused") ||
                                  state == QLatin1String("stopped");
            if (!expected) message = sayEnd(*run.end);
        }
    } else if (!stored) {
        message = tr("The folder of this run is gone.");
    }
    const QString id = run.id;
    std::erase_if(m_followed, [&](const auto& each) { return each->id == id; });
    setState(status, state, message);
    Q_EMIT runsChanged();
}

void Session::watchIndex() {
    if (m_watch->asking.exchange(true)) return;
    const auto watch = m_watch;
    const auto database = m_jobs.database();
    m_jobs.compute(
        this,
        [watch, database](const Job&) {
            std::error_code error;
            bool changed = false;
            try {
                if (!std::filesystem::exists(database, error)) {
                    changed = watch->store != nullptr;
                    watch->store.reset();
                } else {
                    if (!watch->store) {
                        watch->store = std::make_unique<Store>(database, StoreOptions{.readOnly = true});
                        watch->counter = -1;  // counts of different connections say nothing about each other
                    }
                    const std::int64_t counter = watch->store->changeCounter();
                    changed = counter != watch->counter;
                    watch->counter = counter;
                }
            } catch (const Error&) {
                // Locked or damaged: those who read it say so.
                watch->store.reset();
            }
            watch->asking = false;
            return changed;
        },
        [this](bool changed) {
            if (!changed) return;
            followOthers();
            takeNames();
            Q_EMIT runsChanged();
        });
}

// A person may have given a run another name than its settings have: the index knows it.
void Session::takeNames() {
    std::vector<std::string> ids;
    for (const RunStatus& each : m_runs) ids.push_back(each.id.toStdString());
    if (ids.empty()) return;
    const std::int64_t asked = ++m_namesAsked;
    m_jobs.read(
        this,
        [ids](const Store& store) {
            std::vector<std::pair<QString, QString>> names;
            for (const std::string& id : ids) {
                try {
                    names.emplace_back(QString::fromStdString(id),
                                       QString::fromStdString(store.run(id).name));
                } catch (const Error&) {
                    continue;  // not in the index yet, or no longer
                }
            }
            return names;
        },
        [this, asked](const std::vector<std::pair<QString, QString>>& names) {
            // Several readers work side by side: an older answer may come after a newer one.
            if (asked < m_namesTaken) return;
            m_namesTaken = asked;
            for (const auto& [id, name] : names) {
                const RunStatus* known = status(id);
                if (known == nullptr || known->name == name) continue;
                statusOf(id).name = name;
                Q_EMIT runRenamed(id, name);
            }
        },
        [](const QString&) {});  // whoever shows the index says what is wrong with it
}

// Runs that another window or a command line works on.
void Session::followOthers() {
    using Found = std::vector<std::pair<std::filesystem::path, std::int64_t>>;
    m_jobs.read(
        this,
        [](const Store& store) {
            Found found;
            for (const RunRow& row : store.listRuns({.states = {"running"}})) {
                try {
                    // The folder knows better than the index, which may be a moment behind.
                    const RunState state = readState(RunDirectory(row.directory));
                    if (state.state == "running") found.emplace_back(row.directory, state.pid);
                } catch (const Error&) {
                    continue;  // a folder that is gone has nothing to follow
                }
            }
            return found;
        },
        [this](const Found& found) {
            for (const auto& [directory, pid] : found) follow(directory, pid);
        },
        [](const QString&) {});  // whoever shows the index says what is wrong with it
}

}  // namespace jumplora
