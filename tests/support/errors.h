// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "base/error.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace jumplora::testing {

// Runs `action`, which must throw jumplora::Error of this kind with every one of `parts` in its message.
template <typename Action>
void expectError(ErrorKind kind, const std::vector<std::string>& parts, Action&& action) {
    try {
        action();
    } catch (const Error& e) {
        const std::string message = e.what();
        EXPECT_EQ(static_cast<int>(e.kind()), static_cast<int>(kind)) << message;
        for (const std::string& part : parts)
            EXPECT_NE(message.find(part), std::string::npos) << "\"" << part << "\" is not in: " << message;
        return;
    } catch (const std::exception& e) {
        ADD_FAILURE() << "not an error of the core: " << e.what();
        return;
    }
    ADD_FAILURE() << "nothing was thrown";
}

}  // namespace jumplora::testing
