// SPDX-License-Identifier: Apache-2.0
#include "cli/run_json.h"

namespace jumplora::cli {

Json metricsJson(const ExportRun& run) {
    Json metrics = Json::object();
    for (const MetricInfo& info : metricInfos()) {
        const auto value = info.compute(run.matrix, run.references).value;
        metrics[info.key] = value ? Json(*value) : Json(nullptr);
    }
    return metrics;
}

Json matrixJson(const AccuracyMatrix& matrix) {
    Json rows = Json::array();
    for (std::int64_t row = 0; row <= matrix.tasks(); ++row) {
        Json values = Json::array();
        for (std::int64_t column = 1; column <= matrix.tasks(); ++column) {
            const auto value = matrix.at(row, column);
            values.push_back(value ? Json(*value) : Json(nullptr));
        }
        rows.push_back(std::move(values));
    }
    return rows;
}

Json runJson(const ExportRun& run) {
    const RunRow& row = run.row;
    Json lineage = nullptr;
    if (!row.lineageParent.empty())
        lineage = {
            {"parent", row.lineageParent}, {"after_task", row.lineageAfterTask}, {"kind", row.lineageKind}};
    return {{"id", row.id},
            {"name", row.name},
            {"directory", row.directory},
            {"state", row.state},
            {"message", row.message},
            {"created", row.created},
            {"updated", row.updated},
            {"spec_hash", row.specHash},
            {"group_hash", row.groupHash},
            {"seed", row.seed},
            {"method", row.method},
            {"gate", row.gate},
            {"backbone", row.backbone},
            {"suite", row.suite},
            {"tasks", row.tasks},
            {"tasks_trained", row.tasksTrained},
            {"steps_done", row.stepsDone},
            {"steps_planned", row.stepsPlanned},
            {"active_seconds", row.activeSeconds},
            {"lineage", lineage},
            {"imported", row.lineageKind == "import"},
            {"archived", row.archived},
            {"warnings", row.warnings},
            {"note", row.note},
            {"tags", row.tags},
            {"split", run.split},
            {"density", row.density ? Json(*row.density) : Json(nullptr)},
            {"metrics", metricsJson(run)}};
}

}  // namespace jumplora::cli
