// SPDX-License-Identifier: GPL-3.0-or-later
#include "runs/runs_page.h"

#include "base/error.h"
#include "exchange/run_tables.h"
#include "parts/state_widgets.h"
#include "plots/export_dialog.h"
#include "runs/filter_edit.h"
#include "runs/pinned_table.h"
#include "runs/run_commands.h"
#include "runs/run_detail.h"
#include "store/importer.h"
#include "theme/icons.h"
#include "train/run_directory.h"

#include <QAction>
#include <QFileDialog>
#include <QFrame>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QInputDialog>
#include <QLabel>
#include <QMenu>
#include <QMessageBox>
#include <QPushButton>
#include <QSplitter>
#include <QToolButton>
#include <QUndoStack>
#include <QVBoxLayout>
#include <algorithm>
#include <set>

namespace jumplora {
namespace {

constexpr int kWide = 1600;  // page width from which the detail stands at the right
constexpr int kDetailWidth = 360;
constexpr int kDetailHeight = 200;
constexpr int kFirstRows = 100;  // shown before everything is read

const std::vector<const char*>& usualColumns() {
    static const std::vector<const char*> kColumns = {"state", "name",    "method", "gate",       "sequence",
                                                      "seed",  "oa",      "bwt",    "forgetting", "density",
                                                      "time",  "started", "tags"};
    return kColumns;
}

int usualWidth(const QString& key) {
    static const std::map<QString, int> kWidths = {
        {QStringLiteral("state"), 120},      {QStringLiteral("name"), 210},
        {QStringLiteral("method"), 84},      {QStringLiteral("gate"), 84},
        {QStringLiteral("sequence"), 190},   {QStringLiteral("seed"), 56},
        {QStringLiteral("oa"), 96},          {QStringLiteral("bwt"), 96},
        {QStringLiteral("forgetting"), 104}, {QStringLiteral("density"), 96},
        {QStringLiteral("time"), 140},       {QStringLiteral("started"), 130},
        {QStringLiteral("tags"), 110},       {QStringLiteral("id"), 240}};
    const auto found = kWidths.find(key);
    constexpr int kOther = 118;
    return found == kWidths.end() ? kOther : found->second;
}

std::shared_ptr<const RunData> readAll(const Store& store) {
    RunFilter all;
    all.archived = std::nullopt;
    return std::make_shared<const RunData>(store.listRuns(all), specTable(store));
}

std::shared_ptr<const RunData> readFirst(const Store& store) {
    RunFilter first;
    first.archived = std::nullopt;
    first.limit = kFirstRows;
    return std::make_shared<const RunData>(store.listRuns(first), SpecTable{});
}

}  // namespace

RunsPage::RunsPage(WindowContext& context, QWidget* parent)
    : Page(QStringLiteral("runsPage"), tr("Runs"), parent),
      m_context(context),
      m_undo(new QUndoStack(this)),
      m_model(new RunTableModel(this)) {
    m_views = builtinViews();
    const Json stored =
        Json::parse(context.settings.get<QString>(keys::kRunViews).toStdString(), nullptr, false);
    if (stored.is_array())
        for (const Json& view : stored) m_views.push_back(viewFromJson(view));
    registerActions();
    setHeader(buildHeader());
    auto* whole = new QVBoxLayout(this);
    whole->setContentsMargins(metrics::kPageMargin, 0, metrics::kPageMargin, metrics::kGrid);
    whole->setSpacing(metrics::kGrid);
    whole->addWidget(buildBody(), 1);
    whole->addWidget(buildBottom());
    m_reloadTimer.setSingleShot(true);
    m_reloadTimer.setInterval(400);
    connect(&m_reloadTimer, &QTimer::timeout, this, &RunsPage::reload);
    m_filterTimer.setSingleShot(true);
    m_filterTimer.setInterval(120);
    connect(&m_filterTimer, &QTimer::timeout, this, &RunsPage::applyFilter);
    connect(&context.session, &Session::runsChanged, this, [this] {
        m_stale = true;
        if (m_active && !m_reloadTimer.isActive()) m_reloadTimer.start();
    });
    connect(&context.session, &Session::runStateChanged, this, [this](const RunStatus& status) {
        if (status.state != QLatin1String("failed") || m_active) return;
        ++m_unread;
        Q_EMIT badgeChanged(QString::number(m_unread), tr("%n unread failures", nullptr, m_unread));
    });
    connect(m_model, &RunTableModel::markedChanged, this, [this] {
        showCounts();
        if (m_now.differing) applyColumns();
    });
    connect(m_model, &RunTableModel::shownChanged, this, &RunsPage::showCounts);
    const QString lastView = context.settings.get<QString>(keys::kRunColumns);
    const Json last = Json::parse(lastView.toStdString(), nullptr, false);
    m_view = m_views.front();
    if (last.is_object()) {
        const SavedView view = viewFromJson(last);
        const auto saved = std::find_if(m_views.begin(), m_views.end(),
                                        [&](const SavedView& each) { return each.name == view.name; });
        if (saved != m_views.end()) m_view = *saved;
        m_now = view;
        if (last.contains("widths") && last["widths"].is_object())
            for (const auto& [key, width] : last["widths"].items())
                if (width.is_number_integer()) m_widths[QString::fromStdString(key)] = width.get<int>();
    } else {
        m_now = m_view;
    }
    applyView(m_now);
    showState();
}

RunsPage::~RunsPage() { storeViews(); }

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
        {QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_T)}, [this] { tag(); });
    add("runs.note", tr("Note"), tr("Writes a note on the selected run"), "note", {Qt::Key_F4}, [this] {
        m_context.actions.action(QStringLiteral("runs.detail"))->setChecked(true);
        m_detail->show();
        m_detail->focusNote();
    });
    add("runs.archive", tr("Archive"), tr("Takes the chosen runs out of the table, or back from the archive"),
        "archive", {QKeySequence::Delete}, [this] { archive(!m_now.archive); });
    add("runs.delete", tr("Delete files…"), tr("Deletes the folders of the chosen runs"), "delete",
        {QKeySequence(Qt::SHIFT | Qt::Key_Delete)}, [this] { deleteFiles(); });
    add("runs.export", tr("Export table…"), tr("The shown runs as LaTeX, CSV or Markdown"), "export", {},
        [this] { exportTable(); });
    add("runs.duplicate", tr("Use settings"), tr("Opens the settings of the selected run on Set-up"),
        "duplicate", {QKeySequence(Qt::CTRL | Qt::Key_D)}, [this] { duplicate(); });
    add("runs.rerun", tr("Run again"), tr("Queues the chosen runs once more with their settings"), "refresh",
        {}, [this] { rerun(false); });
    add("runs.seeds", tr("Queue other seeds…"), tr("Queues the chosen runs with other seeds"), "seeds", {},
        [this] { rerun(true); });
    add("runs.resume", tr("Resume"), tr("Goes on with a paused, stopped or lost run from its checkpoint"),
        "resume", {}, [this] {
            for (const RunRow* row : chosenRows()) {
                try {
                    m_context.queue.resume(row->directory);
                } catch (const Error& error) {
                    tell(Notice::Kind::Error, QString::fromUtf8(error.what()));
                }
            }
        });
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
        {Qt::Key_F5}, [this] { rescan(); });
    add("runs.import", tr("Import a run folder…"), tr("Adds the runs below a folder to the index"), "import",
        {}, [this] { importFolder(); });
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
    auto* line = new QHBoxLayout(header);
    line->setContentsMargins(0, 0, 0, 0);
    const auto menuButton = [&](const char* name, const char* iconName) {
        auto* button = new QToolButton(header);
        button->setObjectName(QLatin1String(name));
        button->setIcon(icon(QLatin1String(iconName)));
        button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
        button->setPopupMode(QToolButton::InstantPopup);
        button->setProperty("button", true);
        button->setMenu(new QMenu(button));
        return button;
    };
    m_viewMenu = menuButton("viewMenu", "view");
    m_groupMenu = menuButton("groupMenu", "group");
    m_columnButton = menuButton("columnButton", "columns");
    m_columnButton->setText(tr("Columns"));
    m_columnButton->setToolTip(tr("Which columns are shown"));
    m_groupMenu->setToolTip(tr("Seeds collapse into mean ± sd"));
    m_filter = new FilterEdit(m_context.theme, header);
    m_filter->setObjectName("runFilter");
    m_filter->setAccessibleName(tr("Filter"));
    constexpr int kFilterWidth = 260;
    m_filter->setMinimumWidth(m_context.theme.scaled(kFilterWidth));
    m_count = new QLabel(header);
    m_count->setObjectName("runCount");
    m_count->setProperty("muted", true);
    line->addWidget(m_viewMenu);
    line->addWidget(m_filter, 1);
    line->addWidget(m_count);
    line->addWidget(m_groupMenu);
    line->addWidget(m_columnButton);
    connect(m_filter, &FilterEdit::expressionChanged, this, [this] {
        m_now.filter = m_filter->text();
        viewEdited();
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
    connect(m_table, &PinnedTable::headerMenuRequested, this, &RunsPage::headerMenu);
    connect(
        m_table->horizontalHeader(), &QHeaderView::sectionResized, this, [this](int section, int, int width) {
            if (section > 0 && section - 1 < static_cast<int>(m_model->columns().size()))
                if (QGuiApplication::mouseButtons() != Qt::NoButton)  // by hand, not by a reset
                    m_widths[keyText(m_model->columns()[static_cast<std::size_t>(section - 1)].key)] = width;
        });
    connect(m_table, &QWidget::customContextMenuRequested, this, [this](const QPoint& place) {
        QMenu menu(m_table);
        for (const char* id : {"runs.compare", "runs.results", "-", "runs.tag", "runs.note", "runs.archive",
                               "-", "runs.duplicate", "runs.resume", "runs.rerun", "runs.seeds", "-",
                               "runs.export", "runs.delete"}) {
            if (QLatin1String(id) == QLatin1String("-")) menu.addSeparator();
            if (QAction* action = m_context.actions.action(QLatin1String(id))) menu.addAction(action);
        }
        menu.exec(m_table->viewport()->mapToGlobal(place));
    });
    connect(m_detail, &RunDetail::noteEdited, this, &RunsPage::setNote);
    connect(m_detail, &RunDetail::runRequested, this, [this](const QString& id) {
        const int row = m_model->rowOf(id);
        if (row >= 0) m_table->selectRow(row);
        if (row < 0) openRun(id);
    });
    return m_splitter;
}

QWidget* RunsPage::buildBottom() {
    auto* bar = new QWidget(this);
    auto* line = new QHBoxLayout(bar);
    line->setContentsMargins(0, 0, 0, 0);
    m_marks = new QLabel(bar);
    m_marks->setObjectName("markCount");
    line->addWidget(m_marks);
    const std::pair<const char*, const char*> buttons[] = {{"runs.compare", "compareButton"},
                                                           {"runs.results", "resultsButton"},
                                                           {"runs.tag", "tagButton"},
                                                           {"runs.archive", "archiveButton"},
                                                           {"runs.export", "exportButton"}};
    for (const auto& [id, name] : buttons) {
        QToolButton* button = m_context.actions.button(QLatin1String(id), bar);
        button->setObjectName(QLatin1String(name));
        button->setProperty("button", true);
        line->addWidget(button);
    }
    line->addStretch(1);
    QToolButton* again = m_context.actions.button(QStringLiteral("runs.rescan"), bar);
    again->setObjectName("rescanButton");
    again->setProperty("button", true);
    line->addWidget(again);
    return bar;
}

void RunsPage::activated() {
    m_active = true;
    m_unread = 0;
    Q_EMIT badgeChanged({}, {});
    if (m_stale) reload();
}

void RunsPage::deactivated() {
    m_active = false;
    storeViews();
}

void RunsPage::reload() {
    m_stale = false;
    const int generation = ++m_generation;
    const auto failed = [this, generation](const QString& sentence) {
        if (generation == m_generation) m_state->showError(tr("The index cannot be read. %1").arg(sentence));
    };
    if (!m_loaded) {
        m_state->startLoading();
        m_context.jobs.read(
            this, readFirst,
            [this, generation](std::shared_ptr<const RunData> data) {
                if (generation == m_generation && !m_loaded) take(std::move(data), false);
            },
            [](const QString&) {});
    }
    m_context.jobs.read(
        this, readAll,
        [this, generation](std::shared_ptr<const RunData> data) {
            if (generation == m_generation) take(std::move(data), true);
        },
        failed);
}

void RunsPage::take(std::shared_ptr<const RunData> data, bool whole) {
    m_loaded |= whole;
    // Selection and place survive a reading.
    QStringList selected;
    for (const int row : m_table->selectedRows()) selected += m_model->runIds(row);
    m_filter->setData(data);
    m_model->setData(std::move(data));
    applyColumns();
    if (!selected.isEmpty()) {
        const int row = m_model->rowOf(selected.first());
        if (row >= 0) m_table->selectRow(row);
    }
    buildMenus();
    showState();
    readCurves();
    if (whole) Q_EMIT loaded();
}

// Numbers of curves are read when a filter or a column asks for them.
void RunsPage::readCurves() {
    std::vector<FilterKey> wanted = m_filter->expression().keys();
    for (const RunColumn& column : m_model->columns()) wanted.push_back(column.key);
    const std::vector<FilterKey> missing = m_model->data()->missingCurves(wanted);
    if (missing.empty()) return;
    const FilterKey& key = missing.front();
    const auto request = curveRequest(key);
    const int generation = m_generation;
    m_context.jobs.read(
        this,
        [request = *request](const Store& store) {
            return reduceCurves(store, request.key, request.reducer);
        },
        [this, key, generation](std::unordered_map<std::string, double> values) {
            if (generation != m_generation) return;
            m_model->setData(m_model->data()->withCurve(key, std::move(values)));
            m_filter->setData(m_model->data());
            readCurves();
        },
        [this](const QString& sentence) { tell(Notice::Kind::Error, sentence); });
}

void RunsPage::applyFilter() {
    m_filterTimer.stop();
    m_model->setFilter(m_filter->expression());
    applyColumns();
    readCurves();
    showState();
}

void RunsPage::applyColumns() {
    const RunData& data = *m_model->data();
    std::vector<RunColumn> columns;
    const auto add = [&](const FilterKey& key) {
        if (m_now.hidden.contains(keyText(key))) return;
        const RunColumn column = data.column(key);
        const bool there = std::any_of(columns.begin(), columns.end(),
                                       [&](const RunColumn& other) { return other.key == column.key; });
        if (!there) columns.push_back(column);
    };
    if (m_now.columns.empty()) {
        for (const char* key : usualColumns()) add({QLatin1String(key), {}, 0});
    } else {
        for (const FilterKey& key : m_now.columns) add(key);
    }
    if (m_now.differing) {
        // Of the marked runs, or of those shown.
        std::vector<int> rows;
        for (const QString& id : m_model->marked())
            if (const int row = data.indexOf(id); row >= 0) rows.push_back(row);
        if (rows.size() < 2) rows = m_model->shown();
        for (const std::string& key : data.differingKeys(rows)) add({QString::fromStdString(key), {}, 0});
    }
    const auto& shown = m_model->columns();
    const bool same =
        shown.size() == columns.size() &&
        std::equal(shown.begin(), shown.end(), columns.begin(), [](const RunColumn& a, const RunColumn& b) {
            return a.key == b.key && a.title == b.title && a.quantity == b.quantity;
        });
    if (same) return;
    QStringList selected;
    for (const int row : m_table->selectedRows()) selected += m_model->runIds(row);
    m_model->setColumns(std::move(columns));
    setDefaultWidths();
    for (const QString& id : selected)
        if (const int row = m_model->rowOf(id); row >= 0) {
            m_table->selectRow(row);
            break;
        }
}

void RunsPage::setDefaultWidths() {
    const Theme& theme = m_context.theme;
    constexpr int kMark = 30;
    m_table->setWidthOf(RunTableModel::kMarkColumn, theme.scaled(kMark));
    for (std::size_t i = 0; i < m_model->columns().size(); ++i) {
        const QString key = keyText(m_model->columns()[i].key);
        const auto known = m_widths.find(key);
        // A title is never cut.
        const int title =
            m_table->horizontalHeader()->fontMetrics().horizontalAdvance(m_model->columns()[i].title) + 40;
        constexpr int kMostTitle = 220;
        const int width = known != m_widths.end() ? known->second
                                                  : std::max(theme.scaled(usualWidth(key)),
                                                             std::min(title, theme.scaled(kMostTitle)));
        m_table->setWidthOf(static_cast<int>(i) + 1, width);
    }
    // What is left over goes to the sequence of tasks, the longest text.
    int total = 0;
    for (int column = 0; column < m_model->columnCount(); ++column) total += m_table->columnWidth(column);
    const int left = m_table->viewport()->width() - total;
    for (std::size_t i = 0; i < m_model->columns().size() && left > 0; ++i) {
        if (m_model->columns()[i].key.name != QLatin1String("sequence") ||
            m_widths.contains(QStringLiteral("sequence")))
            continue;
        constexpr int kMostExtra = 600;
        m_table->setWidthOf(static_cast<int>(i) + 1, m_table->columnWidth(static_cast<int>(i) + 1) +
                                                         std::min(left, theme.scaled(kMostExtra)));
    }
    m_table->setPinned(std::min(m_now.pinned, m_model->columnCount()));
}

void RunsPage::applyView(const SavedView& view) {
    m_now = view;
    m_filter->setExpression(view.filter);
    m_model->setArchive(view.archive);
    m_model->setGrouping(view.grouping);
    m_model->setSorting(view.sorting);
    m_context.actions.action(QStringLiteral("runs.archive"))
        ->setText(view.archive ? tr("Back from archive") : tr("Archive"));
    applyFilter();
    buildMenus();
    viewEdited();
}

void RunsPage::viewEdited() {
    const bool altered = !(m_now == m_view);
    m_viewMenu->setText(altered ? tr("%1 ●").arg(m_view.name) : m_view.name);
    m_viewMenu->setToolTip(altered ? tr("View \"%1\", altered; the menu saves it").arg(m_view.name)
                                   : tr("Columns, order, filter and grouping under a name"));
    m_viewMenu->setAccessibleName(altered ? tr("View %1, altered").arg(m_view.name)
                                          : tr("View %1").arg(m_view.name));
}

void RunsPage::buildMenus() {
    QMenu* views = m_viewMenu->menu();
    views->clear();
    for (const SavedView& view : m_views) {
        QAction* action = views->addAction(view.name);
        action->setCheckable(true);
        action->setChecked(view.name == m_view.name);
        connect(action, &QAction::triggered, this, [this, view] {
            m_view = view;
            applyView(view);
        });
    }
    views->addSeparator();
    views->addAction(m_context.actions.action(QStringLiteral("runs.saveView")));
    const bool own = std::none_of(builtinViews().begin(), builtinViews().end(),
                                  [&](const SavedView& each) { return each.name == m_view.name; });
    QAction* forget = views->addAction(tr("Remove view \"%1\"").arg(m_view.name), this, [this] {
        std::erase_if(m_views, [this](const SavedView& each) { return each.name == m_view.name; });
        m_view = m_views.front();
        applyView(m_view);
        storeViews();
    });
    forget->setEnabled(own);

    QMenu* groups = m_groupMenu->menu();
    groups->clear();
    QStringList texts;
    const auto addGroup = [&](const QString& key, const QString& text) {
        QAction* action = groups->addAction(text);
        action->setCheckable(true);
        action->setChecked(m_now.grouping.contains(key));
        if (action->isChecked()) texts += text;
        connect(action, &QAction::toggled, this, [this, key](bool on) {
            if (key == QLatin1String(kAllButSeed)) m_now.grouping.clear();
            m_now.grouping.removeAll(key);
            if (on) m_now.grouping += key;
            if (on && key != QLatin1String(kAllButSeed)) m_now.grouping.removeAll(QLatin1String(kAllButSeed));
            m_model->setGrouping(m_now.grouping);
            viewEdited();
            QTimer::singleShot(0, this, &RunsPage::buildMenus);
        });
    };
    addGroup(QLatin1String(kAllButSeed), tr("All but seed"));
    groups->addSeparator();
    for (const char* key : {"method", "gate", "sequence", "backbone", "suite", "state", "tags"})
        addGroup(QLatin1String(key), QLatin1String(key));
    for (const std::string& key : m_model->data()->differingKeys(m_model->shown()))
        addGroup(QString::fromStdString(key), QString::fromStdString(key));
    groups->addSeparator();
    groups->addAction(tr("Open all groups"), this, [this] { m_model->expandAll(true); });
    groups->addAction(tr("Fold all groups"), this, [this] { m_model->expandAll(false); });
    m_groupMenu->setText(texts.isEmpty() ? tr("Group")
                                         : tr("Group: %1").arg(texts.join(QStringLiteral(", "))));

    QMenu* columns = m_columnButton->menu();
    columns->clear();
    QAction* differing = columns->addAction(tr("Settings that differ"));
    differing->setCheckable(true);
    differing->setChecked(m_now.differing);
    differing->setToolTip(
        tr("One column for every setting in which the shown runs, or the marked ones, differ"));
    connect(differing, &QAction::toggled, this, [this](bool on) {
        m_now.differing = on;
        viewEdited();
        applyColumns();
    });
    columns->addSeparator();
    const auto addColumn = [&](QMenu* menu, const QString& key) {
        const RunColumn column = m_model->data()->column(parseKeyText(key));
        QAction* action = menu->addAction(column.title);
        action->setToolTip(column.toolTip);
        action->setCheckable(true);
        const auto& shown = m_model->columns();
        action->setChecked(std::any_of(shown.begin(), shown.end(),
                                       [&](const RunColumn& each) { return keyText(each.key) == key; }));
        connect(action, &QAction::toggled, this, [this, key](bool on) {
            m_now.hidden.removeAll(key);
            const FilterKey parsed = parseKeyText(key);
            if (!on) {
                m_now.hidden += key;
                std::erase(m_now.columns, parsed);
            } else if (m_now.columns.empty()) {
                const bool usual = std::any_of(usualColumns().begin(), usualColumns().end(),
                                               [&](const char* each) { return key == QLatin1String(each); });
                if (!usual) {
                    for (const char* each : usualColumns())
                        m_now.columns.push_back({QLatin1String(each), {}, 0});
                    m_now.columns.push_back(parsed);
                }
            } else {
                m_now.columns.push_back(parsed);
            }
            viewEdited();
            applyColumns();
            readCurves();
        });
    };
    columns->setToolTipsVisible(true);
    for (const char* key : usualColumns()) addColumn(columns, QLatin1String(key));
    columns->addSeparator();
    QMenu* metrics = columns->addMenu(tr("Metrics"));
    QMenu* curves = columns->addMenu(tr("Curves"));
    QMenu* settings = columns->addMenu(tr("Settings"));
    QMenu* others = columns->addMenu(tr("More"));
    for (const QString& key : m_model->data()->keys()) {
        if (std::any_of(usualColumns().begin(), usualColumns().end(),
                        [&](const char* each) { return key == QLatin1String(each); }))
            continue;
        const RunColumn column = m_model->data()->column({key, {}, 0});
        if (curveRequest({key, {}, 0})) {
            for (const char* reducer : {"last", "best", "min", "max"})
                addColumn(curves, key + QLatin1Char('@') + QLatin1String(reducer));
        } else if (column.higherIsBetter) {
            addColumn(metrics, key);
        } else if (m_model->data()->specs().keyIndex(key.toStdString()) != SpecTable::kAbsent) {
            addColumn(settings, key);
        } else {
            addColumn(others, key);
        }
    }
}

void RunsPage::headerMenu(int column, const QPoint& place) {
    if (column <= 0 || column > static_cast<int>(m_model->columns().size())) return;
    const RunColumn shown = m_model->columns()[static_cast<std::size_t>(column - 1)];
    const QString key = keyText(shown.key);
    QMenu menu(m_table);
    menu.addAction(tr("Sort ascending"), this, [this, shown] {
        m_now.sorting = {{shown.key, false}};
        m_model->setSorting(m_now.sorting);
        viewEdited();
    });
    menu.addAction(tr("Sort descending"), this, [this, shown] {
        m_now.sorting = {{shown.key, true}};
        m_model->setSorting(m_now.sorting);
        viewEdited();
    });
    menu.addSeparator();
    menu.addAction(tr("Pin up to here"), this, [this, column] {
        m_now.pinned = column + 1;
        m_table->setPinned(m_now.pinned);
        viewEdited();
    });
    menu.addAction(tr("Unpin all"), this, [this] {
        m_now.pinned = 0;
        m_table->setPinned(0);
        viewEdited();
    });
    menu.addAction(tr("Hide"), this, [this, key, shown] {
        m_now.hidden += key;
        std::erase(m_now.columns, shown.key);
        viewEdited();
        applyColumns();
        buildMenus();
    });
    const auto moved = [this, column](int by) {
        if (m_now.columns.empty())
            for (const RunColumn& each : m_model->columns()) m_now.columns.push_back(each.key);
        const auto at = static_cast<std::size_t>(column - 1);
        const std::size_t to = by < 0 ? at - 1 : at + 1;  // wraps past the end below 0, refused next
        if (at >= m_now.columns.size() || to >= m_now.columns.size()) return;
        std::swap(m_now.columns[at], m_now.columns[to]);
        viewEdited();
        applyColumns();
    };
    menu.addAction(tr("Move left"), this, [moved] { moved(-1); })->setEnabled(column > 1);
    menu.addAction(tr("Move right"), this, [moved] { moved(1); })
        ->setEnabled(column < static_cast<int>(m_model->columns().size()));
    if (curveRequest(shown.key)) {
        menu.addSeparator();
        for (const char* reducer : {"last", "best", "min", "max"}) {
            QAction* action =
                menu.addAction(tr("Show %1").arg(QLatin1String(reducer)), this, [this, shown, reducer] {
                    for (FilterKey& each : m_now.columns)
                        if (each == shown.key) each = {shown.key.name, QLatin1String(reducer), 0};
                    viewEdited();
                    applyColumns();
                    readCurves();
                });
            action->setCheckable(true);
            action->setChecked(shown.key.reducer == QLatin1String(reducer));
        }
    }
    menu.exec(place);
}

void RunsPage::sortBy(int column, bool second) {
    if (column <= 0 || column > static_cast<int>(m_model->columns().size())) return;
    const FilterKey key = m_model->columns()[static_cast<std::size_t>(column - 1)].key;
    std::vector<RunTableModel::SortKey> keys = m_now.sorting;
    const auto known =
        std::find_if(keys.begin(), keys.end(), [&](const auto& each) { return each.key == key; });
    if (second && !keys.empty()) {
        if (known != keys.end()) {
            known->descending = !known->descending;
        } else {
            keys.push_back({key, false});
        }
    } else {
        // Numbers begin with the largest.
        const bool number = m_model->columns()[static_cast<std::size_t>(column - 1)].isNumber();
        const bool descending = known != keys.end() ? !known->descending : number;
        keys = {{key, descending}};
    }
    m_now.sorting = keys;
    m_model->setSorting(keys);
    viewEdited();
}

void RunsPage::saveView() {
    bool accepted = false;
    const QString proposed = m_view.name == m_views.front().name ? tr("My view") : m_view.name;
    const QString name = QInputDialog::getText(this, tr("Save view"), tr("Name of the view"),
                                               QLineEdit::Normal, proposed, &accepted)
                             .trimmed();
    if (!accepted || name.isEmpty()) return;
    const auto builtin = builtinViews();
    if (std::any_of(builtin.begin(), builtin.end(),
                    [&](const SavedView& each) { return each.name == name; })) {
        tell(Notice::Kind::Warning, tr("\"%1\" is built in. Choose another name.").arg(name));
        return;
    }
    m_now.name = name;
    std::erase_if(m_views, [&](const SavedView& each) { return each.name == name; });
    m_views.push_back(m_now);
    m_view = m_now;
    storeViews();
    buildMenus();
    viewEdited();
}

void RunsPage::storeViews() {
    Json own = Json::array();
    for (std::size_t i = builtinViews().size(); i < m_views.size(); ++i) own.push_back(toJson(m_views[i]));
    m_context.settings.set(keys::kRunViews, QString::fromStdString(own.dump()));
    SavedView now = m_now;
    now.name = m_view.name;
    // A filter left in error is not remembered.
    if (m_filter->problem()) now.filter.clear();
    Json last = toJson(now);
    Json widths = Json::object();
    for (const auto& [key, width] : m_widths) widths[key.toStdString()] = width;
    last["widths"] = widths;
    m_context.settings.set(keys::kRunColumns, QString::fromStdString(last.dump()));
}

void RunsPage::showState() {
    if (!m_loaded && m_model->total() == 0) return;
    if (m_model->data()->rows().empty()) {
        m_state->showEmpty(tr("No runs yet. Runs you start appear here; folders can be imported."),
                           tr("Import a run folder…"), [this] { importFolder(); });
    } else if (m_model->rowCount() == 0 && !m_filter->text().trimmed().isEmpty()) {
        m_state->showEmpty(tr("No run matches. %n runs without this filter.", nullptr, m_model->total()),
                           tr("Clear filter"), [this] {
                               m_filter->setExpression({});
                               applyFilter();
                           });
    } else if (m_model->rowCount() == 0) {
        m_state->showEmpty(m_now.archive ? tr("The archive is empty.") : tr("All runs are in the archive."),
                           m_now.archive ? tr("Show all runs") : tr("Show the archive"), [this] {
                               m_view = m_now.archive ? m_views.front() : builtinViews().back();
                               applyView(m_view);
                           });
    } else {
        m_state->showContent();
    }
}

void RunsPage::showCounts() {
    const int shown = static_cast<int>(m_model->shown().size());
    const auto text = [](int value) { return QString::fromStdString(formatNumber(value, Quantity::Count)); };
    const int total = m_model->total();
    m_count->setText(shown == total
                         ? tr("%n runs", nullptr, total).replace(QString::number(total), text(total))
                         : tr("%1 of %2").arg(text(shown), text(total)));
    const int marked = static_cast<int>(m_model->marked().size());
    m_marks->setText(marked == 0 ? tr("none marked") : tr("%n marked", nullptr, marked));
}

void RunsPage::showDetail() {
    const std::vector<int> rows = m_table->selectedRows();
    if (rows.size() != 1 || rows.front() >= m_model->rowCount()) {
        m_detail->clear();
        return;
    }
    if (const RunRow* row = m_model->run(rows.front())) {
        m_detail->showRun(*row);
        return;
    }
    std::vector<const RunRow*> members;
    for (const QString& id : m_model->runIds(rows.front()))
        members.push_back(&m_model->data()->rows()[static_cast<std::size_t>(m_model->data()->indexOf(id))]);
    m_detail->showGroup(m_model->groupLabel(rows.front()), members);
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

QStringList RunsPage::chosenRuns() const {
    QStringList ids;
    // In the order of the table.
    const QSet<QString>& marked = m_model->marked();
    if (!marked.isEmpty()) {
        for (const RunRow& row : m_model->data()->rows())
            if (marked.contains(QString::fromStdString(row.id))) ids += QString::fromStdString(row.id);
        return ids;
    }
    for (const int row : m_table->selectedRows())
        for (const QString& id : m_model->runIds(row))
            if (!ids.contains(id)) ids += id;
    return ids;
}

std::vector<const RunRow*> RunsPage::chosenRows() const {
    std::vector<const RunRow*> rows;
    for (const QString& id : chosenRuns())
        if (const int place = m_model->data()->indexOf(id); place >= 0)
            rows.push_back(&m_model->data()->rows()[static_cast<std::size_t>(place)]);
    return rows;
}

void RunsPage::tell(Notice::Kind kind, const QString& sentence, const QString& actionText,
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

void RunsPage::edit(const QString& text, std::function<void(Store&)> redo, std::function<void(Store&)> undo) {
    m_undo->push(
        new StoreCommand(text, m_context.jobs, this, std::move(redo), std::move(undo), [this] { reload(); }));
    constexpr int kSeconds = 10;
    tell(
        Notice::Kind::Info, text + QLatin1Char('.'), tr("Undo"), [this] { m_undo->undo(); }, kSeconds);
}

void RunsPage::archive(bool archived) {
    std::vector<std::string> ids;
    for (const QString& id : chosenRuns()) ids.push_back(id.toStdString());
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
    m_model->setMarkedIds({});
}

void RunsPage::tag() {
    const std::vector<const RunRow*> rows = chosenRows();
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
        this, tr("Tags"), tr("Tags of %n runs, with commas between", nullptr, static_cast<int>(rows.size())),
        QLineEdit::Normal, before.join(QStringLiteral(", ")), &accepted);
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

void RunsPage::setTags(const QStringList& ids, const QStringList& add, const QStringList& remove) {
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

void RunsPage::setNote(const QString& id, const QString& before, const QString& after) {
    const auto set = [id](const QString& text) {
        return [id, text](Store& store) { store.setNote(id.toStdString(), text.toStdString()); };
    };
    m_undo->push(
        new StoreCommand(tr("Note"), m_context.jobs, this, set(after), set(before), [this] { reload(); }));
}

void RunsPage::deleteFiles() {
    const std::vector<const RunRow*> rows = chosenRows();
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
        this, tr("Delete files"),
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
        [this] { reload(); },
        [this](const QString& sentence) {
            tell(Notice::Kind::Error, sentence);
            reload();
        });
}

void RunsPage::openRun(const QString& id) {
    PageRequest request;
    request.runs = {id};
    m_context.navigator.showPage(QStringLiteral("livePage"), request);
}

void RunsPage::compare() {
    PageRequest request;
    request.runs = chosenRuns();
    if (request.runs.size() < 2) {
        tell(Notice::Kind::Info, tr("Mark at least two runs to compare them (Space marks the current row)."),
             {}, {}, 8);
        return;
    }
    m_context.navigator.showPage(QStringLiteral("comparePage"), request);
}

void RunsPage::showResults() {
    PageRequest request;
    request.runs = chosenRuns();
    if (!request.runs.isEmpty()) m_context.navigator.showPage(QStringLiteral("resultsPage"), request);
}

void RunsPage::duplicate() {
    const std::vector<const RunRow*> rows = chosenRows();
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

void RunsPage::rerun(bool otherSeeds) {
    const std::vector<const RunRow*> rows = chosenRows();
    if (rows.empty()) return;
    std::vector<std::uint64_t> seeds;
    if (otherSeeds) {
        bool accepted = false;
        const QString text = QInputDialog::getText(this, tr("Other seeds"), tr("Seeds, with commas between"),
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

// What the table shows, as a table for files.
void RunsPage::exportTable() {
    Table table;
    table.title = "Runs";
    const auto clean = [](const QString& text) { return text.toStdString(); };
    for (const RunColumn& column : m_model->columns())
        table.columns.push_back(
            {clean(column.key.name),
             column.isNumber() && column.quantity != Quantity::Plain ? column.quantity : Quantity::Text,
             clean(column.toolTip), column.higherIsBetter});
    for (int row = 0; row < m_model->rowCount(); ++row) {
        std::vector<TableCell> cells;
        for (std::size_t i = 0; i < m_model->columns().size(); ++i) {
            const RunColumn& column = m_model->columns()[i];
            const RunRow* run = m_model->run(row);
            const QString text = m_model->index(row, static_cast<int>(i) + 1).data().toString();
            if (table.columns[i].quantity == Quantity::Text || run == nullptr) {
                table.columns[i].quantity = Quantity::Text;
                cells.push_back(text == QStringLiteral("–") ? TableCell::missing()
                                                            : TableCell::ofText(text.toStdString()));
                continue;
            }
            const FilterValue value = m_model->data()->value(
                static_cast<std::size_t>(m_model->data()->indexOf(QString::fromStdString(run->id))),
                column.key);
            const auto* number = std::get_if<double>(&value.value);
            cells.push_back(number == nullptr ? TableCell::missing()
                                              : TableCell::ofNumber(value.isShare ? *number / 100 : *number));
        }
        table.addRow(std::move(cells));
    }
    // Grouped columns became text half-way: their earlier cells follow.
    for (std::size_t column = 0; column < table.columns.size(); ++column) {
        if (table.columns[column].quantity != Quantity::Text) continue;
        for (int row = 0; row < static_cast<int>(table.rows.size()); ++row)
            if (table.rows[static_cast<std::size_t>(row)][column].hasValue())
                table.rows[static_cast<std::size_t>(row)][column] = TableCell::ofText(
                    m_model->index(row, static_cast<int>(column) + 1).data().toString().toStdString());
    }
    Provenance provenance;
    for (const int row : m_model->shown()) {
        provenance.runIds +=
            QString::fromStdString(m_model->data()->rows()[static_cast<std::size_t>(row)].id);
        constexpr qsizetype kMost = 200;
        if (provenance.runIds.size() >= kMost) break;
    }
    auto* dialog = new ExportDialog(std::move(table), QStringLiteral("runs"), provenance, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->show();
}

void RunsPage::importFolder() {
    const QString folder = QFileDialog::getExistingDirectory(this, tr("Folder with runs"));
    if (folder.isEmpty()) return;
    m_context.jobs.write(
        this,
        [path = folder.toStdString()](Store& store) { return Importer(store).indexFolder(path, false); },
        [this](const IndexReport& report) {
            QString sentence = tr("%n run folders found", nullptr, static_cast<int>(report.found)) +
                               tr(", %n read.", nullptr, static_cast<int>(report.imported));
            if (!report.problems.empty())
                sentence += QLatin1Char(' ') + QString::fromStdString(report.problems.front());
            tell(report.problems.empty() ? Notice::Kind::Info : Notice::Kind::Warning, sentence, {}, {},
                 report.problems.empty() ? 8 : 0);
            reload();
        },
        [this](const QString& sentence) { tell(Notice::Kind::Error, sentence); });
}

void RunsPage::rescan() {
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
            reload();
        },
        [this](const QString& sentence) { tell(Notice::Kind::Error, sentence); });
}

void RunsPage::open(const PageRequest& request) {
    if (!request.text.isEmpty()) {
        m_filter->setExpression(request.text);
        applyFilter();
    }
    if (request.runs.isEmpty()) return;
    const int row = m_model->rowOf(request.runs.first());
    if (row >= 0) m_table->selectRow(row);
}

}  // namespace jumplora
