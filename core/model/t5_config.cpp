// SPDX-License-Identifier: Apache-2.0
#include "model/t5_config.h"

#include "base/error.h"
#include "model/config_reader.h"

namespace jumplora {
namespace {

// Bounds that no T5 exceeds; they keep a damaged file from asking for absurd sizes.
constexpr std::int64_t kMaxWidth = 1 << 20;
constexpr std::int64_t kMaxLayers = 1024;

void parseActivation(const Json& json, const std::string& where, T5Config& config) {
    std::string projection = "relu";
    if (json.contains("feed_forward_proj")) projection = requireString(json, "feed_forward_proj", where);
    config.gated = projection.rfind("gated-", 0) == 0;
    config.activation = config.gated ? projection.substr(6) : projection;
    // Hugging Face keeps T5 v1.1's checkpoints working: their "gated-gelu" is the tanh approximation.
    if (projection == "gated-gelu") config.activation = "gelu_new";
    // Where these two are stored, they overrule it.
    const ConfigReader reader(json, where);
    reader.text("dense_act_fn", config.activation);
    reader.boolean("is_gated_act", config.gated);
    config.activation = activationName(
        config.activation, "feed_forward_proj (also with \"gated-\" in front) or dense_act_fn", where);
}

}  // namespace

T5Config parseT5Config(const Json& json, const std::string& where) {
    const std::string type = requireString(json, "model_type", where);
    if (type != "t5")
        fail(ErrorKind::Input, "{}: model_type \"{}\" is not supported; supported is t5 (also Flan-T5)",
             where, type);
    T5Config config;
    const ConfigReader reader(json, where);
    reader.integer("vocab_size", config.vocabularySize, 2, 1 << 24);
    reader.integer("d_model", config.dModel, 1, kMaxWidth);
    reader.integer("d_kv", config.dKv, 1, kMaxWidth);
    reader.integer("d_ff", config.dFf, 1, kMaxWidth);
    reader.integer("num_layers", config.encoderLayers, 1, kMaxLayers);
    config.decoderLayers = config.encoderLayers;
    reader.integer("num_decoder_layers", config.decoderLayers, 1, kMaxLayers);
    reader.integer("num_heads", config.heads, 1, kMaxWidth);
    reader.integer("relative_attention_num_buckets", config.buckets, 4, kMaxWidth);
    reader.integer("relative_attention_max_distance", config.maxDistance, 1, kMaxWidth);
    // Half of the buckets count single positions; the logarithmic ones begin behind them.
    if (config.maxDistance <= config.buckets / 2)
        fail(ErrorKind::Format, "{}: relative_attention_max_distance {} is too small for {} buckets", where,
             config.maxDistance, config.buckets);
    reader.real("dropout_rate", config.dropout, 0, 0.999);
    reader.real("layer_norm_epsilon", config.epsilon, 0, 1);
    reader.id("pad_token_id", config.padId, config.vocabularySize);
    reader.id("eos_token_id", config.eosId, config.vocabularySize);
    config.startId = config.padId;
    reader.id("decoder_start_token_id", config.startId, config.vocabularySize);
    reader.boolean("tie_word_embeddings", config.tiedEmbeddings);
    parseActivation(json, where, config);
    return config;
}

Json toJson(const T5Config& config) {
    std::string projection = config.activation;
    if (config.gated) projection = "gated-" + (projection == "gelu_new" ? std::string("gelu") : projection);
    return Json{{"architectures", Json::array({"T5ForConditionalGeneration"})},
                {"model_type", "t5"},
                {"is_encoder_decoder", true},
                {"vocab_size", config.vocabularySize},
                {"d_model", config.dModel},
                {"d_kv", config.dKv},
                {"d_ff", config.dFf},
                {"num_layers", config.encoderLayers},
                {"num_decoder_layers", config.decoderLayers},
                {"num_heads", config.heads},
                {"relative_attention_num_buckets", config.buckets},
                {"relative_attention_max_distance", config.maxDistance},
                {"dropout_rate", config.dropout},
                {"layer_norm_epsilon", config.epsilon},
                {"feed_forward_proj", projection},
                {"dense_act_fn", config.activation},
                {"is_gated_act", config.gated},
                {"tie_word_embeddings", config.tiedEmbeddings},
                {"pad_token_id", config.padId},
                {"eos_token_id", config.eosId},
                {"decoder_start_token_id", config.startId}};
}

}  // namespace jumplora
