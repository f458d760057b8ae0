// SPDX-License-Identifier: Apache-2.0
#include "text/tokenizer.h"

#include "base/error.h"
#include "base/file.h"
#include "text/t5_tokenizer.h"

namespace jumplora {

std::unique_ptr<Tokenizer> loadTokenizer(const std::filesystem::path& folder) {
    const auto file = folder / "spiece.model";
    if (!std::filesystem::exists(file))
        fail(ErrorKind::Input, "{}: no tokenizer found; a spiece.model (T5, Flan-T5) would do",
             folder.string());
    const std::string bytes = readFile(file);
    std::string hashed = bytes;
    for (const char* name : {"tokenizer_config.json", "special_tokens_map.json", "added_tokens.json"}) {
        if (std::filesystem::exists(folder / name)) hashed += readFile(folder / name);
    }
    return std::make_unique<T5Tokenizer>(parseSentencePieceModel(bytes, file.string()), readT5Options(folder),
                                         file.string(), contentHash(hashed));
}

}  // namespace jumplora
