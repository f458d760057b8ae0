// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

namespace jumplora {

// Stripped, lower case (ASCII letters only), runs of Unicode white space as one space.
std::string normaliseAnswer(const std::string& text);
// Equal after normalisation: the score of the JumpLoRA reference.
bool exactMatch(const std::string& answer, const std::string& label);
// True when the answer is one of the options after normalisation.
bool isOption(const std::string& answer, const std::vector<std::string>& options);

}  // namespace jumplora
