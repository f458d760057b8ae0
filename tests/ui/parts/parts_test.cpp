// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/file.h"
#include "parts/actions.h"
#include "parts/name_box.h"
#include "parts/page.h"
#include "parts/settings.h"
#include "parts/state_widgets.h"
#include "support/shared_data.h"

#include <gtest/gtest.h>

#include <QAction>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>
#include <QToolButton>

namespace jumplora {
namespace {

TEST(Actions, AreFoundAndSayWhyTheyAreDisabled) {
    ActionRegistry actions;
    int calls = 0;
    QAction* action = actions.add({.id = QStringLiteral("run.pause"),
                                   .text = QStringLiteral("Pause"),
                                   .tooltip = QStringLiteral("Pause the run"),
                                   .icon = QStringLiteral("pause"),
                                   .shortcuts = {Qt::Key_F8}},
                                  nullptr, [&] { ++calls; });
    EXPECT_EQ(actions.action(QStringLiteral("run.pause")), action);
    EXPECT_EQ(actions.action(QStringLiteral("run.walk")), nullptr);
    EXPECT_EQ(action->toolTip(), "Pause the run (F8)");
    action->trigger();
    EXPECT_EQ(calls, 1);
    actions.setEnabled(QStringLiteral("run.pause"), false, QStringLiteral("No run is on."));
    EXPECT_FALSE(action->isEnabled());
    EXPECT_EQ(action->toolTip(), "Pause the run (F8)\nNo run is on.");
    actions.setEnabled(QStringLiteral("run.pause"), true);
    EXPECT_EQ(action->toolTip(), "Pause the run (F8)");
}

TEST(NameBox, ShortensInTheMiddle) {
    NameBox box;
    box.addItems(
        {"short", "a-run-with-a-very-long-name-and-seed-1", "a-run-with-a-very-long-name-and-seed-2"});
    box.setMinimumContentsLength(14);
    box.resize(box.sizeHint());
    EXPECT_EQ(box.shownText(), "short");
    box.setCurrentIndex(2);
    EXPECT_TRUE(box.shownText().startsWith("a-r")) << box.shownText().toStdString();
    EXPECT_TRUE(box.shownText().contains(QChar(0x2026)));
    EXPECT_TRUE(box.shownText().endsWith("-2"));
    EXPECT_EQ(box.currentText(), "a-run-with-a-very-long-name-and-seed-2");
    box.resize(1000, box.height());
    EXPECT_EQ(box.shownText(), box.currentText());
}

TEST(Actions, MakeButtonsWithNames) {
    ActionRegistry actions;
    actions.add({.id = QStringLiteral("a"),
                 .text = QStringLiteral("Text"),
                 .tooltip = QStringLiteral("Sentence"),
                 .icon = QStringLiteral("add")});
    QWidget parent;
    const QToolButton* button = actions.button(QStringLiteral("a"), &parent, true);
    EXPECT_EQ(button->accessibleName(), "Text");
    EXPECT_EQ(button->accessibleDescription(), "Sentence");
    EXPECT_GE(button->minimumHeight(), 24);
}

TEST(Actions, OfAWidgetActOnlyWhereItsFocusIs) {
    ActionRegistry actions;
    QWidget window;
    auto* list = new QPushButton(&window);
    auto* other = new QPushButton(&window);
    other->move(100, 0);
    int calls = 0;
    actions.add({.id = QStringLiteral("a"),
                 .text = QStringLiteral("Remove"),
                 .tooltip = QStringLiteral("Remove it"),
                 .shortcuts = {Qt::Key_Delete},
                 .scope = ActionScope::Widget},
                list, [&] { ++calls; });
    window.show();
    QApplication::setActiveWindow(&window);
    other->setFocus();
    QTest::keyClick(other, Qt::Key_Delete);
    EXPECT_EQ(calls, 0);
    list->setFocus();
    QTest::keyClick(list, Qt::Key_Delete);
    EXPECT_EQ(calls, 1);
}

TEST(Settings, AreRememberedAndLayoutIsForgottenAlone) {
    const testing::TemporaryFolder folder;
    const auto file = folder.path() / "window.ini";
    {
        Settings settings(file);
        const QSignalSpy changed(&settings, &Settings::changed);
        settings.set(keys::kTextScale, 1.25);
        settings.set(keys::kTextScale, 1.25);
        settings.set(keys::kPage, QStringLiteral("livePage"));
        EXPECT_EQ(changed.size(), 2) << "the same value again changes nothing";
    }
    Settings settings(file);
    EXPECT_EQ(settings.get<double>(keys::kTextScale), 1.25);
    EXPECT_EQ(settings.get<QString>(keys::kPage), "livePage");
    settings.resetLayout();
    EXPECT_FALSE(settings.has(keys::kPage));
    EXPECT_EQ(settings.get<QString>(keys::kPage, QStringLiteral("setupPage")), "setupPage");
    EXPECT_TRUE(settings.has(keys::kTextScale));
}

TEST(Settings, AFileOfNonsenseGivesDefaults) {
    const testing::TemporaryFolder folder;
    writeFileAtomically(folder.path() / "window.ini", std::string("\0\x01[[[=\n%%%", 10));
    const Settings settings(folder.path() / "window.ini");
    EXPECT_EQ(settings.get<int>(keys::kChildren, 1), 1);
}

TEST(StateStack, ShowsEmptySentenceWithItsButton) {
    auto* content = new QLabel(QStringLiteral("content"));
    StateStack stack(content);
    stack.show();
    EXPECT_TRUE(stack.isShowingContent());
    int calls = 0;
    stack.showEmpty(QStringLiteral("Nothing here."), QStringLiteral("Add"), [&] { ++calls; });
    EXPECT_FALSE(stack.isShowingContent());
    EXPECT_EQ(stack.findChild<QLabel*>(QStringLiteral("emptySentence"))->text(), "Nothing here.");
    QTest::mouseClick(stack.findChild<QPushButton*>(QStringLiteral("emptyButton")), Qt::LeftButton);
    EXPECT_EQ(calls, 1);
    stack.showContent();
    EXPECT_TRUE(stack.isShowingContent());
}

TEST(StateStack, FastLoadingDoesNotFlicker) {
    auto* content = new QLabel(QStringLiteral("content"));
    StateStack stack(content);
    stack.show();
    stack.startLoading();
    EXPECT_TRUE(stack.isShowingContent()) << "what is fast shows no skeleton";
    QTRY_VERIFY(stack.findChild<QWidget*>(QStringLiteral("skeleton"))->isVisible());
    stack.showError(QStringLiteral("The file is damaged."), QStringLiteral("line 3"));
    EXPECT_EQ(stack.findChild<QLabel*>(QStringLiteral("emptySentence"))->text(), "The file is damaged.");
    EXPECT_FALSE(stack.findChild<QPushButton*>(QStringLiteral("emptyButton"))->isVisible());
}

TEST(Page, TellsOfItsTitle) {
    class Named : public Page {
      public:
        Named() : Page(QStringLiteral("aPage"), QStringLiteral("First")) {}
        using Page::setTitle;
    };
    Named page;
    const QSignalSpy changed(&page, &Page::titleChanged);
    page.setTitle(QStringLiteral("Second"));
    page.setTitle(QStringLiteral("Second"));
    EXPECT_EQ(changed.size(), 1);
    EXPECT_EQ(page.accessibleName(), "Second");
}

}  // namespace
}  // namespace jumplora
