// SPDX-License-Identifier: Apache-2.0
#include "runner/child_run.h"

#include "base/error.h"
#include "base/file.h"
#include "support/shared_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <thread>

namespace jumplora {
namespace {

class ChildRunTest : public ::testing::Test {
  protected:
    [[nodiscard]] ChildRun shell(const std::string& script) const {
        return {"/bin/sh", {"-c", script}, m_folder.path() / "logs" / "child.log"};
    }

    static ChildEnd wait(ChildRun& child) {
        for (;;) {
            if (const auto end = child.ended()) return *end;
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
    }

    testing::TemporaryFolder m_folder;
};

TEST_F(ChildRunTest, SeesExitCodeAndOutput) {
    ChildRun child = shell("echo one; echo two >&2; exit 3");
    const ChildEnd end = wait(child);
    EXPECT_EQ(end.exitCode, 3);
    EXPECT_EQ(end.signal, 0);
    EXPECT_FALSE(end.outOfMemory);
    EXPECT_EQ(end.log, "one\ntwo\n");
    EXPECT_THAT(describe(end), ::testing::HasSubstr("code 3"));
    EXPECT_FALSE(child.send(ChildCommand::Pause)) << "nobody is there any more";
}

TEST_F(ChildRunTest, NamesTheSignalThatEndedIt) {
    ChildRun child = shell("sleep 100");
    EXPECT_FALSE(child.ended());
    EXPECT_TRUE(child.kill());
    const ChildEnd end = wait(child);
    EXPECT_EQ(end.signal, SIGKILL);
    EXPECT_THAT(describe(end), ::testing::HasSubstr("signal 9"));
}

TEST_F(ChildRunTest, CommandsAreSignals) {
    ChildRun child = shell(
        "trap 'echo pause' INT; trap 'echo stop; exit 0' QUIT; trap 'echo task' USR1; trap 'echo now' USR2;"
        "echo ready; while :; do sleep 0.01; done");
    const auto logHolds = [&](const std::string& word) {
        for (int i = 0; i < 2000; ++i) {
            std::error_code error;
            const auto file = m_folder.path() / "logs" / "child.log";
            if (std::filesystem::exists(file, error) && readFile(file).find(word) != std::string::npos)
                return true;
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
        return false;
    };
    ASSERT_TRUE(logHolds("ready"));
    const std::pair<ChildCommand, const char*> commands[] = {{ChildCommand::Pause, "pause"},
                                                             {ChildCommand::StopAfterTask, "task"},
                                                             {ChildCommand::CheckpointNow, "now"},
                                                             {ChildCommand::Stop, "stop"}};
    for (const auto& [command, word] : commands) {
        EXPECT_TRUE(child.send(command));
        EXPECT_TRUE(logHolds(word)) << word;
    }
    EXPECT_EQ(wait(child).exitCode, 0);
}

TEST_F(ChildRunTest, AProgramThatDoesNotExistIsAnError) {
    EXPECT_THROW(ChildRun("/nowhere/jumplora", {}, m_folder.path() / "log"), Error);
}

TEST_F(ChildRunTest, ASecondWatcherSeesTheEnd) {
    ChildRun child = shell("sleep 100");
    ChildRun watcher(child.pid(), m_folder.path() / "logs" / "child.log");
    EXPECT_FALSE(watcher.ended());
    child.kill();
    wait(child);
    EXPECT_TRUE(watcher.ended());
    EXPECT_FALSE(ChildRun::isCommandLine(::getpid()));
    EXPECT_FALSE(ChildRun::isCommandLine(0));
}

}  // namespace
}  // namespace jumplora
