// SPDX-License-Identifier: GPL-3.0-or-later
#include "live/seed_summary.h"

#include "analysis/metrics.h"
#include "base/error.h"
#include "exchange/number_format.h"

#include <QCoreApplication>
#include <QStringList>
#include <cmath>

namespace jumplora {
namespace {

QString tr(const char* text) { return QCoreApplication::translate("SeedSummary", text); }

QString meanText(const SeedStatistics& statistics, Quantity quantity) {
    const QString text = QString::fromStdString(
        formatMeanSd(*statistics.mean, statistics.deviation.value_or(std::nan("")), quantity));
    return quantity == Quantity::Share ? text + QStringLiteral(" %") : text;
}

Quantity quantityOf(const std::string& metric) {
    return metric == "bwt" ? Quantity::Difference : Quantity::Share;
}

}  // namespace

QString SeedSummary::text() const {
    if (runs < 2) return {};
    QStringList parts;
    for (const auto& [key, label] : {std::pair{"oa", "OA"}, std::pair{"bwt", "BWT"}}) {
        const auto found = metrics.find(key);
        if (found != metrics.end())
            parts += QLatin1String(label) + QLatin1Char(' ') + meanText(found->second, quantityOf(key));
    }
    return tr("%1 seeds: %2").arg(runs).arg(parts.join(QStringLiteral(", ")));
}

QString SeedSummary::details() const {
    QStringList lines = {tr("Mean ± standard deviation of the finished runs with these settings")};
    for (const MetricInfo& info : metricInfos()) {
        const auto found = metrics.find(info.key);
        if (found == metrics.end()) continue;
        lines += QStringLiteral("%1 %2, n = %3")
                     .arg(QString::fromStdString(info.label), meanText(found->second, quantityOf(info.key)))
                     .arg(found->second.n);
    }
    return lines.join(QLatin1Char('\n'));
}

SeedSummary readSeeds(const Store& store, const std::string& runId) {
    SeedSummary summary;
    RunFilter same;
    try {
        same.groupHash = store.run(runId).groupHash;
    } catch (const Error&) {
        return summary;  // not in the index yet
    }
    if (same.groupHash.empty()) return summary;
    same.states = {"finished"};
    const std::vector<RunRow> rows = store.listRuns(same);
    summary.runs = static_cast<std::int64_t>(rows.size());
    for (const char* key : {"oa", "average_incremental_accuracy", "bwt", "forgetting", "plasticity"}) {
        std::vector<double> values;
        for (const RunRow& row : rows)
            if (const double* value = row.metric(key); value != nullptr && !std::isnan(*value))
                values.push_back(*value);
        if (!values.empty()) summary.metrics[key] = seedStatistics(values);
    }
    return summary;
}

}  // namespace jumplora
