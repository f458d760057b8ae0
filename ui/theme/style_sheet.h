// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "theme/colours.h"

namespace jumplora {

// What Fusion alone cannot draw: cards (property "card"), the main button (property "primary"), small parts.
QString styleSheet(const Colours& colours);

}  // namespace jumplora
