// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "base/json.h"
#include "base/random.h"
#include "base/torch_api.h"
#include "train/run_directory.h"
#include "weights/weights.h"

#include <fmt/format.h>

#include <cmath>
#include <map>
#include <string>
#include <vector>

namespace jumplora::testing {

// One task's adapter, as a trainer would leave it.
struct AdapterContent {
    std::vector<ModuleInfo> modules;
    std::vector<at::Tensor> a;  // [r, n] per module
    std::vector<at::Tensor> b;  // [m, r]
    at::Tensor logTau;          // undefined without a gate
    double scaling = 4;
};

inline at::Tensor randomMatrix(std::int64_t rows, std::int64_t columns, std::uint64_t seed) {
    Rng rng(seed);
    at::Tensor matrix = at::empty({rows, columns}, at::kFloat);
    for (std::int64_t i = 0; i < matrix.numel(); ++i)
        matrix.data_ptr<float>()[i] = static_cast<float>(rng.uniform(-1, 1));
    return matrix;
}

inline ModuleInfo moduleOf(const std::string& name, std::int64_t rows, std::int64_t columns,
                           std::int64_t threshold) {
    return {name, "encoder self " + name, 0, rows, columns, threshold};
}

// Random factors of rank `rank` for every module.
inline AdapterContent randomAdapter(const std::vector<ModuleInfo>& modules, std::int64_t rank,
                                    std::uint64_t seed) {
    AdapterContent content;
    content.modules = modules;
    for (const ModuleInfo& module : modules) {
        content.a.push_back(randomMatrix(rank, module.columns, deriveSeed(seed, module.name + ".a")));
        content.b.push_back(randomMatrix(module.rows, rank, deriveSeed(seed, module.name + ".b")));
    }
    return content;
}

// Thresholds above all but `share` of the entries of each module (one threshold per module).
inline void setThresholds(AdapterContent& content, double share) {
    content.logTau = at::empty({static_cast<std::int64_t>(content.modules.size())}, at::kFloat);
    for (std::size_t i = 0; i < content.modules.size(); ++i) {
        const at::Tensor sorted = std::get<0>(at::mm(content.b[i], content.a[i]).abs().flatten().sort());
        const auto place = static_cast<std::int64_t>((1 - share) * static_cast<double>(sorted.numel() - 1));
        content.logTau.select(0, content.modules[i].threshold).copy_(sorted.select(0, place).log());
    }
}

inline void writeAdapterFile(const RunDirectory& directory, std::int64_t task,
                             const AdapterContent& content) {
    std::vector<std::pair<std::string, at::Tensor>> tensors;
    Json modules = Json::array();
    for (std::size_t i = 0; i < content.modules.size(); ++i) {
        const ModuleInfo& info = content.modules[i];
        tensors.emplace_back(info.name + ".lora_A", content.a[i]);
        tensors.emplace_back(info.name + ".lora_B", content.b[i]);
        modules.push_back({{"name", info.name},
                           {"group", info.group},
                           {"block", info.block},
                           {"rows", info.rows},
                           {"columns", info.columns},
                           {"threshold", info.threshold}});
    }
    const bool gated = content.logTau.defined();
    if (gated) tensors.emplace_back("log_threshold", content.logTau);
    const auto path = directory.path() / directory.adapterName(task);
    std::filesystem::create_directories(path.parent_path());
    writeTensors(path, tensors,
                 {{"format", "jumplora-adapter/1"},
                  {"task", std::to_string(task)},
                  {"name", "task"},
                  {"f", "0x1p+0"},
                  {"threshold_initialised", "true"},
                  {"scaling", fmt::format("{:a}", content.scaling)},
                  {"gate", gated ? "jumprelu" : "none"},
                  {"modules", modules.dump()}});
}

}  // namespace jumplora::testing
