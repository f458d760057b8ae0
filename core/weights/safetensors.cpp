// SPDX-License-Identifier: Apache-2.0
#include "weights/safetensors.h"

#include "base/error.h"
#include "base/json.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

namespace jumplora {
namespace {

// The reference implementation's bound; also keeps a damaged length from being believed.
constexpr std::uint64_t kMaxHeader = 100'000'000;
// More than any weight has; LibTorch's own bound is 64.
constexpr std::size_t kMaxDimensions = 16;

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

std::uint64_t unsignedOf(const Json& value, const std::string& where, const char* what) {
    if (!value.is_number_unsigned())
        fail(ErrorKind::Format, "{}: {} must be whole numbers from 0", where, what);
    return value.get<std::uint64_t>();
}

TensorView parseTensor(const std::string& name, const Json& json, std::span<const std::byte> buffer,
                       const std::string& file) {
    const std::string where = fmt::format("{}: tensor \"{}\"", file, name);
    TensorView view;
    view.name = name;
    const std::string dtype = requireString(json, "dtype", where);
    const auto known =
        std::find_if(kDTypes.begin(), kDTypes.end(), [&](const auto& e) { return dtype == e.name; });
    if (known == kDTypes.end()) fail(ErrorKind::Format, "{}: dtype \"{}\" is not supported", where, dtype);
    view.dtype = known->dtype;

    const Json& shape = requireMember(json, "shape", where);
    if (!shape.is_array()) fail(ErrorKind::Format, "{}: shape must be a list", where);
    if (shape.size() > kMaxDimensions)
        fail(ErrorKind::Format, "{}: {} dimensions are more than {}", where, shape.size(), kMaxDimensions);
    std::uint64_t elements = 1;
    std::uint64_t nonZero = 1;  // product of the sizes above 0: strides have to fit, too
    for (const Json& size : shape) {
        const std::uint64_t value = unsignedOf(size, where, "the sizes of its shape");
        constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
        if (value > kMost || (value != 0 && nonZero > kMost / value))
            fail(ErrorKind::Format, "{}: its shape is larger than any file", where);
        elements *= value;
        nonZero *= std::max<std::uint64_t>(value, 1);
        view.shape.push_back(static_cast<std::int64_t>(value));
    }

    const Json& offsets = requireMember(json, "data_offsets", where);
    if (!offsets.is_array() || offsets.size() != 2)
        fail(ErrorKind::Format, "{}: data_offsets must be two numbers", where);
    const std::uint64_t begin = unsignedOf(offsets[0], where, "data_offsets");
    const std::uint64_t end = unsignedOf(offsets[1], where, "data_offsets");
    if (begin > end || end > buffer.size())
        fail(ErrorKind::Format, "{}: its data lie outside the file ({} to {} of {} bytes)", where, begin, end,
             buffer.size());
    if ((end - begin) % known->size != 0 || (end - begin) / known->size != elements)
        fail(ErrorKind::Format, "{}: its shape needs {} entries of {} bytes, the file holds {} bytes", where,
             elements, known->size, end - begin);
    view.data = buffer.subspan(begin, end - begin);
    return view;
}

// The tensors lie one after another and fill the buffer, as the format demands: a gap, an overlap or bytes
// behind the last one mean that an offset is wrong.
void requireSeamless(const std::vector<TensorView>& tensors, std::span<const std::byte> buffer,
                     const std::string& file) {
    std::vector<const TensorView*> byOffset;
    byOffset.reserve(tensors.size());
    for (const TensorView& tensor : tensors) byOffset.push_back(&tensor);
    std::sort(byOffset.begin(), byOffset.end(), [](const auto* a, const auto* b) {
        return std::pair(a->data.data(), a->data.size()) < std::pair(b->data.data(), b->data.size());
    });
    const std::byte* end = buffer.data();
    const std::string* before = nullptr;
    for (const TensorView* tensor : byOffset) {
        if (tensor->data.data() < end)
            fail(ErrorKind::Format, "{}: tensors \"{}\" and \"{}\" overlap", file, *before, tensor->name);
        if (tensor->data.data() > end)
            fail(ErrorKind::Format, "{}: {} bytes before tensor \"{}\" belong to none", file,
                 tensor->data.data() - end, tensor->name);
        end = tensor->data.data() + tensor->data.size();
        before = &tensor->name;
    }
    if (end != buffer.data() + buffer.size())
        fail(ErrorKind::Format, "{}: the last {} bytes belong to no tensor", file,
             buffer.data() + buffer.size() - end);
}

}  // namespace

std::size_t dtypeSize(DType dtype) { return entry(dtype).size; }
const char* dtypeName(DType dtype) { return entry(dtype).name; }

std::int64_t TensorView::elements() const {
    return static_cast<std::int64_t>(data.size() / dtypeSize(dtype));
}

SafetensorsFile::SafetensorsFile(const std::filesystem::path& path) : m_path(path), m_map(path) {
    const auto bytes = m_map.bytes();
    const std::string file = path.string();
    std::uint64_t headerSize = 0;
    if (bytes.size() < sizeof headerSize)
        fail(ErrorKind::Format, "{}: too short for a safetensors file ({} bytes)", file, bytes.size());
    std::memcpy(&headerSize, bytes.data(), sizeof headerSize);
    if (headerSize > kMaxHeader || headerSize > bytes.size() - sizeof headerSize)
        fail(ErrorKind::Format, "{}: its header claims {} bytes, the file has {}; it is damaged or truncated",
             file, headerSize, bytes.size());
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()) + sizeof headerSize, headerSize);
    const Json header = parseJson(text, file + " (header)");
    if (!header.is_object()) fail(ErrorKind::Format, "{}: its header is not an object", file);
    const auto buffer = bytes.subspan(sizeof headerSize + headerSize);
    for (const auto& [name, json] : header.items()) {
        if (name == "__metadata__") {
            if (!json.is_object()) fail(ErrorKind::Format, "{}: its metadata are not an object", file);
            for (const auto& [key, value] : json.items()) {
                if (!value.is_string())
                    fail(ErrorKind::Format, "{}: metadata \"{}\" is not a string", file, key);
                m_metadata[key] = value.get<std::string>();
            }
        } else {
            m_tensors.push_back(parseTensor(name, json, buffer, file));
        }
    }
    requireSeamless(m_tensors, buffer, file);
    std::sort(m_tensors.begin(), m_tensors.end(),
              [](const auto& a, const auto& b) { return a.name < b.name; });
}

const TensorView* SafetensorsFile::find(const std::string& name) const {
    const auto it =
        std::lower_bound(m_tensors.begin(), m_tensors.end(), name,
                         [](const TensorView& view, const std::string& n) { return view.name < n; });
    return it != m_tensors.end() && it->name == name ? &*it : nullptr;
}

const TensorView& SafetensorsFile::require(const std::string& name) const {
    const TensorView* view = find(name);
    if (view == nullptr) fail(ErrorKind::Format, "{}: tensor \"{}\" is missing", m_path.string(), name);
    return *view;
}

const std::string& SafetensorsFile::requireMetadata(const std::string& key) const {
    const auto it = m_metadata.find(key);
    if (it == m_metadata.end())
        fail(ErrorKind::Format, "{}: metadata \"{}\" is missing", m_path.string(), key);
    return it->second;
}

std::int64_t writeSafetensors(const std::filesystem::path& path, const std::vector<TensorToWrite>& tensors,
                              const std::map<std::string, std::string>& metadata) {
    Json header = Json::object();
    if (!metadata.empty()) header["__metadata__"] = metadata;
    std::uint64_t offset = 0;
    for (const TensorToWrite& tensor : tensors) {
        header[tensor.name] = {{"dtype", dtypeName(tensor.dtype)},
                               {"shape", tensor.shape},
                               {"data_offsets", {offset, offset + tensor.data.size()}}};
        offset += tensor.data.size();
    }
    std::string text = header.dump();
    text.resize((text.size() + 7) / 8 * 8, ' ');
    const std::uint64_t headerSize = text.size();
    AtomicFile file(path);
    file.write(std::as_bytes(std::span(&headerSize, 1)));
    file.write(text);
    for (const TensorToWrite& tensor : tensors) file.write(tensor.data);
    file.commit();
    return static_cast<std::int64_t>(sizeof headerSize + headerSize + offset);
}

}  // namespace jumplora
