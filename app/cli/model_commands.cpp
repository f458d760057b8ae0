// SPDX-License-Identifier: Apache-2.0
#include "base/error.h"
#include "base/json_line.h"
#include "cli/command.h"
#include "cli/output.h"
#include "text/tokenizer.h"
#include "text/utf8.h"
#include "train/pretrain.h"

#include <cstdio>
#include <iostream>
#include <utility>

namespace jumplora::cli {
namespace {

void addTokenize(CLI::App& app) {
    struct Options {
        std::string folder;
        bool decode = false;
    };
    auto options = std::make_shared<Options>();
    CLI::App* command =
        app.add_subcommand("tokenize", "Text to ids: JSON lines {\"text\"} in, {\"ids\"} out");
    command->add_option("folder", options->folder, "Folder with the tokenizer's files")->required();
    command->add_flag("--decode", options->decode, "The other way: {\"ids\"} in, {\"text\"} out");
    command->footer(
        "Examples:\n  echo '{\"text\": \"Hello\"}' | jumplora tokenize t5-small\n"
        "  jumplora tokenize t5-small --decode < ids.jsonl");
    command->callback([options] {
        const auto tokenizer = loadTokenizer(options->folder);
        std::size_t number = 0;
        for (std::string line; std::getline(std::cin, line);) {
            const std::string where = fmt::format("standard input: line {}", ++number);
            const Json json = parseJsonLine(repairUtf8(line), number, "standard input");
            Json out;
            if (options->decode) {
                const Json& ids = requireMember(json, "ids", where);
                if (!ids.is_array())
                    fail(ErrorKind::Input, "{}: \"ids\" must be a list of whole numbers", where);
                std::vector<std::int32_t> list;
                for (const Json& id : ids) {
                    if (!id.is_number_integer())
                        fail(ErrorKind::Input, "{}: \"ids\" must be whole numbers", where);
                    const bool fits = id.is_number_unsigned()
                                          ? std::in_range<std::int32_t>(id.get<std::uint64_t>())
                                          : std::in_range<std::int32_t>(id.get<std::int64_t>());
                    if (!fits) fail(ErrorKind::Input, "{}: {} is no id of any vocabulary", where, id.dump());
                    list.push_back(id.get<std::int32_t>());
                }
                out["text"] = tokenizer->decode(list);
            } else {
                out["ids"] = tokenizer->encode(requireString(json, "text", where));
            }
            print(toJsonLine(out));
        }
    });
}

void addPretrain(CLI::App& app) {
    struct Options {
        std::string folder;
        PretrainOptions pretrain;
        bool json = false;
    };
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand("pretrain", "Make the built-in backbone from scratch");
    command->add_option("folder", options->folder, "Folder to write to")->required();
    command->add_option("--seed", options->pretrain.seed, "Seed (default 1)");
    command
        ->add_option("--scale", options->pretrain.scale,
                     "Share of the steps; below 1 only to try the program")
        ->check(CLI::Range(0.001, 1.0));
    command->add_flag("--json", options->json, "Print JSON");
    command->footer(
        "Examples:\n  jumplora pretrain my-backbone\n  jumplora run spec.json --backbone my-backbone");
    command->callback([options] {
        const double accuracy =
            pretrainBuiltinBackbone(options->folder, options->pretrain, [](const PretrainProgress& p) {
                if (p.step % 20 != 0 && p.step != p.steps) return;
                std::fprintf(stderr, "%-10s step %lld of %lld  loss %.4f  %.3f s a step\n", p.stage,
                             static_cast<long long>(p.step), static_cast<long long>(p.steps), p.loss,
                             p.secondsPerStep);
            });
        if (options->json)
            print(pretty({{"folder", options->folder}, {"accuracy", accuracy}}));
        else
            print(fmt::format("{}: prompted attribute reading {:.1f} %\n", options->folder, 100 * accuracy));
    });
}

}  // namespace

void addModelCommands(CLI::App& app) {
    addTokenize(app);
    addPretrain(app);
}

}  // namespace jumplora::cli
