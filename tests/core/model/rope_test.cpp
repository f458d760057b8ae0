// SPDX-License-Identifier: Apache-2.0
#include "model/rope.h"

#include "support/errors.h"

#include <gtest/gtest.h>

namespace jumplora {
namespace {

using testing::expectError;

struct Case {
    const char* name;
    Json config;
    std::int64_t maxPositions, headWidth, length;
    std::vector<double> frequencies;  // of transformers 4.57.6
    double attentionFactor = 1;
};

const std::vector<Case>& cases() {
    static const std::vector<Case> all = {
        {"none", Json::object(), 64, 8, 0, {1, 0.1, 0.01, 0.001}},
        {"null", {{"rope_scaling", nullptr}}, 64, 8, 900, {1, 0.1, 0.01, 0.001}},
        {"default", {{"rope_scaling", {{"rope_type", "default"}}}}, 64, 8, 0, {1, 0.1, 0.01, 0.001}},
        {"linear",
         {{"rope_theta", 500}, {"rope_scaling", {{"type", "linear"}, {"factor", 4}}}},
         64,
         8,
         0,
         {0.25, 0.05286856, 0.0111803403, 0.00236435398}},
        {"newer files",
         {{"rope_parameters", {{"rope_type", "linear"}, {"factor", 4.0}, {"rope_theta", 500}}}},
         64,
         8,
         0,
         {0.25, 0.05286856, 0.0111803403, 0.00236435398}},
        {"dynamic, short row",
         {{"rope_scaling", {{"rope_type", "dynamic"}, {"factor", 2.0}}}},
         64,
         8,
         50,
         {1, 0.1, 0.01, 0.001}},
        {"dynamic, long row",
         {{"rope_scaling", {{"type", "dynamic"}, {"factor", 2.0}, {"original_max_position_embeddings", 9}}}},
         64,
         8,
         100,
         {1, 0.0777822211, 0.00605007401, 0.000470588246}},
        {"llama3",
         {{"rope_theta", 500000.0},
          {"rope_scaling",
           {{"rope_type", "llama3"},
            {"type", "llama3"},
            {"factor", 8.0},
            {"low_freq_factor", 1.0},
            {"high_freq_factor", 4.0},
            {"original_max_position_embeddings", 512}}}},
         131072,
         16,
         0,
         {1, 0.193922758, 0.0273441337, 0.000911583134, 0.000176776681, 3.42810235e-05, 6.64786967e-06,
          1.28917316e-06}},
        {"yarn, all by default",
         {{"rope_scaling", {{"rope_type", "yarn"}, {"factor", 4.0}}}},
         256,
         16,
         0,
         {1, 0.25693506, 0.0625, 0.0138349654, 0.00249999994, 0.000790569466, 0.000250000012, 7.90569466e-05},
         1.13862943611},
        {"yarn, all set",
         {{"rope_scaling",
           {{"rope_type", "yarn"},
            {"factor", 4.0},
            {"original_max_position_embeddings", 64},
            {"beta_fast", 16.0},
            {"beta_slow", 2.0},
            {"mscale", 1.0},
            {"mscale_all_dim", 0.5},
            {"truncate", false}}}},
         256,
         16,
         0,
         {1, 0.14849025, 0.0250000004, 0.00790569466, 0.00249999994, 0.000790569466, 0.000250000012,
          7.90569466e-05},
         1.06482162537},
        {"yarn, attention factor",
         {{"rope_theta", 1000000},
          {"rope_scaling",
           {{"type", "yarn"},
            {"factor", 8.0},
            {"original_max_position_embeddings", 32},
            {"beta_fast", nullptr},
            {"attention_factor", 1.25}}}},
         256,
         16,
         0,
         {1, 0.0222284924, 0.00395284733, 0.000702926656, 0.000125000006, 2.22284925e-05, 3.95284678e-06,
          7.02926684e-07},
         1.25}};
    return all;
}

TEST(Rope, FrequenciesAreThoseOfTransformers) {
    for (const Case& c : cases()) {
        SCOPED_TRACE(c.name);
        const RopeConfig rope = parseRope(c.config, c.maxPositions, c.headWidth, "config.json");
        const auto found = ropeFrequencies(rope, c.headWidth, c.length);
        ASSERT_EQ(found.size(), c.frequencies.size());
        for (std::size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i] / c.frequencies[i], 1, 3e-7) << i;
        EXPECT_NEAR(rope.attentionFactor, c.attentionFactor, 1e-9);
    }
}

void expectRefused(ErrorKind kind, const std::vector<std::string>& parts, const Json& config,
                   std::int64_t headWidth = 8) {
    SCOPED_TRACE(config.dump());
    expectError(kind, parts, [&] { (void)parseRope(config, 64, headWidth, "config.json"); });
}

Json scaled(const Json& scaling) { return {{"rope_scaling", scaling}}; }

TEST(Rope, WhatIsNotSupportedIsRefusedByName) {
    expectRefused(ErrorKind::Input, {"config.json", "rope_scaling", "longrope"},
                  scaled({{"rope_type", "longrope"}, {"factor", 2.0}}));
    expectRefused(ErrorKind::Input, {"mrope"}, scaled({{"type", "mrope"}, {"mrope_section", {1, 2}}}));
    expectRefused(ErrorKind::Input, {"\"short_factor\"", "[1.0,2.0]"},
                  scaled({{"type", "linear"}, {"factor", 2.0}, {"short_factor", {1.0, 2.0}}}));
    expectRefused(ErrorKind::Format, {"\"factor\"", "missing"}, scaled({{"rope_type", "yarn"}}));
    expectRefused(ErrorKind::Format, {"\"low_freq_factor\"", "missing"},
                  scaled({{"rope_type", "llama3"}, {"factor", 2.0}}));
    expectRefused(ErrorKind::Format, {"rope_type", "missing"}, scaled({{"factor", 2.0}}));
    expectRefused(ErrorKind::Format, {"linear", "yarn"},
                  scaled({{"type", "linear"}, {"rope_type", "yarn"}, {"factor", 2.0}}));
    expectRefused(ErrorKind::Format, {"\"factor\"", "0"}, scaled({{"type", "linear"}, {"factor", 0}}));
    expectRefused(ErrorKind::Format, {"\"rope_scaling\"", "a list"}, scaled({1, 2}));
    expectRefused(ErrorKind::Format, {"\"rope_theta\"", "0.5"}, {{"rope_theta", 0.5}});
    expectRefused(
        ErrorKind::Format, {"rope_theta", "100", "200"},
        {{"rope_theta", 100}, {"rope_parameters", {{"rope_type", "default"}, {"rope_theta", 200}}}});
    expectRefused(ErrorKind::Format, {"rope_scaling", "rope_parameters"},
                  {{"rope_scaling", {{"type", "default"}}}, {"rope_parameters", {{"rope_type", "default"}}}});
    expectRefused(ErrorKind::Format, {"high_freq_factor"},
                  scaled({{"rope_type", "llama3"},
                          {"factor", 2.0},
                          {"low_freq_factor", 4.0},
                          {"high_freq_factor", 1.0},
                          {"original_max_position_embeddings", 32}}));
    expectRefused(ErrorKind::Input, {"dynamic", "2"}, scaled({{"type", "dynamic"}, {"factor", 2.0}}), 2);
}

}  // namespace
}  // namespace jumplora
