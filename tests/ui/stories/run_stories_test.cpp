// SPDX-License-Identifier: GPL-3.0-or-later
// Runs in the real window, by the names of its parts.
#include "session/run_queue.h"
#include "store/store.h"
#include "train/run_directory.h"
#include "ui/support/window_fixture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <QComboBox>
#include <QDialog>
#include <QLineEdit>
#include <QPushButton>
#include <QTableView>
#include <QToolButton>

namespace jumplora {
namespace {

using testing::brokenSpec;
using testing::indexHasSteps;
using testing::OpenWindow;
using testing::tinySpec;
using testing::waitUntil;

constexpr double kLong = 300;

class RunStories : public ::testing::Test {
  protected:
    void open() { m_open = std::make_unique<OpenWindow>(m_folder.path()); }
    // As a person who closes the window; answers the question with the button of this name.
    void closeBy(const char* button) {
        m_open->window().close();
        auto* dialog = m_open->window().findChild<QDialog*>(QStringLiteral("closeDialog"));
        ASSERT_NE(dialog, nullptr);
        auto* choice = dialog->findChild<QPushButton*>(QLatin1String(button));
        if (choice != nullptr) {
            choice->click();
        } else {
            dialog->findChild<QAbstractButton*>(QLatin1String(button))->click();
        }
        ASSERT_TRUE(waitUntil([&] { return !m_open->window().isVisible(); }));
        m_open.reset();
    }
    [[nodiscard]] QString start(const RunSpec& spec) {
        RunQueue& queue = m_open->workbench().queue;
        return queue.row(queue.startNow(spec))->runId;
    }

    testing::TemporaryFolder m_folder;
    std::unique_ptr<OpenWindow> m_open;
};

TEST_F(RunStories, StartWatchPauseQuitReopenResume) {
    open();
    EXPECT_TRUE(m_open->text("runIdle").startsWith("No run."));
    const QString id = start(tinySpec("story", kLong));
    ASSERT_TRUE(m_open->hasSteps(id, 2));
    ASSERT_TRUE(waitUntil(
        [&] { return m_open->text("runCe").startsWith("CE 0.") || m_open->text("runCe").size() > 4; }));
    ASSERT_TRUE(
        waitUntil([&] { return m_open->window().windowTitle().contains("% story · task 1/3 imdb"); }));
    EXPECT_EQ(m_open->text("runState"), "Running");
    EXPECT_TRUE(m_open->text("runTau").isEmpty() || m_open->text("runTau").contains("τ"));

    // Pages change while it runs.
    for (const char* page : {"view.runs", "view.setup", "view.live", "view.queue"}) {
        m_open->trigger(page);
        QCoreApplication::processEvents();
    }
    QTest::keyClick(&m_open->window(), Qt::Key_F8);
    EXPECT_TRUE(m_open->text("runMessage").startsWith("Pausing")) << "answered at once";
    ASSERT_TRUE(m_open->reaches(id, "paused"));
    EXPECT_TRUE(waitUntil([&] { return m_open->text("runState") == "Paused"; }));
    EXPECT_TRUE(m_open->window().windowTitle().startsWith("Paused · story"));
    const std::int64_t paused = m_open->run(id)->globalStep;
    const QString page = m_open->window().currentPage()->objectName();
    m_open->window().close();
    EXPECT_FALSE(m_open->window().isVisible()) << "nothing runs, nothing is asked";
    m_open.reset();

    open();
    EXPECT_EQ(m_open->window().currentPage()->objectName(), page);
    EXPECT_EQ(m_open->text("noticeSentence"), "story is paused. Resume goes on at its checkpoint.");
    m_open->find<QPushButton>("noticeAction")->click();
    ASSERT_TRUE(m_open->hasSteps(id, paused + 1));
    EXPECT_EQ(m_open->run(id)->place, RunPlace::InWindow);
    m_open->workbench().session.command(id, RunCommand::Stop);
    ASSERT_TRUE(m_open->reaches(id, "stopped"));

    // No gap, no double step.
    std::int64_t expected = 0;
    for (const Event& event : RunDirectory(m_open->run(id)->directory).readEvents()) {
        const auto* step = std::get_if<StepMetrics>(&event.payload);
        if (step != nullptr) {
            EXPECT_EQ(step->globalStep, ++expected);
        }
    }
}

TEST_F(RunStories, ARunIsRenamedWhileItIsOn) {
    open();
    const QString id = start(tinySpec("first-name", kLong));
    ASSERT_TRUE(indexHasSteps(m_open->workbench().jobs.database(), id));
    m_open->trigger("view.runs");
    auto* table = m_open->find<QTableView>("runTable");
    ASSERT_TRUE(waitUntil([&] { return table->model()->rowCount() == 1; }));
    table->selectRow(0);
    m_open->trigger("runs.rename");
    auto* editor = qobject_cast<QLineEdit*>(QApplication::focusWidget());
    ASSERT_NE(editor, nullptr);
    editor->setText("second-name");
    QTest::keyClick(editor, Qt::Key_Return);
    EXPECT_TRUE(waitUntil([&] { return m_open->find<QPushButton>("runName")->text() == "second-name"; }));
    EXPECT_TRUE(m_open->window().windowTitle().contains("% second-name · task 1/3 imdb"))
        << m_open->window().windowTitle().toStdString();
    EXPECT_TRUE(
        waitUntil([&] { return m_open->find<QComboBox>("liveRun")->itemText(0) == "▶ second-name"; }));
    QTest::keyClick(&m_open->window(), Qt::Key_F8);
    ASSERT_TRUE(m_open->reaches(id, "paused"));
    EXPECT_TRUE(waitUntil([&] { return m_open->window().windowTitle().startsWith("Paused · second-name"); }));
    m_open->window().close();
    m_open.reset();
    open();
    EXPECT_EQ(m_open->text("noticeSentence"), "second-name is paused. Resume goes on at its checkpoint.");
}

TEST_F(RunStories, ClosingAsksOnceAndPauses) {
    open();
    const QString id = start(tinySpec("closing", kLong));
    ASSERT_TRUE(m_open->hasSteps(id, 1));
    closeBy("closePause");
    const Store store(m_folder.path() / "index.sqlite");
    EXPECT_EQ(store.run(id.toStdString()).state, "paused");
    open();
    EXPECT_EQ(m_open->workbench().queue.rows().at(0).state, "paused");
}

TEST_F(RunStories, ClosingCanLeaveTheRunInTheBackground) {
    open();
    const QString id = start(tinySpec("background", kLong));
    ASSERT_TRUE(m_open->hasSteps(id, 1));
    closeBy("closeBackground");
    open();
    ASSERT_TRUE(m_open->reaches(id, "running")) << "the window finds it again";
    EXPECT_EQ(m_open->run(id)->place, RunPlace::Elsewhere);
    EXPECT_TRUE(m_open->workbench().session.command(id, RunCommand::Stop));
    ASSERT_TRUE(m_open->reaches(id, "stopped"));
}

TEST_F(RunStories, QueueOfThreeWhereTheSecondFails) {
    open();
    m_open->trigger("view.queue");
    m_open->workbench().queue.enqueue({tinySpec("first"), brokenSpec("second"), tinySpec("third")});
    auto* table = m_open->find<QTableView>("queueTable");
    ASSERT_TRUE(waitUntil([&] { return m_open->workbench().queue.rows()[2].state == "finished"; }, 120000));
    EXPECT_EQ(m_open->workbench().queue.rows()[0].state, "finished");
    EXPECT_EQ(m_open->workbench().queue.rows()[1].state, "failed");
    EXPECT_EQ(table->model()->rowCount(), 3);
    EXPECT_TRUE(m_open->text("noticeSentence").contains("/nowhere/flan-t5"));
    EXPECT_TRUE(m_open->find<QToolButton>("nav.runsPage")->accessibleName().contains("1 unread failure"));
    m_open->trigger("view.runs");
    EXPECT_EQ(m_open->find<QToolButton>("nav.runsPage")->accessibleName(), "Runs");
    Store store(m_folder.path() / "index.sqlite");
    EXPECT_EQ(store.countRuns({.states = {"finished"}}), 2);
}

TEST_F(RunStories, AKilledChildSaysWhyAndGoesOn) {
    open();
    m_open->workbench().queue.enqueue({tinySpec("victim", kLong)}, QueuePlace::Child);
    ASSERT_TRUE(waitUntil([&] { return !m_open->workbench().queue.rows()[0].runId.isEmpty(); }));
    const QString id = m_open->workbench().queue.rows()[0].runId;
    ASSERT_TRUE(m_open->hasSteps(id, 2));
    ::kill(static_cast<pid_t>(m_open->run(id)->pid), SIGKILL);
    ASSERT_TRUE(m_open->reaches(id, "lost"));
    EXPECT_TRUE(m_open->text("noticeSentence").contains("signal 9"));
    ASSERT_EQ(m_open->find<QPushButton>("noticeAction")->text(), "Resume");
    m_open->find<QPushButton>("noticeAction")->click();
    ASSERT_TRUE(m_open->reaches(id, "running"));
    EXPECT_TRUE(waitUntil([&] { return m_open->text("runState") == "Running"; }));
    m_open->workbench().session.command(id, RunCommand::Stop);
    ASSERT_TRUE(m_open->reaches(id, "stopped"));
}

TEST_F(RunStories, ADeletedFolderIsSaidAndNothingFreezes) {
    open();
    const QString id = start(tinySpec("gone"));
    ASSERT_TRUE(m_open->reaches(id, "finished"));
    std::filesystem::remove_all(m_open->run(id)->directory);
    m_open.reset();
    open();
    for (const char* page : {"view.runs", "view.live", "view.adapters", "view.results", "view.queue"}) {
        m_open->trigger(page);
        QTest::qWait(50);
    }
    m_open->workbench().queue.tryResume(m_folder.path() / "runs" / id.toStdString());
    EXPECT_TRUE(waitUntil([&] { return !m_open->text("noticeSentence").isEmpty(); }));
}

TEST_F(RunStories, ASecondWindowFollowsTheFirst) {
    open();
    const QString id = start(tinySpec("shared", kLong));
    ASSERT_TRUE(m_open->hasSteps(id, 1));
    {
        OpenWindow second(m_folder.path());
        ASSERT_TRUE(waitUntil([&] { return second.run(id) != nullptr && second.run(id)->globalStep > 1; }));
        EXPECT_TRUE(waitUntil([&] { return second.text("runMessage") == "run by another window"; }));
        EXPECT_FALSE(second.workbench().queue.isOwner());
        EXPECT_FALSE(second.workbench().actions.action(QStringLiteral("run.pause"))->isEnabled());
        second.window().close();
        EXPECT_FALSE(second.window().isVisible()) << "what another window runs is not asked about";
    }
    m_open->workbench().session.command(id, RunCommand::Stop);
    ASSERT_TRUE(m_open->reaches(id, "stopped"));
}

}  // namespace
}  // namespace jumplora
