// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/file.h"
#include "plots/curve_plot.h"
#include "plots/export_dialog.h"
#include "plots/figure_export.h"
#include "plots/figure_panel.h"
#include "plots/heat_map.h"
#include "plots/sorted_table.h"
#include "plots/table_model.h"
#include "support/shared_data.h"
#include "ui/support/pictures.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <QAbstractItemModelTester>
#include <QAccessible>
#include <QClipboard>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QMimeData>
#include <QPainter>
#include <QPushButton>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>
#include <cmath>
#include <numeric>

namespace jumplora {
namespace {

HeatMapData matrix(int tasks) {
    HeatMapData data;
    data.rows = tasks;
    data.columns = tasks;
    data.corner = "after ↓ on →";
    data.outlineDiagonal = true;
    data.markedRow = 1;
    for (int t = 0; t < tasks; ++t) {
        data.rowNames += QString::number(t + 1) + " task";
        data.columnNames += "task";
        data.columnLabels += QString::number(t + 1);
        for (int i = 0; i < tasks; ++i) data.cells.push_back({i <= t ? 0.5 + 0.05 * i : std::nan("")});
    }
    return data;
}

class FigureTest : public ::testing::Test {
  protected:
    // Waits until what was asked for is drawn.
    static void settle() { QTest::qWait(120); }
    static QWidget* canvas(const Figure& figure) { return figure.focusProxy(); }
    void sendWheel(QWidget* widget, Qt::KeyboardModifiers modifiers, int delta) {
        const QPointF place(widget->width() / 2.0, widget->height() / 2.0);
        QWheelEvent event(place, widget->mapToGlobal(place), {}, {0, delta}, Qt::NoButton, modifiers,
                          Qt::NoScrollPhase, false);
        QCoreApplication::sendEvent(widget, &event);
    }
    Theme m_theme;
};

class CurvePlotTest : public FigureTest {
  protected:
    CurvePlotTest() {
        m_plot.setXAxis("step", Quantity::Count);
        m_plot.setLeftAxis({"loss", Quantity::Loss, true});
        m_plot.setTasks({{"dbpedia", 1, 0, 50, 10, 40, false, 1}, {"amazon", 2, 50, 100, 60, 90, false, 1}});
        m_ce = m_plot.addCurve({"ce", "CE", Quantity::Loss, 0});
        m_penalty = m_plot.addCurve({"penalty.ella", "ELLA", Quantity::Magnitude, 1});
        for (int i = 1; i <= 100; ++i) {
            m_plot.append(m_ce, i, 2.0 / i);
            m_plot.append(m_penalty, i, i <= 50 ? 0.0 : 0.01 * i);
        }
        m_plot.resize(600, 320);
        m_plot.show();
        settle();
        testing::savePicture(m_plot, "plots_curves");
    }
    CurvePlot m_plot{m_theme, "lossCard", "Loss"};
    int m_ce;
    int m_penalty;
};

TEST_F(CurvePlotTest, FollowsTheDataUntilSomeoneZooms) {
    AxisGroup* group = m_plot.group();
    EXPECT_EQ(group->lower(), 0);
    EXPECT_EQ(group->upper(), 100);
    sendWheel(canvas(m_plot), Qt::ControlModifier, 120);
    EXPECT_FALSE(group->isFollowing());
    const double width = group->upper() - group->lower();
    EXPECT_LT(width, 100);
    m_plot.append(m_ce, 101, 0.01);
    EXPECT_LT(group->upper(), 101) << "new points do not move what someone looks at";
    QTest::keyClick(canvas(m_plot), Qt::Key_F);
    EXPECT_TRUE(group->isFollowing());
    EXPECT_EQ(group->upper(), 101);
    EXPECT_NEAR(group->upper() - group->lower(), width, 1e-9) << "following keeps the zoom";
    QTest::keyClick(canvas(m_plot), Qt::Key_0);
    EXPECT_EQ(group->lower(), 0);
}

TEST_F(CurvePlotTest, PlainWheelBelongsToThePageUnlessMaximised) {
    sendWheel(canvas(m_plot), Qt::NoModifier, 120);
    EXPECT_TRUE(m_plot.group()->isFollowing());
    m_plot.setWheelZooms(true);
    sendWheel(canvas(m_plot), Qt::NoModifier, 120);
    EXPECT_FALSE(m_plot.group()->isFollowing());
}

TEST_F(CurvePlotTest, PlotsOfAGroupMoveAndPointTogether) {
    AxisGroup group;
    CurvePlot other(m_theme, "gradCard", "Gradient norm");
    other.setGroup(&group);
    other.addCurve({"grad_norm", "norm"});
    other.append(0, 1, 3.0);
    m_plot.setGroup(&group);
    group.setRange(20, 60);
    group.setCrosshair(55.2);
    EXPECT_TRUE(other.readout().contains("norm 3"));
    const QString text = m_plot.readout();
    EXPECT_TRUE(text.startsWith("step 55 · task 2 amazon, step 5 · warm start")) << text.toStdString();
    EXPECT_TRUE(text.contains("CE 0.03636 (")) << "raw (smoothed): " << text.toStdString();
}

TEST_F(CurvePlotTest, ShowsAtLeastADecadeAndNoValuesThatALogAxisCannotShow) {
    const auto [low, high] = m_plot.yRange();
    EXPECT_GE(high / low, 9.99);
    m_plot.group()->setCrosshair(20);
    EXPECT_TRUE(m_plot.readout().contains("ELLA 0")) << "the read-out still says 0";
}

TEST_F(CurvePlotTest, SmoothingRestartsAtTaskBorders) {
    m_plot.setSmoothing({Smoothing::Kind::Ema, 0.99, 1});
    m_plot.group()->setCrosshair(51);
    EXPECT_TRUE(m_plot.readout().contains("ELLA 0.510 (0.510)")) << m_plot.readout().toStdString();
}

TEST_F(CurvePlotTest, NamesHideAndIsolateCurves) {
    m_plot.isolate(m_ce);
    EXPECT_TRUE(m_plot.isCurveVisible(m_ce));
    EXPECT_FALSE(m_plot.isCurveVisible(m_penalty));
    EXPECT_EQ(m_plot.table().columns.size(), 2U);
    m_plot.isolate(m_ce);
    EXPECT_TRUE(m_plot.isCurveVisible(m_penalty));
}

TEST_F(CurvePlotTest, TheTableHasTheSameNumbers) {
    QSignalSpy shown(&m_plot, &Figure::tableShown);
    QTest::keyClick(canvas(m_plot), Qt::Key_F6);
    ASSERT_TRUE(m_plot.isTableShown());
    EXPECT_EQ(shown.count(), 1);
    auto* view = m_plot.findChild<QTableView*>("lossCardTable");
    ASSERT_NE(view, nullptr);
    EXPECT_EQ(view->model()->rowCount(), 100);
    EXPECT_EQ(view->model()->index(49, 1).data().toString(), "0.04000");
    QTest::keyClick(view, Qt::Key_F6);
    EXPECT_FALSE(m_plot.isTableShown());
}

TEST_F(CurvePlotTest, LongCurvesArePreparedOnAWorker) {
    std::vector<double> x;
    std::vector<double> y;
    for (int i = 0; i < 200000; ++i) {
        x.push_back(i);
        y.push_back(1 + i % 7);
    }
    QSignalSpy ready(&m_plot, &CurvePlot::dataReady);
    m_plot.setPoints(m_ce, x, y);
    EXPECT_EQ(ready.count(), 0);
    ASSERT_TRUE(ready.wait(10000));
    EXPECT_EQ(m_plot.group()->upper(), 199999);
    EXPECT_LE(m_plot.table().rows.size(), 100001U);
}

TEST_F(CurvePlotTest, WhatComesWhileACurveIsPreparedIsKept) {
    m_plot.clearCurves();
    const int curve = m_plot.addCurve({"ce", "CE", Quantity::Loss, 0});
    constexpr int kMany = 60000;
    std::vector<double> x(kMany);
    std::iota(x.begin(), x.end(), 0.0);
    QSignalSpy ready(&m_plot, &CurvePlot::dataReady);
    m_plot.setPoints(curve, x, std::vector<double>(kMany, 1.0));
    m_plot.append(curve, kMany, 2);
    m_plot.setSmoothing({Smoothing::Kind::None});
    m_plot.append(curve, kMany + 1, 3);
    // Once as it was asked for, once with the other smoothing.
    ASSERT_TRUE(QTest::qWaitFor([&] { return ready.count() == 2; }, 10000));
    m_plot.append(curve, kMany + 2, 4);
    m_plot.group()->setRange(kMany - 1, kMany + 2);
    const auto rows = m_plot.table().rows;
    ASSERT_EQ(rows.size(), 4U);
    EXPECT_EQ(rows[1][1].value, 2);
    EXPECT_EQ(rows[2][1].value, 3);
    EXPECT_EQ(rows[3][1].value, 4);
}

TEST_F(CurvePlotTest, ReaderHearsTheNewestValues) {
    auto* accessible = QAccessible::queryAccessibleInterface(&m_plot);
    ASSERT_NE(accessible, nullptr);
    EXPECT_EQ(accessible->role(), QAccessible::Chart);
    EXPECT_EQ(accessible->text(QAccessible::Name), "Loss");
    EXPECT_EQ(accessible->text(QAccessible::Description), "Loss, last values: CE 0.02000, ELLA 1.00");
}

TEST_F(FigureTest, APlaceholderStandsWhereNothingIs) {
    CurvePlot plot(m_theme, "gradCard", "Gradient norm");
    plot.setPlaceholder("Gradient norm appears with the first step.");
    plot.show();
    settle();
    auto* sentence = plot.findChild<QLabel*>("gradCardPlaceholder");
    EXPECT_TRUE(sentence->isVisible());
    plot.addCurve({"grad_norm", "norm"});
    plot.append(0, 1, 2.0);
    settle();
    EXPECT_FALSE(sentence->isVisible());
}

class HeatMapTest : public FigureTest {
  protected:
    HeatMapTest() {
        m_map.setData(matrix(4));
        m_map.resize(520, 260);
        m_map.show();
        settle();
        testing::savePicture(m_map, "plots_matrix");
    }
    HeatMap m_map{m_theme, "matrixCard", "Accuracy"};
};

TEST_F(HeatMapTest, TheCursorReadsEveryCell) {
    QSignalSpy moved(&m_map, &HeatMap::cursorMoved);
    QSignalSpy opened(&m_map, &HeatMap::cellActivated);
    QTest::keyClick(canvas(m_map), Qt::Key_Down);
    QTest::keyClick(canvas(m_map), Qt::Key_Right);
    EXPECT_EQ(m_map.cursor(), QPoint(1, 1));
    EXPECT_EQ(m_map.cellDescription(1, 1), "2 task, task: 55.0 %");
    EXPECT_EQ(m_map.cellDescription(0, 3), "1 task, task: no value") << "missing is never 0";
    QTest::keyClick(canvas(m_map), Qt::Key_End, Qt::ControlModifier);
    EXPECT_EQ(m_map.cursor(), QPoint(3, 3));
    QTest::keyClick(canvas(m_map), Qt::Key_Right);
    EXPECT_EQ(m_map.cursor(), QPoint(3, 3)) << "the cursor stays inside";
    QTest::keyClick(canvas(m_map), Qt::Key_Return);
    ASSERT_EQ(opened.count(), 1);
    EXPECT_EQ(opened[0][0].toInt(), 3);
    EXPECT_GE(moved.count(), 3);
}

TEST_F(HeatMapTest, MouseAndCellsAgree) {
    QSignalSpy clicked(&m_map, &HeatMap::cellClicked);
    QTest::mouseClick(canvas(m_map), Qt::LeftButton, {}, m_map.cellRect(2, 1).center().toPoint());
    ASSERT_EQ(clicked.count(), 1);
    EXPECT_EQ(clicked[0], (QList<QVariant>{2, 1}));
    EXPECT_EQ(m_map.cellAt({1, 1}), QPoint(-1, -1));
    for (int row = 0; row < 4; ++row) {
        for (int column = 0; column < 4; ++column)
            EXPECT_EQ(m_map.cellAt(m_map.cellRect(row, column).center()), QPoint(column, row));
    }
}

TEST_F(HeatMapTest, F6GoesToTheSameCellAndBack) {
    m_map.setCursorCell(2, 1);
    QTest::keyClick(canvas(m_map), Qt::Key_F6);
    auto* view = m_map.findChild<QTableView*>("matrixCardTable");
    ASSERT_NE(view, nullptr);
    EXPECT_EQ(view->currentIndex().row(), 2);
    EXPECT_EQ(view->currentIndex().column(), 2);
    EXPECT_EQ(view->currentIndex().data().toString(), "55.0");
    view->setCurrentIndex(view->model()->index(3, 4));
    QTest::keyClick(view, Qt::Key_F6);
    EXPECT_EQ(m_map.cursor(), QPoint(3, 3));
}

TEST_F(HeatMapTest, IsATableForScreenReaders) {
    auto* accessible = QAccessible::queryAccessibleInterface(canvas(m_map));
    ASSERT_NE(accessible, nullptr);
    auto* table = accessible->tableInterface();
    ASSERT_NE(table, nullptr);
    EXPECT_EQ(table->rowCount(), 4);
    EXPECT_EQ(accessible->childCount(), 16);
    auto* cell = table->cellAt(1, 0);
    ASSERT_NE(cell, nullptr);
    EXPECT_EQ(cell->text(QAccessible::Name), "2 task, task: 50.0 %");
    EXPECT_EQ(cell->tableCellInterface()->rowIndex(), 1);
    EXPECT_EQ(accessible->indexOfChild(cell), 4);
}

TEST(HeatMapLayout, SizesFollowTheDesign) {
    const FigureStyle style;
    const auto layoutOf = [&](int tasks, QSizeF size) {
        return layoutHeatMap(matrix(tasks), QRectF(QPointF(), size), style);
    };
    const HeatMapLayout usual = layoutOf(4, {600, 300});
    EXPECT_NEAR(usual.cellWidth + usual.gap, style.px(56), 0.5);
    EXPECT_NEAR(usual.cellHeight + usual.gap, style.px(30), 0.5);
    EXPECT_EQ(usual.numberSize, style.matrixPoints);
    const HeatMapLayout large = layoutOf(15, {620, 320});
    EXPECT_GE(large.cellWidth, 26);
    EXPECT_GE(large.cellHeight, 15);
    EXPECT_GE(large.numberSize, 7);
    EXPECT_EQ(layoutOf(25, {900, 600}).numberSize, 0) << "beyond 24 there are no numbers in cells";
    HeatMapData tall = matrix(1);
    tall.rows = 5000;
    tall.cells.assign(5000, {0.5});
    EXPECT_GT(layoutHeatMap(tall, {0, 0, 900, 600}, style).pooledRows, 1);
}

TEST(SortedTable, SaysInTheHeaderWhichWayAColumnIsSorted) {
    TableModel model;
    SortedTable sorted;
    const QAbstractItemModelTester tester(&sorted, QAbstractItemModelTester::FailureReportingMode::Fatal);
    sorted.setSourceModel(&model);
    Table table;
    table.columns = {{"module", Quantity::Text}, {"alive", Quantity::Count}};
    table.addRow({TableCell::ofText("a"), TableCell::ofNumber(9)});
    table.addRow({TableCell::ofText("b"), TableCell::ofNumber(10)});
    model.setTable(table);
    QSignalSpy header(&sorted, &QAbstractItemModel::headerDataChanged);
    sorted.sort(1, Qt::DescendingOrder);
    EXPECT_EQ(header.count(), 1);
    EXPECT_EQ(sorted.index(0, 0).data().toString(), "b") << "by number, not by its text";
    const auto title = [&](int column) {
        return sorted.headerData(column, Qt::Horizontal, Qt::DisplayRole).toString();
    };
    EXPECT_EQ(title(0), "module");
    EXPECT_EQ(title(1), QStringLiteral("alive\u2002▾"));
    sorted.sort(1, Qt::AscendingOrder);
    EXPECT_EQ(title(1), QStringLiteral("alive\u2002▴"));
}

TEST(TableModel, KeepsTheRulesOfModels) {
    TableModel model;
    const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    Table table;
    table.columns = {{"run"}, {"OA", Quantity::Share, "mean of the last row", true}};
    table.addRow({TableCell::ofText("a"), TableCell::ofMean(0.792, 0.006, 3)});
    table.addRow({TableCell::ofText("b"), TableCell::notComputable("needs 2 tasks")});
    model.setTable(table);
    EXPECT_EQ(model.index(0, 1).data().toString(), "79.2 ± 0.6");
    EXPECT_EQ(model.index(1, 1).data().toString(), "n/a");
    EXPECT_EQ(model.index(1, 1).data(Qt::ToolTipRole).toString(), "needs 2 tasks");
    EXPECT_EQ(model.headerData(1, Qt::Horizontal).toString(), QStringLiteral("OA %\u00a0↑"));
    EXPECT_EQ(toTsv(table), "run\tOA %\na\t79.2\nb\tn/a\n");
}

class ExportTest : public HeatMapTest {
  protected:
    ExportTest() {
        m_map.setProvenance({{"order1 é/ella"}, {"order1-1"}, {"a41f"}, {"BWT: mean of differences"}});
    }
    [[nodiscard]] static std::string read(const std::filesystem::path& file) { return readFile(file); }
    testing::TemporaryFolder m_folder;
};

TEST_F(ExportTest, NamesAreAscii) {
    EXPECT_EQ(exportFileName("matrixCard", m_map.provenance(), "acl"), "order1-e-ella_matrix_acl");
}

TEST_F(ExportTest, WritesVectorsWithProvenanceAndNumbersBeside) {
    ExportSettings settings;
    const auto files = writeExport(m_map, settings, m_folder.path(), "figure");
    ASSERT_EQ(files.size(), 2U);
    const std::string pdf = read(files[0]);
    EXPECT_TRUE(pdf.starts_with("%PDF"));
    EXPECT_EQ(pdf.find("/Subtype /Image"), std::string::npos) << "cells are rectangles";
    EXPECT_NE(pdf.find("run order1-1, spec a41f"), std::string::npos);
    EXPECT_EQ(pdf.find(m_folder.path().string()), std::string::npos) << "no folder names";
    EXPECT_EQ(files[1].filename(), "figure.csv");
    EXPECT_NE(read(files[1]).find("# run order1-1"), std::string::npos);
    const auto again = writeExport(m_map, settings, m_folder.path(), "figure");
    EXPECT_EQ(again[0].filename(), "figure-2.pdf") << "nothing is overwritten unasked";
    settings.replace = true;
    EXPECT_EQ(writeExport(m_map, settings, m_folder.path(), "figure")[0].filename(), "figure.pdf");
}

TEST_F(ExportTest, SvgKeepsTextAsText) {
    ExportSettings settings;
    settings.format = "svg";
    const QString svg = QString::fromUtf8(renderFigure(m_map, settings));
    EXPECT_TRUE(svg.contains("77mm") || svg.contains("width=\"77")) << svg.left(400).toStdString();
    EXPECT_TRUE(svg.contains("after ↓ on →"));
    EXPECT_FALSE(svg.contains("<image"));
    EXPECT_TRUE(svg.contains("run order1-1, spec a41f"));
}

TEST_F(ExportTest, PngHasTheSizeAndTheTexts) {
    ExportSettings settings;
    settings.format = "png";
    const QImage image = QImage::fromData(renderFigure(m_map, settings));
    EXPECT_EQ(image.width(), qRound(77 / 25.4 * 300));
    EXPECT_TRUE(image.text("Description").contains("run order1-1"));
}

TEST_F(ExportTest, TablesComeInAllFormats) {
    const auto text = [&](const QString& format) {
        ExportSettings settings;
        settings.format = format;
        return QString::fromUtf8(renderFigure(m_map, settings));
    };
    EXPECT_TRUE(text("latex").contains("\\toprule"));
    EXPECT_TRUE(text("csv").contains("55"));
    EXPECT_TRUE(text("markdown").contains("| "));
}

TEST_F(ExportTest, GreyIsGrey) {
    QImage image(1, 1, QImage::Format_RGB32);
    image.fill(QColor(200, 40, 40));
    const QColor grey = asSeenWith(ColourVision::Grey, image).pixelColor(0, 0);
    EXPECT_EQ(grey.red(), grey.blue());
    EXPECT_EQ(asSeenWith(ColourVision::Normal, image).pixelColor(0, 0), QColor(200, 40, 40));
}

TEST_F(ExportTest, TheDialogSavesWhatItShows) {
    ExportDialog dialog(m_map);
    dialog.setFolder(QString::fromStdString(m_folder.path().string()));
    dialog.show();
    EXPECT_EQ(dialog.settings().widthMm, 77.0);
    EXPECT_EQ(dialog.findChild<QLineEdit*>("exportFile")->text(), "order1-e-ella_matrix_acl");
    QTest::qWait(250);
    EXPECT_FALSE(dialog.findChild<QLabel*>("exportPreview")->pixmap().isNull());
    testing::savePicture(dialog, "plots_export");
    QSignalSpy exported(&dialog, &ExportDialog::exported);
    QTest::mouseClick(dialog.findChild<QPushButton*>("exportSave"), Qt::LeftButton);
    ASSERT_EQ(exported.count(), 1);
    EXPECT_TRUE(std::filesystem::exists(m_folder.path() / "order1-e-ella_matrix_acl.pdf"));
    auto* preset = dialog.findChild<QComboBox*>("exportPreset");
    preset->setCurrentIndex(preset->findData("icml"));
    EXPECT_EQ(dialog.settings().widthMm, 82.6);
    dialog.setFolder("/proc/nowhere");
    QSignalSpy failed(&dialog, &ExportDialog::failed);
    QTest::mouseClick(dialog.findChild<QPushButton*>("exportSave"), Qt::LeftButton);
    EXPECT_EQ(failed.count(), 1) << "a folder that cannot be written is said, not thrown";
}

TEST_F(ExportTest, TheKeyboardIsEnoughAndTheChoiceIsRemembered) {
    Settings settings(m_folder.path() / "window.ini");
    ExportDialog::rememberIn(&settings);
    const QString folder = QString::fromStdString(m_folder.path().string());
    {
        ExportDialog dialog(m_map);
        dialog.setFolder(folder);
        dialog.show();
        QApplication::setActiveWindow(&dialog);
        auto* format = dialog.findChild<QComboBox*>("exportFormat");
        EXPECT_TRUE(format->hasFocus()) << "the first field";
        QTest::keyClick(format, Qt::Key_Down);
        EXPECT_EQ(dialog.settings().format, "svg");
        auto* preset = dialog.findChild<QComboBox*>("exportPreset");
        preset->setCurrentIndex(preset->findData("icml"));
        dialog.findChild<QComboBox*>("exportColumn")->setCurrentIndex(1);
        QSignalSpy exported(&dialog, &ExportDialog::exported);
        QTest::keyClick(format, Qt::Key_Return);
        EXPECT_EQ(exported.count(), 1) << "Enter exports";
        QTest::keyClick(dialog.findChild<QLineEdit*>("exportFile"), Qt::Key_Return);
        EXPECT_EQ(exported.count(), 2);
        QTest::keyClick(format, Qt::Key_Escape);
        EXPECT_FALSE(dialog.isVisible()) << "Esc closes";
    }
    {
        ExportDialog table(m_map.table(), "matrix", {});
        auto* format = table.findChild<QComboBox*>("exportFormat");
        EXPECT_EQ(table.settings().format, "latex") << "a figure's format is none of a table";
        EXPECT_EQ(table.findChild<QLineEdit*>("exportFolder")->text(), folder);
        format->setCurrentIndex(format->findData("csv"));
        QTest::mouseClick(table.findChild<QPushButton*>("exportCopy"), Qt::LeftButton);
    }
    settings.sync();
    Settings later(m_folder.path() / "window.ini");
    ExportDialog::rememberIn(&later);
    EXPECT_EQ(ExportDialog(m_map.table(), "matrix", {}).settings().format, "csv");
    const ExportDialog dialog(m_map);
    EXPECT_EQ(dialog.settings().format, "svg");
    EXPECT_EQ(dialog.settings().preset, "icml");
    EXPECT_EQ(dialog.settings().widthMm, 171.5);
    ExportDialog::rememberIn(nullptr);
}

TEST_F(CurvePlotTest, TheResolutionOfTheDeviceChangesNothing) {
    const auto painted = [this](int dotsPerMeter) {
        QImage image(400, 260, QImage::Format_RGB32);
        image.setDotsPerMeterX(dotsPerMeter);
        image.setDotsPerMeterY(dotsPerMeter);
        image.fill(Qt::white);
        QPainter painter(&image);
        m_plot.paint(painter, QRectF(0, 0, 400, 260), FigureStyle::paper(2, 9, 8));
        painter.end();
        return image;
    };
    const QImage usual = painted(3780);  // 96 dots per inch
    const QImage fine = painted(28346);  // 720
    int different = 0;
    int ink = 0;
    for (int y = 0; y < usual.height(); ++y) {
        for (int x = 0; x < usual.width(); ++x) {
            ink += usual.pixel(x, y) != QColor(Qt::white).rgb();
            different += usual.pixel(x, y) != fine.pixel(x, y);
        }
    }
    EXPECT_GT(ink, 2000);
    EXPECT_LT(different, ink / 20) << "lines may be hinted otherwise, nothing may be elsewhere";
}

TEST_F(CurvePlotTest, ExportsWithoutTouchingTheScreen) {
    ExportSettings settings;
    const QByteArray pdf = renderFigure(m_plot, settings);
    EXPECT_TRUE(pdf.startsWith("%PDF"));
    EXPECT_FALSE(pdf.contains("/Subtype /Image"));
    settings.format = "svg";
    const QString svg = QString::fromUtf8(renderFigure(m_plot, settings));
    EXPECT_TRUE(svg.contains("dbpedia")) << "text stays text";
    EXPECT_EQ(m_plot.group()->upper(), 100);
}

TEST_F(HeatMapTest, CopyPutsPictureAndNumbersOnTheClipboard) {
    m_map.copyImageAndTsv();
    const QMimeData* data = QGuiApplication::clipboard()->mimeData();
    EXPECT_TRUE(data->hasImage());
    EXPECT_TRUE(data->text().startsWith("after ↓ on →\ttask %\ttask %"));
}

TEST_F(HeatMapTest, EveryActionOfTheMenuHasAText) {
    const std::unique_ptr<QMenu> menu(m_map.createMenu(nullptr));
    for (const QAction* action : menu->actions()) EXPECT_NE(action->isSeparator(), !action->text().isEmpty());
    EXPECT_NE(menu->findChild<QAction*>("figureTableAction"), nullptr);
}

}  // namespace
}  // namespace jumplora
