// SPDX-License-Identifier: GPL-3.0-or-later
#include "runs/runs_page.h"

#include "exchange/run_tables.h"
#include "parts/state_widgets.h"
#include "plots/export_dialog.h"
#include "runs/filter_edit.h"
#include "runs/pinned_table.h"
#include "runs/run_commands.h"
#include "runs/run_detail.h"
#include "runs/shown_table.h"
#include "runs/view_menus.h"

#include <QHeaderView>
#include <QLabel>
#include <QVBoxLayout>
#include <algorithm>

namespace jumplora {
namespace {

constexpr int kFirstRows = 100;  // shown before everything is read

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
