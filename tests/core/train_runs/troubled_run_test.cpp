// SPDX-License-Identifier: Apache-2.0
// Full disks, read-only folders, damaged files, two programs on one run: a clear error each, nothing is lost,
// and the run goes on afterwards.
#include "base/error.h"
#include "base/file.h"
#include "base/random.h"
#include "support/child_process.h"
#include "support/errors.h"
#include "support/prepared_run.h"
#include "support/small_disk.h"
#include "train/run_lock.h"
#include "train/run_state.h"
#include "train/trainer.h"

#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstring>
#include <thread>

namespace jumplora {
namespace {

using testing::ChildProcess;
using testing::expectError;
using testing::SmallDisk;

void execute(const RunDirectory& run) {
    RunControl control;
    executeRun(run, {}, control);
}

class TroubledRun : public testing::PreparedRun {
  protected:
    // Killed while it trained the last task.
    [[nodiscard]] RunDirectory halfDone(const std::string& place) const {
        RunDirectory run = copy(place);
        const std::size_t operation = lastOperation("write events.jsonl step");
        EXPECT_EQ(runMortal(run, {std::to_string(operation), "1"}), -SIGKILL);
        return run;
    }
};

TEST_F(TroubledRun, TheDiskFillsUpAtAnyWrite) {
    prepare("full", {{"method", {{"type", "ewc"}, {"on", "delta"}, {"fisher_samples", 4}}}});
    Rng rng(30);
    for (int i = 0; i < 6; ++i) {
        const RunDirectory run = copy(fmt::format("{}", i));
        const std::size_t operation = 1 + rng.below(m_operations.size());
        const std::string what =
            fmt::format("disk full at operation {}: {}", operation, m_operations[operation - 1]);
        EXPECT_EQ(runMortal(run, {std::to_string(operation), "full"}), 1) << what;
        EXPECT_NO_THROW((void)run.readEvents()) << what;
        expectResumes(run, what);
    }
}

TEST_F(TroubledRun, OnASmallDisk) {
    prepare("small", Json::object());
    std::uintmax_t bytes = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(m_place / "whole" / "run"))
        bytes += entry.is_regular_file() ? entry.file_size() : 0;
    const SmallDisk disk(m_place / "disk", std::to_string(bytes / 2));
    if (!disk.error().empty()) GTEST_SKIP() << "a small file system cannot be mounted: " << disk.error();
    const RunDirectory run = copyTo(m_place / "disk");
    expectError(ErrorKind::Resource, {(m_place / "disk").string(), "No space left", "ree some space"},
                [&] { execute(run); });
    EXPECT_NE(readState(run).state, "running");
    EXPECT_NO_THROW((void)run.readEvents());
    disk.remount("8m");
    expectResumes(run, "after room was made");
}

TEST_F(TroubledRun, AFolderThatMayNotBeWritten) {
    prepare("readonly", Json::object());
    const SmallDisk disk(m_place / "disk", "8m");
    const bool user = geteuid() != 0;
    if (!user && !disk.error().empty())
        GTEST_SKIP() << "the superuser may write everywhere, and nothing can be mounted: " << disk.error();
    const RunDirectory run = copyTo(m_place / "disk");
    ASSERT_EQ(runMortal(run, {std::to_string(m_operations.size() / 2), "0"}), -SIGKILL);
    if (user) {
        std::filesystem::permissions(run.path(), std::filesystem::perms(0555));
    } else {
        disk.remount("8m", MS_RDONLY);
    }
    expectError(ErrorKind::Io, {run.path().string(), "cannot write", "may be written"},
                [&] { execute(run); });
    if (user) {
        std::filesystem::permissions(run.path(), std::filesystem::perms(0755));
    } else {
        disk.remount("8m");
    }
    expectResumes(run, "writable again");
}

TEST_F(TroubledRun, DamagedFilesAreNamedAndNothingElseIsTouched) {
    prepare("damaged", {{"method", {{"type", "ella"}}}});
    const RunDirectory run = halfDone("run");
    const auto damage = [&](const std::filesystem::path& file, const std::string& content, ErrorKind kind,
                            const std::vector<std::string>& parts) {
        const std::string checkpoint = readFile(run.checkpointFile());
        const std::string before = readFile(file);
        writeFileAtomically(file, content);
        SCOPED_TRACE(file.filename().string());
        std::vector<std::string> all = parts;
        all.push_back(file.string());
        expectError(kind, all, [&] { execute(run); });
        EXPECT_EQ(readState(run).state, "failed");
        if (file != run.stateFile()) {
            EXPECT_EQ(readFile(file), content);
        }
        writeFileAtomically(file, before);
        EXPECT_EQ(readFile(run.checkpointFile()), checkpoint);
    };
    const std::string checkpoint = readFile(run.checkpointFile());
    damage(run.checkpointFile(), "", ErrorKind::Format, {});
    damage(run.checkpointFile(), checkpoint.substr(0, checkpoint.size() / 2), ErrorKind::Format, {});
    damage(run.checkpointFile(), readFile(run.path() / run.adapterName(1)), ErrorKind::Format,
           {"is not a checkpoint"});
    const std::string events = readFile(run.eventsFile());
    damage(run.eventsFile(), events.substr(0, events.size() / 2), ErrorKind::Format, {"the file has only"});
    damage(run.eventsFile(), "", ErrorKind::Format, {"the file has only 0"});
    damage(run.eventsFile(), events.substr(1), ErrorKind::Format, {"no event ends there"});
    const std::string spec = readFile(run.specFile());
    damage(run.specFile(), spec.substr(0, spec.size() / 2), ErrorKind::Format, {});
    const std::string adapter = readFile(run.path() / run.adapterName(1));
    damage(run.path() / run.adapterName(1), adapter.substr(0, adapter.size() - 1), ErrorKind::Format, {});
    damage(run.path() / run.adapterName(1), checkpoint, ErrorKind::Format, {"is not an adapter"});

    // A spec that was edited after the run began is not the run's spec.
    Json edited = parseJson(spec, "spec");
    edited["adapter"]["alpha"] = 9.0;
    writeFileAtomically(run.specFile(), edited.dump());
    expectError(ErrorKind::State, {run.path().string(), "the checkpoint belongs to spec"},
                [&] { execute(run); });
    writeFileAtomically(run.specFile(), spec);

    // Nor may the data change under a run.
    const auto data = inputs() / "topic" / "train.json";
    const std::string rows = readFile(data);
    Json other = parseJson(rows, "rows");
    other[0]["sentence"] = "another text";
    writeFileAtomically(data, other.dump());
    expectError(ErrorKind::State, {run.path().string(), "data changed", "topic/train.json"},
                [&] { execute(run); });
    writeFileAtomically(data, rows);

    std::filesystem::rename(run.path() / run.adapterName(2), run.path() / "away");
    expectError(ErrorKind::Io, {run.adapterName(2)}, [&] { execute(run); });
    std::filesystem::rename(run.path() / "away", run.path() / run.adapterName(2));
    expectResumes(run, "after all was repaired");
}

TEST_F(TroubledRun, BitsOfACheckpointFlipped) {
    prepare("flipped", {{"method", {{"type", "ewc"}, {"fisher_samples", 4}}}});
    const RunDirectory run = halfDone("run");
    const std::string checkpoint = readFile(run.checkpointFile());
    Rng rng(31);
    for (int i = 0; i < 40; ++i) {
        // Mostly in the header, which says what everything else means.
        std::string flipped = checkpoint;
        const std::uint64_t limit = i % 4 == 0 ? checkpoint.size() : 4096;
        flipped[rng.below(std::min<std::uint64_t>(limit, checkpoint.size()))] ^=
            static_cast<char>(1U << rng.below(8));
        writeFileAtomically(run.checkpointFile(), flipped);
        RunControl control;
        control.stop = true;
        try {
            executeRun(run, {}, control);
        } catch (const Error& e) {
            EXPECT_GT(std::strlen(e.what()), 10U);
        }
    }
}

TEST_F(TroubledRun, ASecondProgramIsRefused) {
    prepare("two", Json::object());
    const RunDirectory run = copy("run");
    {
        ChildProcess first(JUMPLORA_MORTAL_RUN, {run.path().string(), "-", "40"});
        const auto lines = [&] {
            if (!std::filesystem::exists(run.eventsFile())) return std::size_t{0};
            return run.readEvents().size();
        };
        while (first.alive() && lines() < 40) std::this_thread::sleep_for(std::chrono::milliseconds(1));
        ASSERT_TRUE(first.alive());
        const std::string events = readFile(run.eventsFile());
        const std::string state = readFile(run.stateFile());
        expectError(ErrorKind::State,
                    {run.path().string(), "another program", fmt::format("process {}", first.id())},
                    [&] { execute(run); });
        EXPECT_EQ(readFile(run.eventsFile()), events);
        EXPECT_EQ(readFile(run.stateFile()), state);
        EXPECT_EQ(readState(run).state, "running");
        EXPECT_EQ(runIsHeld(run), true);
    }
    EXPECT_EQ(runIsHeld(run), false);
    EXPECT_EQ(readState(run).state, "lost");
    {
        const RunLock lock(run);
        expectError(ErrorKind::State, {"another program"}, [&] { execute(run); });
    }
    expectResumes(run, "when the first program was gone");
}

TEST_F(TroubledRun, ARunThatIsOverIsLeftAsItIs) {
    prepare("over", Json::object());
    const RunDirectory run = copy("run");
    expectResumes(run, "the first time");
    expectResumes(run, "once more");
}

TEST_F(TroubledRun, PausedAndStoppedAtTheNextStepOrBatch) {
    prepare("paused", {{"evaluation", {{"before_training", true}}}});
    const RunDirectory run = copy("run");
    // Asks for a pause or a stop at every seventh event.
    class Impatient : public EventListener {
      public:
        explicit Impatient(RunControl& control) : m_control(control) {}
        void onEvent(const Event&) override {
            if (++m_events % 7 != 0) return;
            (m_events % 2 == 0 ? m_control.pause : m_control.stop) = true;
        }

      private:
        RunControl& m_control;
        int m_events = 0;
    };
    std::map<std::string, int> states;
    for (int i = 0; i < 6; ++i) {
        RunControl control;
        Impatient impatient(control);
        const std::string state = executeRun(run, {&impatient}, control);
        ++states[state];
        EXPECT_EQ(readState(run).state, state);
    }
    EXPECT_EQ(states["stopped"], 6) << "within the evaluation before training nothing is kept";
    for (int i = 0; i < 4; ++i) {
        RunControl control;
        control.pause = true;
        // A pause that is asked for before the first step of a task ends the run there.
        const std::string state = executeRun(run, {}, control);
        EXPECT_EQ(state, "paused");
    }
    RunControl control;
    control.stopAfterTask = true;
    EXPECT_EQ(executeRun(run, {}, control), "stopped");
    EXPECT_EQ(executeRun(run, {}, control), "stopped");
    expectResumes(run, "after pauses and stops");
}

}  // namespace
}  // namespace jumplora
