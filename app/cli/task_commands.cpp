// SPDX-License-Identifier: Apache-2.0
// Tasks: what a file of them holds, whether it is sound, and scoring of answers by their metrics.
#include "base/error.h"
#include "base/file.h"
#include "base/json_line.h"
#include "base/resources.h"
#include "cli/command.h"
#include "cli/output.h"
#include "data/answer_metric.h"
#include "data/task.h"
#include "data/task_check.h"

#include <iostream>

namespace jumplora::cli {
namespace {

struct TaskListOptions {
    std::string file = "builtin", root, split = "test";
    std::int64_t examples = 0;
    bool json = false;
};

void listTasks(const TaskListOptions& options) {
    const auto suite = openSuite(options.file, options.root);
    Json all = Json::array();
    for (std::size_t i = 0; i < suite->tasks().size(); ++i) {
        const TaskInfo& task = suite->tasks()[i];
        Json json = {{"name", task.name},
                     {"instruction", task.instruction},
                     {"options", task.options},
                     {"max_samples", task.maxSamples ? Json(*task.maxSamples) : Json(nullptr)},
                     {"rows", Json::object()}};
        std::string text;
        std::string problem;
        for (const Split split : {Split::Train, Split::Dev, Split::Test}) {
            try {
                const std::size_t rows = suite->load(i, split, {}).size();
                text += fmt::format("{} {:<6} ", splitName(split), rows);
                json["rows"][splitName(split)] = rows;
            } catch (const Error& e) {
                text += fmt::format("{} {:<6} ", splitName(split), "-");
                json["rows"][splitName(split)] = nullptr;
                if (split != Split::Dev) problem = e.what();
            }
        }
        if (options.examples > 0) {
            json["examples"] = Json::array();
            for (const Example& example : suite->load(i, parseSplit(options.split), options.examples))
                json["examples"].push_back({{"prompt", example.prompt}, {"label", example.label}});
        }
        if (!options.json) {
            print(fmt::format("{:<12} {}options: {}\n", task.name, text, fmt::join(task.options, " | ")));
            if (!problem.empty()) note(fmt::format("warning: {}", problem));
            for (const Json& example : json.value("examples", Json::array()))
                print(fmt::format("{}\n  label: {}\n\n", example["prompt"].get<std::string>(),
                                  example["label"].get<std::string>()));
        }
        all.push_back(std::move(json));
    }
    if (options.json) print(pretty(all));
}

struct CheckOptions {
    std::string file = "builtin", root, tokenizer;
    TaskCheckOptions limits;
    bool strict = false, json = false;
};

std::string lengthText(const LengthQuantiles& lengths) {
    return fmt::format("{} / {} / {} / {}", lengths.median, lengths.q90, lengths.q99, lengths.maximum);
}

std::string checkText(const TaskCheck& task, const SuiteCheck& check) {
    constexpr std::size_t kLabels = 8;
    std::string text = fmt::format("{} ({})\n", task.name, answerMetricLabel(task.metric));
    for (const SplitCheck& split : task.splits) {
        if (!split.problem.empty()) {
            text += fmt::format("  {:<6}{:>8}\n", splitName(split.split), "-");
            continue;
        }
        text += fmt::format("  {:<6}{:>8} rows   prompts {}   labels {}\n", splitName(split.split),
                            split.rows, lengthText(split.promptLengths), lengthText(split.labelLengths));
        if (check.options.tokenizer != nullptr && split.promptsCut > 0)
            text += fmt::format("  {:<6}{:>8} cut at {}, {:.1f} % of the tokens\n", "", split.promptsCut,
                                check.options.maxSourceLength, 100 * split.tokensCut);
    }
    const SplitCheck& train = task.splits.front();
    if (train.distinctLabels > 0 && train.distinctLabels <= static_cast<std::int64_t>(train.labels.size())) {
        text += "  labels";
        for (std::size_t i = 0; i < std::min(kLabels, train.labels.size()); ++i)
            text += fmt::format(
                "{} {} {:.1f} %", i == 0 ? "" : ",", train.labels[i].first,
                100.0 * static_cast<double>(train.labels[i].second) / static_cast<double>(train.rows));
        if (train.labels.size() > kLabels) text += fmt::format(", {} more", train.labels.size() - kLabels);
        text += "\n";
    } else if (train.distinctLabels > 0) {
        text += fmt::format("  labels {} different ones\n", train.distinctLabels);
    }
    return text;
}

void check(const CheckOptions& given) {
    const auto suite = openSuite(given.file, given.root);
    CheckOptions options = given;
    std::unique_ptr<Tokenizer> tokenizer;
    if (!options.tokenizer.empty()) {
        tokenizer = loadTokenizer(options.tokenizer == "builtin" ? resourceFolder() / "builtin"
                                                                 : std::filesystem::path(options.tokenizer));
        options.limits.tokenizer = tokenizer.get();
    }
    const SuiteCheck result = checkSuite(*suite, options.limits);
    if (options.json) {
        print(pretty(toJson(result)));
    } else {
        print(fmt::format("lengths in {}: half of the rows / 90 % / 99 % / longest\n", result.lengthUnit));
        for (const TaskCheck& task : result.tasks) print(checkText(task, result));
        for (const CheckFinding& finding : result.findings)
            print(fmt::format("{}: {}: {}\n", finding.error ? "error" : "warning", finding.task,
                              finding.message));
        if (result.findings.empty()) print("nothing was found\n");
    }
    if (result.hasErrors() || (options.strict && !result.findings.empty())) throw Exit{kCheckFailed};
}

void addCheck(CLI::App& tasks) {
    auto options = std::make_shared<CheckOptions>();
    CLI::App* command = tasks.add_subcommand(
        "check", "Verify tasks: rows, labels, duplicates between splits, lengths, what truncation cuts off");
    command->add_option("file", options->file, "Task file, suite file, name of a suite or folder")
        ->required();
    command->add_option("--root", options->root, "Folder that its paths are relative to");
    command->add_option(
        "--tokenizer", options->tokenizer,
        "Count tokens with this one: folder of a backbone, or \"builtin\" (default: characters)");
    command->add_option("--max-source-length", options->limits.maxSourceLength, "Prompts are cut here (512)")
        ->check(CLI::PositiveNumber);
    command
        ->add_option("--max-target-length", options->limits.maxTargetLength,
                     "Labels are cut here, where the task says nothing else (8)")
        ->check(CLI::PositiveNumber);
    command->add_flag("--strict", options->strict, "Exit code 1 for warnings too");
    command->add_flag("--json", options->json, "Print JSON");
    command->footer(
        "Examples:\n  jumplora tasks check orders/short_order_1.json --root data --tokenizer t5-large\n"
        "  jumplora tasks check trace --root TRACE --json\n"
        "Exit code 1 when a training or test split cannot be read.");
    command->callback([options] { check(*options); });
}

void addTasks(CLI::App& app) {
    auto options = std::make_shared<TaskListOptions>();
    CLI::App* command = app.add_subcommand("tasks", "Tasks of a task file, with their rows and options");
    command->add_option("file", options->file,
                        "Task file, suite file, name of a suite or folder (default: the built-in tasks)");
    command->add_option("--root", options->root, "Folder that its paths are relative to");
    command
        ->add_option("--examples", options->examples, "Print the first rows of each as the model sees them")
        ->check(CLI::PositiveNumber);
    command->add_option("--split", options->split, "Of the examples: test (default), dev, train")
        ->check(oneOf({"test", "dev", "train"}));
    command->add_flag("--json", options->json, "Print JSON");
    addCheck(*command);
    command->footer(
        "Examples:\n  jumplora tasks\n  jumplora tasks orders/short_order_1.json --root data\n"
        "  jumplora tasks trace --root TRACE --examples 2\n  jumplora tasks check trace --root TRACE");
    command->callback([options, command] {
        if (command->get_subcommands().empty()) listTasks(*options);
    });
}

struct ScoreOptions {
    std::string metric = kExactMatch, part = "whole", file;
    bool json = false;
};

// One JSON object a line, as in the files of a run's predictions.
void score(const ScoreOptions& options) {
    const AnswerMetric& metric = answerMetric(options.metric, "--metric");
    const std::string name = options.file.empty() ? "standard input" : options.file;
    std::string content;
    if (options.file.empty())
        content.assign(std::istreambuf_iterator<char>(std::cin), {});
    else
        content = readFile(options.file);
    double sum = 0;
    std::int64_t rows = 0;
    std::size_t line = 0;
    for (std::size_t begin = 0; begin < content.size();) {
        const std::size_t end = std::min(content.find('\n', begin), content.size());
        const std::string_view piece(content.data() + begin, end - begin);
        begin = end + 1;
        const std::string where = fmt::format("{}: line {}", name, ++line);
        if (piece.find_first_not_of(" \t\r") == std::string_view::npos) continue;
        const Json row = parseJsonLine(piece, line, name);
        const std::string input =
            row.is_object() && row.contains("input") ? requireString(row, "input", where) : "";
        const double value = scoreAnswer(metric, options.part, requireString(row, "output", where),
                                         requireString(row, "expected", where), input);
        if (!options.json) print(fmt::format("{}\n", value));
        sum += value;
        ++rows;
    }
    const double mean = rows > 0 ? sum / static_cast<double>(rows) : 0;
    if (options.json)
        print(toJsonLine({{"metric", metric.key}, {"answer", options.part}, {"rows", rows}, {"mean", mean}}));
    else
        note(fmt::format("{}: mean of {} rows {}", metric.label, rows, mean));
}

void addScore(CLI::App& app) {
    auto options = std::make_shared<ScoreOptions>();
    CLI::App* command = app.add_subcommand("score", "Score answers by a metric, one JSON line each");
    std::vector<std::string> metrics;
    for (const AnswerMetric& metric : answerMetrics()) metrics.push_back(metric.key);
    command->add_option("file", options->file,
                        "JSON lines {\"output\", \"expected\", \"input\"} (default: standard input)");
    command
        ->add_option("--metric", options->metric,
                     fmt::format("One of {} (default exact_match)", fmt::join(metrics, ", ")))
        ->check(oneOf(metrics));
    command
        ->add_option("--answer", options->part,
                     fmt::format("What is compared: {}", fmt::join(answerParts(), ", ")))
        ->check(oneOf(answerParts()));
    command->add_flag("--json", options->json, "Print the mean as one JSON line instead");
    command->footer(
        "Examples:\n  jumplora score run/predictions/after_03_on_03.jsonl --metric rouge_l\n"
        "  echo '{\"output\": \"a b\", \"expected\": \"a c\", \"input\": \"a b c\"}' | jumplora score "
        "--metric sari\n"
        "\"input\" is SARI's source and may be left out for the others.");
    command->callback([options] { score(*options); });
}

}  // namespace

void addTaskCommands(CLI::App& app) {
    addTasks(app);
    addScore(app);
}

}  // namespace jumplora::cli
