// SPDX-License-Identifier: Apache-2.0
#include "weights/tensor_view.h"

#include <algorithm>
#include <array>

namespace jumplora {
namespace {

struct DTypeEntry {
    DType dtype;
    const char* name;
    std::size_t size;
};
constexpr std::array<DTypeEntry, 10> kDTypes = {{{DType::F64, "F64", 8},
                                                 {DType::F32, "F32", 4},
                                                 {DType::F16, "F16", 2},
                                                 {DType::BF16, "BF16", 2},
                                                 {DType::I64, "I64", 8},
                                                 {DType::I32, "I32", 4},
                                                 {DType::I16, "I16", 2},
                                                 {DType::I8, "I8", 1},
                                                 {DType::U8, "U8", 1},
                                                 {DType::Bool, "BOOL", 1}}};

const DTypeEntry& entry(DType dtype) {
    return *std::find_if(kDTypes.begin(), kDTypes.end(), [&](const auto& e) { return e.dtype == dtype; });
}

}  // namespace

std::size_t dtypeSize(DType dtype) { return entry(dtype).size; }
const char* dtypeName(DType dtype) { return entry(dtype).name; }

const DType* dtypeNamed(const std::string& name) {
    const auto* found =
        std::find_if(kDTypes.begin(), kDTypes.end(), [&](const auto& e) { return name == e.name; });
    return found == kDTypes.end() ? nullptr : &found->dtype;
}

std::int64_t TensorView::elements() const {
    std::int64_t count = 1;
    for (const std::int64_t size : shape) count *= size;
    return count;
}

std::int64_t TensorView::bytes() const { return elements() * static_cast<std::int64_t>(dtypeSize(dtype)); }

}  // namespace jumplora
