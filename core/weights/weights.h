// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "base/torch_api.h"
#include "weights/safetensors.h"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace jumplora {

at::ScalarType toScalarType(DType dtype);
DType toDType(at::ScalarType type);

// Copies a view out of the file's map, converted to `dtype`.
at::Tensor toTensor(const TensorView& view, at::ScalarType dtype);
// The same without conversion.
at::Tensor toTensor(const TensorView& view);

// Writes tensors as they are (moved to the CPU, made contiguous). Returns the file's size in bytes.
std::int64_t writeTensors(const std::filesystem::path& path,
                          const std::vector<std::pair<std::string, at::Tensor>>& tensors,
                          const std::map<std::string, std::string>& metadata);

// Takes weights by name out of a checkpoint and collects what is missing, surplus or of another shape, so
// that one error lists all of it.
class WeightReader {
  public:
    WeightReader(const SafetensorsFile& file, at::TensorOptions options) : m_file(file), m_options(options) {}
    // An undefined tensor when absent or of another shape; finish() then throws.
    at::Tensor take(const std::string& name, const std::vector<std::int64_t>& shape);
    [[nodiscard]] bool has(const std::string& name) const { return m_file.find(name) != nullptr; }
    // Names that may be in the file without being used.
    void ignore(const std::string& name) { m_used.insert(name); }
    // Throws Error(Format) unless everything fits.
    void finish() const;

  private:
    const SafetensorsFile& m_file;
    at::TensorOptions m_options;
    std::set<std::string> m_used;
    std::vector<std::string> m_missing;
    std::vector<std::string> m_wrongShape;
};

}  // namespace jumplora
