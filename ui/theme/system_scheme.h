// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace jumplora {

// Whether the desktop prefers dark windows: asks the desktop portal, else compares the lightness of text and
// window of the palette that the program was started with.
bool systemPrefersDark();

}  // namespace jumplora
