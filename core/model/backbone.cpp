// SPDX-License-Identifier: Apache-2.0
#include "model/backbone.h"

#include "base/error.h"
#include "base/json.h"
#include "model/t5.h"

#include <filesystem>

namespace jumplora {

std::unique_ptr<Backbone> loadBackbone(const std::string& folder, const BackboneOptions& options) {
    const std::filesystem::path path(folder);
    if (!std::filesystem::is_directory(path))
        fail(ErrorKind::Input, "{}: no such folder; give a Hugging Face folder with config.json and weights",
             folder);
    if (!std::filesystem::exists(path / "config.json"))
        fail(ErrorKind::Input, "{}: config.json is missing; give a Hugging Face folder", folder);
    const Json json = readJsonFile(path / "config.json");
    const T5Config config = parseT5Config(json, (path / "config.json").string());
    const WeightFiles files = WeightFiles::ofModel(path);
    WeightReader weights(files, at::TensorOptions(options.dtype).device(options.device), options.progress);
    return std::make_unique<T5>(config, weights);
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
