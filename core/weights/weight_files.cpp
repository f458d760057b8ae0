// SPDX-License-Identifier: Apache-2.0
#include "weights/weight_files.h"

#include "base/error.h"
#include "base/json.h"
#include "weights/names_listed.h"
#include "weights/safetensors.h"
#include "weights/torch_file.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

namespace jumplora {
namespace {

namespace fs = std::filesystem;

std::unique_ptr<TensorFile> openTensors(const fs::path& file) {
    if (file.extension() == ".safetensors") return std::make_unique<SafetensorsFile>(file);
    return std::make_unique<TorchFile>(file);
}

// A shard lies beside its index: any other name could lead anywhere.
void requirePlainName(const std::string& name, const std::string& where) {
    const bool plain = !name.empty() && name != "." && name != ".." &&
                       name.find_first_of(std::string_view("/\\\0", 3)) == std::string::npos;
    if (!plain)
        fail(ErrorKind::Format, "{}: the shard {} is not the name of a file beside the index", where,
             Json(name).dump());
    const fs::path path(name);
    if (path.extension() != ".safetensors" && path.extension() != ".bin")
        fail(ErrorKind::Format, "{}: the shard \"{}\" is neither a .safetensors nor a .bin file", where,
             name);
}

// Weights in forms that are not read here, for the message.
std::string otherForms(const fs::path& folder) {
    constexpr std::array kOthers = {"tf_model.h5", "flax_model.msgpack", "model.ckpt.index"};
    for (const char* name : kOthers) {
        if (fs::exists(folder / name))
            return fmt::format(
                " ({} is there, but TensorFlow's and Flax's weights are not read: load the folder "
                "with transformers and save it again)",
                name);
    }
    return {};
}

}  // namespace

WeightFiles::WeightFiles(const fs::path& folder, const std::string& stem, const std::string& torchStem) {
    const std::array names = {stem + ".safetensors", stem + ".safetensors.index.json", torchStem + ".bin",
                              torchStem + ".bin.index.json"};
    const auto* found =
        std::find_if(names.begin(), names.end(), [&](const auto& name) { return fs::exists(folder / name); });
    if (found == names.end())
        fail(ErrorKind::Input, "{}: there are no weights; looked for {}{}", folder.string(),
             fmt::join(names, ", "), otherForms(folder));
    m_path = folder / *found;
    m_files = {m_path};
    if (m_path.extension() == ".json")
        openShards(m_path);
    else
        openFile(m_path);
    std::sort(m_tensors.begin(), m_tensors.end(),
              [](const Tensor& a, const Tensor& b) { return a.view->name < b.view->name; });
}

WeightFiles WeightFiles::ofModel(const fs::path& folder) { return {folder, "model", "pytorch_model"}; }

WeightFiles WeightFiles::ofAdapter(const fs::path& folder) {
    return {folder, "adapter_model", "adapter_model"};
}

void WeightFiles::openFile(const fs::path& file) {
    m_open.push_back(openTensors(file));
    for (const TensorView& view : m_open.back()->tensors()) m_tensors.push_back({&view, m_open.back().get()});
}

void WeightFiles::openShards(const fs::path& index) {
    const std::string where = index.string();
    const Json json = readJsonFile(index);
    const Json& map = requireMember(json, "weight_map", where);
    if (!map.is_object()) fail(ErrorKind::Format, "{}: weight_map must be an object", where);
    std::map<std::string, std::string> shardOf;
    std::set<std::string> shards;
    for (const auto& [name, shard] : map.items()) {
        if (!shard.is_string())
            fail(ErrorKind::Format, "{}: the shard of \"{}\" must be the name of a file", where, name);
        const auto& file = shard.get_ref<const std::string&>();
        if (shards.insert(file).second) requirePlainName(file, where);
        shardOf[name] = file;
    }
    std::vector<std::string> absent;
    for (const std::string& shard : shards)
        if (!fs::is_regular_file(index.parent_path() / shard)) absent.push_back(shard);
    if (!absent.empty())
        fail(ErrorKind::Format, "{}: the checkpoint is not complete{}", where,
             listed("shards that are not beside it", absent));
    std::map<std::string, std::size_t> taken;  // place in m_tensors
    for (const std::string& shard : shards) {
        m_files.push_back(index.parent_path() / shard);
        m_open.push_back(openTensors(m_files.back()));
        for (const TensorView& view : m_open.back()->tensors()) {
            const auto named = shardOf.find(view.name);
            // Of a tensor that stands in several shards the index says which is meant.
            if (named != shardOf.end() && named->second != shard) continue;
            if (!taken.try_emplace(view.name, m_tensors.size()).second)
                fail(ErrorKind::Format, "{}: tensor \"{}\" stands in several shards and not in the index",
                     where, view.name);
            m_tensors.push_back({&view, m_open.back().get()});
        }
    }
    std::vector<std::string> missing;
    for (const auto& [name, shard] : shardOf)
        if (taken.count(name) == 0) missing.push_back(fmt::format("{} in {}", name, shard));
    if (!missing.empty())
        fail(ErrorKind::Format, "{}: the shards do not hold what it says{}", where,
             listed("missing", missing));
}

const WeightFiles::Tensor* WeightFiles::find(const std::string& name) const {
    const auto it =
        std::lower_bound(m_tensors.begin(), m_tensors.end(), name,
                         [](const Tensor& tensor, const std::string& n) { return tensor.view->name < n; });
    return it != m_tensors.end() && it->view->name == name ? &*it : nullptr;
}

std::int64_t WeightFiles::bytes() const {
    std::int64_t sum = 0;
    for (const Tensor& tensor : m_tensors) sum += tensor.view->bytes();
    return sum;
}

}  // namespace jumplora
