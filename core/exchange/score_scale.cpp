// SPDX-License-Identifier: Apache-2.0
#include "exchange/score_scale.h"

#include "base/error.h"

#include <algorithm>
#include <cmath>

namespace jumplora {
namespace {
constexpr double kPercent = 100;
}

void ScaledScores::add(double score, const std::string& where) {
    const double most = m_scale == ScoreScale::Share ? 1 : kPercent;
    if (!(score >= 0 && score <= most))
        fail(ErrorKind::Format, "{}: a score of {} is not between 0 and {}", where, score, most);
    m_largest = std::max(m_largest, score);
}

void ScaledScores::apply(ForeignResults& results) const {
    const bool percent =
        m_scale == ScoreScale::Percent || (m_scale == ScoreScale::ByLargest && m_largest > 1);
    if (m_scale == ScoreScale::ByLargest)
        results.notes.push_back(fmt::format("scores are taken as {}: the largest is {}",
                                            percent ? "percent" : "shares of 1", m_largest));
    for (EvaluationCell& cell : results.cells) {
        if (percent) *cell.score /= kPercent;
        if (cell.total > 0) cell.correct = std::llround(*cell.score * static_cast<double>(cell.total));
    }
}

}  // namespace jumplora
