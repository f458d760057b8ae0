// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "weights/tensor_file.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace jumplora {

// Metadata under this key is the XXH3-64 of the whole file with its own 16 digits replaced by zeros: a bit
// that flips in a float shows.
inline constexpr const char* kChecksumKey = "jumplora_xxh3";

// A memory-mapped safetensors file. Nothing in it is trusted: header length, JSON, dtype, shape product,
// offsets (in range, fitting the shape, one after another without gaps) are checked before anything is handed
// out. A file with a checksum is held against it; others are taken without one.
class SafetensorsFile : public TensorFile {
  public:
    // Throws Error(Io) or Error(Format) with the path and the tensor's name.
    explicit SafetensorsFile(const std::filesystem::path& path);
    [[nodiscard]] const std::map<std::string, std::string>& metadata() const { return m_metadata; }
    // Metadata value; throws Error(Format) when absent.
    [[nodiscard]] const std::string& requireMetadata(const std::string& key) const;

  private:
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

// The same where the data of each tensor are made when their turn comes: `tensors` need none, and
// `dataOf(place)` gives as many bytes as type and shape ask for. They are written before the next call. With
// kChecksumKey among the metadata its value is filled in, and everything is asked for twice.
using TensorBytes = std::function<std::span<const std::byte>(std::size_t)>;
std::int64_t writeSafetensors(const std::filesystem::path& path, const std::vector<TensorToWrite>& tensors,
                              const std::map<std::string, std::string>& metadata, const TensorBytes& dataOf);

}  // namespace jumplora
