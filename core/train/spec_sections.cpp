// SPDX-License-Identifier: Apache-2.0
#include "train/run_spec.h"

namespace jumplora {
namespace {

const char* const kRecipe = "JumpLoRA recipe, arXiv 2604.16171";

ParamInfo base(const char* key, const char* label, ParamType type, Json value, const char* help) {
    ParamInfo info;
    info.key = key;
    info.label = label;
    info.type = type;
    info.defaultValue = std::move(value);
    info.help = help;
    return info;
}

ParamInfo text(const char* key, const char* label, const char* value, const char* help) {
    return base(key, label, ParamType::Text, value, help);
}

ParamInfo file(const char* key, const char* label, const char* value, const char* help) {
    return base(key, label, ParamType::Path, value, help);
}

ParamInfo choice(const char* key, const char* label, std::vector<std::string> choices, const char* value,
                 const char* help) {
    ParamInfo info = base(key, label, ParamType::Choice, value, help);
    info.choices = std::move(choices);
    return info;
}

ParamInfo integer(const char* key, const char* label, std::int64_t value, double minimum, double maximum,
                  const char* help, const char* unit = "") {
    ParamInfo info = base(key, label, ParamType::Integer, value, help);
    info.minimum = minimum;
    info.maximum = maximum;
    info.unit = unit;
    return info;
}

ParamInfo real(const char* key, const char* label, double value, double minimum,
               std::optional<double> maximum, const char* help, const char* source = "",
               bool minimumExcluded = false) {
    ParamInfo info = base(key, label, ParamType::Real, value, help);
    info.minimum = minimum;
    info.maximum = maximum;
    info.minimumExcluded = minimumExcluded;
    info.source = source;
    return info;
}

ParamInfo unset(ParamInfo info) {
    info.optional = true;
    info.defaultValue = nullptr;
    return info;
}

std::vector<SpecSection> makeSections() {
    constexpr double kMany = 1e9;
    std::vector<SpecSection> sections;
    ParamInfo order =
        base("order", "Sequence", ParamType::TextList, Json::array(),
             "Tasks in the order in which they are learned: names, or objects with \"task\" and overrides "
             "(\"epochs\", \"max_samples\", \"lr\", \"max_new_tokens\", \"method\"). Empty: all tasks in the "
             "file's order. A "
             "task may stand there twice.");
    ParamInfo targets = base(
        "targets", "Adapted layers", ParamType::TextList, Json::array({"q", "v"}),
        "Last parts of the names of the linear layers that get an adapter. \"q\" means \"q_proj\" too, so "
        "that the default fits encoder-decoders and decoders.");
    targets.source = kRecipe;

    sections.push_back(
        {"",
         "Run",
         "",
         {text("name", "Name", "run", "Name of the run; part of its folder's name."),
          integer("seed", "Seed", 1, 0, 9e15, "Every random draw of the run is derived from it.")}});
    sections.push_back(
        {"backbone",
         "Backbone",
         "The frozen language model.",
         {file("path", "Checkpoint", "builtin",
               "\"builtin\", or a Hugging Face folder: T5, Flan-T5, Llama, Mistral, Qwen 2 or 3 "
               "(docs/checkpoints.md)."),
          text("device", "Device", "cpu", "cpu, cuda, or cuda:N."),
          choice(
              "precision", "Precision", {"float32", "bfloat16", "float64"}, "float32",
              "Type of weights and computation. bfloat16: the frozen matrices that carry no adapter, where "
              "the processor multiplies it fast; adapted weights, adapters, gate, optimizer and loss stay "
              "float32."),
          unset(real("dropout", "Dropout", 0, 0, 0.999,
                     "Replaces the checkpoint's dropout (dropout_rate, attention_dropout); not set: the "
                     "checkpoint's.")),
          integer("threads", "Threads", 0, 0, 1024, "Threads of the computation; 0 uses all cores.")}});
    sections.push_back(
        {"suite",
         "Tasks",
         "Which tasks are learned, in which order.",
         {file("tasks", "Task file", "builtin",
               "\"builtin\", \"trace\", a suite file, a task file in the reference's format, or a folder in "
               "O-LoRA's layout (docs/benchmarks.md)."),
          file("root", "Data folder", "",
               "Folder that the task file's paths are relative to; empty: its own or the one above."),
          order,
          unset(integer("max_samples", "Training rows", 1, 1, kMany,
                        "At most this many training rows of each task, the first ones."))}});
    ParamInfo rank = integer("rank", "Rank r", 8, 1, 4096, "Rank of the update BA.");
    rank.source = kRecipe;
    sections.push_back(
        {"adapter",
         "Adapter",
         "Low-rank updates W + s·BA with s = α/r.",
         {targets, rank,
          real("alpha", "Alpha α", 32, 0, 1e6, "Scaling s = α/r of the update.", kRecipe, true),
          real("dropout", "Dropout", 0, 0, 0.999, "Dropout on the adapter's input.", kRecipe)}});
    sections.push_back(
        {"gate",
         "Gate",
         "JumpReLU gate on the entries of BA with a learned threshold τ.",
         {choice("type", "Gate", {"none", "jumprelu"}, "none", "Whether entries with |BA| ≤ τ are cut."),
          choice("threshold", "Threshold", {"global", "per_block", "per_module"}, "global",
                 "What shares one τ: all layers, the layers of a transformer block, or none."),
          real("bandwidth", "Bandwidth ε", 1e-3, 0, 1e3,
               "Width of the window around τ in which its gradient is taken.", kRecipe, true),
          real("first", "Warm start ends", 0.2, 0, 1, "Share of a task's steps trained without the gate.",
               kRecipe),
          real("final", "Blending ends", 0.8, 0, 1, "Share of a task's steps after which the mask is hard.",
               kRecipe)}});
    sections.push_back({"method",
                        "Method",
                        "How forgetting is fought.",
                        {text("type", "Method", "inclora", "One of the methods of docs/methods.md.")}});
    sections.push_back(
        {"optimizer",
         "Optimizer",
         "",
         {choice("type", "Optimizer", {"adamw", "sgd"}, "adamw", "A fresh one for each task."),
          real("lr", "Learning rate", 1e-3, 0, 1e3, "Step size.", kRecipe, true),
          real("weight_decay", "Weight decay", 0, 0, 1e3, "Decoupled for AdamW.", kRecipe),
          real("clip", "Gradient clip", 1.0, 0, 1e9,
               "Largest norm of all gradients together; 0: no clipping.", kRecipe),
          choice("schedule", "Schedule", {"constant", "linear", "cosine"}, "constant",
                 "Learning rate over a task's steps; linear and cosine end at 0."),
          real("beta1", "β₁", 0.9, 0, 0.999999, "AdamW: decay of the first moment.", kRecipe),
          real("beta2", "β₂", 0.999, 0, 0.9999999, "AdamW: decay of the second moment.", kRecipe),
          real("eps", "ε", 1e-8, 0, 1, "AdamW: added to the denominator.", kRecipe, true),
          real("momentum", "Momentum", 0, 0, 0.999999, "SGD only.")}});
    sections.push_back(
        {"train",
         "Training",
         "",
         {integer("batch_size", "Batch size", 32, 1, 1e6, "Rows of a micro-batch.", "rows"),
          integer("accumulate", "Accumulation", 1, 1, 1e6, "Micro-batches per optimizer step.", "batches"),
          real("epochs", "Epochs", 1.0, 0, 1e4,
               "Passes over a task's rows; fractions are allowed. Multiplied by the epochs that a suite file "
               "gives "
               "the task.",
               kRecipe, true),
          integer("max_source_length", "Source length", 512, 2, 1e6, "Longer prompts are cut.", "tokens"),
          integer("max_target_length", "Target length", 8, 2, 1e6,
                  "Longer labels are cut, where a suite file says nothing else for the task.", "tokens"),
          base("loss_on_prompt", "Loss on prompts", ParamType::Boolean, false,
               "Decoder-only backbones: prompts count in the loss too, as in the JumpLoRA reference. Off: "
               "labels and their end alone."),
          real("checkpoint_minutes", "Checkpoint every", 10, 0, 1e6,
               "Minutes between checkpoints within a task; 0: after each step."),
          integer("gate_every", "Gate statistics every", 10, 1, 1e6, "Steps between snapshots of the gate.",
                  "steps")}});
    sections.push_back(
        {"evaluation",
         "Evaluation",
         "",
         {choice("tasks", "Evaluated tasks", {"seen", "all"}, "seen",
                 "After each task: the tasks learned so far, or all."),
          choice("split", "Split", {"test", "dev"}, "test", "Tune on dev, report test."),
          integer("batch_size", "Batch size", 32, 1, 1e6, "Rows generated together.", "rows"),
          integer("max_new_tokens", "New tokens", 8, 1, 1e4,
                  "At most this many generated tokens, where a suite file says nothing else for the task.",
                  "tokens"),
          unset(integer("max_samples", "Rows", 1, 1, kMany,
                        "At most this many rows of each task, the first ones.")),
          base("before_training", "Before training", ParamType::Boolean, false,
               "Also evaluate all tasks before the first one is learned (row 0 of the matrix).")}});
    return sections;
}

}  // namespace

const std::vector<SpecSection>& specSections() {
    static const std::vector<SpecSection> sections = makeSections();
    return sections;
}

}  // namespace jumplora
