// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "base/json.h"

#include <filesystem>
#include <string>
#include <vector>

namespace jumplora {

// One compared quantity: the largest error over everything compared under this name.
struct VerifyCheck {
    std::string quantity;
    double error = 0;
    double limit = 0;
    std::string unit;          // "relative", "absolute", "entries", ...
    std::string where;         // of the largest error
    bool informative = false;  // printed, never failing
    [[nodiscard]] bool passed() const { return informative || error <= limit; }
};

struct VerifyReport {
    std::string title;
    std::vector<VerifyCheck> checks;  // in order of first appearance
    std::vector<std::string> notes;
    [[nodiscard]] bool passed() const;
    // Keeps the larger error per quantity. NaN counts as infinite.
    void add(const std::string& quantity, double error, double limit, const std::string& unit,
             const std::string& where, bool informative = false);
};
std::string toText(const VerifyReport& report);
Json toJson(const VerifyReport& report);

struct VerifyOptions {
    bool float64 = false;
    std::filesystem::path model;  // overrides the folder that a run names
    std::filesystem::path tasks;
};

// Recorded forward pass of a backbone ("jumplora-golden-forward/1" and the older form without metadata).
VerifyReport verifyForward(const std::filesystem::path& folder, const VerifyOptions& options);
// Recorded layer ("jumplora-golden-layer/1"): forward and backward, or steps of training.
VerifyReport verifyLayer(const std::filesystem::path& file, const VerifyOptions& options);
// Recorded run ("jumplora-golden-run/1"): every step from the recorded state.
VerifyReport verifyReplay(const std::filesystem::path& folder, const VerifyOptions& options);
// Recorded run from the initial state of each task and the recorded batches alone.
VerifyReport verifyFreerun(const std::filesystem::path& folder, const VerifyOptions& options);

}  // namespace jumplora
