// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace jumplora {

// Text to piece ids and back; ids equal to Hugging Face's AutoTokenizer.from_pretrained(folder), fast class.
// Implementations are immutable and may be used from several threads.
class Tokenizer {
  public:
    virtual ~Tokenizer() = default;
    // With the special tokens that the model expects (T5: eos at the end, Llama: bos in front). `text` is
    // UTF-8; damaged UTF-8 is replaced, never refused.
    [[nodiscard]] virtual std::vector<std::int32_t> encode(std::string_view text) const = 0;
    // Without them; tokens that are written out in the text are found all the same
    // (add_special_tokens=False).
    [[nodiscard]] virtual std::vector<std::int32_t> encodePlain(std::string_view text) const = 0;
    // Unknown ids (negative or beyond the vocabulary) are skipped.
    [[nodiscard]] virtual std::string decode(std::span<const std::int32_t> ids,
                                             bool skipSpecial = true) const = 0;
    [[nodiscard]] virtual std::int64_t vocabularySize() const = 0;  // largest id + 1, added tokens included
    [[nodiscard]] virtual std::optional<std::int32_t> bosId() const = 0;
    [[nodiscard]] virtual std::optional<std::int32_t> eosId() const = 0;
    [[nodiscard]] virtual std::optional<std::int32_t> padId() const = 0;
    [[nodiscard]] virtual std::string contentHash() const = 0;  // of the files it was made from
    [[nodiscard]] virtual std::string kind() const = 0;         // "T5 SentencePiece", ...
};

// Recognises the tokenizer files of a Hugging Face folder. Throws Error(Input) when there are none (saying
// which would do), Error(Format) when one is damaged.
std::unique_ptr<Tokenizer> loadTokenizer(const std::filesystem::path& folder);

}  // namespace jumplora
