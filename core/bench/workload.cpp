// SPDX-License-Identifier: Apache-2.0
#include "bench/workload.h"

#include "base/blas.h"
#include "base/error.h"
#include "base/file.h"
#include "base/param.h"
#include "data/encoding.h"
#include "data/task.h"
#include "kernel/kernels.h"
#include "model/memory_attention.h"
#include "train/run_setup.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>

namespace jumplora {
namespace {

std::vector<BenchShape> makeShapes() {
    const auto shape = [](const char* name, std::int64_t d, std::int64_t heads, std::int64_t ff,
                          std::int64_t layers, std::int64_t batch) {
        BenchShape made;
        made.name = name;
        made.config.dModel = d;
        made.config.heads = heads;
        made.config.dKv = 64;
        made.config.dFf = ff;
        made.config.encoderLayers = layers;
        made.config.decoderLayers = layers;
        made.batch = batch;
        return made;
    };
    return {shape("t5-tiny", 64, 2, 128, 2, 8), shape("t5-small", 512, 8, 2048, 6, 16),
            shape("t5-base", 768, 12, 3072, 12, 8), shape("t5-large", 1024, 16, 4096, 24, 4)};
}

const std::vector<BenchShape>& shapes() {
    static const std::vector<BenchShape> all = makeShapes();
    return all;
}

}  // namespace

std::vector<std::string> benchShapes() {
    std::vector<std::string> names;
    for (const BenchShape& shape : shapes()) names.push_back(shape.name);
    return names;
}

const BenchShape& benchShape(const std::string& name) {
    for (const BenchShape& shape : shapes()) {
        if (shape.name == name) return shape;
    }
    fail(ErrorKind::Input, "the shape \"{}\" is not known; known are {}", name,
         fmt::join(benchShapes(), ", "));
}

BenchRows benchRows(const BenchOptions& options, std::int64_t count) {
    const auto suite = openSuite(options.tasks, options.root);
    const std::size_t task = options.task.empty() ? 0 : suite->find(options.task, "--task");
    const auto tokenizer =
        loadTokenizer(options.tokenizer.empty() ? backboneFolder("builtin") : options.tokenizer);
    const std::vector<Example> examples = suite->load(task, Split::Train, count);
    BenchRows result;
    std::vector<TokenRow>& rows = result.rows;
    constexpr int kTimes = 5;
    for (int i = 0; i < kTimes; ++i) {
        const auto started = std::chrono::steady_clock::now();
        rows.clear();
        for (const Example& example : examples)
            rows.push_back({encodeTruncated(*tokenizer, example.prompt, options.maxSource),
                            encodeTruncated(*tokenizer, example.label, options.maxTarget)});
        const double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
        result.encodeSeconds = i == 0 ? took : std::min(result.encodeSeconds, took);
    }
    if (static_cast<std::int64_t>(rows.size()) < count)
        fail(ErrorKind::Input, "the task has {} training rows, {} are needed", rows.size(), count);
    if (!options.writeRows.empty()) {
        std::string lines;
        for (const TokenRow& row : rows)
            lines += Json{{"source", row.source}, {"target", row.target}}.dump() + "\n";
        writeFileAtomically(options.writeRows, lines);
    }
    return result;
}

double forwardGflop(const T5Config& config, std::span<const TokenRow> rows) {
    const auto d = static_cast<double>(config.dModel);
    const auto inner = static_cast<double>(config.innerWidth());
    const auto ff = static_cast<double>(config.dFf) * (config.gated ? 3 : 2);
    const auto encoders = static_cast<double>(config.encoderLayers);
    const auto decoders = static_cast<double>(config.decoderLayers);
    double products = 0;
    std::vector<std::int64_t> sources, targets;
    for (const TokenRow& row : rows) {
        const auto s = static_cast<double>(row.source.size());
        const auto t = static_cast<double>(row.target.size());
        products += encoders * (s * (4 * d * inner + d * ff) + 2 * s * s * inner);
        products += decoders * (t * (6 * d * inner + d * ff) + 2 * t * t * inner);
        sources.push_back(static_cast<std::int64_t>(row.source.size()));
        targets.push_back(static_cast<std::int64_t>(row.target.size()));
        products += t * d * static_cast<double>(config.vocabularySize);
    }
    const MemoryAttentionCost cross =
        memoryAttentionCost(targets, sources, config.heads, config.dKv, config.dModel);
    products += decoders * (cross.memoryPays() ? cross.byMemory : cross.byKeys);
    return 2e-9 * products;
}

void take(const Measured& measured, BenchResult& result) {
    result.seconds = measured.seconds;
    result.residentBefore = measured.residentBefore;
    result.residentPeak = measured.residentPeak;
    result.allocatedPeak = measured.allocatedPeak;
    result.kernels = kernelsInUse();
}

void countRows(std::span<const TokenRow> rows, BenchResult& result) {
    std::size_t source = 0;
    std::size_t target = 0;
    for (const TokenRow& row : rows) {
        result.realTokens += static_cast<std::int64_t>(row.source.size() + row.target.size());
        source = std::max(source, row.source.size());
        target = std::max(target, row.target.size());
    }
    result.rows = static_cast<std::int64_t>(rows.size());
    result.paddedTokens = static_cast<std::int64_t>(rows.size() * (source + target));
}

std::string kernelsInUse() {
    const std::string core = openblasCore();
    const char* spin = std::getenv("GOMP_SPINCOUNT");
    return fmt::format("{}, {} kernels, GOMP_SPINCOUNT {}",
                       core.empty() ? "BLAS of LibTorch" : openblasVersion() + " " + core,
                       kernelPathName(kernelPath()), spin != nullptr ? spin : "unset");
}

}  // namespace jumplora
