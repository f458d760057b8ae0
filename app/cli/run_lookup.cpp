// SPDX-License-Identifier: Apache-2.0
#include "cli/run_lookup.h"

#include "base/error.h"

#include <algorithm>

namespace jumplora::cli {

std::filesystem::path runsFolder(const std::string& option) {
    return option.empty() ? dataFolder() / "runs" : std::filesystem::path(option);
}

RunDirectory findRun(const std::string& name, const std::string& runsOption) {
    if (std::filesystem::exists(std::filesystem::path(name) / "run.json")) return RunDirectory(name);
    const auto folder = runsFolder(runsOption);
    std::vector<std::string> fitting;
    if (std::filesystem::is_directory(folder)) {
        for (const auto& entry : std::filesystem::directory_iterator(folder)) {
            const std::string id = entry.path().filename().string();
            if (id == name) return RunDirectory(entry.path());
            if (id.rfind(name, 0) == 0) fitting.push_back(id);
        }
    }
    std::sort(fitting.begin(), fitting.end());
    if (fitting.size() == 1) return RunDirectory(folder / fitting.front());
    if (fitting.empty())
        fail(ErrorKind::Input, "no run \"{}\" in {}; `jumplora list` shows what is there", name,
             folder.string());
    fail(ErrorKind::Input, "\"{}\" fits several runs: {}", name, fmt::join(fitting, ", "));
}

}  // namespace jumplora::cli
