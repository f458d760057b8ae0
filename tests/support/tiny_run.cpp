// SPDX-License-Identifier: Apache-2.0
#include "support/tiny_run.h"

#include "base/file.h"
#include "base/random.h"
#include "base/resources.h"
#include "model/t5.h"

#include <gtest/gtest.h>

namespace jumplora::testing {
namespace {

// Rows whose label follows from one of their words, so that something can be learned.
Json rowsOf(const std::vector<std::string>& labels, const std::vector<std::string>& words, std::int64_t count,
            std::uint64_t seed) {
    Json rows = Json::array();
    Rng rng(seed);
    for (std::int64_t i = 0; i < count; ++i) {
        const auto label = static_cast<std::size_t>(rng.below(labels.size()));
        std::string text;
        for (std::uint64_t w = 3 + rng.below(6); w > 0; --w)
            text += words[rng.below(words.size())] + (w == 2 ? " " + labels[label] + " " : " ");
        rows.push_back({{"sentence", text}, {"label", labels[label]}});
    }
    return rows;
}

std::string linesOf(const std::vector<Event>& events) {
    std::string lines;
    for (const Event& event : events) {
        if (!isPartOfResult(event)) continue;
        Json json = toJson(event);
        json.erase("volatile");
        lines += json.dump() + "\n";
    }
    return lines;
}

}  // namespace

void writeTinyInputs(const std::filesystem::path& folder) {
    const auto backbone = folder / "backbone";
    makeFolder(backbone);
    for (const char* name : {"spiece.model", "tokenizer_config.json"})
        std::filesystem::copy_file(resourceFolder() / "builtin" / name, backbone / name);
    T5Config config =
        parseT5Config(readJsonFile(resourceFolder() / "builtin" / "config.json"), "config.json");
    config.dModel = 32;
    config.dKv = 8;
    config.dFf = 48;
    config.heads = 4;
    config.encoderLayers = 2;
    config.decoderLayers = 2;
    T5 model(config, BackboneOptions{}, 7, 1.0);
    std::vector<std::pair<std::string, at::Tensor>> weights;
    for (const TensorSlot& slot : model.parameters()) weights.emplace_back(slot.name, *slot.tensor);
    writeTensors(backbone / "model.safetensors", weights, {{"format", "pt"}});
    writeFileAtomically(backbone / "config.json", toJson(config).dump());

    const std::vector<std::string> words = {"the", "a",   "of",   "in",     "it",
                                            "was", "new", "time", "people", "day"};
    const std::vector<std::pair<std::string, std::vector<std::string>>> tasks = {
        {"mood", {"good", "bad"}}, {"topic", {"sports", "music", "science"}}, {"answer", {"yes", "no"}}};
    Json list = Json::array();
    std::uint64_t seed = 100;
    for (const auto& [name, labels] : tasks) {
        makeFolder(folder / name);
        writeFileAtomically(folder / name / "train.json", rowsOf(labels, words, 36, ++seed).dump());
        Json test = rowsOf(labels, words, 10, ++seed);
        // One label that is not among the options: a warning that must not be given twice.
        if (name == "topic") test[3]["label"] = "-";
        writeFileAtomically(folder / name / "test.json", test.dump());
        list.push_back({{"task_name", name},
                        {"train_file", name + "/train.json"},
                        {"validation_file", name + "/test.json"},
                        {"instruction", "Which one?"},
                        {"options", labels},
                        {"text_key", "sentence"},
                        {"label_key", "label"}});
    }
    writeFileAtomically(folder / "tasks.json", list.dump());
}

RunSpec tinySpec(const std::filesystem::path& inputs, const Json& changes) {
    Json json = {{"name", "tiny"},
                 {"seed", 11},
                 {"backbone", {{"path", (inputs / "backbone").string()}, {"dropout", 0.1}, {"threads", 1}}},
                 {"suite", {{"tasks", (inputs / "tasks.json").string()}}},
                 {"adapter", {{"rank", 2}, {"alpha", 8}, {"dropout", 0.1}}},
                 {"gate", {{"type", "jumprelu"}}},
                 {"method", {{"type", "inclora"}}},
                 {"optimizer", {{"lr", 0.01}}},
                 {"train", {{"batch_size", 2}, {"accumulate", 2}, {"gate_every", 2}}},
                 {"evaluation", {{"tasks", "all"}, {"batch_size", 4}, {"max_new_tokens", 3}}}};
    json.merge_patch(changes);
    return parseRunSpec(json);
}

std::map<std::string, std::string> resultOf(const RunDirectory& directory) {
    std::map<std::string, std::string> result;
    for (const char* folder : {"adapters", "predictions"}) {
        for (const auto& entry : std::filesystem::directory_iterator(directory.path() / folder))
            result[std::string(folder) + "/" + entry.path().filename().string()] = readFile(entry.path());
    }
    result["result.json"] = readFile(directory.resultFile());
    result["events"] = linesOf(directory.readEvents());
    return result;
}

void expectEqualResults(const std::map<std::string, std::string>& expected,
                        const std::map<std::string, std::string>& found, const std::string& what) {
    for (const auto& [name, content] : expected) {
        const auto it = found.find(name);
        if (it == found.end()) {
            ADD_FAILURE() << what << ": " << name << " is missing";
        } else if (it->second != content) {
            const auto [a, b] =
                std::mismatch(content.begin(), content.end(), it->second.begin(), it->second.end());
            const auto at = static_cast<std::size_t>(a - content.begin());
            const std::size_t from = at < 200 ? 0 : at - 200;
            const bool text = name == "events" || name.ends_with("json") || name.ends_with("jsonl");
            ADD_FAILURE() << what << ": " << name << " differs at byte " << at << " of " << content.size()
                          << (text ? "\n  expected ..." + content.substr(from, 400) + "\n  found ..." +
                                         it->second.substr(from, 400)
                                   : std::string());
        }
    }
    for (const auto& [name, content] : found) {
        if (expected.count(name) == 0) ADD_FAILURE() << what << ": " << name << " should not be there";
    }
}

}  // namespace jumplora::testing
