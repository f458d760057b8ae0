// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "base/file.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace jumplora {

enum class DType { F64, F32, F16, BF16, I64, I32, I16, I8, U8, Bool };
std::size_t dtypeSize(DType dtype);
const char* dtypeName(DType dtype);  // as in the file: "F32", ...

struct TensorView {
    std::string name;
    DType dtype = DType::F32;
    std::vector<std::int64_t> shape;
    std::span<const std::byte> data;  // little-endian, row-major; points into the file's map
    [[nodiscard]] std::int64_t elements() const;
};

// A memory-mapped safetensors file. Nothing in it is trusted: header length, JSON, dtype, shape product,
// offsets (in range, fitting the shape, one after another without gaps) are checked before anything is handed
// out.
class SafetensorsFile {
  public:
    // Throws Error(Io) or Error(Format) with the path and the tensor's name.
    explicit SafetensorsFile(const std::filesystem::path& path);
    [[nodiscard]] const std::filesystem::path& path() const { return m_path; }
    [[nodiscard]] const std::vector<TensorView>& tensors() const { return m_tensors; }  // sorted by name
    [[nodiscard]] const std::map<std::string, std::string>& metadata() const { return m_metadata; }
    [[nodiscard]] const TensorView* find(const std::string& name) const;  // nullptr when absent
    // Throws Error(Format) naming file and tensor when absent.
    [[nodiscard]] const TensorView& require(const std::string& name) const;
    // Metadata value; throws Error(Format) when absent.
    [[nodiscard]] const std::string& requireMetadata(const std::string& key) const;

  private:
    std::filesystem::path m_path;
    MappedFile m_map;
    std::vector<TensorView> m_tensors;
    std::map<std::string, std::string> m_metadata;
};

struct TensorToWrite {
    std::string name;
    DType dtype = DType::F32;
    std::vector<std::int64_t> shape;
    std::span<const std::byte> data;
};

// Writes atomically (temporary name, sync, rename); tensors in the given order, data 8-byte aligned.
// Returns the file's size in bytes.
std::int64_t writeSafetensors(const std::filesystem::path& path, const std::vector<TensorToWrite>& tensors,
                              const std::map<std::string, std::string>& metadata);

}  // namespace jumplora
