// SPDX-License-Identifier: GPL-3.0-or-later
#include "setup/backbone_card.h"

#include "base/resources.h"
#include "ui/support/page_fixture.h"

#include <gtest/gtest.h>

#include <QLabel>
#include <QMenu>
#include <QToolButton>
#include <filesystem>

namespace jumplora {
namespace {

using testing::PageSurroundings;
using testing::waitFor;

class BackboneCardTest : public ::testing::Test {
  protected:
    BackboneCardTest()
        : m_card(m_document, m_around.jobs(), m_around.settings()),
          m_told(&m_card, &BackboneCard::recognised) {
        m_card.show();
    }
    QString text(const char* label) const { return m_card.findChild<QLabel*>(label)->text(); }
    void choose(const QString& path) {
        m_told.clear();
        m_document.setText("backbone.path", path);
        ASSERT_TRUE(waitFor([&] { return !m_told.isEmpty(); }));
    }
    QStringList menu() {
        auto* menu = m_card.findChild<QToolButton*>("recentBackbones")->menu();
        Q_EMIT menu->aboutToShow();
        QStringList texts;
        for (const QAction* action : menu->actions())
            if (!action->isSeparator()) texts += action->toolTip();
        return texts;
    }

    PageSurroundings m_around;
    SpecDocument m_document;
    BackboneCard m_card;
    QSignalSpy m_told;
};

TEST_F(BackboneCardTest, SaysWhatTheFolderIsAndWhatWillBeTrained) {
    ASSERT_TRUE(waitFor([&] { return !m_told.isEmpty(); }));
    EXPECT_TRUE(text("backboneFacts").contains("T5")) << text("backboneFacts").toStdString();
    EXPECT_TRUE(text("backboneFacts").contains("Tokenizer: "));
    EXPECT_TRUE(text("backboneFacts").contains("12 modules")) << text("backboneFacts").toStdString();
    EXPECT_EQ(text("backboneProblem"), "");
    m_told.clear();
    m_document.setText("adapter.targets", "nothing");
    ASSERT_TRUE(waitFor([&] { return !m_told.isEmpty(); }));
    EXPECT_TRUE(text("backboneProblem").contains("nothing"));
}

TEST_F(BackboneCardTest, RemembersFoldersThatWereRecognised) {
    const auto folder = m_around.folder() / "my model";
    std::filesystem::copy(resourceFolder() / "builtin", folder);
    choose("/nowhere/model");
    EXPECT_TRUE(text("backboneProblem").contains("/nowhere/model"));
    EXPECT_EQ(text("backboneFacts"), "");
    EXPECT_EQ(m_card.recent(), QStringList());
    choose(QString::fromStdString(folder.string()));
    EXPECT_EQ(text("backboneProblem"), "");
    EXPECT_EQ(m_card.recent(), QStringList{QString::fromStdString(folder.string())});
    EXPECT_TRUE(menu().contains(QString::fromStdString(folder.string())));
    m_card.findChild<QToolButton*>("recentBackbones")->menu()->actions().first()->trigger();
    EXPECT_EQ(m_document.value("backbone.path"), "builtin");
}

}  // namespace
}  // namespace jumplora
