// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "text/aligned_text.h"
#include "text/chars_map.h"
#include "text/component.h"

#include <memory>
#include <string>
#include <vector>

namespace jumplora {

// Rewrites text before it is cut into pieces. Immutable; behaviour equal to the one of the same name in
// Hugging Face's tokenizers.
class Normalizer {
  public:
    virtual ~Normalizer() = default;
    virtual void apply(AlignedText& text) const = 0;
};

// From a tokenizer.json. Throws Error(Format) for damaged ones, Error(Input) naming a type or setting that is
// not supported.
std::unique_ptr<Normalizer> readNormalizer(const Json& json, const std::string& where);

std::unique_ptr<Normalizer> normalizeBy(CharsMap map);
// One after the other.
std::unique_ptr<Normalizer> normalizeInTurn(std::vector<std::unique_ptr<Normalizer>> steps);

}  // namespace jumplora
