// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "base/json.h"
#include "text/regex.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace jumplora {

// adapter_config.json of a LoRA adapter as peft 0.18 writes it: which modules it adapts, and how. Everything
// that would change what the adapter computes and is not understood is refused by its name.
class LoraConfig {
  public:
    struct Settings {
        std::int64_t rank = 0;
        double scaling = 0;
    };

    // Throws Error(Input) naming what is not supported, Error(Format) for damaged values.
    LoraConfig(const Json& json, std::string where);
    static LoraConfig read(const std::filesystem::path& adapterFolder);

    // Whether a linear layer is adapted; `isHead` for the one that makes logits.
    [[nodiscard]] bool targets(const std::string& module, bool isHead) const;
    // Whether a module is stored as a whole (modules_to_save).
    [[nodiscard]] bool saves(const std::string& module) const;
    [[nodiscard]] Settings settings(const std::string& module) const;
    [[nodiscard]] const std::string& baseModel() const { return m_baseModel; }  // as named; may be empty

  private:
    // A pattern of the file, or what stands for it.
    struct PatternValue {
        Regex pattern;
        double value;
    };
    // A list of names, or one regular expression for whole names.
    struct Selection {
        std::vector<std::string> names;
        std::optional<Regex> pattern;
        [[nodiscard]] bool contains(const std::string& module) const;
    };

    [[nodiscard]] Regex compile(const std::string& before, const std::string& pattern,
                                const std::string& after, const std::string& key) const;
    [[nodiscard]] Selection selection(const Json& json, const std::string& key) const;
    [[nodiscard]] std::vector<std::string> texts(const Json& json, const std::string& key) const;
    void refuseUnsupported(const Json& json) const;
    void readTargets(const Json& json);
    void readLayers(const Json& json);
    void readPatterns(const Json& json, const std::string& key, std::vector<PatternValue>& patterns,
                      bool isRank) const;
    [[nodiscard]] bool inChosenLayer(const std::string& module) const;

    std::string m_where;
    std::string m_baseModel;
    std::int64_t m_rank = 8;
    double m_alpha = 8;
    bool m_rankStabilised = false;
    bool m_allLinear = false;
    Selection m_targets, m_excluded;
    std::vector<std::string> m_saved;
    std::vector<Regex> m_savedPatterns;
    std::optional<std::vector<std::int64_t>> m_layers;
    std::vector<Regex> m_layerPatterns;  // end behind the number of the layer and its dot
    std::vector<PatternValue> m_ranks, m_alphas;
};

}  // namespace jumplora
