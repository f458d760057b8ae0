// SPDX-License-Identifier: Apache-2.0
#include "weights/torch_file.h"

#include "base/error.h"
#include "base/json.h"
#include "weights/pickle.h"
#include "weights/zip_archive.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <map>

namespace jumplora {
namespace {

using Bytes = std::span<const std::byte>;
using Kind = PickleNode::Kind;
using Storages = std::map<std::string, Bytes, std::less<>>;

// 0x1950a86a20f9469cfc6c, little-endian: first value of the older format. The second is its version.
constexpr std::string_view kLegacyMagic = "\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";
constexpr std::int64_t kLegacyVersion = 1001;

[[noreturn]] void refuse(const std::string& where, const std::string& what) {
    fail(ErrorKind::Format, "{}: {}", where, what);
}

std::vector<std::int64_t> integers(const Pickle& pickle, std::uint32_t place, const std::string& where) {
    std::vector<std::int64_t> values;
    const PickleNode& tuple = pickle.node(place);
    if (tuple.items.size() > kMaxDimensions)
        refuse(where, fmt::format("{} dimensions are more than {}", tuple.items.size(), kMaxDimensions));
    for (const std::uint32_t item : tuple.items) {
        const PickleNode& value = pickle.node(item);
        if (value.kind != Kind::Integer || value.number < 0)
            refuse(where, "its sizes and strides must be whole numbers from 0");
        values.push_back(value.number);
    }
    return values;
}

bool isRowMajor(const std::vector<std::int64_t>& shape, const std::vector<std::int64_t>& strides) {
    std::int64_t expected = 1;
    for (std::size_t i = shape.size(); i-- > 0;) {
        if (shape[i] != 1 && strides[i] != expected) return false;
        expected *= shape[i];
    }
    return true;
}

std::string shortened(std::string_view name) {
    constexpr std::size_t kShown = 80;
    return std::string(name.substr(0, kShown)) + (name.size() > kShown ? "..." : "");
}

TensorView viewOf(const Pickle& pickle, std::string_view name, const PickleNode& tensor,
                  const Storages& storages, const std::string& file) {
    const std::string where = fmt::format("{}: tensor \"{}\"", file, shortened(name));
    TensorView view;
    view.name = name;
    const PickleNode& storage = pickle.node(tensor.items[0]);
    view.dtype = storage.dtype;
    const auto size = static_cast<std::int64_t>(dtypeSize(view.dtype));
    const auto found = storages.find(storage.text);
    if (found == storages.end())
        refuse(where, fmt::format("its data \"{}\" are not in the file", shortened(storage.text)));
    const auto held = static_cast<std::int64_t>(found->second.size()) / size;
    if (storage.number > held)
        refuse(where, fmt::format("its storage should have {} entries of {} bytes, the file holds {} bytes",
                                  storage.number, size, found->second.size()));
    view.shape = integers(pickle, tensor.items[1], where);
    const auto strides = integers(pickle, tensor.items[2], where);
    if (strides.size() != view.shape.size()) refuse(where, "it has not as many strides as sizes");

    std::int64_t last = tensor.number;  // place of the last entry
    std::int64_t elements = 1;
    if (last < 0) refuse(where, "it begins before its storage");
    const bool empty = std::find(view.shape.begin(), view.shape.end(), 0) != view.shape.end();
    if (!empty && last >= storage.number) refuse(where, "it reaches beyond its storage");
    for (std::size_t i = 0; i < view.shape.size() && !empty; ++i) {
        const bool fits = view.shape[i] <= storage.number / elements &&
                          (view.shape[i] == 1 || strides[i] <= (storage.number - 1) / (view.shape[i] - 1));
        if (!fits) refuse(where, "it has more entries than its storage");
        elements *= view.shape[i];
        last += (view.shape[i] - 1) * strides[i];
        if (last >= storage.number) refuse(where, "it reaches beyond its storage");
    }
    if (empty) {
        // Strides of nothing mean nothing; the sizes still have to fit a number.
        std::int64_t product = 1;
        for (const std::int64_t each : view.shape) {
            if (each > 0 && product > std::numeric_limits<std::int64_t>::max() / each)
                refuse(where, "its shape is larger than any file");
            product *= std::max<std::int64_t>(each, 1);
        }
        return view;
    }
    if (!isRowMajor(view.shape, strides)) view.strides = strides;
    view.data = found->second.subspan(static_cast<std::size_t>(tensor.number * size),
                                      static_cast<std::size_t>((last - tensor.number + 1) * size));
    return view;
}

std::vector<TensorView> viewsOf(const Pickle& pickle, const PickleNode& root, const Storages& storages,
                                const std::string& file) {
    if (root.kind != Kind::Dict)
        refuse(file, fmt::format("holds {}, expected a dictionary of tensors", describe(root.kind)));
    std::vector<TensorView> views;
    for (std::size_t i = 0; i < root.items.size(); i += 2) {
        const PickleNode& key = pickle.node(root.items[i]);
        const PickleNode& value = pickle.node(root.items[i + 1]);
        if (key.kind != Kind::Text)
            refuse(file, fmt::format("holds {} as the name of a tensor", describe(key.kind)));
        // Names go into messages and other files, so they have to be texts.
        try {
            (void)Json(std::string(key.text)).dump();
        } catch (const Json::exception&) {
            refuse(file, "holds a tensor whose name is not UTF-8");
        }
        if (value.kind != Kind::Tensor)
            refuse(file,
                   fmt::format("\"{}\" is {}, expected a tensor; give a file that holds the weights alone",
                               shortened(key.text), describe(value.kind)));
        views.push_back(viewOf(pickle, key.text, value, storages, file));
    }
    return views;
}

std::vector<TensorView> readArchive(Bytes bytes, const std::string& file) {
    const std::vector<ZipEntry> entries = readStoredZip(bytes, file);
    const std::string pickleName = "data.pkl";
    const auto main = std::find_if(entries.begin(), entries.end(), [&](const ZipEntry& entry) {
        return entry.name == pickleName || entry.name.ends_with("/" + pickleName);
    });
    if (main == entries.end()) refuse(file, "is a zip archive without data.pkl: not written by torch.save");
    const std::string prefix = main->name.substr(0, main->name.size() - pickleName.size());
    Storages storages;
    for (const ZipEntry& entry : entries) {
        if (entry.name == prefix + "byteorder") {
            const std::string_view order(reinterpret_cast<const char*>(entry.data.data()), entry.data.size());
            if (order != "little")
                refuse(file, fmt::format("its numbers are stored \"{}\"-endian, expected little",
                                         shortened(order)));
        }
        if (entry.name.starts_with(prefix + "data/"))
            storages[entry.name.substr(prefix.size() + 5)] = entry.data;
    }
    const Pickle pickle(main->data, file);
    return viewsOf(pickle, pickle.root(), storages, file);
}

// Pickles of a magic number, a version, facts about the machine, the dictionary and the keys of its storages;
// then each storage: its number of entries and these.
std::vector<TensorView> readLegacy(Bytes bytes, const std::string& file) {
    const auto next = [&] {
        Pickle pickle(bytes, file);
        bytes = bytes.subspan(pickle.size());
        return pickle;
    };
    const Pickle magic = next();
    if (magic.root().kind != Kind::Integer || magic.root().text != kLegacyMagic)
        refuse(file, "is neither a zip archive nor the older format of torch.save");
    const Pickle version = next();
    if (version.root().kind != Kind::Integer || version.root().number != kLegacyVersion)
        refuse(file, "is of an unknown version of torch.save's older format");
    const Pickle machine = next();
    for (std::size_t i = 0; i + 1 < machine.root().items.size(); i += 2) {
        if (machine.root().kind == Kind::Dict &&
            machine.node(machine.root().items[i]).text == "little_endian" &&
            machine.node(machine.root().items[i + 1]).number == 0)
            refuse(file, "its numbers are stored big-endian, expected little");
    }
    const Pickle pickle = next();
    std::map<std::string_view, DType> types;
    const auto noteTypes = [&](const PickleNode& root) {
        for (const std::uint32_t item : root.items) {
            const PickleNode& value = pickle.node(item);
            if (value.kind != Kind::Tensor) continue;
            const PickleNode& storage = pickle.node(value.items[0]);
            types[storage.text] = storage.dtype;
        }
    };
    noteTypes(pickle.root());
    const Pickle keys = next();
    if (keys.root().kind != Kind::List) refuse(file, "the list of its storages is missing");
    Storages storages;
    for (const std::uint32_t item : keys.root().items) {
        const std::string_view key = keys.node(item).text;
        std::int64_t entries = 0;
        if (bytes.size() < sizeof entries) refuse(file, "it is truncated: a storage is missing");
        std::memcpy(&entries, bytes.data(), sizeof entries);
        bytes = bytes.subspan(sizeof entries);
        const auto type = types.find(key);
        if (type == types.end())
            refuse(file, fmt::format("storage \"{}\" belongs to no tensor", shortened(key)));
        const auto size = static_cast<std::int64_t>(dtypeSize(type->second));
        if (entries < 0 || entries > static_cast<std::int64_t>(bytes.size()) / size)
            refuse(file, fmt::format("it is truncated: storage \"{}\" should have {} entries", shortened(key),
                                     entries));
        storages[std::string(key)] = bytes.first(static_cast<std::size_t>(entries * size));
        bytes = bytes.subspan(static_cast<std::size_t>(entries * size));
    }
    return viewsOf(pickle, pickle.root(), storages, file);
}

}  // namespace

TorchFile::TorchFile(const std::filesystem::path& path) : TensorFile(path) {
    setTensors(isZip(mapped()) ? readArchive(mapped(), path.string()) : readLegacy(mapped(), path.string()));
}

}  // namespace jumplora
