// SPDX-License-Identifier: Apache-2.0
#include "model/backbone.h"

#include "base/error.h"
#include "base/json.h"
#include "model/llama.h"
#include "model/projection.h"
#include "model/t5.h"

#include <filesystem>

namespace jumplora {
namespace {

std::string modelType(const Json& json, const std::string& where) {
    if (!json.is_object())
        fail(ErrorKind::Format, "{}: found {}, expected an object", where, describeType(json));
    return requireString(json, "model_type", where);
}

// Null where there is none.
Json generationConfig(const std::filesystem::path& folder) {
    const auto file = folder / "generation_config.json";
    return std::filesystem::exists(file) ? readJsonFile(file) : Json();
}

}  // namespace

std::unique_ptr<Backbone> loadBackbone(const std::string& folder, const BackboneOptions& options) {
    const std::filesystem::path path(folder);
    if (!std::filesystem::is_directory(path))
        fail(ErrorKind::Input, "{}: no such folder; give a Hugging Face folder with config.json and weights",
             folder);
    if (!std::filesystem::exists(path / "config.json"))
        fail(ErrorKind::Input, "{}: config.json is missing; give a Hugging Face folder", folder);
    const std::string where = (path / "config.json").string();
    const Json json = readJsonFile(path / "config.json");
    const std::string type = modelType(json, where);
    const bool decoderOnly = isLlamaFamily(type);
    if (type != "t5" && !decoderOnly)
        fail(
            ErrorKind::Input,
            "{}: model_type \"{}\" is not supported; supported are t5 (also Flan-T5), llama, mistral, qwen2, "
            "qwen3",
            where, type);
    // Before the weights: what cannot be computed need not be read.
    const LlamaConfig llama =
        decoderOnly ? parseLlamaConfig(json, generationConfig(path), where) : LlamaConfig();
    const T5Config t5 = decoderOnly ? T5Config() : parseT5Config(json, where);
    const WeightFiles files = WeightFiles::ofModel(path);
    requireComputable(options.dtype, options.device);
    WeightReader weights(files, at::TensorOptions(activationType(options.dtype)).device(options.device),
                         options.progress, options.dtype);
    if (decoderOnly) return std::make_unique<Llama>(llama, weights);
    return std::make_unique<T5>(t5, weights);
}

at::Device parseDevice(const std::string& text) {
    if (text == "cpu") return at::kCPU;
    if (text.rfind("cuda", 0) == 0) {
        if (!at::globalContext().hasCUDA())
            fail(ErrorKind::Input,
                 "backbone.device: \"{}\" is not available: this LibTorch has no CUDA or finds no GPU. Use "
                 "\"cpu\", or "
                 "build with Torch_DIR set to a CUDA LibTorch",
                 text);
        try {
            return at::Device(text);
        } catch (const c10::Error&) {
            fail(ErrorKind::Input, "backbone.device: \"{}\" is not known; allowed are cpu, cuda, cuda:N",
                 text);
        }
    }
    fail(ErrorKind::Input, "backbone.device: \"{}\" is not known; allowed are cpu, cuda, cuda:N", text);
}

}  // namespace jumplora
