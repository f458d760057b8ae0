// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "text/aligned_text.h"
#include "text/component.h"

#include <memory>
#include <string>
#include <vector>

namespace jumplora {

// Cuts normalised text into the pieces that the model sees one by one. Immutable; behaviour equal to the one
// of the same name in Hugging Face's tokenizers.
class PreTokenizer {
  public:
    virtual ~PreTokenizer() = default;
    // Replaces every piece by its parts. Empty pieces may remain; the model ignores them.
    virtual void split(std::vector<AlignedText>& pieces) const = 0;
};

// From a tokenizer.json. Throws Error(Format) for damaged ones, Error(Input) naming a type or setting that is
// not supported.
std::unique_ptr<PreTokenizer> readPreTokenizer(const Json& json, const std::string& where);

}  // namespace jumplora
