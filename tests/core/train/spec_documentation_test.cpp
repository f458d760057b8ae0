// SPDX-License-Identifier: Apache-2.0
#include "train/spec_documentation.h"

#include "base/file.h"
#include "method/method_info.h"
#include "support/shared_data.h"
#include "train/run_spec.h"

namespace jumplora {
namespace {

constexpr const char* kBegin = "<!-- generated: begin -->\n";
constexpr const char* kEnd = "<!-- generated: end -->\n";

// Compares what stands between the two marks of a document with `expected`; with JUMPLORA_UPDATE_DOCS=1 in
// the environment it is replaced instead.
void checkGenerated(const char* name, const std::string& expected) {
    const auto file = std::filesystem::path(JUMPLORA_SOURCE_DIR) / "docs" / name;
    const std::string text = readFile(file);
    const auto begin = text.find(kBegin);
    const auto end = text.find(kEnd);
    ASSERT_NE(begin, std::string::npos);
    ASSERT_NE(end, std::string::npos);
    const std::size_t from = begin + std::string(kBegin).size();
    const char* update = std::getenv("JUMPLORA_UPDATE_DOCS");
    if (update != nullptr && std::string(update) == "1") {
        writeFileAtomically(file, text.substr(0, from) + "\n" + expected + "\n" + text.substr(end));
        return;
    }
    EXPECT_EQ(text.substr(from, end - from), "\n" + expected + "\n")
        << "docs/" << name << " is out of date; run this test with JUMPLORA_UPDATE_DOCS=1";
}

TEST(SpecDocumentation, TheDocumentIsWhatTheProgramKnows) {
    checkGenerated("run-spec.md", specDocumentation());
}

TEST(MethodsDocumentation, TheDocumentIsWhatTheProgramKnows) {
    checkGenerated("methods.md", methodsDocumentation());
}

TEST(SpecDocumentation, NamesEveryKey) {
    const std::string text = specDocumentation();
    for (const SpecSection& section : specSections()) {
        for (const ParamInfo& info : section.params) {
            const std::string path = section.key.empty() ? info.key : section.key + "." + info.key;
            EXPECT_NE(text.find("| `" + path + "` |"), std::string::npos) << path;
        }
    }
    for (const MethodInfo& method : methodInfos())
        EXPECT_NE(text.find("`\"type\": \"" + method.key + "\"`"), std::string::npos) << method.key;
}

TEST(ParameterTable, ShowsDefaultRangeAndChoices) {
    ParamInfo rank;
    rank.key = "rank";
    rank.type = ParamType::Integer;
    rank.defaultValue = 8;
    rank.minimum = 1;
    rank.unit = "rows";
    rank.help = "Cuts |BA|.";
    rank.source = "paper";
    ParamInfo mode;
    mode.key = "mode";
    mode.type = ParamType::Choice;
    mode.defaultValue = "a";
    mode.choices = {"a", "b"};
    mode.help = "Which.";
    ParamInfo limit;
    limit.key = "limit";
    limit.type = ParamType::Real;
    limit.optional = true;
    limit.help = "Not needed.";
    EXPECT_EQ(parameterTable({rank, mode, limit}, "x."),
              "| key | type | default | allowed | meaning |\n|---|---|---|---|---|\n"
              "| `x.rank` | integer | `8` | at least 1 (rows) | Cuts \\|BA\\|. (paper) |\n"
              "| `x.mode` | choice | `\"a\"` | `\"a\"`, `\"b\"` | Which. |\n"
              "| `x.limit` | number | not set |  | Not needed. |\n");
    EXPECT_EQ(parameterTable({}, "x."), "");
}

}  // namespace
}  // namespace jumplora
