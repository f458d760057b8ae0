// SPDX-License-Identifier: Apache-2.0
#include "analysis/module_delta.h"

#include "base/error.h"
#include "core/analysis/adapter_files.h"
#include "support/shared_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

namespace jumplora {
namespace {

class ModuleDeltaTest : public ::testing::Test {
  protected:
    // Three tasks of one module of 12 × 10 entries; density 30 %, 20 %, 50 %, or no gate at all.
    void SetUp() override { store(true); }
    void store(bool gated) {
        const std::vector<ModuleInfo> modules = {testing::moduleOf("q", 12, 10, 0),
                                                 testing::moduleOf("v", 4, 6, 1)};
        const double shares[] = {0.3, 0.2, 0.5};
        for (std::int64_t task = 1; task <= 3; ++task) {
            auto content = testing::randomAdapter(modules, 3, static_cast<std::uint64_t>(task));
            if (gated) testing::setThresholds(content, shares[task - 1]);
            testing::writeAdapterFile(m_directory, task, content);
            m_products.push_back(at::mm(content.b[0], content.a[0]));
        }
    }
    [[nodiscard]] std::shared_ptr<const ModuleDelta> load(std::int64_t task) const {
        return ModuleDelta::load(m_directory.path() / m_directory.adapterName(task), "q");
    }
    [[nodiscard]] static std::int64_t count(const ModuleDelta& delta, double tau) {
        std::int64_t alive = 0;
        for (std::int64_t r = 0; r < delta.rows(); ++r)
            for (std::int64_t c = 0; c < delta.columns(); ++c) alive += delta.isAlive(r, c, tau);
        return alive;
    }

    testing::TemporaryFolder m_folder;
    RunDirectory m_directory{m_folder.path()};
    std::vector<at::Tensor> m_products;
};

TEST_F(ModuleDeltaTest, HoldsTheProductAndItsThreshold) {
    const auto delta = load(1);
    EXPECT_EQ(delta->rows(), 12);
    EXPECT_EQ(delta->columns(), 10);
    EXPECT_EQ(delta->rank(), 3);
    EXPECT_EQ(delta->scaling(), 4);
    EXPECT_TRUE(delta->gated());
    EXPECT_EQ(delta->value(7, 4), m_products[0][7][4].item<double>());
    EXPECT_EQ(delta->alive(delta->tau()), count(*delta, delta->tau()));
    EXPECT_NEAR(static_cast<double>(delta->alive(delta->tau())), 0.3 * 120, 2);
    EXPECT_THROW((void)ModuleDelta::load(m_directory.path() / m_directory.adapterName(1), "k"), Error);
}

TEST_F(ModuleDeltaTest, CountsExactlyAtAnyThreshold) {
    const auto delta = load(2);
    for (const double tau : {0.0, 0.01, 0.3, 1.0, 5.0}) EXPECT_EQ(delta->alive(tau), count(*delta, tau));
    // Strict: an entry that equals τ is masked.
    const double tie = std::abs(delta->value(3, 3));
    EXPECT_EQ(delta->alive(tie), count(*delta, tie));
    EXPECT_FALSE(delta->isAlive(3, 3, tie));
    EXPECT_EQ(delta->alive(delta->tauForAlive(17)), 17);
}

TEST_F(ModuleDeltaTest, PoolsSquares) {
    const auto delta = load(1);
    const DeltaArea area{1, 2, 11, 8, 4};
    ASSERT_EQ(area.cellRows(), 3);
    ASSERT_EQ(area.cellColumns(), 2);
    const auto largest = delta->cells(area, DeltaPooling::Largest, delta->tau());
    const auto density = delta->cells(area, DeltaPooling::Density, delta->tau());
    ASSERT_EQ(largest.size(), 6U);
    // The last row of cells stands for three lines of entries.
    const DeltaEntry entry = delta->largest({9, 2, 3, 4, 1});
    EXPECT_FLOAT_EQ(largest[4], static_cast<float>(entry.value));
    EXPECT_EQ(delta->value(entry.row, entry.column), entry.value);
    std::int64_t alive = 0;
    for (std::int64_t r = 9; r < 12; ++r)
        for (std::int64_t c = 2; c < 6; ++c) alive += delta->isAlive(r, c, delta->tau());
    EXPECT_FLOAT_EQ(density[4], static_cast<float>(alive) / 12.0F);
    EXPECT_THROW((void)delta->cells({0, 0, 13, 1, 1}, DeltaPooling::Largest, 0), Error);
}

TEST_F(ModuleDeltaTest, HistogramAndProfilesAddUp) {
    const auto delta = load(3);
    const DeltaHistogram histogram = delta->histogram(16);
    ASSERT_EQ(histogram.counts.size(), 16U);
    ASSERT_EQ(histogram.edges.size(), 17U);
    EXPECT_EQ(std::accumulate(histogram.counts.begin(), histogram.counts.end(), histogram.zeros), 120);
    const DeltaProfile profile = delta->profile(delta->tau());
    const double alive = static_cast<double>(delta->alive(delta->tau()));
    EXPECT_NEAR(std::accumulate(profile.rows.begin(), profile.rows.end(), 0.0) * 10, alive, 1e-9);
    EXPECT_NEAR(std::accumulate(profile.columns.begin(), profile.columns.end(), 0.0) * 12, alive, 1e-9);
}

TEST_F(ModuleDeltaTest, SpectrumIsThatOfTheMaskedUpdate) {
    const auto delta = load(1);
    const DeltaSpectrum spectrum = delta->spectrum();
    double squares = 0;
    for (std::int64_t r = 0; r < 12; ++r) {
        for (std::int64_t c = 0; c < 10; ++c)
            squares += delta->isAlive(r, c, delta->tau()) ? std::pow(delta->value(r, c), 2) : 0;
    }
    const double sum = std::accumulate(spectrum.values.begin(), spectrum.values.end(), 0.0,
                                       [](double so, double value) { return so + value * value; });
    EXPECT_NEAR(sum, squares, 1e-6 * squares);
    EXPECT_NEAR(spectrum.stableRank, squares / std::pow(spectrum.values.front(), 2), 1e-6);
    EXPECT_GT(spectrum.effectiveRank, 1);
}

TEST_F(ModuleDeltaTest, ComparesMasks) {
    const auto first = load(1);
    const auto second = load(2);
    const MaskComparison comparison = compareMasks(*first, *second);
    std::int64_t both = 0;
    std::int64_t opposite = 0;
    for (std::int64_t r = 0; r < 12; ++r) {
        for (std::int64_t c = 0; c < 10; ++c) {
            if (!first->isAlive(r, c, first->tau()) || !second->isAlive(r, c, second->tau())) continue;
            ++both;
            opposite += first->value(r, c) * second->value(r, c) < 0;
        }
    }
    const auto at = [&](MaskKind kind) { return comparison.count[static_cast<std::size_t>(kind)]; };
    EXPECT_EQ(at(MaskKind::BothSame), both - opposite);
    EXPECT_EQ(at(MaskKind::BothOpposite), opposite);
    EXPECT_EQ(at(MaskKind::OnlyFirst), first->alive(first->tau()) - both);
    EXPECT_EQ(std::accumulate(std::begin(comparison.count), std::end(comparison.count), std::int64_t{0}),
              120);
    EXPECT_NEAR(std::accumulate(std::begin(comparison.expected), std::end(comparison.expected), 0.0), 120,
                1e-9);
    const double expectedBoth = static_cast<double>(first->alive(first->tau())) *
                                static_cast<double>(second->alive(second->tau())) / 120;
    EXPECT_NEAR(comparison.expected[3] + comparison.expected[4], expectedBoth, 1e-9);
    const auto cells = maskCells(*first, *second, {0, 0, 12, 10, 1});
    EXPECT_EQ(std::count(cells.begin(), cells.end(), MaskKind::BothOpposite), opposite);
    EXPECT_EQ(maskCells(*first, *second, {0, 0, 12, 10, 5}).size(), 6U);
}

TEST_F(ModuleDeltaTest, CountsCollisionsWithAllEarlierTasks) {
    const auto update = load(3);
    const std::vector<std::shared_ptr<const ModuleDelta>> earlier = {load(1), load(2)};
    const CollisionCounter counter(*update, earlier);
    for (const double tau : {0.05, update->tau(), 1.0}) {
        std::int64_t expected = 0;
        for (std::int64_t r = 0; r < 12; ++r) {
            for (std::int64_t c = 0; c < 10; ++c)
                expected += update->isAlive(r, c, tau) && (earlier[0]->isAlive(r, c, earlier[0]->tau()) ||
                                                           earlier[1]->isAlive(r, c, earlier[1]->tau()));
        }
        EXPECT_EQ(counter.collisions(tau), expected);
    }
}

TEST_F(ModuleDeltaTest, WithoutAGateEverythingIsAlive) {
    store(false);
    const auto delta = load(1);
    EXPECT_FALSE(delta->gated());
    EXPECT_EQ(delta->alive(delta->tau()), 120);
    EXPECT_EQ(delta->spectrum().values.size(), 3U);
    EXPECT_THAT(delta->profile(0).rows, ::testing::Each(1.0));
}

}  // namespace
}  // namespace jumplora
