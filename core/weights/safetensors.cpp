// SPDX-License-Identifier: Apache-2.0
#include "weights/safetensors.h"

#include "base/error.h"
#include "base/json.h"

#include <xxhash.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <memory>

namespace jumplora {
namespace {

// The reference implementation's bound; also keeps a damaged length from being believed.
constexpr std::uint64_t kMaxHeader = 100'000'000;
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
    const DType* known = dtypeNamed(dtype);
    if (known == nullptr) fail(ErrorKind::Format, "{}: dtype \"{}\" is not supported", where, dtype);
    view.dtype = *known;
    const std::size_t size = dtypeSize(view.dtype);

    const Json& shape = requireMember(json, "shape", where);
    if (!shape.is_array()) fail(ErrorKind::Format, "{}: shape must be a list", where);
    if (shape.size() > kMaxDimensions)
        fail(ErrorKind::Format, "{}: {} dimensions are more than {}", where, shape.size(), kMaxDimensions);
    std::uint64_t elements = 1;
    std::uint64_t nonZero = 1;  // product of the sizes above 0: strides have to fit, too
    for (const Json& each : shape) {
        const std::uint64_t value = unsignedOf(each, where, "the sizes of its shape");
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
    if ((end - begin) % size != 0 || (end - begin) / size != elements)
        fail(ErrorKind::Format, "{}: its shape needs {} entries of {} bytes, the file holds {} bytes", where,
             elements, size, end - begin);
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

constexpr std::size_t kDigits = 16;

// XXH3-64 of pieces that stand one after another.
class PiecewiseHash {
  public:
    PiecewiseHash() : m_state(XXH3_createState(), XXH3_freeState) { XXH3_64bits_reset(m_state.get()); }
    void add(std::span<const std::byte> piece) {
        XXH3_64bits_update(m_state.get(), piece.data(), piece.size());
    }
    [[nodiscard]] std::string digits() const {
        return fmt::format("{:016x}", XXH3_64bits_digest(m_state.get()));
    }

  private:
    std::unique_ptr<XXH3_state_t, XXH_errorcode (*)(XXH3_state_t*)> m_state;
};

// Where the checksum's digits stand in a header; npos when they cannot be found as they were written.
std::size_t digitsPlace(std::string_view header, const std::string& digits) {
    const std::string text = fmt::format("\"{}\":\"{}\"", kChecksumKey, digits);
    const std::size_t at = header.find(text);
    return at == std::string_view::npos || digits.size() != kDigits ? std::string_view::npos
                                                                    : at + text.size() - 1 - kDigits;
}

void requireChecksum(std::span<const std::byte> file, std::string_view header, const std::string& expected,
                     const std::string& path) {
    std::string found = "none where it was written";
    if (const std::size_t at = digitsPlace(header, expected); at != std::string_view::npos) {
        const std::size_t begin = sizeof(std::uint64_t) + at;
        const std::string zeros(kDigits, '0');
        PiecewiseHash hash;
        hash.add(file.first(begin));
        hash.add(std::as_bytes(std::span(zeros)));
        hash.add(file.subspan(begin + kDigits));
        found = hash.digits();
    }
    if (found == expected) return;
    fail(
        ErrorKind::Format,
        "{}: is not what was written: its checksum says {}, its content gives {}. Put back a copy of the "
        "file "
        "(a bundle of the run holds one) or compute the run again. If it was changed on purpose, take \"{}\" "
        "out of its metadata.",
        path, expected, found, kChecksumKey);
}

}  // namespace

SafetensorsFile::SafetensorsFile(const std::filesystem::path& path) : TensorFile(path) {
    const auto bytes = mapped();
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
    std::vector<TensorView> tensors;
    for (const auto& [name, json] : header.items()) {
        if (name == "__metadata__") {
            if (!json.is_object()) fail(ErrorKind::Format, "{}: its metadata are not an object", file);
            for (const auto& [key, value] : json.items()) {
                if (!value.is_string())
                    fail(ErrorKind::Format, "{}: metadata \"{}\" is not a string", file, key);
                m_metadata[key] = value.get<std::string>();
            }
        } else {
            tensors.push_back(parseTensor(name, json, buffer, file));
        }
    }
    requireSeamless(tensors, buffer, file);
    if (const auto sum = m_metadata.find(kChecksumKey); sum != m_metadata.end())
        requireChecksum(bytes, text, sum->second, file);
    setTensors(std::move(tensors));
}

const std::string& SafetensorsFile::requireMetadata(const std::string& key) const {
    const auto it = m_metadata.find(key);
    if (it == m_metadata.end())
        fail(ErrorKind::Format, "{}: metadata \"{}\" is missing", path().string(), key);
    return it->second;
}

std::int64_t writeSafetensors(const std::filesystem::path& path, const std::vector<TensorToWrite>& tensors,
                              const std::map<std::string, std::string>& metadata, const TensorBytes& dataOf) {
    const std::string zeros(kDigits, '0');
    const bool checked = metadata.count(kChecksumKey) > 0;
    Json header = Json::object();
    if (!metadata.empty()) header["__metadata__"] = metadata;
    if (checked) header["__metadata__"][kChecksumKey] = zeros;
    std::uint64_t offset = 0;
    for (const TensorToWrite& tensor : tensors) {
        TensorView view;
        view.dtype = tensor.dtype;
        view.shape = tensor.shape;
        const std::uint64_t end = offset + static_cast<std::uint64_t>(view.bytes());
        header[tensor.name] = {
            {"dtype", dtypeName(tensor.dtype)}, {"shape", tensor.shape}, {"data_offsets", {offset, end}}};
        offset = end;
    }
    std::string text = header.dump();
    text.resize((text.size() + 7) / 8 * 8, ' ');
    const std::uint64_t headerSize = text.size();
    if (checked) {
        PiecewiseHash hash;
        hash.add(std::as_bytes(std::span(&headerSize, 1)));
        hash.add(std::as_bytes(std::span(text)));
        for (std::size_t i = 0; i < tensors.size(); ++i) hash.add(dataOf(i));
        text.replace(digitsPlace(text, zeros), kDigits, hash.digits());
    }
    AtomicFile file(path);
    file.write(std::as_bytes(std::span(&headerSize, 1)));
    file.write(text);
    for (std::size_t i = 0; i < tensors.size(); ++i) file.write(dataOf(i));
    file.commit();
    return static_cast<std::int64_t>(sizeof headerSize + headerSize + offset);
}

std::int64_t writeSafetensors(const std::filesystem::path& path, const std::vector<TensorToWrite>& tensors,
                              const std::map<std::string, std::string>& metadata) {
    return writeSafetensors(path, tensors, metadata, [&](std::size_t i) { return tensors[i].data; });
}

}  // namespace jumplora
