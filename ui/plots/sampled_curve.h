// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace jumplora {

struct CurvePoint {
    double x = 0;
    double y = 0;
};

// What is drawn of a curve in a range: at most two points for each pixel column, in the order of x. A point
// with y = NaN separates pieces. `atZero`: on a logarithmic axis, where values cannot be drawn.
struct CurveSample {
    std::vector<CurvePoint> points;
    std::vector<double> atZero;
};

// The values of a curve that grows at its end, with the least and largest of every 4, 16, 64, … values, so
// that any range of a million points is found in the time of a few thousand. NaN is a gap. A plain value: it
// can be filled on a worker and moved to the window.
class SampledCurve {
  public:
    SampledCurve() = default;
    // x ascending, as long as y.
    SampledCurve(std::vector<double> x, std::vector<double> y);
    void append(double x, double y);
    // Room for so many points: a curve that grows without it moves all of them now and then.
    void reserve(std::size_t points);

    [[nodiscard]] std::size_t size() const { return m_x.size(); }
    [[nodiscard]] bool empty() const { return m_x.empty(); }
    [[nodiscard]] const std::vector<double>& x() const { return m_x; }
    [[nodiscard]] const std::vector<double>& y() const { return m_y; }

    // One point beyond each end is included, so that lines reach the border.
    [[nodiscard]] CurveSample sample(double from, double to, int columns, bool logarithmic) const;
    // Index of the point nearest to x; size() when there is none.
    [[nodiscard]] std::size_t nearest(double x) const;

  private:
    // Indices of values; kNone where a node has no such value.
    struct Node {
        std::uint32_t low;
        std::uint32_t high;
        std::uint32_t lowPositive;
    };
    void include(std::size_t index);
    void mergeInto(Node& node, const Node& other) const;
    [[nodiscard]] Node leaf(std::size_t index) const;
    static void emitNode(const SampledCurve& curve, const Node& node, bool logarithmic, CurveSample& sample);

    std::vector<double> m_x;
    std::vector<double> m_y;
    std::vector<std::vector<Node>> m_levels;  // [k]: nodes of 4^(k+1) values
};

}  // namespace jumplora
