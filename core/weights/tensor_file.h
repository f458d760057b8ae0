// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "base/file.h"
#include "weights/tensor_view.h"

#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace jumplora {

// A memory-mapped file that holds tensors under names.
class TensorFile {
  public:
    virtual ~TensorFile() = default;
    TensorFile(const TensorFile&) = delete;
    TensorFile& operator=(const TensorFile&) = delete;
    [[nodiscard]] const std::filesystem::path& path() const { return m_path; }
    [[nodiscard]] const std::vector<TensorView>& tensors() const { return m_tensors; }  // sorted by name
    [[nodiscard]] const TensorView* find(const std::string& name) const;                // nullptr when absent
    // Throws Error(Format) naming file and tensor when absent.
    [[nodiscard]] const TensorView& require(const std::string& name) const;
    // Gives the memory back that these bytes of the map take up; reading them again reads the file again.
    void forget(std::span<const std::byte> bytes) const;

  protected:
    // Throws Error(Io).
    explicit TensorFile(const std::filesystem::path& path) : m_path(path), m_map(path) {}
    TensorFile(TensorFile&&) noexcept = default;
    [[nodiscard]] std::span<const std::byte> mapped() const { return m_map.bytes(); }
    // Takes the tensors over, sorted. Throws Error(Format) when two have one name.
    void setTensors(std::vector<TensorView> tensors);

  private:
    std::filesystem::path m_path;
    MappedFile m_map;
    std::vector<TensorView> m_tensors;
};

}  // namespace jumplora
