// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "base/json.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace jumplora {

enum class Split { Train, Dev, Test };
const char* splitName(Split split);  // "train", "dev", "test"
Split parseSplit(const std::string& name);

// The prompt of the JumpLoRA reference; {instruction}, {options} and {text} are filled in.
inline constexpr const char* kDefaultPrompt =
    "Task Instruction: {instruction}\nOptions: {options}\nText: {text}\nAnswer:";

// Which end of a prompt that is too long is lost, under the names that Hugging Face has for them.
enum class TruncationSide { Right, Left };

struct TaskInfo {
    std::string name;
    std::string instruction;
    std::vector<std::string> options;
    std::string prompt = kDefaultPrompt;
    std::optional<std::int64_t> maxSamples;  // of the training rows
    std::string optionSeparator = " | ";
    bool strip = true;                            // white space at the ends of instruction and text
    std::string metric = "exact_match";           // of data/answer_metric.h
    std::string answer = "whole";                 // which part of the answer is scored
    double epochs = 1;                            // times train.epochs
    std::optional<std::int64_t> maxNewTokens;     // instead of evaluation.max_new_tokens
    std::optional<std::int64_t> maxTargetLength;  // instead of train.max_target_length
    TruncationSide truncationSide = TruncationSide::Right;
};

// One row, rendered.
struct Example {
    std::string prompt;
    std::string label;
    std::int64_t row = 0;              // in its file, from 0
    std::int64_t maxTargetLength = 0;  // tokens that its label is cut to; 0: as the spec says
    TruncationSide truncationSide = TruncationSide::Right;  // of its prompt
};

// Tasks with their rows. Splits are never mixed: training reads Train alone, evaluation Dev or Test.
class Suite {
  public:
    virtual ~Suite() = default;
    Suite() = default;
    Suite(const Suite&) = delete;
    Suite& operator=(const Suite&) = delete;
    [[nodiscard]] virtual const std::vector<TaskInfo>& tasks() const = 0;
    // The first `maxSamples` rows of a split (all when absent). Throws Error(Input) when the split has no
    // rows.
    [[nodiscard]] virtual std::vector<Example> load(std::size_t task, Split split,
                                                    std::optional<std::int64_t> maxSamples) const = 0;
    // File name -> content hash of everything the split is made from.
    [[nodiscard]] virtual Json provenance(std::size_t task, Split split) const = 0;
    // Index by name. Throws Error(Input) with the nearest known name.
    [[nodiscard]] std::size_t find(const std::string& name, const std::string& where) const;
};

// What `tasks` may be:
// - "builtin", or the name of a suite that comes with the program (namedSuite)
// - a suite file, {"format": "jumplora-suite/1", ...} (data/suite_file.h)
// - a task file in the reference's format: a list of {task_name, train_file, validation_file, dev_file?,
//   instruction, options, text_key, label_key, max_samples, prompt?}; validation_file is the test split,
//   dev.json beside the training file the dev split
// - a folder in O-LoRA's layout (data/olora_layout.h)
// Paths in files are relative to `root`; with an empty root, to the folder of the file or the one above it.
// Two splits never share a file. Files of rows are JSON lists, JSONL (.jsonl), CSV or TSV (by extension).
std::unique_ptr<Suite> openSuite(const std::string& tasks, const std::string& root);

// The suite file behind a name such as "trace"; none for paths and unknown names.
std::optional<std::filesystem::path> namedSuite(const std::string& tasks);

// Fills the template, options joined by the task's separator.
std::string renderPrompt(const TaskInfo& task, const std::string& text);

}  // namespace jumplora
