// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "base/module_info.h"
#include "base/torch_api.h"
#include "weights/safetensors.h"

#include <filesystem>
#include <optional>
#include <vector>

namespace jumplora {

// The adapter of one finished task as a file ("jumplora-adapter/1"), read without a backbone. Tensors leave
// the file's map module by module.
class StoredAdapter {
  public:
    // Throws Error(Io), or Error(Format) for anything that such a file cannot hold.
    explicit StoredAdapter(const std::filesystem::path& path);
    [[nodiscard]] const std::filesystem::path& path() const { return m_file.path(); }
    [[nodiscard]] const std::vector<ModuleInfo>& modules() const { return m_modules; }
    [[nodiscard]] bool gated() const { return m_logTau.defined(); }
    [[nodiscard]] double scaling() const { return m_scaling; }  // s
    // A [r, n] and B [m, r] as stored. Throw Error(Format) for another shape, or values that are not finite.
    [[nodiscard]] at::Tensor a(std::size_t module) const;
    [[nodiscard]] at::Tensor b(std::size_t module) const;
    // τ of a module, a scalar in the type it was trained in; only with a gate.
    [[nodiscard]] at::Tensor tau(std::size_t module) const;
    // Throws Error(Format) unless both adapt the same layers.
    void requireSameModules(const StoredAdapter& other) const;

  private:
    [[nodiscard]] at::Tensor matrix(const std::string& name, std::optional<std::int64_t> rows,
                                    std::optional<std::int64_t> columns) const;

    SafetensorsFile m_file;
    std::vector<ModuleInfo> m_modules;
    at::Tensor m_logTau;
    double m_scaling = 1;
};

}  // namespace jumplora
