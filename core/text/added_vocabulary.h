// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "text/added_tokens.h"
#include "text/normalizer.h"
#include "text/token_model.h"

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace jumplora {

// The tokens that stand beside a model's vocabulary. Ids are given as Hugging Face's tokenizers give them: a
// token that the model has keeps its id, a new one gets the next free id behind all others, and a token that
// is added again with other flags takes these.
class AddedVocabulary {
  public:
    void add(const std::vector<AddedToken>& tokens, const TokenModel& model);
    // Makes the tokens findable; to be called after the last add(). `splitSpecial`: special ones are not
    // looked for in texts.
    void prepare(const Normalizer* normalizer, bool splitSpecial);

    [[nodiscard]] std::optional<std::int32_t> idOf(std::string_view content) const;
    [[nodiscard]] const std::string* textOf(std::int32_t id) const;
    [[nodiscard]] bool isSpecial(std::string_view content) const { return m_special.contains(content); }
    [[nodiscard]] std::int64_t idLimit() const;
    // By id.
    [[nodiscard]] const std::map<std::int32_t, AddedToken>& tokens() const { return m_tokens; }
    // Those found in the text as it is, and those found in normalised text.
    [[nodiscard]] const AddedTokens& plain() const { return m_plain; }
    [[nodiscard]] const AddedTokens& normalised() const { return m_normalised; }

  private:
    std::map<std::int32_t, AddedToken> m_tokens;
    std::map<std::string, std::int32_t, std::less<>> m_ids;
    std::set<std::string, std::less<>> m_special;
    // What is looked for: a special token as it was when it first was special, the others every time. Whether
    // one is looked for in normalised text is decided here, its other flags by the last addition.
    std::vector<AddedToken> m_soughtSpecial;
    std::vector<AddedToken> m_soughtOthers;
    AddedTokens m_plain;
    AddedTokens m_normalised;
};

}  // namespace jumplora
