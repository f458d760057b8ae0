// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "weights/load_progress.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace jumplora {

struct GenerationOptions {
    std::optional<std::int64_t> batchSize;
    std::optional<std::int64_t> maxNewTokens;
    std::optional<std::int64_t> maxSourceLength;
};

class Backbone;

struct TextModelOptions {
    std::string device = "cpu";
    std::string precision = "float32";
    std::int64_t threads = 0;  // 0: all cores
    LoadProgress progress;
    std::function<void(Backbone&)> prepare;  // done to the backbone once it is loaded
};

// A backbone as it comes, for texts in and texts out.
class TextModel {
  public:
    // A Hugging Face folder, or "builtin". Throws what loading backbone and tokenizer throws.
    explicit TextModel(const std::string& folder, const TextModelOptions& options = {});
    ~TextModel();
    TextModel(const TextModel&) = delete;
    TextModel& operator=(const TextModel&) = delete;
    // Greedy answers in the order of the texts. Without options: 32 rows at a time, at most 32 new tokens,
    // 512 tokens of each text.
    std::vector<std::string> answer(const std::vector<std::string>& texts, const GenerationOptions& options);

  private:
    struct State;
    std::unique_ptr<State> m_state;
};

// What an adapter on some layers of a backbone costs.
struct AdapterCost {
    std::int64_t modules = 0;
    std::int64_t entries = 0;      // Σ m·n: of one dense update
    std::int64_t parameters = 0;   // Σ r(m+n): trained for each task
    std::int64_t storedBytes = 0;  // of a task's adapter, A and B in float32
};

// What a folder holds.
struct BackboneSummary {
    std::string folder;
    std::string architecture;
    std::int64_t parameters = 0;
    std::string storedType;  // of most weights, "F16"
    std::int64_t storedBytes = 0;
    std::int64_t vocabulary = 0;
    double dropout = 0;
    std::string tokenizer;  // kind; empty when there is none that can be read
    std::int64_t tokenizerVocabulary = 0;
    std::string tokenizerHash;
    std::string tokenizerProblem;
    struct Layer {
        std::string name;
        std::int64_t rows = 0;     // output features
        std::int64_t columns = 0;  // input features
    };
    std::vector<Layer> linears;  // what adapter.targets can name, in the order of the forward pass
    std::optional<AdapterCost> adapter;
    std::string adapterProblem;  // why the targets do not fit
};

// Finds out as loading the folder (or "builtin") would, from the headers of its files alone. Throws what
// loadBackbone throws; a missing tokenizer and targets that fit no layer are part of the answer.
BackboneSummary describeBackbone(const std::string& folder, const std::vector<std::string>& targets,
                                 std::int64_t rank);

}  // namespace jumplora
