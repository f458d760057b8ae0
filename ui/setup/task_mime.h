// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "setup/task_facts.h"

#include <QByteArray>
#include <QMimeData>
#include <optional>
#include <vector>

namespace jumplora {

// Tasks on their way by drag and drop or through the clipboard: JSON, also readable as text.
struct CarriedTasks {
    SuiteName suite;
    std::vector<Json> rows;         // {"task": name, overrides …}
    std::vector<int> sequenceRows;  // where they stand in the sequence; empty from the palette
};

inline constexpr const char* kTasksMime = "application/x-jumplora-tasks+json";

QMimeData* toMime(const CarriedTasks& tasks);
// None when the data holds no tasks.
std::optional<CarriedTasks> fromMime(const QMimeData* data);

}  // namespace jumplora
