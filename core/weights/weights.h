// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "base/torch_api.h"
#include "weights/load_progress.h"
#include "weights/safetensors.h"
#include "weights/weight_files.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace jumplora {

at::ScalarType toScalarType(DType dtype);
DType toDType(at::ScalarType type);

// A new tensor with the view's entries, converted to `dtype` piece by piece.
at::Tensor toTensor(const TensorView& view, at::ScalarType dtype);
// The same without conversion.
at::Tensor toTensor(const TensorView& view);

// Writes tensors, moved to the CPU and converted to `dtype` (as they are without one) one after another.
// Returns the file's size in bytes. Throws Error(Numeric) for a value that is finite here and not in `dtype`.
std::int64_t writeTensors(const std::filesystem::path& path,
                          const std::vector<std::pair<std::string, at::Tensor>>& tensors,
                          const std::map<std::string, std::string>& metadata,
                          std::optional<at::ScalarType> dtype = std::nullopt);

// Takes weights by name out of a checkpoint and collects what is missing, surplus or of another shape, so
// that one error lists all of it. Pages of the files are given back as soon as they are copied: beside the
// weights themselves loading needs a few MiB.
class WeightReader {
  public:
    // `matrixType`: of what takeMatrix() gives; the same as of everything else without one.
    WeightReader(const WeightFiles& files, at::TensorOptions options, LoadProgress progress = {},
                 std::optional<at::ScalarType> matrixType = std::nullopt);
    // A tensor in the reader's type and on its device (on kMeta a shape alone, nothing is read); an undefined
    // one when absent or of another shape: finish() then throws.
    at::Tensor take(const std::string& name, const std::vector<std::int64_t>& shape);
    at::Tensor takeMatrix(const std::string& name, const std::vector<std::int64_t>& shape);
    [[nodiscard]] bool has(const std::string& name) const { return m_files.find(name) != nullptr; }
    // Names that may be in the files without being used.
    void ignore(const std::string& name) { m_used.insert(name); }
    // Throws Error(Format) unless everything fits.
    void finish() const;

  private:
    at::Tensor take(const std::string& name, const std::vector<std::int64_t>& shape,
                    const at::TensorOptions& options);

    const WeightFiles& m_files;
    at::TensorOptions m_options;
    at::TensorOptions m_matrixOptions;
    LoadProgress m_progress;
    std::vector<std::byte> m_buffer;  // what every weight is copied through
    std::int64_t m_done = 0;
    std::int64_t m_total = 0;
    std::set<std::string> m_used;
    std::vector<std::string> m_missing;
    std::vector<std::string> m_wrongShape;
};

}  // namespace jumplora
