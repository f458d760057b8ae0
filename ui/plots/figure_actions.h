// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "parts/actions.h"

namespace jumplora {

// Table, export and copy of the figure that has the focus, else of the first one in sight. Once per window.
void registerFigureActions(ActionRegistry& actions);

}  // namespace jumplora
