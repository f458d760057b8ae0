// SPDX-License-Identifier: Apache-2.0
#include "cli/matrix_text.h"

#include "exchange/run_tables.h"

#include <fmt/format.h>

namespace jumplora::cli {

std::string matrixText(const AccuracyMatrix& matrix) {
    ExportRun run;
    run.matrix = matrix;
    Table table = matrixTable({run}, groupSeeds({run}, false));
    table.title = "Scores after each task (rows) on each task (columns)";
    // Of the comments only which metrics are meant, and only where it is not the usual one.
    std::string scores;
    for (const std::string& comment : table.comments)
        if (comment.starts_with("score: ") && comment != "score: exact match") scores = comment + "\n";
    table.comments.clear();
    return toText(table) + scores;
}

std::string metricsText(const AccuracyMatrix& matrix, const MetricReferences& references, bool all) {
    std::string text;
    for (const MetricInfo& info : metricInfos()) {
        const MetricValue value = info.compute(matrix, references);
        if (!value.value && !all) continue;
        const Quantity quantity = metricQuantity(info.key);
        text += fmt::format("{:<30}{:>7} {:<7} {}\n", info.key,
                            value.value ? formatNumber(*value.value, quantity) : "\u2013",
                            value.value ? unitOf(quantity) : "",
                            value.value ? info.formula : "not computable: " + value.reason);
    }
    return text;
}

}  // namespace jumplora::cli
