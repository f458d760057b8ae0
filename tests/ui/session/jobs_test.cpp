// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/jobs.h"

#include "base/error.h"
#include "base/file.h"
#include "core/store/sample_run.h"
#include "store/importer.h"
#include "support/shared_data.h"
#include "ui/support/tiny_spec.h"

#include <gtest/gtest.h>

#include <QSignalSpy>
#include <QThread>
#include <semaphore>

namespace jumplora {
namespace {

using testing::waitUntil;

class JobsTest : public ::testing::Test {
  protected:
    [[nodiscard]] std::filesystem::path database() const { return m_folder.path() / "index.sqlite"; }

    void storeRun() const {
        testing::writeSampleRun(m_folder.path() / "order1-20260304-140512-ab12cd34", {});
        Store store(database());
        Importer(store).indexRun(m_folder.path() / "order1-20260304-140512-ab12cd34");
    }

    testing::TemporaryFolder m_folder;
    QObject m_receiver;
};

TEST_F(JobsTest, ReadsOnAWorkerAndDeliversHere) {
    storeRun();
    Jobs jobs(database());
    QObject receiver;
    QThread* worked = nullptr;
    QThread* delivered = nullptr;
    std::size_t count = 0;
    const JobHandle job = jobs.read(
        &receiver,
        [&](const Store& store) {
            worked = QThread::currentThread();
            return store.listRuns();
        },
        [&](const std::vector<RunRow>& runs) {
            delivered = QThread::currentThread();
            count = runs.size();
        });
    ASSERT_TRUE(waitUntil([&] { return delivered != nullptr; }));
    EXPECT_EQ(count, 1U);
    EXPECT_NE(worked, QThread::currentThread());
    EXPECT_EQ(delivered, QThread::currentThread());
    EXPECT_TRUE(job->finished());
}

TEST_F(JobsTest, LookingCreatesNoDatabase) {
    Jobs jobs(database());
    bool done = false;
    std::size_t count = 7;
    jobs.read(
        &m_receiver, [](const Store& store) { return store.listRuns().size(); },
        [&](std::size_t runs) {
            done = true;
            count = runs;
        });
    ASSERT_TRUE(waitUntil([&] { return done; }));
    EXPECT_EQ(count, 0U);
    EXPECT_FALSE(std::filesystem::exists(database()));
}

TEST_F(JobsTest, AWriterIsSeenByTheNextReader) {
    storeRun();
    Jobs jobs(database());
    bool done = false;
    std::vector<std::string> tags;
    jobs.write(
        &m_receiver, [](Store& store) { store.addTag(store.listRuns()[0].id, "paper"); },
        [&] {
            jobs.read(
                &m_receiver, [](const Store& store) { return store.allTags(); },
                [&](const std::vector<std::string>& all) {
                    tags = all;
                    done = true;
                });
        });
    ASSERT_TRUE(waitUntil([&] { return done; }));
    EXPECT_EQ(tags, std::vector<std::string>{"paper"});
}

TEST_F(JobsTest, AnErrorBecomesASentence) {
    writeFileAtomically(database(), std::string(5000, 'x'));
    Jobs jobs(database());
    QString failed;
    jobs.read(
        &m_receiver, [](const Store& store) { return store.listRuns().size(); }, [](std::size_t) {},
        [&](const QString& sentence) { failed = sentence; });
    ASSERT_TRUE(waitUntil([&] { return !failed.isEmpty(); }));
    EXPECT_TRUE(failed.contains("index.sqlite")) << failed.toStdString();

    QSignalSpy problem(&jobs, &Jobs::problem);
    jobs.compute(
        &m_receiver, [](const Job&) -> int { fail(ErrorKind::Io, "no disk"); }, [](int) {});
    ASSERT_TRUE(problem.wait(10000));
    EXPECT_EQ(problem.first().first().toString(), "no disk");
}

TEST_F(JobsTest, NothingIsDeliveredToWhatIsGoneOrCancelled) {
    Jobs jobs(database());
    std::binary_semaphore go(0);
    int delivered = 0;
    {
        QObject receiver;
        jobs.compute(
            &receiver, [&](const Job&) { return (go.acquire(), 1); }, [&](int) { ++delivered; });
    }
    const JobHandle cancelled = jobs.compute(
        &m_receiver,
        [](const Job& job) {
            while (!job.cancelled()) QThread::msleep(1);
            return 2;
        },
        [&](int) { ++delivered; });
    cancelled->cancel();
    go.release();
    bool last = false;
    ASSERT_TRUE(waitUntil([&] { return cancelled->finished(); }));
    jobs.compute(
        &m_receiver, [](const Job&) { return 3; }, [&](int) { last = true; });
    ASSERT_TRUE(waitUntil([&] { return last; }));
    EXPECT_EQ(delivered, 0);
}

}  // namespace
}  // namespace jumplora
