// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/method_info.h"
#include "setup/field_value.h"
#include "setup/seed_list.h"
#include "setup/spec_document.h"
#include "setup/task_mime.h"

#include <gtest/gtest.h>

#include <QSignalSpy>
#include <QUndoStack>

namespace jumplora {
namespace {

FieldParse parsed(const char* key, const QString& text) {
    return parseField(*findParam(key, "ella"), key, text);
}

TEST(FieldValue, NumbersMayBeWrittenAsPeopleDo) {
    EXPECT_EQ(parsed("method.lambda", "3e4").value, Json(30000.0));
    EXPECT_EQ(parsed("gate.first", "1/4").value, Json(0.25));
    EXPECT_EQ(parsed("gate.first", "5 %").value, Json(0.05));
    EXPECT_EQ(parsed("gate.first", "7%").value, Json(0.07));
    EXPECT_EQ(parsed("adapter.rank", "16").value, Json(16));
    EXPECT_EQ(parsed("adapter.targets", "q, v o").value, Json::array({"q", "v", "o"}));
    EXPECT_TRUE(parsed("backbone.dropout", "").value.is_null());
}

TEST(FieldValue, RefusalsAreTheEnginesSentences) {
    EXPECT_EQ(parsed("gate.first", "20").error, "20.0 is out of range; allowed is at least 0 and at most 1.");
    EXPECT_TRUE(parsed("gate.bandwidth", "abc").error.startsWith("Found \"abc\""));
    EXPECT_FALSE(parsed("adapter.rank", "1.5").error.isEmpty());
    EXPECT_FALSE(parsed("adapter.rank", "").error.isEmpty());
}

TEST(FieldValue, StepsStayInsideTheLimits) {
    const ParamInfo& rank = *findParam("adapter.rank", "ella");
    EXPECT_EQ(steppedValue(rank, 8, 1), 9);
    EXPECT_EQ(steppedValue(rank, 1, -1), 1);
    const ParamInfo& lr = *findParam("optimizer.lr", "ella");
    EXPECT_DOUBLE_EQ(steppedValue(lr, 1e-3, 1), 0.00178);
    EXPECT_DOUBLE_EQ(steppedValue(*findParam("gate.first", "ella"), 0.2, 1), 0.25);
}

TEST(SeedList, RangesAndSingleSeeds) {
    EXPECT_EQ(parseSeeds("1-3, 7").seeds, (std::vector<std::uint64_t>{1, 2, 3, 7}));
    EXPECT_EQ(seedsText({1, 2, 3, 7}), "1-3, 7");
    EXPECT_EQ(seedsText({1, 2}), "1, 2");
    EXPECT_EQ(parseSeeds("2,2").seeds.size(), 1U);
    EXPECT_FALSE(parseSeeds("3-1").error.isEmpty());
    EXPECT_FALSE(parseSeeds("x").error.isEmpty());
    EXPECT_FALSE(parseSeeds("").error.isEmpty());
    EXPECT_FALSE(parseSeeds("1-99999").error.isEmpty());
}

class SpecDocumentTest : public ::testing::Test {
  protected:
    SpecDocumentTest() {
        m_document.load(parseRunSpec(parseJson(R"({"suite": {"order": ["amazon", "dbpedia"]}})", "t")), {1});
    }
    SpecDocument m_document;
};

TEST_F(SpecDocumentTest, EveryParameterOfEveryMethodReachesTheSpec) {
    for (const MethodInfo& method : methodInfos()) {
        m_document.setValue("method.type", method.key);
        for (const ParamInfo& param : method.params) {
            const std::string key = "method." + param.key;
            const Json other = param.type == ParamType::Choice    ? Json(param.choices.back())
                               : param.type == ParamType::Integer ? Json(2)
                                                                  : Json(0.5);
            m_document.setText(key, fieldText(other));
            const auto spec = m_document.runSpec();
            ASSERT_TRUE(spec) << key;
            EXPECT_EQ(spec->method.parameters.at(param.key), other) << method.key << " " << key;
        }
    }
}

TEST_F(SpecDocumentTest, LoadingAndWritingKeepsEverySetting) {
    const RunSpec spec =
        parseRunSpec(parseJson(R"({"name": "n", "seed": 5, "gate": {"type": "jumprelu", "first": 0.1},
        "method": {"type": "ella", "lambda": 5}, "optimizer": {"lr": 0.5}, "suite": {"max_samples": 7,
        "order": ["amazon", {"task": "amazon", "epochs": 2, "method": {"lambda": 3}}]}})",
                               "t"));
    m_document.load(spec, {5});
    ASSERT_TRUE(m_document.runSpec());
    EXPECT_EQ(specHash(*m_document.runSpec()), specHash(spec));
    EXPECT_EQ(m_document.runSpec()->name, "n");
    EXPECT_FALSE(m_document.undoStack()->canUndo());
}

TEST_F(SpecDocumentTest, TypingInOneFieldIsOneStep) {
    for (const char* text : {"2", "20", "200"}) m_document.setText("method.lambda", text);
    m_document.setValue("method.type", "ella");
    for (const char* text : {"1", "1e", "1e4"}) m_document.setText("method.lambda", text);
    ASSERT_EQ(m_document.undoStack()->count(), 2);
    EXPECT_EQ(m_document.undoStack()->undoText(), "Weight λ 30000 → 10000");
    m_document.undoStack()->undo();
    EXPECT_EQ(m_document.value("method.lambda"), Json(3e4));
    m_document.undoStack()->undo();
    EXPECT_EQ(m_document.method(), "inclora");
    m_document.undoStack()->redo();
    m_document.undoStack()->redo();
    EXPECT_EQ(m_document.value("method.lambda"), Json(1e4));
    m_document.endTyping();
    m_document.setText("method.lambda", "2e4");
    EXPECT_EQ(m_document.undoStack()->count(), 3);
}

TEST_F(SpecDocumentTest, RefusedTextStaysAndIsAReason) {
    m_document.setValue("gate.type", "jumprelu");
    m_document.setText("gate.bandwidth", "abc");
    EXPECT_EQ(m_document.text("gate.bandwidth"), "abc");
    EXPECT_TRUE(m_document.isChanged("gate.bandwidth"));
    ASSERT_EQ(m_document.reasons().size(), 1U);
    EXPECT_EQ(m_document.reasons()[0].key, "gate.bandwidth");
    EXPECT_FALSE(m_document.runSpec());
    m_document.reset("gate.bandwidth");
    EXPECT_TRUE(m_document.reasons().empty());
    EXPECT_FALSE(m_document.isChanged("gate.bandwidth"));
}

TEST_F(SpecDocumentTest, CombinationsAreNamedAtTheirField) {
    m_document.setValue("gate.type", "jumprelu");
    m_document.setText("gate.first", "0.9");
    ASSERT_EQ(m_document.reasons().size(), 1U);
    EXPECT_EQ(m_document.reasons()[0].key, "gate.first");
    m_document.setValue("gate.type", "none");
    EXPECT_TRUE(m_document.reasons().empty()) << "a setting without an effect keeps nothing from starting";
    EXPECT_EQ(m_document.value("gate.first"), Json(0.9)) << "and keeps its value";
}

TEST_F(SpecDocumentTest, AnotherMethodHidesAndKeepsParameters) {
    m_document.setValue("method.type", "ella");
    m_document.setText("method.lambda", "77");
    m_document.setRow(0, {{"task", "amazon"}, {"method", {{"lambda", 5}}}});
    m_document.setValue("method.type", "inclora");
    ASSERT_TRUE(m_document.runSpec()) << m_document.reasons()[0].sentence.toStdString();
    m_document.setValue("method.type", "ella");
    EXPECT_EQ(m_document.value("method.lambda"), Json(77.0));
    EXPECT_EQ(m_document.runSpec()->suite.order[0].method.at("lambda"), Json(5));
}

TEST_F(SpecDocumentTest, RowsMoveAndComeBack) {
    m_document.insertRows(2, {{{"task", "agnews"}}, {{"task", "amazon"}}});
    EXPECT_EQ(m_document.rowNames(), (std::vector<QString>{"amazon", "dbpedia", "agnews", "amazon (2)"}));
    m_document.moveRows({0, 1}, 4);
    EXPECT_EQ(m_document.rowNames(), (std::vector<QString>{"agnews", "amazon", "amazon (2)", "dbpedia"}));
    m_document.moveRows({3}, 0);
    EXPECT_EQ(m_document.rowNames().front(), "dbpedia");
    m_document.removeRows({0, 2});
    EXPECT_EQ(m_document.rows().size(), 2U);
    m_document.duplicateRows({0});
    EXPECT_EQ(m_document.rows().size(), 3U);
    for (int i = 0; i < 5; ++i) m_document.undoStack()->undo();
    EXPECT_EQ(m_document.rowNames(), (std::vector<QString>{"amazon", "dbpedia"}));
    EXPECT_TRUE(m_document.undoStack()->isClean());
}

TEST_F(SpecDocumentTest, SeveralSeedsAreSeveralRunsAndOneFile) {
    m_document.setText("seed", "1-3");
    const auto specs = m_document.runSpecs();
    ASSERT_EQ(specs.size(), 3U);
    EXPECT_EQ(specs[2].seed, 3U);
    EXPECT_EQ(specs[2].name, "run-s3");
    EXPECT_EQ(m_document.fileJson().at("seeds"), Json::array({1, 2, 3}));
    m_document.setText("seed", "4");
    EXPECT_EQ(m_document.fileJson().at("seed"), Json(4));
}

TEST(TaskMime, TravelsThroughTheClipboard) {
    const CarriedTasks carried{{"file.json", "/data"}, {{{"task", "a"}, {"epochs", 2}}}, {3}};
    const std::unique_ptr<QMimeData> mime(toMime(carried));
    const auto back = fromMime(mime.get());
    ASSERT_TRUE(back);
    EXPECT_EQ(back->suite, carried.suite);
    EXPECT_EQ(back->rows, carried.rows);
    EXPECT_EQ(back->sequenceRows, carried.sequenceRows);
    QMimeData text;
    text.setText(R"({"order": ["x", {"task": "y"}]})");
    ASSERT_TRUE(fromMime(&text));
    EXPECT_EQ(fromMime(&text)->rows.size(), 2U);
    text.setText("hello");
    EXPECT_FALSE(fromMime(&text));
}

}  // namespace
}  // namespace jumplora
