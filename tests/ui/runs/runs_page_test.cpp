// SPDX-License-Identifier: GPL-3.0-or-later
#include "runs/runs_page.h"

#include "base/file.h"
#include "core/store/sample_run.h"
#include "runs/bring_in_dialog.h"
#include "runs/filter_edit.h"
#include "runs/pinned_table.h"
#include "runs/take_out_dialog.h"
#include "session/run_material.h"
#include "store/importer.h"
#include "ui/support/page_fixture.h"

#include <gtest/gtest.h>

#include <QAbstractItemModelTester>
#include <QAction>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QRadioButton>
#include <QToolButton>
#include <QUndoStack>

namespace jumplora {
namespace {

using testing::PageSurroundings;
using testing::waitFor;

class RunsPageTest : public ::testing::Test {
  protected:
    RunsPageTest() {
        Store store(m_around.jobs().database());
        for (int seed = 1; seed <= 3; ++seed)
            storeRun(store, QString("order1-s%1").arg(seed), seed, 3, "finished");
        storeRun(store, "other", 1, 2, "failed");
    }

    void storeRun(Store& store, const QString& name, int seed, int tasks, const char* state) {
        testing::SampleRun run;
        run.id = name.toStdString() + "-20260304";
        run.name = name.toStdString();
        run.seed = static_cast<std::uint64_t>(seed);
        run.tasks = tasks;
        run.state = state;
        run.created = "2026-03-04T14:05:1" + std::to_string(seed) + "Z";
        const auto folder = m_around.folder() / "runs" / run.id;
        const RunDirectory files = testing::writeSampleRun(folder, run);
        if (tasks != 3) {
            Json spec = readJsonFile(files.specFile());
            spec["method"] = {{"type", "inclora"}};
            writeFileAtomically(files.specFile(), spec.dump());
        }
        Importer(store).indexRun(folder);
    }

    void openPage() {
        m_page = std::make_unique<RunsPage>(m_around.context());
        // The shell shows the header above the page.
        m_header = m_page->header();
        m_header->setParent(nullptr);
        m_page->resize(1208, 640);
        QObject::connect(m_page.get(), &Page::notice, m_page.get(),
                         [this](const Notice& notice) { m_notices.append(notice); });
        m_page->show();
        m_header->show();
        m_page->activated();
        ASSERT_TRUE(waitFor([&] { return m_page->isLoaded(); }));
    }
    ~RunsPageTest() override {
        m_page.reset();
        delete m_header;
    }

    RunTableModel& model() { return m_page->model(); }
    QString cell(int row, const char* key) {
        for (std::size_t i = 0; i < model().columns().size(); ++i)
            if (model().columns()[i].key.name == QLatin1String(key))
                return model().index(row, static_cast<int>(i) + 1).data().toString();
        ADD_FAILURE() << "no column " << key;
        return {};
    }
    void filter(const QString& text) {
        m_header->findChild<FilterEdit*>("runFilter")->setExpression(text);
        QTest::qWait(200);
    }
    void trigger(const char* action) { m_around.actions().action(QLatin1String(action))->trigger(); }
    PinnedTable* table() { return m_page->findChild<PinnedTable*>("runTable"); }
    void reloaded(const std::function<void()>& action) {
        QSignalSpy spy(m_page.get(), &RunsPage::loaded);
        action();
        ASSERT_TRUE(spy.wait(20000));
    }

    PageSurroundings m_around;
    std::unique_ptr<RunsPage> m_page;
    QWidget* m_header = nullptr;
    QList<Notice> m_notices;
};

TEST_F(RunsPageTest, ShowsRunsWithTheirNumbers) {
    openPage();
    ASSERT_EQ(model().rowCount(), 4);
    EXPECT_EQ(cell(0, "name"), "order1-s3");
    EXPECT_EQ(cell(0, "oa"), "85.0");
    EXPECT_EQ(cell(0, "seed"), "3");
    EXPECT_EQ(cell(0, "started"), "2026-03-04 14:05");
    EXPECT_EQ(m_header->findChild<QLabel*>("runCount")->text(), "4 runs");
}

TEST_F(RunsPageTest, F2GivesARunAnotherName) {
    openPage();
    QApplication::setActiveWindow(m_page.get());
    table()->selectRow(1);
    trigger("runs.rename");
    auto* editor = qobject_cast<QLineEdit*>(QApplication::focusWidget());
    ASSERT_NE(editor, nullptr);
    EXPECT_EQ(editor->text(), "order1-s2");
    EXPECT_TRUE(table()->isEditing()) << "the table is not read anew below a person's hands";
    editor->setText(" the good one ");
    reloaded([&] { QTest::keyClick(editor, Qt::Key_Return); });
    EXPECT_EQ(cell(1, "name"), "the good one");
    EXPECT_EQ(Store(m_around.jobs().database()).run("the good one").id, "order1-s2-20260304");
    reloaded([&] { m_page->undoStack()->undo(); });
    EXPECT_EQ(cell(1, "name"), "order1-s2");

    // Nothing to rename: said, and no editor.
    m_notices.clear();
    table()->clearSelection();
    trigger("runs.rename");
    EXPECT_EQ(m_notices.size(), 1);
    EXPECT_FALSE(table()->isEditing());
}

TEST_F(RunsPageTest, DraggedHeadersStayWhereTheyWerePut) {
    openPage();
    const auto titles = [this] {
        QStringList all;
        for (const RunColumn& column : model().columns()) all += column.title;
        return all;
    };
    const QStringList before = titles();
    ASSERT_GT(before.size(), 6);
    QStringList wanted = before;
    wanted.move(5, 2);
    table()->horizontalHeader()->moveSection(6, 3);
    ASSERT_TRUE(waitFor([&] { return titles() == wanted; }));
    for (int column = 0; column < model().columnCount(); ++column)
        EXPECT_EQ(table()->horizontalHeader()->visualIndex(column), column);
    EXPECT_TRUE(m_header->findChild<QToolButton*>("viewMenu")->text().endsWith("●"));
    // In the pinned part, too.
    wanted.move(0, 1);
    table()->pinnedView()->horizontalHeader()->moveSection(1, 2);
    ASSERT_TRUE(waitFor([&] { return titles() == wanted; }));
    EXPECT_FALSE(table()->horizontalHeader()->isFirstSectionMovable()) << "marks stay in front";
    m_page.reset();
    delete std::exchange(m_header, nullptr);
    openPage();
    EXPECT_EQ(titles(), wanted);
}

TEST_F(RunsPageTest, ARunIsTakenOutAsAnArchiveAndBroughtInElsewhere) {
    openPage();
    table()->selectRow(0);
    trigger("runs.takeOut");
    auto* out = m_page->findChild<TakeOutDialog*>("takeOutDialog");
    ASSERT_NE(out, nullptr);
    out->findChild<QRadioButton*>("formBundle")->setChecked(true);
    const QString archive = QString::fromStdString((m_around.folder() / "taken.tar").string());
    out->setTarget(archive);
    QSignalSpy written(out, &TakeOutDialog::written);
    out->findChild<QPushButton*>("writeButton")->click();
    ASSERT_TRUE(waitFor([&] { return !written.isEmpty(); }));
    EXPECT_TRUE(runMaterial(archive).contains("bundle"));

    PageSurroundings elsewhere;
    RunsPage page(elsewhere.context());
    const std::unique_ptr<QWidget> header(page.header());
    page.show();
    page.activated();
    ASSERT_TRUE(waitFor([&] { return page.isLoaded(); }));
    page.open({.files = {archive}});
    auto* in = page.findChild<BringInDialog*>("bringInDialog");
    ASSERT_NE(in, nullptr);
    EXPECT_TRUE(in->findChild<QLabel*>("bringInKind")->text().contains("bundle"));
    in->findChild<QPushButton*>("bringInButton")->click();
    ASSERT_TRUE(waitFor([&] { return page.model().rowCount() == 1; }));
    EXPECT_EQ(page.model().run(0)->name, "order1-s3");
}

TEST_F(RunsPageTest, WhatCannotBeTakenOutOrBroughtInIsSaid) {
    openPage();
    table()->selectRow(0);
    trigger("runs.takeOut");
    auto* out = m_page->findChild<TakeOutDialog*>("takeOutDialog");
    ASSERT_NE(out, nullptr);
    // The sample has no adapters.
    out->setTarget(QString::fromStdString((m_around.folder() / "adapter").string()));
    out->findChild<QPushButton*>("writeButton")->click();
    auto* problem = out->findChild<QLabel*>("takeOutProblem");
    ASSERT_TRUE(waitFor([&] { return problem->isVisible(); }));
    EXPECT_TRUE(problem->text().contains("no adapter of task 3")) << problem->text().toStdString();
    const auto nothing = m_around.folder() / "nothing.json";
    writeFileAtomically(nothing, "[1, 2]");
    m_page->open({.files = {QString::fromStdString(nothing.string())}});
    m_notices.clear();
    m_page->findChild<QPushButton*>("bringInButton")->click();
    ASSERT_TRUE(waitFor([&] { return !m_notices.isEmpty(); }));
    EXPECT_EQ(m_notices.last().kind, Notice::Kind::Error);
    EXPECT_TRUE(m_notices.last().sentence.contains("nothing.json"));
}

TEST_F(RunsPageTest, SeedsAreOneRowWithMeanAndDeviation) {
    openPage();
    model().setGrouping({kAllButSeed});
    ASSERT_EQ(model().rowCount(), 2);
    EXPECT_EQ(cell(0, "name"), "order1");
    EXPECT_EQ(cell(0, "seed"), "n 3");
    EXPECT_EQ(cell(0, "oa"), "85.0 ± 0.0");
    EXPECT_EQ(cell(0, "state"), "3");
    EXPECT_EQ(cell(1, "oa"), "87.5") << "one run has no deviation";
    table()->selectRow(0);
    QTest::keyClick(table(), Qt::Key_Right);
    EXPECT_EQ(model().rowCount(), 5);
    EXPECT_EQ(model().index(1, 1).data(RunTableModel::IsMemberRole).toBool(), true);
    QTest::keyClick(table(), Qt::Key_Left);
    EXPECT_EQ(model().rowCount(), 2);
    model().setGrouping({"gate"});
    ASSERT_EQ(model().rowCount(), 1);
    EXPECT_EQ(cell(0, "oa"), "n/a") << "runs of other tasks are not averaged";
}

TEST_F(RunsPageTest, FilterErrorsLeaveTheTableAsItIs) {
    openPage();
    filter("name ~ order1 AND state = finished");
    EXPECT_EQ(model().rowCount(), 3);
    EXPECT_EQ(m_header->findChild<QLabel*>("runCount")->text(), "3 of 4");
    filter("name = = x");
    EXPECT_EQ(model().rowCount(), 3);
    EXPECT_TRUE(m_page->findChild<QLabel*>("filterProblem")->isVisible());
    filter("loss@min < 0.2");
    EXPECT_TRUE(waitFor([&] { return model().rowCount() == 3; })) << "the curve of two tasks ends higher";
    filter("nothing");
    EXPECT_EQ(model().rowCount(), 0);
    filter("");
    EXPECT_EQ(model().rowCount(), 4);
}

TEST_F(RunsPageTest, CompletionOffersKeysOperatorsAndValues) {
    openPage();
    auto* edit = m_header->findChild<FilterEdit*>("runFilter");
    const auto offers = [&](const QString& text) {
        edit->setText(text);
        edit->setCursorPosition(static_cast<int>(text.size()));
        QStringList names;
        for (const auto& [value, about] : edit->completions()) names += value;
        return names;
    };
    EXPECT_TRUE(offers("optim").contains("optimizer.lr"));
    EXPECT_TRUE(offers("state ").contains("!="));
    EXPECT_TRUE(offers("state = ").contains("finished"));
    EXPECT_TRUE(offers("has:").contains("checkpoint"));
    offers("state = fin");
    edit->accept("finished");
    EXPECT_EQ(edit->text(), "state = finished ");
}

TEST_F(RunsPageTest, SortsBySeveralKeysMissingLast) {
    openPage();
    model().setSorting({{{"tasks", {}, 0}, true}, {{"seed", {}, 0}, false}});
    EXPECT_EQ(cell(0, "name"), "order1-s1");
    EXPECT_EQ(cell(3, "name"), "other");
    model().setSorting({{{"oa", {}, 0}, true}});
    EXPECT_EQ(cell(0, "name"), "other");
}

TEST_F(RunsPageTest, ArchiveAndUndo) {
    openPage();
    table()->selectRow(model().rowOf("other-20260304"));
    ASSERT_EQ(m_page->chosenRuns(), QStringList{"other-20260304"});
    reloaded([&] { trigger("runs.archive"); });
    EXPECT_EQ(model().rowCount(), 3);
    ASSERT_FALSE(m_notices.isEmpty());
    EXPECT_EQ(m_notices.last().actionText, "Undo");
    reloaded([&] { m_page->undoStack()->undo(); });
    EXPECT_EQ(model().rowCount(), 4);
    reloaded([&] { m_page->undoStack()->redo(); });
    m_page->open({.text = ""});
    // The menu is built anew when an action of it is triggered.
    const QList<QAction*> views = m_header->findChild<QToolButton*>("viewMenu")->menu()->actions();
    const auto archived = std::find_if(views.begin(), views.end(),
                                       [](const QAction* action) { return action->text() == "Archived"; });
    ASSERT_NE(archived, views.end());
    (*archived)->trigger();
    EXPECT_EQ(model().rowCount(), 1);
}

TEST_F(RunsPageTest, MarkedGroupsGoToCompare) {
    openPage();
    model().setGrouping({kAllButSeed});
    table()->selectRow(0);
    QTest::keyClick(table(), Qt::Key_Space);
    EXPECT_EQ(m_page->findChild<QLabel*>("markCount")->text(), "3 marked");
    EXPECT_EQ(model().markState(0), Qt::Checked);
    trigger("runs.compare");
    ASSERT_EQ(m_around.navigator().requests.size(), 1);
    EXPECT_EQ(m_around.navigator().requests[0].runs.size(), 3);
    EXPECT_EQ(m_around.navigator().pages.last(), "comparePage");
}

TEST_F(RunsPageTest, ViewsComeBack) {
    openPage();
    filter("tasks = 3");
    model().setGrouping({});
    m_page.reset();
    delete m_header;
    m_header = nullptr;
    // A second window is another registry; one page per test is enough for what is stored.
    const Json last = Json::parse(m_around.settings().get<QString>(keys::kRunColumns).toStdString());
    EXPECT_EQ(last.at("filter"), "tasks = 3");
    const SavedView view = viewFromJson(last);
    EXPECT_EQ(viewFromJson(toJson(view)), view);
}

TEST_F(RunsPageTest, ModelKeepsTheRules) {
    RunTableModel model;
    const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    Store store(m_around.jobs().database());
    RunFilter all;
    all.archived = std::nullopt;
    auto data = std::make_shared<const RunData>(store.listRuns(all), specTable(store));
    model.setColumns(
        {data->column({"name", {}, 0}), data->column({"oa", {}, 0}), data->column({"optimizer.lr", {}, 0})});
    model.setData(data);
    model.setGrouping({kAllButSeed});
    model.setExpanded(0, true);
    model.setMarked(1, true);
    EXPECT_EQ(model.markState(0), Qt::PartiallyChecked);
    model.setExpanded(0, false);
    model.setSorting({{{"seed", {}, 0}, true}});
    model.setFilter(RunFilterExpression::parse("seed > 1", 0));
    model.setData(std::make_shared<const RunData>());
    EXPECT_EQ(model.rowCount(), 0);
    EXPECT_TRUE(model.marked().isEmpty());
}

TEST_F(RunsPageTest, EmptyIndexSaysWhatToDo) {
    PageSurroundings nothing;
    RunsPage page(nothing.context());
    page.resize(1000, 600);
    page.show();
    page.activated();
    ASSERT_TRUE(waitFor([&] { return page.isLoaded(); }));
    bool said = false;
    for (const QLabel* label : page.findChildren<QLabel*>())
        said |= label->isVisible() && label->text().startsWith("No runs yet.");
    EXPECT_TRUE(said);
    delete page.header();
}

}  // namespace
}  // namespace jumplora
