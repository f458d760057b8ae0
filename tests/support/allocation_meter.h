// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <functional>

namespace jumplora::testing {

// Bytes that were asked of the system's allocator, by any library of the process.
struct AllocationUse {
    std::size_t largest = 0;  // largest single block
    std::size_t peak = 0;     // most that was alive at once, beyond what was alive before
};

// What `action` asks for, which must not throw. Not for two threads at a time.
AllocationUse measureAllocations(const std::function<void()>& action);

}  // namespace jumplora::testing
