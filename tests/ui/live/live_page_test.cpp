// SPDX-License-Identifier: GPL-3.0-or-later
#include "live/live_page.h"

#include "core/store/sample_run.h"
#include "live/curve_cards.h"
#include "live/log_card.h"
#include "live/map_cards.h"
#include "live/samples_card.h"
#include "store/importer.h"
#include "train/predictions.h"
#include "ui/support/page_fixture.h"
#include "ui/support/pictures.h"

#include <gtest/gtest.h>

#include <QAbstractItemModelTester>
#include <QComboBox>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QTableView>
#include <QToolButton>

namespace jumplora {
namespace {

class LivePageTest : public ::testing::Test {
  protected:
    LivePageTest() {
        m_run.tasks = 2;
        m_run.steps = 40;
    }

    void store() {
        const auto directory = m_around.folder() / "runs" / m_run.id;
        testing::writeSampleRun(directory, m_run);
        Store store(m_around.folder() / "index.sqlite");
        Importer(store).indexRun(directory);
    }

    void openPage() {
        m_page = std::make_unique<LivePage>(m_around.context());
        m_page->resize(1180, 700);
        m_page->show();
    }

    void openStored() {
        store();
        openPage();
        ASSERT_TRUE(testing::waitFor([&] { return m_page->view() != nullptr; }));
        QTest::qWait(150);
    }

    // As the session would tell it.
    void tell(const std::vector<Event>& events) {
        Q_EMIT m_around.context().session.runEvents(QString::fromStdString(m_run.id),
                                                    std::make_shared<const std::vector<Event>>(events));
    }

    template <typename Widget>
    Widget* find(const char* name) const {
        return m_page->findChild<Widget*>(QString::fromLatin1(name));
    }

    testing::SampleRun m_run;
    testing::PageSurroundings m_around;
    std::unique_ptr<LivePage> m_page;
};

TEST_F(LivePageTest, AnEmptyPageSaysWhatToDo) {
    openPage();
    QPushButton* button = nullptr;
    for (auto* each : m_page->findChildren<QPushButton*>())
        if (each->text() == "Set up") button = each;
    ASSERT_NE(button, nullptr);
    EXPECT_TRUE(button->isVisible());
    QTest::mouseClick(button, Qt::LeftButton);
    EXPECT_EQ(m_around.navigator().pages, QStringList{"setupPage"});
}

TEST_F(LivePageTest, AStoredRunFillsAllCards) {
    openStored();
    EXPECT_EQ(m_page->shownRun().toStdString(), m_run.id);
    for (const char* name : {"lossCard", "gradCard", "gateCard", "gateMapCard", "matrixCard", "overlapCard",
                             "samplesCard", "resourceCard", "logCard"}) {
        auto* card = find<Card>(name);
        ASSERT_NE(card, nullptr) << name;
        EXPECT_FALSE(card->summary().isEmpty()) << name;
        EXPECT_FALSE(card->accessibleName().isEmpty()) << name;
    }
    const QString loss = find<Card>("lossCard")->summary();
    EXPECT_TRUE(loss.startsWith("Loss, step 40 of task 2 task2: cross-entropy ")) << loss.toStdString();
    EXPECT_TRUE(
        find<Card>("matrixCard")->summary().startsWith("Accuracy matrix, 2 of 2 tasks done, average of"));
    EXPECT_TRUE(find<CurvePlot>("lossPlot")->hasData());
    EXPECT_EQ(find<CurvePlot>("lossPlot")->group()->upper(), 80);
    EXPECT_EQ(find<CurvePlot>("gradPlot")->group(), find<CurvePlot>("lossPlot")->group());
}

TEST_F(LivePageTest, OtherSeedsStandBesideTheMatrix) {
    m_run.id = "alone";
    openStored();
    EXPECT_FALSE(find<QLabel>("matrixSeeds")->isVisible()) << "one seed is no mean";
    m_run.id = "second";
    m_run.seed = 2;
    store();
    // Another number of steps, but the same settings: its matrix is the same, so sd is 0.
    Q_EMIT m_around.session().runsChanged();
    auto* seeds = find<QLabel>("matrixSeeds");
    ASSERT_TRUE(testing::waitFor([&] { return seeds->isVisible(); }));
    EXPECT_EQ(seeds->text(), "2 seeds: OA 87.5 ± 0.0 %, BWT −5.0 ± 0.0");
    EXPECT_TRUE(seeds->toolTip().contains("n = 2"));
    testing::savePicture(*m_page, "live_seeds");
}

TEST_F(LivePageTest, EventsOfARunInProgressArriveWithoutGapOrDouble) {
    openPage();
    const auto events = testing::sampleEvents(m_run);
    const auto half = static_cast<std::ptrdiff_t>(events.size() / 2);
    tell({events.begin(), events.begin() + half});
    ASSERT_NE(m_page->view(), nullptr) << "a run that begins is shown";
    const std::size_t before = m_page->view()->steps.size();
    m_page->hide();
    tell({events.begin() + half, events.end()});
    EXPECT_GT(m_page->view()->steps.size(), before) << "another page is in sight, events arrive all the same";
    m_page->show();
    QTest::qWait(80);
    auto* plot = find<CurvePlot>("lossPlot");
    EXPECT_EQ(plot->table().rows.size(), 80U);
    tell({{0, RunResumed{2, 10}}});
    EXPECT_EQ(plot->table().rows.size(), 50U);
    for (const Event& event : events) {
        const auto* step = std::get_if<StepMetrics>(&event.payload);
        if (step != nullptr && step->globalStep > 50) tell({event});
    }
    const Table table = plot->table();
    ASSERT_EQ(table.rows.size(), 80U);
    for (std::size_t i = 0; i < table.rows.size(); ++i)
        EXPECT_EQ(table.rows[i][0].value, static_cast<double>(i + 1));
}

TEST_F(LivePageTest, ResumingReadsWhatWasBefore) {
    store();
    openPage();
    ASSERT_TRUE(testing::waitFor([&] { return m_page->view() != nullptr; }));
    // The session says only what is new; the page reads the rest from the run's folder.
    tell({{0, RunResumed{2, 10}}});
    ASSERT_TRUE(testing::waitFor([&] { return m_page->view()->steps.size() == 50; }));
    EXPECT_EQ(m_page->view()->state, "running");
    EXPECT_TRUE(m_page->view()->tasks[0].trained.has_value());
}

TEST_F(LivePageTest, ARunThatIsOpenedBeforeItsFirstEventIsShownWithIt) {
    openPage();
    PageRequest request;
    request.runs = {QString::fromStdString(m_run.id)};
    m_page->open(request);
    EXPECT_EQ(m_page->view(), nullptr);
    tell(testing::sampleEvents(m_run));
    ASSERT_NE(m_page->view(), nullptr);
    EXPECT_EQ(m_page->view()->steps.size(), 80U);
}

TEST_F(LivePageTest, SwitchingTheAxisFeedsAllCurvesAnew) {
    openStored();
    auto* axis = find<QWidget>("lossPlot");
    ASSERT_NE(axis, nullptr);
    auto* box = m_page->header()->findChild<QComboBox*>("liveAxis");
    box->setCurrentIndex(2);
    EXPECT_EQ(find<CurvePlot>("lossPlot")->group()->upper(), 40.0) << "80 steps of half a second";
    box->setCurrentIndex(1);
    EXPECT_EQ(find<CurvePlot>("lossPlot")->group()->upper(), 80 * 32);
    EXPECT_EQ(m_around.settings().get<int>(keys::kLiveAxis), 1) << "remembered";
}

TEST_F(LivePageTest, CardsMoveHideAndMaximiseByKeyboard) {
    openStored();
    CardGrid& grid = m_page->grid();
    EXPECT_EQ(grid.columnCount(), 2);
    auto* loss = find<Card>("lossCard");
    auto* matrix = find<Card>("matrixCard");
    loss->header()->setFocus();
    QTest::keyClick(loss->header(), Qt::Key_Right, Qt::ControlModifier);
    EXPECT_EQ(grid.cards().indexOf(loss), 1);
    EXPECT_EQ(grid.cards().indexOf(matrix), 0);
    EXPECT_GT(loss->x(), matrix->x());
    const int width = loss->width();
    QTest::keyClick(loss->header(), Qt::Key_Right, Qt::ControlModifier | Qt::ShiftModifier);
    EXPECT_GT(loss->width(), 2 * width);
    QTest::keyClick(loss->header(), Qt::Key_Delete);
    EXPECT_FALSE(loss->isVisible());
    EXPECT_TRUE(m_around.settings().get<QString>(keys::kLiveCards).contains("lossCard"));
    grid.setShown(loss, true);
    QTest::mouseDClick(matrix->header(), Qt::LeftButton);
    EXPECT_EQ(grid.maximised(), matrix);
    EXPECT_FALSE(loss->isVisible());
    QTest::keyClick(matrix->header(), Qt::Key_Escape);
    EXPECT_EQ(grid.maximised(), nullptr);
    EXPECT_TRUE(loss->isVisible());
    // A new page has the same cards.
    const QString layout = grid.layoutText();
    openPage();
    EXPECT_EQ(m_page->grid().layoutText(), layout);
    m_page->grid().resetLayout();
    EXPECT_EQ(m_page->grid().cards().first()->objectName(), "lossCard");
}

TEST_F(LivePageTest, HidingACardCanBeUndone) {
    openStored();
    QSignalSpy notices(m_page.get(), &Page::notice);
    Q_EMIT find<Card>("gradCard")->hideWanted();
    ASSERT_EQ(notices.count(), 1);
    const auto notice = notices[0][0].value<Notice>();
    EXPECT_FALSE(find<Card>("gradCard")->isVisible());
    notice.action();
    EXPECT_TRUE(m_page->grid().isShown(find<Card>("gradCard")));
}

TEST_F(LivePageTest, ColumnsFollowTheWidth) {
    openStored();
    for (const auto& [width, columns] : {std::pair{1024, 2}, {1280, 2}, {1920, 3}, {2560, 4}, {700, 1}}) {
        m_page->resize(width - metrics::kRailWidth, 900);
        QTest::qWait(20);
        EXPECT_EQ(m_page->grid().columnCount(), columns) << width;
    }
}

TEST_F(LivePageTest, DraggingAHeaderMovesItsCard) {
    openStored();
    auto* loss = find<Card>("lossCard");
    auto* gate = find<Card>("gateCard");
    QWidget* header = loss->header();
    const QPoint target = header->mapFromGlobal(gate->mapToGlobal(QPoint(40, 60)));
    QTest::mousePress(header, Qt::LeftButton, {}, {20, 10});
    QTest::mouseMove(header, {60, 40});
    QTest::mouseMove(header, target);
    auto* outline = m_page->findChild<QWidget*>("cardTarget");
    EXPECT_TRUE(outline->isVisible()) << "the place it would go to is shown";
    QTest::mouseRelease(header, Qt::LeftButton, {}, target);
    EXPECT_FALSE(outline->isVisible());
    EXPECT_EQ(m_page->grid().cards().indexOf(loss), 2);
}

TEST_F(LivePageTest, ADoubleClickedModuleOpensAdapters) {
    openStored();
    auto* map = find<HeatMap>("gateMap");
    Q_EMIT map->cellActivated(0, 0);
    ASSERT_EQ(m_around.navigator().requests.size(), 1);
    EXPECT_EQ(m_around.navigator().pages.last(), "adaptersPage");
    EXPECT_EQ(m_around.navigator().requests[0].module, "encoder.q");
    EXPECT_EQ(m_around.navigator().requests[0].runs.first().toStdString(), m_run.id);
}

TEST_F(LivePageTest, APenaltyThatDwarfsTheLossIsSaid) {
    openPage();
    auto events = testing::sampleEvents(m_run);
    for (Event& event : events) {
        auto* step = std::get_if<StepMetrics>(&event.payload);
        if (step != nullptr && step->task == 2) step->penalties = {{"ella", 50.0}};
    }
    tell(events);
    QTest::qWait(700);
    EXPECT_TRUE(find<Card>("lossCard")->accessibleName().contains("the penalty is above 10"));
    EXPECT_TRUE(find<QPlainTextEdit>("logText")->toPlainText().contains("× the task loss for 20 steps"));
}

TEST_F(LivePageTest, TheLogIsFilteredByLevel) {
    openPage();
    auto events = testing::sampleEvents(m_run);
    events.push_back({1772640000, WarningRaised{"short_task", "copa has 3 steps", 1, 1}});
    tell(events);
    auto* text = find<QPlainTextEdit>("logText");
    ASSERT_TRUE(testing::waitFor([&] { return text->toPlainText().contains("copa has 3 steps"); }, 3000));
    auto* level = find<QComboBox>("logLevel");
    level->setCurrentIndex(2);
    EXPECT_TRUE(text->toPlainText().contains("copa has 3 steps"));
    EXPECT_FALSE(text->toPlainText().contains("Run started"));
    level->setCurrentIndex(0);
    EXPECT_TRUE(text->toPlainText().contains("Run started"));
}

TEST_F(LivePageTest, ALongLogKeepsItsNewestLines) {
    openPage();
    tell(testing::sampleEvents(m_run));
    auto* text = find<QPlainTextEdit>("logText");
    constexpr int kMost = 10000;
    int told = 0;
    const auto warn = [&](int count) {
        std::vector<Event> events;
        events.reserve(static_cast<std::size_t>(count));
        for (int i = 0; i < count; ++i)
            events.push_back(
                {1772640000, WarningRaised{"made_up", "warning " + std::to_string(++told) + ".", 1, 1}});
        tell(events);
        const QString newest = QStringLiteral("warning %1.").arg(told);
        EXPECT_TRUE(testing::waitFor([&] { return text->toPlainText().contains(newest); }, 20000));
    };
    warn(9000);
    EXPECT_TRUE(text->toPlainText().contains("Run started"));
    warn(2500);
    // One after another, none twice, none left out.
    QStringList lines = text->toPlainText().split('\n');
    ASSERT_LE(lines.size(), kMost);
    lines.removeIf([](const QString& line) { return line.contains(QStringLiteral("× the task loss")); });
    ASSERT_GE(lines.size(), kMost * 9 / 10);
    const int first = told - static_cast<int>(lines.size()) + 1;
    for (int i = static_cast<int>(lines.size()) - 1; i >= 0; --i)
        ASSERT_TRUE(lines[i].endsWith(QStringLiteral("warning %1.").arg(first + i)))
            << lines[i].toStdString() << " is line " << i << " of " << lines.size();
}

TEST_F(LivePageTest, AnswersOfACellAreShown) {
    openStored();
    auto* model = find<QTableView>("samplesTable")->model();
    ASSERT_NE(model, nullptr);
    // The sample run has no prediction files: the card says so and stays alive.
    EXPECT_EQ(model->rowCount(), 0);
}

TEST(SampleModel, KeepsTheRulesOfModels) {
    const Theme theme;
    SampleModel model(theme);
    const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    model.setPredictions({{"a prompt", "yes", "yes", true, true},
                          {"another", "no", "yes", false, true},
                          {"third", "no", "what", false, false}});
    EXPECT_EQ(model.rowCount(), 3);
    EXPECT_EQ(model.index(2, 0).data().toString(), "? outside the options");
    model.setFilter(static_cast<int>(SampleModel::Verdict::Wrong));
    ASSERT_EQ(model.rowCount(), 1);
    EXPECT_EQ(model.index(0, SampleModel::Answer).data().toString(), "yes");
    EXPECT_EQ(model.count(SampleModel::Verdict::Right), 1U);
}

}  // namespace
}  // namespace jumplora
