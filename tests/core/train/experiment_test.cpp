// SPDX-License-Identifier: Apache-2.0
#include "train/experiment.h"

#include "base/file.h"
#include "data/task.h"
#include "support/errors.h"
#include "support/shared_data.h"

#include <set>

namespace jumplora {
namespace {

using testing::expectError;
using testing::sharedData;

class ExperimentFile : public ::testing::Test {
  protected:
    testing::TemporaryFolder m_folder;
    std::filesystem::path m_file = m_folder.path() / "study.json";

    std::vector<RunSpec> read(const std::string& text, const std::vector<std::string>& overrides = {}) {
        writeFileAtomically(m_file, text);
        return readExperiment(m_file, overrides);
    }
    void refused(const std::string& text, const std::vector<std::string>& parts,
                 const std::vector<std::string>& overrides = {}) {
        SCOPED_TRACE(text);
        std::vector<std::string> all = parts;
        all.push_back("study.json");
        expectError(ErrorKind::Input, all, [&] { read(text, overrides); });
    }
};

std::vector<std::string> names(const std::vector<RunSpec>& specs) {
    std::vector<std::string> result;
    result.reserve(specs.size());
    for (const RunSpec& spec : specs) result.push_back(spec.name);
    return result;
}

TEST_F(ExperimentFile, OneSpecIsOneRunNamedAfterItsFile) {
    const auto specs = read(R"({"description": "x", "adapter": {"rank": 4}})");
    ASSERT_EQ(specs.size(), 1U);
    EXPECT_EQ(specs[0].name, "study");
    EXPECT_EQ(specs[0].adapter.rank, 4);
}

TEST_F(ExperimentFile, PartsAreMergedKeyByKey) {
    const auto specs = read(R"({"base": {"adapter": {"rank": 4, "alpha": 8}, "suite": {"order": ["a", "b"]}},
                                "runs": [{"name": "x", "adapter": {"rank": 2}},
                                         {"name": "y", "suite": {"order": ["c"]}}]})");
    EXPECT_EQ(names(specs), (std::vector<std::string>{"x", "y"}));
    EXPECT_EQ(specs[0].adapter.rank, 2);
    EXPECT_EQ(specs[0].adapter.alpha, 8);
    ASSERT_EQ(specs[1].suite.order.size(), 1U);
    EXPECT_EQ(specs[1].suite.order[0].task, "c");
}

TEST_F(ExperimentFile, AnotherMethodDropsForeignParameters) {
    const auto specs = read(R"({"base": {"method": {"type": "ella", "lambda": 5}},
                                "runs": [{}, {"method": {"type": "inclora"}},
                                         {"method": {"type": "ella", "delta": "sparse"}}]})");
    EXPECT_EQ(specs[1].method.type, "inclora");
    EXPECT_EQ(specs[2].method.parameters["lambda"], 5.0);
    EXPECT_EQ(specs[2].method.parameters["delta"], "sparse");
}

TEST_F(ExperimentFile, GridAndSeedsMultiply) {
    const auto specs = read(R"({"base": {"name": "n"}, "seeds": [1, 5],
                                "grid": {"gate.bandwidth": [1e-3, 0.5], "adapter.targets": [["q"], ["q", "v"]]}})");
    ASSERT_EQ(specs.size(), 8U);
    EXPECT_EQ(specs[0].name, "n-bandwidth0.001-targetsq-s1");
    EXPECT_EQ(specs[1].name, "n-bandwidth0.001-targetsq-s5");
    EXPECT_EQ(specs[1].seed, 5U);
    EXPECT_EQ(specs[7].name, "n-bandwidth0.5-targetsq_v-s5");
    EXPECT_EQ(specs[7].gate.bandwidth, 0.5);
    EXPECT_EQ(specs[7].adapter.targets.size(), 2U);
    std::set<std::string> hashes;
    for (const RunSpec& spec : specs) hashes.insert(specHash(spec));
    EXPECT_EQ(hashes.size(), specs.size());
}

TEST_F(ExperimentFile, GridValuesWithSlashesStillNameAFolder) {
    const auto specs = read(R"({"grid": {"backbone.path": ["/models/t5-small", "builtin"]}})");
    EXPECT_EQ(specs[0].name, "study-pathmodels_t5-small");
    EXPECT_EQ(specs[0].backbone.path, "/models/t5-small");
}

TEST_F(ExperimentFile, OverridesReachEveryRun) {
    const auto specs = read(R"({"runs": [{"name": "x"}, {"name": "y", "adapter": {"rank": 3}}]})",
                            {"method.lambda=7", "adapter.rank=16", "method.type=ella", "backbone.path=/m t"});
    for (const RunSpec& spec : specs) {
        EXPECT_EQ(spec.adapter.rank, 16);
        EXPECT_EQ(spec.method.type, "ella");
        EXPECT_EQ(spec.method.parameters["lambda"], 7.0);
        EXPECT_EQ(spec.backbone.path, "/m t");
    }
}

TEST_F(ExperimentFile, WhatIsVariedCannotBeOverridden) {
    refused(R"({"seeds": [1, 2]})", {"seed", "\"seeds\""}, {"seed=4"});
    refused(R"({"grid": {"adapter.rank": [1, 2]}})", {"adapter.rank", "\"grid\""}, {"adapter.rank=4"});
}

TEST_F(ExperimentFile, MistakesNameFileRunAndKey) {
    refused(R"({"runs": [{"name": "good"}, {"name": "bad", "adapter": {"rank": 0}}]})",
            {"run \"bad\"", "adapter.rank"});
    refused(R"({"adapter": {"rank": 0}})", {"run \"study\"", "adapter.rank"});
    refused(R"({"base": {}, "sedes": [1]})", {"sedes", "did you mean \"seeds\"?"});
    refused("[]", {"a list"});
    refused(R"({"base": []})", {"\"base\"", "a list"});
    refused(R"({"runs": []})", {"\"runs\""});
    refused(R"({"runs": [3]})", {"\"runs\""});
    refused(R"({"runs": null})", {"\"runs\""});
    refused(R"({"seeds": 3})", {"\"seeds\"", "an integer"});
    refused(R"({"seeds": ["a"]})", {"seed", "\"a\""});
    refused(R"({"grid": []})", {"\"grid\"", "a list"});
    refused(R"({"grid": {"adapter.rank": 3}})", {"grid.adapter.rank", "an integer"});
    refused(R"({"grid": {"adapter.rank": []}})", {"grid.adapter.rank", "an empty list"});
    refused(R"({"base": {"name": 3}})", {"name", "an integer"});
}

TEST(ApplyOverride, ValuesAreJsonOrElseText) {
    Json spec = Json::object();
    applyOverride(spec, "adapter.rank=16");
    applyOverride(spec, "adapter.targets=[\"q\"]");
    applyOverride(spec, "backbone.path=models/t5");
    applyOverride(spec, "suite.max_samples=null");
    applyOverride(spec, "name=a=b");
    EXPECT_EQ(spec.dump(), R"({"adapter":{"rank":16,"targets":["q"]},"backbone":{"path":"models/t5"},)"
                           R"("suite":{"max_samples":null},"name":"a=b"})");
}

TEST(ApplyOverride, AnotherMethodDropsForeignParameters) {
    Json spec = {{"method", {{"type", "ella"}, {"lambda", 3}}}};
    applyOverride(spec, "method.type=ella");
    EXPECT_EQ(spec["method"].size(), 2U);
    applyOverride(spec, "method.type=inclora");
    EXPECT_EQ(spec.dump(), R"({"method":{"type":"inclora"}})");
}

TEST(ApplyOverride, MalformedAssignmentsAreRefused) {
    Json spec = {{"seed", 1}};
    for (const char* wrong : {"adapter.rank", "=3", ".a=3", "a..b=3", "a.=3"})
        expectError(ErrorKind::Input, {wrong}, [&] { applyOverride(spec, wrong); });
    expectError(ErrorKind::Input, {"seed.x", "an integer"}, [&] { applyOverride(spec, "seed.x=3"); });
    expectError(ErrorKind::Input, {"backbone.path", "UTF-8"},
                [&] { applyOverride(spec, "backbone.path=\xff"); });
}

// Every file that ships is valid; those for the built-in suite name only tasks that it has.
TEST(ShippedExperiments, AreValid) {
    const auto suite = openSuite("builtin", "");
    int files = 0;
    for (const auto& entry :
         std::filesystem::directory_iterator(std::filesystem::path(JUMPLORA_SOURCE_DIR) / "experiments")) {
        if (entry.path().extension() != ".json") continue;
        SCOPED_TRACE(entry.path().filename().string());
        ++files;
        const auto specs = readExperiment(entry.path(), {});
        const std::vector<std::string> all = names(specs);
        EXPECT_EQ(std::set<std::string>(all.begin(), all.end()).size(), specs.size());
        for (const RunSpec& spec : specs) {
            if (spec.suite.tasks != "builtin") continue;
            EXPECT_EQ(spec.backbone.path, "builtin");
            for (const TaskOverride& task : spec.suite.order)
                EXPECT_NO_THROW((void)suite->find(task.task, "suite.order"));
        }
    }
    EXPECT_GE(files, 17);
}

std::vector<std::string> orderOf(const RunSpec& spec) {
    std::vector<std::string> result;
    for (const TaskOverride& task : spec.suite.order) result.push_back(task.task);
    return result;
}

TEST(ShippedExperiments, PublishedOrdersEqualTheTaskFiles) {
    JUMPLORA_REQUIRE_DATA(sharedData("orders"));
    for (int order = 1; order <= 6; ++order) {
        SCOPED_TRACE(order);
        const auto folder = std::filesystem::path(JUMPLORA_SOURCE_DIR) / "experiments";
        const RunSpec full = readExperiment(folder / fmt::format("benchmark_order_{}.json", order), {})[0];
        const RunSpec builtin = readExperiment(folder / fmt::format("order_{}.json", order), {})[0];
        std::vector<std::string> published;
        for (const Json& task : readJsonFile(sharedData("orders") / full.suite.tasks))
            published.push_back(task["task_name"].get<std::string>());
        EXPECT_EQ(orderOf(full), published);
        const auto suite = openSuite("builtin", "");
        std::vector<std::string> known;
        for (const std::string& name : published) {
            for (const TaskInfo& task : suite->tasks()) {
                if (task.name == name) known.push_back(name);
            }
        }
        EXPECT_EQ(orderOf(builtin), known);
    }
}

}  // namespace
}  // namespace jumplora
