// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace jumplora {

// RFC 4648 with padding; nothing when the text is not base64.
std::optional<std::string> decodeBase64(std::string_view text);

}  // namespace jumplora
