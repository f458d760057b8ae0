// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QObject>
#include <optional>

namespace jumplora {

// What the curves of several cards share: the range of x, following the newest point, and the crosshair.
class AxisGroup : public QObject {
    Q_OBJECT

  public:
    using QObject::QObject;

    [[nodiscard]] double lower() const { return m_lower; }
    [[nodiscard]] double upper() const { return m_upper; }
    [[nodiscard]] bool isFollowing() const { return m_following; }
    [[nodiscard]] std::optional<double> crosshair() const { return m_crosshair; }

    // By a person: ends following.
    void setRange(double lower, double upper);
    // The data reaches from `first` to `last` now; moves the range while following: everything is shown
    // until a person zooms, then the window keeps its width and its end follows.
    void setExtent(double first, double last);
    void setFollowing(bool following);
    // Everything in view, and following.
    void fit();
    void setCrosshair(std::optional<double> x);

  Q_SIGNALS:
    void rangeChanged();
    void followingChanged(bool following);
    void crosshairMoved();

  private:
    void apply(double lower, double upper);
    double m_first = 0;
    double m_last = 1;
    double m_lower = 0;
    double m_upper = 1;
    bool m_following = true;
    bool m_whole = true;  // the range is the extent
    std::optional<double> m_crosshair;
};

}  // namespace jumplora
