// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/help_topics.h"
#include "shell/palette_model.h"

#include <gtest/gtest.h>

#include <QAbstractItemModelTester>

namespace jumplora {
namespace {

PaletteEntry entry(const char* id, const char* text, PaletteEntry::Kind kind = PaletteEntry::Kind::Action) {
    PaletteEntry made;
    made.kind = kind;
    made.id = QLatin1String(id);
    made.text = QLatin1String(text);
    return made;
}

TEST(Palette, PrefersStartsOfWordsAndLettersSideBySide) {
    EXPECT_LT(fuzzyScore("Pause", "x"), 0);
    EXPECT_LT(fuzzyScore("Pause", "esuap"), 0) << "the order counts";
    EXPECT_GT(fuzzyScore("Show Queue", "shqu"), fuzzyScore("Write a checkpoint now and quit", "shqu"));
    EXPECT_GT(fuzzyScore("Stop after this task", "sat"), fuzzyScore("Usual text size at last", "sat"));
    EXPECT_EQ(fuzzyScore("anything", ""), 0);
    EXPECT_LT(fuzzyScore("", "a"), 0);
    EXPECT_GT(fuzzyScore("Try the built-in experiment", "built-in"), 0)
        << "a later start of a word is no trap";
}

TEST(Palette, RanksAndRestricts) {
    PaletteModel model;
    const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    using Kind = PaletteEntry::Kind;
    model.setEntries({entry("pause", "Pause"), entry("stop", "Stop"), entry("r1", "order1-stop", Kind::Run),
                      entry("field.lr", "Learning rate", Kind::Setting)});
    EXPECT_EQ(model.rowCount(), 4);
    model.setPattern("@");
    EXPECT_EQ(model.rowCount(), 1);
    EXPECT_EQ(model.entry(0)->id, "r1");
    model.setPattern("# rate");
    EXPECT_EQ(model.entry(0)->id, "field.lr");
    model.setPattern("> stop");
    EXPECT_EQ(model.rowCount(), 1);
    model.setPattern("p");
    EXPECT_EQ(model.entry(0)->id, "pause");
    model.setUsed("stop");
    model.setPattern("");
    EXPECT_EQ(model.entry(0)->id, "stop") << "used last, first now";
    model.addEntries({entry("r2", "later", Kind::Run)});
    EXPECT_EQ(model.rowCount(), 5);
    EXPECT_EQ(model.entry(99), nullptr);
}

TEST(Help, HeadingsHaveAddresses) {
    EXPECT_EQ(slugOf("Gate and adapters"), "gate-and-adapters");
    EXPECT_EQ(slugOf("  What is τ?  "), "what-is-τ");
    EXPECT_GT(helpTopics().size(), 20U);
}

}  // namespace
}  // namespace jumplora
