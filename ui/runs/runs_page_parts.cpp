// SPDX-License-Identifier: GPL-3.0-or-later
// What the page consists of, and how its parts are placed.
#include "parts/state_widgets.h"
#include "parts/wrap_layout.h"
#include "runs/filter_edit.h"
#include "runs/pinned_table.h"
#include "runs/run_commands.h"
#include "runs/run_detail.h"
#include "runs/runs_page.h"
#include "runs/view_menus.h"

#include <QAction>
#include <QFrame>
#include <QGuiApplication>
#include <QHeaderView>
#include <QLabel>
#include <QMenu>
#include <QSplitter>
#include <QToolButton>
#include <QVBoxLayout>

namespace jumplora {
namespace {

constexpr int kWide = 1600;  // page width from which the detail stands at the right
constexpr int kDetailWidth = 360;
constexpr int kDetailHeight = 200;

}  // namespace

void RunsPage::registerActions() {
    ActionRegistry& actions = m_context.actions;
    const QString page = objectName();
    const auto add = [&](const char* id, const QString& text, const QString& tip, const char* iconName,
                         const QList<QKeySequence>& keys, std::function<void()> call) {
        actions.add({QLatin1String(id), text, tip, QLatin1String(iconName), page, keys, ActionScope::Page},
                    this, std::move(call));
    };
    add("runs.find", tr("Filter runs"), tr("Moves to the filter"), "filter", {QKeySequence::Find},
        [this] { m_filter->setFocus(Qt::ShortcutFocusReason); });
    add("runs.compare", tr("Compare"), tr("Compares the marked runs or groups"), "compare",
        {QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_D)}, [this] { compare(); });
    add("runs.results", tr("Show results"), tr("Metrics and matrices of the marked runs"), "results", {},
        [this] { showResults(); });
    add("runs.tag", tr("Tags…"), tr("Adds tags to the marked runs or takes them away"), "tag",
        {QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_T)}, [this] { m_commands->tag(); });
    add("runs.note", tr("Note"), tr("Writes a note on the selected run"), "note", {Qt::Key_F4}, [this] {
        m_context.actions.action(QStringLiteral("runs.detail"))->setChecked(true);
        m_detail->show();
        m_detail->focusNote();
    });
    add("runs.rename", tr("Rename"), tr("Gives the selected run another name"), "rename", {Qt::Key_F2},
        [this] { rename(); });
    add("runs.archive", tr("Archive"), tr("Takes the chosen runs out of the table, or back from the archive"),
        "archive", {QKeySequence::Delete}, [this] { m_commands->archive(!m_view.now.archive); });
    add("runs.delete", tr("Delete files…"), tr("Deletes the folders of the chosen runs"), "delete",
        {QKeySequence(Qt::SHIFT | Qt::Key_Delete)}, [this] { m_commands->deleteFiles(); });
    add("runs.export", tr("Export table…"), tr("The shown runs as LaTeX, CSV or Markdown"), "export", {},
        [this] { exportTable(); });
    add("runs.duplicate", tr("Use settings"), tr("Opens the settings of the selected run on Set-up"),
        "duplicate", {QKeySequence(Qt::CTRL | Qt::Key_D)}, [this] { m_commands->duplicate(); });
    add("runs.rerun", tr("Run again"), tr("Queues the chosen runs once more with their settings"), "refresh",
        {}, [this] { m_commands->rerun(false); });
    add("runs.seeds", tr("Queue other seeds…"), tr("Queues the chosen runs with other seeds"), "seeds", {},
        [this] { m_commands->rerun(true); });
    add("runs.resume", tr("Resume"), tr("Goes on with a paused, stopped or lost run from its checkpoint"),
        "resume", {}, [this] { m_commands->resume(); });
    add("runs.all", tr("Mark all shown"), tr("Marks every run that the filter shows"), "check",
        {QKeySequence::SelectAll}, [this] {
            QSet<QString> ids = m_model->marked();
            for (int row = 0; row < m_model->rowCount(); ++row)
                for (const QString& id : m_model->runIds(row)) ids.insert(id);
            m_model->setMarkedIds(ids);
        });
    add("runs.none", tr("Mark none"), tr("Takes all marks away"), "close",
        {QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_A)}, [this] { m_model->setMarkedIds({}); });
    add("runs.rescan", tr("Read run folders again"), tr("Looks for new and changed run folders"), "refresh",
        {Qt::Key_F5}, [this] { m_commands->rescan(); });
    add("runs.import", tr("Import results…"), tr("Brings in runs, bundles, and results of other programs"),
        "import", {}, [this] { m_commands->import(); });
    add("runs.takeOut", tr("Take out…"),
        tr("Writes an adapter, a model, event files or a bundle of the selected run"), "export",
        {QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_E)}, [this] { m_commands->takeOut(); });
    add("runs.saveView", tr("Save view…"), tr("Keeps columns, order, filter and grouping under a name"),
        "save", {}, [this] { saveView(); });
    QAction* detail = actions.add({QStringLiteral("runs.detail"),
                                   tr("Run details"),
                                   tr("Shows or hides what is known of the selected run"),
                                   QStringLiteral("info"),
                                   page,
                                   {QKeySequence(Qt::CTRL | Qt::Key_I)},
                                   ActionScope::Page,
                                   true},
                                  this);
    detail->setChecked(true);
    connect(detail, &QAction::toggled, this, [this](bool on) {
        if (m_detail != nullptr) m_detail->parentWidget()->setVisible(on);
    });
}

QWidget* RunsPage::buildHeader() {
    auto* header = new QWidget(this);
    auto* line = new WrapLayout(header);
    m_menus = new ViewMenus(m_context, *m_model, m_view, header);
    m_filter = new FilterEdit(m_context.theme, header);
    m_filter->setObjectName("runFilter");
    m_filter->setAccessibleName(tr("Filter"));
    constexpr int kFilterWidth = 260;
    m_filter->setMinimumWidth(m_context.theme.scaled(kFilterWidth));
    m_count = new QLabel(header);
    m_count->setObjectName("runCount");
    m_count->setProperty("muted", true);
    line->addWidget(m_menus->viewButton());
    line->addWidget(m_filter);
    line->addWidget(m_count);
    line->addWidget(m_menus->groupButton());
    line->addWidget(m_menus->columnButton());
    connect(m_filter, &FilterEdit::expressionChanged, this, [this] {
        m_view.now.filter = m_filter->text();
        m_menus->showEdited();
        m_filterTimer.start();
    });
    connect(m_filter, &FilterEdit::problemChanged, this, [this](const QString& sentence) {
        m_problem->setText(QStringLiteral("✕ ") + sentence);
        m_problem->setVisible(!sentence.isEmpty());
    });
    connect(m_filter, &FilterEdit::leftDown, this, [this] {
        m_table->setFocus(Qt::TabFocusReason);
        if (!m_table->currentIndex().isValid() && m_model->rowCount() > 0) m_table->selectRow(0);
    });
    return header;
}

QWidget* RunsPage::buildBody() {
    m_splitter = new QSplitter(Qt::Vertical, this);
    m_splitter->setChildrenCollapsible(false);
    m_splitter->setHandleWidth(metrics::kGrid);
    auto* upper = new QWidget(m_splitter);
    auto* column = new QVBoxLayout(upper);
    column->setContentsMargins(0, 0, 0, 0);
    m_problem = new QLabel(upper);
    m_problem->setObjectName("filterProblem");
    m_problem->setProperty("error", true);
    m_problem->hide();
    m_table = new PinnedTable(m_context.theme, upper);
    m_table->setObjectName("runTable");
    m_table->setAccessibleName(tr("Runs"));
    m_table->setModel(m_model);
    m_table->setContextMenuPolicy(Qt::CustomContextMenu);
    m_state = new StateStack(m_table, upper);
    column->addWidget(m_problem);
    column->addWidget(m_state, 1);
    auto* card = new QFrame(m_splitter);
    card->setProperty("card", true);
    auto* inner = new QVBoxLayout(card);
    inner->setContentsMargins(metrics::kCardPadding, metrics::kGrid, metrics::kCardPadding, metrics::kGrid);
    m_detail = new RunDetail(m_context, card);
    inner->addWidget(m_detail);
    m_splitter->addWidget(upper);
    m_splitter->addWidget(card);
    m_splitter->setStretchFactor(0, 1);
    m_splitter->setSizes({10000, kDetailHeight});
    connect(m_table->selectionModel(), &QItemSelectionModel::selectionChanged, this, &RunsPage::showDetail);
    connect(m_model, &QAbstractItemModel::modelReset, this, [this] {
        setDefaultWidths();
        showDetail();
    });
    connect(m_table, &PinnedTable::foldRequested, this, [this](int row, bool open) {
        if (open && m_model->isGroup(row)) m_model->setExpanded(row, true);
        if (!open && (m_model->isExpanded(row) || !m_model->isGroup(row))) {
            const int top = m_model->groupRowOf(row);
            m_model->setExpanded(top, false);
            m_table->selectRow(top);
        }
    });
    connect(m_table, &PinnedTable::markRequested, this, [this](const std::vector<int>& rows) {
        if (rows.empty()) return;
        const bool mark = m_model->markState(rows.front()) != Qt::Checked;
        for (const int row : rows) m_model->setMarked(row, mark);
    });
    connect(m_table, &QTableView::doubleClicked, this, [this](const QModelIndex& index) {
        if (index.column() == RunTableModel::kMarkColumn) return;
        const QStringList ids = m_model->runIds(index.row());
        if (m_model->isGroup(index.row())) {
            m_model->setExpanded(index.row(), !m_model->isExpanded(index.row()));
        } else {
            openRun(ids.first());
        }
    });
    connect(m_table, &PinnedTable::headerClicked, this, &RunsPage::sortBy);
    // Queued: the header is still busy with the mouse.
    connect(
        m_table, &PinnedTable::columnMoved, this, [this](int from, int to) { m_menus->moveColumn(from, to); },
        Qt::QueuedConnection);
    connect(m_model, &RunTableModel::renamed, m_commands, &RunCommands::rename);
    connect(m_table, &PinnedTable::headerMenuRequested, this,
            [this](int column, const QPoint& place) { m_menus->showHeaderMenu(column, place, *m_table); });
    connect(
        m_table->horizontalHeader(), &QHeaderView::sectionResized, this, [this](int section, int, int width) {
            if (section > 0 && section - 1 < static_cast<int>(m_model->columns().size()))
                if (QGuiApplication::mouseButtons() != Qt::NoButton)  // by hand, not by a reset
                    m_widths[keyText(m_model->columns()[static_cast<std::size_t>(section - 1)].key)] = width;
        });
    connect(m_table, &QWidget::customContextMenuRequested, this, [this](const QPoint& place) {
        QMenu menu(m_table);
        for (const char* id : {"runs.compare", "runs.results", "-", "runs.rename", "runs.tag", "runs.note",
                               "runs.archive", "-", "runs.duplicate", "runs.resume", "runs.rerun",
                               "runs.seeds", "-", "runs.takeOut", "runs.export", "runs.delete"}) {
            if (QLatin1String(id) == QLatin1String("-")) menu.addSeparator();
            if (QAction* action = m_context.actions.action(QLatin1String(id))) menu.addAction(action);
        }
        menu.exec(m_table->viewport()->mapToGlobal(place));
    });
    connect(m_detail, &RunDetail::noteEdited, m_commands, &RunCommands::setNote);
    connect(m_detail, &RunDetail::runRequested, this, [this](const QString& id) {
        const int row = m_model->rowOf(id);
        if (row >= 0) m_table->selectRow(row);
        if (row < 0) openRun(id);
    });
    return m_splitter;
}

QWidget* RunsPage::buildBottom() {
    auto* bar = new QWidget(this);
    auto* line = new WrapLayout(bar);
    m_marks = new QLabel(bar);
    m_marks->setObjectName("markCount");
    line->addWidget(m_marks);
    const std::pair<const char*, const char*> buttons[] = {
        {"runs.compare", "compareButton"}, {"runs.results", "resultsButton"},
        {"runs.tag", "tagButton"},         {"runs.archive", "archiveButton"},
        {"runs.export", "exportButton"},   {"runs.takeOut", "takeOutButton"}};
    for (const auto& [id, name] : buttons) {
        QToolButton* button = m_context.actions.button(QLatin1String(id), bar);
        button->setObjectName(QLatin1String(name));
        button->setProperty("button", true);
        line->addWidget(button);
    }
    line->addStretch();
    QToolButton* again = m_context.actions.button(QStringLiteral("runs.rescan"), bar);
    again->setObjectName("rescanButton");
    again->setProperty("button", true);
    line->addWidget(again);
    return bar;
}

void RunsPage::arrange() {
    const bool wide = width() >= m_context.theme.scaled(kWide);
    const Qt::Orientation orientation = wide ? Qt::Horizontal : Qt::Vertical;
    if (m_splitter->orientation() == orientation) return;
    m_splitter->setOrientation(orientation);
    m_splitter->setSizes({10000, wide ? kDetailWidth : kDetailHeight});
}

void RunsPage::resizeEvent(QResizeEvent* event) {
    Page::resizeEvent(event);
    arrange();
    setDefaultWidths();
}

}  // namespace jumplora
