// SPDX-License-Identifier: Apache-2.0
#include "model/llama_config.h"

#include "base/error.h"
#include "model/config_reader.h"

#include <algorithm>
#include <set>

namespace jumplora {
namespace {

// Bounds that no such model exceeds; they keep a damaged file from asking for absurd sizes.
constexpr std::int64_t kMaxWidth = 1 << 20;
constexpr std::int64_t kMaxVocabulary = 1 << 24;
constexpr std::int64_t kMaxLayers = 1024;
constexpr std::int64_t kMaxPositions = std::int64_t{1} << 40;

// What transformers takes for absent settings, where the families differ.
struct Family {
    const char* name;
    const char* architecture;
    std::int64_t vocabularySize, dFf, keyHeads, headWidth, maxPositions;  // 0: from other settings
    std::optional<std::int32_t> eosId;
};
const Family kFamilies[] = {
    {"llama", "LlamaForCausalLM", 32000, 11008, 0, 0, 2048, 2},
    {"mistral", "MistralForCausalLM", 32000, 14336, 8, 0, 131072, 2},
    {"qwen2", "Qwen2ForCausalLM", 151936, 22016, 32, 0, 32768, std::nullopt},
    {"qwen3", "Qwen3ForCausalLM", 151936, 22016, 32, 128, 32768, std::nullopt},
};

std::string text(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

class Parser {
  public:
    Parser(const Json& json, const Json& generation, const std::string& where)
        : m_json(json), m_generation(generation), m_where(where), m_reader(json, where) {}

    LlamaConfig parse() {
        m_config.family = requireString(m_json, "model_type", m_where);
        const auto* family = std::find_if(std::begin(kFamilies), std::end(kFamilies),
                                          [&](const Family& f) { return m_config.family == f.name; });
        if (family == std::end(kFamilies))
            fail(ErrorKind::Input, "{}: model_type \"{}\" is not of the Llama family", m_where,
                 m_config.family);
        m_family = *family;
        parseArchitecture();
        parseSizes();
        parseBiases();
        parseWindows();
        m_config.rope = parseRope(m_json, m_maxPositions, m_config.headWidth, m_where);
        parseTokens();
        refuseTheRest();
        return m_config;
    }

  private:
    [[nodiscard]] bool is(const char* family) const { return m_config.family == family; }
    [[nodiscard]] bool isQwen() const { return is("qwen2") || is("qwen3"); }

    // Reads a boolean that has to be `required` where it is there.
    void requireFlag(const char* key, bool required, const char* why) const {
        bool value = required;
        m_reader.boolean(key, value);
        if (value != required)
            fail(ErrorKind::Input, "{}: \"{}\" ({}) is not supported: {}", m_where, key, value, why);
    }

    void parseArchitecture() const {
        if (!m_reader.has("architectures")) return;
        const Json& list = m_json.at("architectures");
        if (list != Json::array({m_family.architecture}))
            fail(ErrorKind::Input,
                 "{}: \"architectures\" ({}) is not supported with model_type \"{}\"; supported is [\"{}\"]",
                 m_where, text(list), m_config.family, m_family.architecture);
    }

    void parseSizes() {
        m_config.vocabularySize = m_family.vocabularySize;
        m_reader.integer("vocab_size", m_config.vocabularySize, 2, kMaxVocabulary);
        m_config.dModel = 4096;
        m_reader.integer("hidden_size", m_config.dModel, 1, kMaxWidth);
        m_config.dFf = m_family.dFf;
        m_reader.integer("intermediate_size", m_config.dFf, 1, kMaxWidth);
        m_config.layers = 32;
        m_reader.integer("num_hidden_layers", m_config.layers, 1, kMaxLayers);
        m_config.heads = 32;
        m_reader.integer("num_attention_heads", m_config.heads, 1, kMaxWidth);
        // null means as many as heads, absent means the family's.
        const bool stated = m_json.contains("num_key_value_heads");
        m_config.keyHeads = stated || m_family.keyHeads == 0 ? m_config.heads : m_family.keyHeads;
        m_reader.integer("num_key_value_heads", m_config.keyHeads, 1, kMaxWidth);
        if (m_config.heads % m_config.keyHeads != 0)
            fail(ErrorKind::Format, "{}: {} attention heads cannot share {} key/value heads evenly", m_where,
                 m_config.heads, m_config.keyHeads);
        m_config.headWidth = m_family.headWidth;
        m_reader.integer("head_dim", m_config.headWidth, 1, kMaxWidth);
        if (m_config.headWidth == 0) m_config.headWidth = m_config.dModel / m_config.heads;
        if (m_config.headWidth < 2 || m_config.headWidth % 2 != 0)
            fail(ErrorKind::Format,
                 "{}: heads are {} wide (head_dim, or hidden_size / num_attention_heads); "
                 "rotary positions need an even width",
                 m_where, m_config.headWidth);
        m_reader.real("rms_norm_eps", m_config.epsilon, 0, 1);
        m_reader.real("attention_dropout", m_config.attentionDropout, 0, 0.999);
        m_reader.boolean("tie_word_embeddings", m_config.tiedEmbeddings);
        m_maxPositions = m_family.maxPositions;
        m_reader.integer("max_position_embeddings", m_maxPositions, 1, kMaxPositions);
        std::string activation = m_config.activation;
        m_reader.text("hidden_act", activation);
        m_config.activation = activationName(activation, "hidden_act", m_where);
    }

    void parseBiases() {
        if (is("llama") || is("qwen3")) {
            m_reader.boolean("attention_bias", m_config.queryBias);
            m_config.outputBias = m_config.queryBias;
        } else {
            requireFlag("attention_bias", false, "this family has no such choice");
        }
        if (is("qwen2")) m_config.queryBias = true;
        if (is("llama")) {
            m_reader.boolean("mlp_bias", m_config.feedForwardBias);
        } else {
            requireFlag("mlp_bias", false, "this family has no such choice");
        }
        m_config.headNorms = is("qwen3");
    }

    void parseWindows() {
        const auto layers = static_cast<std::size_t>(m_config.layers);
        std::int64_t window = 0;
        if (is("mistral") && !m_json.contains("sliding_window")) window = 4096;
        m_reader.integer("sliding_window", window, 1, kMaxPositions);
        // Mistral has no such switch: transformers uses the window where there is one.
        bool used = is("mistral");
        m_reader.boolean("use_sliding_window", used);
        if (is("mistral") && m_reader.has("use_sliding_window") && used != (window > 0))
            fail(ErrorKind::Input, "{}: \"use_sliding_window\" ({}) contradicts sliding_window {}", m_where,
                 used, window);
        if (is("llama") && (used || (window > 0 && !m_reader.has("use_sliding_window"))))
            fail(ErrorKind::Input, "{}: \"sliding_window\" ({}) is not supported with model_type \"llama\"",
                 m_where, window);
        if (!used) window = 0;
        std::int64_t first = isQwen() ? 28 : 0;
        m_reader.integer("max_window_layers", first, 0, kMaxPositions);
        if (!isQwen() && first != 0 && window > 0)
            fail(ErrorKind::Input, "{}: \"max_window_layers\" ({}) is not supported with model_type \"{}\"",
                 m_where, first, m_config.family);
        m_config.windows.assign(layers, 0);
        for (std::size_t i = 0; i < layers; ++i)
            if (static_cast<std::int64_t>(i) >= first) m_config.windows[i] = window;
        if (m_reader.has("layer_types")) parseLayerTypes(window);
    }

    void parseLayerTypes(std::int64_t window) {
        const Json& types = m_json.at("layer_types");
        if (!types.is_array() || types.size() != m_config.windows.size())
            fail(ErrorKind::Format, "{}: \"layer_types\" must be a list of {} names, one for each layer",
                 m_where, m_config.windows.size());
        for (std::size_t i = 0; i < types.size(); ++i) {
            const bool full = types[i] == "full_attention";
            if (!full && types[i] != "sliding_attention")
                fail(ErrorKind::Input,
                     "{}: layer_types[{}] ({}) is not supported; supported are full_attention, "
                     "sliding_attention",
                     m_where, i, text(types[i]));
            // The families without a choice per layer do not read this list.
            const bool unread = !isQwen() && full != (m_config.windows[i] == 0);
            if (unread || (!full && window == 0))
                fail(ErrorKind::Input, "{}: layer_types[{}] ({}) does not fit the other settings", m_where, i,
                     text(types[i]));
            m_config.windows[i] = full ? 0 : window;
        }
    }

    // Ids of one file; false when it does not say any.
    static bool readStopIds(const Json& json, const std::string& where, std::vector<std::int32_t>& ids) {
        const auto found = json.find("eos_token_id");
        if (found == json.end() || found->is_null()) return false;
        const Json list = found->is_array() ? *found : Json::array({*found});
        ids.clear();
        for (const Json& id : list) {
            if (!id.is_number_integer() || id.get<std::int64_t>() < 0 ||
                id.get<std::int64_t>() >= kMaxVocabulary)
                fail(ErrorKind::Format, "{}: \"eos_token_id\" is {}, expected a token's id or a list of them",
                     where, text(*found));
            ids.push_back(id.get<std::int32_t>());
        }
        return true;
    }

    void parseTokens() {
        if (m_family.eosId && !m_json.contains("eos_token_id")) m_config.stopIds = {*m_family.eosId};
        readStopIds(m_json, m_where, m_config.stopIds);
        const std::int64_t size = m_config.vocabularySize;
        std::int64_t pad = 0;
        m_reader.integer("pad_token_id", pad, -size, size - 1);
        if (m_reader.has("pad_token_id")) m_config.padId = pad;
        parseGeneration();
        m_config.fillId = m_config.padId.value_or(m_config.stopIds.empty() ? 0 : m_config.stopIds.front());
        if (!m_generation.is_null())
            ConfigReader(m_generation, m_where)
                .integer("pad_token_id", m_config.fillId, -size, kMaxVocabulary);
    }

    void parseGeneration() {
        if (m_generation.is_null()) return;
        const std::string where = m_where + " (generation_config.json)";
        if (!m_generation.is_object())
            fail(ErrorKind::Format, "{}: found {}, expected an object", where, describeType(m_generation));
        readStopIds(m_generation, where, m_config.stopIds);
    }

    void refuseTheRest() const {
        static const std::set<std::string> kRead = {"model_type",
                                                    "architectures",
                                                    "vocab_size",
                                                    "hidden_size",
                                                    "intermediate_size",
                                                    "num_hidden_layers",
                                                    "num_attention_heads",
                                                    "num_key_value_heads",
                                                    "head_dim",
                                                    "rms_norm_eps",
                                                    "attention_dropout",
                                                    "tie_word_embeddings",
                                                    "max_position_embeddings",
                                                    "hidden_act",
                                                    "attention_bias",
                                                    "mlp_bias",
                                                    "sliding_window",
                                                    "use_sliding_window",
                                                    "max_window_layers",
                                                    "layer_types",
                                                    "rope_theta",
                                                    "rope_scaling",
                                                    "rope_parameters",
                                                    "eos_token_id",
                                                    "pad_token_id"};
        requireFlag("is_encoder_decoder", false, "this family is decoder-only");
        double rotated = 1;
        m_reader.real("partial_rotary_factor", rotated, 0, 1);
        if (rotated != 1)
            fail(ErrorKind::Input, "{}: \"partial_rotary_factor\" ({}) is not supported; supported is 1",
                 m_where, rotated);
        for (const auto& [key, value] : m_json.items()) {
            const bool empty = value.is_string() ? value.get_ref<const std::string&>().empty()
                                                 : value.is_structured() && value.empty();
            const bool off = value.is_null() || value == false || value == 0 || empty;
            if (off || kRead.count(key) != 0 || isHarmlessSetting(key) || key == "partial_rotary_factor")
                continue;
            fail(ErrorKind::Input, "{}: \"{}\" ({}) is not supported", m_where, key, text(value));
        }
    }

    const Json& m_json;
    const Json& m_generation;
    const std::string& m_where;
    ConfigReader m_reader;
    Family m_family{};
    LlamaConfig m_config;
    std::int64_t m_maxPositions = 0;
};

}  // namespace

bool isLlamaFamily(const std::string& modelType) {
    return std::any_of(std::begin(kFamilies), std::end(kFamilies),
                       [&](const Family& family) { return modelType == family.name; });
}

LlamaConfig parseLlamaConfig(const Json& json, const Json& generation, const std::string& where) {
    return Parser(json, generation, where).parse();
}

bool isHarmlessSetting(const std::string& key) {
    static const std::set<std::string> kHarmless = {
        // where it comes from
        "_name_or_path", "_commit_hash", "transformers_version", "torch_dtype", "dtype", "unsloth_version",
        "unsloth_fixed", "_attn_implementation", "_attn_implementation_autoset", "attn_implementation",
        "is_llama_config", "transformers.js_config", "tokenizer_class", "prefix", "finetuning_task",
        "model_max_length", "max_sequence_length",
        // how it was trained or is served
        "initializer_range", "pretraining_tp", "use_cache", "torchscript", "return_dict",
        "return_dict_in_generate", "output_attentions", "output_hidden_states", "output_scores",
        "use_bfloat16", "tf_legacy_loss", "chunk_size_feed_forward", "use_flash_attn", "use_flash_attention",
        "keys_to_ignore_at_inference", "gradient_checkpointing",
        // heads of other tasks
        "id2label", "label2id", "num_labels", "problem_type", "task_specific_params",
        // tokens that the tokenizer speaks of
        "bos_token_id", "sep_token_id", "unk_token_id", "decoder_start_token_id", "pad_token",
        // how transformers would generate; what is generated here is always greedy
        "max_length", "min_length", "max_new_tokens", "do_sample", "early_stopping", "num_beams",
        "num_beam_groups", "diversity_penalty", "temperature", "top_k", "top_p", "typical_p",
        "repetition_penalty", "length_penalty", "no_repeat_ngram_size", "encoder_no_repeat_ngram_size",
        "bad_words_ids", "num_return_sequences", "forced_bos_token_id", "forced_eos_token_id",
        "remove_invalid_values", "exponential_decay_length_penalty", "suppress_tokens",
        "begin_suppress_tokens", "is_decoder"};
    return kHarmless.count(key) != 0;
}

}  // namespace jumplora
