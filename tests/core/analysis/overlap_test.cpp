// SPDX-License-Identifier: Apache-2.0
#include "analysis/overlap.h"

#include "core/analysis/brute_force.h"
#include "support/errors.h"
#include "support/shared_data.h"

#include <gmock/gmock.h>

#include <numbers>
#include <set>

namespace jumplora {
namespace {

using testing::AdapterContent;
using testing::Measures;
using testing::moduleOf;

constexpr std::int64_t kTasks = 4;

// A square, a wide and a tall module, each with its own threshold.
std::vector<ModuleInfo> threeModules() {
    return {moduleOf("q", 70, 70, 2), moduleOf("v", 12, 40, 0), moduleOf("o", 40, 12, 1)};
}

Measures toMap(const std::vector<NamedValue>& values) {
    Measures map;
    for (const NamedValue& value : values) {
        EXPECT_TRUE(std::isfinite(value.value)) << value.name;
        EXPECT_TRUE(map.emplace(value.name, value.value).second) << value.name << " stands there twice";
    }
    return map;
}

void expectMeasures(const std::vector<NamedValue>& found, const Measures& expected,
                    const std::string& where) {
    const Measures values = toMap(found);
    for (const auto& [name, value] : expected) {
        const auto place = values.find(name);
        if (place == values.end()) {
            ADD_FAILURE() << where << ": " << name << " is missing";
            continue;
        }
        // Small angles are what arc cosine makes of them in the straightforward computation.
        const double tolerance = name.ends_with("angle_min") || name.ends_with("grassmann")
                                     ? 1e-7
                                     : 1e-10 + 1e-9 * std::abs(value);
        EXPECT_NEAR(place->second, value, tolerance) << where << ": " << name;
    }
    EXPECT_EQ(values.size(), expected.size()) << where;
}

double meanOf(const std::vector<Measures>& modules, const std::string& name) {
    double sum = 0;
    for (const Measures& measures : modules) sum += measures.at(name);
    return sum / static_cast<double>(modules.size());
}

struct WrittenRun {
    std::vector<AdapterContent> contents;
    testing::TemporaryFolder folder;
    RunDirectory directory{folder.path()};

    void add(AdapterContent content) {
        testing::writeAdapterFile(directory, static_cast<std::int64_t>(contents.size()) + 1, content);
        contents.push_back(std::move(content));
    }
};

// `share` of live entries, 1 for no gate.
std::unique_ptr<WrittenRun> randomRun(double share) {
    auto run = std::make_unique<WrittenRun>();
    for (std::int64_t task = 1; task <= kTasks; ++task) {
        AdapterContent content = testing::randomAdapter(
            threeModules(), 3, deriveSeed(7, "task", static_cast<std::uint64_t>(task)));
        if (share < 1) testing::setThresholds(content, share * (0.7 + 0.1 * static_cast<double>(task)));
        content.scaling = 4;
        run->add(std::move(content));
    }
    return run;
}

void expectTaskEvent(const OverlapComputed& event, const AdapterContent& content) {
    const std::string where = "task " + std::to_string(event.j);
    std::vector<Measures> modules;
    double live = 0;
    double entries = 0;
    double squares = 0;
    for (std::size_t m = 0; m < content.modules.size(); ++m) {
        const auto update = testing::denseUpdate(content, m);
        modules.push_back(testing::taskMeasures(update));
        expectMeasures(event.perModule[m], modules.back(), where + " module " + std::to_string(m));
        live += testing::total(update.live);
        entries += static_cast<double>(update.live.numel());
        squares += testing::total(update.delta.square());
    }
    expectMeasures(event.pooled,
                   {{"density", live / entries},
                    {"frobenius_norm", std::sqrt(squares)},
                    {"effective_rank", meanOf(modules, "effective_rank")},
                    {"stable_rank", meanOf(modules, "stable_rank")}},
                   where);
}

void expectPairEvent(const OverlapComputed& event, const AdapterContent& i, const AdapterContent& j) {
    const std::string where = "tasks " + std::to_string(event.i) + ", " + std::to_string(event.j);
    std::vector<Measures> modules;
    testing::PairTotals totals;
    for (std::size_t m = 0; m < i.modules.size(); ++m) {
        const auto x = testing::denseUpdate(i, m);
        const auto y = testing::denseUpdate(j, m);
        modules.push_back(testing::pairMeasures(x, y));
        expectMeasures(event.perModule[m], modules.back(), where + " module " + std::to_string(m));
        testing::add(totals, x, y);
    }
    Measures pooled = testing::measuresOf(totals);
    for (const std::string space : {"row", "column"}) {
        pooled[space + "_angle_mean"] = meanOf(modules, space + "_angle_mean");
        pooled[space + "_grassmann"] = meanOf(modules, space + "_grassmann");
        pooled[space + "_angle_min"] = 10;
        pooled[space + "_angle_max"] = 0;
        for (const Measures& measures : modules) {
            pooled[space + "_angle_min"] =
                std::min(pooled[space + "_angle_min"], measures.at(space + "_angle_min"));
            pooled[space + "_angle_max"] =
                std::max(pooled[space + "_angle_max"], measures.at(space + "_angle_max"));
        }
    }
    expectMeasures(event.pooled, pooled, where);
}

class OverlapAgainstBruteForce : public ::testing::TestWithParam<double> {};

TEST_P(OverlapAgainstBruteForce, EveryMeasureOfEveryPairAndTask) {
    const auto run = randomRun(GetParam());
    const auto events = allPairs(run->directory);
    ASSERT_EQ(events.size(), static_cast<std::size_t>(kTasks * (kTasks + 1) / 2));
    std::size_t at = 0;
    for (std::int64_t j = 1; j <= kTasks; ++j) {
        EXPECT_EQ(events[at].i, j);
        EXPECT_EQ(events[at].j, j);
        ASSERT_EQ(events[at].perModule.size(), 3U);
        expectTaskEvent(events[at++], run->contents[static_cast<std::size_t>(j - 1)]);
        for (std::int64_t i = 1; i < j; ++i) {
            EXPECT_EQ(events[at].i, i);
            EXPECT_EQ(events[at].j, j);
            ASSERT_EQ(events[at].perModule.size(), 3U);
            expectPairEvent(events[at++], run->contents[static_cast<std::size_t>(i - 1)],
                            run->contents[static_cast<std::size_t>(j - 1)]);
        }
    }
}

// Few live entries, as after training; many, where products are formed densely; and no gate.
INSTANTIATE_TEST_SUITE_P(Shares, OverlapAgainstBruteForce, ::testing::Values(0.06, 0.2, 0.8, 1.0));

TEST(Overlap, GatedAndUngatedTasksInOneRun) {
    WrittenRun run;
    for (std::uint64_t task = 1; task <= 2; ++task) {
        auto content = testing::randomAdapter(threeModules(), 2, task);
        if (task == 2) testing::setThresholds(content, 0.1);
        run.add(std::move(content));
    }
    const auto events = withEarlier(run.directory, 2);
    ASSERT_EQ(events.size(), 2U);
    expectPairEvent(events[1], run.contents[0], run.contents[1]);
}

TEST(Overlap, AdaptersInDoublePrecision) {
    WrittenRun run;
    for (std::uint64_t task = 1; task <= 2; ++task) {
        auto content = testing::randomAdapter(threeModules(), 3, task);
        testing::setThresholds(content, 0.3);
        for (auto& a : content.a) a = a.to(at::kDouble) + 1e-9;
        for (auto& b : content.b) b = b.to(at::kDouble);
        content.logTau = content.logTau.to(at::kDouble);
        run.add(std::move(content));
    }
    const auto events = allPairs(run.directory);
    expectTaskEvent(events[0], run.contents[0]);
    expectPairEvent(events[2], run.contents[0], run.contents[1]);
}

bool sameBits(const std::vector<OverlapComputed>& x, const std::vector<OverlapComputed>& y) {
    const auto text = [](const std::vector<OverlapComputed>& events) {
        std::string all;
        for (const auto& event : events) all += toJson(Event{0, event}).dump() + "\n";
        return all;
    };
    return text(x) == text(y);
}

TEST(Overlap, RepeatsBitForBit) {
    for (const double share : {0.1, 1.0}) {
        const auto run = randomRun(share);
        EXPECT_TRUE(sameBits(allPairs(run->directory), allPairs(run->directory))) << share;
        std::vector<OverlapComputed> oneByOne;
        for (std::int64_t task = 1; task <= kTasks; ++task) {
            for (auto& event : withEarlier(run->directory, task)) oneByOne.push_back(std::move(event));
        }
        EXPECT_TRUE(sameBits(allPairs(run->directory), oneByOne)) << share;
    }
}

TEST(Overlap, SumsDoNotDependOnThreads) {
    const auto run = randomRun(0.2);
    const int threads = at::get_num_threads();
    const auto many = allPairs(run->directory, {.spectral = false});
    at::set_num_threads(1);
    const auto one = allPairs(run->directory, {.spectral = false});
    at::set_num_threads(threads);
    EXPECT_TRUE(sameBits(many, one));
}

TEST(Overlap, SpectralPartCanBeLeftOut) {
    const auto run = randomRun(0.1);
    const auto full = withEarlier(run->directory, 3);
    const auto cheap = withEarlier(run->directory, 3, {.spectral = false});
    ASSERT_EQ(full.size(), cheap.size());
    for (std::size_t e = 0; e < full.size(); ++e) {
        const Measures all = toMap(full[e].pooled);
        const Measures some = toMap(cheap[e].pooled);
        for (const auto& [name, value] : all) {
            const OverlapMeasure* measure = findOverlapMeasure(name);
            ASSERT_NE(measure, nullptr) << name;
            EXPECT_EQ(some.contains(name), !measure->spectral) << name;
            if (!measure->spectral) {
                EXPECT_EQ(some.at(name), value) << name;
            }
        }
    }
}

// Rows and columns of a module that are wholly dead are left out of decompositions.
TEST(Overlap, DeadRowsAndColumns) {
    WrittenRun run;
    for (std::uint64_t task = 1; task <= 2; ++task) {
        auto content = testing::randomAdapter({moduleOf("q", 30, 20, 0)}, 3, task);
        content.a[0].narrow(1, 0, 8).mul_(1e-3);
        content.b[0].narrow(0, 5, 11).mul_(1e-3);
        content.logTau = at::full({1}, std::log(0.5), at::kFloat);
        run.add(std::move(content));
    }
    const auto events = allPairs(run.directory);
    expectTaskEvent(events[0], run.contents[0]);
    expectPairEvent(events[2], run.contents[0], run.contents[1]);
}

TEST(Overlap, ATaskAgainstItselfWithTheOppositeSign) {
    WrittenRun run;
    auto content = testing::randomAdapter(threeModules(), 3, 1);
    testing::setThresholds(content, 0.2);
    run.add(content);
    for (auto& b : content.b) b = -b;
    run.add(content);
    const Measures pair = toMap(withEarlier(run.directory, 2)[1].pooled);
    EXPECT_EQ(pair.at("jaccard"), 1.0);
    EXPECT_EQ(pair.at("contained_i_in_j"), 1.0);
    EXPECT_EQ(pair.at("sign_conflict"), 1.0);
    EXPECT_NEAR(pair.at("cosine"), -1.0, 1e-14);
    EXPECT_NEAR(pair.at("collision_lift"), 1 / pair.at("collision_chance") * pair.at("collision_rate"),
                1e-12);
    EXPECT_LT(pair.at("row_grassmann"), 1e-10) << "equal spaces, to more digits than arc cosine gives";
    EXPECT_LT(pair.at("column_angle_max"), 1e-10);
}

// ΔW has one entry per task: everything can be seen by eye.
TEST(Overlap, ByHand) {
    const auto single = [](std::int64_t row, std::int64_t column, double value) {
        AdapterContent content;
        content.modules = {moduleOf("q", 4, 4, 0)};
        content.a = {at::zeros({1, 4})};
        content.b = {at::zeros({4, 1})};
        content.a[0][0][column] = 1.0;
        content.b[0][row][0] = value;
        content.logTau = at::full({1}, std::log(0.25), at::kFloat);
        content.scaling = 2;
        return content;
    };
    WrittenRun run;
    run.add(single(0, 1, 0.5));
    run.add(single(0, 1, -1.5));
    run.add(single(0, 2, 1.0));
    run.add(single(3, 3, 0.25));  // not above τ: empty
    const auto events = allPairs(run.directory);
    const Measures first = toMap(events[0].pooled);
    EXPECT_EQ(first.at("density"), 1.0 / 16);
    EXPECT_EQ(first.at("frobenius_norm"), 1.0);
    EXPECT_NEAR(first.at("effective_rank"), 1.0, 1e-12);
    EXPECT_NEAR(first.at("stable_rank"), 1.0, 1e-12);

    const Measures same = toMap(events[2].pooled);  // tasks 1, 2
    EXPECT_EQ(same.at("collision_rate"), 1.0 / 16);
    EXPECT_EQ(same.at("collision_chance"), 1.0 / 256);
    EXPECT_EQ(same.at("collision_lift"), 16.0);
    EXPECT_EQ(same.at("jaccard"), 1.0);
    EXPECT_EQ(same.at("sign_conflict"), 1.0);
    EXPECT_EQ(same.at("cosine"), -1.0);
    EXPECT_EQ(same.at("ella_energy"), 9.0);
    EXPECT_EQ(same.at("a_product_norm"), 1.0);
    EXPECT_NEAR(same.at("update_product_norm"), 3.0, 1e-12);
    EXPECT_EQ(same.at("row_angle_max"), 0.0);

    const Measures sameRow = toMap(events[4].pooled);  // tasks 1, 3: one row, other columns
    EXPECT_EQ(sameRow.at("collision_rate"), 0.0);
    EXPECT_EQ(sameRow.at("jaccard"), 0.0);
    EXPECT_EQ(sameRow.at("contained_j_in_i"), 0.0);
    EXPECT_FALSE(sameRow.contains("sign_conflict")) << "no shared entry";
    EXPECT_EQ(sameRow.at("cosine"), 0.0);
    EXPECT_EQ(sameRow.at("a_product_norm"), 0.0);
    EXPECT_NEAR(sameRow.at("update_product_norm"), 2.0, 1e-12);
    EXPECT_NEAR(sameRow.at("row_angle_min"), std::numbers::pi / 2, 1e-12);
    EXPECT_NEAR(sameRow.at("row_grassmann"), std::numbers::pi / 2, 1e-12);
    EXPECT_EQ(sameRow.at("column_angle_max"), 0.0);
}

std::set<std::string> keysOf(const std::vector<NamedValue>& values) {
    std::set<std::string> keys;
    for (const NamedValue& value : values) keys.insert(value.name);
    return keys;
}

TEST(Overlap, EmptySetsAreNotComputable) {
    WrittenRun run;
    for (std::uint64_t task = 1; task <= 3; ++task) {
        auto content = testing::randomAdapter(threeModules(), 3, task);
        content.logTau = at::full({3}, task == 1 ? -2.0 : 5.0, at::kFloat);
        run.add(std::move(content));
    }
    const auto events = allPairs(run.directory);
    for (const auto& event : events)
        EXPECT_THAT(toJson(Event{0, event}).dump(), ::testing::Not(::testing::HasSubstr("nan")));
    const std::set<std::string> deadTask = {"density", "frobenius_norm"};
    EXPECT_EQ(keysOf(events[1].pooled), deadTask);
    EXPECT_EQ(toMap(events[1].pooled).at("density"), 0.0);
    // Tasks 1, 2: the later one is empty. Tasks 2, 3: both are.
    const std::set<std::string> oneEmpty = {"collision_rate",     "collision_chance", "jaccard",
                                            "contained_i_in_j",   "ella_energy",      "a_product_norm",
                                            "update_product_norm"};
    EXPECT_EQ(keysOf(events[2].pooled), oneEmpty);
    EXPECT_EQ(keysOf(events[2].perModule[0]), oneEmpty);
    std::set<std::string> bothEmpty = oneEmpty;
    bothEmpty.erase("jaccard");
    bothEmpty.erase("contained_i_in_j");
    EXPECT_EQ(keysOf(events[5].pooled), bothEmpty);
    for (const auto& value : events[5].pooled) {
        if (value.name != "a_product_norm") {
            EXPECT_EQ(value.value, 0.0) << value.name;
        }
    }
}

TEST(Overlap, ZeroUpdatesAreNotComputable) {
    WrittenRun run;
    for (std::uint64_t task = 1; task <= 2; ++task) {
        auto content = testing::randomAdapter(threeModules(), 3, task);
        if (task == 2)
            for (auto& b : content.b) b.zero_();
        run.add(std::move(content));
    }
    const auto events = allPairs(run.directory);
    EXPECT_EQ(keysOf(events[1].pooled), (std::set<std::string>{"density", "frobenius_norm"}));
    const Measures pair = toMap(events[2].pooled);
    EXPECT_EQ(pair.at("jaccard"), 1.0) << "without a gate every entry is alive";
    EXPECT_EQ(pair.at("sign_conflict"), 0.0);
    EXPECT_EQ(pair.at("update_product_norm"), 0.0);
    EXPECT_FALSE(pair.contains("cosine"));
    EXPECT_FALSE(pair.contains("row_angle_mean"));
    EXPECT_FALSE(pair.contains("column_grassmann"));
    const auto angles = principalAngles(run.directory, 1, 2, 0);
    EXPECT_TRUE(angles.row.empty());
}

// One dead module of several: what it lacks does not take the value from the others.
TEST(Overlap, PooledOverTheModulesThatHaveAValue) {
    WrittenRun run;
    for (std::uint64_t task = 1; task <= 2; ++task) {
        auto content = testing::randomAdapter(threeModules(), 3, task);
        testing::setThresholds(content, 0.2);
        content.logTau.select(0, content.modules[1].threshold).fill_(9.0);
        run.add(std::move(content));
    }
    const auto events = allPairs(run.directory);
    for (const OverlapComputed& event : events) {
        const std::string name = event.i == event.j ? "effective_rank" : "row_angle_mean";
        EXPECT_FALSE(keysOf(event.perModule[1]).contains(name));
        EXPECT_NEAR(toMap(event.pooled).at(name),
                    (toMap(event.perModule[0]).at(name) + toMap(event.perModule[2]).at(name)) / 2, 1e-12);
    }
}

TEST(Overlap, PrincipalAnglesOfRotatedPlanes) {
    const std::vector<double> expected = {1e-9, 0.3, 1.2};
    AdapterContent first;
    first.modules = {moduleOf("q", 8, 9, 0)};
    first.a = {at::zeros({3, 9}, at::kDouble)};
    first.b = {testing::randomMatrix(8, 3, 5).to(at::kDouble)};
    AdapterContent second = first;
    second.a = {at::zeros({3, 9}, at::kDouble)};
    for (std::int64_t k = 0; k < 3; ++k) {
        const double angle = expected[static_cast<std::size_t>(k)];
        first.a[0][k][k] = 1.0;
        second.a[0][k][k] = std::cos(angle);
        second.a[0][k][k + 3] = std::sin(angle);
    }
    WrittenRun run;
    run.add(first);
    run.add(second);
    const auto angles = principalAngles(run.directory, 1, 2, 0);
    ASSERT_EQ(angles.row.size(), 3U);
    for (std::size_t k = 0; k < 3; ++k) EXPECT_NEAR(angles.row[k], expected[k], 1e-13);
    for (const double angle : angles.column) EXPECT_NEAR(angle, 0.0, 1e-13) << "the same B";
    testing::expectError(ErrorKind::Input, {"module 1"},
                         [&] { (void)principalAngles(run.directory, 1, 2, 1); });
}

TEST(Overlap, TableOfMeasures) {
    std::set<std::string> keys;
    for (const OverlapMeasure& measure : overlapMeasures()) {
        EXPECT_TRUE(keys.insert(measure.key).second) << measure.key;
        EXPECT_FALSE(measure.label.empty() || measure.formula.empty() || measure.unit.empty() ||
                     measure.pooling.empty())
            << measure.key;
        EXPECT_EQ(findOverlapMeasure(measure.key), &measure);
        EXPECT_EQ(overlapChance(measure.key, 0.02, 0.1, 0.2).has_value(), measure.hasChance) << measure.key;
    }
    EXPECT_EQ(findOverlapMeasure("no such"), nullptr);
    // Exactly what a run with everything computable reports.
    const auto run = randomRun(0.2);
    std::set<std::string> reported;
    for (const OverlapComputed& event : allPairs(run->directory)) {
        for (const NamedValue& value : event.pooled) {
            reported.insert(value.name);
            const auto subject = event.i == event.j ? OverlapSubject::Task : OverlapSubject::Pair;
            EXPECT_EQ(findOverlapMeasure(value.name)->subject, subject) << value.name;
        }
    }
    EXPECT_EQ(reported, keys);
}

TEST(Overlap, ChanceLevels) {
    EXPECT_DOUBLE_EQ(*overlapChance("collision_rate", 0.02, 0.1, 0.2), 0.02);
    EXPECT_DOUBLE_EQ(*overlapChance("jaccard", 0.02, 0.1, 0.2), 0.02 / 0.28);
    EXPECT_DOUBLE_EQ(*overlapChance("contained_j_in_i", 0.02, 0.1, 0.2), 0.1);
    EXPECT_DOUBLE_EQ(*overlapChance("contained_i_in_j", 0.02, 0.1, 0.2), 0.2);
    EXPECT_DOUBLE_EQ(*overlapChance("sign_conflict", 0.02, 0.1, 0.2), 0.5);
    EXPECT_DOUBLE_EQ(*overlapChance("jaccard_lift", 0.02, 0.1, 0.2), 1.0);
    EXPECT_FALSE(overlapChance("jaccard", 0, 0, 0).has_value());
    EXPECT_FALSE(overlapChance("row_grassmann", 0.02, 0.1, 0.2).has_value());
    // Independent random masks come out near their chance level.
    WrittenRun run;
    for (std::uint64_t task = 1; task <= 2; ++task) {
        auto content = testing::randomAdapter({moduleOf("q", 200, 200, 0)}, 8, task);
        testing::setThresholds(content, 0.1);
        run.add(std::move(content));
    }
    const Measures pair = toMap(withEarlier(run.directory, 2, {.spectral = false})[1].pooled);
    EXPECT_NEAR(pair.at("collision_lift"), 1.0, 0.35);
    EXPECT_NEAR(pair.at("sign_conflict"), 0.5, 0.1);
}

TEST(Overlap, RefusesWhatDoesNotFit) {
    WrittenRun run;
    testing::expectError(ErrorKind::State, {"no adapter"}, [&] { (void)allPairs(run.directory); });
    testing::expectError(ErrorKind::Input, {"from 1"}, [&] { (void)withEarlier(run.directory, 0); });
    testing::expectError(ErrorKind::Io, {"task_01"}, [&] { (void)withEarlier(run.directory, 1); });
    run.add(testing::randomAdapter(threeModules(), 3, 1));
    run.add(testing::randomAdapter({moduleOf("q", 70, 70, 0)}, 3, 2));
    testing::expectError(ErrorKind::Format, {"task_01", "task_02", "different layers"},
                         [&] { (void)allPairs(run.directory); });

    auto broken = testing::randomAdapter(threeModules(), 3, 1);
    broken.a[1][0][0] = std::numeric_limits<float>::quiet_NaN();
    testing::writeAdapterFile(run.directory, 1, broken);
    testing::expectError(ErrorKind::Format, {"v.lora_A", "not finite"},
                         [&] { (void)withEarlier(run.directory, 1); });
    broken = testing::randomAdapter(threeModules(), 3, 1);
    broken.b[2] = testing::randomMatrix(40, 2, 1);
    testing::writeAdapterFile(run.directory, 1, broken);
    testing::expectError(ErrorKind::Format, {"o.lora_B", "[40, 2]"},
                         [&] { (void)withEarlier(run.directory, 1); });
    broken = testing::randomAdapter(threeModules(), 3, 1);
    broken.logTau = at::zeros({2}, at::kFloat);
    testing::writeAdapterFile(run.directory, 1, broken);
    testing::expectError(ErrorKind::Format, {"\"q\"", "threshold 2"},
                         [&] { (void)withEarlier(run.directory, 1); });
}

}  // namespace
}  // namespace jumplora
