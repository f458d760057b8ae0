// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "weights/tensor_file.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace jumplora {

// The tensors of a checkpoint, in whatever files they lie: one file or shards with an index, safetensors or
// torch.save's. Nothing is read yet but headers.
class WeightFiles {
  public:
    struct Tensor {
        const TensorView* view;
        const TensorFile* file;
    };

    // Weights of a Hugging Face folder; of several forms the one that transformers takes: model.safetensors,
    // model.safetensors.index.json, pytorch_model.bin, pytorch_model.bin.index.json. Throws Error(Input)
    // when there is none, Error(Format) for shards that are absent or do not hold what the index says.
    static WeightFiles ofModel(const std::filesystem::path& folder);
    // Weights of a peft adapter: adapter_model.safetensors, else adapter_model.bin.
    static WeightFiles ofAdapter(const std::filesystem::path& folder);

    // The file that was chosen: the weights themselves, or the index.
    [[nodiscard]] const std::filesystem::path& path() const { return m_path; }
    // Everything that decides what the weights are: the file, or the index and its shards.
    [[nodiscard]] const std::vector<std::filesystem::path>& files() const { return m_files; }
    [[nodiscard]] const std::vector<Tensor>& tensors() const { return m_tensors; }  // sorted by name
    [[nodiscard]] const Tensor* find(const std::string& name) const;                // nullptr when absent
    [[nodiscard]] std::int64_t bytes() const;                                       // of all tensors

  private:
    WeightFiles(const std::filesystem::path& folder, const std::string& stem, const std::string& torchStem);
    void openFile(const std::filesystem::path& file);
    void openShards(const std::filesystem::path& index);

    std::filesystem::path m_path;
    std::vector<std::filesystem::path> m_files;
    std::vector<std::unique_ptr<TensorFile>> m_open;
    std::vector<Tensor> m_tensors;
};

}  // namespace jumplora
