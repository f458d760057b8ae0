// SPDX-License-Identifier: Apache-2.0
#pragma once
// Internal to the bench room: models and rows of the workloads.
#include "bench/bench.h"
#include "bench/meter.h"
#include "model/t5.h"

namespace jumplora {

struct BenchShape {
    std::string name;
    T5Config config;
    std::int64_t batch = 0;
};
// Throws Error(Input) with the known names.
const BenchShape& benchShape(const std::string& name);

struct BenchRows {
    std::vector<TokenRow> rows;
    double encodeSeconds = 0;  // that tokenizing them takes on one thread, best of a few times
};
// The first rows of the chosen task, tokenized; written to options.writeRows when that is set.
BenchRows benchRows(const BenchOptions& options, std::int64_t count);

// Matrix products of one forward pass, in GFLOP: linear layers, attention, logits. `targets` are the
// decoder's positions.
double forwardGflop(const T5Config& config, std::span<const TokenRow> rows);

void take(const Measured& measured, BenchResult& result);
void countRows(std::span<const TokenRow> rows, BenchResult& result);
std::string kernelsInUse();

}  // namespace jumplora
