// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "weights/tensor_view.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace jumplora {

// One value of a pickle. Values name each other by their place, so that neither cycles nor depth cost
// anything.
struct PickleNode {
    enum class Kind : std::uint8_t {
        None,
        Boolean,
        Integer,
        Real,
        Text,
        Tuple,
        List,
        Dict,
        Callable,  // a name out of the whitelist
        Storage,
        Tensor,
    };
    Kind kind = Kind::None;
    DType dtype = DType::F32;          // Storage; Callable that names a type of storage
    std::int64_t number = 0;           // Boolean, Integer; entries of a Storage; first entry of a Tensor
    std::string_view text;             // Text; name of a Callable; key of a Storage; bytes of an Integer
    std::vector<std::uint32_t> items;  // Tuple, List; Dict: key, value, ...; Tensor: storage, sizes, strides
};
const char* describe(PickleNode::Kind kind);  // "a text", ... for messages

// The values that a pickle written by torch.save describes. Nothing is executed: an instruction or a name
// that files of tensors do not need is refused by its name (a pickle that asks for os.system fails with
// "os.system"). Texts point into `bytes`.
class Pickle {
  public:
    // Reads up to the first STOP. Throws Error(Format).
    Pickle(std::span<const std::byte> bytes, const std::string& where);
    [[nodiscard]] const PickleNode& root() const { return m_nodes[m_root]; }
    [[nodiscard]] const PickleNode& node(std::uint32_t place) const { return m_nodes[place]; }
    [[nodiscard]] std::size_t size() const { return m_size; }  // bytes up to and with STOP

  private:
    friend class PickleMachine;
    std::vector<PickleNode> m_nodes;
    std::uint32_t m_root = 0;
    std::size_t m_size = 0;
};

}  // namespace jumplora
