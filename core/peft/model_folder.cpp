// SPDX-License-Identifier: Apache-2.0
#include "peft/model_folder.h"

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "model/backbone.h"
#include "peft/output_folder.h"
#include "weights/weights.h"

#include <array>

namespace jumplora {
namespace {

namespace fs = std::filesystem;

// What transformers reads beside weights and config.json.
constexpr std::array kGeneration = {"generation_config.json"};
constexpr std::array kTokenizer = {"tokenizer.json",
                                   "tokenizer_config.json",
                                   "special_tokens_map.json",
                                   "added_tokens.json",
                                   "spiece.model",
                                   "tokenizer.model",
                                   "vocab.json",
                                   "merges.txt",
                                   "chat_template.jinja",
                                   "chat_template.json"};

at::ScalarType scalarType(const std::string& name) {
    if (name == "float32") return at::kFloat;
    if (name == "float16") return at::kHalf;
    if (name == "bfloat16") return at::kBFloat16;
    fail(ErrorKind::Input, "dtype \"{}\" is not known; allowed are float32, float16, bfloat16", name);
}

bool copyIfThere(const fs::path& source, const fs::path& output, const char* name) {
    if (!fs::exists(source / name)) return false;
    writeFileAtomically(output / name, readFile(source / name));
    return true;
}

}  // namespace

ModelFolderReport writeModelFolder(Backbone& backbone, const fs::path& source, const fs::path& output,
                                   const std::string& dtype) {
    const at::ScalarType type = scalarType(dtype);
    Json config = readJsonFile(source / "config.json");
    // Newer versions of transformers call it "dtype".
    config[config.contains("dtype") ? "dtype" : "torch_dtype"] = dtype;
    makeOutputFolder(output);
    ModelFolderReport report;
    std::vector<std::pair<std::string, at::Tensor>> tensors;
    for (const TensorSlot& slot : backbone.parameters()) {
        tensors.emplace_back(slot.name, *slot.tensor);
        report.parameters += slot.tensor->numel();
    }
    report.bytes = writeTensors(output / "model.safetensors", tensors, {{"format", "pt"}}, type);
    for (const char* name : kGeneration) copyIfThere(source, output, name);
    for (const char* name : kTokenizer)
        if (copyIfThere(source, output, name)) report.tokenizer = true;
    writeFileAtomically(output / "config.json", config.dump(2) + "\n");
    return report;
}

}  // namespace jumplora
