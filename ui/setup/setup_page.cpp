// SPDX-License-Identifier: GPL-3.0-or-later
#include "setup/setup_page.h"

#include "base/error.h"
#include "base/file.h"
#include "session/run_material.h"
#include "setup/backbone_card.h"
#include "setup/estimate_panel.h"
#include "setup/first_run_panel.h"
#include "setup/import_dialog.h"
#include "setup/merge_adapter_dialog.h"
#include "setup/schedule_picture.h"
#include "setup/sequence_editor.h"
#include "setup/settings_form.h"
#include "setup/suite_catalog.h"
#include "setup/task_palette.h"
#include "setup/task_preview.h"
#include "train/experiment.h"
#include "train/run_directory.h"

#include <QAction>
#include <QFileDialog>
#include <QFileInfo>
#include <QFrame>
#include <QMessageBox>
#include <QScrollArea>
#include <QSplitter>
#include <QStackedWidget>
#include <QUndoStack>
#include <QUrl>
#include <QVBoxLayout>
#include <algorithm>

namespace jumplora {
namespace {

constexpr int kWide = 1700;          // page width from which the form has two columns
constexpr int kNarrow = 860;         // below: one column
constexpr int kColumnHeight = 1500;  // of that column
constexpr int kPaletteWidth = 300;
constexpr int kSequenceWidth = 400;
constexpr int kFormWidth = 460;
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

SetupPage::SetupPage(WindowContext& context, QWidget* parent)
    : Page(QStringLiteral("setupPage"), tr("Set-up"), parent),
      m_context(context),
      m_document(new SpecDocument(this)),
      m_catalog(new SuiteCatalog(std::make_shared<FactsCache>(), this)),
      m_estimator(new Estimator(
          *m_document, m_catalog->facts(), context.jobs, measuredTimesFile(),
          [this] {
              return m_context.session.oldestActive() != nullptr
                         ? tr("A run is at work; measuring would disturb it and be wrong.")
                         : QString();
          },
          this)),
      m_stack(new QStackedWidget(this)) {
    m_estimator->setFolders(context.session.places().runsFolder);
    registerActions();
    buildColumns();
    connectParts();
    auto* whole = new QVBoxLayout(this);
    whole->setContentsMargins(metrics::kPageMargin, metrics::kGrid, metrics::kPageMargin,
                              metrics::kPageMargin);
    whole->addWidget(m_stack);
    restoreLast();
    connect(&context.theme, &Theme::changed, this, &SetupPage::arrange);
}

SetupPage::~SetupPage() { rememberLast(); }

std::filesystem::path SetupPage::dataFolder() const {
    const QString chosen = m_context.settings.get<QString>(keys::kDataFolder);
    return chosen.isEmpty() ? jumplora::dataFolder() / "data" : std::filesystem::path(chosen.toStdString());
}

std::filesystem::path SetupPage::ownFolder() { return jumplora::dataFolder() / "tasks"; }

void SetupPage::registerActions() {
    ActionRegistry& actions = m_context.actions;
    const QString page = objectName();
    actions.add({QStringLiteral("run.start"),
                 tr("Start"),
                 tr("Starts the run that is set up"),
                 QStringLiteral("play"),
                 page,
                 {QKeySequence(Qt::CTRL | Qt::Key_Return), QKeySequence(Qt::CTRL | Qt::Key_Enter)},
                 ActionScope::Page},
                this, [this] { start(); });
    actions.add({QStringLiteral("run.enqueue"),
                 tr("Add to queue"),
                 tr("Freezes the settings and adds them to the queue"),
                 QStringLiteral("queue"),
                 page,
                 {QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_Return),
                  QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_Enter)},
                 ActionScope::Page},
                this, [this] { enqueue(); });
    actions.add({QStringLiteral("spec.new"),
                 tr("New experiment"),
                 tr("Starts from the defaults"),
                 QStringLiteral("new"),
                 page,
                 {QKeySequence::New}},
                nullptr, [this] {
                    m_context.navigator.showPage(objectName());
                    newSpec();
                });
    actions.add({QStringLiteral("spec.open"),
                 tr("Open experiment…"),
                 tr("Opens a run specification or several runs"),
                 QStringLiteral("open"),
                 page,
                 {QKeySequence::Open}},
                nullptr, [this] {
                    m_context.navigator.showPage(objectName());
                    openDialog();
                });
    actions.add({QStringLiteral("spec.save"),
                 tr("Save experiment"),
                 tr("Writes the specification to its file"),
                 QStringLiteral("save"),
                 page,
                 {QKeySequence::Save}},
                nullptr, [this] { save(false); });
    actions.add({QStringLiteral("spec.saveAs"),
                 tr("Save experiment as…"),
                 tr("Writes the specification to another file"),
                 QStringLiteral("save"),
                 page,
                 {QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_S)}},
                nullptr, [this] { save(true); });
    actions.add({QStringLiteral("setup.import"),
                 tr("Import tasks or rows…"),
                 tr("Adds a task file of the reference, or makes a task of your own rows"),
                 QStringLiteral("import"),
                 page,
                 {}},
                nullptr, [this] {
                    m_context.navigator.showPage(objectName());
                    chooseTaskFiles();
                });
    actions.add({QStringLiteral("setup.find"),
                 tr("Search settings"),
                 tr("Moves to the search of settings"),
                 QStringLiteral("search"),
                 page,
                 {QKeySequence::Find},
                 ActionScope::Page},
                this,
                [this] { m_form->findChild<QWidget*>("formSearch")->setFocus(Qt::ShortcutFocusReason); });
    connect(m_document->undoStack(), &QUndoStack::cleanChanged, this, [this](bool clean) {
        if (window() != this) window()->setWindowModified(!clean && !m_file.isEmpty());
    });
}

QWidget* SetupPage::card(QWidget* content) {
    auto* frame = new QFrame(this);
    frame->setProperty("card", true);
    auto* layout = new QVBoxLayout(frame);
    layout->setContentsMargins(metrics::kCardPadding, metrics::kCardPadding, metrics::kCardPadding,
                               metrics::kCardPadding);
    layout->addWidget(content);
    return frame;
}

void SetupPage::buildColumns() {
    Theme& theme = m_context.theme;
    m_palette = new TaskPalette(*m_catalog, theme, this);
    m_preview = new TaskPreview(*m_catalog, m_context.jobs, theme, this);
    m_sequence = new SequenceEditor(*m_document, *m_catalog, *m_estimator, theme, m_context.actions, this);
    m_schedule = new SchedulePicture(theme, this);
    m_form = new SettingsForm(*m_document, theme, this);
    auto* backbone = new BackboneCard(*m_document, m_context.jobs, m_context.settings, this);
    m_form->group(QStringLiteral("backbone"))->setFooter(backbone);
    connect(backbone, &BackboneCard::folderWanted, this, &SetupPage::chooseModel);
    connect(backbone, &BackboneCard::adapterWanted, this, [this] { mergeAdapter({}); });
    m_panel = new EstimatePanel(*m_document, *m_estimator, theme, m_context.actions, this);
    m_columns = new QSplitter(Qt::Horizontal, m_stack);
    m_columns->setChildrenCollapsible(false);
    m_columns->setHandleWidth(metrics::kCardGap);
    const auto column = [&](QWidget* upper, QWidget* lower) {
        auto* splitter = new QSplitter(Qt::Vertical, m_columns);
        splitter->setChildrenCollapsible(false);
        splitter->setHandleWidth(metrics::kCardGap);
        splitter->addWidget(card(upper));
        splitter->addWidget(card(lower));
        splitter->setStretchFactor(0, 1);
        splitter->setStretchFactor(1, 1);
        m_columns->addWidget(splitter);
    };
    column(m_palette, m_preview);
    column(m_sequence, m_schedule);
    auto* right = new QWidget(m_columns);
    auto* form = new QVBoxLayout(right);
    form->setContentsMargins(0, 0, 0, 0);
    form->setSpacing(metrics::kCardGap);
    form->addWidget(card(m_form), 1);
    form->addWidget(card(m_panel));
    m_columns->addWidget(right);
    m_scroll = new QScrollArea(m_stack);
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setWidgetResizable(true);
    m_scroll->setWidget(m_columns);
    m_scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_firstRun = new FirstRunPanel(theme, m_stack);
    m_stack->addWidget(m_scroll);
    m_stack->addWidget(m_firstRun);
    connect(m_columns, &QSplitter::splitterMoved, this,
            [this] { m_context.settings.set(keys::kSetupSplitter, m_columns->saveState()); });
}

void SetupPage::connectParts() {
    m_sequence->setSource([this] { return m_palette->selection(); });
    const auto show = [this](const SuiteName& suite, const QString& task) {
        m_preview->showTask(suite, task);
    };
    connect(m_palette, &TaskPalette::currentTask, this, show);
    connect(m_sequence, &SequenceEditor::currentTask, this, show);
    connect(m_palette, &TaskPalette::append, this, [this](const SuiteName& suite, const QStringList& tasks) {
        CarriedTasks carried;
        carried.suite = suite;
        for (const QString& task : tasks) carried.rows.push_back({{"task", task.toStdString()}});
        m_sequence->insert(carried, -1);
    });
    connect(m_palette, &TaskPalette::addFilesClicked, this, &SetupPage::chooseTaskFiles);
    connect(m_palette, &TaskPalette::locateClicked, this, &SetupPage::locateSuite);
    connect(m_sequence, &SequenceEditor::refused, this,
            [this](const QString& sentence) { tell(Notice::Kind::Warning, sentence); });
    connect(m_sequence, &SequenceEditor::filesDropped, this, [this](const QStringList& files) {
        for (const QString& file : files) openFile(file);
    });
    connect(m_document, &SpecDocument::changed, this, [this] {
        const Json limit = m_document->value("train.max_source_length");
        m_preview->setCut(
            fieldText(m_document->value("backbone.path")).toStdString(),
            limit.is_number_integer() ? limit.get<std::int64_t>() : TrainSpec{}.maxSourceLength);
        if (m_stack->currentWidget() == m_firstRun && !m_document->rows().empty())
            m_stack->setCurrentWidget(m_scroll);
    });
    connect(m_estimator, &Estimator::changed, this, [this] {
        const bool gated = fieldText(m_document->value("gate.type")) != QLatin1String("none");
        m_schedule->setPlan(m_estimator->estimate().plan, gated);
        const auto measured = m_estimator->measured();
        m_schedule->setProbe(measured ? std::optional(measured->result) : std::nullopt);
    });
    connect(m_estimator, &Estimator::failed, this, [this](const QString& sentence) {
        tell(Notice::Kind::Error, tr("The time could not be measured. %1").arg(sentence));
    });
    connect(m_panel, &EstimatePanel::reasonActivated, this, &SetupPage::focusReason);
    connect(m_panel, &EstimatePanel::startClicked, this, &SetupPage::start);
    connect(m_panel, &EstimatePanel::enqueueClicked, this, &SetupPage::enqueue);
    connect(m_catalog, &SuiteCatalog::suitesChanged, this,
            [this] { m_sequence->setPresets(sequencePresets(*m_catalog, dataFolder())); });
    m_sequence->setPresets(sequencePresets(*m_catalog, dataFolder()));
    connect(m_firstRun, &FirstRunPanel::tryBuiltIn, this, &SetupPage::tryBuiltIn);
    connect(m_firstRun, &FirstRunPanel::openModel, this, &SetupPage::chooseModel);
    connect(m_firstRun, &FirstRunPanel::openSpec, this, &SetupPage::openDialog);
    connect(m_firstRun, &FirstRunPanel::help, this, [this] { m_context.navigator.showHelp(helpTopic()); });
    connect(m_firstRun, &FirstRunPanel::dismissed, this, [this] { m_stack->setCurrentWidget(m_scroll); });
    connect(&m_context.settings, &Settings::changed, this, [this](const QString& key) {
        if (key == QLatin1String(keys::kDataFolder)) refreshCatalog();
    });
}

void SetupPage::refreshCatalog() {
    m_catalogRead = true;
    m_catalog->refresh(dataFolder(), ownFolder());
}

void SetupPage::activated() {
    if (!m_catalogRead) refreshCatalog();
    m_estimator->setFolders(m_context.session.places().runsFolder);
    m_estimator->setAutomatic(true);
    m_estimator->refreshNow();
    if (m_stack->currentWidget() == m_firstRun) m_firstRun->focusFirst();
}

void SetupPage::deactivated() {
    m_estimator->setAutomatic(false);
    rememberLast();
}

void SetupPage::restoreLast() {
    const QString last = m_context.settings.get<QString>(keys::kLastSpec);
    if (last.isEmpty()) {
        m_stack->setCurrentWidget(
            m_context.settings.get<bool>(keys::kFirstRunDone) ? static_cast<QWidget*>(m_scroll) : m_firstRun);
        return;
    }
    try {
        const Json json = parseJson(last.toStdString(), "last experiment");
        const RunSpec spec = parseRunSpec(json.contains("base") ? json["base"] : json);
        m_document->load(spec, json.contains("seeds") ? json["seeds"].get<std::vector<std::uint64_t>>()
                                                      : std::vector<std::uint64_t>{spec.seed});
        m_stack->setCurrentWidget(m_scroll);
    } catch (const Error&) {
        // Written by a version with other settings: the defaults are as good a start.
        m_context.settings.remove(keys::kLastSpec);
    } catch (const Json::exception&) {
        m_context.settings.remove(keys::kLastSpec);
    }
}

void SetupPage::rememberLast() {
    if (m_document->rows().empty() || !m_document->runSpec()) return;
    m_context.settings.set(keys::kLastSpec, QString::fromStdString(m_document->fileJson().dump()));
    m_context.settings.set(keys::kFirstRunDone, true);
}

void SetupPage::arrange() {
    const Theme& theme = m_context.theme;
    m_form->setColumns(width() >= theme.scaled(kWide) ? 2 : 1);
    // Large text or a small window: one column that scrolls.
    const bool narrow = width() < theme.scaled(kNarrow);
    const Qt::Orientation orientation = narrow ? Qt::Vertical : Qt::Horizontal;
    m_columns->setMinimumHeight(narrow ? theme.scaled(kColumnHeight) : 0);
    if (m_columns->orientation() == orientation) return;
    m_columns->setOrientation(orientation);
    if (narrow) m_columns->setSizes({1, 1, 1});
    if (!narrow) m_columns->setSizes({kPaletteWidth, kSequenceWidth, kFormWidth});
}

void SetupPage::resizeEvent(QResizeEvent* event) {
    Page::resizeEvent(event);
    arrange();
}

void SetupPage::showEvent(QShowEvent* event) {
    Page::showEvent(event);
    if (m_placed) return;
    m_placed = true;
    const QByteArray stored = m_context.settings.get<QByteArray>(keys::kSetupSplitter);
    if (stored.isEmpty() || !m_columns->restoreState(stored))
        m_columns->setSizes({kPaletteWidth, kSequenceWidth, kFormWidth});
    arrange();
}

void SetupPage::tell(Notice::Kind kind, const QString& sentence, const QString& actionText,
                     std::function<void()> action) {
    Notice message;
    message.kind = kind;
    message.sentence = sentence;
    message.actionText = actionText;
    message.action = std::move(action);
    constexpr int kSeconds = 12;
    if (kind == Notice::Kind::Info) message.seconds = kSeconds;
    Q_EMIT notice(message);
}

void SetupPage::focusReason(const QString& key, int row) {
    if (m_stack->currentWidget() != m_scroll) m_stack->setCurrentWidget(m_scroll);
    if (key == QLatin1String("suite.order")) {
        m_sequence->focusRow(row);
    } else {
        m_form->focusField(key.toStdString());
    }
}

bool SetupPage::focusFirstReason() {
    const std::vector<StartReason> reasons = m_panel->reasons();
    if (reasons.empty()) return false;
    focusReason(QString::fromStdString(reasons.front().key), reasons.front().row);
    return true;
}

void SetupPage::start() {
    // What is being typed counts.
    if (QWidget* focus = QWidget::focusWidget();
        focus != nullptr && focus->objectName().startsWith(QLatin1String("field.")))
        focus->clearFocus();
    if (focusFirstReason()) return;
    const std::vector<RunSpec> specs = m_document->runSpecs();
    if (specs.empty()) return;
    m_estimator->cancelMeasuring();
    rememberLast();
    try {
        m_context.queue.startNow(specs.front());
        if (specs.size() > 1) m_context.queue.enqueue({specs.begin() + 1, specs.end()});
        m_context.navigator.showPage(QStringLiteral("livePage"));
    } catch (const Error& error) {
        tell(Notice::Kind::Error, QString::fromUtf8(error.what()));
    }
}

void SetupPage::enqueue() {
    if (QWidget* focus = QWidget::focusWidget();
        focus != nullptr && focus->objectName().startsWith(QLatin1String("field.")))
        focus->clearFocus();
    // A missing file may be there when the run's turn comes; settings that cannot be read never work.
    const std::vector<StartReason> reasons = m_document->reasons();
    if (!reasons.empty()) {
        focusReason(QString::fromStdString(reasons.front().key), reasons.front().row);
        return;
    }
    const std::vector<RunSpec> specs = m_document->runSpecs();
    m_context.queue.enqueue(specs);
    rememberLast();
    tell(Notice::Kind::Info,
         tr("%n runs are in the queue with these settings.", nullptr, static_cast<int>(specs.size())),
         tr("Show queue"), [this] { m_context.navigator.showPage(QStringLiteral("queuePage")); });
}

void SetupPage::tryBuiltIn() {
    m_document->load(builtinExperiment(), {1});
    m_stack->setCurrentWidget(m_scroll);
    m_palette->select({}, QStringLiteral("dbpedia"));
    m_sequence->focusRow(0);
}

void SetupPage::newSpec() {
    m_document->clear();
    setFile({});
    m_stack->setCurrentWidget(m_scroll);
}

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

void SetupPage::open(const PageRequest& request) {
    for (const QString& file : request.files) openFile(file);
    if (request.text == QLatin1String("first-run")) {
        m_stack->setCurrentWidget(m_firstRun);
        m_firstRun->focusFirst();
        return;
    }
    if (!request.spec.is_null()) {
        try {
            const RunSpec spec = parseRunSpec(request.spec);
            m_document->replaceWith(
                tr("Settings of %1")
                    .arg(request.origin.isEmpty() ? QString::fromStdString(spec.name) : request.origin),
                spec, {spec.seed});
            m_stack->setCurrentWidget(m_scroll);
        } catch (const Error& error) {
            tell(
                Notice::Kind::Error,
                tr("These settings cannot be read by this version. %1").arg(QString::fromUtf8(error.what())));
        }
    } else if (!request.text.isEmpty()) {
        focusReason(request.text, -1);
    }
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
