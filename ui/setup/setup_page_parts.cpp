// SPDX-License-Identifier: GPL-3.0-or-later
// What the page consists of, how its parts are placed and work together.
#include "base/error.h"
#include "setup/backbone_card.h"
#include "setup/estimate_panel.h"
#include "setup/first_run_panel.h"
#include "setup/schedule_picture.h"
#include "setup/sequence_editor.h"
#include "setup/settings_form.h"
#include "setup/setup_page.h"
#include "setup/suite_catalog.h"
#include "setup/task_palette.h"
#include "setup/task_preview.h"
#include "train/run_directory.h"

#include <QFrame>
#include <QScrollArea>
#include <QSplitter>
#include <QStackedWidget>
#include <QUndoStack>
#include <QVBoxLayout>

namespace jumplora {
namespace {

constexpr int kWide = 1700;          // page width from which the form has two columns
constexpr int kNarrow = 860;         // below: one column
constexpr int kColumnHeight = 1500;  // of that column
constexpr int kPaletteWidth = 300;
constexpr int kSequenceWidth = 400;
constexpr int kFormWidth = 460;

}  // namespace

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
    actions.add({QStringLiteral("spec.tryBuiltIn"),
                 tr("Try the built-in experiment"),
                 tr("Sets up a few small tasks that need no download"),
                 QStringLiteral("play"),
                 page,
                 {}},
                nullptr, [this] {
                    m_context.navigator.showPage(objectName());
                    tryBuiltIn();
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

}  // namespace jumplora
