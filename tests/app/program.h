// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "base/json.h"

#include <filesystem>
#include <string>
#include <vector>

namespace jumplora::testing {

struct ProgramResult {
    int code = -1;  // exit code; 128 + signal when it was killed
    std::string out, err;
    [[nodiscard]] Json json() const { return parseJson(out, "standard output"); }
};

// Runs the built `jumplora` with its data folder below `dataHome` and waits for it.
ProgramResult runProgram(const std::filesystem::path& dataHome, const std::vector<std::string>& arguments,
                         const std::string& input = {});

}  // namespace jumplora::testing
