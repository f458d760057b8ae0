// SPDX-License-Identifier: GPL-3.0-or-later
// Columns, their widths, sorting; views and what is remembered of them.
#include "runs/filter_edit.h"
#include "runs/pinned_table.h"
#include "runs/run_commands.h"
#include "runs/runs_page.h"
#include "runs/view_menus.h"

#include <QAction>
#include <QHeaderView>
#include <QInputDialog>
#include <algorithm>

namespace jumplora {
namespace {

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

}  // namespace

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

}  // namespace jumplora
