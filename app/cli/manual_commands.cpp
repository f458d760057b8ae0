// SPDX-License-Identifier: Apache-2.0
// The program described by itself: its manual page and the completion of shells come from the same
// descriptions as
// --help.
#include "base/error.h"
#include "cli/command.h"

#include <cstdio>
#include <functional>
#include <vector>

namespace jumplora::cli {
namespace {

std::vector<const CLI::App*> commandsOf(const CLI::App& app) {
    return app.get_subcommands([](const CLI::App* each) { return !each->get_group().empty(); });
}

// Text in a manual page: hyphens stay hyphens, no line begins a request.
std::string roff(const std::string& text) {
    std::string out;
    for (const char c : text) {
        const bool begins = out.empty() || out.back() == '\n';
        if (begins && (c == '.' || c == '\'')) out += "\\&";
        if (c == '\\') {
            out += "\\e";
        } else if (c == '-') {
            out += "\\-";
        } else {
            out += c;
        }
    }
    return out;
}

std::string manualOptions(const CLI::App& command) {
    std::string out;
    for (const CLI::Option* option : command.get_options()) {
        const bool positional = option->nonpositional() == false;
        std::string name = positional ? option->get_name(true) : option->get_name(false, true);
        if (!option->get_type_name().empty() && option->get_expected_max() > 0 && !positional)
            name += " " + option->get_type_name();
        out += fmt::format(".TP\n.B {}\n{}\n", roff(name), roff(option->get_description()));
    }
    return out;
}

std::string manualPage(const CLI::App& program, const std::string& version) {
    std::string out = fmt::format(
        ".TH JUMPLORA 1 \"\" \"jumplora {}\" \"User Commands\"\n.SH NAME\njumplora \\- {}\n.SH SYNOPSIS\n"
        ".B jumplora\n.I command\n[options]\n.SH DESCRIPTION\n{}\n"
        "The full documentation stands in the folder docs of the program and in its window (F1).\n.SH "
        "COMMANDS\n",
        version, roff("continual learning of language models with sparse LoRA adapters"),
        roff(program.get_description()));
    const std::function<void(const CLI::App&, const std::string&)> add = [&](const CLI::App& app,
                                                                             const std::string& prefix) {
        for (const CLI::App* command : commandsOf(app)) {
            const std::string name = prefix + " " + command->get_name();
            out += fmt::format(".SS {}\n{}\n", roff(name), roff(command->get_description()));
            out += manualOptions(*command);
            if (!command->get_footer().empty())
                out += fmt::format(".PP\n.nf\n{}\n.fi\n", roff(command->get_footer()));
            add(*command, name);
        }
    };
    add(program, "jumplora");
    return out + fmt::format(".SH NOTES\n.nf\n{}\n.fi\n", roff(program.get_footer()));
}

// Words after each chain of commands: "run resume …" after "jumplora", options and subcommands after a
// command.
void completionCases(const CLI::App& app, const std::string& chain, std::string& out) {
    std::string words;
    for (const CLI::App* each : commandsOf(app)) words += each->get_name() + " ";
    for (const CLI::Option* option : app.get_options())
        for (const std::string& name : option->get_lnames()) words += "--" + name + " ";
    if (!words.empty()) words.pop_back();
    out += fmt::format("        \"{}\") words=\"{}\" ;;\n", chain, words);
    for (const CLI::App* each : commandsOf(app))
        completionCases(*each, chain.empty() ? each->get_name() : chain + " " + each->get_name(), out);
}

std::string commandNames(const CLI::App& app) {
    std::string names;
    for (const CLI::App* each : commandsOf(app)) {
        names += (names.empty() ? "" : "|") + each->get_name();
        const std::string below = commandNames(*each);
        if (!below.empty()) names += "|" + below;
    }
    return names;
}

// Commands and options are completed; everything else is a file.
std::string bashCompletion(const CLI::App& program) {
    std::string cases;
    completionCases(program, "", cases);
    return fmt::format(R"(# Completion of jumplora in bash.
_jumplora() {{
    local current=${{COMP_WORDS[COMP_CWORD]}} chain="" words="" word
    for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
        case $word in
            {}) chain="${{chain:+$chain }}$word" ;;
        esac
    done
    case $chain in
{}    esac
    COMPREPLY=($(compgen -W "$words" -- "$current"))
    if [ ${{#COMPREPLY[@]}} -eq 0 ]; then
        compopt -o filenames 2>/dev/null
        COMPREPLY=($(compgen -f -- "$current"))
    fi
}}
complete -F _jumplora jumplora
)",
                       commandNames(program), cases);
}

}  // namespace

void addManualCommands(CLI::App& app) {
    auto* manual = app.add_subcommand("manual", "Print the manual page (roff), made from the descriptions");
    manual->footer("Example: jumplora manual | man -l -");
    manual->callback([&app] { std::fputs(manualPage(app, JUMPLORA_VERSION).c_str(), stdout); });

    auto* completion = app.add_subcommand("completion", "Print the completion script of a shell");
    auto shell = std::make_shared<std::string>("bash");
    completion->add_option("shell", *shell, "bash or zsh")->check(CLI::IsMember({"bash", "zsh"}));
    completion->footer("Example: source <(jumplora completion bash)");
    completion->callback([&app, shell] {
        if (*shell == "zsh") std::fputs("autoload -U +X bashcompinit && bashcompinit\n", stdout);
        std::fputs(bashCompletion(app).c_str(), stdout);
    });
}

}  // namespace jumplora::cli
