// SPDX-License-Identifier: GPL-3.0-or-later
#include "parts/english_plurals.h"

#include <gtest/gtest.h>

#include <QCoreApplication>

namespace jumplora {
namespace {

TEST(EnglishPlurals, OneIsSingular) {
    EnglishPlurals plurals;
    QCoreApplication::installTranslator(&plurals);
    const auto say = [](const char* text, int n) {
        return QCoreApplication::translate("Test", text, nullptr, n);
    };
    EXPECT_EQ(say("%n runs are on.", 1), "1 run is on.");
    EXPECT_EQ(say("%n runs are on.", 2), "2 runs are on.");
    EXPECT_EQ(say("%n runs are on.", 0), "0 runs are on.");
    EXPECT_EQ(say("%n run folders found", 1), "1 run folder found");
    EXPECT_EQ(say("Delete %1 and %n more folders with %2?", 1), "Delete %1 and 1 more folder with %2?");
    EXPECT_EQ(say("%n entries", 1), "1 entry");
    EXPECT_EQ(say("%1: %n runs repeat a seed and are not counted.", 1),
              "%1: 1 run repeats a seed and is not counted.");
    EXPECT_EQ(say("Starts the first of %n seeds here and queues the others", 1),
              "Starts the first of 1 seed here and queues the others");
    EXPECT_EQ(say("%n waiting", 1), "1 waiting");
    QCoreApplication::removeTranslator(&plurals);
}

}  // namespace
}  // namespace jumplora
