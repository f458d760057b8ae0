// SPDX-License-Identifier: GPL-3.0-or-later
#include "queue/queue_page.h"

#include "base/cpu.h"
#include "exchange/number_format.h"
#include "parts/state_widgets.h"
#include "parts/wrap_layout.h"
#include "queue/progress_delegate.h"
#include "queue/queue_detail.h"
#include "queue/queue_model.h"
#include "queue/queue_time.h"
#include "session/window_context.h"

#include <QAction>
#include <QCheckBox>
#include <QClipboard>
#include <QGuiApplication>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QMenu>
#include <QSpinBox>
#include <QSplitter>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

namespace jumplora {
namespace {

constexpr int kDetailHeight = 220;
constexpr int kTableHeight = 420;
constexpr std::array<int, QueueModel::ColumnCount> kWidths = {56,  200, 128, 50, 50, 104,
                                                              116, 132, 92,  84, 150};

QString pageName() { return QStringLiteral("queuePage"); }

}  // namespace

QueuePage::QueuePage(WindowContext& context, QWidget* parent)
    : Page(pageName(), tr("Queue"), parent),
      m_context(context),
      m_model(new QueueModel(context.queue, context.session, context.theme, this)),
      m_time(new QueueTime(context.queue, context.session, context.jobs, this)),
      m_table(new QTableView(this)) {
    buildTable();
    addActions();
    addRowActions();
    buildHeader();
    m_detail = new QueueDetail(context, this);
    m_splitter = new QSplitter(Qt::Vertical, this);
    m_splitter->setObjectName(QStringLiteral("queueSplitter"));
    m_splitter->addWidget(m_table);
    m_splitter->addWidget(m_detail);
    m_splitter->setStretchFactor(0, 1);
    m_splitter->setSizes({kTableHeight, kDetailHeight});
    m_splitter->restoreState(context.settings.get<QByteArray>(keys::kQueueSplitter));
    m_states = new StateStack(m_splitter, this);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(metrics::kPageMargin, 0, metrics::kPageMargin, metrics::kPageMargin);
    layout->addWidget(m_states);
    connectAll();
    refresh();
}

QUndoStack* QueuePage::undoStack() { return &m_context.queue.undoStack(); }

void QueuePage::buildTable() {
    m_table->setObjectName(QStringLiteral("queueTable"));
    m_table->setAccessibleName(tr("Queue"));
    m_table->setModel(m_model);
    m_table->setItemDelegateForColumn(QueueModel::Progress, new ProgressDelegate(m_context.theme, m_table));
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setDragDropMode(QAbstractItemView::InternalMove);
    m_table->setDragDropOverwriteMode(false);
    m_table->setDropIndicatorShown(true);
    m_table->setShowGrid(false);
    m_table->setWordWrap(false);
    m_table->setTabKeyNavigation(false);
    m_table->setContextMenuPolicy(Qt::CustomContextMenu);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    m_table->horizontalHeader()->setStretchLastSection(true);
    m_table->horizontalHeader()->setSectionsMovable(true);
    m_table->horizontalHeader()->setHighlightSections(false);
    m_table->installEventFilter(this);
    const auto resize = [this] {
        m_table->verticalHeader()->setDefaultSectionSize(m_context.theme.scaled(metrics::kTableRow));
        for (int column = 0; column < QueueModel::ColumnCount; ++column)
            m_table->setColumnWidth(column,
                                    m_context.theme.scaled(kWidths[static_cast<std::size_t>(column)]));
    };
    connect(&m_context.theme, &Theme::changed, m_table, resize);
    resize();
    m_table->horizontalHeader()->restoreState(m_context.settings.get<QByteArray>(keys::kQueueColumns));
}

void QueuePage::addActions() {
    m_context.actions.add({.id = QStringLiteral("queue.holdAll"),
                           .text = tr("Hold all"),
                           .tooltip = tr("Keep everything that waits from starting"),
                           .icon = QStringLiteral("hold"),
                           .page = pageName()},
                          this, [this] { m_context.queue.holdAll(); });
    m_context.actions.add({.id = QStringLiteral("queue.resumeAll"),
                           .text = tr("Release all"),
                           .tooltip = tr("Let everything that waits start again, also after a failure"),
                           .icon = QStringLiteral("play"),
                           .page = pageName()},
                          this, [this] { m_context.queue.resumeAll(); });
}

void QueuePage::addRowActions() {
    const auto add = [this](const char* id, const QString& text, const QString& tooltip, const char* icon,
                            const QList<QKeySequence>& keys, std::function<void()> call) {
        m_context.actions.add({.id = QLatin1String(id),
                               .text = text,
                               .tooltip = tooltip,
                               .icon = QLatin1String(icon),
                               .page = pageName(),
                               .shortcuts = keys,
                               .scope = ActionScope::Widget},
                              m_table, std::move(call));
    };
    add("queue.open", tr("Open on Live"), tr("Show the chosen run on Live"), "live", {Qt::Key_Return},
        [this] { openRun(); });
    add("queue.moveUp", tr("Move up"), tr("Let the chosen run start earlier"), "up", {Qt::ALT | Qt::Key_Up},
        [this] { moveBy(-1); });
    add("queue.moveDown", tr("Move down"), tr("Let the chosen run start later"), "down",
        {Qt::ALT | Qt::Key_Down}, [this] { moveBy(1); });
    add("queue.hold", tr("Hold or release"),
        tr("Keep the chosen runs from starting, or let them start again"), "hold",
        {Qt::CTRL | Qt::SHIFT | Qt::Key_H}, [this] {
            const QStringList ids = selectedIds();
            if (ids.isEmpty()) return;
            const QueueRow* first = m_context.queue.row(ids.first());
            m_context.queue.setHeld(ids, first != nullptr && !first->held);
        });
    add("queue.rename", tr("Rename"), tr("Give the chosen run another name before it starts"), "rename",
        {Qt::Key_F2}, [this] {
            const QModelIndex name = m_model->index(m_table->currentIndex().row(), QueueModel::Name);
            if (m_model->flags(name) & Qt::ItemIsEditable) m_table->edit(name);
        });
    add("queue.duplicate", tr("Duplicate"), tr("Add the chosen rows once more, held"), "duplicate",
        {Qt::CTRL | Qt::Key_D}, [this] { m_context.queue.duplicate(selectedIds()); });
    add("queue.remove", tr("Remove"),
        tr("Take the chosen rows out of the queue; a running one is stopped first"), "delete",
        {Qt::Key_Delete}, [this] { removeRows(); });
    add("queue.copy", tr("Copy rows"), tr("Copy the chosen rows as tab-separated text"), "copy",
        {Qt::CTRL | Qt::Key_C}, [this] { copyRows(); });
    add("queue.retry", tr("Retry"), tr("Go on where the run stopped, or start the same settings again"),
        "refresh", {}, [this] {
            for (const QString& id : selectedIds()) m_context.queue.retry(id);
        });
    add("queue.editAsNew", tr("Edit as new"), tr("Open the settings of the chosen row on Set-up"), "edit", {},
        [this] { editAsNew(); });
}

void QueuePage::buildHeader() {
    auto* header = new QWidget;
    auto* line = new WrapLayout(header);
    line->setSpacing(metrics::kGrid);
    for (const char* id : {"queue.holdAll", "queue.resumeAll"}) {
        auto* button = m_context.actions.button(QLatin1String(id), header);
        button->setObjectName(QLatin1String(id).mid(6));
        line->addWidget(button);
    }
    m_continue = new QCheckBox(tr("continue on error"), header);
    m_continue->setObjectName(QStringLiteral("continueOnError"));
    m_continue->setToolTip(tr("A run that fails does not hold up those behind it"));
    m_children = new QSpinBox(header);
    m_children->setObjectName(QStringLiteral("childCount"));
    m_children->setRange(0, 16);
    m_children->setSpecialValueText(tr("in window"));
    m_children->setAccessibleName(tr("Runs at a time"));
    m_children->setToolTip(
        tr("How many runs are worked on at the same time, each in a process of its own. 0: one, in this "
           "window."));
    auto* label = new QLabel(tr("at a time"), header);
    label->setBuddy(m_children);
    m_memory = new QLabel(header);
    m_memory->setObjectName(QStringLiteral("queueMemory"));
    m_memory->setProperty("muted", true);
    m_memory->setToolTip(tr("Memory of this machine that is in use, by all programs"));
    m_allDone = new QLabel(header);
    m_allDone->setObjectName(QStringLiteral("allDone"));
    line->addWidget(m_continue);
    line->addWidget(label);
    line->addWidget(m_children);
    line->addWidget(m_memory);
    line->addStretch();
    line->addWidget(m_allDone);
    setHeader(header);
    connect(m_continue, &QCheckBox::clicked, this,
            [this](bool on) { m_context.queue.setContinueOnError(on); });
    connect(m_children, QOverload<int>::of(&QSpinBox::valueChanged), this,
            [this](int count) { m_context.queue.setChildren(count); });
}

void QueuePage::connectAll() {
    connect(&m_context.queue, &RunQueue::changed, this, &QueuePage::refresh);
    connect(&m_context.session, &Session::runStateChanged, this, &QueuePage::updateActions);
    connect(m_time, &QueueTime::changed, this, &QueuePage::refreshTime);
    connect(m_model, &QueueModel::rowsReplaced, this, &QueuePage::restoreSelection);
    connect(m_table->selectionModel(), &QItemSelectionModel::selectionChanged, this,
            &QueuePage::refreshDetail);
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            &QueuePage::refreshDetail);
    connect(m_table, &QTableView::doubleClicked, this, [this] { openRun(); });
    connect(m_table, &QWidget::customContextMenuRequested, this, &QueuePage::showMenu);
    connect(m_splitter, &QSplitter::splitterMoved, this,
            [this] { m_context.settings.set(keys::kQueueSplitter, m_splitter->saveState()); });
    const auto remember = [this] {
        m_context.settings.set(keys::kQueueColumns, m_table->horizontalHeader()->saveState());
    };
    connect(m_table->horizontalHeader(), &QHeaderView::sectionMoved, this, remember);
    connect(m_table->horizontalHeader(), &QHeaderView::sectionResized, this, remember);
}

void QueuePage::activated() {
    refreshMemory();
    refresh();
}

void QueuePage::open(const PageRequest& request) {
    for (const QString& run : request.runs) {
        const QueueRow* row = m_context.queue.rowOfRun(run);
        if (row != nullptr) m_table->selectRow(m_model->rowOf(row->id));
    }
}

void QueuePage::refresh() {
    const RunQueue& queue = m_context.queue;
    const QSignalBlocker quiet(m_children);
    m_children->setValue(queue.children());
    m_continue->setChecked(queue.continueOnError());
    const int waiting = queue.waiting();
    Q_EMIT badgeChanged(waiting > 0 ? QString::number(waiting) : QString(),
                        waiting > 0 ? tr("%n waiting", nullptr, waiting) : QString());
    if (queue.rows().empty()) {
        m_states->showEmpty(tr("Nothing is waiting. Ctrl+Shift+Return on Set-up adds the current settings."),
                            tr("Go to Set-up"),
                            [this] { m_context.navigator.showPage(QStringLiteral("setupPage")); });
    } else {
        m_states->showContent();
    }
    refreshTime();
    refreshDetail();
}

void QueuePage::refreshTime() {
    const RunQueue& queue = m_context.queue;
    QString note = m_time->text();
    QString tip = tr("At the present pace; held runs are not counted");
    if (const int unknown = m_time->unknown(); unknown > 0)
        tip +=
            QLatin1Char('\n') +
            tr("The length of %n runs is not known: none with their settings has run yet, and Set-up has not "
               "measured them.",
               nullptr, unknown);
    if (!queue.isOwner()) note = tr("Another window works this queue off.");
    if (queue.isBlocked()) note = tr("A failure stopped the queue. Release all goes on.");
    m_allDone->setText(note);
    m_allDone->setToolTip(queue.isOwner() && !queue.isBlocked() ? tip : QString());
}

void QueuePage::refreshMemory() {
    m_context.jobs.compute(
        this, [](const Job&) { return inspectCpu(); },
        [this](const CpuInfo& cpu) {
            const auto bytes = [](std::uint64_t count) {
                return QString::fromStdString(formatNumber(static_cast<double>(count), Quantity::Bytes));
            };
            m_memory->setText(
                tr("≈ %1 of %2").arg(bytes(cpu.memoryBytes - cpu.availableBytes), bytes(cpu.memoryBytes)));
        });
}

QStringList QueuePage::selectedIds() const {
    QStringList ids;
    for (const QModelIndex& index : m_table->selectionModel()->selectedRows())
        ids += index.data(QueueModel::RowIdRole).toString();
    return ids;
}

void QueuePage::restoreSelection() {
    const QStringList ids = m_selected;
    const QString current = m_currentId;
    QItemSelection selection;
    for (const QString& id : ids) {
        const int row = m_model->rowOf(id);
        if (row >= 0)
            selection.select(m_model->index(row, 0), m_model->index(row, QueueModel::ColumnCount - 1));
    }
    const int row = m_model->rowOf(current);
    if (row >= 0)
        m_table->selectionModel()->setCurrentIndex(m_model->index(row, QueueModel::Name),
                                                   QItemSelectionModel::NoUpdate);
    m_table->selectionModel()->select(selection, QItemSelectionModel::ClearAndSelect);
    if (m_table->selectionModel()->selectedRows().isEmpty() && m_model->rowCount() > 0) m_table->selectRow(0);
    refreshDetail();
}

void QueuePage::refreshDetail() {
    m_selected = selectedIds();
    const int current = m_table->currentIndex().row();
    const QueueRow* row = m_selected.isEmpty() ? nullptr : m_model->row(current);
    if (row != nullptr) m_currentId = row->id;
    m_detail->show(row, m_model->row(current - 1));
    updateActions();
}

void QueuePage::updateActions() {
    ActionRegistry& actions = m_context.actions;
    const QueueRow* row = m_selected.isEmpty() ? nullptr : m_context.queue.row(m_currentId);
    const QString none = tr("Choose a row of the queue first.");
    for (const char* id : {"queue.moveUp", "queue.moveDown", "queue.duplicate", "queue.remove", "queue.copy",
                           "queue.editAsNew", "queue.hold"})
        actions.setEnabled(QLatin1String(id), row != nullptr, none);
    actions.setEnabled(QStringLiteral("queue.rename"), row != nullptr && row->isWaiting(),
                       row == nullptr ? none : tr("A run keeps the name that it was started with."));
    actions.setEnabled(QStringLiteral("queue.open"), row != nullptr && !row->runId.isEmpty(),
                       row == nullptr ? none : tr("This run has not started yet."));
    const bool again =
        row != nullptr && !row->isRunning() && !row->isWaiting() && row->state != QLatin1String("finished");
    actions.setEnabled(QStringLiteral("queue.retry"), again,
                       row == nullptr ? none : tr("Only a run that stopped or failed can be tried again."));
    actions.action(QStringLiteral("queue.retry"))
        ->setText(row != nullptr && again && RunQueue::canResume(*row) ? tr("Resume") : tr("Retry"));
}

void QueuePage::moveBy(int rows) {
    const int from = m_model->rowOf(m_currentId);
    if (from < 0) return;
    const QString id = m_currentId;
    m_context.queue.move(id, from + rows);
}

void QueuePage::removeRows() {
    const QStringList ids = selectedIds();
    const int row = m_table->currentIndex().row();
    bool running = false;
    for (const QString& id : ids) {
        const QueueRow* each = m_context.queue.row(id);
        running = running || (each != nullptr && each->isRunning());
    }
    m_context.queue.remove(ids);
    if (running)
        Q_EMIT notice({.sentence = tr("The run stops after its present step; then it can be removed.")});
    if (m_model->rowCount() > 0) m_table->selectRow(std::min(row, m_model->rowCount() - 1));
}

void QueuePage::copyRows() const {
    QStringList lines;
    QStringList header;
    for (int column = 0; column < QueueModel::ColumnCount; ++column)
        header += m_model->headerData(column, Qt::Horizontal, Qt::DisplayRole).toString();
    lines += header.join(QLatin1Char('\t'));
    for (const QString& id : selectedIds()) {
        QStringList cells;
        for (int column = 0; column < QueueModel::ColumnCount; ++column)
            cells += m_model->index(m_model->rowOf(id), column).data().toString();
        lines += cells.join(QLatin1Char('\t'));
    }
    QGuiApplication::clipboard()->setText(lines.join(QLatin1Char('\n')));
}

void QueuePage::openRun() const {
    const QueueRow* row = m_context.queue.row(m_currentId);
    if (row != nullptr && !row->runId.isEmpty())
        m_context.navigator.showPage(QStringLiteral("livePage"), {.runs = {row->runId}});
}

void QueuePage::editAsNew() const {
    if (const QueueRow* row = m_context.queue.row(m_currentId))
        m_context.navigator.showPage(QStringLiteral("setupPage"),
                                     {.spec = toJson(row->spec), .origin = row->name});
}

void QueuePage::showMenu(const QPoint& place) {
    QMenu menu(this);
    for (const ActionInfo& info : m_context.actions.all())
        if (info.page == pageName()) menu.addAction(m_context.actions.action(info.id));
    menu.exec(m_table->viewport()->mapToGlobal(place));
}

// Enter opens a run; while a name is edited it ends the editing instead.
bool QueuePage::eventFilter(QObject* watched, QEvent* event) {
    if (watched == m_table && event->type() == QEvent::KeyPress) {
        const auto* key = static_cast<QKeyEvent*>(event);
        if (key->key() == Qt::Key_Enter) {
            openRun();
            return true;
        }
    }
    return Page::eventFilter(watched, event);
}

}  // namespace jumplora
