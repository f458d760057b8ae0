// SPDX-License-Identifier: Apache-2.0
#include "store/labels.h"

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "store/importer.h"

#include <algorithm>

namespace jumplora {
namespace {

bool isLine(const std::string& text, std::size_t most) {
    return !text.empty() && text.size() <= most && std::all_of(text.begin(), text.end(), [](char c) {
        return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f;
    });
}

}  // namespace

std::filesystem::path labelsFile(const std::filesystem::path& runDirectory) {
    return runDirectory / "labels.json";
}

std::optional<Labels> readLabels(const std::filesystem::path& runDirectory) {
    std::error_code ignored;
    if (!std::filesystem::exists(labelsFile(runDirectory), ignored)) return std::nullopt;
    try {
        const Json json = readJsonFile(labelsFile(runDirectory));
        Labels labels;
        labels.note = json.at("note").get<std::string>();
        labels.tags = json.at("tags").get<std::vector<std::string>>();
        labels.archived = json.at("archived").get<bool>();
        for (const std::string& tag : labels.tags) checkTag(tag);
        if (json.contains("name")) {
            labels.name = json.at("name").get<std::string>();
            checkName(labels.name);
        }
        return labels;
    } catch (const Error&) {
        return std::nullopt;
    } catch (const Json::exception&) {
        return std::nullopt;
    }
}

void writeLabels(const std::filesystem::path& runDirectory, const Labels& labels) {
    if (!isRunDirectory(runDirectory)) return;
    Json json = {{"note", labels.note}, {"tags", labels.tags}, {"archived", labels.archived}};
    if (!labels.name.empty()) json["name"] = labels.name;
    try {
        writeFileAtomically(labelsFile(runDirectory),
                            json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::Io && error.kind() != ErrorKind::Resource) throw;
    }
}

void checkTag(const std::string& tag) {
    constexpr std::size_t kMost = 64;
    if (!isLine(tag, kMost))
        fail(ErrorKind::Input, "\"{}\" cannot be a tag: give 1 to 64 characters without line breaks", tag);
}

void checkName(const std::string& name) {
    constexpr std::size_t kMost = 255;
    if (!isLine(name, kMost))
        fail(ErrorKind::Input, "\"{}\" cannot be a name: give 1 to 255 characters without line breaks", name);
}

}  // namespace jumplora
