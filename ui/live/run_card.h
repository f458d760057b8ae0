// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "live/card.h"
#include "live/step_curves.h"

namespace jumplora {

// A card of the dashboard of one run.
class RunCard : public Card {
    Q_OBJECT

  public:
    using Card::Card;
    // `changes` of RunView::Change; Started also when another run is shown or the axis is another one.
    virtual void show(const RunView& view, unsigned changes, StepAxis axis) = 0;
    virtual void setSmoothing(const Smoothing& /*smoothing*/) {}
    virtual void setGroup(AxisGroup* /*group*/) {}
    // Seconds until the present task ends and the run ends; NaN unknown.
    virtual void setTimeLeft(double /*ofTask*/, double /*ofRun*/) {}

  protected:
    // Where the numbers come from, for everything that leaves the window.
    static void describe(Figure& figure, const RunView& view, const QStringList& definitions = {});
};

}  // namespace jumplora
