// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "base/json.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace jumplora {

// Fixed workloads on random weights, timed: what `jumplora bench` prints and docs/performance.md reports.

struct BenchOptions {
    std::string shape = "t5-small";  // one of benchShapes()
    std::int64_t batch = 0;          // rows; 0: the shape's own
    std::string gate = "jumprelu";   // none, jumprelu
    double blend = 1;                // f; 0 is the warm start
    std::string method = "ella";     // key of a method; one that keeps a past gets one
    std::int64_t pastTasks = 1;      // tasks learned before
    std::int64_t rank = 8;
    double alpha = 32;
    std::vector<std::string> targets = {"q", "v"};
    std::string precision = "float32";
    std::int64_t threads = 0;  // 0: all cores
    std::int64_t warmup = 2;
    std::int64_t repeats = 6;
    // Rows: the first training rows of a task of a task file, or the built-in suite's.
    std::string tasks = "builtin";
    std::string root;
    std::string task;       // empty: the first
    std::string tokenizer;  // folder; empty: the built-in one
    std::int64_t maxSource = 512;
    std::int64_t maxTarget = 8;
    std::filesystem::path
        writeRows;               // JSON lines {"source", "target"} of the measured rows, for other programs
    std::int64_t tokens = 1024;  // layer
    double alive = 0;            // layer: share of entries above the threshold; 0: as many as parameters
    std::string path = "automatic";        // layer: gradient of the gate, or dense, sampled
    std::int64_t width = 1024;             // layer
    std::int64_t newTokens = 8;            // generate
    std::function<bool()> next;            // asked before each repetition; false ends. Replaces `repeats`
    std::function<void(double)> finished;  // gets the seconds of each
    bool operations = false;               // step: one more repetition, timed by operator
};

struct BenchResult {
    std::string workload;
    Json settings = Json::object();
    std::vector<double> seconds;  // per repetition, in their order
    std::int64_t rows = 0;        // per repetition, as the following
    std::int64_t realTokens = 0;
    std::int64_t paddedTokens = 0;    // what padding to the longest row would cost
    double gflop = 0;                 // of the matrix products, computed from the shapes; 0 = not counted
    std::int64_t residentPeak = 0;    // bytes: highest resident set while repeating
    std::int64_t residentBefore = 0;  // resident set before the first repetition: weights, adapters, rows
    std::int64_t allocatedPeak = 0;   // bytes of tensors above those that stood before the first repetition
    std::string kernels;              // BLAS kernels and path of the gate
    Json extra = Json::object();      // what only this workload has

    [[nodiscard]] double median() const;
};
Json toJson(const BenchResult& result);
std::string toText(const BenchResult& result);

std::vector<std::string> benchShapes();

// One optimizer step as a run makes it: forward, backward, penalties, clipping, AdamW.
BenchResult benchStep(const BenchOptions& options);
// Greedy answers to a batch, adapters merged.
BenchResult benchGenerate(const BenchOptions& options);
// One adapted layer of `width`² on `tokens` tokens, forward and backward.
BenchResult benchLayer(const BenchOptions& options);
// The first threshold of a task, found among the entries of all modules.
BenchResult benchThreshold(const BenchOptions& options);
// Reading a checkpoint of the shape, written to a temporary folder first.
BenchResult benchLoad(const BenchOptions& options);
// A run's step events into a fresh index.
BenchResult benchStore(const BenchOptions& options);

}  // namespace jumplora
