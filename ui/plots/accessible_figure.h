// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace jumplora {

// Makes maps tables, and other figures charts with their summary, for screen readers. Every figure calls it;
// only the first call does something.
void installFigureAccessibility();

}  // namespace jumplora
