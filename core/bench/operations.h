// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace jumplora {

// Where the time of a piece of work goes, by LibTorch operator.
struct OperationTime {
    std::string name;
    std::int64_t calls = 0;
    double seconds = 0;  // without what it calls itself
};

// Runs `body` with every operator of this thread timed; longest first. Costs about a microsecond a call.
std::vector<OperationTime> timeOperations(const std::function<void()>& body);

}  // namespace jumplora
