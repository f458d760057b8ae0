// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <vector>

class QWidget;

namespace jumplora {

class Page;
struct WindowContext;

// Every page of the window, in the order of the rail, then those without a place on it.
std::vector<Page*> makePages(WindowContext& context, QWidget* parent);

}  // namespace jumplora
