// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "exchange/table.h"

#include <QString>

namespace jumplora {

// What papers call a metric of metricInfos(), such as "OA" for "oa"; other keys stay as they are.
QString metricName(const std::string& key);

// The title of a column as a person reads it, with the side that is better: "forgetting points ↓". Long ones
// stand in two lines. Files keep the exact key.
QString shownTitle(const TableColumn& column);
// What the header's tooltip says: the exact key where the title is another word, then the definition.
QString titleToolTip(const TableColumn& column);

}  // namespace jumplora
