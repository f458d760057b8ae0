// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "base/json.h"
#include "session/run_queue.h"

namespace jumplora {

// The queue as the JSON of its file, and back; rows whose spec this version refuses come back failed, with
// the reason. Throws Error(Format).
Json queueToJson(const std::vector<QueueRow>& rows);
std::vector<QueueRow> queueFromJson(const Json& json, const std::string& where);

}  // namespace jumplora
