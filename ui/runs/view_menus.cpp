// SPDX-License-Identifier: GPL-3.0-or-later
#include "runs/view_menus.h"

#include "runs/pinned_table.h"
#include "theme/icons.h"

#include <QAction>
#include <QMenu>
#include <QTimer>
#include <QToolButton>
#include <algorithm>

namespace jumplora {
namespace {

QToolButton* menuButton(const char* name, const char* iconName, QWidget* parent) {
    auto* button = new QToolButton(parent);
    button->setObjectName(QLatin1String(name));
    button->setIcon(icon(QLatin1String(iconName)));
    button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    button->setPopupMode(QToolButton::InstantPopup);
    button->setProperty("button", true);
    button->setMenu(new QMenu(button));
    return button;
}

}  // namespace

ViewMenus::ViewMenus(WindowContext& context, RunTableModel& model, ViewState& state, QWidget* parent)
    : QObject(parent),
      m_context(context),
      m_model(model),
      m_state(state),
      m_viewButton(menuButton("viewMenu", "view", parent)),
      m_groupButton(menuButton("groupMenu", "group", parent)),
      m_columnButton(menuButton("columnButton", "columns", parent)) {
    m_columnButton->setText(tr("Columns"));
    m_columnButton->setToolTip(tr("Which columns are shown"));
    m_groupButton->setToolTip(tr("Seeds collapse into mean ± sd"));
}

void ViewMenus::rebuild() {
    buildViews();
    buildGroups();
    buildColumns();
}

void ViewMenus::showEdited() {
    const bool altered = !(m_state.now == m_state.saved);
    m_viewButton->setText(altered ? tr("%1 ●").arg(m_state.saved.name) : m_state.saved.name);
    m_viewButton->setToolTip(altered ? tr("View \"%1\", altered; the menu saves it").arg(m_state.saved.name)
                                     : tr("Columns, order, filter and grouping under a name"));
    m_viewButton->setAccessibleName(altered ? tr("View %1, altered").arg(m_state.saved.name)
                                            : tr("View %1").arg(m_state.saved.name));
}

void ViewMenus::buildViews() {
    QMenu* views = m_viewButton->menu();
    views->clear();
    for (const SavedView& view : m_state.views) {
        QAction* action = views->addAction(view.name);
        action->setCheckable(true);
        action->setChecked(view.name == m_state.saved.name);
        connect(action, &QAction::triggered, this, [this, view] {
            m_state.saved = view;
            Q_EMIT viewChosen(view);
        });
    }
    views->addSeparator();
    views->addAction(m_context.actions.action(QStringLiteral("runs.saveView")));
    const bool own = std::none_of(builtinViews().begin(), builtinViews().end(),
                                  [&](const SavedView& each) { return each.name == m_state.saved.name; });
    QAction* forget = views->addAction(tr("Remove view \"%1\"").arg(m_state.saved.name), this, [this] {
        std::erase_if(m_state.views,
                      [this](const SavedView& each) { return each.name == m_state.saved.name; });
        m_state.saved = m_state.views.front();
        Q_EMIT viewChosen(m_state.saved);
        Q_EMIT viewRemoved();
    });
    forget->setEnabled(own);
}

void ViewMenus::buildGroups() {
    QMenu* groups = m_groupButton->menu();
    groups->clear();
    QStringList texts;
    const auto addGroup = [&](const QString& key, const QString& text) {
        QAction* action = groups->addAction(text);
        action->setCheckable(true);
        action->setChecked(m_state.now.grouping.contains(key));
        if (action->isChecked()) texts += text;
        connect(action, &QAction::toggled, this, [this, key](bool on) {
            if (key == QLatin1String(kAllButSeed)) m_state.now.grouping.clear();
            m_state.now.grouping.removeAll(key);
            if (on) m_state.now.grouping += key;
            if (on && key != QLatin1String(kAllButSeed))
                m_state.now.grouping.removeAll(QLatin1String(kAllButSeed));
            m_model.setGrouping(m_state.now.grouping);
            showEdited();
            QTimer::singleShot(0, this, &ViewMenus::rebuild);
        });
    };
    addGroup(QLatin1String(kAllButSeed), tr("All but seed"));
    groups->addSeparator();
    for (const char* key : {"method", "gate", "sequence", "backbone", "suite", "state", "tags"})
        addGroup(QLatin1String(key), QLatin1String(key));
    for (const std::string& key : m_model.data()->differingKeys(m_model.shown()))
        addGroup(QString::fromStdString(key), QString::fromStdString(key));
    groups->addSeparator();
    groups->addAction(tr("Open all groups"), this, [this] { m_model.expandAll(true); });
    groups->addAction(tr("Fold all groups"), this, [this] { m_model.expandAll(false); });
    m_groupButton->setText(texts.isEmpty() ? tr("Group")
                                           : tr("Group: %1").arg(texts.join(QStringLiteral(", "))));
}

void ViewMenus::buildColumns() {
    QMenu* columns = m_columnButton->menu();
    columns->clear();
    QAction* differing = columns->addAction(tr("Settings that differ"));
    differing->setCheckable(true);
    differing->setChecked(m_state.now.differing);
    differing->setToolTip(
        tr("One column for every setting in which the shown runs, or the marked ones, differ"));
    connect(differing, &QAction::toggled, this, [this](bool on) {
        m_state.now.differing = on;
        showEdited();
        Q_EMIT columnsEdited();
    });
    columns->addSeparator();
    const auto addColumn = [&](QMenu* menu, const QString& key) {
        const RunColumn column = m_model.data()->column(parseKeyText(key));
        QAction* action = menu->addAction(column.title);
        action->setToolTip(column.toolTip);
        action->setCheckable(true);
        const auto& shown = m_model.columns();
        action->setChecked(std::any_of(shown.begin(), shown.end(),
                                       [&](const RunColumn& each) { return keyText(each.key) == key; }));
        connect(action, &QAction::toggled, this, [this, key](bool on) {
            m_state.now.hidden.removeAll(key);
            const FilterKey parsed = parseKeyText(key);
            if (!on) {
                m_state.now.hidden += key;
                std::erase(m_state.now.columns, parsed);
            } else if (m_state.now.columns.empty()) {
                const bool usual = std::any_of(usualColumns().begin(), usualColumns().end(),
                                               [&](const char* each) { return key == QLatin1String(each); });
                if (!usual) {
                    for (const char* each : usualColumns())
                        m_state.now.columns.push_back({QLatin1String(each), {}, 0});
                    m_state.now.columns.push_back(parsed);
                }
            } else {
                m_state.now.columns.push_back(parsed);
            }
            showEdited();
            Q_EMIT columnsEdited();
        });
    };
    columns->setToolTipsVisible(true);
    for (const char* key : usualColumns()) addColumn(columns, QLatin1String(key));
    columns->addSeparator();
    QMenu* metrics = columns->addMenu(tr("Metrics"));
    QMenu* curves = columns->addMenu(tr("Curves"));
    QMenu* settings = columns->addMenu(tr("Settings"));
    QMenu* others = columns->addMenu(tr("More"));
    for (const QString& key : m_model.data()->keys()) {
        if (std::any_of(usualColumns().begin(), usualColumns().end(),
                        [&](const char* each) { return key == QLatin1String(each); }))
            continue;
        const RunColumn column = m_model.data()->column({key, {}, 0});
        if (curveRequest({key, {}, 0})) {
            for (const char* reducer : {"last", "best", "min", "max"})
                addColumn(curves, key + QLatin1Char('@') + QLatin1String(reducer));
        } else if (column.higherIsBetter) {
            addColumn(metrics, key);
        } else if (m_model.data()->specs().keyIndex(key.toStdString()) != SpecTable::kAbsent) {
            addColumn(settings, key);
        } else {
            addColumn(others, key);
        }
    }
}

void ViewMenus::moveColumn(int from, int to) {
    const auto count = static_cast<int>(m_model.columns().size());
    if (from < 1 || to < 1 || from > count || to > count || from == to) return;
    std::vector<FilterKey> order;
    for (const RunColumn& each : m_model.columns()) order.push_back(each.key);
    const FilterKey moved = order[static_cast<std::size_t>(from - 1)];
    order.erase(order.begin() + (from - 1));
    order.insert(order.begin() + (to - 1), moved);
    // Settings that are shown because they differ go on to come and go at the end.
    const auto chosen = [this](const FilterKey& key) {
        if (!m_state.now.columns.empty())
            return std::find(m_state.now.columns.begin(), m_state.now.columns.end(), key) !=
                   m_state.now.columns.end();
        return std::any_of(usualColumns().begin(), usualColumns().end(), [&](const char* usual) {
            return key == FilterKey{QLatin1String(usual), {}, 0};
        });
    };
    while (m_state.now.differing && !chosen(order.back()) && order.back() != moved) order.pop_back();
    m_state.now.columns = order;
    showEdited();
    Q_EMIT columnsEdited();
}

void ViewMenus::showHeaderMenu(int column, const QPoint& place, PinnedTable& table) {
    if (column <= 0 || column > static_cast<int>(m_model.columns().size())) return;
    const RunColumn shown = m_model.columns()[static_cast<std::size_t>(column - 1)];
    const QString key = keyText(shown.key);
    QMenu menu(&table);
    menu.addAction(tr("Sort ascending"), this, [this, shown] {
        m_state.now.sorting = {{shown.key, false}};
        m_model.setSorting(m_state.now.sorting);
        showEdited();
    });
    menu.addAction(tr("Sort descending"), this, [this, shown] {
        m_state.now.sorting = {{shown.key, true}};
        m_model.setSorting(m_state.now.sorting);
        showEdited();
    });
    menu.addSeparator();
    menu.addAction(tr("Pin up to here"), this, [this, column, &table] {
        m_state.now.pinned = column + 1;
        table.setPinned(m_state.now.pinned);
        showEdited();
    });
    menu.addAction(tr("Unpin all"), this, [this, &table] {
        m_state.now.pinned = 0;
        table.setPinned(0);
        showEdited();
    });
    menu.addAction(tr("Hide"), this, [this, key, shown] {
        m_state.now.hidden += key;
        std::erase(m_state.now.columns, shown.key);
        showEdited();
        Q_EMIT columnsEdited();
        rebuild();
    });
    menu.addAction(tr("Move left"), this, [this, column] { moveColumn(column, column - 1); })
        ->setEnabled(column > 1);
    menu.addAction(tr("Move right"), this, [this, column] { moveColumn(column, column + 1); })
        ->setEnabled(column < static_cast<int>(m_model.columns().size()));
    if (curveRequest(shown.key)) {
        menu.addSeparator();
        for (const char* reducer : {"last", "best", "min", "max"}) {
            QAction* action =
                menu.addAction(tr("Show %1").arg(QLatin1String(reducer)), this, [this, shown, reducer] {
                    for (FilterKey& each : m_state.now.columns)
                        if (each == shown.key) each = {shown.key.name, QLatin1String(reducer), 0};
                    showEdited();
                    Q_EMIT columnsEdited();
                });
            action->setCheckable(true);
            action->setChecked(shown.key.reducer == QLatin1String(reducer));
        }
    }
    menu.exec(place);
}

}  // namespace jumplora
