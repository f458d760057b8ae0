// SPDX-License-Identifier: Apache-2.0
#include "cli/matrix_text.h"

#include <fmt/format.h>

#include <algorithm>

namespace jumplora::cli {

std::string matrixText(const AccuracyMatrix& matrix) {
    const auto& names = matrix.taskNames();
    std::size_t width = 12;
    for (const auto& name : names) width = std::max(width, name.size() + 4);
    std::string text = fmt::format("{:<{}}", "after \\ on", width);
    for (const auto& name : names) text += fmt::format(" {:>9.9}", name);
    text += "   accuracy in %\n";
    for (std::int64_t row = 0; row <= matrix.tasks(); ++row) {
        std::string line = fmt::format(
            "{:<{}}",
            row == 0 ? "0 before" : fmt::format("{} {}", row, names[static_cast<std::size_t>(row - 1)]),
            width);
        bool any = false;
        for (std::int64_t column = 1; column <= matrix.tasks(); ++column) {
            const auto value = matrix.at(row, column);
            any |= value.has_value();
            line += value ? fmt::format(" {:>9.1f}", 100 * *value) : fmt::format(" {:>9}", "-");
        }
        if (any) text += line + "\n";
    }
    return text;
}

std::string metricsText(const AccuracyMatrix& matrix) {
    std::string text;
    for (const MetricInfo& info : metricInfos()) {
        const MetricValue value = info.compute(matrix, {});
        if (value.value)
            text += fmt::format("{:<30} {:>7.1f}   {}\n", info.key, 100 * *value.value, info.formula);
    }
    return text;
}

}  // namespace jumplora::cli
