// SPDX-License-Identifier: Apache-2.0
#include "cli/output.h"

#include "base/error.h"
#include "base/file.h"
#include "base/param.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <map>

namespace jumplora::cli {

void print(const std::string& text) {
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)
        fail(ErrorKind::Io, "standard output: cannot write: {}", std::strerror(errno));
}

void note(const std::string& text) { std::fprintf(stderr, "%s\n", text.c_str()); }

std::string pretty(const Json& json) {
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

void writeOutput(const std::string& file, const std::string& content) {
    if (file.empty()) {
        print(content);
    } else {
        writeFileAtomically(file, content);
    }
}

CLI::Validator oneOf(const std::vector<std::string>& names) {
    return CLI::Validator(
        [names](std::string& value) -> std::string {
            if (std::find(names.begin(), names.end(), value) != names.end()) return {};
            const std::string near = nearestName(value, names);
            return fmt::format("\"{}\" is not known; allowed are {}{}", value, fmt::join(names, ", "),
                               near.empty() ? "" : "; did you mean \"" + near + "\"?");
        },
        "");
}

void addTableOptions(CLI::App& command, TableOutput& output) {
    std::vector<std::string> formats = tableFormats();
    formats.insert(formats.end(), {"md", "tex", "txt"});
    command.add_option("--format", output.format, "text, csv, markdown, latex or json")
        ->check(oneOf(formats))
        ->type_name("NAME");
    command.add_flag("--json", output.json, "The same as --format json");
    command.add_option("-o,--output", output.file,
                       "File; its ending gives the format (default: standard output)");
    command.add_option("--caption", output.latex.caption,
                       "LaTeX: put a table environment with this caption around");
    command.add_option("--label", output.latex.label, "LaTeX: label of the table environment");
}

std::string TableOutput::chosen(const std::string& standard) const {
    if (json) {
        if (!format.empty() && format != "json")
            fail(ErrorKind::Input, "--json and --format {} exclude each other", format);
        return "json";
    }
    if (!format.empty()) return format;
    static const std::map<std::string, std::string> kEndings = {
        {".csv", "csv"}, {".md", "markdown"}, {".tex", "latex"}, {".json", "json"}, {".txt", "text"}};
    const auto found = kEndings.find(std::filesystem::path(file).extension().string());
    return found == kEndings.end() ? standard : found->second;
}

std::string TableOutput::render(const Table& table, const std::string& standard) const {
    return writeTable(table, chosen(standard), latex);
}

void TableOutput::write(const std::vector<Table>& tables, const std::vector<std::string>& names,
                        const std::string& standard) const {
    std::string text;
    if (chosen(standard) == "json" && tables.size() > 1) {
        Json all = Json::object();
        for (std::size_t i = 0; i < tables.size(); ++i) all[names[i]] = toJson(tables[i]);
        text = pretty(all);
    } else {
        for (const Table& table : tables) text += (text.empty() ? "" : "\n") + render(table, standard);
    }
    writeOutput(file, text);
}

}  // namespace jumplora::cli
