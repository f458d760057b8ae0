// SPDX-License-Identifier: GPL-3.0-or-later
#include "runs/runs_page.h"

#include "exchange/run_tables.h"
#include "parts/state_widgets.h"
#include "parts/wrap_layout.h"
#include "plots/export_dialog.h"
#include "runs/filter_edit.h"
#include "runs/pinned_table.h"
#include "runs/run_commands.h"
#include "runs/run_detail.h"
#include "runs/shown_table.h"
#include "runs/view_menus.h"

#include <QAction>
#include <QFrame>
#include <QGuiApplication>
#include <QHeaderView>
#include <QInputDialog>
#include <QLabel>
#include <QMenu>
#include <QSplitter>
#include <QToolButton>
#include <QUndoStack>
#include <QVBoxLayout>
#include <algorithm>

namespace jumplora {
namespace {

constexpr int kWide = 1600;  // page width from which the detail stands at the right
constexpr int kDetailWidth = 360;
constexpr int kDetailHeight = 200;
constexpr int kFirstRows = 100;  // shown before everything is read

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
      m_model(new RunTableModel(this)),
      m_commands(new RunCommands(
          context, [this] { return chosenRows(); }, this)) {
    const Json stored =
        Json::parse(context.settings.get<QString>(keys::kRunViews).toStdString(), nullptr, false);
    if (stored.is_array())
        for (const Json& view : stored) m_view.views.push_back(viewFromJson(view));
    registerActions();
    setHeader(buildHeader());
    auto* whole = new QVBoxLayout(this);
    whole->setContentsMargins(metrics::kPageMargin, 0, metrics::kPageMargin, metrics::kGrid);
    whole->setSpacing(metrics::kGrid);
    whole->addWidget(buildBody(), 1);
    whole->addWidget(buildBottom());
    connect(m_commands, &RunCommands::notice, this, &RunsPage::notice);
    connect(m_commands, &RunCommands::changed, this, &RunsPage::reload);
    connect(m_commands, &RunCommands::leftTable, this, [this] { m_model->setMarkedIds({}); });
    connect(m_menus, &ViewMenus::viewChosen, this, &RunsPage::applyView);
    connect(m_menus, &ViewMenus::viewRemoved, this, &RunsPage::storeViews);
    connect(m_menus, &ViewMenus::columnsEdited, this, [this] {
        applyColumns();
        readCurves();
    });
    m_reloadTimer.setSingleShot(true);
    m_reloadTimer.setInterval(400);
    connect(&m_reloadTimer, &QTimer::timeout, this, [this] {
        // What is being typed is not taken away by a run that goes on meanwhile.
        if (m_table->isEditing()) {
            m_reloadTimer.start();
        } else {
            reload();
        }
    });
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
        if (m_view.now.differing) applyColumns();
    });
    connect(m_model, &RunTableModel::shownChanged, this, &RunsPage::showCounts);
    const QString lastView = context.settings.get<QString>(keys::kRunColumns);
    const Json last = Json::parse(lastView.toStdString(), nullptr, false);
    m_view.saved = m_view.views.front();
    if (last.is_object()) {
        const SavedView view = viewFromJson(last);
        const auto saved = std::find_if(m_view.views.begin(), m_view.views.end(),
                                        [&](const SavedView& each) { return each.name == view.name; });
        if (saved != m_view.views.end()) m_view.saved = *saved;
        m_view.now = view;
        if (last.contains("widths") && last["widths"].is_object())
            for (const auto& [key, width] : last["widths"].items())
                if (width.is_number_integer()) m_widths[QString::fromStdString(key)] = width.get<int>();
    } else {
        m_view.now = m_view.saved;
    }
    applyView(m_view.now);
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
    if (!m_wanted.isEmpty()) selected = QStringList{m_wanted};
    if (whole) m_wanted.clear();
    if (!selected.isEmpty()) {
        const int row = m_model->rowOf(selected.first());
        if (row >= 0) m_table->selectRow(row);
    }
    m_menus->rebuild();
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
        [this](const QString& sentence) { m_commands->tell(Notice::Kind::Error, sentence); });
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
        if (m_view.now.hidden.contains(keyText(key))) return;
        const RunColumn column = data.column(key);
        const bool there = std::any_of(columns.begin(), columns.end(),
                                       [&](const RunColumn& other) { return other.key == column.key; });
        if (!there) columns.push_back(column);
    };
    if (m_view.now.columns.empty()) {
        for (const char* key : usualColumns()) add({QLatin1String(key), {}, 0});
    } else {
        for (const FilterKey& key : m_view.now.columns) add(key);
    }
    if (m_view.now.differing) {
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
    m_table->setPinned(std::min(m_view.now.pinned, m_model->columnCount()));
}

void RunsPage::applyView(const SavedView& view) {
    m_view.now = view;
    m_filter->setExpression(view.filter);
    m_model->setArchive(view.archive);
    m_model->setGrouping(view.grouping);
    m_model->setSorting(view.sorting);
    m_context.actions.action(QStringLiteral("runs.archive"))
        ->setText(view.archive ? tr("Back from archive") : tr("Archive"));
    applyFilter();
    m_menus->rebuild();
    m_menus->showEdited();
}

void RunsPage::sortBy(int column, bool second) {
    if (column <= 0 || column > static_cast<int>(m_model->columns().size())) return;
    const FilterKey key = m_model->columns()[static_cast<std::size_t>(column - 1)].key;
    std::vector<RunTableModel::SortKey> keys = m_view.now.sorting;
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
    m_view.now.sorting = keys;
    m_model->setSorting(keys);
    m_menus->showEdited();
}

void RunsPage::saveView() {
    bool accepted = false;
    const QString proposed =
        m_view.saved.name == m_view.views.front().name ? tr("My view") : m_view.saved.name;
    const QString name = QInputDialog::getText(this, tr("Save view"), tr("Name of the view"),
                                               QLineEdit::Normal, proposed, &accepted)
                             .trimmed();
    if (!accepted || name.isEmpty()) return;
    const auto builtin = builtinViews();
    if (std::any_of(builtin.begin(), builtin.end(),
                    [&](const SavedView& each) { return each.name == name; })) {
        m_commands->tell(Notice::Kind::Warning, tr("\"%1\" is built in. Choose another name.").arg(name));
        return;
    }
    m_view.now.name = name;
    std::erase_if(m_view.views, [&](const SavedView& each) { return each.name == name; });
    m_view.views.push_back(m_view.now);
    m_view.saved = m_view.now;
    storeViews();
    m_menus->rebuild();
    m_menus->showEdited();
}

void RunsPage::storeViews() {
    Json own = Json::array();
    for (std::size_t i = builtinViews().size(); i < m_view.views.size(); ++i)
        own.push_back(toJson(m_view.views[i]));
    m_context.settings.set(keys::kRunViews, QString::fromStdString(own.dump()));
    SavedView now = m_view.now;
    now.name = m_view.saved.name;
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
                           tr("Import results…"), [this] { m_commands->import(); });
    } else if (m_model->rowCount() == 0 && !m_filter->text().trimmed().isEmpty()) {
        m_state->showEmpty(tr("No run matches. %n runs without this filter.", nullptr, m_model->total()),
                           tr("Clear filter"), [this] {
                               m_filter->setExpression({});
                               applyFilter();
                           });
    } else if (m_model->rowCount() == 0) {
        m_state->showEmpty(
            m_view.now.archive ? tr("The archive is empty.") : tr("All runs are in the archive."),
            m_view.now.archive ? tr("Show all runs") : tr("Show the archive"), [this] {
                m_view.saved = m_view.now.archive ? m_view.views.front() : builtinViews().back();
                applyView(m_view.saved);
            });
    } else {
        m_state->showContent();
    }
}

void RunsPage::rename() {
    const std::vector<int> rows = m_table->selectedRows();
    const auto& columns = m_model->columns();
    const auto name = std::find_if(columns.begin(), columns.end(), [](const RunColumn& column) {
        return column.key.name == QLatin1String("name");
    });
    if (rows.size() != 1 || m_model->isGroup(rows.front()) || name == columns.end()) {
        m_commands->tell(Notice::Kind::Info, tr("Select one run first; its name has to be in the table."), {},
                         {}, 5);
        return;
    }
    m_table->editCell(m_model->index(rows.front(), static_cast<int>(name - columns.begin()) + 1));
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

void RunsPage::exportTable() {
    auto* dialog = new ExportDialog(shownTable(*m_model), QStringLiteral("runs"), shownRuns(*m_model), this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->show();
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
        m_commands->tell(Notice::Kind::Info,
                         tr("Mark at least two runs to compare them (Space marks the current row)."), {}, {},
                         8);
        return;
    }
    m_context.navigator.showPage(QStringLiteral("comparePage"), request);
}

void RunsPage::showResults() {
    PageRequest request;
    request.runs = chosenRuns();
    if (!request.runs.isEmpty()) m_context.navigator.showPage(QStringLiteral("resultsPage"), request);
}

void RunsPage::open(const PageRequest& request) {
    for (const QString& file : request.files) m_commands->import(file);
    if (!request.text.isEmpty()) {
        m_filter->setExpression(request.text);
        applyFilter();
    }
    if (request.runs.isEmpty()) return;
    m_wanted = m_loaded ? QString() : request.runs.first();
    const int row = m_model->rowOf(request.runs.first());
    if (row >= 0) m_table->selectRow(row);
}

}  // namespace jumplora
