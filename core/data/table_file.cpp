// SPDX-License-Identifier: Apache-2.0
#include "data/table_file.h"

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/json_line.h"
#include "text/utf8.h"

#include <algorithm>

namespace jumplora {
namespace {

// What is read ends up in event logs and databases, which are UTF-8.
void requireUtf8(const std::string& content, const std::string& file) {
    const std::size_t damage = utf8Damage(content);
    if (damage == std::string::npos) return;
    const auto line =
        1 + std::count(content.begin(), content.begin() + static_cast<std::ptrdiff_t>(damage), '\n');
    const std::size_t start = content.rfind('\n', damage) + 1;
    fail(ErrorKind::Format, "{}: line {}, column {}: not UTF-8; save the file in that encoding", file, line,
         damage - start + 1);
}

std::string asText(const Json& value, const std::string& where) {
    if (value.is_string()) return value.get<std::string>();
    if (value.is_number() || value.is_boolean()) return value.dump();
    fail(ErrorKind::Format, "{}: expected text, found {}", where, describeType(value));
}

std::string member(const Json& row, const std::string& key, const std::string& where) {
    const auto it = row.find(key);
    if (it == row.end()) {
        std::vector<std::string> keys;
        for (const auto& [name, value] : row.items()) keys.push_back(name);
        fail(ErrorKind::Format, "{}: has no column \"{}\"; it has {}", where, key, fmt::join(keys, ", "));
    }
    return asText(*it, fmt::format("{}, column \"{}\"", where, key));
}

const Json& listOfRows(const Json& rows, const std::string& file) {
    const Json* list = &rows;
    if (rows.is_object()) {
        for (const char* key : {"Instances", "data"}) {
            if (rows.contains(key)) list = &rows[key];
        }
    }
    if (!list->is_array())
        fail(ErrorKind::Format, "{}: expected a list of rows, found {}", file, describeType(rows));
    return *list;
}

std::vector<TextLabel> fromJsonRows(const Json& rows, const std::string& file, const std::string& text,
                                    const std::string& label) {
    const Json& list = listOfRows(rows, file);
    std::vector<TextLabel> result;
    result.reserve(list.size());
    for (std::size_t i = 0; i < list.size(); ++i) {
        const std::string where = fmt::format("{}: row {}", file, i + 1);
        if (!list[i].is_object())
            fail(ErrorKind::Format, "{}: expected an object, found {}", where, describeType(list[i]));
        result.push_back({member(list[i], text, where), member(list[i], label, where)});
    }
    return result;
}

std::vector<TextLabel> readJsonLines(const std::string& content, const std::string& file,
                                     const std::string& text, const std::string& label) {
    std::vector<TextLabel> result;
    std::size_t line = 0;
    for (std::size_t begin = 0; begin < content.size();) {
        const std::size_t end = std::min(content.find('\n', begin), content.size());
        ++line;
        const std::string_view piece(content.data() + begin, end - begin);
        begin = end + 1;
        if (piece.find_first_not_of(" \t\r") == std::string_view::npos) continue;
        const std::string where = fmt::format("{}: line {}", file, line);
        const Json row = parseJsonLine(piece, line, file);
        if (!row.is_object())
            fail(ErrorKind::Format, "{}: expected an object, found {}", where, describeType(row));
        result.push_back({member(row, text, where), member(row, label, where)});
    }
    return result;
}

// Splits one record of RFC 4180; moves `position` behind its line end and counts lines.
std::vector<std::string> readRecord(const std::string& content, char separator, std::size_t& position,
                                    std::size_t& line, const std::string& file) {
    std::vector<std::string> fields(1);
    const std::size_t firstLine = line;
    while (position < content.size()) {
        char c = content[position];
        if (c == '"' && fields.back().empty()) {
            ++position;
            for (;;) {
                if (position >= content.size())
                    fail(ErrorKind::Format, "{}: line {}, field {}: the opening quote is never closed", file,
                         firstLine, fields.size());
                c = content[position++];
                if (c == '"') {
                    if (position < content.size() && content[position] == '"') {
                        fields.back() += '"';
                        ++position;
                        continue;
                    }
                    break;
                }
                if (c == '\n') ++line;
                fields.back() += c;
            }
            if (position < content.size() && content[position] != separator && content[position] != '\n' &&
                content[position] != '\r')
                fail(ErrorKind::Format, "{}: line {}, field {}: text follows the closing quote", file, line,
                     fields.size());
        } else if (c == separator) {
            fields.emplace_back();
            ++position;
        } else if (c == '\n' || c == '\r') {
            position += content.compare(position, 2, "\r\n") == 0 ? 2 : 1;
            ++line;
            break;
        } else {
            fields.back() += c;
            ++position;
        }
    }
    return fields;
}

std::vector<TextLabel> readSeparated(const std::string& content, const std::string& file, char separator,
                                     const std::string& text, const std::string& label) {
    std::size_t position = content.starts_with("\xEF\xBB\xBF") ? 3 : 0;
    std::size_t line = 1;
    if (position >= content.size())
        fail(ErrorKind::Format, "{}: is empty; the first line must name the columns", file);
    const auto header = readRecord(content, separator, position, line, file);
    const auto column = [&](const std::string& name) {
        const auto it = std::find(header.begin(), header.end(), name);
        if (it == header.end())
            fail(ErrorKind::Format, "{}: has no column \"{}\"; it has {}", file, name,
                 fmt::join(header, ", "));
        return static_cast<std::size_t>(it - header.begin());
    };
    const std::size_t textColumn = column(text);
    const std::size_t labelColumn = column(label);
    std::vector<TextLabel> result;
    while (position < content.size()) {
        const std::size_t at = line;
        auto fields = readRecord(content, separator, position, line, file);
        if (fields.size() == 1 && fields[0].empty()) continue;
        if (fields.size() != header.size())
            fail(ErrorKind::Format, "{}: line {}: {} fields, the header has {}", file, at, fields.size(),
                 header.size());
        result.push_back({std::move(fields[textColumn]), std::move(fields[labelColumn])});
    }
    return result;
}

}  // namespace

std::vector<TextLabel> readTable(const std::filesystem::path& path, const std::string& textColumn,
                                 const std::string& labelColumn) {
    const std::string file = path.string();
    const std::string content = readFile(path);
    const std::string extension = path.extension().string();
    requireUtf8(content, file);
    if (extension == ".csv") return readSeparated(content, file, ',', textColumn, labelColumn);
    if (extension == ".tsv") return readSeparated(content, file, '\t', textColumn, labelColumn);
    if (extension == ".jsonl") return readJsonLines(content, file, textColumn, labelColumn);
    return fromJsonRows(parseJson(content, file), file, textColumn, labelColumn);
}

std::vector<std::string> tableColumns(const std::filesystem::path& path) {
    const std::string file = path.string();
    const std::string content = readFile(path);
    const std::string extension = path.extension().string();
    requireUtf8(content, file);
    if (extension == ".csv" || extension == ".tsv") {
        std::size_t position = content.starts_with("\xEF\xBB\xBF") ? 3 : 0;
        std::size_t line = 1;
        if (position >= content.size())
            fail(ErrorKind::Format, "{}: is empty; the first line must name the columns", file);
        return readRecord(content, extension == ".csv" ? ',' : '\t', position, line, file);
    }
    Json first;
    if (extension == ".jsonl") {
        const std::size_t begin = content.find_first_not_of(" \t\r\n");
        if (begin == std::string::npos) fail(ErrorKind::Format, "{}: is empty", file);
        const auto line =
            1 + std::count(content.begin(), content.begin() + static_cast<std::ptrdiff_t>(begin), '\n');
        first = parseJsonLine(std::string_view(content).substr(begin, content.find('\n', begin) - begin),
                              static_cast<std::size_t>(line), file);
    } else {
        const Json rows = parseJson(content, file);
        const Json& list = listOfRows(rows, file);
        if (list.empty()) fail(ErrorKind::Format, "{}: has no rows", file);
        first = list.front();
    }
    if (!first.is_object())
        fail(ErrorKind::Format, "{}: row 1: expected an object, found {}", file, describeType(first));
    std::vector<std::string> names;
    for (const auto& [name, value] : first.items()) names.push_back(name);
    return names;
}

std::vector<std::vector<std::string>> readRecords(const std::filesystem::path& path) {
    const std::string file = path.string();
    const std::string content = readFile(path);
    requireUtf8(content, file);
    std::size_t position = content.starts_with("\xEF\xBB\xBF") ? 3 : 0;
    std::size_t line = 1;
    std::vector<std::vector<std::string>> records;
    while (position < content.size())
        records.push_back(readRecord(content, path.extension() == ".tsv" ? '\t' : ',', position, line, file));
    return records;
}

}  // namespace jumplora
