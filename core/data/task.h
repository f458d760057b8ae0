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

struct TaskInfo {
    std::string name;
    std::string instruction;
    std::vector<std::string> options;
    std::string prompt = kDefaultPrompt;
    std::optional<std::int64_t> maxSamples;  // of the training rows
};

// One row, rendered.
struct Example {
    std::string prompt;
    std::string label;
    std::int64_t row = 0;  // in its file, from 0
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

// "builtin", or a task file in the reference's format: a list of {task_name, train_file, validation_file,
// dev_file?, instruction, options, text_key, label_key, max_samples, prompt?}. Paths are relative to `root`;
// with an empty root, to the folder of the task file or the one above it. validation_file is the test split;
// dev.json beside the training file is the dev split; two splits never share a file. Files are JSON lists,
// JSONL (.jsonl), CSV or TSV (by extension).
std::unique_ptr<Suite> openSuite(const std::string& tasks, const std::string& root);

// Fills the template; instruction and text without white space at their ends, options joined by " | ".
std::string renderPrompt(const TaskInfo& task, const std::string& text);

}  // namespace jumplora
