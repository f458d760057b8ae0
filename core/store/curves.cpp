// SPDX-License-Identifier: Apache-2.0
// Measurements over the steps of a run.
#include "base/error.h"
#include "store/connection.h"
#include "store/sql_values.h"
#include "store/step_columns.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

namespace jumplora {
namespace {

struct StepColumn {
    const char* key;
    const char* sql;
};
constexpr std::array<StepColumn, 11> kStepColumns = {{{"ce", "s.ce"},
                                                      {"grad_norm", "s.grad_norm"},
                                                      {"lr", "s.lr"},
                                                      {"f", "s.f"},
                                                      {"density", "s.density"},
                                                      {"rows", "s.rows"},
                                                      {"tokens", "s.tokens"},
                                                      {"padded_tokens", "s.padded_tokens"},
                                                      {"tokens_per_second", "s.tokens_per_second"},
                                                      {"step_seconds", "s.step_seconds"},
                                                      {"memory_bytes", "s.memory_bytes"}}};
constexpr const char* kTotalSql =
    "s.ce + (SELECT total(p.value) FROM penalties p WHERE p.run = s.run AND p.task = s.task AND p.step = "
    "s.step)";

// Rows of a per-step table in range: ?1 id, ?2 task or NULL, ?3 first, ?4 last or NULL; the key's value is
// the rest.
constexpr const char* kRange =
    " WHERE s.run = (SELECT key FROM runs WHERE id = ?1) AND (?2 IS NULL OR s.task = ?2) AND s.global_step "
    ">= ?3 AND "
    "(?4 IS NULL OR s.global_step <= ?4)";

const std::string kPenaltyRows =
    "SELECT s.task, s.step, p.value FROM penalties p JOIN step_metrics s ON s.run = p.run AND s.task = "
    "p.task AND "
    "s.step = p.step";
const std::string kThresholdRows =
    "SELECT s.task, s.step, t.tau FROM thresholds t JOIN step_metrics s ON s.run = t.run AND s.task = t.task "
    "AND "
    "s.step = t.step";
constexpr std::string_view kPenaltyPrefix = "penalty.";

std::optional<std::size_t> thresholdIndex(const std::string& key) {
    constexpr std::string_view kPrefix = "tau.";
    if (!key.starts_with(kPrefix)) return std::nullopt;
    std::size_t index = 0;
    const char* end = key.data() + key.size();
    const auto [parsed, error] = std::from_chars(key.data() + kPrefix.size(), end, index);
    if (error != std::errc{} || parsed != end) return std::nullopt;
    return index;
}

// Fills one series by (task, step); steps without a value keep NaN.
class SeriesFiller {
  public:
    explicit SeriesFiller(CurveSet& curves) {
        for (std::size_t i = 0; i < curves.task.size(); ++i) m_places[{curves.task[i], curves.step[i]}] = i;
    }
    void put(std::vector<double>& series, std::int64_t task, std::int64_t step, double value) const {
        const auto place = m_places.find({task, step});
        if (place != m_places.end()) series[place->second] = value;
    }

  private:
    std::map<std::pair<std::int64_t, std::int64_t>, std::size_t> m_places;
};

}  // namespace

const char* stepSql(const std::string& key) {
    if (key == "total") return kTotalSql;
    const auto* found = std::find_if(kStepColumns.begin(), kStepColumns.end(),
                                     [&](const StepColumn& each) { return key == each.key; });
    return found == kStepColumns.end() ? nullptr : found->sql;
}

CurveSet Store::curves(const std::string& runId, const std::vector<std::string>& keys,
                       const CurveRange& range) const {
    return guarded(*m_connection, [&] {
        CurveSet curves;
        curves.keys = keys;
        curves.values.resize(keys.size());
        std::string select = "SELECT s.task, s.step, s.global_step";
        for (const std::string& key : keys) {
            const char* sql = stepSql(key);
            if (!sql && !key.starts_with(kPenaltyPrefix) && !thresholdIndex(key))
                fail(ErrorKind::Input,
                     "\"{}\" is no measurement of a run; known: ce, total, grad_norm, lr, f, density, rows, "
                     "tokens, "
                     "padded_tokens, tokens_per_second, step_seconds, memory_bytes, penalty.<name>, "
                     "tau.<index>",
                     key);
            select += std::string(", ") + (sql ? sql : "NULL");
        }
        SQLite::Statement& steps = bound(
            m_connection->statement(select + " FROM step_metrics s" + kRange + " ORDER BY s.task, s.step"),
            runId, range.task, range.firstGlobalStep, range.lastGlobalStep);
        while (steps.executeStep()) {
            curves.task.push_back(integerColumn(steps, 0));
            curves.step.push_back(integerColumn(steps, 1));
            curves.globalStep.push_back(integerColumn(steps, 2));
            for (std::size_t k = 0; k < keys.size(); ++k)
                curves.values[k].push_back(realColumn(steps, static_cast<int>(k) + 3));
        }
        steps.reset();

        const SeriesFiller filler(curves);
        for (std::size_t k = 0; k < keys.size(); ++k) {
            if (!keys[k].starts_with(kPenaltyPrefix)) continue;
            SQLite::Statement& rows =
                bound(m_connection->statement(kPenaltyRows + kRange + " AND p.name = ?5"), runId, range.task,
                      range.firstGlobalStep, range.lastGlobalStep, keys[k].substr(kPenaltyPrefix.size()));
            while (rows.executeStep())
                filler.put(curves.values[k], integerColumn(rows, 0), integerColumn(rows, 1),
                           realColumn(rows, 2));
            rows.reset();
        }
        // All thresholds of a step are one value of the database: read once, however many are asked for.
        std::vector<std::pair<std::size_t, std::size_t>> thresholds;
        for (std::size_t k = 0; k < keys.size(); ++k)
            if (const auto index = thresholdIndex(keys[k])) thresholds.emplace_back(k, *index);
        if (thresholds.empty()) return curves;
        SQLite::Statement& rows = bound(m_connection->statement(kThresholdRows + kRange), runId, range.task,
                                        range.firstGlobalStep, range.lastGlobalStep);
        while (rows.executeStep()) {
            const std::vector<double> tau = realsColumn(rows, 2);
            for (const auto& [k, index] : thresholds)
                if (index < tau.size())
                    filler.put(curves.values[k], integerColumn(rows, 0), integerColumn(rows, 1), tau[index]);
        }
        rows.reset();
        return curves;
    });
}

std::vector<std::string> Store::curveKeys(const std::string& runId) const {
    return guarded(*m_connection, [&] {
        std::vector<std::string> keys;
        const std::string ofRun = " WHERE run = (SELECT key FROM runs WHERE id = ?1)";
        SQLite::Statement& any =
            bound(m_connection->statement("SELECT count(*) FROM step_metrics" + ofRun), runId);
        any.executeStep();
        const bool hasSteps = integerColumn(any, 0) > 0;
        any.reset();
        if (!hasSteps) return keys;
        for (const StepColumn& column : kStepColumns) keys.emplace_back(column.key);
        keys.insert(keys.begin() + 1, "total");
        SQLite::Statement& penalties = bound(
            m_connection->statement("SELECT DISTINCT name FROM penalties" + ofRun + " ORDER BY name"), runId);
        while (penalties.executeStep())
            keys.push_back(std::string(kPenaltyPrefix) + textColumn(penalties, 0));
        penalties.reset();
        SQLite::Statement& tau =
            bound(m_connection->statement("SELECT max(length(tau)) FROM thresholds" + ofRun), runId);
        tau.executeStep();
        const std::int64_t thresholds = integerColumn(tau, 0) / 8;
        tau.reset();
        for (std::int64_t i = 0; i < thresholds; ++i) keys.push_back("tau." + std::to_string(i));
        return keys;
    });
}

}  // namespace jumplora
