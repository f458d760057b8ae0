// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "base/json.h"
#include "runs/run_table_model.h"

#include <QString>
#include <vector>

namespace jumplora {

// What the table shows under a name: filter, grouping, columns, order.
struct SavedView {
    QString name;
    QString filter;
    QStringList grouping;
    std::vector<FilterKey> columns;  // empty: the usual ones
    int pinned = 3;                  // of the first columns, the mark included
    QStringList hidden;              // of the usual columns
    std::vector<RunTableModel::SortKey> sorting;
    bool archive = false;
    bool differing = true;  // settings that differ are shown as columns
    bool operator==(const SavedView&) const = default;
};

// The columns of a view that names none.
const std::vector<const char*>& usualColumns();

// All, Today, Failed, Archived.
std::vector<SavedView> builtinViews();

// "loss@mean(10)" and back.
QString keyText(const FilterKey& key);
FilterKey parseKeyText(const QString& text);

Json toJson(const SavedView& view);
SavedView viewFromJson(const Json& json);  // what is missing or wrong is as in an empty view

}  // namespace jumplora
