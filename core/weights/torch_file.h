// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "weights/tensor_file.h"

namespace jumplora {

// A dictionary of tensors as torch.save writes it: a zip archive (since PyTorch 1.6) or the older row of
// pickles with the storages behind them. Memory-mapped; the pickle is read without executing anything
// (weights/pickle.h). Tensors may be strided and share storages. Nothing is trusted: every entry of every
// tensor is known to lie in its storage, every storage in the file.
class TorchFile : public TensorFile {
  public:
    // Throws Error(Io), or Error(Format) with the path and what does not fit.
    explicit TorchFile(const std::filesystem::path& path);
};

}  // namespace jumplora
