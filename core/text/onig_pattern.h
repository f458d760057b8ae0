// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>

namespace jumplora {

// A pattern in Oniguruma's syntax (what Hugging Face's tokenizers read) as one in PCRE2's with the same
// meaning. Throws Error(Format) for damaged patterns, Error(Input) for parts that have no equal.
std::string translateOniguruma(std::string_view pattern, const std::string& where);

}  // namespace jumplora
