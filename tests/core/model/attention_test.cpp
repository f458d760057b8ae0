// SPDX-License-Identifier: Apache-2.0
// The two ways to compute attention against each other: one serves the CPU, the other every other device.
#include "model/attention.h"

#include "base/random.h"

#include <gtest/gtest.h>

namespace jumplora {
namespace {

at::Tensor normals(const std::vector<std::int64_t>& shape, std::uint64_t seed, at::ScalarType type) {
    auto values = at::empty(shape, at::kDouble);
    Rng rng(seed);
    for (std::int64_t i = 0; i < values.numel(); ++i) values.data_ptr<double>()[i] = rng.normal();
    return values.to(type);
}

void expectClose(const at::Tensor& value, const at::Tensor& expected, double tolerance, const char* what) {
    ASSERT_EQ(value.sizes(), expected.sizes()) << what;
    EXPECT_LT((value - expected).abs().max().item<double>(), tolerance) << what;
}

struct Case {
    const char* name;
    std::vector<std::int64_t> queries, keys;
    bool causal;
    bool biased;
    double scale;
    double dropout;
    std::int64_t keyHeads = 6;
    std::int64_t window = 0;
};

const std::vector<Case> kCases = {
    {"encoder", {5, 37, 1, 18}, {5, 37, 1, 18}, false, true, 1, 0},
    {"decoder", {4, 1, 9}, {4, 1, 9}, true, true, 1, 0},
    {"cross", {2, 3, 1}, {40, 7, 19}, false, false, 1, 0},
    {"scaled", {20, 6}, {20, 6}, true, false, 0.25, 0},
    {"dropped", {5, 37, 11}, {5, 37, 11}, false, true, 1, 0.3},
    {"equal lengths", {8, 8, 8}, {8, 8, 8}, false, true, 1, 0.1},
    {"grouped", {7, 1, 30}, {7, 1, 30}, true, false, 0.5, 0, 2},
    {"one of keys", {7, 30, 30}, {7, 30, 30}, true, false, 0.5, 0, 1},
    {"grouped, biased and dropped", {7, 1, 30}, {7, 1, 30}, false, true, 1, 0.3, 3},
    {"window", {7, 1, 40, 12}, {7, 1, 40, 12}, true, false, 0.5, 0, 6, 5},
    {"window of one", {7, 12}, {7, 12}, true, false, 0.5, 0, 6, 1},
    {"grouped window with dropout", {7, 1, 40}, {7, 1, 40}, true, false, 0.5, 0.2, 2, 9},
};

TEST(Attention, BothWaysAgree) {
    constexpr std::int64_t kHeads = 6;
    constexpr std::int64_t kWidth = 8;  // of a head
    for (const at::ScalarType type : {at::kFloat, at::kDouble}) {
        const double tolerance = type == at::kFloat ? 1e-4 : 1e-11;
        for (const Case& c : kCases) {
            SCOPED_TRACE(c.name);
            AttentionArguments a;
            a.queries = std::make_shared<const PackedRows>(c.queries);
            a.keys = std::make_shared<const PackedRows>(c.keys);
            a.heads = kHeads;
            a.causal = c.causal;
            a.window = c.window;
            a.scale = c.scale;
            a.dropout = c.dropout;
            a.dropoutSeed = 7;
            const auto q = normals({a.queries->tokens(), kHeads * kWidth}, 1, type);
            const auto k = normals({a.keys->tokens(), c.keyHeads * kWidth}, 2, type);
            const auto v = normals({a.keys->tokens(), c.keyHeads * kWidth}, 3, type);
            const auto dy = normals(q.sizes().vec(), 4, type);
            const auto bias = c.biased ? normals({kHeads, a.queries->longest(), a.keys->longest()}, 5, type)
                                       : at::empty({0}, q.options());
            expectClose(attentionByPieces(q, k, v, bias, a), attentionByGroups(q, k, v, bias, a), tolerance,
                        "y");
            const auto pieces = attentionGradientsByPieces(q, k, v, bias, dy, a, c.biased);
            const auto groups = attentionGradientsByGroups(q, k, v, bias, dy, a, c.biased);
            expectClose(pieces.q, groups.q, tolerance, "dq");
            expectClose(pieces.k, groups.k, tolerance, "dk");
            expectClose(pieces.v, groups.v, tolerance, "dv");
            EXPECT_EQ(pieces.bias.defined(), c.biased);
            if (c.biased) expectClose(pieces.bias, groups.bias, tolerance, "dbias");
        }
    }
}

// One row written the plain way: keys and values repeated for the heads that share them, scores outside of
// the window cut.
TEST(Attention, GroupsAndWindowMeanWhatTheySay) {
    constexpr std::int64_t kTokens = 11, kHeads = 4, kKeyHeads = 2, kWidth = 3;
    AttentionArguments a;
    a.queries = std::make_shared<const PackedRows>(std::vector<std::int64_t>{kTokens});
    a.keys = a.queries;
    a.heads = kHeads;
    a.causal = true;
    a.window = 4;
    a.scale = 0.7;
    const auto leaf = [](std::int64_t heads, std::uint64_t seed) {
        return normals({kTokens, heads * kWidth}, seed, at::kDouble).set_requires_grad(true);
    };
    const auto q = leaf(kHeads, 1), k = leaf(kKeyHeads, 2), v = leaf(kKeyHeads, 3);
    const auto y = packedAttention(q, k, v, {}, a);
    const auto dy = normals(y.sizes().vec(), 4, at::kDouble);
    (y * dy).sum().backward();

    const auto q2 = leaf(kHeads, 1), k2 = leaf(kKeyHeads, 2), v2 = leaf(kKeyHeads, 3);
    std::vector<at::Tensor> heads;
    for (std::int64_t h = 0; h < kHeads; ++h) {
        const std::int64_t shared = h * kKeyHeads / kHeads * kWidth;
        auto scores = q2.narrow(1, h * kWidth, kWidth).mm(k2.narrow(1, shared, kWidth).t()) * a.scale;
        auto cut = at::ones({kTokens, kTokens}, at::kBool);
        for (std::int64_t i = 0; i < kTokens; ++i)
            for (std::int64_t j = std::max<std::int64_t>(i - 3, 0); j <= i; ++j) cut[i][j] = false;
        scores = scores.masked_fill(cut, -1e300);
        heads.push_back(at::softmax(scores, -1).mm(v2.narrow(1, shared, kWidth)));
    }
    const auto expected = at::cat(heads, 1);
    (expected * dy).sum().backward();
    expectClose(y, expected, 1e-13, "y");
    expectClose(q.grad(), q2.grad(), 1e-13, "dq");
    expectClose(k.grad(), k2.grad(), 1e-13, "dk");
    expectClose(v.grad(), v2.grad(), 1e-13, "dv");
}

TEST(Packing, WhatWorksTokenByTokenMayBeCalledInPieces) {
    const at::Tensor x = normals({3000, 4}, 1, at::kDouble);
    std::vector<std::int64_t> sizes;
    const auto twice = [&](const at::Tensor& part) {
        sizes.push_back(part.size(0));
        return part * 2;
    };
    EXPECT_TRUE(at::equal(byTokens(x, twice), x * 2));
    EXPECT_EQ(sizes, std::vector<std::int64_t>{3000});  // a gradient may be asked for
    sizes.clear();
    const at::NoGradGuard noGrad;
    EXPECT_TRUE(at::equal(byTokens(x, twice), x * 2));
    EXPECT_GT(sizes.size(), 1U);
}

TEST(Attention, DropoutDependsOnSeedRowAndHeadAndKeepsTheMean) {
    AttentionArguments a;
    a.queries = std::make_shared<const PackedRows>(std::vector<std::int64_t>{100, 100});
    a.keys = a.queries;
    a.dropout = 0.25;
    a.dropoutSeed = 3;
    const auto factors = [&](std::int64_t row, std::int64_t head) {
        std::vector<float> values(10000);
        attentionDropout(a, row, head, values.data());
        return values;
    };
    const auto first = factors(0, 0);
    EXPECT_EQ(first, factors(0, 0));
    EXPECT_NE(first, factors(0, 1));
    EXPECT_NE(first, factors(1, 0));
    const auto dropped = std::count(first.begin(), first.end(), 0.0F);
    EXPECT_NEAR(static_cast<double>(dropped) / 10000, a.dropout, 0.02);
    for (const float value : first) EXPECT_TRUE(value == 0.0F || value == static_cast<float>(1 / 0.75));
}

}  // namespace
}  // namespace jumplora
