// SPDX-License-Identifier: Apache-2.0
// The rules that keep the house in order, held against its sources.
#include "base/file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <regex>
#include <set>
#include <sstream>

namespace jumplora {
namespace {

namespace fs = std::filesystem;

struct Include {
    std::string file;  // relative to the root
    std::string header;
};

std::vector<std::string> sourcesBelow(const std::string& folder) {
    const fs::path root = JUMPLORA_SOURCE_DIR;
    std::vector<std::string> files;
    if (!fs::exists(root / folder)) return files;
    for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
        const auto extension = entry.path().extension();
        if (extension == ".h" || extension == ".cpp")
            files.push_back(fs::relative(entry.path(), root).string());
    }
    return files;
}

std::vector<Include> includesBelow(const std::string& folder) {
    static const std::regex kInclude("^#include\\s+[<\"]([^>\"]+)[>\"]");
    std::vector<Include> includes;
    for (const std::string& file : sourcesBelow(folder)) {
        std::istringstream lines(readFile(fs::path(JUMPLORA_SOURCE_DIR) / file));
        std::string line;
        std::smatch match;
        while (std::getline(lines, line)) {
            if (std::regex_search(line, match, kInclude)) includes.push_back({file, match[1]});
        }
    }
    return includes;
}

// Those whose header fits the pattern, as "file includes header".
std::vector<std::string> offenders(const std::string& folder, const std::string& pattern) {
    const std::regex forbidden(pattern);
    std::vector<std::string> found;
    for (const Include& include : includesBelow(folder)) {
        if (std::regex_search(include.header, forbidden))
            found.push_back(include.file + " includes " + include.header);
    }
    return found;
}

TEST(House, CoreAndCommandLineKnowNoQt) {
    EXPECT_THAT(offenders("core", "^(Q[A-Z]|Qt|qcustomplot|theme/|parts/|plots/|session/|shell/)"),
                ::testing::IsEmpty());
    EXPECT_THAT(offenders("app/cli", "^(Q[A-Z]|Qt|qcustomplot|theme/|parts/|plots/|session/|shell/)"),
                ::testing::IsEmpty());
    EXPECT_GT(includesBelow("core").size(), 100U);
}

TEST(House, WindowKnowsNeitherLibTorchNorSQLite) {
    const std::string forbidden =
        "^(torch/|ATen/|c10/|base/torch_api|sqlite|SQLiteCpp|store/(connection|sql_))";
    EXPECT_THAT(offenders("ui", forbidden), ::testing::IsEmpty());
    EXPECT_THAT(offenders("app/workbench", forbidden), ::testing::IsEmpty());
}

TEST(House, HeadersThatTheWindowIncludesLeadToNeitherLibTorchNorSQLite) {
    std::map<std::string, std::vector<std::string>> headersOf;
    for (const Include& include : includesBelow("core")) headersOf[include.file].push_back(include.header);
    std::set<std::string> seen;
    std::vector<std::string> open;
    for (const Include& include : includesBelow("ui")) open.push_back(include.header);
    while (!open.empty()) {
        const std::string header = open.back();
        open.pop_back();
        EXPECT_FALSE(
            std::regex_search(header, std::regex("^(torch/|ATen/|c10/|base/torch_api|sqlite|SQLiteCpp)")))
            << header << " is reached from ui/";
        for (const std::string& next : headersOf["core/" + header]) {
            if (seen.insert(next).second) open.push_back(next);
        }
    }
}

TEST(House, LibTorchComesInByOneDoor) {
    for (const Include& include : includesBelow("core")) {
        if (include.file == "core/base/torch_api.h") continue;
        EXPECT_FALSE(std::regex_search(include.header, std::regex("^(torch/|ATen/|c10/)")))
            << include.file << " includes " << include.header << " and not base/torch_api.h";
    }
}

// No source may include a room that stands later in the list.
void expectOrder(const std::string& folder, const std::vector<std::string>& rooms) {
    const auto level = [&](const std::string& path) {
        const std::string room = path.substr(0, path.find('/'));
        return std::find(rooms.begin(), rooms.end(), room) - rooms.begin();
    };
    for (const Include& include : includesBelow(folder)) {
        if (level(include.header) == static_cast<std::ptrdiff_t>(rooms.size())) continue;
        EXPECT_LE(level(include.header), level(include.file.substr(folder.size() + 1)))
            << include.file << " includes " << include.header << " and reaches up";
    }
}

TEST(House, RoomsOfTheEngineUseOnlyRoomsBelowThem) {
    expectOrder("core", {"base", "text", "data", "kernel", "weights", "model", "adapter", "method", "train",
                         "analysis", "peft", "store", "exchange", "runner", "bench"});
}

TEST(House, RoomsOfTheWindowUseOnlyRoomsBelowThem) {
    expectOrder("ui", {"theme", "parts", "plots", "session", "setup", "live", "queue", "runs", "adapters",
                       "results", "shell"});
}

TEST(House, EverySourceNamesItsLicence) {
    const std::map<std::string, std::string> licences = {
        {"core", "Apache-2.0"},          {"app/cli", "Apache-2.0"},  {"tests/core", "Apache-2.0"},
        {"benchmarks", "Apache-2.0"},    {"ui", "GPL-3.0-or-later"}, {"app/workbench", "GPL-3.0-or-later"},
        {"tests/ui", "GPL-3.0-or-later"}};
    for (const auto& [folder, licence] : licences) {
        for (const std::string& file : sourcesBelow(folder)) {
            EXPECT_TRUE(readFile(fs::path(JUMPLORA_SOURCE_DIR) / file)
                            .starts_with("// SPDX-License-Identifier: " + licence + "\n"))
                << file;
        }
    }
}

}  // namespace
}  // namespace jumplora
