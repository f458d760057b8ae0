// SPDX-License-Identifier: GPL-3.0-or-later
#include "queue/queue_page.h"

#include "base/file.h"
#include "core/store/sample_run.h"
#include "queue/queue_model.h"
#include "queue/queue_time.h"
#include "session/measured_times.h"
#include "store/importer.h"
#include "ui/support/page_fixture.h"
#include "ui/support/pictures.h"
#include "ui/support/tiny_spec.h"

#include <gtest/gtest.h>

#include <QAbstractItemModelTester>
#include <QAction>
#include <QClipboard>
#include <QLabel>
#include <QMimeData>
#include <QTableView>
#include <QTableWidget>
#include <QUndoStack>

namespace jumplora {
namespace {

using testing::savePicture;
using testing::tinySpec;

// 0 black … 1 white.
double meanLightness(const QImage& picture) {
    double sum = 0;
    for (int y = 0; y < picture.height(); ++y) {
        for (int x = 0; x < picture.width(); ++x) sum += picture.pixelColor(x, y).lightnessF();
    }
    return sum / (picture.width() * picture.height());
}

class QueuePageTest : public ::testing::Test {
  protected:
    QueuePageTest() : m_page(m_around.context()) {
        m_page.resize(1208, 676);
        m_page.show();
        m_page.activated();
    }
    void fill() { m_ids = m_around.queue().enqueue({tinySpec("a"), tinySpec("b", 2), tinySpec("c", 1, 7)}); }
    [[nodiscard]] QTableView* table() const { return m_page.findChild<QTableView*>("queueTable"); }
    [[nodiscard]] QString cell(int row, int column) const {
        return table()->model()->index(row, column).data().toString();
    }
    [[nodiscard]] QStringList names() const {
        QStringList all;
        for (int row = 0; row < table()->model()->rowCount(); ++row) all += cell(row, QueueModel::Name);
        return all;
    }
    void trigger(const char* id) { m_around.actions().action(QLatin1String(id))->trigger(); }

    testing::PageSurroundings m_around;
    QueuePage m_page;
    QStringList m_ids;
};

TEST_F(QueuePageTest, SaysWhatToDoWhenItIsEmpty) {
    const auto* sentence = m_page.findChild<QLabel*>("emptySentence");
    EXPECT_TRUE(sentence->isVisible());
    EXPECT_TRUE(sentence->text().startsWith("Nothing is waiting."));
    testing::savePicture(m_page, "queue_empty");
}

TEST_F(QueuePageTest, ShowsFrozenRows) {
    fill();
    EXPECT_EQ(names(), QStringList({"a", "b", "c"}));
    EXPECT_EQ(cell(0, QueueModel::Method), "ELLA + gate");
    EXPECT_EQ(cell(0, QueueModel::Tasks), "3");
    EXPECT_EQ(cell(2, QueueModel::Seed), "7");
    EXPECT_EQ(cell(0, QueueModel::State), "Waiting");
    EXPECT_EQ(cell(0, QueueModel::Spec).size(), 8);
    EXPECT_EQ(cell(0, QueueModel::Progress), "–");
    testing::savePicture(m_page, "queue_waiting");
}

TEST(QueueTime, PlacesAreFilledInTurn) {
    EXPECT_EQ(secondsUntilAllDone({}, {}, 1), 0);
    EXPECT_EQ(secondsUntilAllDone({}, {3, 4, 5}, 1), 12);
    EXPECT_EQ(secondsUntilAllDone({2}, {3, 4, 5}, 1), 14);
    EXPECT_EQ(secondsUntilAllDone({}, {3, 4, 5}, 2), 8);
    EXPECT_EQ(secondsUntilAllDone({10}, {3, 4}, 2), 10);
    EXPECT_EQ(secondsUntilAllDone({1, 6, 2}, {5}, 2), 6) << "more are on than may begin";
    EXPECT_EQ(secondsUntilAllDone({}, {3}, 0), 3) << "in the window";
}

TEST_F(QueuePageTest, SaysWhenAllIsDone) {
    const auto* done = m_page.header()->findChild<QLabel*>("allDone");
    EXPECT_EQ(done->text(), "");
    // A run of the same settings that took 9 seconds.
    const RunSpec earlier = tinySpec("earlier");
    testing::SampleRun sample;
    const RunDirectory files = testing::writeSampleRun(m_around.folder() / "runs" / sample.id, sample);
    writeFileAtomically(files.specFile(), toJson(earlier).dump());
    {
        Store store(m_around.jobs().database());
        const std::string id = Importer(store).indexRun(files.path());
        ASSERT_DOUBLE_EQ(store.run(id).activeSeconds, 9);
    }
    m_around.queue().setChildren(1);
    const QStringList ids = m_around.queue().enqueue(
        {tinySpec("a", 1, 2), tinySpec("b", 1, 3), tinySpec("c", 1, 4), tinySpec("d", 1, 5)});
    ASSERT_TRUE(testing::waitFor([&] { return done->text() == "all done in ≈ 0:00:35"; }))
        << done->text().toStdString();
    m_around.queue().setChildren(2);
    EXPECT_EQ(done->text(), "all done in ≈ 0:00:20");
    m_around.queue().setHeld({ids[2], ids[3]}, true);
    EXPECT_EQ(done->text(), "all done in ≈ 0:00:10");
    // One that nobody has seen run.
    m_around.queue().enqueue({tinySpec("new", 2)});
    ASSERT_TRUE(testing::waitFor([&] { return done->text() == "all done in more than ≈ 0:00:10"; }));
    EXPECT_TRUE(done->toolTip().contains("is not known"));
    savePicture(m_page, "queue_time");
    // It was measured on Set-up, though.
    ProbeResult probe;
    probe.warmStepSeconds = 10;
    probe.gatedStepSeconds = 10;
    writeMeasuredTimes(measuredTimesFile(), {{probeKey(tinySpec("new", 2)), {probe, {}}}});
    Q_EMIT m_around.session().runsChanged();
    ASSERT_TRUE(testing::waitFor([&] { return done->text() == "all done in ≈ 0:02:10"; }))
        << done->text().toStdString();
}

TEST_F(QueuePageTest, DifferenceToTheRowAboveIsNamed) {
    fill();
    table()->selectRow(1);
    const auto* difference = m_page.findChild<QTableWidget*>("queueDifference");
    QStringList keys;
    for (int row = 0; row < difference->rowCount(); ++row) keys += difference->item(row, 0)->text();
    EXPECT_EQ(keys, QStringList({"name", "train.epochs"}));
    const auto* settings = m_page.findChild<QTableWidget*>("queueSettings");
    EXPECT_TRUE(settings->item(0, 0)->font().bold()) << "what was changed comes first";
    EXPECT_TRUE(
        m_page.findChild<QLabel*>("queueSummary")->text().contains(m_around.queue().rows()[1].specHash));
}

TEST_F(QueuePageTest, RowsMoveByKeyAndKeepTheSelection) {
    fill();
    table()->selectRow(2);
    trigger("queue.moveUp");
    EXPECT_EQ(names(), QStringList({"a", "c", "b"}));
    EXPECT_EQ(table()->currentIndex().row(), 1);
    trigger("queue.moveUp");
    EXPECT_EQ(names(), QStringList({"c", "a", "b"}));
    m_page.undoStack()->undo();
    EXPECT_EQ(names(), QStringList({"a", "c", "b"}));
    trigger("queue.hold");
    EXPECT_EQ(m_around.queue().rows()[1].held, true);
    EXPECT_EQ(cell(1, QueueModel::State), "Held");
    trigger("queue.duplicate");
    EXPECT_EQ(names(), QStringList({"a", "c", "c", "b"}));
    trigger("queue.remove");
    EXPECT_EQ(names().size(), 3);
}

TEST_F(QueuePageTest, ADragMovesARow) {
    fill();
    auto* model = table()->model();
    const std::unique_ptr<QMimeData> data(model->mimeData({model->index(0, QueueModel::Name)}));
    EXPECT_FALSE(model->dropMimeData(data.get(), Qt::MoveAction, 3, 0, {})) << "the view must remove nothing";
    EXPECT_EQ(names(), QStringList({"b", "c", "a"}));
    const std::unique_ptr<QMimeData> back(model->mimeData({model->index(2, QueueModel::Name)}));
    model->dropMimeData(back.get(), Qt::MoveAction, 0, 0, {});
    EXPECT_EQ(names(), QStringList({"a", "b", "c"}));
}

TEST_F(QueuePageTest, ANameCanBeEditedBeforeTheStart) {
    fill();
    auto* model = table()->model();
    EXPECT_TRUE(model->setData(model->index(1, QueueModel::Name), "order1", Qt::EditRole));
    EXPECT_EQ(m_around.queue().rows()[1].spec.name, "order1");
    EXPECT_FALSE(model->setData(model->index(1, QueueModel::Seed), "3", Qt::EditRole));
}

TEST_F(QueuePageTest, EditAsNewOpensTheSettings) {
    fill();
    table()->selectRow(1);
    trigger("queue.editAsNew");
    EXPECT_EQ(m_around.navigator().pages, QStringList{"setupPage"});
    EXPECT_EQ(m_around.navigator().requests[0].origin, "b");
    EXPECT_EQ(m_around.navigator().requests[0].spec, toJson(tinySpec("b", 2)));
}

TEST_F(QueuePageTest, RowsAreCopiedAsText) {
    fill();
    table()->selectAll();
    trigger("queue.copy");
    const QStringList lines = QGuiApplication::clipboard()->text().split('\n');
    ASSERT_EQ(lines.size(), 4);
    EXPECT_TRUE(lines[0].startsWith("#\tname\tmethod"));
    EXPECT_TRUE(lines[2].startsWith("2\tb\tELLA + gate\t3\t1\tWaiting"));
}

TEST_F(QueuePageTest, DisabledActionsSayWhy) {
    EXPECT_EQ(m_around.actions().reason("queue.moveUp"), "Choose a row of the queue first.");
    fill();
    table()->selectRow(0);
    EXPECT_TRUE(m_around.actions().action("queue.moveUp")->isEnabled());
    EXPECT_EQ(m_around.actions().reason("queue.open"), "This run has not started yet.");
}

TEST_F(QueuePageTest, TheModelKeepsTheRulesOfModels) {
    const QAbstractItemModelTester tester(table()->model(),
                                          QAbstractItemModelTester::FailureReportingMode::Fatal);
    fill();
    m_around.queue().move(m_ids[0], 2);
    m_around.queue().remove({m_ids[1]});
    m_around.queue().setHeld({m_ids[2]}, true);
    m_page.undoStack()->undo();
    m_page.undoStack()->undo();
    EXPECT_EQ(table()->model()->rowCount(), 3);
}

TEST_F(QueuePageTest, LooksRightInTheDark) {
    fill();
    m_around.theme().setKind(ThemeKind::Dark);
    m_around.queue().setHeld({m_ids[1]}, true);
    testing::savePicture(m_page, "queue_dark");
    // Nothing of the page keeps the light theme's colours.
    const QImage dark = m_page.grab().toImage();
    m_around.theme().setKind(ThemeKind::Light);
    const QImage light = m_page.grab().toImage();
    EXPECT_LT(meanLightness(dark), 0.3);
    EXPECT_GT(meanLightness(light), 0.8);
}

}  // namespace
}  // namespace jumplora
