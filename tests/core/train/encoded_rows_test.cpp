// SPDX-License-Identifier: Apache-2.0
#include "train/encoded_rows.h"

#include "base/error.h"

#include <gtest/gtest.h>

#include <latch>

namespace jumplora {
namespace {

std::vector<Example> numbered(std::int64_t count) {
    std::vector<Example> examples(static_cast<std::size_t>(count));
    for (std::int64_t i = 0; i < count; ++i) {
        examples[static_cast<std::size_t>(i)].row = i;
        examples[static_cast<std::size_t>(i)].prompt = "row";
    }
    return examples;
}

TokenRow numberOf(const Example& example) {
    TokenRow row;
    row.source = {static_cast<std::int32_t>(example.row)};
    return row;
}

TEST(EncodedRows, EveryRowIsTokenizedOnceWhoeverComesFirst) {
    constexpr std::int64_t kRows = 2000;
    std::vector<std::atomic<int>> calls(kRows);
    EncodedRows rows(numbered(kRows), [&](const Example& example) {
        ++calls[static_cast<std::size_t>(example.row)];
        EXPECT_EQ(example.prompt, "row");
        return numberOf(example);
    });
    ASSERT_EQ(rows.size(), static_cast<std::size_t>(kRows));
    for (std::int64_t i = kRows - 1; i >= 0; --i)  // against the order of the thread
        EXPECT_EQ(rows[static_cast<std::size_t>(i)].source.front(), i);
    for (std::int64_t i = 0; i < kRows; ++i) {
        EXPECT_EQ(calls[static_cast<std::size_t>(i)], 1) << i;
        EXPECT_EQ(rows[static_cast<std::size_t>(i)].source.front(), i);
    }
}

TEST(EncodedRows, RunAheadInTheOrderOfUseThenTakeTheRest) {
    std::mutex lock;
    std::vector<std::int64_t> done;
    std::latch all(5);
    const EncodedRows rows(numbered(5),
                           [&](const Example& example) {
                               const std::lock_guard guard(lock);
                               done.push_back(example.row);
                               all.count_down();
                               return numberOf(example);
                           },
                           {3, 1, 3, 4});
    all.wait();
    EXPECT_EQ(done, (std::vector<std::int64_t>{3, 1, 4, 0, 2}));
}

TEST(EncodedRows, ARowThatIsNeededBeforeItsTurnDoesNotWaitForTheThread) {
    std::latch asked(1);
    EncodedRows rows(numbered(3), [&](const Example& example) {
        if (example.row == 0) asked.wait();  // holds the thread at the first row
        return numberOf(example);
    });
    EXPECT_EQ(rows[2].source.front(), 2);
    EXPECT_EQ(rows[1].source.front(), 1);
    asked.count_down();
    EXPECT_EQ(rows[0].source.front(), 0);
}

TEST(EncodedRows, WhatATextIsRefusedForReachesTheCaller) {
    EncodedRows rows(numbered(100), [](const Example& example) -> TokenRow {
        if (example.row == 70) fail(ErrorKind::Input, "row {} cannot be read", example.row);
        return numberOf(example);
    });
    try {
        for (std::size_t i = 0; i < rows.size(); ++i) (void)rows[i];
        FAIL() << "the refused row went unnoticed";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::Input);
        EXPECT_STREQ(error.what(), "row 70 cannot be read");
    }
    EXPECT_THROW((void)rows[0], Error) << "nothing is trained on a part of the rows";
}

TEST(EncodedRows, LeavingDoesNotWaitForRowsThatNobodyNeeds) {
    std::atomic<std::int64_t> calls = 0;
    std::latch begun(1);
    {
        const EncodedRows rows(numbered(1'000'000), [&](const Example& example) {
            if (++calls == 1) begun.count_down();
            std::this_thread::sleep_for(std::chrono::microseconds(50));
            return numberOf(example);
        });
        begun.wait();
    }
    EXPECT_LT(calls, 1'000'000);
}

TEST(EncodedRows, NoRowsAtAll) {
    const EncodedRows rows({}, numberOf);
    EXPECT_EQ(rows.size(), 0U);
}

}  // namespace
}  // namespace jumplora
