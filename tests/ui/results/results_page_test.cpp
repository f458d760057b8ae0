// SPDX-License-Identifier: GPL-3.0-or-later
#include "results/results_page.h"

#include "base/file.h"
#include "core/store/sample_run.h"
#include "plots/curve_plot.h"
#include "plots/heat_map.h"
#include "runs/compare_page.h"
#include "runs/table_panel.h"
#include "store/importer.h"
#include "ui/support/page_fixture.h"

#include <gtest/gtest.h>

#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QScrollBar>
#include <QTabWidget>
#include <QTableView>
#include <QToolButton>

namespace jumplora {
namespace {

using testing::PageSurroundings;
using testing::waitFor;

class ResultsTest : public ::testing::Test {
  protected:
    ResultsTest() {
        Store store(m_around.jobs().database());
        for (const char* method : {"ella", "inclora"}) {
            for (std::uint64_t seed = 1; seed <= 3; ++seed) {
                testing::SampleRun run;
                run.name = std::string(method) + "-s" + std::to_string(seed);
                run.id = run.name + "-20260304";
                run.seed = seed;
                const auto folder = m_around.folder() / "runs" / run.id;
                const RunDirectory files = testing::writeSampleRun(folder, run);
                Json spec = readJsonFile(files.specFile());
                spec["method"] = {{"type", method}};
                writeFileAtomically(files.specFile(), spec.dump());
                // Scores that differ between methods and seeds.
                std::vector<Event> events = testing::sampleEvents(run);
                for (Event& event : events)
                    if (auto* cell = std::get_if<EvaluationCell>(&event.payload))
                        cell->correct -= method == std::string("ella")
                                             ? static_cast<std::int64_t>(seed)
                                             : 20 + static_cast<std::int64_t>(seed * seed);
                writeFileAtomically(files.eventsFile(), testing::eventLines(events));
                Importer(store).indexRun(folder);
                m_ids += QString::fromStdString(run.id);
            }
        }
    }

    PageSurroundings m_around;
    QStringList m_ids;
};

TEST_F(ResultsTest, MetricsMatrixAndPublishedNumbers) {
    ResultsPage page(m_around.context());
    page.resize(1208, 700);
    page.show();
    QSignalSpy loaded(&page, &ResultsPage::loaded);
    page.open({.runs = m_ids});
    ASSERT_TRUE(loaded.wait(20000));
    auto* view = page.findChild<QTableView*>("metricTable");
    ASSERT_NE(view, nullptr);
    ASSERT_EQ(view->model()->rowCount(), 2);
    const auto column = [&](const QString& title) {
        for (int i = 0; i < view->model()->columnCount(); ++i)
            if (view->model()->headerData(i, Qt::Horizontal).toString().startsWith(title)) return i;
        return -1;
    };
    EXPECT_EQ(view->model()->index(0, column("OA")).data().toString(), "83.0 ± 1.0");
    // Titles as papers have them, in two lines where they are long; the exact key stands in the tooltip.
    const auto tip = [&](int i) {
        return view->model()->headerData(i, Qt::Horizontal, Qt::ToolTipRole).toString();
    };
    EXPECT_EQ(view->model()->headerData(column("average"), Qt::Horizontal).toString(),
              QStringLiteral("average incremental\naccuracy %\u00a0↑"));
    EXPECT_TRUE(tip(column("average")).startsWith("average_incremental_accuracy = "));
    EXPECT_EQ(view->model()->headerData(column("forgetting"), Qt::Horizontal).toString(),
              QStringLiteral("forgetting\npoints\u00a0↓"));
    EXPECT_TRUE(tip(column("BWT")).contains("a[T][i] - a[i][i]"));
    EXPECT_EQ(view->verticalScrollBar()->maximum(), 0) << "both groups are seen";
    EXPECT_EQ(view->model()->index(0, column("p (OA)")).data().toString(), "baseline");
    EXPECT_FALSE(view->model()->index(1, column("p (OA)")).data().toString().isEmpty());
    page.header()->findChild<QComboBox*>("resultSpread")->setCurrentIndex(1);
    EXPECT_EQ(view->model()->index(0, column("OA")).data().toString(), "83.0 ± 0.6");
    auto* matrix = page.findChild<HeatMap*>("resultMatrix");
    EXPECT_EQ(matrix->data().rows, 3);
    EXPECT_NEAR(matrix->data().at(0, 0).value, 0.88, 1e-12);
    page.findChild<QComboBox*>("matrixChoice")->setCurrentIndex(2);
    EXPECT_LT(matrix->data().at(0, 0).value, -0.15);
    EXPECT_EQ(page.findChild<CurvePlot*>("accuracyOverTasks")->curveCount(), 3);
    EXPECT_GT(page.findChild<QTableView*>("publishedTable")->model()->rowCount(), 20);
    delete page.header();
}

TEST_F(ResultsTest, TablesAreCopiedAsLatex) {
    ResultsPage page(m_around.context());
    page.show();
    QSignalSpy loaded(&page, &ResultsPage::loaded);
    page.open({.runs = m_ids});
    ASSERT_TRUE(loaded.wait(20000));
    QTest::keyClick(page.findChild<QTableView*>("metricTable"), Qt::Key_C,
                    Qt::ControlModifier | Qt::ShiftModifier);
    EXPECT_TRUE(QApplication::clipboard()->text().contains("\\toprule"));
    delete page.header();
}

TEST_F(ResultsTest, ReportsAreOneFile) {
    ResultsPage page(m_around.context());
    page.resize(1208, 700);
    page.show();
    QSignalSpy loaded(&page, &ResultsPage::loaded);
    page.open({.runs = m_ids});
    ASSERT_TRUE(loaded.wait(20000));
    const QString html = QString::fromStdString((m_around.folder() / "report.html").string());
    ASSERT_TRUE(page.writeReport(html));
    const std::string text = readFile(html.toStdString());
    EXPECT_NE(text.find("<svg"), std::string::npos);
    EXPECT_NE(text.find("83.0 ± 1.0"), std::string::npos);
    EXPECT_EQ(text.find(m_around.folder().string()), std::string::npos) << "no folder of this machine";
    const QString pdf = QString::fromStdString((m_around.folder() / "report.pdf").string());
    ASSERT_TRUE(page.writeReport(pdf));
    EXPECT_TRUE(readFile(pdf.toStdString()).starts_with("%PDF"));
    EXPECT_FALSE(page.writeReport(QStringLiteral("/no/such/folder/x.html")));
    delete page.header();
}

TEST_F(ResultsTest, ComparePutsGroupsBesideEachOther) {
    ComparePage page(m_around.context());
    page.resize(1208, 700);
    page.show();
    QSignalSpy loaded(&page, &ComparePage::loaded);
    page.open({.runs = m_ids, .text = "metrics"});
    ASSERT_TRUE(loaded.wait(20000));
    EXPECT_EQ(page.compared().groups.size(), 2U);
    auto* curves = page.findChild<CurvePlot*>("compareCurves");
    ASSERT_TRUE(waitFor([&] { return curves->curveCount() == 2; }));
    EXPECT_EQ(curves->curve(0).name, "ella, mean ± sd, n = 3");
    EXPECT_LT(page.findChild<HeatMap*>("compareMatrixDifference")->data().at(0, 0).value, -0.15);
    const auto* settings = page.findChild<QTableView*>("settingsDifference")->model();
    EXPECT_EQ(settings->rowCount(), 1);
    EXPECT_EQ(settings->index(0, 0).data().toString(), "method.type");
    const auto* differences = page.findChild<QTableView*>("compareDifferences")->model();
    ASSERT_GT(differences->rowCount(), 0);
    EXPECT_EQ(differences->index(0, 0).data().toString(), "inclora");
    page.header()->findChild<QComboBox*>("baselineRun")->setCurrentIndex(1);
    EXPECT_EQ(differences->index(0, 0).data().toString(), "ella");
    EXPECT_TRUE(differences->index(0, 2).data().toString().startsWith("+"));
    delete page.header();
}

}  // namespace
}  // namespace jumplora
