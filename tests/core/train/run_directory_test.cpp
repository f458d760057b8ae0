// SPDX-License-Identifier: Apache-2.0
#include "train/run_directory.h"

#include "base/file.h"
#include "support/errors.h"
#include "support/shared_data.h"

#include <cstdlib>
#include <fstream>
#include <set>

namespace jumplora {
namespace {

using testing::expectError;
using testing::TemporaryFolder;

// Sets a variable of the environment for this scope.
class Environment {
  public:
    Environment(const char* name, const char* value) : m_name(name) {
        if (const char* before = std::getenv(name)) m_before = before;
        if (value != nullptr) {
            setenv(name, value, 1);
        } else {
            unsetenv(name);
        }
    }
    ~Environment() {
        if (m_before) {
            setenv(m_name, m_before->c_str(), 1);
        } else {
            unsetenv(m_name);
        }
    }
    Environment(const Environment&) = delete;
    Environment& operator=(const Environment&) = delete;

  private:
    const char* m_name;
    std::optional<std::string> m_before;
};

void write(const std::filesystem::path& file, const std::string& content) {
    std::ofstream(file, std::ios::binary) << content;
}

std::string line(const EventPayload& payload) { return toJson({1.5, payload}).dump() + "\n"; }

TEST(RunDirectory, NamesCountFromOneAndSort) {
    const RunDirectory run("/runs/x");
    EXPECT_EQ(run.adapterName(3), "adapters/task_03.safetensors");
    EXPECT_EQ(run.adapterName(12), "adapters/task_12.safetensors");
    EXPECT_EQ(run.methodStateName(3), "adapters/task_03.method.safetensors");
    EXPECT_EQ(run.predictionsName(0, 15), "predictions/after_00_on_15.jsonl");
    EXPECT_EQ(run.eventsFile(), "/runs/x/events.jsonl");
}

TEST(RunDirectory, ReadsEventsInOrder) {
    const TemporaryFolder folder;
    const RunDirectory run(folder.path());
    write(run.eventsFile(), line(RunResumed{1, 2}) + line(RunResumed{1, 3}));
    const auto events = run.readEvents();
    ASSERT_EQ(events.size(), 2U);
    EXPECT_EQ(std::get<RunResumed>(events[1].payload).step, 3);
    EXPECT_EQ(events[0].time, 1.5);
    write(run.eventsFile(), "");
    EXPECT_TRUE(run.readEvents().empty());
}

TEST(RunDirectory, IgnoresALineTornAtAnyByte) {
    const TemporaryFolder folder;
    const RunDirectory run(folder.path());
    const std::string first = line(RunResumed{1, 2});
    const std::string second = line(TaskStarted{1, "aé", 2, 3, 4, 5});
    for (std::size_t length = 0; length < second.size(); ++length) {
        write(run.eventsFile(), first + second.substr(0, length));
        ASSERT_EQ(run.readEvents().size(), 1U) << length;
    }
    write(run.eventsFile(), first + second);
    EXPECT_EQ(run.readEvents().size(), 2U);
}

TEST(RunDirectory, DamageElsewhereNamesFileAndLine) {
    const TemporaryFolder folder;
    const RunDirectory run(folder.path());
    write(run.eventsFile(), line(RunResumed{1, 2}) + "{\"type\":\"run_res\n" + line(RunResumed{1, 3}));
    expectError(ErrorKind::Format, {run.eventsFile().string(), "line 2"}, [&] { (void)run.readEvents(); });
    write(run.eventsFile(), line(RunResumed{1, 2}) + "\n" + line(RunResumed{1, 3}));
    expectError(ErrorKind::Format, {"line 2"}, [&] { (void)run.readEvents(); });
    std::filesystem::remove(run.eventsFile());
    expectError(ErrorKind::Io, {run.eventsFile().string()}, [&] { (void)run.readEvents(); });
}

TEST(RunDirectory, ReadsItsSpec) {
    const TemporaryFolder folder;
    const RunDirectory run(folder.path());
    RunSpec spec;
    spec.adapter.rank = 3;
    write(run.specFile(), toJson(spec).dump());
    EXPECT_EQ(run.readSpec().adapter.rank, 3);
    write(run.specFile(), "{\"adapter\": {\"rank\": 0}}");
    expectError(ErrorKind::Input, {run.specFile().string(), "adapter.rank"}, [&] { (void)run.readSpec(); });
}

TEST(CreateRunDirectory, NeverReusesAFolder) {
    const TemporaryFolder folder;
    RunSpec spec;
    spec.name = "quick start";
    std::set<std::string> names;
    for (int i = 0; i < 5; ++i) {
        const auto path = createRunDirectory(folder.path() / "runs", spec).path();
        EXPECT_TRUE(std::filesystem::is_directory(path));
        EXPECT_TRUE(std::filesystem::is_empty(path));
        const std::string name = path.filename().string();
        EXPECT_EQ(name.rfind("quick start-", 0), 0U) << name;
        EXPECT_NE(name.find("-" + specHash(spec).substr(0, 8)), std::string::npos) << name;
        names.insert(name);
    }
    EXPECT_EQ(names.size(), 5U);
}

TEST(CreateRunDirectory, AFileInTheWayIsAnError) {
    const TemporaryFolder folder;
    write(folder.path() / "runs", "x");
    expectError(ErrorKind::Io, {"runs"}, [&] { createRunDirectory(folder.path() / "runs", RunSpec()); });
}

TEST(DataFolder, FollowsTheXdgRules) {
    {
        const Environment data("XDG_DATA_HOME", "/data/me");
        EXPECT_EQ(dataFolder(), "/data/me/jumplora");
    }
    const Environment home("HOME", "/home/me");
    {
        const Environment data("XDG_DATA_HOME", nullptr);
        EXPECT_EQ(dataFolder(), "/home/me/.local/share/jumplora");
    }
    {
        // Relative paths are to be ignored by the standard.
        const Environment data("XDG_DATA_HOME", "data");
        EXPECT_EQ(dataFolder(), "/home/me/.local/share/jumplora");
    }
    const Environment data("XDG_DATA_HOME", nullptr);
    const Environment none("HOME", nullptr);
    expectError(ErrorKind::Input, {"XDG_DATA_HOME"}, [] { dataFolder(); });
}

}  // namespace
}  // namespace jumplora
