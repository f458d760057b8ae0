// SPDX-License-Identifier: Apache-2.0
#include "train/replay_memory.h"

#include "base/random.h"

#include <cmath>
#include <iterator>
#include <span>

namespace jumplora {

ReplayMemory::ReplayMemory(const RunSetup& setup, std::int64_t stage)
    : m_share(setup.method->replayShare()), m_seed(setup.spec.seed), m_stage(stage) {
    if (m_share <= 0) return;
    const std::int64_t keep = setup.method->replayMemory();
    std::vector<Example> kept;
    for (std::int64_t earlier = 1; earlier < stage; ++earlier) {
        auto examples = setup.trainingExamples(setup.stages[static_cast<std::size_t>(earlier - 1)]);
        if (keep > 0 && keep < static_cast<std::int64_t>(examples.size())) {
            Rng rng(deriveSeed(m_seed, "replay memory", static_cast<std::uint64_t>(earlier)));
            rng.shuffle(std::span(examples));
            examples.resize(static_cast<std::size_t>(keep));
        }
        kept.insert(kept.end(), std::make_move_iterator(examples.begin()),
                    std::make_move_iterator(examples.end()));
    }
    if (kept.empty()) return;
    m_rows = std::make_unique<EncodedRows>(
        std::move(kept), [&setup](const Example& example) { return setup.encode(example); });
}

void ReplayMemory::addTo(std::vector<TokenRow>& batch, std::int64_t draw) const {
    if (!m_rows) return;
    const double share = m_share * static_cast<double>(batch.size());
    const auto count = static_cast<std::int64_t>(std::floor(share * static_cast<double>(draw + 1))) -
                       static_cast<std::int64_t>(std::floor(share * static_cast<double>(draw)));
    Rng rng(
        deriveSeed(m_seed, "replay", static_cast<std::uint64_t>(m_stage), static_cast<std::uint64_t>(draw)));
    for (std::int64_t i = 0; i < count; ++i) batch.push_back((*m_rows)[rng.below(m_rows->size())]);
}

}  // namespace jumplora
