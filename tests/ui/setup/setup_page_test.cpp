// SPDX-License-Identifier: GPL-3.0-or-later
#include "setup/setup_page.h"

#include "base/file.h"
#include "method/method_info.h"
#include "setup/estimator.h"
#include "setup/sequence_model.h"
#include "setup/sequence_view.h"
#include "setup/suite_catalog.h"
#include "setup/task_palette.h"
#include "setup/task_palette_model.h"
#include "ui/support/page_fixture.h"
#include "ui/support/pictures.h"

#include <gtest/gtest.h>

#include <QAbstractItemModelTester>
#include <QAction>
#include <QCheckBox>
#include <QComboBox>
#include <QDialog>
#include <QDragEnterEvent>
#include <QDropEvent>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QRadioButton>
#include <QStackedWidget>
#include <QToolButton>
#include <QTreeView>
#include <QUndoStack>

namespace jumplora {
namespace {

using testing::PageSurroundings;
using testing::waitFor;

void savePicture(QWidget& widget, const QString& name) {
    for (int i = 0; i < 3; ++i) QApplication::processEvents();
    testing::savePicture(widget, name);
}

class SetupPageTest : public ::testing::Test {
  protected:
    SetupPageTest() : m_page(m_around.context()) {
        m_page.resize(1208, 676);
        QObject::connect(&m_page, &Page::notice, &m_page,
                         [this](const Notice& notice) { m_notices.append(notice); });
        m_page.show();
    }

    template <typename T>
    T* find(const QString& name) {
        T* found = m_page.findChild<T*>(name);
        EXPECT_NE(found, nullptr) << name.toStdString();
        return found;
    }
    SequenceView* sequence() { return find<SequenceView>("sequenceTable"); }
    SpecDocument& document() { return m_page.document(); }
    void trigger(const char* action) { m_around.actions().action(QLatin1String(action))->trigger(); }
    void startBuiltin() {
        find<QPushButton>("tryBuiltIn")->click();
        ASSERT_TRUE(waitFor([&] { return m_page.estimator().estimate().plan.has_value(); }));
    }
    void type(const QString& field, const QString& text) {
        auto* edit = find<QLineEdit>(field);
        edit->setText(text);
        Q_EMIT edit->textEdited(text);
        Q_EMIT edit->editingFinished();
    }

    PageSurroundings m_around;
    SetupPage m_page;
    QList<Notice> m_notices;
};

TEST_F(SetupPageTest, FirstStartOffersTheBuiltInExperiment) {
    m_page.activated();
    EXPECT_TRUE(find<QWidget>("firstRunPanel")->isVisible());
    savePicture(m_page, "setup-first-run");
    startBuiltin();
    EXPECT_FALSE(find<QWidget>("firstRunPanel")->isVisible());
    EXPECT_EQ(sequence()->model()->rowCount(), 4);
    EXPECT_EQ(find<QComboBox>("field.method.type")->currentData().toString(), "ella");
    EXPECT_TRUE(find<QRadioButton>("field.gate.type.jumprelu")->isChecked());
    EXPECT_EQ(find<QLabel>("startReasons")->property("count").toInt(), 0);
    EXPECT_TRUE(find<QPushButton>("startButton")->isEnabled());
    EXPECT_NE(find<QLabel>("estimateSteps")->text(), "–");
    EXPECT_NE(find<QLabel>("estimateMemory")->text(), "–");
    ASSERT_TRUE(waitFor([&] { return m_page.estimator().measured().has_value(); }, 60000));
    EXPECT_TRUE(find<QLabel>("estimateTime")->text().startsWith("≈"));
}

TEST_F(SetupPageTest, EverySettingHasItsField) {
    startBuiltin();
    for (const MethodInfo& method : methodInfos()) {
        document().setValue("method.type", method.key);
        for (const FieldInfo& field : document().fields())
            EXPECT_NE(
                m_page.findChild<QWidget*>(QStringLiteral("field.") + QString::fromStdString(field.key)),
                nullptr)
                << method.key << ": " << field.key;
    }
    document().setValue("method.type", "ella");
    EXPECT_TRUE(find<QWidget>("field.method.lambda")->isVisible());
    document().setValue("method.type", "inclora");
    EXPECT_EQ(m_page.findChild<QWidget*>("field.method.lambda"), nullptr);
}

TEST_F(SetupPageTest, FieldsShowTheirDefaultAndTheEnginesRefusal) {
    startBuiltin();
    auto* reset = find<QToolButton>("reset.gate.bandwidth");
    EXPECT_FALSE(reset->isVisible());
    type("field.gate.bandwidth", "0.002");
    EXPECT_TRUE(reset->isVisible());
    type("field.gate.bandwidth", "abc");
    EXPECT_TRUE(find<QLabel>("error.gate.bandwidth")->isVisible());
    EXPECT_FALSE(find<QPushButton>("startButton")->isEnabled());
    auto* reasons = find<QLabel>("startReasons");
    EXPECT_EQ(reasons->property("count").toInt(), 1);
    savePicture(m_page, "setup-refused");
    Q_EMIT reasons->linkActivated("gate.bandwidth#-1");
    m_page.window()->activateWindow();
    EXPECT_EQ(m_page.focusWidget(), find<QLineEdit>("field.gate.bandwidth"));
    reset->click();
    EXPECT_FALSE(reset->isVisible());
    EXPECT_EQ(find<QLineEdit>("field.gate.bandwidth")->text(), "0.001");
    EXPECT_TRUE(find<QPushButton>("startButton")->isEnabled());
}

TEST_F(SetupPageTest, DependentFieldsComeAndGo) {
    startBuiltin();
    EXPECT_TRUE(find<QWidget>("field.gate.first")->isVisible());
    document().setValue("gate.type", "none");
    EXPECT_FALSE(find<QWidget>("field.gate.first")->isVisible());
    EXPECT_TRUE(document().runSpec());
}

TEST_F(SetupPageTest, SearchAndChangedOnlyShowWhatFits) {
    startBuiltin();
    find<QLineEdit>("formSearch")->setText("momentum");
    document().setValue("optimizer.type", "sgd");
    EXPECT_TRUE(find<QWidget>("field.optimizer.momentum")->isVisible());
    EXPECT_FALSE(find<QWidget>("field.gate.first")->isVisible());
    find<QLineEdit>("formSearch")->clear();
    find<QCheckBox>("changedOnly")->setChecked(true);
    EXPECT_TRUE(find<QWidget>("field.optimizer.lr")->isVisible());
    EXPECT_FALSE(find<QWidget>("field.adapter.rank")->isVisible());
}

TEST_F(SetupPageTest, RowsMoveByKeyAndCanBeTakenBack) {
    startBuiltin();
    sequence()->selectRows(0, 1);
    trigger("sequence.down");
    EXPECT_EQ(document().rowNames()[1], "dbpedia");
    EXPECT_EQ(sequence()->selectedRows(), std::vector<int>{1});
    EXPECT_TRUE(m_page.undoStack()->undoText().contains("dbpedia"));
    m_page.undoStack()->undo();
    EXPECT_EQ(document().rowNames()[0], "dbpedia");
    sequence()->selectRows(1, 2);
    trigger("sequence.duplicate");
    EXPECT_EQ(document().rowNames()[3], "amazon (2)");
    trigger("sequence.remove");
    EXPECT_EQ(document().rows().size(), 4U);
    sequence()->selectRows(0, 1);
    trigger("sequence.copy");
    trigger("sequence.paste");
    EXPECT_EQ(document().rowNames()[1], "dbpedia (2)");
}

TEST_F(SetupPageTest, TasksAreDraggedBetweenRows) {
    startBuiltin();
    auto* view = sequence();
    const CarriedTasks carried{{}, {{{"task", "yahoo"}}}, {}};
    const std::unique_ptr<QMimeData> mime(toMime(carried));
    const QPoint between(40, view->rowViewportPosition(2) + 1);
    QDragEnterEvent enter(between, Qt::CopyAction, mime.get(), Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(view->viewport(), &enter);
    QDragMoveEvent move(between, Qt::CopyAction, mime.get(), Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(view->viewport(), &move);
    EXPECT_TRUE(find<QWidget>("insertMarker")->isVisible());
    savePicture(m_page, "setup-drag");
    QDropEvent drop(between, Qt::CopyAction, mime.get(), Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(view->viewport(), &drop);
    EXPECT_FALSE(find<QWidget>("insertMarker")->isVisible());
    EXPECT_EQ(document().rowNames()[2], "yahoo");
    EXPECT_EQ(document().rows().size(), 5U);
}

TEST_F(SetupPageTest, SeveralRowsAreDraggedAtOnce) {
    startBuiltin();
    auto* view = sequence();
    const std::vector<QString> before = document().rowNames();
    ASSERT_EQ(before.size(), 4U);
    QTest::mouseClick(view->viewport(), Qt::LeftButton, {},
                      view->visualRect(view->model()->index(0, 1)).center());
    QTest::mouseClick(view->viewport(), Qt::LeftButton, Qt::ControlModifier,
                      view->visualRect(view->model()->index(2, 1)).center());
    ASSERT_EQ(view->selectedRows(), std::vector<int>({0, 2}));
    // A press on a chosen row begins a drag of all of them.
    QTest::mousePress(view->viewport(), Qt::LeftButton, {},
                      view->visualRect(view->model()->index(2, 1)).center());
    EXPECT_EQ(view->selectedRows(), std::vector<int>({0, 2}));
    const auto carried = view->carried();
    EXPECT_EQ(carried.rows.size(), 2U);
    const std::unique_ptr<QMimeData> mime(toMime(carried));
    const QPoint below(40, view->rowViewportPosition(3) + view->rowHeight(3) - 2);
    QTest::mouseRelease(view->viewport(), Qt::LeftButton);
    QDragEnterEvent enter(below, Qt::MoveAction, mime.get(), Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(view->viewport(), &enter);
    QDropEvent drop(below, Qt::MoveAction, mime.get(), Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(view->viewport(), &drop);
    EXPECT_EQ(document().rowNames(), std::vector<QString>({before[1], before[3], before[0], before[2]}));
    EXPECT_EQ(view->selectedRows(), std::vector<int>({2, 3}));
    m_page.undoStack()->undo();
    EXPECT_EQ(document().rowNames(), before) << "one step of undo";
}

TEST_F(SetupPageTest, PaletteAppendsAndPreviewShows) {
    startBuiltin();
    m_page.findChild<TaskPalette*>("taskPalette")->select({}, "yahoo");
    ASSERT_TRUE(waitFor([&] { return !find<QPlainTextEdit>("previewPrompt")->toPlainText().isEmpty(); }));
    EXPECT_TRUE(find<QPlainTextEdit>("previewPrompt")->toPlainText().contains("Options:"));
    EXPECT_TRUE(find<QLabel>("previewLengthText")->text().contains("none is cut"));
    QTest::keyClick(find<QTreeView>("taskTree"), Qt::Key_Return);
    EXPECT_EQ(document().rowNames().back(), "yahoo");
    find<QLineEdit>("taskSearch")->setText("sst");
    const auto* model = find<QTreeView>("taskTree")->model();
    ASSERT_EQ(model->rowCount(), 1);
    EXPECT_EQ(model->rowCount(model->index(0, 0)), 1);
    savePicture(m_page, "setup-search");
}

TEST_F(SetupPageTest, TasksOfAnotherSuiteAreRefusedWithASentence) {
    startBuiltin();
    const auto other = testing::sharedData("golden/tasks_mini/tasks.json");
    JUMPLORA_REQUIRE_DATA(other);
    m_page.openFile(QString::fromStdString(other.string()));
    ASSERT_NE(m_page.catalog().find({other.string(), ""}), nullptr);
    m_notices.clear();
    m_page.findChild<TaskPalette*>("taskPalette")->select({other.string(), ""}, "agnews");
    QTest::keyClick(find<QTreeView>("taskTree"), Qt::Key_Return);
    ASSERT_EQ(m_notices.size(), 1);
    EXPECT_EQ(document().rows().size(), 4U);
    EXPECT_FALSE(find<QPushButton>("useBuiltin")->isVisible());
    document().removeRows({0, 1, 2, 3});
    EXPECT_TRUE(find<QPushButton>("useBuiltin")->isVisible());
    EXPECT_FALSE(find<QPushButton>("startButton")->isEnabled());
    QTest::keyClick(find<QTreeView>("taskTree"), Qt::Key_Return);
    EXPECT_EQ(document().value("suite.tasks"), Json(other.string()));
}

TEST_F(SetupPageTest, StartAndQueueHandFrozenSpecsOver) {
    startBuiltin();
    type("field.seed", "1-3");
    EXPECT_EQ(find<QPushButton>("enqueueButton")->text(), "Queue 3 runs");
    trigger("run.enqueue");
    ASSERT_EQ(m_around.queue().rows().size(), 3U);
    EXPECT_EQ(m_around.queue().rows()[2].spec.seed, 3U);
    EXPECT_TRUE(m_around.navigator().pages.isEmpty());
    trigger("run.start");
    EXPECT_EQ(m_around.queue().rows().size(), 6U);
    EXPECT_EQ(m_around.navigator().pages.last(), "livePage");
    type("field.optimizer.lr", "-1");
    trigger("run.start");
    EXPECT_EQ(m_around.queue().rows().size(), 6U) << "what is refused is not started";
}

TEST_F(SetupPageTest, AMissingBackboneIsAReason) {
    startBuiltin();
    type("field.backbone.path", "/no/such/folder");
    ASSERT_TRUE(waitFor([&] { return find<QLabel>("startReasons")->property("count").toInt() == 1; }));
    EXPECT_TRUE(find<QLabel>("startReasons")->text().contains("/no/such/folder"));
}

TEST_F(SetupPageTest, ExperimentsAreSavedAndOpened) {
    startBuiltin();
    type("field.seed", "2, 5");
    const QString file = QString::fromStdString((m_around.folder() / "mine.json").string());
    ASSERT_TRUE(m_page.saveTo(file));
    const std::string hash = specHash(*document().runSpec());
    trigger("spec.new");
    EXPECT_TRUE(document().rows().empty());
    m_page.openFile(file);
    EXPECT_EQ(specHash(*document().runSpec()), hash);
    EXPECT_EQ(document().seeds(), (std::vector<std::uint64_t>{2, 5}));
    m_notices.clear();
    writeFileAtomically(m_around.folder() / "broken.json", "{\"gate\": {\n  \"first\": }}");
    m_page.openFile(QString::fromStdString((m_around.folder() / "broken.json").string()));
    ASSERT_EQ(m_notices.size(), 1);
    EXPECT_TRUE(m_notices[0].sentence.contains("line 2")) << m_notices[0].sentence.toStdString();
    EXPECT_EQ(specHash(*document().runSpec()), hash) << "nothing was changed";
}

TEST_F(SetupPageTest, RowsOfAFileBecomeATask) {
    startBuiltin();
    std::string rows = "text,verdict\n";
    for (int i = 0; i < 20; ++i) rows += "text " + std::to_string(i) + (i % 2 == 0 ? ",good\n" : ",bad\n");
    writeFileAtomically(m_around.folder() / "mine.csv", rows);
    m_page.openFile(QString::fromStdString((m_around.folder() / "mine.csv").string()));
    auto* dialog = find<QDialog>("importDialog");
    auto* button = dialog->findChild<QPushButton*>("importButton");
    ASSERT_TRUE(waitFor([&] { return button->isEnabled(); }));
    EXPECT_EQ(dialog->findChild<QComboBox*>("importText")->currentText(), "text");
    EXPECT_TRUE(
        dialog->findChild<QLabel*>("importCounts")->text().startsWith("16 training rows, 4 test rows"));
    EXPECT_TRUE(dialog->findChild<QPlainTextEdit*>("importPrompts")->toPlainText().contains("text 0"));
    savePicture(*dialog, "setup-import");
    button->click();
    ASSERT_TRUE(waitFor([&] { return !m_notices.isEmpty(); }));
    EXPECT_TRUE(m_notices.last().sentence.contains("mine"));
}

TEST_F(SetupPageTest, ABrokenTableIsRefusedWithItsPlace) {
    startBuiltin();
    writeFileAtomically(m_around.folder() / "bad.csv", "text,verdict\na,good\nonly one\n");
    m_page.openFile(QString::fromStdString((m_around.folder() / "bad.csv").string()));
    auto* dialog = find<QDialog>("importDialog");
    auto* problem = dialog->findChild<QLabel*>("importProblem");
    ASSERT_TRUE(waitFor([&] { return problem->isVisible(); }));
    EXPECT_TRUE(problem->text().contains("line 3")) << problem->text().toStdString();
    EXPECT_FALSE(dialog->findChild<QPushButton*>("importButton")->isEnabled());
}

TEST_F(SetupPageTest, PlacesAreSetApart) {
    startBuiltin();
    sequence()->selectRows(1, 1);
    trigger("sequence.settings");
    auto* dialog = find<QDialog>("taskOverrides");
    auto* lambda = dialog->findChild<QLineEdit*>("override.method.lambda");
    ASSERT_NE(lambda, nullptr);
    lambda->setText("x");
    Q_EMIT lambda->textEdited("x");
    EXPECT_FALSE(dialog->findChild<QPushButton*>("overridesApply")->isEnabled());
    lambda->setText("50");
    Q_EMIT lambda->textEdited("50");
    savePicture(*dialog, "setup-overrides");
    dialog->findChild<QPushButton*>("overridesApply")->click();
    EXPECT_EQ(document().runSpec()->suite.order[1].method.at("lambda"), Json(50.0));
    EXPECT_EQ(document().runSpec()->suite.order[1].epochs, 2.0);
    const auto* model = sequence()->model();
    EXPECT_TRUE(model->index(1, SequenceModel::Overrides).data().toString().contains("λ 50"));
}

TEST_F(SetupPageTest, ModelsKeepTheRules) {
    SuiteCatalog catalog(std::make_shared<FactsCache>());
    TaskPaletteModel palette(catalog);
    const QAbstractItemModelTester paletteTester(&palette,
                                                 QAbstractItemModelTester::FailureReportingMode::Fatal);
    SpecDocument spec;
    SequenceModel rows(spec);
    const QAbstractItemModelTester rowsTester(&rows, QAbstractItemModelTester::FailureReportingMode::Fatal);
    spec.insertRows(0, {{{"task", "a"}}, {{"task", "b"}}});
    spec.moveRows({0}, 2);
    spec.undoStack()->undo();
    spec.removeRows({0});
    ASSERT_TRUE(waitFor([&] { return catalog.suites().front().tasks.back().facts != nullptr; }));
    EXPECT_EQ(palette.rowCount(palette.index(0, 0)), static_cast<int>(catalog.suites().front().tasks.size()));
}

}  // namespace
}  // namespace jumplora
