// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "text/tokenizer.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace jumplora {

// Ids of a text cut to at most maxLength; a cut text still ends in eos, as Hugging Face truncates.
std::vector<std::int32_t> encodeTruncated(const Tokenizer& tokenizer, std::string_view text,
                                          std::int64_t maxLength);

}  // namespace jumplora
