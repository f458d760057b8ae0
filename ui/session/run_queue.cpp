// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/run_queue.h"

#include "base/error.h"
#include "base/file.h"
#include "parts/settings.h"
#include "runner/child_run.h"
#include "session/queue_file.h"
#include "session/session.h"
#include "train/run_state.h"

#include <fcntl.h>
#include <unistd.h>

#include <QUndoCommand>
#include <QUuid>
#include <algorithm>
#include <utility>

namespace jumplora {
namespace {

constexpr int kTick = 1000;  // ms between looks at the file and the lock
constexpr int kMostChildren = 16;
constexpr int kDefaultChildren = 1;

QString newId() { return QUuid::createUuid().toString(QUuid::Id128).left(12); }

QString now() { return QString::fromStdString(utcNow()); }

// Finished rows of earlier days leave the queue; the runs stay on Runs.
bool isOld(const QueueRow& row) {
    return row.state == QLatin1String("finished") && row.ended.left(10) != now().left(10);
}

bool holdsRun(const std::filesystem::path& directory) {
    std::error_code error;
    return !directory.empty() && std::filesystem::exists(RunDirectory(directory).runFile(), error);
}

QueueRow makeRow(const RunSpec& spec, QueuePlace place) {
    QueueRow row;
    row.id = newId();
    row.spec = spec;
    row.name = QString::fromStdString(spec.name);
    row.specHash = QString::fromStdString(specHash(spec));
    row.place = place;
    row.added = now();
    return row;
}

}  // namespace

// The order of rows and what a person set in them, before and after. Rows that have started meanwhile keep
// what the run made of them.
class RunQueue::Edit : public QUndoCommand {
  public:
    Edit(RunQueue& queue, const QString& text, std::vector<QueueRow> before, std::vector<QueueRow> after)
        : QUndoCommand(text), m_queue(queue), m_before(std::move(before)), m_after(std::move(after)) {}
    void undo() override { m_queue.restore(m_before); }
    void redo() override {
        if (!std::exchange(m_first, false)) m_queue.restore(m_after);
    }

  private:
    RunQueue& m_queue;
    std::vector<QueueRow> m_before;
    std::vector<QueueRow> m_after;
    bool m_first = true;  // done already when it is put on the stack
};

RunQueue::RunQueue(std::filesystem::path file, Session& session, Settings& settings, QObject* parent)
    : QObject(parent), m_file(std::move(file)), m_session(session), m_settings(settings) {
    takeOwnership();
    load();
    connect(&m_session, &Session::runStateChanged, this, &RunQueue::takeStatus);
    connect(&m_session, &Session::runRenamed, this, &RunQueue::takeName);
    m_tick.setInterval(kTick);
    connect(&m_tick, &QTimer::timeout, this, [this] {
        if (!isOwner()) {
            takeOwnership();
            if (isOwner()) load();
        }
        reloadIfOthersWrote();
        schedule();
    });
    m_tick.start();
}

RunQueue::~RunQueue() {
    if (m_lock >= 0) ::close(m_lock);
}

void RunQueue::takeOwnership() {
    std::error_code ignored;
    std::filesystem::create_directories(m_file.parent_path(), ignored);
    const int descriptor = ::open((m_file.string() + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (descriptor < 0) return;
    struct flock whole {};
    whole.l_type = F_WRLCK;
    whole.l_whence = SEEK_SET;
    // Belongs to the open file: the system gives it back when the program ends, however it ends.
    if (::fcntl(descriptor, F_OFD_SETLK, &whole) == 0) {
        m_lock = descriptor;
    } else {
        ::close(descriptor);
    }
}

void RunQueue::load() {
    std::error_code error;
    if (!std::filesystem::exists(m_file, error)) return;
    m_written = std::filesystem::last_write_time(m_file, error);
    try {
        m_rows = queueFromJson(readJsonFile(m_file), m_file.string());
    } catch (const Error& failure) {
        // Kept for a person to look at; the next change would write over it.
        std::filesystem::rename(m_file, m_file.string() + ".damaged", error);
        const QString sentence =
            tr("%1 The queue begins empty; what was there is in %2.")
                .arg(QString::fromUtf8(failure.what()), QString::fromStdString(m_file.string() + ".damaged"));
        // Queued: nobody listens yet while the queue is being made.
        QMetaObject::invokeMethod(
            this, [this, sentence] { Q_EMIT problem(sentence); }, Qt::QueuedConnection);
        return;
    }
    std::erase_if(m_rows, isOld);
    if (isOwner()) followRunning();
    Q_EMIT changed();
}

void RunQueue::reloadIfOthersWrote() {
    std::error_code error;
    const auto written = std::filesystem::last_write_time(m_file, error);
    if (error || written == m_written) return;
    m_undo.clear();
    load();
}

void RunQueue::save() {
    try {
        writeFileAtomically(m_file, queueToJson(m_rows).dump(1) + "\n");
        std::error_code error;
        m_written = std::filesystem::last_write_time(m_file, error);
    } catch (const Error& failure) {
        Q_EMIT problem(QString::fromUtf8(failure.what()));
    }
}

void RunQueue::rowsChanged() {
    save();
    Q_EMIT changed();
    // Not from within a slot of somebody who is still changing rows.
    QMetaObject::invokeMethod(this, &RunQueue::schedule, Qt::QueuedConnection);
}

// Rows that an earlier window left as running: their process may still be there, or have ended meanwhile.
void RunQueue::followRunning() {
    for (QueueRow& row : m_rows) {
        if (!row.isRunning()) continue;
        const RunStatus* known = m_session.status(row.runId);
        if (known != nullptr && known->isActive()) continue;
        // A process that is still loading has not said yet that it runs.
        if (ChildRun::isCommandLine(row.pid)) {
            row.state = QStringLiteral("running");
            m_session.follow(row.directory, row.pid);
            continue;
        }
        try {
            const RunState state = readState(RunDirectory(row.directory));
            row.state = QString::fromStdString(state.state);
            row.message = QString::fromStdString(state.message);
            if (state.state == "running") m_session.follow(row.directory, state.pid);
            if (state.state == "waiting") row.state = QStringLiteral("lost");
        } catch (const Error&) {
            row.state = QStringLiteral("failed");
            row.message = tr("The folder of this run is gone.");
        }
        row.pid = 0;
    }
    save();
}

const QueueRow* RunQueue::row(const QString& id) const {
    for (const QueueRow& each : m_rows)
        if (each.id == id) return &each;
    return nullptr;
}

QueueRow* RunQueue::find(const QString& id) {
    for (QueueRow& each : m_rows)
        if (each.id == id) return &each;
    return nullptr;
}

const QueueRow* RunQueue::rowOfRun(const QString& runId) const {
    for (const QueueRow& each : m_rows)
        if (!runId.isEmpty() && each.runId == runId) return &each;
    return nullptr;
}

int RunQueue::waiting() const {
    return static_cast<int>(
        std::count_if(m_rows.begin(), m_rows.end(), [](const QueueRow& row) { return row.isWaiting(); }));
}

int RunQueue::runningChildren() const {
    return static_cast<int>(std::count_if(
        m_session.runs().begin(), m_session.runs().end(),
        [](const RunStatus& run) { return run.isActive() && run.place != RunPlace::InWindow; }));
}

void RunQueue::edited(const QString& text, std::vector<QueueRow> before) {
    m_undo.push(new Edit(*this, text, std::move(before), m_rows));
    rowsChanged();
}

void RunQueue::restore(const std::vector<QueueRow>& wanted) {
    std::vector<QueueRow> rows;
    const auto has = [&](const QString& id) {
        return std::any_of(wanted.begin(), wanted.end(), [&](const QueueRow& row) { return row.id == id; });
    };
    for (const QueueRow& old : wanted) {
        QueueRow restored = old;
        if (const QueueRow* present = row(old.id)) {
            restored = *present;
            if (present->isWaiting()) {
                restored.held = old.held;
                restored.name = old.name;
                restored.spec.name = old.spec.name;
            }
        }
        rows.push_back(std::move(restored));
    }
    // What has been started cannot be undone.
    for (const QueueRow& present : m_rows)
        if (!has(present.id) && !present.isWaiting()) rows.push_back(present);
    m_rows = std::move(rows);
    rowsChanged();
}

QStringList RunQueue::enqueue(const std::vector<RunSpec>& specs, QueuePlace place) {
    std::vector<QueueRow> before = m_rows;
    QStringList ids;
    for (const RunSpec& spec : specs) {
        m_rows.push_back(makeRow(spec, place));
        ids += m_rows.back().id;
    }
    edited(tr("add %n runs", nullptr, static_cast<int>(specs.size())), std::move(before));
    return ids;
}

QString RunQueue::startNow(const RunSpec& spec) {
    std::vector<QueueRow> before = m_rows;
    const QueueRow added = makeRow(spec, QueuePlace::Any);
    const auto firstWaiting =
        std::find_if(m_rows.begin(), m_rows.end(), [](const QueueRow& row) { return row.isWaiting(); });
    m_rows.insert(firstWaiting, added);
    if (m_session.hereIsFree() && !m_suspended) startRow(added.id, RunPlace::InWindow);
    edited(tr("start %1").arg(added.name), std::move(before));
    return added.id;
}

void RunQueue::resume(const std::filesystem::path& directory) {
    const QString id = QString::fromStdString(directory.filename().string());
    const RunPlace place = m_session.hereIsFree() ? RunPlace::InWindow : RunPlace::Child;
    if (rowOfRun(id) == nullptr) {
        QueueRow row = makeRow(RunDirectory(directory).readSpec(), QueuePlace::Any);
        row.runId = id;
        row.directory = directory;
        m_rows.insert(m_rows.begin(), row);
    }
    m_session.resume(directory, place);
    rowsChanged();
}

void RunQueue::tryResume(const std::filesystem::path& directory) {
    try {
        resume(directory);
    } catch (const Error& error) {
        Q_EMIT problem(QString::fromUtf8(error.what()));
    }
}

void RunQueue::move(const QString& id, int to) {
    const auto from =
        std::find_if(m_rows.begin(), m_rows.end(), [&](const QueueRow& row) { return row.id == id; });
    if (from == m_rows.end()) return;
    const auto target = std::clamp<std::ptrdiff_t>(to, 0, static_cast<std::ptrdiff_t>(m_rows.size()) - 1);
    if (from - m_rows.begin() == target) return;
    std::vector<QueueRow> before = m_rows;
    const QueueRow moved = *from;
    m_rows.erase(from);
    m_rows.insert(m_rows.begin() + target, moved);
    edited(tr("move %1").arg(moved.name), std::move(before));
}

void RunQueue::remove(const QStringList& ids) {
    std::vector<QueueRow> before = m_rows;
    for (const QString& id : ids) {
        const QueueRow* found = row(id);
        if (found != nullptr && found->isRunning()) m_session.command(found->runId, RunCommand::Stop);
    }
    const auto removed =
        std::erase_if(m_rows, [&](const QueueRow& row) { return ids.contains(row.id) && !row.isRunning(); });
    if (removed > 0) edited(tr("remove %n rows", nullptr, static_cast<int>(removed)), std::move(before));
}

void RunQueue::setHeld(const QStringList& ids, bool held) {
    std::vector<QueueRow> before = m_rows;
    for (const QString& id : ids) {
        QueueRow* found = find(id);
        if (found != nullptr && found->isWaiting()) found->held = held;
    }
    edited(held ? tr("hold") : tr("release"), std::move(before));
}

void RunQueue::rename(const QString& id, const QString& name) {
    QueueRow* found = find(id);
    if (found == nullptr || !found->isWaiting() || name.trimmed().isEmpty() || name == found->name) return;
    std::vector<QueueRow> before = m_rows;
    found->name = name.trimmed();
    found->spec.name = found->name.toStdString();
    edited(tr("rename"), std::move(before));
}

QStringList RunQueue::duplicate(const QStringList& ids) {
    std::vector<QueueRow> before = m_rows;
    QStringList added;
    std::vector<QueueRow> rows;
    for (const QueueRow& each : m_rows) {
        rows.push_back(each);
        if (!ids.contains(each.id)) continue;
        rows.push_back(makeRow(each.spec, each.place));
        rows.back().held = true;
        added += rows.back().id;
    }
    m_rows = std::move(rows);
    if (!added.isEmpty()) edited(tr("duplicate"), std::move(before));
    return added;
}

bool RunQueue::canResume(const QueueRow& row) {
    return !row.isRunning() && row.state != QLatin1String("finished") && holdsRun(row.directory);
}

bool RunQueue::canResume(const RunStatus& status) {
    return !status.isActive() && status.state != QLatin1String("finished") && holdsRun(status.directory);
}

void RunQueue::retry(const QString& id) {
    QueueRow* found = find(id);
    if (found == nullptr || found->isRunning() || found->isWaiting()) return;
    m_blocked = false;
    // A run that has a folder waits for a place like any other and then goes on where it was.
    if (!canResume(*found)) found->directory.clear();
    found->runId.clear();
    found->state = QStringLiteral("waiting");
    found->message.clear();
    found->details.clear();
    found->ended.clear();
    rowsChanged();
}

void RunQueue::holdAll() {
    QStringList ids;
    for (const QueueRow& row : m_rows)
        if (row.isWaiting()) ids += row.id;
    setHeld(ids, true);
}

void RunQueue::resumeAll() {
    m_blocked = false;
    QStringList ids;
    for (const QueueRow& row : m_rows)
        if (row.isWaiting() && row.held) ids += row.id;
    if (ids.isEmpty()) {
        rowsChanged();
    } else {
        setHeld(ids, false);
    }
}

bool RunQueue::continueOnError() const { return m_settings.get<bool>(keys::kContinueOnError, true); }

void RunQueue::setContinueOnError(bool on) {
    m_settings.set(keys::kContinueOnError, on);
    if (on) m_blocked = false;
    rowsChanged();
}

int RunQueue::children() const {
    return std::clamp(m_settings.get<int>(keys::kChildren, kDefaultChildren), 0, kMostChildren);
}

void RunQueue::setChildren(int count) {
    m_settings.set(keys::kChildren, std::clamp(count, 0, kMostChildren));
    rowsChanged();
}

void RunQueue::setSuspended(bool suspended) {
    m_suspended = suspended;
    if (!suspended) schedule();
}

void RunQueue::schedule() {
    if (m_suspended || m_blocked || !isOwner()) return;
    bool hereIsFree = m_session.hereIsFree();
    // A run in the window takes one of the places: more at a time would only slow each other down.
    int freeChildren = children() - runningChildren() - (hereIsFree ? 0 : 1);
    std::vector<std::pair<QString, RunPlace>> starts;
    for (const QueueRow& row : m_rows) {
        if (!row.isWaiting() || row.held) continue;
        if (row.place != QueuePlace::InWindow && freeChildren > 0) {
            --freeChildren;
            starts.emplace_back(row.id, RunPlace::Child);
        } else if (hereIsFree &&
                   (row.place == QueuePlace::InWindow || (row.place == QueuePlace::Any && children() == 0))) {
            hereIsFree = false;
            starts.emplace_back(row.id, RunPlace::InWindow);
        }
    }
    for (const auto& [id, place] : starts) startRow(id, place);
    if (!starts.empty()) {
        save();
        Q_EMIT changed();
    }
}

void RunQueue::startRow(const QString& id, RunPlace place) {
    QueueRow* found = find(id);
    if (found == nullptr) return;
    try {
        const bool goesOn = canResume(*found);
        const QString runId =
            goesOn ? m_session.resume(found->directory, place) : m_session.start(found->spec, place);
        const RunStatus* status = m_session.status(runId);
        found->runId = runId;
        found->directory = status->directory;
        found->pid = status->pid;
        found->message = status->message;
    } catch (const Error& error) {
        failRow(*found, QString::fromUtf8(error.what()), {});
    }
}

void RunQueue::failRow(QueueRow& row, const QString& message, const QString& details) {
    row.state = QStringLiteral("failed");
    row.message = message;
    row.details = details;
    row.ended = now();
    if (!continueOnError()) m_blocked = true;
    Q_EMIT rowFailed(row.id);
}

void RunQueue::takeStatus(const RunStatus& status) {
    for (QueueRow& row : m_rows) {
        if (row.runId != status.id) continue;
        if (row.state == status.state && row.message == status.message && row.pid == status.pid) return;
        row.state = status.state;
        row.message = status.message;
        row.pid = status.isActive() ? status.pid : 0;
        row.details = status.details;
        row.ended = status.isActive() ? QString() : now();
        if (status.state == QLatin1String("failed") || status.state == QLatin1String("lost")) {
            if (!continueOnError()) m_blocked = true;
            Q_EMIT rowFailed(row.id);
        }
        rowsChanged();
        return;
    }
}

// The settings stay frozen, with the name that they were queued with.
void RunQueue::takeName(const QString& runId, const QString& name) {
    for (QueueRow& row : m_rows) {
        if (row.runId != runId || row.name == name) continue;
        row.name = name;
        rowsChanged();
    }
}

}  // namespace jumplora
