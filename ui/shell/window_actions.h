// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QString>
#include <vector>

class QMenuBar;

namespace jumplora {

class ActionRegistry;

// A page of the rail.
struct PlaceInfo {
    const char* page;    // object name
    const char* action;  // id of the action that shows it
};
const std::vector<PlaceInfo>& places();

// Registers what belongs to the window as a whole; the main window connects it.
void addWindowActions(ActionRegistry& actions);
// File, Edit, Run, View, Help: filled from the list of actions each time they open. An action stands in the
// menu that its id begins with ("file.quit"), those of pages in the menus that kMenus names them in.
void addMenus(QMenuBar& bar, const ActionRegistry& actions);

}  // namespace jumplora
