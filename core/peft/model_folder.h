// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>

namespace jumplora {

class Backbone;

struct ModelFolderReport {
    std::int64_t parameters = 0;
    std::int64_t bytes = 0;  // of model.safetensors
    bool tokenizer = false;  // whether the source had files of one
};

// Writes a complete Hugging Face folder: model.safetensors in `dtype` ("float32", "float16", "bfloat16"),
// config.json of `source` with that type, its generation_config.json and every tokenizer file. config.json
// comes last: a folder without it is not complete. Throws Error(Input) when `output` is not empty,
// Error(Numeric) for weights that do not fit the type.
ModelFolderReport writeModelFolder(Backbone& backbone, const std::filesystem::path& source,
                                   const std::filesystem::path& output, const std::string& dtype);

}  // namespace jumplora
