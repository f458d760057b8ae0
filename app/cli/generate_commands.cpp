// SPDX-License-Identifier: Apache-2.0
// Texts in, answers out.
#include "base/error.h"
#include "base/json_line.h"
#include "cli/command.h"
#include "cli/load_line.h"
#include "cli/model_options.h"
#include "cli/output.h"
#include "cli/prediction_cells.h"
#include "cli/run_lookup.h"
#include "peft/adapter_import.h"
#include "train/evaluate_run.h"

#include <iostream>

namespace jumplora::cli {
namespace {

struct GenerateOptions {
    std::string folder;
    std::string adapter;
    std::string run;
    std::string after = "last";
    RunPlace place;
    StoredModelOptions model;
    GenerationOptions generation;
    bool json = false;
};

// The plain backbone of a folder, or a run's model; both answer texts.
class Answerer {
  public:
    explicit Answerer(const GenerateOptions& options) : m_generation(options.generation) {
        if (!options.run.empty()) {
            const FoundRun found = findStored(options.run, options.place);
            StoredModelOptions model = options.model;
            model.progress = loadLine("the backbone");
            m_run = std::make_unique<StoredModel>(found.directory(), model);
            m_run->goTo(options.after == "last" ? m_run->availableRows().back()
                                                : taskNumber(found.row, options.after));
            return;
        }
        TextModelOptions text = textModelOptions(options.model);
        text.progress = loadLine(options.folder);
        if (!options.adapter.empty()) text.prepare = mergingAdapter(options.adapter);
        m_text = std::make_unique<TextModel>(options.folder, text);
    }

    std::vector<std::string> operator()(const std::vector<std::string>& texts) {
        return m_run ? m_run->answer(texts, m_generation) : m_text->answer(texts, m_generation);
    }

    [[nodiscard]] std::size_t batchSize() const {
        return static_cast<std::size_t>(
            m_generation.batchSize.value_or(m_run ? m_run->spec().evaluation.batchSize : kBatchSize));
    }

  private:
    static constexpr std::int64_t kBatchSize = 32;
    GenerationOptions m_generation;
    std::unique_ptr<StoredModel> m_run;
    std::unique_ptr<TextModel> m_text;
};

void answerBatch(Answerer& answerer, bool json, std::vector<std::string>& texts) {
    if (texts.empty()) return;
    const auto outputs = answerer(texts);
    std::string lines;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        if (json) {
            lines += toJsonLine({{"text", texts[i]}, {"output", outputs[i]}});
            continue;
        }
        // One line in, one line out.
        std::string line = outputs[i];
        for (char& c : line)
            if (c == '\n' || c == '\r') c = ' ';
        lines += line + "\n";
    }
    print(lines);
    texts.clear();
}

void generate(const GenerateOptions& options) {
    if (options.folder.empty() == options.run.empty())
        fail(ErrorKind::Input, "give either a folder of a backbone or --run RUN");
    Answerer answerer(options);
    std::vector<std::string> texts;
    std::size_t number = 0;
    for (std::string line; std::getline(std::cin, line);) {
        ++number;
        if (options.json) {
            const std::string where = fmt::format("standard input: line {}", number);
            texts.push_back(requireString(parseJsonLine(line, number, "standard input"), "text", where));
        } else {
            texts.push_back(line);
        }
        if (texts.size() == answerer.batchSize()) answerBatch(answerer, options.json, texts);
    }
    answerBatch(answerer, options.json, texts);
}

void addGenerate(CLI::App& app) {
    auto options = std::make_shared<GenerateOptions>();
    CLI::App* command =
        app.add_subcommand("generate", "Greedy answers of a model to texts from standard input");
    command->add_option("folder", options->folder, "Folder of a backbone, or \"builtin\"");
    auto* adapter =
        command->add_option("--adapter", options->adapter, "Folder of an adapter of peft for that backbone");
    command->add_option("--run", options->run, "The model of a run instead: folder, id, name or \"latest\"")
        ->excludes(adapter);
    command->add_option("--after", options->after, "With --run: after this task (default: last)");
    addPlaceOptions(*command, options->place);
    addGenerationOptions(
        *command, options->generation,
        {"32, with --run as the run", "32, with --run as the run", "512, with --run as the run"});
    addModelOptions(*command, options->model);
    command->add_flag("--json", options->json,
                      "JSON lines {\"text\"} in, {\"text\", \"output\"} out (default: lines of text)");
    command->footer(
        "Examples:\n  echo 'translate English to German: Good morning.' | jumplora generate t5-small\n"
        "  jumplora generate t5-large --adapter my-adapter < prompts.txt\n"
        "  jumplora generate flan-t5-base --json --max-new-tokens 64 < prompts.jsonl > answers.jsonl\n"
        "  jumplora generate --run latest --after 2 --json < prompts.jsonl");
    command->callback([options] { generate(*options); });
}

}  // namespace

void addGenerateCommands(CLI::App& app) { addGenerate(app); }

}  // namespace jumplora::cli
