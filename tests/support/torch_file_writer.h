// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "base/file.h"

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace jumplora::testing {

// A number as little-endian bytes.
template <typename T>
std::string raw(T value) {
    std::string bytes(sizeof value, '\0');
    std::memcpy(bytes.data(), &value, sizeof value);
    return bytes;
}

struct ZipPart {
    std::string name;
    std::string data;
};

// What can be wrong with an archive, for readers that have to notice.
struct ZipFlaws {
    std::uint16_t method = 0;
    std::uint16_t flags = 0;
    bool zip64 = false;  // sizes and places in 64-bit fields
};

// A stored zip archive as torch.save writes it (sizes in the directory alone).
inline std::string zipOf(const std::vector<ZipPart>& parts, const ZipFlaws& flaws = {}) {
    std::string archive;
    std::string directory;
    const auto size32 = [&](std::uint64_t value) {
        return raw(flaws.zip64 ? 0xFFFFFFFFU : static_cast<std::uint32_t>(value));
    };
    for (const ZipPart& part : parts) {
        const std::uint64_t header = archive.size();
        const auto name = static_cast<std::uint16_t>(part.name.size());
        const std::string extra(13, 'F');  // padding
        archive += raw(0x04034b50U) + raw<std::uint16_t>(0) + raw(flaws.flags) + raw(flaws.method) +
                   std::string(16, '\0') + raw(name) + raw(static_cast<std::uint16_t>(extra.size())) +
                   part.name + extra + part.data;
        const std::string field = flaws.zip64 ? raw<std::uint16_t>(1) + raw<std::uint16_t>(24) +
                                                    raw<std::uint64_t>(part.data.size()) +
                                                    raw<std::uint64_t>(part.data.size()) + raw(header)
                                              : std::string();
        directory += raw(0x02014b50U) + raw<std::uint16_t>(0) + raw<std::uint16_t>(0) + raw(flaws.flags) +
                     raw(flaws.method) + std::string(8, '\0') + size32(part.data.size()) +
                     size32(part.data.size()) + raw(name) + raw(static_cast<std::uint16_t>(field.size())) +
                     raw<std::uint16_t>(0) + std::string(8, '\0') + size32(header) + part.name + field;
    }
    const std::uint64_t begin = archive.size();
    archive += directory;
    if (flaws.zip64) {
        const std::uint64_t record = archive.size();
        archive += raw(0x06064b50U) + raw<std::uint64_t>(44) + raw<std::uint16_t>(0) + raw<std::uint16_t>(0) +
                   raw(0U) + raw(0U) + raw<std::uint64_t>(parts.size()) + raw<std::uint64_t>(parts.size()) +
                   raw<std::uint64_t>(directory.size()) + raw(begin);
        archive += raw(0x07064b50U) + raw(0U) + raw(record) + raw(1U);
    }
    const auto count = flaws.zip64 ? std::uint16_t{0xFFFF} : static_cast<std::uint16_t>(parts.size());
    return archive + raw(0x06054b50U) + raw<std::uint16_t>(0) + raw<std::uint16_t>(0) + raw(count) +
           raw(count) + size32(directory.size()) + size32(begin) + raw<std::uint16_t>(0);
}

// One tensor of a pickle: a part of storage `key`.
struct PickledTensor {
    std::string name;
    std::string storageType;  // "FloatStorage"
    std::string key;
    std::int64_t storageEntries = 0;
    std::int64_t first = 0;
    std::vector<std::int64_t> shape;
    std::vector<std::int64_t> strides;
    bool parameter = false;
};

inline std::string pickledText(const std::string& text) {
    return "X" + raw(static_cast<std::uint32_t>(text.size())) + text;
}

inline std::string pickledInteger(std::int64_t value) {
    if (value >= 0 && value < 256) return "K" + raw(static_cast<std::uint8_t>(value));
    if (value == static_cast<std::int32_t>(value)) return "J" + raw(static_cast<std::int32_t>(value));
    return "\x8a\x08" + raw(value);
}

inline std::string pickledTuple(const std::vector<std::int64_t>& values) {
    std::string items = "(";
    for (const std::int64_t value : values) items += pickledInteger(value);
    return items + "t";
}

// data.pkl of an OrderedDict of tensors, with the attribute that PyTorch gives a state dictionary.
inline std::string pickleOf(const std::vector<PickledTensor>& tensors) {
    std::string pickle =
        std::string("\x80\x02", 2) + "ccollections\nOrderedDict\n" + std::string("q\0", 2) + ")R(";
    for (const PickledTensor& tensor : tensors) {
        pickle += pickledText(tensor.name);
        if (tensor.parameter) pickle += "ctorch._utils\n_rebuild_parameter\n(";
        pickle += "ctorch._utils\n_rebuild_tensor_v2\n((" + pickledText("storage") + "ctorch\n" +
                  tensor.storageType + "\n" + pickledText(tensor.key) + pickledText("cpu") +
                  pickledInteger(tensor.storageEntries) + "tQ" + pickledInteger(tensor.first) +
                  pickledTuple(tensor.shape) + pickledTuple(tensor.strides) + "\x89" + "h" +
                  std::string(1, '\0') + ")RtR";
        if (tensor.parameter) pickle += "\x88" + std::string("h\0)RtR", 6);
    }
    return pickle + "u}" + pickledText("_metadata") + "}sb.";
}

}  // namespace jumplora::testing
