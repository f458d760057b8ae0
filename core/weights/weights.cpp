// SPDX-License-Identifier: Apache-2.0
#include "weights/weights.h"

#include "base/error.h"

#include <algorithm>
#include <cstring>

namespace jumplora {
namespace {

// At most this many names of each kind in one message.
constexpr std::size_t kNamesShown = 12;

std::string listed(const char* what, const std::vector<std::string>& names) {
    if (names.empty()) return {};
    const std::vector<std::string> shown(
        names.begin(), names.begin() + static_cast<std::ptrdiff_t>(std::min(names.size(), kNamesShown)));
    return fmt::format("\n  {} ({}): {}{}", what, names.size(), fmt::join(shown, ", "),
                       names.size() > kNamesShown ? ", ..." : "");
}

}  // namespace

at::ScalarType toScalarType(DType dtype) {
    switch (dtype) {
        case DType::F64:
            return at::kDouble;
        case DType::F32:
            return at::kFloat;
        case DType::F16:
            return at::kHalf;
        case DType::BF16:
            return at::kBFloat16;
        case DType::I64:
            return at::kLong;
        case DType::I32:
            return at::kInt;
        case DType::I16:
            return at::kShort;
        case DType::I8:
            return at::kChar;
        case DType::U8:
            return at::kByte;
        case DType::Bool:
            return at::kBool;
    }
    fail(ErrorKind::Format, "unknown tensor type");
}

DType toDType(at::ScalarType type) {
    switch (type) {
        case at::kDouble:
            return DType::F64;
        case at::kFloat:
            return DType::F32;
        case at::kHalf:
            return DType::F16;
        case at::kBFloat16:
            return DType::BF16;
        case at::kLong:
            return DType::I64;
        case at::kInt:
            return DType::I32;
        case at::kShort:
            return DType::I16;
        case at::kChar:
            return DType::I8;
        case at::kByte:
            return DType::U8;
        case at::kBool:
            return DType::Bool;
        default:
            fail(ErrorKind::State, "tensor type {} has no safetensors form", c10::toString(type));
    }
}

at::Tensor toTensor(const TensorView& view) {
    auto tensor = at::empty(view.shape, at::TensorOptions(toScalarType(view.dtype)));
    if (view.dtype == DType::Bool) {
        // A bool that is neither 0 nor 1 is undefined behaviour.
        std::transform(view.data.begin(), view.data.end(), tensor.data_ptr<bool>(),
                       [](std::byte b) { return b != std::byte{0}; });
    } else if (!view.data.empty()) {
        std::memcpy(tensor.data_ptr(), view.data.data(), view.data.size());
    }
    return tensor;
}

at::Tensor toTensor(const TensorView& view, at::ScalarType dtype) { return toTensor(view).to(dtype); }

std::int64_t writeTensors(const std::filesystem::path& path,
                          const std::vector<std::pair<std::string, at::Tensor>>& tensors,
                          const std::map<std::string, std::string>& metadata) {
    std::vector<at::Tensor> kept;  // owns the bytes while they are written
    std::vector<TensorToWrite> views;
    for (const auto& [name, tensor] : tensors) {
        kept.push_back(tensor.detach().to(at::kCPU).contiguous());
        const at::Tensor& t = kept.back();
        views.push_back({name, toDType(t.scalar_type()), t.sizes().vec(),
                         std::as_bytes(std::span(static_cast<const char*>(t.data_ptr()), t.nbytes()))});
    }
    return writeSafetensors(path, views, metadata);
}

at::Tensor WeightReader::take(const std::string& name, const std::vector<std::int64_t>& shape) {
    m_used.insert(name);
    const TensorView* view = m_file.find(name);
    if (view == nullptr) {
        m_missing.push_back(name);
        return {};
    }
    if (view->shape != shape) {
        m_wrongShape.push_back(fmt::format("{} is [{}], expected [{}]", name, fmt::join(view->shape, ", "),
                                           fmt::join(shape, ", ")));
        return {};
    }
    const auto type = toScalarType(view->dtype);
    if (!at::isFloatingType(type)) {
        m_wrongShape.push_back(
            fmt::format("{} holds {}, expected a floating type", name, dtypeName(view->dtype)));
        return {};
    }
    return toTensor(*view).to(m_options);
}

void WeightReader::finish() const {
    std::vector<std::string> surplus;
    for (const auto& tensor : m_file.tensors()) {
        if (m_used.count(tensor.name) == 0) surplus.push_back(tensor.name);
    }
    if (m_missing.empty() && m_wrongShape.empty() && surplus.empty()) return;
    fail(ErrorKind::Format, "{}: the weights do not fit config.json{}{}{}", m_file.path().string(),
         listed("missing", m_missing), listed("of another shape", m_wrongShape),
         listed("not known", surplus));
}

}  // namespace jumplora
