// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/axis_group.h"

#include <algorithm>

namespace jumplora {

void AxisGroup::apply(double lower, double upper) {
    if (!(upper > lower) || (lower == m_lower && upper == m_upper)) return;
    m_lower = lower;
    m_upper = upper;
    Q_EMIT rangeChanged();
}

void AxisGroup::setRange(double lower, double upper) {
    m_whole = false;
    setFollowing(false);
    apply(lower, upper);
}

void AxisGroup::setExtent(double first, double last) {
    m_first = first;
    m_last = std::max(last, first + 1e-9);
    if (!m_following) return;
    if (m_whole)
        apply(m_first, m_last);
    else
        apply(m_last - (m_upper - m_lower), m_last);
}

void AxisGroup::setFollowing(bool following) {
    if (following == m_following) return;
    m_following = following;
    Q_EMIT followingChanged(following);
    if (following) setExtent(m_first, m_last);
}

void AxisGroup::fit() {
    m_whole = true;
    setFollowing(true);
    setExtent(m_first, m_last);
}

void AxisGroup::setCrosshair(std::optional<double> x) {
    if (x == m_crosshair) return;
    m_crosshair = x;
    Q_EMIT crosshairMoved();
}

}  // namespace jumplora
