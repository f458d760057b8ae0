// SPDX-License-Identifier: GPL-3.0-or-later
// The window itself: pages, actions, palette, help, settings.
#include "base/file.h"
#include "base/resources.h"
#include "setup/setup_page.h"
#include "shell/command_palette.h"
#include "shell/help_topics.h"
#include "shell/palette_model.h"
#include "ui/support/window_fixture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <QComboBox>
#include <QDialog>
#include <QDir>
#include <QDropEvent>
#include <QElapsedTimer>
#include <QLineEdit>
#include <QListView>
#include <QMenu>
#include <QMenuBar>
#include <QMimeData>
#include <QPushButton>
#include <QTableWidget>
#include <QTextBrowser>
#include <QToolButton>
#include <QUrl>
#include <set>

namespace jumplora {
namespace {

using testing::OpenWindow;

class WindowStories : public ::testing::Test {
  protected:
    void key(Qt::Key key, Qt::KeyboardModifiers modifiers = {}) {
        QWidget* focus = QApplication::focusWidget();
        QTest::keyClick(focus == nullptr ? &m_open.window() : focus, key, modifiers);
    }
    [[nodiscard]] QString page() { return m_open.window().currentPage()->objectName(); }

    testing::TemporaryFolder m_folder;
    OpenWindow m_open{m_folder.path()};
};

TEST_F(WindowStories, EveryPageIsThereWithItsName) {
    for (const char* name : {"setupPage", "livePage", "queuePage", "runsPage", "comparePage", "adaptersPage",
                             "resultsPage", "settingsPage", "helpPage", "shortcutsPage"}) {
        EXPECT_NE(m_open.window().page(QLatin1String(name)), nullptr) << name;
        m_open.window().showPage(QLatin1String(name));
        EXPECT_EQ(page(), name);
        EXPECT_FALSE(m_open.text("pageTitle").isEmpty());
    }
    for (const char* name : {"menuBar", "navRail", "pageHeader", "pageStack", "noticeStrip", "runBar",
                             "runState", "pauseButton", "stopButton", "commandPalette"})
        EXPECT_NE(m_open.find<QWidget>(name), nullptr) << name;
}

TEST_F(WindowStories, ShortcutsChangePagesAndHistoryGoesBack) {
    key(Qt::Key_4, Qt::ControlModifier);
    EXPECT_EQ(page(), "runsPage");
    key(Qt::Key_2, Qt::ControlModifier);
    EXPECT_EQ(page(), "livePage");
    key(Qt::Key_Comma, Qt::ControlModifier);
    EXPECT_EQ(page(), "settingsPage");
    m_open.trigger("view.back");
    EXPECT_EQ(page(), "livePage");
    m_open.trigger("view.back");
    EXPECT_EQ(page(), "runsPage");
    m_open.trigger("view.forward");
    EXPECT_EQ(page(), "livePage");
    m_open.window().showPage(QStringLiteral("queuePage"));
    EXPECT_FALSE(m_open.workbench().actions.action(QStringLiteral("view.forward"))->isEnabled());
}

TEST_F(WindowStories, EveryActionHasTextTooltipAndAPlaceInThePalette) {
    m_open.trigger("view.palette");
    std::set<QString> ids;
    for (const PaletteEntry& entry : m_open.find<CommandPalette>("commandPalette")->model().entries())
        ids.insert(entry.id);
    for (const ActionInfo& info : m_open.workbench().actions.all()) {
        const std::string id = info.id.toStdString();
        const QAction* action = m_open.workbench().actions.action(info.id);
        EXPECT_FALSE(action->text().isEmpty()) << id;
        EXPECT_FALSE(info.tooltip.isEmpty()) << id;
        EXPECT_TRUE(action->toolTip().startsWith(info.tooltip)) << id;
        EXPECT_TRUE(ids.count(info.id)) << id;
        if (info.scope != ActionScope::Window) {
            EXPECT_FALSE(info.page.isEmpty()) << id << " belongs to no page";
        }
    }
}

// Two actions whose shortcuts could both be meant by one key.
bool overlap(const ActionInfo& a, const ActionInfo& b, const ActionRegistry& actions) {
    if (a.scope == ActionScope::Window || b.scope == ActionScope::Window) return true;
    if (a.page != b.page) return false;
    if (a.scope == ActionScope::Page || b.scope == ActionScope::Page) return true;
    const QObjectList first = actions.action(a.id)->associatedObjects();
    const QObjectList second = actions.action(b.id)->associatedObjects();
    return std::any_of(first.begin(), first.end(), [&](QObject* each) {
        return qobject_cast<QToolButton*>(each) == nullptr && qobject_cast<QMenu*>(each) == nullptr &&
               second.contains(each);
    });
}

TEST_F(WindowStories, NoTwoShortcutsCollide) {
    const ActionRegistry& actions = m_open.workbench().actions;
    const auto& all = actions.all();
    for (qsizetype i = 0; i < all.size(); ++i) {
        for (qsizetype j = i + 1; j < all.size(); ++j) {
            if (!overlap(all[i], all[j], actions)) continue;
            for (const QKeySequence& first : all[i].shortcuts) {
                for (const QKeySequence& second : all[j].shortcuts)
                    EXPECT_EQ(first.matches(second), QKeySequence::NoMatch)
                        << all[i].id.toStdString() << " and " << all[j].id.toStdString() << ": "
                        << first.toString().toStdString();
            }
        }
    }
}

TEST_F(WindowStories, FilesAreDroppedAnywhere) {
    MainWindow& window = m_open.window();
    const auto drop = [&](const std::filesystem::path& path) {
        QMimeData mime;
        mime.setUrls({QUrl::fromLocalFile(QString::fromStdString(path.string()))});
        QDragEnterEvent enter(QPoint(5, 5), Qt::CopyAction, &mime, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(&window, &enter);
        ASSERT_TRUE(enter.isAccepted());
        QDropEvent event(QPointF(5, 5), Qt::CopyAction, &mime, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(&window, &event);
    };
    window.showPage("settingsPage");
    const auto model = m_folder.path() / "model";
    std::filesystem::copy(resourceFolder() / "builtin", model);
    drop(model);
    EXPECT_EQ(window.currentPage()->objectName(), "setupPage");
    EXPECT_EQ(m_open.find<SetupPage>("setupPage")->document().value("backbone.path"), model.string());
    const auto results = m_folder.path() / "their results.json";
    writeFileAtomically(results, R"([{"after_training_task": "a", "seen_task_results": []}])");
    drop(results);
    EXPECT_EQ(window.currentPage()->objectName(), "runsPage");
    auto* dialog = m_open.find<QDialog>("bringInDialog");
    ASSERT_NE(dialog, nullptr);
    EXPECT_TRUE(dialog->findChild<QLabel*>("bringInKind")->text().contains("JumpLoRA reference"));
}

TEST_F(WindowStories, MenusNameEveryWindowAction) {
    std::set<QAction*> inMenus;
    for (QAction* title : m_open.find<QMenuBar>("menuBar")->actions()) {
        Q_EMIT title->menu()->aboutToShow();
        for (QAction* action : title->menu()->actions()) inMenus.insert(action);
    }
    for (const ActionInfo& info : m_open.workbench().actions.all()) {
        if (info.page.isEmpty()) {
            EXPECT_TRUE(inMenus.count(m_open.workbench().actions.action(info.id))) << info.id.toStdString();
        }
    }
}

TEST_F(WindowStories, PaletteFindsByAFewLettersAndPrefixes) {
    key(Qt::Key_K, Qt::ControlModifier);
    auto* palette = m_open.find<CommandPalette>("commandPalette");
    ASSERT_TRUE(palette->isVisible());
    auto* edit = m_open.find<QLineEdit>("paletteEdit");
    const auto first = [&] { return palette->model().entry(0)->id; };
    edit->setText(QStringLiteral("shqu"));
    EXPECT_EQ(first(), "view.queue");
    edit->setText(QStringLiteral("# bandw"));
    EXPECT_EQ(first(), "field.gate.bandwidth");
    edit->setText(QStringLiteral("> runs"));
    EXPECT_EQ(palette->model().entry(0)->kind, PaletteEntry::Kind::Action);
    edit->setText(QStringLiteral("show adapters"));
    QTest::keyClick(edit, Qt::Key_Return);
    EXPECT_FALSE(palette->isVisible());
    EXPECT_EQ(page(), "adaptersPage");
    m_open.trigger("view.palette");
    edit->setText(QStringLiteral("show"));
    EXPECT_EQ(first(), "view.adapters") << "what was used last comes first";
    edit->setText(QStringLiteral("xqzxqz"));
    EXPECT_TRUE(m_open.find<QLabel>("paletteNone")->isVisible());
    QTest::keyClick(edit, Qt::Key_Escape);
    EXPECT_FALSE(palette->isVisible());
    m_open.trigger("view.palette");
    EXPECT_FALSE(m_open.find<QLabel>("paletteNone")->isVisible());
    m_open.trigger("view.runs");
    EXPECT_FALSE(palette->isVisible()) << "it belongs to the page it was opened on";
    m_open.trigger("view.palette");
    edit->setText(QStringLiteral("> built-in"));
    QTest::keyClick(edit, Qt::Key_Return);
    EXPECT_EQ(page(), "setupPage");
    EXPECT_EQ(m_open.find<SetupPage>("setupPage")->document().rows().size(), 4U);
}

TEST_F(WindowStories, HelpOpensAtThePage) {
    for (const char* name : {"setupPage", "livePage", "queuePage", "runsPage", "comparePage", "adaptersPage",
                             "resultsPage", "settingsPage"}) {
        m_open.window().showPage(QLatin1String(name));
        const QString topic = m_open.window().currentPage()->helpTopic();
        const auto& topics = helpTopics();
        EXPECT_TRUE(std::any_of(topics.begin(), topics.end(),
                                [&](const HelpTopic& each) { return each.address == topic; }))
            << name << ": " << topic.toStdString() << " is not in the documentation";
        m_open.trigger("help.context");
        EXPECT_EQ(page(), "helpPage");
        EXPECT_FALSE(m_open.find<QTextBrowser>("helpText")->toPlainText().isEmpty());
    }
    m_open.trigger("help.shortcuts");
    EXPECT_GT(m_open.find<QTableWidget>("shortcutTable")->rowCount(), 20);
}

TEST_F(WindowStories, SettingsActAtOnceAndCanBeUndone) {
    m_open.trigger("edit.settings");
    auto* theme = m_open.find<QComboBox>("setting.theme");
    theme->setCurrentIndex(2);
    Q_EMIT theme->activated(2);
    EXPECT_EQ(m_open.workbench().theme.kind(), ThemeKind::Dark);
    EXPECT_GT(QApplication::palette().color(QPalette::WindowText).lightness(), 180);
    m_open.trigger("edit.undo");
    EXPECT_EQ(m_open.workbench().theme.kind(), ThemeKind::System);
    EXPECT_EQ(theme->currentIndex(), 0);
    m_open.trigger("view.larger");
    EXPECT_EQ(m_open.workbench().theme.textScale(), 1.1);
    m_open.trigger("view.usual");
    EXPECT_EQ(m_open.workbench().theme.textScale(), 1.0);
}

TEST_F(WindowStories, NoticesStackAndClose) {
    auto& context = m_open.window().context();
    int done = 0;
    context.navigator.showNotice({.sentence = QStringLiteral("First.")});
    context.navigator.showNotice({.kind = Notice::Kind::Error,
                                  .sentence = QStringLiteral("Second."),
                                  .details = QStringLiteral("line 3"),
                                  .actionText = QStringLiteral("Do"),
                                  .action = [&] { ++done; }});
    EXPECT_TRUE(m_open.find<QWidget>("noticeStrip")->isVisible());
    EXPECT_EQ(m_open.text("noticeSentence"), "Second.");
    m_open.find<QPushButton>("noticeDetails")->click();
    EXPECT_TRUE(m_open.find<QWidget>("noticeDetailsText")->isVisible());
    m_open.find<QPushButton>("noticeAction")->click();
    EXPECT_EQ(done, 1);
    EXPECT_EQ(m_open.text("noticeSentence"), "First.");
    m_open.find<QToolButton>("noticeClose")->click();
    EXPECT_FALSE(m_open.find<QWidget>("noticeStrip")->isVisible());
}

TEST_F(WindowStories, EveryControlHasANameForAssistiveTools) {
    for (const char* name : {"setupPage", "livePage", "queuePage", "runsPage", "comparePage", "adaptersPage",
                             "resultsPage", "settingsPage"}) {
        m_open.window().showPage(QLatin1String(name));
        for (QAbstractButton* button : m_open.window().currentPage()->findChildren<QAbstractButton*>()) {
            if (!button->isVisible()) continue;
            EXPECT_FALSE(button->text().isEmpty() && button->accessibleName().isEmpty() &&
                         button->toolTip().isEmpty())
                << name << ": " << button->metaObject()->className() << " "
                << button->objectName().toStdString();
        }
    }
}

TEST_F(WindowStories, GeometryAndPageAreRemembered) {
    m_open.window().resize(1400, 900);
    m_open.window().showPage(QStringLiteral("queuePage"));
    m_open.window().close();
    m_open.workbench().settings.sync();
    OpenWindow again(m_folder.path());
    EXPECT_EQ(again.window().size(), QSize(1400, 900));
    EXPECT_EQ(again.window().currentPage()->objectName(), "queuePage");
    again.trigger("view.resetLayout");
    EXPECT_EQ(again.window().size(), QSize(1280, 800));
}

}  // namespace
}  // namespace jumplora
