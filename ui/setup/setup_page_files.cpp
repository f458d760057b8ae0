// SPDX-License-Identifier: GPL-3.0-or-later
// Files and folders: experiments, tasks, rows, models, adapters.
#include "base/error.h"
#include "base/file.h"
#include "session/run_material.h"
#include "setup/import_dialog.h"
#include "setup/merge_adapter_dialog.h"
#include "setup/setup_page.h"
#include "setup/suite_catalog.h"
#include "setup/task_palette.h"
#include "train/experiment.h"

#include <QFileDialog>
#include <QFileInfo>
#include <QMessageBox>
#include <QScrollArea>
#include <QStackedWidget>
#include <QUndoStack>
#include <algorithm>

namespace jumplora {
namespace {

constexpr int kRecent = 10;

bool looksLikeSpec(const Json& json) {
    if (!json.is_object()) return false;
    return json.empty() || std::any_of(json.items().begin(), json.items().end(), [](const auto& item) {
               const std::string& key = item.key();
               return key == "base" || key == "runs" || key == "seeds" ||
                      std::any_of(specSections().begin(), specSections().end(),
                                  [&](const SpecSection& section) {
                                      return !section.key.empty() && section.key == key;
                                  });
           });
}

// Seeds of specs that are the same but for name and seed; empty when they are not.
std::vector<std::uint64_t> seedsOfOne(const std::vector<RunSpec>& specs) {
    std::vector<std::uint64_t> seeds;
    for (const RunSpec& spec : specs) {
        RunSpec same = specs.front();
        same.seed = spec.seed;
        if (specHash(same) != specHash(spec)) return {};
        seeds.push_back(spec.seed);
    }
    return seeds;
}

}  // namespace

void SetupPage::setFile(const QString& file) {
    m_file = file;
    m_document->undoStack()->setClean();
    setTitle(file.isEmpty() ? tr("Set-up") : tr("Set-up: %1").arg(QFileInfo(file).fileName()));
    if (file.isEmpty()) return;
    QStringList recent = m_context.settings.get<QStringList>(keys::kRecentSpecs);
    recent.removeAll(file);
    recent.prepend(file);
    m_context.settings.set(keys::kRecentSpecs, QStringList(recent.mid(0, kRecent)));
    m_context.settings.set(keys::kLastFolder, QFileInfo(file).absolutePath());
}

void SetupPage::openFile(const QString& file) {
    const QFileInfo info(file);
    if (!runMaterial(file).isEmpty()) {
        m_context.navigator.showPage(QStringLiteral("runsPage"), {.files = {file}});
        return;
    }
    if (info.isDir()) {
        openFolder(file);
        return;
    }
    if (info.suffix().compare(QLatin1String("json"), Qt::CaseInsensitive) != 0) {
        importRows(file);
        return;
    }
    try {
        const Json json = readJsonFile(file.toStdString());
        if (describesTasks(json)) {
            (void)openSuite(file.toStdString(), "");
            m_catalog->add({file.toStdString(), {}});
            m_stack->setCurrentWidget(m_scroll);
            tell(Notice::Kind::Info, tr("The tasks of %1 are in the palette.").arg(info.fileName()));
        } else if (looksLikeSpec(json)) {
            openSpecFile(file);
        } else {
            importRows(file);
        }
    } catch (const Error& error) {
        tell(Notice::Kind::Error, QString::fromUtf8(error.what()) + tr(" Nothing was changed."));
    }
}

// Rows of a suite, an adapter of peft, else a model.
void SetupPage::openFolder(const QString& folder) {
    m_stack->setCurrentWidget(m_scroll);
    if (MergeAdapterDialog::isAdapter(folder)) {
        mergeAdapter(folder);
    } else if (const auto suite = suiteInFolder(folder.toStdString())) {
        m_catalog->add(*suite);
        tell(Notice::Kind::Info, tr("The tasks of %1 are in the palette.").arg(QFileInfo(folder).fileName()));
    } else {
        m_document->setText("backbone.path", folder);
    }
}

void SetupPage::mergeAdapter(const QString& folder) {
    auto* dialog = new MergeAdapterDialog(m_context.jobs, m_context.theme, this);
    dialog->setAdapter(folder);
    dialog->setBackbone(fieldText(m_document->value("backbone.path")));
    connect(dialog, &MergeAdapterDialog::merged, this, [this](const QString& merged) {
        m_document->setText("backbone.path", merged);
        tell(Notice::Kind::Info, tr("The merged model is the backbone now: %1").arg(merged));
    });
    dialog->show();
}

void SetupPage::openSpecFile(const QString& file) {
    try {
        const std::vector<RunSpec> specs = readExperiment(file.toStdString(), {});
        const std::vector<std::uint64_t> seeds = seedsOfOne(specs);
        RunSpec spec = specs.front();
        const Json json = readJsonFile(file.toStdString());
        // Names got what distinguishes the runs; the form shows what the file says.
        if (json.contains("base") && json["base"].contains("name"))
            spec.name = json["base"]["name"].get<std::string>();
        m_document->load(spec, seeds.empty() ? std::vector<std::uint64_t>{spec.seed} : seeds);
        setFile(file);
        m_stack->setCurrentWidget(m_scroll);
        if (seeds.empty())
            tell(Notice::Kind::Info,
                 tr("%1 describes %n runs. The first one is shown.", nullptr, static_cast<int>(specs.size()))
                     .arg(QFileInfo(file).fileName()),
                 tr("Queue all"), [this, specs] { m_context.queue.enqueue(specs); });
    } catch (const Error& error) {
        tell(Notice::Kind::Error, QString::fromUtf8(error.what()) + tr(" Nothing was changed."));
    }
}

void SetupPage::openDialog() {
    const QString file = QFileDialog::getOpenFileName(this, tr("Open experiment"),
                                                      m_context.settings.get<QString>(keys::kLastFolder),
                                                      tr("Experiments (*.json)"));
    if (!file.isEmpty()) openFile(file);
}

bool SetupPage::save(bool as) {
    QString file = m_file;
    if (as || file.isEmpty()) {
        const QString folder = m_context.settings.get<QString>(keys::kLastFolder);
        const QString proposed = fieldText(m_document->value("name")) + QStringLiteral(".json");
        file = QFileDialog::getSaveFileName(
            this, tr("Save experiment"), folder.isEmpty() ? proposed : folder + QLatin1Char('/') + proposed,
            tr("Experiments (*.json)"));
    }
    return !file.isEmpty() && saveTo(file);
}

bool SetupPage::saveTo(const QString& file) {
    try {
        writeFileAtomically(file.toStdString(), m_document->fileJson().dump(2) + "\n");
        setFile(file);
        return true;
    } catch (const Error& error) {
        tell(Notice::Kind::Error, QString::fromUtf8(error.what()));
        return false;
    }
}

bool SetupPage::mayClose() {
    rememberLast();
    if (m_file.isEmpty() || m_document->undoStack()->isClean()) return true;
    const auto answer =
        QMessageBox::question(this, tr("Unsaved experiment"),
                              tr("%1 has changes that are not saved.").arg(QFileInfo(m_file).fileName()),
                              QMessageBox::Save | QMessageBox::Discard | QMessageBox::Cancel);
    if (answer == QMessageBox::Save) return save(false);
    return answer == QMessageBox::Discard;
}

void SetupPage::chooseModel() {
    const QString folder = QFileDialog::getExistingDirectory(
        this, tr("Model folder"), m_context.settings.get<QString>(keys::kModelsFolder));
    if (folder.isEmpty()) return;
    m_document->setText("backbone.path", folder);
    m_stack->setCurrentWidget(m_scroll);
}

void SetupPage::chooseTaskFiles() {
    const QStringList files = QFileDialog::getOpenFileNames(
        this, tr("Tasks or rows"), m_context.settings.get<QString>(keys::kLastFolder),
        tr("Tasks and rows (*.json *.jsonl *.csv *.tsv)"));
    for (const QString& file : files) openFile(file);
}

void SetupPage::locateSuite(const SuiteName& suite) {
    const QString file = QFileDialog::getOpenFileName(
        this, tr("Where is %1 now?").arg(QString::fromStdString(suite.tasks)), {}, tr("Task files (*.json)"));
    if (!file.isEmpty()) openFile(file);
}

void SetupPage::importRows(const QString& file) {
    auto* dialog = new ImportDialog(file.toStdString(), ownFolder(), m_context.jobs, m_context.theme, this);
    connect(dialog, &ImportDialog::imported, this, [this](const QString& taskFile, const QString& task) {
        m_catalog->add({taskFile.toStdString(), {}});
        m_palette->select({taskFile.toStdString(), {}}, task);
        tell(Notice::Kind::Info, tr("\"%1\" is in the palette.").arg(task));
    });
    m_stack->setCurrentWidget(m_scroll);
    dialog->show();
}

}  // namespace jumplora
