// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "adapter/adapter_set.h"
#include "base/json.h"
#include "method/method.h"
#include "train/optimizer.h"

#include <filesystem>
#include <map>
#include <string>

namespace jumplora {

// Where a run stands. Merged weights and W_past are not stored: they are rebuilt from the adapters of
// finished tasks.
struct Checkpoint {
    std::int64_t task = 0;        // from 1
    std::int64_t step = 0;        // completed steps of that task
    bool merged = false;          // the task is finished, evaluated and merged
    std::int64_t eventBytes = 0;  // of events.jsonl that belong to this state
    std::string specHash;
    Json carry = Json::object();  // small values that later events depend on
};

// Writes the state of adapters, optimizer and method in one file, atomically. Returns its size in bytes.
std::int64_t writeCheckpoint(const std::filesystem::path& file, const Checkpoint& checkpoint,
                             AdapterSet& adapters, const Optimizer* optimizer, const Method& method);

// Where the run stands. Throws Error(Format), also when the file is not what was written (its checksum).
Checkpoint readCheckpoint(const std::filesystem::path& file);
// Puts the stored state back; `optimizer` may be null.
void restoreCheckpoint(const std::filesystem::path& file, AdapterSet& adapters, Optimizer* optimizer,
                       Method& method);

// Per-task adapters ("jumplora-adapter/1"): A, B and log τ as learned. Returns the file's size in bytes.
std::int64_t writeAdapter(const std::filesystem::path& file, AdapterSet& adapters, std::int64_t task,
                          const std::string& taskName);
// Puts a stored adapter in place, with its blend factor. Throws Error(Format) when it does not fit the
// modules.
void loadAdapter(const std::filesystem::path& file, AdapterSet& adapters);

}  // namespace jumplora
