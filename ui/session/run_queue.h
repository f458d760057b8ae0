// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "session/run_status.h"
#include "train/run_spec.h"

#include <QObject>
#include <QString>
#include <QStringList>
#include <QTimer>
#include <QUndoStack>
#include <filesystem>
#include <memory>
#include <vector>

namespace jumplora {

class Session;
class Settings;

// Where a queued run may be executed.
enum class QueuePlace { Any, InWindow, Child };

// One queued run. Its settings are frozen: only a new row can have others.
struct QueueRow {
    QString id;    // of the row, never changes
    QString name;  // of the run
    RunSpec spec;
    QString specHash;
    QueuePlace place = QueuePlace::Any;
    bool held = false;
    QString state = QStringLiteral("waiting");  // as RunRow::state
    QString message;
    QString details;
    QString runId;  // empty until it was started
    std::filesystem::path directory;
    qint64 pid = 0;  // of its process while it runs as a child
    QString added;   // ISO 8601, UTC
    QString ended;   // ditto; empty before
    [[nodiscard]] bool isWaiting() const { return state == QLatin1String("waiting") && runId.isEmpty(); }
    [[nodiscard]] bool isRunning() const {
        return state == QLatin1String("running") || (state == QLatin1String("waiting") && !runId.isEmpty());
    }
};

// The queue of runs: kept in a file beside the index, so that it survives closing, and worked off by one
// program at a time. Starts what waits when a place is free. GUI thread only.
class RunQueue : public QObject {
    Q_OBJECT

  public:
    // `file` holds the queue; it is read now and written after every change.
    RunQueue(std::filesystem::path file, Session& session, Settings& settings, QObject* parent = nullptr);
    ~RunQueue() override;

    [[nodiscard]] const std::vector<QueueRow>& rows() const { return m_rows; }
    [[nodiscard]] const QueueRow* row(const QString& id) const;
    [[nodiscard]] const QueueRow* rowOfRun(const QString& runId) const;
    [[nodiscard]] int waiting() const;

    // Appends runs and returns the ids of their rows.
    QStringList enqueue(const std::vector<RunSpec>& specs, QueuePlace place = QueuePlace::Any);
    // Starts a run in the window at once when its place is free, else puts it in front of all that wait.
    // Returns the id of the row.
    QString startNow(const RunSpec& spec);
    // Goes on with a paused, stopped, lost or failed run, in the window if it is free, else as a child.
    // Throws Error when it cannot be started.
    void resume(const std::filesystem::path& directory);
    // The same, with what goes wrong told by problem().
    void tryResume(const std::filesystem::path& directory);

    // What a person does to rows; all of it can be undone (undoStack()).
    void move(const QString& id, int to);
    void remove(const QStringList& ids);  // running ones are asked to stop first
    void setHeld(const QStringList& ids, bool held);
    void rename(const QString& id, const QString& name);
    QStringList duplicate(const QStringList& ids);
    // Goes on where the run stopped when there is something to go on with, else starts the same settings
    // again.
    void retry(const QString& id);
    // True when retry() would go on rather than start anew.
    [[nodiscard]] static bool canResume(const QueueRow& row);
    [[nodiscard]] static bool canResume(const RunStatus& status);

    void holdAll();
    void resumeAll();
    [[nodiscard]] bool continueOnError() const;
    void setContinueOnError(bool on);
    [[nodiscard]] int children() const;  // processes at a time, 0..16
    void setChildren(int count);

    [[nodiscard]] QUndoStack& undoStack() { return m_undo; }
    // A failure keeps what waits from starting until resumeAll().
    [[nodiscard]] bool isBlocked() const { return m_blocked; }
    // False: another window on the same index works the queue off; this one follows it.
    [[nodiscard]] bool isOwner() const { return m_lock >= 0; }
    // Nothing is started while true (the window is closing).
    void setSuspended(bool suspended);

  Q_SIGNALS:
    // Rows were added, removed, moved or changed.
    void changed();
    void rowFailed(const QString& id);
    // The queue itself could not be read or written.
    void problem(const QString& sentence);

  private:
    class Edit;
    void load();
    void save();
    void takeOwnership();
    void reloadIfOthersWrote();
    // As one step of undo: the order of rows, and what a person set in them, from `before` to the present.
    void edited(const QString& text, std::vector<QueueRow> before);
    void restore(const std::vector<QueueRow>& wanted);
    void rowsChanged();
    void schedule();
    void startRow(const QString& id, RunPlace place);
    void takeStatus(const RunStatus& status);
    void takeName(const QString& runId, const QString& name);
    void followRunning();
    void failRow(QueueRow& row, const QString& message, const QString& details);
    [[nodiscard]] int runningChildren() const;
    [[nodiscard]] QueueRow* find(const QString& id);

    std::filesystem::path m_file;
    Session& m_session;
    Settings& m_settings;
    std::vector<QueueRow> m_rows;
    QUndoStack m_undo;
    int m_lock = -1;  // file descriptor; -1: another window works the queue off
    std::filesystem::file_time_type m_written;
    QTimer m_tick;
    bool m_suspended = false;
    bool m_blocked = false;  // a failure stopped the queue
};

}  // namespace jumplora
