// SPDX-License-Identifier: GPL-3.0-or-later
#include "runs/run_filter.h"

#include <gtest/gtest.h>

#include <map>

namespace jumplora {
namespace {

constexpr double kNow = 1772633112;  // 2026-03-04 14:05:12 UTC

FilterValue number(double value, bool share = false) { return {value, share}; }
FilterValue text(const char* value) { return {QString::fromUtf8(value), false}; }

const std::map<QString, FilterValue>& sample() {
    static const std::map<QString, FilterValue> kRun = {{"name", text("Order 1 ella")},
                                                        {"note", text("for the paper")},
                                                        {"tags", {QStringList{"paper", "baseline"}, false}},
                                                        {"state", text("finished")},
                                                        {"method", text("ella")},
                                                        {"gate", text("jumprelu")},
                                                        {"seed", number(2)},
                                                        {"oa", number(79.2, true)},
                                                        {"bwt", number(-1.9, true)},
                                                        {"optimizer.lr", number(1e-3)},
                                                        {"adapter.dropout", number(0.05)},
                                                        {"started", number(kNow - 3600)},
                                                        {"has:note", number(1)}};
    return kRun;
}

FilterLookup lookup() {
    return [](const FilterKey& key) {
        if (key.name == "loss" && key.reducer == "min") return number(0.2);
        if (key.name == "loss" && key.reducer == "step") return number(static_cast<double>(key.parameter));
        const auto found = sample().find(key.name);
        return found == sample().end() ? FilterValue{} : found->second;
    };
}

bool matches(const char* expression) {
    const auto parsed = RunFilterExpression::parse(QString::fromUtf8(expression), kNow);
    EXPECT_FALSE(parsed.problem()) << expression << ": "
                                   << (parsed.problem() ? parsed.problem()->expected.toStdString() : "");
    return parsed.matches(lookup());
}

TEST(RunFilter, ExpressionsOfTheDesign) {
    EXPECT_TRUE(matches("method = ella AND oa > 70"));
    EXPECT_TRUE(matches("(gate = jumprelu OR tag:baseline) NOT state = failed"));
    EXPECT_TRUE(matches("loss@min < 0.3 started > -7d"));
    EXPECT_TRUE(matches("seed in (1,2,3) has:note"));
    EXPECT_TRUE(matches("name ~ \"order 1\" optimizer.lr >= 1e-3"));
}

TEST(RunFilter, ComparesNumbersSharesTextsAndDates) {
    EXPECT_TRUE(matches("oa > 70%"));
    EXPECT_FALSE(matches("oa > 80"));
    EXPECT_TRUE(matches("bwt = -1.9"));
    EXPECT_TRUE(
        matches("bwt < \xE2\x88\x92"
                "1"));
    EXPECT_TRUE(matches("adapter.dropout = 5%"));
    EXPECT_TRUE(matches("METHOD = ELLA"));
    EXPECT_TRUE(matches("method != inclora"));
    EXPECT_TRUE(matches("method !~ lora"));
    EXPECT_TRUE(matches("started = 2026-03-04"));
    EXPECT_TRUE(matches("started >= 2026-03-04"));
    EXPECT_TRUE(matches("started <= 2026-03-04"));
    EXPECT_FALSE(matches("started > 2026-03-04"));
    EXPECT_FALSE(matches("started < 2026-03-04"));
    EXPECT_FALSE(matches("started > -1h started < -2h"));
    EXPECT_TRUE(matches("loss@step(7) = 7"));
}

TEST(RunFilter, WordsTagsAndPrecedence) {
    EXPECT_TRUE(matches("paper"));
    EXPECT_TRUE(matches("\"the paper\""));
    EXPECT_FALSE(matches("papers"));
    EXPECT_TRUE(matches("tag:Paper"));
    EXPECT_FALSE(matches("tag:pap"));
    EXPECT_TRUE(matches("method = x OR seed = 2 AND gate = jumprelu"));
    EXPECT_FALSE(matches("(method = x OR seed = 2) AND gate = none"));
    EXPECT_TRUE(matches("NOT NOT paper"));
    EXPECT_TRUE(matches(""));
}

TEST(RunFilter, WhatIsMissingIsNeverEqualAndNeverDifferent) {
    EXPECT_FALSE(matches("forgetting > 0"));
    EXPECT_FALSE(matches("forgetting != 3"));
    EXPECT_FALSE(matches("has:forgetting"));
    EXPECT_TRUE(matches("NOT has:checkpoint"));
}

TEST(RunFilter, ErrorsSayWhereAndWhatWasExpected) {
    const auto at = [](const char* expression) {
        const auto parsed = RunFilterExpression::parse(expression, kNow);
        EXPECT_TRUE(parsed.problem()) << expression;
        if (parsed.problem()) {
            EXPECT_FALSE(parsed.problem()->expected.isEmpty());
        }
        return parsed.problem() ? parsed.problem()->position : -1;
    };
    EXPECT_EQ(at("method = = x"), 9);
    EXPECT_EQ(at("(method = ella"), 14);
    EXPECT_EQ(at("seed in 1"), 8);
    EXPECT_EQ(at("seed in (1 2)"), 11);
    EXPECT_EQ(at("oa > good"), 5);
    EXPECT_EQ(at("name = \"open"), 7);
    EXPECT_EQ(at("loss@often < 1"), 0);
    EXPECT_EQ(at("loss@mean < 1"), 0);
    EXPECT_EQ(at("a OR"), 4);
    EXPECT_EQ(at(")"), 0);
    EXPECT_EQ(at("a = b )"), 6);
    EXPECT_EQ(at("has:"), 0);
    at(std::string(200, '(').c_str());
}

TEST(RunFilter, KnowsWhatStandsAtTheCursor) {
    const auto place = [](const QString& expression) {
        return filterPlace(expression, static_cast<int>(expression.size()));
    };
    using Kind = FilterPlace::Kind;
    EXPECT_EQ(place("").kind, Kind::Key);
    EXPECT_EQ(place("meth").prefix, "meth");
    EXPECT_EQ(place("method ").kind, Kind::Operator);
    EXPECT_EQ(place("method = ").kind, Kind::Value);
    EXPECT_EQ(place("method = el").prefix, "el");
    EXPECT_EQ(place("method = el").key, "method");
    EXPECT_EQ(place("seed in (1, ").kind, Kind::Value);
    EXPECT_EQ(place("seed in (1, ").key, "seed");
    EXPECT_EQ(place("method = ella ").kind, Kind::Key);
    EXPECT_EQ(place("method = ella AND ").kind, Kind::Key);
    EXPECT_EQ(place("tag:pa").kind, Kind::Tag);
    EXPECT_EQ(place("has:").kind, Kind::Has);
}

}  // namespace
}  // namespace jumplora
