// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "plots/curve_plot.h"

namespace jumplora {

// What a curve plot shows, as plain values: the one source for the screen, the table and the file.
struct CurvePlot::Model {
    struct Curve {
        CurveInfo info;
        SampledCurve raw;
        SampledCurve smooth;  // empty where nothing is smoothed
        Smoother smoother;
        std::size_t nextBorder = 0;  // task whose beginning the smoother has not seen yet
        bool visible = true;
        int generation = 0;  // of data prepared on a worker
        // While a worker prepares the curve: points that have come since, and whether it has to be smoothed
        // otherwise meanwhile.
        bool preparing = false;
        bool outdated = false;
        std::vector<CurvePoint> since;
        std::vector<double> bandX;
        std::vector<double> bandLow;
        std::vector<double> bandHigh;
    };

    QString xLabel;
    Quantity xQuantity = Quantity::Count;
    ValueAxis left;
    ValueAxis right;
    bool hasRight = false;
    bool compact = false;
    std::vector<Curve> curves;
    std::vector<TaskSpan> tasks;
    std::vector<double> borders;  // where tasks begin
    std::vector<PlotMark> marks;
    std::optional<double> reference;
    QString referenceName;
    Smoothing smoothing;
    std::size_t planned = 0;  // points that a curve will have
    double lower = 0;         // range of x
    double upper = 1;
    // Of the left axis, when a person has chosen one.
    std::optional<std::pair<double, double>> manualY;

    [[nodiscard]] const SampledCurve& shown(const Curve& curve) const {
        return curve.smooth.empty() ? curve.raw : curve.smooth;
    }
    [[nodiscard]] int visibleCount() const;
    // Range that the curves of one axis need between `lower` and `upper`: the 1st to the 99.5th percentile
    // on a logarithmic axis and at least a decade, everything on a linear one.
    [[nodiscard]] std::pair<double, double> valueRange(bool rightAxis) const;
    [[nodiscard]] const TaskSpan* taskAt(double x) const;
    [[nodiscard]] QString formatX(double x) const;
};

// A number as the axis labels it.
QString axisNumber(double value, Quantity quantity);
// "10⁻³"
QString powerOfTen(int exponent);

}  // namespace jumplora
