// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace jumplora {

enum class DType { F64, F32, F16, BF16, I64, I32, I16, I8, U8, Bool };
std::size_t dtypeSize(DType dtype);
const char* dtypeName(DType dtype);  // as safetensors has it: "F32", ...
// The other way; nullptr for a name that is not known.
const DType* dtypeNamed(const std::string& name);

// More dimensions than any weight has; LibTorch's own bound is 64.
inline constexpr std::size_t kMaxDimensions = 16;

// A tensor as it lies in a file's map. Whoever makes one has checked that every entry is inside `data` and
// that the product of the shape fits.
struct TensorView {
    std::string name;
    DType dtype = DType::F32;
    std::vector<std::int64_t> shape;
    std::vector<std::int64_t> strides;  // in entries; empty: row-major without gaps
    std::span<const std::byte> data;    // little-endian, from the first entry on
    [[nodiscard]] std::int64_t elements() const;
    [[nodiscard]] std::int64_t bytes() const;  // of all entries
};

}  // namespace jumplora
