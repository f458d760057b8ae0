// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/curve_model.h"

#include "analysis/statistics.h"
#include "exchange/number_format.h"

#include <algorithm>
#include <cmath>

namespace jumplora {
namespace {

constexpr std::size_t kQuantileSamples = 2000;
constexpr double kLowQuantile = 0.01;
constexpr double kHighQuantile = 0.995;

// Values of a curve within a range, thinned to what a quantile needs.
void collect(const SampledCurve& curve, double lower, double upper, bool positiveOnly,
             std::vector<double>& values) {
    const auto& x = curve.x();
    const auto begin = std::lower_bound(x.begin(), x.end(), lower) - x.begin();
    const auto end = std::upper_bound(x.begin(), x.end(), upper) - x.begin();
    const auto count = static_cast<std::size_t>(std::max<std::ptrdiff_t>(end - begin, 0));
    const std::size_t step = std::max<std::size_t>(1, count / kQuantileSamples);
    for (std::size_t i = 0; i < count; i += step) {
        const double value = curve.y()[static_cast<std::size_t>(begin) + i];
        if (std::isfinite(value) && (!positiveOnly || value > 0)) values.push_back(value);
    }
}

std::pair<double, double> logarithmicRange(const std::vector<double>& values) {
    if (values.empty()) return {1e-2, 1};
    double low = std::log10(quantile(values, kLowQuantile));
    double high = std::log10(quantile(values, kHighQuantile));
    // The ends of a curve that rises or falls to the last are no outliers: what is beyond by less is shown.
    constexpr double kNear = 0.3;  // decades
    const auto [least, largest] = std::minmax_element(values.begin(), values.end());
    low = std::max(std::log10(*least), low - kNear);
    high = std::min(std::log10(*largest), high + kNear);
    constexpr double kMargin = 0.08;  // decades
    low -= kMargin;
    high += kMargin;
    if (high - low < 1) {  // at least a decade, and with a labelled tick in it
        const double middle = (low + high) / 2;
        low = middle - 0.5;
        high = middle + 0.5;
    }
    return {std::pow(10, low), std::pow(10, high)};
}

std::pair<double, double> linearRange(const std::vector<double>& values) {
    if (values.empty()) return {0, 1};
    const auto [least, largest] = std::minmax_element(values.begin(), values.end());
    const double spread = *largest - *least;
    // A flat line stands in the middle.
    const double margin = spread > 0 ? spread * 0.06 : std::max(std::abs(*largest) * 0.1, 1e-7);
    const double low = *least >= 0 && *least - margin < 0 ? 0 : *least - margin;
    return {low, *largest + margin};
}

}  // namespace

int CurvePlot::Model::visibleCount() const {
    return static_cast<int>(
        std::count_if(curves.begin(), curves.end(), [](const Curve& curve) { return curve.visible; }));
}

std::pair<double, double> CurvePlot::Model::valueRange(bool rightAxis) const {
    const ValueAxis& axis = rightAxis ? right : left;
    if (!rightAxis && manualY) return *manualY;
    if (axis.lower && axis.upper) return {*axis.lower, *axis.upper};
    std::vector<double> values;
    for (const Curve& curve : curves) {
        if (!curve.visible || curve.info.rightAxis != rightAxis) continue;
        collect(shown(curve), lower, upper, axis.logarithmic, values);
        for (std::size_t i = 0; i < curve.bandX.size(); ++i) {
            if (curve.bandX[i] < lower || curve.bandX[i] > upper) continue;
            for (const double edge : {curve.bandLow[i], curve.bandHigh[i]}) {
                if (std::isfinite(edge) && (!axis.logarithmic || edge > 0)) values.push_back(edge);
            }
        }
    }
    auto range = axis.logarithmic ? logarithmicRange(values) : linearRange(values);
    if (axis.lower) range.first = *axis.lower;
    if (axis.upper) range.second = *axis.upper;
    if (!(range.second > range.first)) range.second = range.first + 1;
    return range;
}

const TaskSpan* CurvePlot::Model::taskAt(double x) const {
    for (auto task = tasks.rbegin(); task != tasks.rend(); ++task) {
        if (x > task->begin && x <= task->end) return &*task;
    }
    return nullptr;
}

QString CurvePlot::Model::formatX(double x) const {
    if (xQuantity == Quantity::Count) x = std::round(x);
    return QString::fromStdString(formatNumber(x, xQuantity));
}

QString axisNumber(double value, Quantity quantity) {
    if (quantity == Quantity::Seconds || quantity == Quantity::Count || quantity == Quantity::Bytes)
        return QString::fromStdString(formatNumber(value, quantity));
    constexpr int kDigits = 6;
    return QString::number(inUnit(value, quantity), 'g', kDigits).replace('-', QChar(0x2212));
}

QString powerOfTen(int exponent) {
    static const QString kDigits = QStringLiteral("⁰¹²³⁴⁵⁶⁷⁸⁹");
    QString text = QStringLiteral("10");
    for (const QChar c : QString::number(exponent))
        text += c == '-' ? QChar(0x207B) : kDigits[c.digitValue()];
    return text;
}

}  // namespace jumplora
