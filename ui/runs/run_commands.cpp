// SPDX-License-Identifier: GPL-3.0-or-later
#include "runs/run_commands.h"

#include "base/error.h"
#include "exchange/number_format.h"
#include "runs/bring_in_dialog.h"
#include "runs/take_out_dialog.h"
#include "store/importer.h"
#include "train/run_directory.h"

#include <QDesktopServices>
#include <QFileInfo>
#include <QInputDialog>
#include <QMessageBox>
#include <QUndoCommand>
#include <QUrl>
#include <algorithm>
#include <filesystem>
#include <memory>
#include <set>
#include <utility>

namespace jumplora {
namespace {

// A change of the index that can be taken back. Both directions run on the writing worker; `done` follows
// each.
class StoreCommand : public QUndoCommand {
  public:
    using Change = std::function<void(Store&)>;
    StoreCommand(const QString& text, Jobs& jobs, QObject* receiver, Change redo, Change undo,
                 std::function<void()> done)
        : QUndoCommand(text),
          m_jobs(jobs),
          m_receiver(receiver),
          m_redo(std::move(redo)),
          m_undo(std::move(undo)),
          m_done(std::move(done)) {}
    void redo() override { m_jobs.write(m_receiver, m_redo, m_done); }
    void undo() override { m_jobs.write(m_receiver, m_undo, m_done); }

  private:
    Jobs& m_jobs;
    QObject* m_receiver;
    Change m_redo;
    Change m_undo;
    std::function<void()> m_done;
};

}  // namespace

RunCommands::RunCommands(WindowContext& context, Chosen chosen, QWidget* window)
    : QObject(window), m_context(context), m_chosen(std::move(chosen)), m_window(window) {}

void RunCommands::tell(Notice::Kind kind, const QString& sentence, const QString& actionText,
                       std::function<void()> action, int seconds) {
    Notice message;
    message.kind = kind;
    message.sentence = sentence;
    message.actionText = actionText;
    message.action = std::move(action);
    message.seconds = seconds;
    message.id = QStringLiteral("runs");
    Q_EMIT notice(message);
}

void RunCommands::edit(const QString& text, std::function<void(Store&)> redo,
                       std::function<void(Store&)> undo) {
    // Told once it is written: what fails is told instead, by the jobs.
    const auto done = [this, text, told = std::make_shared<bool>(false)] {
        m_context.session.lookAtIndex();
        Q_EMIT changed();
        if (std::exchange(*told, true)) return;
        constexpr int kSeconds = 10;
        tell(
            Notice::Kind::Info, text + QLatin1Char('.'), tr("Undo"), [this] { m_undo.undo(); }, kSeconds);
    };
    m_undo.push(new StoreCommand(text, m_context.jobs, this, std::move(redo), std::move(undo), done));
}

void RunCommands::archive(bool archived) {
    std::vector<std::string> ids;
    for (const RunRow* row : m_chosen()) ids.push_back(row->id);
    if (ids.empty()) return;
    const auto set = [ids](bool value) {
        return [ids, value](Store& store) {
            for (const std::string& id : ids) store.setArchived(id, value);
        };
    };
    const int count = static_cast<int>(ids.size());
    edit(archived ? tr("Archived %n runs", nullptr, count)
                  : tr("Took %n runs back from the archive", nullptr, count),
         set(archived), set(!archived));
    Q_EMIT leftTable();
}

void RunCommands::tag() {
    const std::vector<const RunRow*> rows = m_chosen();
    if (rows.empty()) {
        tell(Notice::Kind::Info, tr("Select or mark runs first."), {}, {}, 5);
        return;
    }
    // Tags that all of them have are proposed; what is removed from the list is taken away.
    std::set<std::string> common(rows.front()->tags.begin(), rows.front()->tags.end());
    for (const RunRow* row : rows) {
        std::set<std::string> both;
        for (const std::string& each : row->tags)
            if (common.contains(each)) both.insert(each);
        common = both;
    }
    QStringList before;
    for (const std::string& each : common) before += QString::fromStdString(each);
    bool accepted = false;
    const QString text = QInputDialog::getText(
        m_window, tr("Tags"),
        tr("Tags of %n runs, with commas between", nullptr, static_cast<int>(rows.size())), QLineEdit::Normal,
        before.join(QStringLiteral(", ")), &accepted);
    if (!accepted) return;
    QStringList after;
    for (const QString& each : text.split(QLatin1Char(','), Qt::SkipEmptyParts))
        if (!each.trimmed().isEmpty()) after += each.trimmed();
    QStringList ids;
    for (const RunRow* row : rows) ids += QString::fromStdString(row->id);
    QStringList add;
    QStringList remove;
    for (const QString& each : after)
        if (!before.contains(each)) add += each;
    for (const QString& each : before)
        if (!after.contains(each)) remove += each;
    setTags(ids, add, remove);
}

void RunCommands::setTags(const QStringList& ids, const QStringList& add, const QStringList& remove) {
    if (add.isEmpty() && remove.isEmpty()) return;
    const auto change = [ids](const QStringList& added, const QStringList& removed) {
        return [ids, added, removed](Store& store) {
            for (const QString& id : ids) {
                for (const QString& each : added) store.addTag(id.toStdString(), each.toStdString());
                for (const QString& each : removed) store.removeTag(id.toStdString(), each.toStdString());
            }
        };
    };
    edit(add.isEmpty() ? tr("Removed tag %1").arg(remove.join(QStringLiteral(", ")))
                       : tr("Tagged %1").arg(add.join(QStringLiteral(", "))),
         change(add, remove), change(remove, add));
}

void RunCommands::setNote(const QString& id, const QString& before, const QString& after) {
    const auto set = [id](const QString& text) {
        return [id, text](Store& store) { store.setNote(id.toStdString(), text.toStdString()); };
    };
    m_undo.push(new StoreCommand(tr("Note"), m_context.jobs, this, set(after), set(before),
                                 [this] { Q_EMIT changed(); }));
}

void RunCommands::rename(const QString& id, const QString& before, const QString& after) {
    const auto set = [id](const QString& name) {
        return [id, name](Store& store) { store.setName(id.toStdString(), name.toStdString()); };
    };
    edit(tr("Renamed %1 to %2").arg(before, after), set(after), set(before));
}

void RunCommands::deleteFiles() {
    const std::vector<const RunRow*> rows = m_chosen();
    if (rows.empty()) return;
    std::int64_t bytes = 0;
    std::vector<std::string> ids;
    for (const RunRow* row : rows) {
        ids.push_back(row->id);
        std::error_code error;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(row->directory, error))
            if (entry.is_regular_file(error)) bytes += static_cast<std::int64_t>(entry.file_size(error));
    }
    const QString size = QString::fromStdString(formatNumber(static_cast<double>(bytes), Quantity::Bytes));
    const QString folder = QString::fromStdString(rows.front()->directory);
    // One of the few questions: deleted files do not come back.
    const auto answer = QMessageBox::warning(
        m_window, tr("Delete files"),
        rows.size() == 1 ? tr("Delete %1 with %2? This cannot be undone.").arg(folder, size)
                         : tr("Delete %1 and %n more folders with %2? This cannot be undone.", nullptr,
                              static_cast<int>(rows.size()) - 1)
                               .arg(folder, size),
        QMessageBox::Yes | QMessageBox::Cancel, QMessageBox::Cancel);
    if (answer != QMessageBox::Yes) return;
    m_context.jobs.write(
        this,
        [ids](Store& store) {
            for (const std::string& id : ids) store.deleteRunWithFiles(id);
        },
        [this] { Q_EMIT changed(); },
        [this](const QString& sentence) {
            tell(Notice::Kind::Error, sentence);
            Q_EMIT changed();
        });
}

void RunCommands::duplicate() {
    const std::vector<const RunRow*> rows = m_chosen();
    if (rows.empty()) return;
    const RunRow row = *rows.front();
    m_context.jobs.compute(
        this, [row](const Job&) { return toJson(RunDirectory(row.directory).readSpec()); },
        [this, row](const Json& spec) {
            PageRequest request;
            request.spec = spec;
            request.origin = QString::fromStdString(row.name);
            m_context.navigator.showPage(QStringLiteral("setupPage"), request);
        },
        [this](const QString& sentence) { tell(Notice::Kind::Error, sentence); });
}

void RunCommands::rerun(bool otherSeeds) {
    const std::vector<const RunRow*> rows = m_chosen();
    if (rows.empty()) return;
    std::vector<std::uint64_t> seeds;
    if (otherSeeds) {
        bool accepted = false;
        const QString text =
            QInputDialog::getText(m_window, tr("Other seeds"), tr("Seeds, with commas between"),
                                  QLineEdit::Normal, QStringLiteral("2, 3"), &accepted);
        if (!accepted) return;
        for (const QString& each : text.split(QLatin1Char(','), Qt::SkipEmptyParts)) {
            bool ok = false;
            const std::uint64_t seed = each.trimmed().toULongLong(&ok);
            if (!ok) {
                tell(Notice::Kind::Warning, tr("\"%1\" is no seed.").arg(each.trimmed()));
                return;
            }
            seeds.push_back(seed);
        }
    }
    std::vector<std::filesystem::path> folders;
    folders.reserve(rows.size());
    for (const RunRow* row : rows) folders.emplace_back(row->directory);
    m_context.jobs.compute(
        this,
        [folders, seeds](const Job&) {
            std::vector<RunSpec> specs;
            for (const auto& folder : folders) {
                RunSpec spec = RunDirectory(folder).readSpec();
                if (seeds.empty()) specs.push_back(spec);
                for (const std::uint64_t seed : seeds) {
                    specs.push_back(spec);
                    specs.back().seed = seed;
                    specs.back().name += "-s" + std::to_string(seed);
                }
            }
            return specs;
        },
        [this](const std::vector<RunSpec>& specs) {
            m_context.queue.enqueue(specs);
            tell(
                Notice::Kind::Info, tr("%n runs are in the queue.", nullptr, static_cast<int>(specs.size())),
                tr("Show queue"), [this] { m_context.navigator.showPage(QStringLiteral("queuePage")); }, 10);
        },
        [this](const QString& sentence) { tell(Notice::Kind::Error, sentence); });
}

void RunCommands::import(const QString& path) {
    auto* dialog = new BringInDialog(m_context.theme, m_window);
    dialog->setPath(path);
    connect(dialog, &BringInDialog::chosen, this, &RunCommands::bringIn);
    dialog->show();
}

void RunCommands::bringIn(const QString& path, const ImportSettings& settings) {
    const auto folder = m_context.session.places().runsFolder;
    m_context.jobs.write(
        this,
        [path = path.toStdString(), settings, folder](Store& store) {
            ImportOutcome outcome = importPath(path, settings, folder);
            const IndexReport report = Importer(store).indexFolder(folder);
            outcome.problems.insert(outcome.problems.end(), report.problems.begin(), report.problems.end());
            return outcome;
        },
        [this](const ImportOutcome& outcome) {
            const auto fresh = std::count_if(outcome.runs.begin(), outcome.runs.end(),
                                             [](const ImportedRun& run) { return run.isNew; });
            QString sentence = tr("%n runs found", nullptr, static_cast<int>(outcome.runs.size())) +
                               tr(", %n imported.", nullptr, static_cast<int>(fresh));
            if (!outcome.problems.empty())
                sentence += QLatin1Char(' ') + QString::fromStdString(outcome.problems.front());
            tell(outcome.problems.empty() ? Notice::Kind::Info : Notice::Kind::Warning, sentence, {}, {},
                 outcome.problems.empty() ? 8 : 0);
            Q_EMIT changed();
        },
        [this](const QString& sentence) { tell(Notice::Kind::Error, sentence); });
}

void RunCommands::takeOut() {
    const std::vector<const RunRow*> rows = m_chosen();
    if (rows.empty()) {
        tell(Notice::Kind::Info, tr("Select a run first."), {}, {}, 5);
        return;
    }
    auto* dialog = new TakeOutDialog(*rows.front(), m_context.jobs, m_context.theme, m_window);
    connect(dialog, &TakeOutDialog::written, this, [this](const QString& sentence, const QString& path) {
        const QString folder = QFileInfo(path).isDir() ? path : QFileInfo(path).absolutePath();
        tell(Notice::Kind::Info, sentence + QLatin1Char(' ') + path, tr("Open folder"),
             [folder] { QDesktopServices::openUrl(QUrl::fromLocalFile(folder)); });
    });
    dialog->show();
}

void RunCommands::rescan() {
    const auto folder = m_context.session.places().runsFolder;
    m_context.jobs.write(
        this,
        [folder](Store& store) {
            std::error_code error;
            return std::filesystem::is_directory(folder, error) ? Importer(store).indexFolder(folder)
                                                                : IndexReport{};
        },
        [this](const IndexReport& report) {
            if (!report.problems.empty())
                tell(Notice::Kind::Warning, QString::fromStdString(report.problems.front()));
            Q_EMIT changed();
        },
        [this](const QString& sentence) { tell(Notice::Kind::Error, sentence); });
}

void RunCommands::resume() {
    for (const RunRow* row : m_chosen()) {
        try {
            m_context.queue.resume(row->directory);
        } catch (const Error& error) {
            tell(Notice::Kind::Error, QString::fromUtf8(error.what()));
        }
    }
}

}  // namespace jumplora
