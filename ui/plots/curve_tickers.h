// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "plots/curve_model.h"

#include <qcustomplot.h>

namespace jumplora {

// Ticks of a logarithmic and of a linear axis, named as numbers are named everywhere.
QSharedPointer<QCPAxisTicker> decadeTicker(Quantity quantity);
QSharedPointer<QCPAxisTicker> numberTicker(Quantity quantity);

}  // namespace jumplora
