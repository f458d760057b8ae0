// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <functional>

namespace jumplora {

// Told while a checkpoint is read: bytes of the files that have been taken, and all of them. Called every few
// MiB on the thread that loads; what it throws ends the loading.
using LoadProgress = std::function<void(std::int64_t done, std::int64_t total)>;

}  // namespace jumplora
