// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/main_window.h"

#include "base/file.h"
#include "core/store/sample_run.h"
#include "runs/run_model.h"
#include "store/importer.h"
#include "support/shared_data.h"

#include <gtest/gtest.h>

#include <QAbstractItemModelTester>
#include <QAction>
#include <QLabel>
#include <QSignalSpy>
#include <QStackedWidget>
#include <QStatusBar>
#include <QTableView>
#include <QTest>

namespace jumplora {
namespace {

class MainWindowTest : public ::testing::Test {
  protected:
    void storeRun(const testing::SampleRun& run) {
        const auto directory = m_folder.path() / run.id;
        testing::writeSampleRun(directory, run);
        Store store(database());
        Importer(store).indexRun(directory);
    }

    [[nodiscard]] std::filesystem::path database() const { return m_folder.path() / "runs.sqlite"; }

    // Waits until the window shows what `action` made it read.
    template <typename Action>
    void refreshedAfter(MainWindow& window, Action&& action) {
        QSignalSpy refreshed(&window, &MainWindow::refreshed);
        action();
        ASSERT_TRUE(refreshed.wait(20000));
    }

    static QTableView* table(const MainWindow& window) { return window.findChild<QTableView*>("runTable"); }
    static QString cell(const MainWindow& window, int row, int column) {
        const auto* model = table(window)->model();
        return model->data(model->index(row, column)).toString();
    }

    testing::TemporaryFolder m_folder;
};

TEST_F(MainWindowTest, SaysWhatToDoWhenThereAreNoRuns) {
    MainWindow window(database());
    refreshedAfter(window, [&] { window.show(); });
    const auto* sentence = window.findChild<QLabel*>("emptySentence");
    EXPECT_TRUE(sentence->isVisible());
    EXPECT_TRUE(sentence->text().startsWith("No runs yet."));
    EXPECT_FALSE(std::filesystem::exists(database())) << "looking creates no database";
}

TEST_F(MainWindowTest, ListsRunsNewestFirst) {
    storeRun({.id = "first-1", .name = "first", .created = "2026-03-04T14:05:12Z"});
    storeRun({.id = "second-1", .name = "second", .created = "2026-03-05T09:00:00Z", .tasks = 4});
    MainWindow window(database());
    refreshedAfter(window, [&] { window.show(); });
    ASSERT_TRUE(table(window)->isVisible());
    ASSERT_EQ(table(window)->model()->rowCount(), 2);
    EXPECT_EQ(cell(window, 0, RunModel::Name), "second");
    EXPECT_EQ(cell(window, 0, RunModel::Created), "2026-03-05 09:00");
    EXPECT_EQ(cell(window, 0, RunModel::Tasks), "4 / 4");
    EXPECT_EQ(cell(window, 1, RunModel::Name), "first");
    EXPECT_EQ(cell(window, 1, RunModel::State), "finished");
    EXPECT_TRUE(window.statusBar()->currentMessage().startsWith("2 runs in "));
}

TEST_F(MainWindowTest, F5ShowsARunThatCameLater) {
    MainWindow window(database());
    refreshedAfter(window, [&] { window.show(); });
    storeRun({});
    refreshedAfter(window, [&] { QTest::keyClick(&window, Qt::Key_F5); });
    ASSERT_EQ(table(window)->model()->rowCount(), 1);
    EXPECT_EQ(cell(window, 0, RunModel::Name), "order1");
}

TEST_F(MainWindowTest, ShowsTheReasonWhenTheDatabaseIsDamaged) {
    writeFileAtomically(database(), std::string(5000, 'x'));
    MainWindow window(database());
    refreshedAfter(window, [&] { window.show(); });
    const auto* sentence = window.findChild<QLabel*>("emptySentence");
    EXPECT_TRUE(sentence->isVisible());
    EXPECT_TRUE(sentence->text().contains("runs.sqlite")) << sentence->text().toStdString();
}

TEST(RunModel, KeepsTheRulesOfModels) {
    RunModel model;
    const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    RunRow row;
    row.name = "one";
    row.density = 0.015625;
    row.metrics = {{"oa", 0.834}, {"bwt", -0.019}};
    model.setRuns({row, RunRow{}});
    EXPECT_EQ(model.rowCount(), 2);
    EXPECT_EQ(model.data(model.index(0, RunModel::Density), Qt::DisplayRole).toString(), "1.56");
    EXPECT_EQ(model.data(model.index(0, RunModel::Oa), Qt::DisplayRole).toString(), "83.4");
    EXPECT_EQ(model.data(model.index(0, RunModel::Bwt), Qt::DisplayRole).toString(), "−1.9");
    EXPECT_EQ(model.data(model.index(1, RunModel::Oa), Qt::DisplayRole).toString(), "–");
    EXPECT_EQ(model.data(model.index(1, RunModel::Density), Qt::DisplayRole).toString(), "–");
    EXPECT_EQ(model.data(model.index(1, RunModel::Created), Qt::DisplayRole).toString(), "–");
    model.setRuns({});
    EXPECT_EQ(model.rowCount(), 0);
}

}  // namespace
}  // namespace jumplora
