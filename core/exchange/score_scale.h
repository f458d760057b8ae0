// SPDX-License-Identifier: Apache-2.0
#pragma once
// Internal to the exchange room.
#include "exchange/foreign_results.h"

namespace jumplora {

// Scores of one import, which are all in percent or all shares.
class ScaledScores {
  public:
    explicit ScaledScores(ScoreScale scale) : m_scale(scale) {}
    // Throws Error(Format) naming `where` for a score that can be neither.
    void add(double score, const std::string& where);
    // Divides the scores of the cells by 100 where they are in percent, notes which it was, and fills in
    // counts where the number of rows is known.
    void apply(ForeignResults& results) const;

  private:
    ScoreScale m_scale;
    double m_largest = 0;
};

}  // namespace jumplora
