// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "session/run_status.h"
#include "train/run_spec.h"

#include <QObject>
#include <QString>
#include <QStringList>
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

    // What a person does to rows; all of it can be undone (undoStack()).
    void move(const QString& id, int to);
    void remove(const QStringList& ids);  // running ones are asked to stop first
    void setHeld(const QStringList& ids, bool held);
    void rename(const QString& id, const QString& name);
    QStringList duplicate(const QStringList& ids);
    // The same settings again, as a new row (a failed run), or going on where the run stopped.
    void retry(const QString& id);

    void holdAll();
    void resumeAll();
    [[nodiscard]] bool continueOnError() const;
    void setContinueOnError(bool on);
    [[nodiscard]] int children() const;  // processes at a time, 0..16
    void setChildren(int count);

    [[nodiscard]] QUndoStack& undoStack() { return m_undo; }
    // False: another window on the same index works the queue off; this one follows it.
    [[nodiscard]] bool isOwner() const;
    // Nothing is started while true (the window is closing).
    void setSuspended(bool suspended);

  Q_SIGNALS:
    // Rows were added, removed, moved or changed.
    void changed();
    void rowFailed(const QString& id);

  private:
    class Edit;
    struct Owner;
    void load();
    void save();
    void edit(const QString& text, std::vector<QueueRow> rows);
    void apply(std::vector<QueueRow> rows);
    void schedule();
    bool startRow(QueueRow& row, RunPlace place);
    void takeStatus(const RunStatus& status);
    void followRunning();
    [[nodiscard]] QueueRow makeRow(const RunSpec& spec, QueuePlace place) const;
    [[nodiscard]] int indexOf(const QString& id) const;

    std::filesystem::path m_file;
    Session& m_session;
    Settings& m_settings;
    std::vector<QueueRow> m_rows;
    QUndoStack m_undo;
    std::unique_ptr<Owner> m_owner;
    bool m_suspended = false;
    bool m_blocked = false;  // a failure stopped the queue
};

}  // namespace jumplora
