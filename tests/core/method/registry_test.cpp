// SPDX-License-Identifier: Apache-2.0
#include "method/method.h"
#include "support/errors.h"

#include <set>

namespace jumplora {
namespace {

using testing::expectError;

TEST(Registry, EveryMethodDescribesItself) {
    std::set<std::string> keys;
    for (const MethodInfo& info : methodInfos()) {
        EXPECT_TRUE(keys.insert(info.key).second) << info.key;
        EXPECT_EQ(info.key.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_"), std::string::npos)
            << info.key;
        EXPECT_FALSE(info.name.empty()) << info.key;
        EXPECT_FALSE(info.summary.empty()) << info.key;
        EXPECT_FALSE(info.source.empty()) << info.key;
        EXPECT_FALSE(info.gate.empty()) << info.key;
        std::set<std::string> params;
        for (const ParamInfo& param : info.params) {
            EXPECT_TRUE(params.insert(param.key).second) << info.key << "." << param.key;
            EXPECT_FALSE(param.label.empty()) << info.key << "." << param.key;
            EXPECT_GT(param.help.size(), 20U) << info.key << "." << param.key;
            EXPECT_EQ(checkParam(param, param.defaultValue, param.key), param.defaultValue)
                << info.key << "." << param.key << ": its default is not allowed";
        }
        EXPECT_NE(createMethod(info.key, Json::object()), nullptr);
        EXPECT_EQ(&methodInfo(info.key), &methodInfo(info.key));
    }
    for (const char* key : {"seqlora", "inclora", "ella", "olora", "ewc", "replay"})
        EXPECT_EQ(keys.count(key), 1U) << key;
}

TEST(Registry, AnUnknownMethodIsRefusedWithTheNearestName) {
    expectError(ErrorKind::Input,
                {"method.type", "\"elle\"", "seqlora, inclora, ella", "did you mean \"ella\"?"},
                [] { createMethod("elle", Json::object()); });
    expectError(ErrorKind::Input, {"method.type", "\"o-lora\"", "did you mean \"olora\"?"},
                [] { methodInfo("o-lora"); });
    expectError(ErrorKind::Input, {"there", "\"xyz\""}, [] { methodInfo("xyz", "there"); });
}

TEST(Registry, WrongParametersAreRefusedWithTheirPath) {
    expectError(ErrorKind::Input, {"method.lamda", "lambda"}, [] { createMethod("ella", {{"lamda", 1}}); });
    expectError(ErrorKind::Input, {"method.lambda", "-1", "at least 0"}, [] {
        createMethod("ella", {{"lambda", -1}});
    });
    expectError(ErrorKind::Input, {"method.lambda"}, [] { createMethod("ella", {{"lambda", "much"}}); });
    expectError(ErrorKind::Input, {"method.delta", "\"spars\"", "sparse"}, [] {
        createMethod("ella", {{"delta", "spars"}});
    });
    expectError(ErrorKind::Input, {"method.share", "1.5"}, [] { createMethod("replay", {{"share", 1.5}}); });
    expectError(ErrorKind::Input, {"method.fisher_samples"}, [] {
        createMethod("ewc", {{"fisher_samples", 0}});
    });
    expectError(ErrorKind::Input, {"method.share"}, [] { createMethod("inclora", {{"share", 0.5}}); });
}

TEST(Registry, WhatTheParametersMeanForTheRun) {
    EXPECT_EQ(createMethod("replay", Json::object())->replayShare(), 0.02);
    const auto replay = createMethod("replay", {{"share", 0.25}, {"memory", 7}});
    EXPECT_EQ(replay->replayShare(), 0.25);
    EXPECT_EQ(replay->replayMemory(), 7);
    // Overrides of a task come complete and replace everything.
    replay->configure({{"share", 0.5}, {"memory", 0}});
    EXPECT_EQ(replay->replayShare(), 0.5);
    EXPECT_EQ(replay->replayMemory(), 0);
    EXPECT_EQ(createMethod("seqlora", Json::object())->life(), AdapterLife::Continued);
    EXPECT_EQ(createMethod("inclora", Json::object())->life(), AdapterLife::FreshMerged);
    EXPECT_EQ(createMethod("per_task", Json::object())->life(), AdapterLife::Independent);
    EXPECT_EQ(createMethod("multi_task", Json::object())->life(), AdapterLife::Joint);
    EXPECT_EQ(createMethod("ella", Json::object())->replayShare(), 0.0);
}

}  // namespace
}  // namespace jumplora
