// SPDX-License-Identifier: Apache-2.0
#include "bench/bench.h"

#include "analysis/statistics.h"
#include "base/error.h"

#include <algorithm>

namespace jumplora {
namespace {

double mib(std::int64_t bytes) { return static_cast<double>(bytes) / (1024.0 * 1024.0); }

}  // namespace

double BenchResult::median() const { return quantile(seconds, 0.5); }

Json toJson(const BenchResult& result) {
    Json json = {{"workload", result.workload}, {"settings", result.settings}};
    json["seconds"] = {{"median", result.median()},
                       {"minimum", quantile(result.seconds, 0)},
                       {"lower_quartile", quantile(result.seconds, 0.25)},
                       {"upper_quartile", quantile(result.seconds, 0.75)},
                       {"maximum", quantile(result.seconds, 1)},
                       {"all", result.seconds}};
    json["rows"] = result.rows;
    json["real_tokens"] = result.realTokens;
    json["padded_tokens"] = result.paddedTokens;
    json["gflop"] = result.gflop;
    json["gflop_per_second"] = result.gflop / std::max(result.median(), 1e-12);
    json["resident_peak_bytes"] = result.residentPeak;
    json["resident_before_bytes"] = result.residentBefore;
    json["allocated_peak_bytes"] = result.allocatedPeak;
    json["kernels"] = result.kernels;
    for (const auto& [key, value] : result.extra.items()) json[key] = value;
    return json;
}

std::string toText(const BenchResult& result) {
    const double median = result.median();
    std::string text =
        fmt::format("{}  {}\n  median {:.4g} s of {}   quartiles {:.4g} … {:.4g}   range {:.4g} … {:.4g}\n",
                    result.workload, result.settings.dump(), median, result.seconds.size(),
                    quantile(result.seconds, 0.25), quantile(result.seconds, 0.75),
                    quantile(result.seconds, 0), quantile(result.seconds, 1));
    if (result.rows > 0)
        text +=
            fmt::format("  {} rows, {:.3g} rows/s", result.rows, static_cast<double>(result.rows) / median);
    if (result.realTokens > 0)
        text += fmt::format(
            ", {} real tokens ({} padded, {:.0f} % of them padding)", result.realTokens, result.paddedTokens,
            100.0 * (1.0 - static_cast<double>(result.realTokens) /
                               static_cast<double>(std::max<std::int64_t>(result.paddedTokens, 1))));
    text += '\n';
    if (result.gflop > 0)
        text +=
            fmt::format("  {:.4g} GFLOP of products, {:.4g} GFLOP/s\n", result.gflop, result.gflop / median);
    text += fmt::format("  resident {:.0f} MiB before, {:.0f} MiB at most; tensors {:.0f} MiB above\n",
                        mib(result.residentBefore), mib(result.residentPeak), mib(result.allocatedPeak));
    for (const auto& [key, value] : result.extra.items()) {
        if (key != "operations" && key != "answers") text += fmt::format("  {}: {}\n", key, value.dump());
    }
    if (result.extra.contains("operations")) {
        for (const Json& operation : result.extra["operations"])
            text += fmt::format("  {:8.2f} ms {:6} x  {}\n", 1e3 * operation["seconds"].get<double>(),
                                operation["calls"].get<std::int64_t>(), operation["name"].get<std::string>());
    }
    return text + fmt::format("  kernels: {}\n", result.kernels);
}

}  // namespace jumplora
