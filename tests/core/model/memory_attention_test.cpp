// SPDX-License-Identifier: Apache-2.0
// Attention that meets a memory itself against attention on keys and values made of that memory.
#include "model/memory_attention.h"

#include "base/random.h"

#include <gtest/gtest.h>

namespace jumplora {
namespace {

constexpr std::int64_t kHeads = 3;
constexpr std::int64_t kHeadWidth = 5;
constexpr std::int64_t kWidth = 11;  // of the memory

at::Tensor leaf(const std::vector<std::int64_t>& shape, std::uint64_t seed, at::ScalarType type) {
    auto values = at::empty(shape, at::kDouble);
    Rng rng(seed);
    for (std::int64_t i = 0; i < values.numel(); ++i) values.data_ptr<double>()[i] = 0.5 * rng.normal();
    return values.to(type).set_requires_grad(true);
}

struct Inputs {
    at::Tensor q, memory, keyMatrix, valueMatrix;
};

Inputs inputs(const AttentionArguments& a, at::ScalarType type) {
    return {leaf({a.queries->tokens(), kHeads * kHeadWidth}, 1, type),
            leaf({a.keys->tokens(), kWidth}, 2, type), leaf({kHeads * kHeadWidth, kWidth}, 3, type),
            leaf({kHeads * kHeadWidth, kWidth}, 4, type)};
}

AttentionArguments arguments(std::vector<std::int64_t> queries, std::vector<std::int64_t> keys) {
    AttentionArguments a;
    a.queries = std::make_shared<const PackedRows>(std::move(queries));
    a.keys = std::make_shared<const PackedRows>(std::move(keys));
    a.heads = kHeads;
    return a;
}

void expectClose(const at::Tensor& value, const at::Tensor& expected, double tolerance, const char* what) {
    ASSERT_EQ(value.sizes(), expected.sizes()) << what;
    EXPECT_LT((value - expected).abs().max().item<double>(), tolerance) << what;
}

TEST(MemoryAttention, EqualsAttentionOnKeysAndValues) {
    struct Case {
        const char* name;
        double scale, dropout;
    };
    for (const Case& c : {Case{"plain", 1, 0}, Case{"scaled", 0.3, 0}, Case{"dropped", 1, 0.4},
                          Case{"scaled and dropped", 0.3, 0.2}}) {
        for (const at::ScalarType type : {at::kFloat, at::kDouble}) {
            SCOPED_TRACE(c.name);
            AttentionArguments a = arguments({2, 1, 7, 3}, {9, 40, 1, 17});
            a.scale = c.scale;
            a.dropout = c.dropout;
            a.dropoutSeed = 11;
            const double tolerance = type == at::kFloat ? 1e-4 : 1e-12;
            const Inputs one = inputs(a, type), two = inputs(a, type);
            const at::Tensor y = memoryAttention(one.q, one.memory, one.keyMatrix, one.valueMatrix, a);
            const at::Tensor expected = packedAttention(two.q, at::linear(two.memory, two.keyMatrix),
                                                        at::linear(two.memory, two.valueMatrix), {}, a);
            const at::Tensor dy = leaf(y.sizes().vec(), 5, type).detach();
            (y * dy).sum().backward();
            (expected * dy).sum().backward();
            expectClose(y, expected, tolerance, "y");
            expectClose(one.q.grad(), two.q.grad(), tolerance, "dq");
            expectClose(one.memory.grad(), two.memory.grad(), tolerance, "dmemory");
            expectClose(one.keyMatrix.grad(), two.keyMatrix.grad(), tolerance, "dkeyMatrix");
            expectClose(one.valueMatrix.grad(), two.valueMatrix.grad(), tolerance, "dvalueMatrix");
        }
    }
}

TEST(MemoryAttention, OnlyWhatAsksForAGradientGetsOne) {
    const AttentionArguments a = arguments({2, 3}, {5, 8});
    const Inputs all = inputs(a, at::kDouble);
    const at::Tensor y =
        memoryAttention(all.q, all.memory.detach(), all.keyMatrix.detach(), all.valueMatrix, a);
    y.sum().backward();
    EXPECT_TRUE(all.q.grad().defined());
    EXPECT_TRUE(all.valueMatrix.grad().defined());
    EXPECT_FALSE(all.keyMatrix.grad().defined());
    EXPECT_FALSE(all.memory.grad().defined());
}

TEST(MemoryAttention, AMatrixInBfloat16IsWidened) {
    const AttentionArguments a = arguments({2, 3}, {5, 8});
    const Inputs in = inputs(a, at::kFloat);
    const at::Tensor keys = in.keyMatrix.detach().to(at::kBFloat16);
    const at::Tensor values = in.valueMatrix.detach().to(at::kBFloat16);
    EXPECT_TRUE(at::equal(memoryAttention(in.q, in.memory, keys, values, a),
                          memoryAttention(in.q, in.memory, keys.to(at::kFloat), values.to(at::kFloat), a)));
}

TEST(MemoryAttention, PaysWhereQueriesAreFew) {
    const auto cost = [](std::int64_t queries, std::int64_t keys) {
        const std::vector<std::int64_t> q(4, queries), k(4, keys);
        return memoryAttentionCost(q, k, 8, 64, 512);
    };
    EXPECT_TRUE(cost(2, 150).memoryPays());
    EXPECT_TRUE(cost(20, 400).memoryPays());
    EXPECT_FALSE(cost(150, 150).memoryPays());
    EXPECT_FALSE(cost(8, 8).memoryPays());
    // 4 rows: keys and values of 600 tokens, then scores and their products with the values.
    EXPECT_EQ(cost(2, 150).byKeys, 2.0 * 600 * 512 * 512 + 2.0 * 4 * 2 * 150 * 512);
    EXPECT_EQ(cost(2, 150).byMemory, 2.0 * 8 * 512 * 512 + 2.0 * 4 * 2 * 150 * 8 * 512);
}

}  // namespace
}  // namespace jumplora
