// SPDX-License-Identifier: GPL-3.0-or-later
#include "theme/style_sheet.h"

#include "theme/metrics.h"

namespace jumplora {

QString styleSheet(const Colours& colours) {
    const auto name = [&](Role role) { return colours.colour(role).name(); };
    QString sheet = QStringLiteral(R"(
QFrame[card="true"] { background: @card; border: 1px solid @hairline; border-radius: @radius; }
QWidget[flatCard="true"] { background: @card; }
QPushButton, QToolButton[button="true"] { background: @raised; color: @text; border: 1px solid @border;
  border-radius: 4px; padding: 4px 12px; min-height: 20px; }
QToolButton[button="true"]::menu-indicator, QToolButton[bare="true"]::menu-indicator { image: none; }
QPushButton:hover, QToolButton[button="true"]:hover { background: @hover; }
QPushButton:pressed, QToolButton[button="true"]:pressed, QToolButton[button="true"]:checked {
  background: @selected; }
QPushButton:disabled, QToolButton[button="true"]:disabled { color: @border; border-color: @hairline; }
QPushButton:focus, QToolButton:focus { border: 2px solid @accent; padding: 3px 11px; }
QPushButton[primary="true"] { background: @accent; color: @onAccent; border-color: @accent; }
QPushButton[primary="true"]:disabled { background: @raised; color: @border; border-color: @hairline; }
QPushButton[primary="true"]:focus { border: 2px solid @text; }
QToolButton { border: 1px solid transparent; border-radius: 4px; padding: 3px; }
QToolButton:hover { background: @hover; }
QToolButton:pressed, QToolButton:checked { background: @selected; }
QToolButton:focus { border: 2px solid @accent; padding: 2px; }
QLabel[muted="true"] { color: @muted; }
QLabel[error="true"] { color: @error; }
QLabel { background: transparent; }
QToolTip { background: @raised; color: @text; border: 1px solid @border; padding: 4px; }
QMenu { background: @card; color: @text; border: 1px solid @border; }
QMenu::item:selected { background: @selected; color: @text; }
QMenu::item:disabled { color: @border; }
QMenu::separator { height: 1px; background: @hairline; margin: 4px 8px; }
QMenuBar { background: @window; color: @text; }
QMenuBar::item { padding: 4px 10px; background: transparent; }
QMenuBar::item:selected, QMenuBar::item:pressed { background: @hover; }
QHeaderView::section { background: @raised; color: @muted; border: none; border-bottom: 1px solid @border;
  border-right: 1px solid @hairline; padding: 4px; }
QTableView, QTreeView, QListView { background: @card; alternate-background-color: @window;
  selection-background-color: @selected; selection-color: @text; border: 1px solid @hairline; outline: none; }
QSplitter::handle { background: transparent; }
QSplitter::handle:hover { background: @hairline; }
)");
    const std::pair<const char*, QString> values[] = {
        {"@onAccent", name(Role::OnAccent)}, {"@radius", QStringLiteral("%1px").arg(metrics::kRadius)},
        {"@hairline", name(Role::Hairline)}, {"@selected", name(Role::Selected)},
        {"@raised", name(Role::Raised)},     {"@border", name(Role::Border)},
        {"@window", name(Role::Window)},     {"@accent", name(Role::Accent)},
        {"@muted", name(Role::MutedText)},   {"@hover", name(Role::Hover)},
        {"@error", name(Role::Error)},       {"@card", name(Role::Card)},
        {"@text", name(Role::Text)},
    };
    for (const auto& [key, value] : values) sheet.replace(QLatin1String(key), value);
    return sheet;
}

}  // namespace jumplora
