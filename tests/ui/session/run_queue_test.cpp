// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/run_queue.h"

#include "base/file.h"
#include "parts/settings.h"
#include "session/jobs.h"
#include "session/session.h"
#include "support/shared_data.h"
#include "ui/support/tiny_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <QCoreApplication>
#include <QSignalSpy>

namespace jumplora {
namespace {

using testing::brokenSpec;
using testing::tinySpec;
using testing::waitUntil;

// A program's share of a queue.
struct Program {
    explicit Program(const std::filesystem::path& folder)
        : settings(folder / "window.ini"),
          jobs(folder / "index.sqlite"),
          session(jobs,
                  {folder / "runs",
                   std::filesystem::path(QCoreApplication::applicationDirPath().toStdString()) / "jumplora",
                   folder / "logs"}),
          queue(folder / "queue.json", session, settings) {}
    Settings settings;
    Jobs jobs;
    Session session;
    RunQueue queue;

    [[nodiscard]] QStringList names() const {
        QStringList all;
        for (const QueueRow& row : queue.rows()) all += row.name;
        return all;
    }
    [[nodiscard]] QStringList states() const {
        QStringList all;
        for (const QueueRow& row : queue.rows()) all += row.state;
        return all;
    }
};

class RunQueueTest : public ::testing::Test {
  protected:
    // Three rows that wait and do not start.
    QStringList fill(Program& program) {
        program.queue.setSuspended(true);
        return program.queue.enqueue({tinySpec("a"), tinySpec("b"), tinySpec("c")});
    }
    testing::TemporaryFolder m_folder;
};

TEST_F(RunQueueTest, SurvivesClosing) {
    {
        Program first(m_folder.path());
        const QStringList ids = fill(first);
        first.queue.setHeld({ids[1]}, true);
        first.queue.move(ids[2], 0);
        EXPECT_EQ(first.queue.waiting(), 3);
    }
    Program second(m_folder.path());
    second.queue.setSuspended(true);
    EXPECT_EQ(second.names(), QStringList({"c", "a", "b"}));
    EXPECT_TRUE(second.queue.rows()[2].held);
    EXPECT_EQ(second.queue.rows()[0].specHash.size(), 16);
    EXPECT_EQ(toJson(second.queue.rows()[0].spec), toJson(tinySpec("c")));
}

TEST_F(RunQueueTest, EverythingCanBeUndone) {
    Program program(m_folder.path());
    const QStringList ids = fill(program);
    QUndoStack& undo = program.queue.undoStack();
    program.queue.move(ids[0], 2);
    program.queue.rename(ids[1], QStringLiteral("renamed"));
    program.queue.remove({ids[2]});
    program.queue.duplicate({ids[0]});
    EXPECT_EQ(program.names(), QStringList({"renamed", "a", "a"}));
    EXPECT_TRUE(program.queue.rows()[2].held) << "a copy waits to be looked at";
    undo.undo();
    undo.undo();
    EXPECT_EQ(program.names(), QStringList({"renamed", "c", "a"}));
    undo.undo();
    undo.undo();
    EXPECT_EQ(program.names(), QStringList({"a", "b", "c"}));
    undo.redo();
    EXPECT_EQ(program.names(), QStringList({"b", "c", "a"}));
    undo.undo();
    undo.undo();
    EXPECT_TRUE(program.queue.rows().empty());
}

TEST_F(RunQueueTest, OfThreeTheSecondFailsAndTheOthersGoOn) {
    Program program(m_folder.path());
    const QSignalSpy failed(&program.queue, &RunQueue::rowFailed);
    program.queue.enqueue({tinySpec("a"), brokenSpec("b"), tinySpec("c")});
    ASSERT_TRUE(waitUntil([&] { return program.states().count("finished") == 2; }, 120000));
    EXPECT_EQ(program.states(), QStringList({"finished", "failed", "finished"}));
    EXPECT_THAT(program.queue.rows()[1].message.toStdString(), ::testing::HasSubstr("/nowhere/flan-t5"));
    EXPECT_EQ(failed.size(), 1);
    EXPECT_FALSE(RunQueue::canResume(program.queue.rows()[1])) << "nothing was made of it";
    EXPECT_FALSE(program.queue.isBlocked());
}

TEST_F(RunQueueTest, AFailureHoldsTheRestWhenItIsToldTo) {
    Program program(m_folder.path());
    program.queue.setContinueOnError(false);
    program.queue.enqueue({brokenSpec("a"), tinySpec("b")});
    ASSERT_TRUE(waitUntil([&] { return program.queue.isBlocked(); }));
    EXPECT_EQ(program.states(), QStringList({"failed", "waiting"}));
    program.queue.resumeAll();
    ASSERT_TRUE(waitUntil([&] { return program.states()[1] == "finished"; }));
}

TEST_F(RunQueueTest, HeldRowsAndSettingsDecideWhatStarts) {
    Program program(m_folder.path());
    const QStringList ids = fill(program);
    program.queue.setHeld({ids[0]}, true);
    program.queue.setSuspended(false);
    ASSERT_TRUE(waitUntil([&] { return !program.queue.row(ids[1])->isWaiting(); }));
    EXPECT_TRUE(program.queue.row(ids[0])->isWaiting());
    EXPECT_TRUE(program.queue.row(ids[2])->isWaiting()) << "one at a time";
    program.queue.setSuspended(true);
    program.session.command(program.queue.row(ids[1])->runId, RunCommand::Stop);
    ASSERT_TRUE(waitUntil([&] { return !program.queue.row(ids[1])->isRunning(); }));
}

TEST_F(RunQueueTest, StartsNowInTheWindowAndQueuesTheNext) {
    Program program(m_folder.path());
    const QString first = program.queue.startNow(tinySpec("now", 30));
    EXPECT_EQ(program.session.status(program.queue.row(first)->runId)->place, RunPlace::InWindow);
    const QString second = program.queue.startNow(tinySpec("next"));
    EXPECT_TRUE(program.queue.row(second)->isWaiting());
    program.session.command(program.queue.row(first)->runId, RunCommand::Stop);
    ASSERT_TRUE(waitUntil([&] { return program.queue.row(second)->state == "finished"; }));
    EXPECT_EQ(program.queue.row(first)->state, "stopped");
    program.queue.setSuspended(true);
    program.queue.retry(first);
    EXPECT_TRUE(program.queue.row(first)->isWaiting());
    EXPECT_FALSE(program.queue.row(first)->directory.empty()) << "it goes on where it was";
}

TEST_F(RunQueueTest, OneProgramWorksItOffTheOtherFollows) {
    Program first(m_folder.path());
    EXPECT_TRUE(first.queue.isOwner());
    fill(first);
    {
        Program second(m_folder.path());
        EXPECT_FALSE(second.queue.isOwner());
        EXPECT_EQ(second.names(), QStringList({"a", "b", "c"}));
        second.queue.enqueue({tinySpec("d")});
        ASSERT_TRUE(waitUntil([&] { return first.queue.rows().size() == 4; }));
        EXPECT_TRUE(second.queue.row(second.queue.rows()[3].id)->isWaiting());
    }
    EXPECT_EQ(first.names().last(), "d");
}

TEST_F(RunQueueTest, ADamagedFileIsSaidAndKept) {
    writeFileAtomically(m_folder.path() / "queue.json", "{\"format\": \"jumplora-queue/1\", \"rows\": [3]}");
    Program program(m_folder.path());
    QSignalSpy problem(&program.queue, &RunQueue::problem);
    EXPECT_TRUE(problem.wait(10000));
    EXPECT_TRUE(program.queue.rows().empty());
    EXPECT_THAT(readFile(m_folder.path() / "queue.json.damaged"), ::testing::HasSubstr("[3]"));
}

TEST_F(RunQueueTest, SettingsThatThisVersionRefusesFailTheirRowAlone) {
    {
        Program program(m_folder.path());
        fill(program);
    }
    const auto file = m_folder.path() / "queue.json";
    Json json = readJsonFile(file);
    json["rows"][1]["spec"]["adapter"]["rank"] = -3;
    writeFileAtomically(file, json.dump());
    Program program(m_folder.path());
    program.queue.setSuspended(true);
    EXPECT_EQ(program.states(), QStringList({"waiting", "failed", "waiting"}));
    EXPECT_THAT(program.queue.rows()[1].message.toStdString(), ::testing::HasSubstr("adapter.rank"));
}

}  // namespace
}  // namespace jumplora
