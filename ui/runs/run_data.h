// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "exchange/number_format.h"
#include "runs/run_filter.h"
#include "store/run_columns.h"

#include <QString>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace jumplora {

// One column of the table of runs, or one key that is grouped or filtered by.
struct RunColumn {
    FilterKey key;
    QString title;    // with the unit
    QString toolTip;  // definition
    Quantity quantity = Quantity::Text;
    std::optional<bool> higherIsBetter = {};
    [[nodiscard]] bool isNumber() const { return quantity != Quantity::Text; }
    [[nodiscard]] bool isMetric() const { return higherIsBetter.has_value(); }
    [[nodiscard]] bool isDate() const {
        return key.name == QLatin1String("started") || key.name == QLatin1String("updated");
    }
};

// What was read from the index at once. Immutable, so that workers and models share it.
class RunData {
  public:
    RunData() = default;
    RunData(std::vector<RunRow> rows, SpecTable specs);

    [[nodiscard]] const std::vector<RunRow>& rows() const { return m_rows; }
    [[nodiscard]] const SpecTable& specs() const { return m_specs; }
    [[nodiscard]] int indexOf(const QString& id) const;  // -1: not there
    // The value of a key for one run: of the run itself, a metric, a key of the specification (its last part
    // is enough where that is unique), or a reduced curve.
    [[nodiscard]] FilterValue value(std::size_t row, const FilterKey& key) const;
    // Numbers of a curve, read later. Other copies of the data are not changed.
    [[nodiscard]] std::shared_ptr<const RunData> withCurve(
        const FilterKey& key, std::unordered_map<std::string, double> values) const;
    // Keys of curves that value() cannot answer yet.
    [[nodiscard]] std::vector<FilterKey> missingCurves(const std::vector<FilterKey>& keys) const;
    // Title, unit and definition of any key.
    [[nodiscard]] RunColumn column(const FilterKey& key) const;
    // Every key that can be shown, grouped or filtered by.
    [[nodiscard]] QStringList keys() const;
    // Values of a key with how many runs have each, most frequent first.
    [[nodiscard]] std::vector<std::pair<QString, int>> values(const QString& key) const;
    // Keys of the specification whose values differ among these rows; name and seed are left out.
    [[nodiscard]] std::vector<std::string> differingKeys(const std::vector<int>& rows) const;

  private:
    [[nodiscard]] FilterValue ownValue(const RunRow& row, const QString& name) const;
    [[nodiscard]] FilterValue specValue(std::size_t row, std::int32_t key) const;
    [[nodiscard]] std::int32_t specKey(const QString& name) const;

    std::vector<RunRow> m_rows;
    SpecTable m_specs;
    std::vector<FilterValue> m_specValues;                     // of m_specs.values
    std::vector<const std::vector<std::int32_t>*> m_specRows;  // of m_rows; null without a specification
    std::map<QString, std::int32_t> m_shortKeys;               // unique last parts
    std::map<QString, int> m_places;
    std::map<std::pair<QString, CurveReducer>, std::vector<double>> m_curves;  // NaN: none
};

// How the store is asked for a curve key; none when the key is no curve.
struct CurveRequest {
    std::string key;
    CurveReducer reducer;
};
std::optional<CurveRequest> curveRequest(const FilterKey& key);

// As a cell shows it.
QString valueText(const FilterValue& value, Quantity quantity);

}  // namespace jumplora
