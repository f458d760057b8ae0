// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QString>

namespace jumplora {

// Shows a message through the desktop, where there is one that can; returns at once.
void notifyDesktop(const QString& title, const QString& text);

}  // namespace jumplora
