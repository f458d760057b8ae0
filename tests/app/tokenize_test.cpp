// SPDX-License-Identifier: Apache-2.0
#include "base/file.h"
#include "base/resources.h"
#include "program.h"
#include "support/shared_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jumplora {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::ProgramResult;

ProgramResult tokenize(const std::string& input, const std::vector<std::string>& more = {}) {
    const testing::TemporaryFolder data;
    std::vector<std::string> arguments = {"tokenize", (resourceFolder() / "builtin").string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return testing::runProgram(data.path(), arguments, input);
}

TEST(Tokenize, HalfACharacterIsAnErrorWithItsLine) {
    const ProgramResult result = tokenize("{\"text\": \"good\"}\n{\"text\": \"a\\ud800b\"}\n");
    EXPECT_EQ(result.code, 2);
    EXPECT_THAT(result.err, AllOf(HasSubstr("standard input: line 2, column 18"), HasSubstr("surrogate")));
}

TEST(Tokenize, ThereAndBack) {
    const std::string texts = "{\"text\": \"the film is good\"}\n{\"text\": \"\"}\n";
    const ProgramResult ids = tokenize(texts);
    ASSERT_EQ(ids.code, 0) << ids.err;
    const ProgramResult back = tokenize(ids.out, {"--decode"});
    EXPECT_EQ(back.out, "{\"text\":\"the film is good\"}\n{\"text\":\"\"}\n");
}

}  // namespace
}  // namespace jumplora
