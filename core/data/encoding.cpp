// SPDX-License-Identifier: Apache-2.0
#include "data/encoding.h"

namespace jumplora {

std::vector<std::int32_t> encodeTruncated(const Tokenizer& tokenizer, std::string_view text,
                                          std::int64_t maxLength) {
    auto ids = tokenizer.encode(text);
    if (static_cast<std::int64_t>(ids.size()) > maxLength) {
        ids.resize(static_cast<std::size_t>(maxLength));
        if (const auto eos = tokenizer.eosId(); eos && !ids.empty()) ids.back() = *eos;
    }
    return ids;
}

}  // namespace jumplora
