// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/measured_times.h"

#include "base/error.h"
#include "base/file.h"
#include "train/run_directory.h"

#include <algorithm>
#include <vector>

namespace jumplora {

std::filesystem::path measuredTimesFile() { return dataFolder() / "probes.json"; }

MeasuredTimes readMeasuredTimes(const std::filesystem::path& file) {
    MeasuredTimes times;
    std::error_code ignored;
    if (file.empty() || !std::filesystem::exists(file, ignored)) return times;
    try {
        const Json json = readJsonFile(file);
        for (const auto& [probed, value] : json.items())
            times[probed] = {{value.at("warm").get<double>(), value.at("gated").get<double>(),
                              value.at("row").get<double>()},
                             QDateTime::fromSecsSinceEpoch(value.at("when").get<std::int64_t>(), Qt::UTC)};
    } catch (const Error&) {
        times.clear();
    } catch (const Json::exception&) {
        times.clear();
    }
    return times;
}

void writeMeasuredTimes(const std::filesystem::path& file, const MeasuredTimes& times) {
    if (file.empty()) return;
    // Only the newest are kept.
    constexpr std::size_t kMost = 100;
    std::vector<std::pair<std::string, Measured>> newest(times.begin(), times.end());
    std::sort(newest.begin(), newest.end(),
              [](const auto& a, const auto& b) { return a.second.when > b.second.when; });
    newest.resize(std::min(kMost, newest.size()));
    Json json = Json::object();
    for (const auto& [probed, value] : newest)
        json[probed] = {{"warm", value.result.warmStepSeconds},
                        {"gated", value.result.gatedStepSeconds},
                        {"row", value.result.evaluatedRowSeconds},
                        {"when", value.when.toSecsSinceEpoch()}};
    try {
        makeFolder(file.parent_path());
        writeFileAtomically(file, json.dump());
    } catch (const Error&) {
        return;  // the next program measures again
    }
}

}  // namespace jumplora
