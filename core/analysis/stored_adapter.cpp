// SPDX-License-Identifier: Apache-2.0
#include "analysis/stored_adapter.h"

#include "base/error.h"
#include "base/json.h"
#include "weights/weights.h"

#include <cmath>
#include <cstdlib>
#include <limits>

namespace jumplora {
namespace {

ModuleInfo readModule(const Json& json, const std::string& where) {
    ModuleInfo info;
    info.name = requireString(json, "name", where);
    info.group = requireString(json, "group", where);
    info.block = requireInteger(json, "block", where);
    info.rows = requireInteger(json, "rows", where);
    info.columns = requireInteger(json, "columns", where);
    info.threshold = requireInteger(json, "threshold", where);
    // Columns are kept as 32-bit numbers.
    constexpr std::int64_t kLargest = std::numeric_limits<std::int32_t>::max();
    if (info.rows < 1 || info.columns < 1 || info.rows > kLargest || info.columns > kLargest)
        fail(ErrorKind::Format, "{}: module \"{}\" cannot have {} rows and {} columns", where, info.name,
             info.rows, info.columns);
    return info;
}

// float32 and float64 stay as they are: the mask has to be the one that merging used.
at::Tensor floating(const TensorView& view, const std::string& file) {
    const at::Tensor tensor = toTensor(view);
    if (!tensor.is_floating_point())
        fail(ErrorKind::Format, "{}: tensor \"{}\" holds {}, expected a floating type", file, view.name,
             dtypeName(view.dtype));
    if (!at::isfinite(tensor).all().item<bool>())
        fail(ErrorKind::Format, "{}: tensor \"{}\" holds values that are not finite", file, view.name);
    return view.dtype == DType::F64 ? tensor : tensor.to(at::kFloat);
}

}  // namespace

StoredAdapter::StoredAdapter(const std::filesystem::path& path) : m_file(path) {
    const std::string file = path.string();
    if (m_file.requireMetadata("format") != "jumplora-adapter/1")
        fail(ErrorKind::Format, "{}: is not an adapter of this program", file);
    const std::string& scaling = m_file.requireMetadata("scaling");
    char* end = nullptr;
    m_scaling = std::strtod(scaling.c_str(), &end);
    if (end == scaling.c_str() || !std::isfinite(m_scaling))
        fail(ErrorKind::Format, "{}: scaling \"{}\" is not a number", file, scaling);
    const std::string where = file + " (modules)";
    const Json modules = parseJson(m_file.requireMetadata("modules"), where);
    if (!modules.is_array() || modules.empty())
        fail(ErrorKind::Format, "{}: must be a list with at least one module", where);
    for (const Json& module : modules) m_modules.push_back(readModule(module, where));

    const std::string& gate = m_file.requireMetadata("gate");
    if (gate == "none") return;
    if (gate != "jumprelu") fail(ErrorKind::Format, "{}: gate \"{}\" is not known", file, gate);
    m_logTau = floating(m_file.require("log_threshold"), file);
    for (const ModuleInfo& info : m_modules) {
        if (m_logTau.dim() != 1 || info.threshold < 0 || info.threshold >= m_logTau.numel())
            fail(ErrorKind::Format, "{}: module \"{}\" names threshold {}, which the file does not hold",
                 file, info.name, info.threshold);
    }
}

at::Tensor StoredAdapter::matrix(const std::string& name, std::optional<std::int64_t> rows,
                                 std::optional<std::int64_t> columns) const {
    const TensorView& view = m_file.require(name);
    if (view.shape.size() != 2 || view.elements() == 0 || (rows && view.shape[0] != *rows) ||
        (columns && view.shape[1] != *columns))
        fail(ErrorKind::Format, "{}: tensor \"{}\" has the shape [{}], which does not fit its module",
             path().string(), name, fmt::join(view.shape, ", "));
    return floating(view, path().string());
}

at::Tensor StoredAdapter::a(std::size_t module) const {
    return matrix(m_modules[module].name + ".lora_A", std::nullopt, m_modules[module].columns);
}

at::Tensor StoredAdapter::b(std::size_t module) const {
    const auto& shape = m_file.require(m_modules[module].name + ".lora_A").shape;
    return matrix(m_modules[module].name + ".lora_B", m_modules[module].rows,
                  shape.empty() ? std::nullopt : std::optional(shape.front()));
}

at::Tensor StoredAdapter::tau(std::size_t module) const {
    return m_logTau.select(0, m_modules[module].threshold).exp();
}

void StoredAdapter::requireSameModules(const StoredAdapter& other) const {
    const bool same = std::equal(m_modules.begin(), m_modules.end(), other.m_modules.begin(),
                                 other.m_modules.end(), [](const ModuleInfo& x, const ModuleInfo& y) {
                                     return x.name == y.name && x.rows == y.rows && x.columns == y.columns;
                                 });
    if (!same)
        fail(ErrorKind::Format, "{} and {} adapt different layers: they are not from one run",
             path().string(), other.path().string());
}

}  // namespace jumplora
