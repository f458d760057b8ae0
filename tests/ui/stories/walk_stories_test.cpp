// SPDX-License-Identifier: GPL-3.0-or-later
// Published benchmarks and adapters of other programs, from the window.
#include "live/live_page.h"
#include "parts/settings_keys.h"
#include "session/run_queue.h"
#include "setup/setup_page.h"
#include "ui/support/pictures.h"
#include "ui/support/window_fixture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <QComboBox>
#include <QDialog>
#include <QDropEvent>
#include <QLineEdit>
#include <QMenu>
#include <QMimeData>
#include <QPushButton>
#include <QToolButton>
#include <QUrl>

namespace jumplora {
namespace {

using testing::OpenWindow;
using testing::savePicture;
using testing::sharedData;
using testing::waitUntil;

constexpr int kPatience = 280000;

class WalkStories : public ::testing::Test {
  protected:
    [[nodiscard]] SpecDocument& document() { return m_open.find<SetupPage>("setupPage")->document(); }
    void chooseData() {
        m_open.workbench().settings.set(keys::kDataFolder,
                                        QString::fromStdString(sharedData("orders").parent_path().string()));
        m_open.trigger("view.setup");
    }
    // The entry of the menu of presets that begins so, once the data folder has been read.
    QAction* preset(const QString& beginning) {
        QAction* found = nullptr;
        waitUntil([&] {
            const QMenu* menu = m_open.find<QToolButton>("presetMenu")->menu();
            for (QAction* action : menu->actions())
                if (action->text().startsWith(beginning) && action->isEnabled() &&
                    !action->text().contains("built-in") && !action->text().contains("tasks"))
                    found = action;
            return found != nullptr;
        });
        return found;
    }
    void set(const char* key, const QString& value) { document().setText(key, value); }
    // Takes the tasks of the preset that begins so; they are so many.
    void takePreset(const QString& beginning, int tasks) {
        chooseData();
        QAction* found = preset(beginning);
        ASSERT_NE(found, nullptr);
        found->trigger();
        ASSERT_THAT(document().rowNames(), ::testing::SizeIs(tasks));
    }
    // Few rows of every task, short texts.
    void makeSmall(const std::filesystem::path& backbone) {
        set("backbone.path", QString::fromStdString(backbone.string()));
        set("suite.max_samples", "2");
        set("train.batch_size", "2");
        set("train.max_source_length", "48");
        set("evaluation.max_samples", "1");
    }
    // Starts what is set up and waits for its end; the run's id.
    QString startAndFinish(const char* name) {
        set("name", QLatin1String(name));
        auto* start = m_open.find<QAbstractButton>("startButton");
        EXPECT_TRUE(waitUntil([&] { return start->isEnabled(); }))
            << m_open.text("startReasons").toStdString();
        QTest::qWait(400);
        savePicture(m_open.window(), QStringLiteral("walk_%1_setup").arg(QLatin1String(name)));
        start->click();
        const auto& rows = m_open.workbench().queue.rows();
        EXPECT_TRUE(
            waitUntil([&] { return !rows.empty() && !rows.front().isWaiting() && !rows.front().isRunning(); },
                      kPatience));
        EXPECT_EQ(rows.front().state, "finished") << rows.front().message.toStdString();
        for (const char* page : {"view.live", "view.queue", "view.runs", "view.adapters", "view.results"}) {
            m_open.trigger(page);
            QTest::qWait(400);
            savePicture(m_open.window(),
                        QStringLiteral("walk_%1_%2").arg(QLatin1String(name), QLatin1String(page).mid(5)));
        }
        return rows.front().runId;
    }
    void drop(const std::filesystem::path& path) {
        QMimeData mime;
        mime.setUrls({QUrl::fromLocalFile(QString::fromStdString(path.string()))});
        QDragEnterEvent enter(QPoint(5, 5), Qt::CopyAction, &mime, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(&m_open.window(), &enter);
        QDropEvent event(QPointF(5, 5), Qt::CopyAction, &mime, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(&m_open.window(), &event);
    }

    testing::TemporaryFolder m_folder;
    OpenWindow m_open{m_folder.path()};
};

TEST_F(WalkStories, TraceFromItsFolder) {
    const auto model = sharedData("models/stories260K");
    JUMPLORA_REQUIRE_DATA(model);
    JUMPLORA_REQUIRE_DATA(sharedData("TRACE_500"));
    ASSERT_NO_FATAL_FAILURE(takePreset("TRACE", 8));
    // Two of them are enough to see all pages with scores that are no accuracies.
    document().removeRows({0, 1, 2, 4, 5, 6});
    EXPECT_THAT(document().rowNames(), ::testing::ElementsAre("Py150", "20Minuten"));
    makeSmall(model);
    const QString id = startAndFinish("trace");
    EXPECT_EQ(m_open.text("runTask"), "task 2/2 20Minuten") << "nothing is being evaluated any more";
    m_open.window().showPage("livePage", {.runs = {id}});
    const auto* live = m_open.find<LivePage>("livePage");
    ASSERT_TRUE(waitUntil([&] { return live->shownRun() == id && live->view() != nullptr; }));
    EXPECT_EQ(live->view()->matrix.tasks(), 2);
    EXPECT_EQ(live->view()->tasksDone(), 2);
    m_open.trigger("view.live");
    EXPECT_TRUE(waitUntil([&] { return m_open.find<QLabel>("noGate")->isVisible(); }));
}

TEST_F(WalkStories, ALongOrder) {
    const auto model = sharedData("golden/tiny_t5_a");
    JUMPLORA_REQUIRE_DATA(model);
    JUMPLORA_REQUIRE_DATA(sharedData("orders"));
    ASSERT_NO_FATAL_FAILURE(takePreset("Order 4", 15));
    document().removeRows({3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14});
    makeSmall(model);
    startAndFinish("order4");
}

TEST_F(WalkStories, RowsOfASuiteAreDropped) {
    JUMPLORA_REQUIRE_DATA(sharedData("TRACE_500"));
    m_open.trigger("view.runs");
    drop(sharedData("TRACE_500"));
    EXPECT_EQ(m_open.window().currentPage()->objectName(), "setupPage");
    EXPECT_EQ(m_open.text("noticeSentence"), "The tasks of TRACE_500 are in the palette.");
    EXPECT_EQ(document().value("backbone.path"), "builtin") << "no model";
    ASSERT_NE(preset("TRACE"), nullptr);
}

TEST_F(WalkStories, AnAdapterOfPeftBecomesABackbone) {
    const auto adapter = sharedData("golden/peft_t5");
    JUMPLORA_REQUIRE_DATA(adapter);
    // The folder may not be written to.
    const auto mine = m_folder.path() / "my adapter";
    std::filesystem::copy(adapter, mine);
    drop(mine);
    auto* dialog = m_open.find<QDialog>("mergeAdapterDialog");
    ASSERT_NE(dialog, nullptr);
    auto* merge = dialog->findChild<QPushButton*>("mergeButton");
    auto* problem = dialog->findChild<QLabel*>("mergeProblem");
    EXPECT_TRUE(dialog->findChild<QLabel*>("mergeFacts")->text().startsWith("An adapter of peft"));
    savePicture(*dialog, "walk_peft");
    // On another backbone than its own: said, nothing is written.
    merge->click();
    ASSERT_TRUE(waitUntil([&] { return problem->isVisible(); }));
    EXPECT_FALSE(problem->text().isEmpty());
    const auto merged = m_folder.path() / "my adapter-merged";
    EXPECT_EQ(dialog->findChild<QLineEdit*>("mergeOutput")->text().toStdString(), merged.string());
    EXPECT_FALSE(std::filesystem::exists(merged / "config.json"));
    savePicture(*dialog, "walk_peft_wrong");
    dialog->findChild<QLineEdit*>("mergeBackbone")
        ->setText(QString::fromStdString(sharedData("golden/hf_t5_v1_0").string()));
    EXPECT_FALSE(problem->isVisible());
    merge->click();
    ASSERT_TRUE(waitUntil([&] { return document().value("backbone.path") == merged.string(); }))
        << problem->text().toStdString();
    EXPECT_TRUE(std::filesystem::exists(merged / "model.safetensors"));
    EXPECT_TRUE(m_open.text("noticeSentence").startsWith("The merged model is the backbone now"));
    ASSERT_TRUE(waitUntil([&] { return m_open.text("backboneFacts").contains("parameters"); }));
    savePicture(m_open.window(), "walk_peft_setup");
}

}  // namespace
}  // namespace jumplora
