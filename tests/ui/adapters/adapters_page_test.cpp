// SPDX-License-Identifier: GPL-3.0-or-later
#include "adapters/adapters_page.h"

#include "adapters/comparison_panels.h"
#include "adapters/module_panel.h"
#include "base/random.h"
#include "core/store/sample_run.h"
#include "store/importer.h"
#include "ui/support/page_fixture.h"
#include "ui/support/pictures.h"

#include <gtest/gtest.h>

#include <QClipboard>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QTableView>
#include <QToolButton>
#include <cmath>
#include <cstring>

namespace jumplora {
namespace {

constexpr std::int64_t kSize = 8;  // of the sample run's modules
constexpr std::int64_t kRank = 2;
constexpr double kTau = 0.3;

// An adapter file as docs/formats describe it: safetensors with two modules of 8 × 8 and one threshold.
void writeAdapter(const std::filesystem::path& file, std::uint64_t seed) {
    Rng rng(seed);
    std::string data;
    Json header = Json::object();
    const auto add = [&](const std::string& name, const std::vector<std::int64_t>& shape,
                         const std::vector<float>& values) {
        const std::size_t begin = data.size();
        data.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float));
        header[name] = {{"dtype", "F32"}, {"shape", shape}, {"data_offsets", {begin, data.size()}}};
    };
    const auto random = [&](std::int64_t count) {
        std::vector<float> values;
        for (std::int64_t i = 0; i < count; ++i) values.push_back(static_cast<float>(rng.uniform(-1, 1)));
        return values;
    };
    Json modules = Json::array();
    for (const char* name : {"encoder.q", "encoder.v"}) {
        add(std::string(name) + ".lora_A", {kRank, kSize}, random(kRank * kSize));
        add(std::string(name) + ".lora_B", {kSize, kRank}, random(kRank * kSize));
        modules.push_back({{"name", name},
                           {"group", std::string("encoder self ") + name[8]},
                           {"block", 0},
                           {"rows", kSize},
                           {"columns", kSize},
                           {"threshold", 0}});
    }
    add("log_threshold", {1}, {static_cast<float>(std::log(kTau))});
    header["__metadata__"] = {{"format", "jumplora-adapter/1"},
                              {"task", "1"},
                              {"name", "task"},
                              {"f", "0x1p+0"},
                              {"scaling", "4"},
                              {"threshold_initialised", "true"},
                              {"gate", "jumprelu"},
                              {"modules", modules.dump()}};
    std::string text = header.dump();
    while (text.size() % 8 != 0) text += ' ';
    const auto length = static_cast<std::uint64_t>(text.size());
    std::string bytes(sizeof(length), '\0');
    std::memcpy(bytes.data(), &length, sizeof(length));
    makeFolder(file.parent_path());
    writeFileAtomically(file, bytes + text + data);
}

class AdaptersPageTest : public ::testing::Test {
  protected:
    AdaptersPageTest() {
        m_run.tasks = 3;
        const auto directory = m_around.folder() / "runs" / m_run.id;
        testing::writeSampleRun(directory, m_run);
        for (std::int64_t task = 1; task <= m_run.tasks; ++task)
            writeAdapter(directory / RunDirectory(directory).adapterName(task),
                         static_cast<std::uint64_t>(task));
        Store store(m_around.folder() / "index.sqlite");
        Importer(store).indexRun(directory);
    }

    void openPage(const PageRequest& request = {}) {
        m_page = std::make_unique<AdaptersPage>(m_around.context());
        m_page->resize(1200, 700);
        QSignalSpy shown(find<ModulePanel>(), &ModulePanel::moduleShown);
        m_page->show();
        if (!request.runs.isEmpty()) m_page->open(request);
        ASSERT_TRUE(testing::waitFor([&] { return shown.count() > 0; }));
        ASSERT_TRUE(testing::waitFor([&] { return map()->isReady(); }));
    }
    template <typename Widget>
    Widget* find(const char* name = "") const {
        return m_page->findChild<Widget*>(QString::fromLatin1(name));
    }
    [[nodiscard]] EntryMap* map() const { return find<EntryMap>("deltaMap"); }
    [[nodiscard]] DeltaHistogramFigure* histogram() const {
        return find<DeltaHistogramFigure>("deltaHistogram");
    }

    testing::SampleRun m_run;
    testing::PageSurroundings m_around;
    std::unique_ptr<AdaptersPage> m_page;
};

TEST_F(AdaptersPageTest, OpensTheLastTaskAndItsDensestModule) {
    openPage();
    EXPECT_EQ(m_page->task(), 3);
    EXPECT_EQ(find<ModulePanel>()->module(), "encoder.q") << "50 of 64 entries alive against 20";
    EXPECT_EQ(find<QTableView>("moduleTable")->model()->rowCount(), 2);
    EXPECT_TRUE(map()->summary().startsWith("ΔW of encoder.q, 8 × 8 entries, "))
        << map()->summary().toStdString();
}

TEST_F(AdaptersPageTest, ARequestChoosesTaskAndModule) {
    PageRequest request;
    request.runs = {QString::fromStdString(m_run.id)};
    request.task = 1;
    request.module = "encoder.v";
    openPage(request);
    ASSERT_TRUE(testing::waitFor([&] { return find<ModulePanel>()->module() == "encoder.v"; }));
    EXPECT_EQ(m_page->task(), 1);
}

TEST_F(AdaptersPageTest, ClickingTheMapChoosesTheModule) {
    openPage();
    QSignalSpy shown(find<ModulePanel>(), &ModulePanel::moduleShown);
    auto* modules = find<HeatMap>("moduleMap");
    ASSERT_TRUE(testing::waitFor([&] { return modules->cellAt(modules->cellRect(1, 0).center()).x() == 0; }));
    QTest::mouseClick(modules->focusProxy(), Qt::LeftButton, {}, modules->cellRect(1, 0).center().toPoint());
    ASSERT_TRUE(testing::waitFor([&] { return shown.count() == 1; }));
    EXPECT_EQ(find<ModulePanel>()->module(), "encoder.v");
}

TEST_F(AdaptersPageTest, WhatIfCountsExactlyAndChangesNothing) {
    openPage();
    auto* edit = find<QLineEdit>("tauEdit");
    const double tau = histogram()->tau();
    EXPECT_NEAR(tau, kTau, 1e-6);
    EXPECT_FALSE(histogram()->isWhatIf());
    const std::int64_t before = histogram()->alive();
    edit->setText("0.5");
    QTest::keyClick(edit, Qt::Key_Return);
    EXPECT_TRUE(histogram()->isWhatIf());
    EXPECT_TRUE(histogram()->title().startsWith("What if"));
    // The map's table has the same entries: count them there.
    map()->setSource(map()->source() == nullptr
                         ? nullptr
                         : deltaSource(ModuleDelta::load(m_page->run()->adapterPath(2), "encoder.q"),
                                       DeltaMode::Magnitude, DeltaPooling::Largest, 0.5));
    const Table table = map()->table();
    std::int64_t alive = 0;
    for (const auto& row : table.rows)
        for (std::size_t c = 1; c < row.size(); ++c) alive += std::abs(row[c].value) > 0.5;
    EXPECT_EQ(histogram()->alive(), alive);
    EXPECT_LT(alive, before);
    QTest::keyClick(histogram()->focusProxy(), Qt::Key_Escape);
    EXPECT_EQ(histogram()->tau(), tau);
    EXPECT_EQ(histogram()->alive(), before);
}

TEST_F(AdaptersPageTest, KeysMoveTheThreshold) {
    openPage();
    const double tau = histogram()->tau();
    QTest::keyClick(histogram()->focusProxy(), Qt::Key_Right);
    EXPECT_NEAR(histogram()->tau(), tau * 1.01, 1e-9);
    QTest::keyClick(histogram()->focusProxy(), Qt::Key_Left, Qt::ShiftModifier);
    EXPECT_NEAR(histogram()->tau(), tau * 1.01 / 1.001, 1e-9);
}

TEST_F(AdaptersPageTest, ZoomGoesDownToOneEntry) {
    openPage();
    EXPECT_EQ(map()->view().rows, kSize);
    const double whole = map()->scale();
    QTest::keyClick(map()->focusProxy(), Qt::Key_Plus);
    EXPECT_GE(map()->scale(), whole);
    const DeltaArea cell = map()->cellAt(QPointF(20, 20));
    EXPECT_EQ(cell.rows, 1);
    const auto delta = ModuleDelta::load(m_page->run()->adapterPath(2), "encoder.q");
    const QString text = map()->source()->describe(cell);
    EXPECT_TRUE(text.contains(QString("row %1 (output), column %2 (input)").arg(cell.row).arg(cell.column)));
    EXPECT_TRUE(text.contains(delta->isAlive(cell.row, cell.column, delta->tau()) ? "alive" : "masked"));
    EXPECT_TRUE(text.contains("ΔW " + QString::fromStdString(formatNumber(delta->value(cell.row, cell.column),
                                                                          Quantity::Threshold))));
    EXPECT_TRUE(
        text.contains("τ " + QString::fromStdString(formatNumber(delta->tau(), Quantity::Threshold)) + ","));
    map()->copyImageAndTsv();
    EXPECT_TRUE(QGuiApplication::clipboard()->text().startsWith("row\t"));
    QTest::keyClick(map()->focusProxy(), Qt::Key_Home);
    EXPECT_EQ(map()->scale(), whole);
}

TEST_F(AdaptersPageTest, MasksOfTwoTasksAreCounted) {
    openPage();
    QSignalSpy compared(find<MaskPanel>(), &MaskPanel::compared);
    QTest::mouseClick(m_page->header()->findChild<QToolButton*>("masksTab"), Qt::LeftButton);
    ASSERT_TRUE(testing::waitFor([&] { return compared.count() > 0; }));
    const auto* model = find<QTableView>("maskTable")->model();
    ASSERT_EQ(model->rowCount(), 5);
    int sum = 0;
    for (int row = 0; row < 5; ++row) sum += model->index(row, 1).data().toInt();
    EXPECT_EQ(sum, kSize * kSize);
    EXPECT_TRUE(model->index(0, 0).data().toString().startsWith("only 2 task2"));
}

TEST_F(AdaptersPageTest, OverlapOpensTheModulesOfAPair) {
    openPage();
    QTest::mouseClick(m_page->header()->findChild<QToolButton*>("overlapTab"), Qt::LeftButton);
    auto* bars = find<OverlapBreakdown>("overlapBreakdown");
    ASSERT_EQ(bars->bars().size(), 2U) << "the first pair is shown at once";
    EXPECT_GE(bars->bars()[0].value, bars->bars()[1].value) << "sorted";
    find<OverlapPanel>()->showPair(2, 3);
    EXPECT_EQ(bars->title(), "task2 and task3, by module");
    auto* measure = m_page->findChild<QComboBox*>("overlapMeasure");
    measure->setCurrentIndex(measure->findData("cosine"));
    EXPECT_EQ(measure->currentData().toString(), "cosine");
    EXPECT_EQ(bars->bars().size(), 1U)
        << bars->bars()[0].text.toStdString() << "a measure that is absent in a module has no bar there";
}

TEST_F(AdaptersPageTest, AMissingAdapterIsSaidAndTheRestWorksOn) {
    openPage();
    QSignalSpy notices(m_page.get(), &Page::notice);
    std::filesystem::remove(m_page->run()->adapterPath(0));
    auto* task = m_page->header()->findChild<QComboBox*>("adapterTask");
    task->setCurrentIndex(0);
    Q_EMIT task->activated(0);
    ASSERT_TRUE(testing::waitFor([&] { return notices.count() > 0; }));
    EXPECT_TRUE(notices[0][0].value<Notice>().sentence.contains("task_01.safetensors"));
    EXPECT_EQ(find<QTableView>("moduleTable")->model()->rowCount(), 2);
}

TEST(AdaptersPage, AnEmptyIndexSaysWhereAdaptersComeFrom) {
    testing::PageSurroundings around;
    AdaptersPage page(around.context());
    page.show();
    QTest::qWait(100);
    bool found = false;
    for (const auto* label : page.findChildren<QLabel*>())
        found = found ||
                (label->isVisible() && label->text().startsWith("Adapters are kept when a task finishes."));
    EXPECT_TRUE(found);
}

TEST(ShortModuleName, KeepsWhatItDoesNotKnow) {
    EXPECT_EQ(shortModuleName("decoder.block.3.layer.1.EncDecAttention.v"), "dec.3.cross.v");
    EXPECT_EQ(shortModuleName("model.layers.11.self_attn.q_proj"), "dec.11.self.q_proj");
    EXPECT_EQ(shortModuleName("model.layers.0.mlp.up_proj"), "dec.0.mlp.up_proj");
    EXPECT_EQ(shortModuleName("transformer.h.0.attn.c_attn"), "transformer.h.0.attn.c_attn");
}

}  // namespace
}  // namespace jumplora
