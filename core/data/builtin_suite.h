// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "data/task.h"

#include <memory>

namespace jumplora {

// Seven synthetic tasks that mirror the families of the Standard and Long benchmarks and conflict on purpose:
// the same topic or level has another label in another task. Rows are generated, the same ones on every
// machine; 3 % of the labels are wrong. docs/builtin-suite.md describes them and what methods reach on them.
std::unique_ptr<Suite> makeBuiltinSuite();

// The prompt of the built-in tasks: the reference's in one line.
inline constexpr const char* kBuiltinPrompt =
    "Task Instruction: {instruction} Options: {options} Text: {text} Answer:";

}  // namespace jumplora
