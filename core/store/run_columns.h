// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "store/store.h"

#include <cstdint>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

namespace jumplora {

// The specifications of all runs at once, for tables of thousands of runs: every text is kept once.
struct SpecTable {
    static constexpr std::int32_t kAbsent = -1;
    std::vector<std::string> keys;                                     // sorted
    std::vector<std::string> values;                                   // JSON texts, each once
    std::unordered_map<std::string, std::vector<std::int32_t>> ofRun;  // run id -> index into values, per key

    [[nodiscard]] std::int32_t keyIndex(const std::string& key) const;  // kAbsent when unknown
    // nullptr when the run or the key is not there.
    [[nodiscard]] const std::string* find(const std::string& runId, const std::string& key) const;
};
SpecTable specTable(const Store& store);

// One number of each run's curve.
struct CurveReducer {
    enum class Kind { Last, Min, Max, MeanOfLast, AtStep };
    Kind kind = Kind::Last;
    std::int64_t parameter = 0;  // of how many steps, or at which step over the whole run
    friend bool operator<(const CurveReducer& a, const CurveReducer& b) {
        return std::tie(a.kind, a.parameter) < std::tie(b.kind, b.parameter);
    }
};
// Run id -> value; runs without one are absent. Keys as for Store::curves, without penalties and thresholds.
// Throws Error(Input) for any other.
std::unordered_map<std::string, double> reduceCurves(const Store& store, const std::string& key,
                                                     const CurveReducer& reducer);

}  // namespace jumplora
