// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "bench/bench.h"

#include <cstdint>
#include <functional>
#include <vector>

namespace jumplora {

// Counts the bytes that CPU tensors hold, for as long as it lives. One at a time; tensors made before do not
// count, those made meanwhile may outlive it.
class TensorMeter {
  public:
    TensorMeter();
    ~TensorMeter();
    TensorMeter(const TensorMeter&) = delete;
    TensorMeter& operator=(const TensorMeter&) = delete;

    [[nodiscard]] std::int64_t peak() const;
};

// What repeating a body takes: options.repeats times after options.warmup, or as long as options.next says.
struct Measured {
    std::vector<double> seconds;
    std::int64_t residentBefore = 0, residentPeak = 0, allocatedPeak = 0;  // bytes
};
Measured measure(const BenchOptions& options, const std::function<void()>& body);

}  // namespace jumplora
