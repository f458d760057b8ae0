// SPDX-License-Identifier: Apache-2.0
#include "bench/bench.h"
#include "cli/command.h"
#include "cli/output.h"

#include <fmt/format.h>

#include <iostream>

namespace jumplora::cli {
namespace {

struct Command {
    const char* name;
    const char* help;
    BenchResult (*measure)(const BenchOptions&);
    bool model;  // has a model, rows and adapters
    const char* example;
};

constexpr Command kCommands[] = {
    {"step", "One optimizer step: forward, backward, penalties, clipping, AdamW", benchStep, true,
     "step --shape t5-base --gate jumprelu --method ella"},
    {"generate", "Greedy answers to a batch, adapters merged", benchGenerate, true,
     "generate --shape t5-small --batch 32"},
    {"layer", "One adapted layer, forward and backward", benchLayer, false,
     "layer --width 1024 --tokens 1024"},
    {"threshold", "The first threshold of a task, found among all entries", benchThreshold, true,
     "threshold --shape t5-large --method inclora --past 0"},
    {"load", "Reading a checkpoint", benchLoad, false, "load --shape t5-base"},
    {"store", "A run's events into a fresh index", benchStore, false, "store"},
};

void addModelOptions(CLI::App& command, BenchOptions& options) {
    command.add_option("--method", options.method, "Method (default ella)");
    command.add_option("--past", options.pastTasks, "Tasks learned before (default 1)")
        ->check(CLI::NonNegativeNumber);
    command.add_option("--targets", options.targets, "Adapted layers (default q v)");
    command.add_option("--precision", options.precision, "Of the computation (default float32)");
    command.add_option("--tasks", options.tasks,
                       "Task file the rows come from (default: the built-in suite)");
    command.add_option("--root", options.root, "Folder of the data");
    command.add_option("--task", options.task, "Task (default: the first)");
    command.add_option("--tokenizer", options.tokenizer, "Folder of a tokenizer (default: the built-in one)");
    command.add_option("--max-source", options.maxSource, "Tokens of a prompt (default 512)")
        ->check(CLI::PositiveNumber);
    command.add_option("--max-target", options.maxTarget, "Tokens of an answer (default 8)")
        ->check(CLI::PositiveNumber);
    command.add_option("--batch", options.batch, "Rows (default: small 16, base 8, large 4)")
        ->check(CLI::NonNegativeNumber);
    command.add_option("--write-rows", options.writeRows, "Write the rows' token ids as JSON lines");
}

// Lets another program say when: so that two can take turns.
void obeyLines(BenchOptions& options) {
    options.warmup = 0;
    options.next = [] {
        std::string line;
        return static_cast<bool>(std::getline(std::cin, line));
    };
    options.finished = [](double seconds) { std::cout << seconds << std::endl; };
}

void add(CLI::App& bench, const Command& what) {
    auto options = std::make_shared<BenchOptions>();
    auto json = std::make_shared<bool>(false);
    const std::string name = what.name;
    CLI::App* command = bench.add_subcommand(name, what.help);
    if (name == "layer") {
        command->add_option("--width", options->width, "Rows and columns of W (default 1024)")
            ->check(CLI::PositiveNumber);
        command->add_option("--tokens", options->tokens, "Tokens (default 1024)")->check(CLI::PositiveNumber);
        command->add_option("--alive", options->alive, "Share of entries above the threshold (default 2r/d)")
            ->check(CLI::Range(0.0, 1.0));
        command->add_option("--path", options->path, "Gradient of the gate (default automatic)")
            ->check(oneOf({"automatic", "dense", "sampled"}));
    } else if (name != "store") {
        command->add_option("--shape", options->shape, "Shape of the model")->check(oneOf(benchShapes()));
    }
    if (what.model) addModelOptions(*command, *options);
    if (what.model || name == "layer") {
        command->add_option("--gate", options->gate, "jumprelu or none (default jumprelu)");
        command->add_option("--blend", options->blend, "f of the gate (default 1)")
            ->check(CLI::Range(0.0, 1.0));
        command->add_option("--rank", options->rank, "Rank r (default 8)")->check(CLI::PositiveNumber);
        command->add_option("--threads", options->threads, "Threads (default: all cores)")
            ->check(CLI::NonNegativeNumber);
    }
    if (name == "generate")
        command->add_option("--new-tokens", options->newTokens, "Tokens of each answer (default 8)")
            ->check(CLI::PositiveNumber);
    if (name == "step")
        command->add_flag("--operations", options->operations,
                          "One more repetition, timed by operator of LibTorch");
    command->add_option("--warmup", options->warmup, "Repetitions before measuring (default 2)")
        ->check(CLI::NonNegativeNumber);
    command->add_option("--repeats", options->repeats, "Measured repetitions (default 6)")
        ->check(CLI::PositiveNumber);
    command->add_flag("--json", *json, "Print JSON");
    auto onLine = std::make_shared<bool>(false);
    command->add_flag("--on-line", *onLine,
                      "One repetition for each line on standard input, its seconds on standard output");
    command->footer(fmt::format("Example:\n  jumplora bench {}", what.example));
    command->callback([options, json, onLine, what] {
        if (*onLine) obeyLines(*options);
        const BenchResult result = what.measure(*options);
        if (*onLine) return;
        print(*json ? pretty(toJson(result)) : toText(result));
    });
}

}  // namespace

void addBenchCommands(CLI::App& app) {
    CLI::App* bench = app.add_subcommand("bench", "Time fixed workloads on this machine");
    bench->require_subcommand(1);
    bench->footer(
        "Example:\n  jumplora bench step --shape t5-small --json\nWhat came out elsewhere: "
        "docs/performance.md.");
    for (const Command& command : kCommands) add(*bench, command);
}

}  // namespace jumplora::cli
