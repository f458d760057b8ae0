// SPDX-License-Identifier: Apache-2.0
#include "base/param.h"

#include "support/errors.h"

namespace jumplora {
namespace {

using testing::expectError;

ParamInfo rank() {
    ParamInfo info;
    info.key = "rank";
    info.type = ParamType::Integer;
    info.defaultValue = 8;
    info.minimum = 1;
    info.maximum = 64;
    return info;
}

ParamInfo rate() {
    ParamInfo info;
    info.key = "lr";
    info.type = ParamType::Real;
    info.defaultValue = 0.5;
    info.minimum = 0;
    info.minimumExcluded = true;
    return info;
}

ParamInfo mode() {
    ParamInfo info;
    info.key = "threshold";
    info.type = ParamType::Choice;
    info.defaultValue = "global";
    info.choices = {"global", "per_block", "per_module"};
    return info;
}

TEST(CheckParam, IntegersKeepTheirRangeInclusively) {
    EXPECT_EQ(checkParam(rank(), 1, "adapter.rank"), 1);
    EXPECT_EQ(checkParam(rank(), 64, "adapter.rank"), 64);
    for (const Json& wrong : {Json(0), Json(65), Json(-3), Json(UINT64_MAX), Json(INT64_MIN)})
        expectError(ErrorKind::Input, {"adapter.rank", wrong.dump(), "at least 1 and at most 64"},
                    [&] { checkParam(rank(), wrong, "adapter.rank"); });
}

TEST(CheckParam, WholeNumbersWrittenWithAPointAreIntegers) {
    const Json value = checkParam(rank(), 16.0, "adapter.rank");
    EXPECT_TRUE(value.is_number_integer());
    EXPECT_EQ(value, 16);
    expectError(ErrorKind::Input, {"adapter.rank", "16.5", "an integer"},
                [] { checkParam(rank(), 16.5, "adapter.rank"); });
}

TEST(CheckParam, AnIntegerGivenForARealBecomesOne) {
    const Json value = checkParam(rate(), 2, "optimizer.lr");
    EXPECT_TRUE(value.is_number_float());
    EXPECT_EQ(value.get<double>(), 2.0);
}

TEST(CheckParam, AnExcludedMinimumIsRefused) {
    expectError(ErrorKind::Input, {"optimizer.lr", "0", "above 0"},
                [] { checkParam(rate(), 0, "optimizer.lr"); });
    EXPECT_EQ(checkParam(rate(), 1e-300, "optimizer.lr"), 1e-300);
}

TEST(CheckParam, WrongTypesNameWhatWasFound) {
    expectError(ErrorKind::Input, {"adapter.rank", "\"8\"", "a string", "an integer"},
                [] { checkParam(rank(), "8", "adapter.rank"); });
    expectError(ErrorKind::Input, {"optimizer.lr", "true", "a boolean", "a number"},
                [] { checkParam(rate(), true, "optimizer.lr"); });
    expectError(ErrorKind::Input, {"gate.threshold", "null"},
                [] { checkParam(mode(), nullptr, "gate.threshold"); });
}

TEST(CheckParam, LongValuesAreCutInMessages) {
    try {
        checkParam(rank(), std::string(5000, 'x'), "adapter.rank");
        FAIL();
    } catch (const Error& e) {
        EXPECT_LT(std::string(e.what()).size(), 300U);
    }
}

TEST(CheckParam, ChoicesSuggestTheNearestName) {
    EXPECT_EQ(checkParam(mode(), "per_block", "gate.threshold"), "per_block");
    expectError(
        ErrorKind::Input,
        {"gate.threshold", "per_blok", "global, per_block, per_module", "did you mean \"per_block\"?"},
        [] { checkParam(mode(), "per_blok", "gate.threshold"); });
}

TEST(CheckParam, NullMeansNotSetOnlyWhereAllowed) {
    ParamInfo info = rank();
    info.optional = true;
    EXPECT_TRUE(checkParam(info, nullptr, "rank").is_null());
    expectError(ErrorKind::Input, {"rank", "null"}, [] { checkParam(rank(), nullptr, "rank"); });
}

TEST(CheckParam, ListsHoldStringsOnly) {
    ParamInfo info;
    info.type = ParamType::TextList;
    EXPECT_EQ(checkParam(info, Json::array({"q", "v"}), "targets"), Json::array({"q", "v"}));
    expectError(ErrorKind::Input, {"targets", "3", "a list of strings"}, [&] {
        checkParam(info, Json::array({"q", 3}), "targets");
    });
    expectError(ErrorKind::Input, {"targets", "\"q\""}, [&] { checkParam(info, "q", "targets"); });
}

TEST(CheckParams, FillsDefaultsInTheOrderOfTheDescription) {
    const Json result = checkParams({rank(), rate(), mode()}, {{"threshold", "per_module"}}, "x");
    EXPECT_EQ(result.dump(), R"({"rank":8,"lr":0.5,"threshold":"per_module"})");
}

TEST(CheckParams, UnknownKeysNameTheKnownOnes) {
    expectError(ErrorKind::Input, {"x.rnak", "rank, lr, threshold", "did you mean \"rank\"?"}, [] {
        checkParams({rank(), rate(), mode()}, {{"rnak", 4}}, "x");
    });
    expectError(ErrorKind::Input, {"x.lambda", "none is known"}, [] {
        checkParams({}, {{"lambda", 4}}, "x");
    });
    expectError(ErrorKind::Input, {"x:", "a list", "an object"},
                [] { checkParams({rank()}, Json::array(), "x"); });
}

TEST(NearestName, FindsTyposAndLeavesStrangersAlone) {
    const std::vector<std::string> known = {"batch_size", "accumulate", "epochs"};
    EXPECT_EQ(nearestName("batchsize", known), "batch_size");
    EXPECT_EQ(nearestName("epoch", known), "epochs");
    EXPECT_EQ(nearestName("zzzzzzzz", known), "");
    EXPECT_EQ(nearestName("x", {}), "");
}

TEST(DescribeRange, SaysNothingWithoutLimits) {
    EXPECT_EQ(describeRange(ParamInfo()), "");
    EXPECT_EQ(describeRange(rate()), "above 0");
}

}  // namespace
}  // namespace jumplora
