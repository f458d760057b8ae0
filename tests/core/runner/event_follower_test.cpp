// SPDX-License-Identifier: Apache-2.0
#include "runner/event_follower.h"

#include "support/errors.h"
#include "support/shared_data.h"

#include <gtest/gtest.h>

#include <fstream>

namespace jumplora {
namespace {

class FollowerTest : public ::testing::Test {
  protected:
    [[nodiscard]] std::filesystem::path file() const { return m_folder.path() / "events.jsonl"; }

    void append(const std::string& text) const {
        std::ofstream(file(), std::ios::app | std::ios::binary) << text;
    }

    static std::string line(std::int64_t step) {
        StepMetrics metrics;
        metrics.globalStep = step;
        return toJson(Event{1.0, metrics}).dump() + "\n";
    }

    static std::vector<std::int64_t> steps(const std::vector<Event>& events) {
        std::vector<std::int64_t> numbers;
        for (const Event& event : events) numbers.push_back(std::get<StepMetrics>(event.payload).globalStep);
        return numbers;
    }

    testing::TemporaryFolder m_folder;
    EventFollower m_follower{file()};
};

using Steps = std::vector<std::int64_t>;

TEST_F(FollowerTest, ReadsWhatIsAdded) {
    EXPECT_TRUE(m_follower.read().empty()) << "no file yet";
    append(line(1) + line(2));
    EXPECT_EQ(steps(m_follower.read()), (Steps{1, 2}));
    EXPECT_TRUE(m_follower.read().empty());
    append(line(3));
    EXPECT_EQ(steps(m_follower.read()), (Steps{3}));
}

TEST_F(FollowerTest, WaitsForTheEndOfALine) {
    const std::string second = line(2);
    append(line(1) + second.substr(0, 20));
    EXPECT_EQ(steps(m_follower.read()), (Steps{1}));
    EXPECT_TRUE(m_follower.read().empty());
    append(second.substr(20));
    EXPECT_EQ(steps(m_follower.read()), (Steps{2}));
}

TEST_F(FollowerTest, ReadsALogThatWasCutFromItsBeginning) {
    append(line(1) + line(2) + line(3));
    EXPECT_EQ(m_follower.read().size(), 3U);
    std::filesystem::resize_file(file(), line(1).size());
    EXPECT_EQ(steps(m_follower.read()), (Steps{1}));
    // Longer than before between two looks: noticed by its content.
    append(line(2) + line(3));
    EXPECT_EQ(steps(m_follower.read()), (Steps{2, 3}));
    std::filesystem::resize_file(file(), line(1).size());
    append(line(22) + line(33) + line(44));
    EXPECT_EQ(steps(m_follower.read()), (Steps{1, 22, 33, 44}));
}

TEST_F(FollowerTest, ALongLogArrivesInParts) {
    std::string text;
    for (std::int64_t i = 1; i <= 50; ++i) text += line(i);
    append(text);
    Steps all;
    int parts = 0;
    do {
        const Steps part = steps(m_follower.read(1000));
        all.insert(all.end(), part.begin(), part.end());
        ++parts;
    } while (!m_follower.atEnd());
    EXPECT_EQ(all.size(), 50U);
    EXPECT_EQ(all.back(), 50);
    EXPECT_GT(parts, 3);
}

TEST_F(FollowerTest, OneLineMayBeLongerThanAPart) {
    append(line(1) + line(2));
    EXPECT_EQ(steps(m_follower.read(10)).front(), 1);
}

TEST_F(FollowerTest, NamesTheDamagedLine) {
    append(line(1) + "nonsense\n");
    try {
        (void)m_follower.read();
        FAIL() << "the second line is no event";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::Format);
        EXPECT_NE(std::string(error.what()).find("line 2"), std::string::npos) << error.what();
    }
}

}  // namespace
}  // namespace jumplora
