// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/sampled_curve.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace jumplora {
namespace {

constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

}  // namespace

SampledCurve::SampledCurve(std::vector<double> x, std::vector<double> y)
    : m_x(std::move(x)), m_y(std::move(y)) {
    for (std::size_t i = 0; i < m_x.size(); ++i) include(i);
}

void SampledCurve::append(double x, double y) {
    m_x.push_back(x);
    m_y.push_back(y);
    include(m_x.size() - 1);
}

void SampledCurve::reserve(std::size_t points) {
    m_x.reserve(points);
    m_y.reserve(points);
    for (std::size_t level = 0; level < m_levels.size(); ++level)
        m_levels[level].reserve((points >> (2 * (level + 1))) + 1);
}

SampledCurve::Node SampledCurve::leaf(std::size_t index) const {
    const auto self = static_cast<std::uint32_t>(index);
    if (std::isnan(m_y[index])) return {kNone, kNone, kNone};
    return {self, self, m_y[index] > 0 ? self : kNone};
}

void SampledCurve::mergeInto(Node& node, const Node& other) const {
    const auto better = [&](std::uint32_t& mine, std::uint32_t theirs, bool larger) {
        if (theirs == kNone) return;
        if (mine == kNone || (larger ? m_y[theirs] > m_y[mine] : m_y[theirs] < m_y[mine])) mine = theirs;
    };
    better(node.low, other.low, false);
    better(node.high, other.high, true);
    better(node.lowPositive, other.lowPositive, false);
}

void SampledCurve::include(std::size_t index) {
    const Node node = leaf(index);
    // A level begins when its first node is complete enough to be worth it.
    for (std::size_t level = 0, place = index >> 2; level < m_levels.size() || place > 0;
         ++level, place >>= 2) {
        if (level == m_levels.size()) {
            // The node before this one was never made: nothing needed it.
            m_levels.emplace_back();
            m_levels.back().reserve((m_x.capacity() >> (2 * (level + 1))) + 1);
            const std::size_t width = std::size_t{1} << (2 * (level + 1));
            Node first{kNone, kNone, kNone};
            for (std::size_t i = 0; i < width; ++i) mergeInto(first, leaf(i));
            m_levels.back().push_back(first);
        }
        auto& nodes = m_levels[level];
        if (nodes.size() <= place) nodes.push_back({kNone, kNone, kNone});
        mergeInto(nodes[place], node);
    }
}

void SampledCurve::emitNode(const SampledCurve& curve, const Node& node, bool logarithmic,
                            CurveSample& sample) {
    const auto& y = curve.m_y;
    if (node.low == kNone) {
        if (!sample.points.empty() && !std::isnan(sample.points.back().y))
            sample.points.push_back({sample.points.back().x, kNaN});
        return;
    }
    if (logarithmic && y[node.low] <= 0) sample.atZero.push_back(curve.m_x[node.low]);
    std::uint32_t first = logarithmic ? node.lowPositive : node.low;
    std::uint32_t second = node.high;
    if (first == kNone) {  // nothing above zero: a gap
        if (!sample.points.empty() && !std::isnan(sample.points.back().y))
            sample.points.push_back({curve.m_x[node.low], kNaN});
        return;
    }
    if (first > second) std::swap(first, second);
    sample.points.push_back({curve.m_x[first], y[first]});
    if (second != first) sample.points.push_back({curve.m_x[second], y[second]});
}

CurveSample SampledCurve::sample(double from, double to, int columns, bool logarithmic) const {
    CurveSample result;
    if (empty() || !(to > from) || columns < 1) return result;
    auto begin = static_cast<std::size_t>(std::lower_bound(m_x.begin(), m_x.end(), from) - m_x.begin());
    auto end = static_cast<std::size_t>(std::upper_bound(m_x.begin(), m_x.end(), to) - m_x.begin());
    begin -= begin > 0 ? 1 : 0;
    end += end < size() ? 1 : 0;
    const auto width = static_cast<std::size_t>(columns);
    if (end - begin <= 2 * width) {
        for (std::size_t i = begin; i < end; ++i) emitNode(*this, leaf(i), logarithmic, result);
        return result;
    }
    std::size_t level = 0;  // of values; nodes of 4^level
    while (level < m_levels.size() && ((end - begin) >> (2 * (level + 1))) >= 2 * width) ++level;
    const double scale = columns / (to - from);
    Node bucket{kNone, kNone, kNone};
    auto column = std::numeric_limits<std::int64_t>::min();
    const std::size_t last = (end - 1) >> (2 * level);
    for (std::size_t node = begin >> (2 * level); node <= last; ++node) {
        const auto here = static_cast<std::int64_t>(std::floor((m_x[node << (2 * level)] - from) * scale));
        if (here != column && node != begin >> (2 * level)) {
            emitNode(*this, bucket, logarithmic, result);
            bucket = {kNone, kNone, kNone};
        }
        column = here;
        mergeInto(bucket, level == 0 ? leaf(node) : m_levels[level - 1][node]);
    }
    emitNode(*this, bucket, logarithmic, result);
    return result;
}

std::size_t SampledCurve::nearest(double x) const {
    if (empty()) return 0;
    const auto after = static_cast<std::size_t>(std::lower_bound(m_x.begin(), m_x.end(), x) - m_x.begin());
    if (after == size()) return size() - 1;
    if (after == 0) return 0;
    return x - m_x[after - 1] <= m_x[after] - x ? after - 1 : after;
}

}  // namespace jumplora
