// SPDX-License-Identifier: GPL-3.0-or-later
// What the machine does to a run while the window is open: its disk fills, its clock is set.
#include "jumping_clock.h"
#include "session/run_queue.h"
#include "store/store.h"
#include "support/small_disk.h"
#include "train/run_directory.h"
#include "train/run_state.h"
#include "ui/support/window_fixture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <QElapsedTimer>
#include <QPushButton>
#include <QRegularExpression>
#include <QTableView>
#include <QTimer>
#include <fstream>

namespace jumplora {
namespace {

using testing::OpenWindow;
using testing::setClockError;
using testing::SmallDisk;
using testing::tinySpec;
using testing::waitUntil;

constexpr double kLong = 300;
constexpr const char* kPages[] = {"view.setup",    "view.queue",   "view.runs",
                                  "view.adapters", "view.results", "view.live"};

// Steps without a gap and without one told twice; their number.
std::int64_t stepsInOrder(const std::filesystem::path& directory) {
    std::int64_t expected = 0;
    for (const Event& event : RunDirectory(directory).readEvents()) {
        const auto* step = std::get_if<StepMetrics>(&event.payload);
        if (step != nullptr) {
            EXPECT_EQ(step->globalStep, ++expected);
        }
    }
    return expected;
}

class TroubleStories : public ::testing::Test {
  protected:
    // Takes all that is left of a disk.
    class Filler {
      public:
        explicit Filler(std::filesystem::path file) : m_file(std::move(file)) {
            std::ofstream out(m_file, std::ios::binary);
            const std::string block(4096, 'x');
            while (out.write(block.data(), static_cast<std::streamsize>(block.size())).flush()) continue;
        }
        ~Filler() { std::filesystem::remove(m_file); }
        Filler(const Filler&) = delete;
        Filler& operator=(const Filler&) = delete;

      private:
        std::filesystem::path m_file;
    };

    void clickThroughPages() {
        for (const char* page : kPages) {
            m_open->trigger(page);
            QTest::qWait(20);
        }
    }

    // The notice of a run that ended for want of room, with its button.
    QPushButton* resumeButton() {
        auto* button = m_open->find<QPushButton>("noticeAction");
        EXPECT_TRUE(waitUntil([&] { return button->isVisible() && button->text() == "Resume"; }, 10000))
            << m_open->text("noticeSentence").toStdString();
        EXPECT_THAT(m_open->text("noticeSentence").toStdString(),
                    ::testing::AllOf(::testing::HasSubstr("No space left"),
                                     ::testing::HasSubstr("Free some space, then resume")));
        return button;
    }

    // A run is stopped by a full disk, refuses to go on while it is full, and goes on when there is room.
    void fillWhileItRuns(const std::filesystem::path& home, const std::filesystem::path& disk) {
        m_open = std::make_unique<OpenWindow>(home);
        m_open->trigger("view.live");
        RunQueue& queue = m_open->workbench().queue;
        const QString id = queue.row(queue.startNow(tinySpec("crowded", kLong)))->runId;
        ASSERT_TRUE(m_open->hasSteps(id, 5));
        const std::filesystem::path directory = m_open->run(id)->directory;
        std::int64_t before = 0;
        {
            const Filler filler(disk / "filler");
            ASSERT_TRUE(m_open->reaches(id, "failed"));
            before = stepsInOrder(directory);
            EXPECT_GE(before, 5);
            clickThroughPages();
            QPushButton* resume = resumeButton();
            EXPECT_EQ(queue.rowOfRun(id)->state, "failed");
            resume->click();
            ASSERT_TRUE(waitUntil([&] { return m_open->run(id)->isActive(); }));
            ASSERT_TRUE(m_open->reaches(id, "failed"));
            clickThroughPages();
        }
        resumeButton()->click();
        ASSERT_TRUE(m_open->hasSteps(id, before + 3));
        EXPECT_TRUE(waitUntil([&] { return m_open->text("runState") == "Running"; }));
        m_open->workbench().session.command(id, RunCommand::Stop);
        ASSERT_TRUE(m_open->reaches(id, "stopped"));
        EXPECT_EQ(readState(RunDirectory(directory)).state, "stopped");
        const std::int64_t steps = stepsInOrder(directory);
        EXPECT_GE(steps, before);
        m_open.reset();

        // The index has caught up, and the queue knows the run.
        const Store store(home / "index.sqlite");
        const RunRow row = store.run(id.toStdString());
        EXPECT_EQ(row.state, "stopped");
        EXPECT_EQ(row.stepsDone, steps);
        m_open = std::make_unique<OpenWindow>(home);
        ASSERT_NE(m_open->workbench().queue.rowOfRun(id), nullptr);
        EXPECT_EQ(m_open->workbench().queue.rowOfRun(id)->state, "stopped");
    }

    void TearDown() override { setClockError(0); }

    testing::TemporaryFolder m_folder;
    std::unique_ptr<OpenWindow> m_open;
};

TEST_F(TroubleStories, TheDiskOfTheRunsFills) {
    const SmallDisk disk(m_folder.path() / "runs", "32m");
    if (!disk.error().empty()) GTEST_SKIP() << "a small file system cannot be mounted: " << disk.error();
    fillWhileItRuns(m_folder.path(), disk.path());
    m_open.reset();
}

TEST_F(TroubleStories, TheDiskOfEverythingFills) {
    const SmallDisk disk(m_folder.path() / "home", "32m");
    if (!disk.error().empty()) GTEST_SKIP() << "a small file system cannot be mounted: " << disk.error();
    fillWhileItRuns(disk.path(), disk.path());
    m_open.reset();
}

// "≈ 0:01:05 left" -> 65; nothing when it is no such text.
std::optional<int> secondsIn(const QString& text) {
    static const QRegularExpression kClock(QStringLiteral("^≈ (\\d+):(\\d\\d):(\\d\\d)\\+?( left)?$"));
    const auto match = kClock.match(text);
    if (!match.hasMatch()) return std::nullopt;
    return match.captured(1).toInt() * 3600 + match.captured(2).toInt() * 60 + match.captured(3).toInt();
}

TEST_F(TroubleStories, TheClockIsSetWhileARunTrains) {
    QElapsedTimer real;
    real.start();
    m_open = std::make_unique<OpenWindow>(m_folder.path());
    RunQueue& queue = m_open->workbench().queue;
    const QString id = queue.row(queue.startNow(tinySpec("jumpy", 2)))->runId;
    m_open->trigger("view.live");
    // Days forth and back, as a wrong clock that is put right and wrong again.
    constexpr std::int64_t kDay = 86400;
    constexpr std::int64_t kErrors[] = {400 * kDay, -3 * kDay, 0, -900 * kDay, 3600, 50 * kDay};
    std::size_t jumps = 0;
    QTimer jumper;
    QObject::connect(&jumper, &QTimer::timeout, &jumper,
                     [&] { setClockError(kErrors[jumps++ % std::size(kErrors)]); });
    jumper.start(30);
    const auto* table = m_open->find<QTableView>("queueTable");
    QStringList said;
    const auto over = [&] {
        said += m_open->text("runLeft");
        for (int column = 0; column < table->model()->columnCount(); ++column)
            if (table->model()->headerData(column, Qt::Horizontal).toString() == "time left")
                said += table->model()->index(0, column).data().toString();
        return m_open->run(id)->state == QLatin1String("finished");
    };
    constexpr int kPatience = 240000;
    ASSERT_TRUE(waitUntil(over, kPatience));
    jumper.stop();
    setClockError(0);
    EXPECT_GT(jumps, 10U);
    said.removeDuplicates();
    constexpr int kMuch = 600;
    int estimates = 0;
    for (const QString& text : std::as_const(said)) {
        if (text.isEmpty() || text == "–") continue;
        const auto seconds = secondsIn(text);
        ASSERT_TRUE(seconds.has_value()) << text.toStdString();
        EXPECT_LT(*seconds, kMuch) << text.toStdString();
        ++estimates;
    }
    EXPECT_GT(estimates, 0);

    // What the log says of times: in order, and over in as long as it took.
    const auto events = RunDirectory(m_open->run(id)->directory).readEvents();
    ASSERT_GT(events.size(), 20U);
    for (std::size_t i = 1; i < events.size(); ++i) EXPECT_GE(events[i].time, events[i - 1].time) << i;
    const double seconds = static_cast<double>(real.elapsed()) / 1000;
    EXPECT_LT(events.back().time - events.front().time, seconds);

    const Store store(m_folder.path() / "index.sqlite");
    const double active = store.run(id.toStdString()).activeSeconds;
    EXPECT_GT(active, 0);
    EXPECT_LT(active, seconds);
}

}  // namespace
}  // namespace jumplora
