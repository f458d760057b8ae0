// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/shortcuts_page.h"

#include "session/window_context.h"

#include <QAction>
#include <QHeaderView>
#include <QLineEdit>
#include <QTableWidget>
#include <QVBoxLayout>

namespace jumplora {
namespace {

QString placeOf(const ActionInfo& info) {
    if (info.scope == ActionScope::Window) return ShortcutsPage::tr("everywhere");
    QString place = info.page;
    place.remove(QLatin1String("Page"));
    if (!place.isEmpty()) place[0] = place[0].toUpper();
    return info.scope == ActionScope::Page ? place : ShortcutsPage::tr("%1, where the focus is").arg(place);
}

QString keysOf(const QAction& action) {
    QStringList keys;
    for (const QKeySequence& each : action.shortcuts()) keys += each.toString(QKeySequence::NativeText);
    return keys.join(QStringLiteral(", "));
}

}  // namespace

ShortcutsPage::ShortcutsPage(WindowContext& context, QWidget* parent)
    : Page(QStringLiteral("shortcutsPage"), tr("Shortcuts"), parent),
      m_context(context),
      m_search(new QLineEdit(this)),
      m_table(new QTableWidget(0, 4, this)) {
    m_search->setObjectName(QStringLiteral("shortcutSearch"));
    m_search->setPlaceholderText(tr("Search…"));
    m_search->setAccessibleName(tr("Search shortcuts"));
    m_search->setClearButtonEnabled(true);
    m_table->setObjectName(QStringLiteral("shortcutTable"));
    m_table->setAccessibleName(tr("Shortcuts"));
    m_table->setHorizontalHeaderLabels({tr("Keys"), tr("Action"), tr("Where"), tr("What it does")});
    m_table->horizontalHeader()->setStretchLastSection(true);
    m_table->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    m_table->verticalHeader()->hide();
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setShowGrid(false);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(metrics::kPageMargin, 0, metrics::kPageMargin, metrics::kPageMargin);
    layout->addWidget(m_search);
    layout->addWidget(m_table);
    connect(m_search, &QLineEdit::textChanged, this, &ShortcutsPage::fill);
}

void ShortcutsPage::activated() {
    fill();
    m_table->resizeColumnsToContents();
    m_search->setFocus(Qt::OtherFocusReason);
}

void ShortcutsPage::fill() {
    const QString wanted = m_search->text();
    m_table->setRowCount(0);
    for (const ActionInfo& info : m_context.actions.all()) {
        const QAction* action = m_context.actions.action(info.id);
        const QStringList cells = {keysOf(*action), action->text(), placeOf(info), info.tooltip};
        if (cells[0].isEmpty()) continue;
        if (!cells.join(QLatin1Char(' ')).contains(wanted, Qt::CaseInsensitive)) continue;
        const int row = m_table->rowCount();
        m_table->insertRow(row);
        for (int column = 0; column < cells.size(); ++column)
            m_table->setItem(row, column, new QTableWidgetItem(cells[column]));
    }
}

}  // namespace jumplora
