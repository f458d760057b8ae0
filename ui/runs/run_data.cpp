// SPDX-License-Identifier: GPL-3.0-or-later
#include "runs/run_data.h"

#include "analysis/metrics.h"
#include "base/json.h"
#include "exchange/run_tables.h"

#include <QCoreApplication>
#include <QDateTime>
#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

namespace jumplora {
namespace {

QString tr(const char* text) { return QCoreApplication::translate("RunData", text); }
QString qs(const std::string& text) { return QString::fromStdString(text); }

FilterValue textValue(const std::string& text) {
    if (text.empty()) return {};
    return {qs(text), false};
}

FilterValue dateValue(const std::string& iso) {
    const QDateTime date = QDateTime::fromString(qs(iso), Qt::ISODate);
    if (!date.isValid()) return {};
    return {static_cast<double>(date.toSecsSinceEpoch()), false};
}

const MetricInfo* metricOf(const std::string& key) {
    for (const MetricInfo& info : metricInfos())
        if (info.key == key) return &info;
    return nullptr;
}

// Of the specification: "0.001" is a number, "\"ella\"" a text, lists a text with commas.
FilterValue jsonValue(const std::string& text) {
    const Json json = Json::parse(text, nullptr, false);
    if (json.is_discarded()) return {qs(text), false};
    if (json.is_null()) return {};
    if (json.is_number()) return {json.get<double>(), false};
    if (json.is_boolean())
        return {json.get<bool>() ? QStringLiteral("true") : QStringLiteral("false"), false};
    if (json.is_string()) return textValue(json.get<std::string>());
    if (json.is_array()) {
        QStringList parts;
        for (const Json& each : json) {
            const Json& name = each.is_object() && each.contains("task") ? each["task"] : each;
            parts += name.is_string() ? qs(name.get<std::string>()) : qs(name.dump());
        }
        return {parts.join(QStringLiteral(", ")), false};
    }
    return {qs(text), false};
}

struct OwnKey {
    const char* key;
    const char* title;
    const char* toolTip;
    Quantity quantity;
};

const std::vector<OwnKey>& ownKeys() {
    static const std::vector<OwnKey> kKeys = {
        {"state", "state",
         "waiting, running, paused, finished, stopped, failed, or lost when its process vanished",
         Quantity::Text},
        {"name", "name", "Name in the specification", Quantity::Text},
        {"method", "method", "Continual-learning method", Quantity::Text},
        {"gate", "gate", "Gate on the low-rank update", Quantity::Text},
        {"sequence", "sequence", "Tasks in the order in which they are learned", Quantity::Text},
        {"seed", "seed", "Every random draw of the run is derived from it", Quantity::Plain},
        {"tasks", "tasks", "Number of tasks of the sequence", Quantity::Count},
        {"trained", "trained", "Tasks trained so far", Quantity::Count},
        {"steps", "steps", "Optimizer steps done", Quantity::Count},
        {"density", "density %", "Share of entries of the low-rank update that pass the gate, last logged",
         Quantity::Density},
        {"time", "time", "Training and evaluation without pauses", Quantity::Seconds},
        {"started", "started", "When the run was created, UTC", Quantity::Text},
        {"updated", "updated", "When the run last changed, UTC", Quantity::Text},
        {"tags", "tags", "Tags given to the run", Quantity::Text},
        {"note", "note", "Note on the run", Quantity::Text},
        {"backbone", "backbone", "Frozen language model", Quantity::Text},
        {"suite", "suite", "Task file", Quantity::Text},
        {"id", "id", "Name of the run's folder", Quantity::Text},
        {"hash", "spec", "Hash of the specification: equal hash, equal computation", Quantity::Text},
        {"parent", "parent", "Run that this one goes on from", Quantity::Text},
        {"message", "message", "What went wrong, if anything", Quantity::Text},
        {"warnings", "warnings", "Warnings raised by the run", Quantity::Count},
        {"archived", "archived", "yes for runs in the archive", Quantity::Text},
    };
    return kKeys;
}

const std::vector<std::pair<const char*, const char*>>& curveNames() {
    static const std::vector<std::pair<const char*, const char*>> kNames = {
        {"loss", "ce"},
        {"ce", "ce"},
        {"total", "total"},
        {"grad_norm", "grad_norm"},
        {"tokens_per_second", "tokens_per_second"},
        {"step_seconds", "step_seconds"},
        {"memory_bytes", "memory_bytes"}};
    return kNames;
}

}  // namespace

std::optional<CurveRequest> curveRequest(const FilterKey& key) {
    std::string column;
    for (const auto& [name, stored] : curveNames())
        if (key.name == QLatin1String(name)) column = stored;
    // Density is also a column of the run: only with a reducer is it a curve.
    if (column.empty() && key.name == QLatin1String("density") && !key.reducer.isEmpty()) column = "density";
    if (column.empty()) return std::nullopt;
    using Kind = CurveReducer::Kind;
    CurveReducer reducer;
    const bool higher = column == "tokens_per_second";
    if (key.reducer == QLatin1String("min") || (key.reducer == QLatin1String("best") && !higher))
        reducer.kind = Kind::Min;
    if (key.reducer == QLatin1String("max") || (key.reducer == QLatin1String("best") && higher))
        reducer.kind = Kind::Max;
    if (key.reducer == QLatin1String("mean")) reducer = {Kind::MeanOfLast, key.parameter};
    if (key.reducer == QLatin1String("step")) reducer = {Kind::AtStep, key.parameter};
    return CurveRequest{column, reducer};
}

RunData::RunData(std::vector<RunRow> rows, SpecTable specs)
    : m_rows(std::move(rows)), m_specs(std::move(specs)) {
    m_specValues.reserve(m_specs.values.size());
    for (const std::string& value : m_specs.values) m_specValues.push_back(jsonValue(value));
    std::map<QString, int> times;
    for (const std::string& key : m_specs.keys) ++times[qs(key).section(QLatin1Char('.'), -1)];
    for (std::size_t i = 0; i < m_specs.keys.size(); ++i) {
        const QString last = qs(m_specs.keys[i]).section(QLatin1Char('.'), -1);
        if (times[last] == 1) m_shortKeys[last] = static_cast<std::int32_t>(i);
    }
    m_specRows.reserve(m_rows.size());
    for (std::size_t i = 0; i < m_rows.size(); ++i) {
        m_places[qs(m_rows[i].id)] = static_cast<int>(i);
        const auto found = m_specs.ofRun.find(m_rows[i].id);
        m_specRows.push_back(found == m_specs.ofRun.end() ? nullptr : &found->second);
    }
}

int RunData::indexOf(const QString& id) const {
    const auto found = m_places.find(id);
    return found == m_places.end() ? -1 : found->second;
}

FilterValue RunData::ownValue(const RunRow& row, const QString& name) const {
    const std::string key = name.toStdString();
    if (key == "state") return textValue(row.state);
    if (key == "name") return textValue(row.name);
    if (key == "method") return textValue(row.method);
    if (key == "gate") return textValue(row.gate);
    if (key == "sequence") {
        QStringList tasks;
        for (const std::string& task : row.tasks) tasks += qs(task);
        return tasks.isEmpty() ? FilterValue{} : FilterValue{tasks.join(QStringLiteral(" → ")), false};
    }
    if (key == "seed") return {static_cast<double>(row.seed), false};
    if (key == "tasks") return {static_cast<double>(row.tasks.size()), false};
    if (key == "trained") return {static_cast<double>(row.tasksTrained), false};
    if (key == "steps") return {static_cast<double>(row.stepsDone), false};
    if (key == "density") return row.density ? FilterValue{*row.density * 100, true} : FilterValue{};
    if (key == "time") return {row.activeSeconds, false};
    if (key == "started") return dateValue(row.created);
    if (key == "updated") return dateValue(row.updated);
    if (key == "tags") {
        QStringList tags;
        for (const std::string& tag : row.tags) tags += qs(tag);
        return tags.isEmpty() ? FilterValue{} : FilterValue{tags, false};
    }
    if (key == "note" || key == "has:note") return textValue(row.note);
    if (key == "backbone") return textValue(row.backbone);
    if (key == "suite") return textValue(row.suite);
    if (key == "id") return textValue(row.id);
    if (key == "hash") return textValue(row.specHash);
    if (key == "parent") return textValue(row.lineageParent);
    if (key == "message") return textValue(row.message);
    if (key == "warnings") return {static_cast<double>(row.warnings), false};
    if (key == "archived") return {row.archived ? QStringLiteral("yes") : QStringLiteral("no"), false};
    if (key == "has:checkpoint") return row.hasCheckpoint ? FilterValue{1.0, false} : FilterValue{};
    if (key == "has:adapter") return row.tasksTrained > 0 ? FilterValue{1.0, false} : FilterValue{};
    if (key == "has:warning") return row.warnings > 0 ? FilterValue{1.0, false} : FilterValue{};
    if (const double* metric = row.metric(key))
        return std::isnan(*metric) ? FilterValue{} : FilterValue{*metric * 100, true};
    return {};
}

std::int32_t RunData::specKey(const QString& name) const {
    const std::int32_t exact = m_specs.keyIndex(name.toStdString());
    if (exact != SpecTable::kAbsent) return exact;
    const auto found = m_shortKeys.find(name);
    return found == m_shortKeys.end() ? SpecTable::kAbsent : found->second;
}

FilterValue RunData::specValue(std::size_t row, std::int32_t key) const {
    if (key == SpecTable::kAbsent || m_specRows[row] == nullptr) return {};
    const std::int32_t value = (*m_specRows[row])[static_cast<std::size_t>(key)];
    return value == SpecTable::kAbsent ? FilterValue{} : m_specValues[static_cast<std::size_t>(value)];
}

FilterValue RunData::value(std::size_t row, const FilterKey& key) const {
    if (const auto request = curveRequest(key)) {
        const auto found = m_curves.find({qs(request->key), request->reducer});
        if (found == m_curves.end() || std::isnan(found->second[row])) return {};
        return {request->key == "density" ? found->second[row] * 100 : found->second[row],
                request->key == "density"};
    }
    FilterValue own = ownValue(m_rows[row], key.name);
    if (!own.isMissing()) return own;
    const QString prefix = QStringLiteral("has:");
    if (key.name.startsWith(prefix)) {
        const QString what = key.name.mid(prefix.size());
        return what.startsWith(prefix) ? FilterValue{} : value(row, {what, {}, 0});
    }
    return specValue(row, specKey(key.name));
}

std::vector<FilterKey> RunData::missingCurves(const std::vector<FilterKey>& keys) const {
    std::vector<FilterKey> missing;
    for (const FilterKey& key : keys) {
        const auto request = curveRequest(key);
        if (request && !m_curves.contains({qs(request->key), request->reducer})) missing.push_back(key);
    }
    return missing;
}

std::shared_ptr<const RunData> RunData::withCurve(const FilterKey& key,
                                                  std::unordered_map<std::string, double> values) const {
    const auto request = curveRequest(key);
    // Pointers into the copied table have to point into the copy.
    auto copy = std::make_shared<RunData>(m_rows, m_specs);
    copy->m_curves = m_curves;
    if (!request) return copy;
    std::vector<double> numbers(m_rows.size(), std::numeric_limits<double>::quiet_NaN());
    for (std::size_t i = 0; i < m_rows.size(); ++i)
        if (const auto found = values.find(m_rows[i].id); found != values.end()) numbers[i] = found->second;
    copy->m_curves[{qs(request->key), request->reducer}] = std::move(numbers);
    return copy;
}

RunColumn RunData::column(const FilterKey& key) const {
    RunColumn column;
    column.key = key;
    column.title = key.name;
    const QString suffix = key.reducer.isEmpty() ? QString()
                           : key.parameter > 0
                               ? QStringLiteral(" @%1(%2)").arg(key.reducer).arg(key.parameter)
                               : QStringLiteral(" @%1").arg(key.reducer);
    if (curveRequest(key)) {
        column.title = key.name + (suffix.isEmpty() ? QStringLiteral(" @last") : suffix);
        column.toolTip = tr("%1 over the optimizer steps").arg(key.name);
        column.quantity =
            key.name == QLatin1String("density")        ? Quantity::Density
            : key.name == QLatin1String("memory_bytes") ? Quantity::Bytes
            : key.name == QLatin1String("tokens_per_second") || key.name == QLatin1String("step_seconds")
                ? Quantity::Magnitude
                : Quantity::Loss;
        return column;
    }
    for (const OwnKey& own : ownKeys()) {
        if (key.name != QLatin1String(own.key)) continue;
        column.title = QCoreApplication::translate("RunData", own.title);
        column.toolTip = QCoreApplication::translate("RunData", own.toolTip);
        column.quantity = own.quantity;
        return column;
    }
    if (const MetricInfo* metric = metricOf(key.name.toStdString())) {
        column.quantity = metricQuantity(metric->key);
        const QString unit = column.quantity == Quantity::Share ? QStringLiteral(" %") : QString();
        column.title = qs(metric->label) + unit;
        column.toolTip =
            tr("%1 (%2)\n%3\nOf the tasks learned so far.")
                .arg(qs(metric->key), column.quantity == Quantity::Share ? tr("percent") : tr("points"),
                     qs(metric->formula));
        column.higherIsBetter = metric->higherIsBetter;
        return column;
    }
    const std::int32_t index = specKey(key.name);
    if (index == SpecTable::kAbsent) return column;
    column.title = qs(m_specs.keys[static_cast<std::size_t>(index)]);
    column.toolTip = tr("Setting %1 of the specification").arg(column.title);
    const bool numbers = std::any_of(m_specRows.begin(), m_specRows.end(), [&](const auto* row) {
        if (row == nullptr || (*row)[static_cast<std::size_t>(index)] == SpecTable::kAbsent) return false;
        return std::holds_alternative<double>(
            m_specValues[static_cast<std::size_t>((*row)[static_cast<std::size_t>(index)])].value);
    });
    column.quantity = numbers ? Quantity::Plain : Quantity::Text;
    return column;
}

QStringList RunData::keys() const {
    QStringList keys;
    for (const OwnKey& own : ownKeys()) keys += QLatin1String(own.key);
    for (const MetricInfo& metric : metricInfos()) keys += qs(metric.key);
    for (const auto& [name, stored] : curveNames())
        if (!keys.contains(QLatin1String(name))) keys += QLatin1String(name);
    for (const std::string& key : m_specs.keys)
        if (!keys.contains(qs(key))) keys += qs(key);
    return keys;
}

std::vector<std::pair<QString, int>> RunData::values(const QString& key) const {
    std::map<QString, int> counts;
    const RunColumn shown = column({key, {}, 0});
    for (std::size_t row = 0; row < m_rows.size(); ++row) {
        const FilterValue value = this->value(row, {key, {}, 0});
        if (value.isMissing()) continue;
        if (const auto* several = std::get_if<QStringList>(&value.value)) {
            for (const QString& each : *several) ++counts[each];
        } else {
            ++counts[valueText(value, shown.quantity == Quantity::Text ? Quantity::Plain : shown.quantity)];
        }
    }
    std::vector<std::pair<QString, int>> sorted(counts.begin(), counts.end());
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const auto& a, const auto& b) { return a.second > b.second; });
    return sorted;
}

std::vector<std::string> RunData::differingKeys(const std::vector<int>& rows) const {
    static const std::set<std::string> kShownOtherwise = {"name", "seed", "method.type", "gate.type",
                                                          "suite.order"};
    std::vector<std::string> keys;
    for (std::size_t key = 0; key < m_specs.keys.size(); ++key) {
        if (kShownOtherwise.contains(m_specs.keys[key])) continue;
        std::optional<std::int32_t> first;
        for (const int row : rows) {
            const auto* values = m_specRows[static_cast<std::size_t>(row)];
            if (values == nullptr) continue;
            if (!first) first = (*values)[key];
            if (*first != (*values)[key]) {
                keys.push_back(m_specs.keys[key]);
                break;
            }
        }
    }
    return keys;
}

QString valueText(const FilterValue& value, Quantity quantity) {
    if (const auto* text = std::get_if<QString>(&value.value)) return *text;
    if (const auto* several = std::get_if<QStringList>(&value.value))
        return several->join(QStringLiteral(", "));
    const auto* number = std::get_if<double>(&value.value);
    if (number == nullptr) return QStringLiteral("–");
    return QString::fromStdString(formatNumber(value.isShare ? *number / 100 : *number, quantity));
}

}  // namespace jumplora
