// SPDX-License-Identifier: Apache-2.0
#include "text/tokenizer.h"

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "text/t5_tokenizer.h"

namespace jumplora {
namespace {

// More than any published vocabulary has; keeps a damaged setting from asking for memory.
constexpr std::int64_t kMaxExtraIds = 100'000;

T5TokenizerOptions readOptions(const std::filesystem::path& file) {
    T5TokenizerOptions options;
    if (!std::filesystem::exists(file)) return options;
    const Json json = readJsonFile(file);
    if (json.is_object() && json.contains("extra_ids") && !json["extra_ids"].is_null()) {
        options.extraIds = requireInteger(json, "extra_ids", file.string());
        if (options.extraIds < 0 || options.extraIds > kMaxExtraIds)
            fail(ErrorKind::Format, "{}: \"extra_ids\" is {}, allowed is 0 to {}", file.string(),
                 options.extraIds, kMaxExtraIds);
    }
    if (json.is_object() && json.contains("legacy") && json["legacy"].is_boolean())
        options.legacy = json["legacy"].get<bool>();
    return options;
}

}  // namespace

std::unique_ptr<Tokenizer> loadTokenizer(const std::filesystem::path& folder) {
    const auto file = folder / "spiece.model";
    if (!std::filesystem::exists(file))
        fail(ErrorKind::Input, "{}: no tokenizer found; a spiece.model (T5, Flan-T5) would do",
             folder.string());
    const std::string bytes = readFile(file);
    const auto options = readOptions(folder / "tokenizer_config.json");
    return std::make_unique<T5Tokenizer>(parseSentencePieceModel(bytes, file.string()), options,
                                         file.string(), contentHash(bytes));
}

}  // namespace jumplora
