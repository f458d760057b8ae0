// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/session.h"

#include "base/error.h"
#include "session/jobs.h"
#include "support/shared_data.h"
#include "train/run_state.h"
#include "ui/support/tiny_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <QCoreApplication>
#include <QSignalSpy>

namespace jumplora {
namespace {

using testing::brokenSpec;
using testing::indexHasSteps;
using testing::tinySpec;
using testing::waitUntil;

// Steps enough that a person could press a button meanwhile.
constexpr double kLong = 300;

class SessionTest : public ::testing::Test {
  protected:
    SessionTest() {
        QObject::connect(&m_session, &Session::runEvents, [this](const QString& id, const EventBatch& batch) {
            for (const Event& event : *batch) m_events[id].push_back(event);
        });
        const auto note = [this](const QString& sentence) { m_problems += sentence; };
        QObject::connect(&m_session, &Session::problem, note);
        QObject::connect(&m_jobs, &Jobs::problem, note);
    }

    [[nodiscard]] QString stateOf(const QString& id) const {
        const RunStatus* status = m_session.status(id);
        return status == nullptr ? QStringLiteral("unknown") : status->state;
    }
    bool reaches(const QString& id, const QString& state) {
        return waitUntil([&] { return stateOf(id) == state; });
    }
    bool hasSteps(const QString& id, std::int64_t steps) {
        return waitUntil([&] {
            const RunStatus* status = m_session.status(id);
            return status != nullptr && status->globalStep >= steps;
        });
    }
    template <typename T>
    [[nodiscard]] int count(const QString& id) const {
        const auto found = m_events.find(id);
        if (found == m_events.end()) return 0;
        return static_cast<int>(
            std::count_if(found->second.begin(), found->second.end(),
                          [](const Event& event) { return std::holds_alternative<T>(event.payload); }));
    }

    testing::TemporaryFolder m_folder;
    Jobs m_jobs{m_folder.path() / "index.sqlite"};
    Session m_session{
        m_jobs,
        {m_folder.path() / "runs",
         std::filesystem::path(QCoreApplication::applicationDirPath().toStdString()) / "jumplora",
         m_folder.path() / "logs"}};
    std::map<QString, std::vector<Event>> m_events;
    QStringList m_problems;
};

TEST_F(SessionTest, ARunInThisProgramTellsEverything) {
    QSignalSpy changed(&m_session, &Session::runsChanged);
    const QString id = m_session.start(tinySpec("one"), RunPlace::InWindow);
    EXPECT_FALSE(m_session.hereIsFree());
    EXPECT_THROW(m_session.start(tinySpec("two"), RunPlace::InWindow), Error);
    ASSERT_TRUE(reaches(id, QStringLiteral("finished")));
    EXPECT_TRUE(m_session.hereIsFree());
    EXPECT_EQ(count<RunStarted>(id), 1);
    EXPECT_EQ(count<StepMetrics>(id), 6);
    EXPECT_EQ(count<EvaluationCell>(id), 6);
    EXPECT_EQ(count<RunEnded>(id), 1);
    const RunStatus* status = m_session.status(id);
    EXPECT_EQ(status->share(), 1);
    EXPECT_EQ(status->tasks, QStringList({"imdb", "sst-2", "agnews"}));
    EXPECT_TRUE(status->hasPenalty);
    EXPECT_FALSE(changed.isEmpty());
    EXPECT_TRUE(m_problems.isEmpty());
}

TEST_F(SessionTest, ARunThatCannotBePreparedFailsAndLeavesNoFolder) {
    const QString id = m_session.start(brokenSpec("broken"), RunPlace::InWindow);
    ASSERT_TRUE(reaches(id, QStringLiteral("failed")));
    EXPECT_THAT(m_session.status(id)->message.toStdString(), ::testing::HasSubstr("/nowhere/flan-t5"));
    EXPECT_FALSE(std::filesystem::exists(m_session.status(id)->directory));

    const QString child = m_session.start(brokenSpec("broken-child"), RunPlace::Child);
    ASSERT_TRUE(reaches(child, QStringLiteral("failed")));
    EXPECT_THAT(m_session.status(child)->message.toStdString(), ::testing::HasSubstr("/nowhere/flan-t5"));
    EXPECT_FALSE(std::filesystem::exists(m_session.status(child)->directory));
}

TEST_F(SessionTest, ARenamedRunGoesByItsNewName) {
    const QString id = m_session.start(tinySpec("before", kLong), RunPlace::InWindow);
    ASSERT_TRUE(indexHasSteps(m_jobs.database(), id)) << m_problems.join('\n').toStdString();
    QSignalSpy renamed(&m_session, &Session::runRenamed);
    m_jobs.write(
        &m_session, [id](Store& store) { store.setName(id.toStdString(), "after"); }, [] {});
    ASSERT_TRUE(waitUntil([&] { return m_session.status(id)->name == "after"; }))
        << m_problems.join('\n').toStdString();
    EXPECT_EQ(renamed, QList<QVariantList>({{id, QStringLiteral("after")}}));
    m_session.command(id, RunCommand::Pause);
    ASSERT_TRUE(reaches(id, QStringLiteral("paused")));

    // Another window knows the run by its folder, whose settings say the first name.
    Session other(m_jobs, m_session.places());
    other.resume(m_session.status(id)->directory, RunPlace::InWindow);
    ASSERT_TRUE(waitUntil([&] { return other.status(id)->name == "after"; }))
        << m_problems.join('\n').toStdString();
    other.command(id, RunCommand::Stop);
    ASSERT_TRUE(waitUntil([&] { return other.status(id)->state == QLatin1String("stopped"); }));
    EXPECT_TRUE(m_problems.isEmpty()) << m_problems.join('\n').toStdString();
}

TEST_F(SessionTest, PausesAndGoesOnWithoutGap) {
    const QString id = m_session.start(tinySpec("long", kLong), RunPlace::InWindow);
    ASSERT_TRUE(hasSteps(id, 3));
    EXPECT_TRUE(m_session.command(id, RunCommand::Pause));
    EXPECT_TRUE(m_session.status(id)->message.startsWith("Pausing")) << "a click is answered at once";
    ASSERT_TRUE(reaches(id, QStringLiteral("paused")));
    EXPECT_FALSE(m_session.command(id, RunCommand::Pause)) << "nobody is there to be asked";
    m_session.resume(m_session.status(id)->directory, RunPlace::InWindow);
    ASSERT_TRUE(waitUntil([&] { return count<RunResumed>(id) == 1; }));
    m_session.command(id, RunCommand::Stop);
    ASSERT_TRUE(reaches(id, QStringLiteral("stopped")));
    std::int64_t expected = 0;
    for (const Event& event : m_events[id]) {
        const auto* step = std::get_if<StepMetrics>(&event.payload);
        if (step != nullptr) {
            EXPECT_EQ(step->globalStep, ++expected);
        }
    }
}

TEST_F(SessionTest, AChildIsFollowedByItsLog) {
    const QString id = m_session.start(tinySpec("child"), RunPlace::Child);
    EXPECT_GT(m_session.status(id)->pid, 0);
    EXPECT_TRUE(m_session.hereIsFree());
    ASSERT_TRUE(reaches(id, QStringLiteral("finished")));
    EXPECT_EQ(count<StepMetrics>(id), 6);
    EXPECT_EQ(count<EvaluationCell>(id), 6);
    EXPECT_TRUE(m_session.status(id)->message.isEmpty());
    Store store(m_jobs.database());
    EXPECT_EQ(store.run(id.toStdString()).state, "finished");
}

TEST_F(SessionTest, AChildObeys) {
    const QString id = m_session.start(tinySpec("child", kLong), RunPlace::Child);
    // Before it can listen: kept until it does.
    EXPECT_TRUE(m_session.command(id, RunCommand::Pause));
    ASSERT_TRUE(reaches(id, QStringLiteral("paused")));
    const auto directory = m_session.status(id)->directory;
    m_session.resume(directory, RunPlace::Child);
    ASSERT_TRUE(waitUntil([&] { return count<RunResumed>(id) == 1; }));
    m_session.command(id, RunCommand::CheckpointNow);
    const int before = count<CheckpointWritten>(id);
    ASSERT_TRUE(waitUntil([&] { return count<CheckpointWritten>(id) > before; }));
    m_session.command(id, RunCommand::Stop);
    ASSERT_TRUE(reaches(id, QStringLiteral("stopped")));
}

TEST_F(SessionTest, AKilledChildIsLostAndCanGoOn) {
    const QString id = m_session.start(tinySpec("child", kLong), RunPlace::Child);
    ASSERT_TRUE(hasSteps(id, 2));
    ::kill(static_cast<pid_t>(m_session.status(id)->pid), SIGKILL);
    ASSERT_TRUE(reaches(id, QStringLiteral("lost")));
    EXPECT_THAT(m_session.status(id)->message.toStdString(), ::testing::HasSubstr("signal 9"));
    m_session.resume(m_session.status(id)->directory, RunPlace::InWindow);
    ASSERT_TRUE(hasSteps(id, 1));
    m_session.command(id, RunCommand::Stop);
    ASSERT_TRUE(reaches(id, QStringLiteral("stopped")));
    EXPECT_TRUE(m_problems.isEmpty()) << m_problems.join("; ").toStdString();
}

TEST_F(SessionTest, ARunMovesFromTheWindowIntoAProcess) {
    const QString id = m_session.start(tinySpec("moving", kLong), RunPlace::InWindow);
    ASSERT_TRUE(hasSteps(id, 2));
    m_session.moveToChild();
    ASSERT_TRUE(waitUntil([&] { return m_session.status(id)->place == RunPlace::Child; }));
    EXPECT_TRUE(m_session.hereIsFree());
    ASSERT_TRUE(reaches(id, QStringLiteral("running")));
    m_session.command(id, RunCommand::Stop);
    ASSERT_TRUE(reaches(id, QStringLiteral("stopped")));
}

TEST_F(SessionTest, ASecondSessionFollowsARunOfTheFirst) {
    const QString id = m_session.start(tinySpec("followed", kLong), RunPlace::Child);
    ASSERT_TRUE(hasSteps(id, 1));
    Session second(m_jobs, m_session.places());
    second.follow(m_session.status(id)->directory, m_session.status(id)->pid);
    ASSERT_TRUE(waitUntil([&] { return second.status(id)->globalStep >= 2; }));
    EXPECT_EQ(second.status(id)->place, RunPlace::Elsewhere);
    EXPECT_TRUE(second.command(id, RunCommand::Stop));
    ASSERT_TRUE(reaches(id, QStringLiteral("stopped")));
    ASSERT_TRUE(waitUntil([&] { return second.status(id)->state == "stopped"; }));
}

TEST_F(SessionTest, AFolderThatIsDeletedWhileItsRunIsOnIsSaid) {
    const QString id = m_session.start(tinySpec("gone", 4), RunPlace::Child);
    ASSERT_TRUE(hasSteps(id, 1));
    std::filesystem::remove_all(m_session.status(id)->directory);
    ASSERT_TRUE(waitUntil([&] { return !m_session.status(id)->isActive(); }));
    EXPECT_FALSE(m_session.status(id)->message.isEmpty());
}

}  // namespace
}  // namespace jumplora
