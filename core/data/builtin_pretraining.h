// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "base/random.h"

#include <string>

namespace jumplora {

struct PretrainingExample {
    std::string source;
    std::string target;
};

// What the built-in backbone is pretrained on: the words' classes, under label words that no downstream task
// uses. Lexicon and plain text first, then prompts with options; echo and span corruption give all words
// trained embeddings.
enum class PretrainingKind { Lexicon, PlainText, Echo, PromptedAttribute, SpanCorruption };
PretrainingExample drawPretrainingExample(PretrainingKind kind, Rng& rng);

// The mixtures of the three phases.
PretrainingKind drawLexiconPhase(Rng& rng);
PretrainingKind drawPlainTextPhase(Rng& rng);
PretrainingKind drawPromptPhase(Rng& rng);

}  // namespace jumplora
