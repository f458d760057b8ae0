// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "text/component.h"

#include <memory>
#include <string>
#include <vector>

namespace jumplora {

// Turns the texts of tokens into parts that make up the decoded text. Immutable; behaviour equal to the one
// of the same name in Hugging Face's tokenizers.
class Decoder {
  public:
    virtual ~Decoder() = default;
    virtual void decode(std::vector<std::string>& tokens) const = 0;
};

// From a tokenizer.json. Throws Error(Format) for damaged ones, Error(Input) naming a type or setting that is
// not supported.
std::unique_ptr<Decoder> readDecoder(const Json& json, const std::string& where);

}  // namespace jumplora
