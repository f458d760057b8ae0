// SPDX-License-Identifier: Apache-2.0
#include "base/json.h"

#include "base/random.h"
#include "support/errors.h"
#include "support/shared_data.h"

#include <bit>
#include <fstream>

namespace jumplora {
namespace {

using testing::expectError;

TEST(ParseJson, KeepsTheOrderOfKeys) {
    EXPECT_EQ(parseJson(R"({"b": 1, "a": [2, null]})", "x").dump(), R"({"b":1,"a":[2,null]})");
}

TEST(ParseJson, ErrorsNameSourceLineAndColumn) {
    expectError(ErrorKind::Format, {"spec.json", "line 3", "column 8"},
                [] { parseJson("{\n  \"a\": 1,\n  \"b\": }\n", "spec.json"); });
    expectError(ErrorKind::Format, {"x"}, [] { parseJson("", "x"); });
    expectError(ErrorKind::Format, {"x"}, [] { parseJson("{} {}", "x"); });
}

TEST(ParseJson, RefusesBytesThatAreNotUtf8) {
    expectError(ErrorKind::Format, {"x"}, [] { parseJson("{\"a\": \"\xff\xfe\"}", "x"); });
}

TEST(ParseJson, RefusesNumbersBeyondDouble) {
    expectError(ErrorKind::Format, {"x"}, [] { parseJson("{\"a\": 1e999}", "x"); });
}

TEST(ParseJson, RefusesDeepNestingWithoutReadingOn) {
    const auto nested = [](int depth) {
        return std::string(static_cast<std::size_t>(depth), '[') +
               std::string(static_cast<std::size_t>(depth), ']');
    };
    EXPECT_NO_THROW(parseJson(nested(64), "x"));
    expectError(ErrorKind::Format, {"x", "64 levels"}, [&] { parseJson(nested(65), "x"); });
    expectError(ErrorKind::Format, {"64 levels"}, [] { parseJson(std::string(1'000'000, '['), "x"); });
    // Brackets inside strings do not nest, also behind escaped quotes.
    EXPECT_NO_THROW(parseJson("[\"\\\"" + std::string(1000, '[') + "\"]", "x"));
}

TEST(ParseJson, DoublesSurviveTextBitByBit) {
    Rng rng(5);
    for (int i = 0; i < 20'000; ++i) {
        const auto value = std::bit_cast<double>(rng.next());
        if (value != value || value - value != 0) continue;
        const double back = parseJson(Json::array({value}).dump(), "x")[0].get<double>();
        ASSERT_EQ(std::bit_cast<std::uint64_t>(back), std::bit_cast<std::uint64_t>(value));
    }
}

TEST(ParseJson, DamagedTextGivesAnErrorOrADocument) {
    const std::string good = R"({"type":"step","tau":[0.00909,1e-12],"name":"aé\n","deep":{"a":[{}]}})";
    EXPECT_NO_THROW(parseJson(good, "x"));
    Rng rng(1);
    int refused = 0;
    for (int i = 0; i < 1000; ++i) {
        std::string bad = good;
        if (i % 3 == 0) {
            bad.resize(rng.below(bad.size()));
        } else {
            bad[rng.below(bad.size())] = static_cast<char>(rng.below(256));
        }
        try {
            parseJson(bad, "x");
        } catch (const Error& e) {
            EXPECT_EQ(e.kind(), ErrorKind::Format);
            ++refused;
        }
    }
    EXPECT_GT(refused, 300);
}

TEST(ReadJsonFile, NamesTheFile) {
    const testing::TemporaryFolder folder;
    expectError(ErrorKind::Io, {"absent.json"}, [&] { readJsonFile(folder.path() / "absent.json"); });
    std::ofstream(folder.path() / "bad.json") << "{";
    expectError(ErrorKind::Format, {"bad.json"}, [&] { readJsonFile(folder.path() / "bad.json"); });
}

TEST(RequireMember, NamesKeyAndWhatWasFound) {
    const Json json = {{"text", "x"}, {"number", 1.5}, {"count", 3}, {"huge", UINT64_MAX}};
    EXPECT_EQ(requireString(json, "text", "f"), "x");
    EXPECT_EQ(requireNumber(json, "count", "f"), 3.0);
    EXPECT_EQ(requireInteger(json, "count", "f"), 3);
    expectError(ErrorKind::Format, {"f", "\"gone\"", "missing"}, [&] { requireMember(json, "gone", "f"); });
    expectError(ErrorKind::Format, {"\"text\"", "a string"}, [&] { requireNumber(json, "text", "f"); });
    expectError(ErrorKind::Format, {"\"number\"", "integer"}, [&] { requireInteger(json, "number", "f"); });
    expectError(ErrorKind::Format, {"\"huge\"", "too large"}, [&] { requireInteger(json, "huge", "f"); });
    expectError(ErrorKind::Format, {"\"count\""}, [&] { requireString(json, "count", "f"); });
    expectError(ErrorKind::Format, {"f", "a list"}, [] { requireMember(Json::array(), "a", "f"); });
}

}  // namespace
}  // namespace jumplora
