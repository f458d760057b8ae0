// SPDX-License-Identifier: GPL-3.0-or-later
#include "runs/run_loader.h"

#include "base/error.h"
#include "store/store.h"

namespace jumplora {

RunListing loadRuns(const std::filesystem::path& database) {
    std::error_code error;
    if (!std::filesystem::exists(database, error) && !error) return {};
    try {
        return {Store(database).listRuns(), {}};
    } catch (const Error& failure) {
        return {{}, QString::fromUtf8(failure.what())};
    }
}

}  // namespace jumplora
