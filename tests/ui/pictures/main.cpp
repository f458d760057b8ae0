// SPDX-License-Identifier: GPL-3.0-or-later
// Pictures of every page of the real window, with stored runs in it, for the documentation and for looking
// at.
//   window_pictures INDEX RUNS OUTPUT [WIDTH HEIGHT [TEXT_SCALE]]
#include "parts/settings_keys.h"
#include "setup/presets.h"
#include "setup/settings_form.h"
#include "shell/main_window.h"
#include "shell/workbench.h"
#include "store/store.h"

#include <QApplication>
#include <QScrollArea>
#include <QTemporaryDir>
#include <QTest>
#include <cstdio>

namespace jumplora {
namespace {

constexpr int kSettle =
    1500;  // milliseconds until readers on other threads have answered and plots are drawn

class Photographer {
  public:
    Photographer(const std::filesystem::path& index, const std::filesystem::path& runs, QString output,
                 QSize size, double textScale, bool allThemes)
        : m_allThemes(allThemes),
          m_output(std::move(output)),
          m_workbench({.database = index,
                       .settingsFile = m_folder.filePath("window.ini").toStdString(),
                       .runsFolder = runs,
                       .program = {}}) {
        // Nothing is started, nothing is remembered.
        m_workbench.queue.setSuspended(true);
        m_workbench.settings.set(keys::kTextScale, textScale);
        m_window = std::make_unique<MainWindow>(m_workbench);
        m_window->resize(size);
        m_window->show();
        const Store store(index, {.readOnly = true});
        for (const RunRow& row : store.listRuns()) m_runs += QString::fromStdString(row.id);
    }

    // False when there is no run to show.
    bool takeAll() {
        if (m_runs.isEmpty()) return false;
        // High contrast is light or dark as the system is; the documentation shows the usual two.
        for (const char* name : {"light", "dark", "contrast"}) {
            if (!m_allThemes && QLatin1String(name) == QLatin1String("contrast")) continue;
            m_workbench.settings.set(keys::kTheme, QLatin1String(name));
            m_suffix = QLatin1String(name);
            takePages();
        }
        return true;
    }

  private:
    void takePages() {
        const QStringList newest = {m_runs.first()};
        show("setupPage", {.spec = toJson(builtinExperiment()), .origin = "builtin"}, "setup");
        openBackbone();
        take("backbone");
        show("livePage", {.runs = newest}, "live");
        if (m_workbench.queue.rows().empty())
            m_workbench.queue.enqueue({builtinExperiment(), builtinExperiment()});
        show("queuePage", {}, "queue");
        show("runsPage", {.runs = newest}, "runs");
        show("comparePage", {.runs = m_runs.mid(0, 2)}, "compare");
        show("adaptersPage", {.runs = newest, .task = 1}, "adapters");
        show("resultsPage", {.runs = m_runs.mid(0, 2)}, "results");
        show("settingsPage", {}, "settings");
        m_window->showHelp(QStringLiteral("window.md"));
        take("help");
    }
    // The part of the form that says what the backbone's folder is.
    void openBackbone() {
        auto* group = m_window->findChild<FieldGroup*>("group.backbone");
        group->setExpanded(true);
        auto* scroll = qobject_cast<QScrollArea*>(group->parentWidget()->parentWidget()->parentWidget());
        QTest::qWait(kSettle);
        if (scroll != nullptr) scroll->ensureWidgetVisible(group);
    }
    void show(const char* page, const PageRequest& request, const char* name) {
        m_window->showPage(QLatin1String(page), request);
        take(name);
    }
    void take(const char* name) {
        QTest::qWait(kSettle);
        const QString file = QStringLiteral("%1/%2-%3.png").arg(m_output, QLatin1String(name), m_suffix);
        if (!m_window->grab().save(file)) qFatal("%s cannot be written", qPrintable(file));
        std::printf("%s\n", qPrintable(file));
    }

    bool m_allThemes;
    QTemporaryDir m_folder;
    QString m_output;
    Workbench m_workbench;
    std::unique_ptr<MainWindow> m_window;
    QStringList m_runs;
    QString m_suffix;
};

}  // namespace
}  // namespace jumplora

int main(int argc, char** argv) {
    if (!qEnvironmentVariableIsSet("QT_QPA_PLATFORM")) qputenv("QT_QPA_PLATFORM", "offscreen");
    const QApplication application(argc, argv);
    QApplication::setStyle("Fusion");
    const QStringList arguments = QApplication::arguments();
    if (arguments.size() < 4) {
        std::fprintf(stderr, "window_pictures INDEX RUNS OUTPUT [WIDTH HEIGHT [TEXT_SCALE]]\n");
        return 2;
    }
    const auto number = [&](int place, double usual) {
        return arguments.size() > place ? arguments[place].toDouble() : usual;
    };
    jumplora::Photographer photographer(arguments[1].toStdString(), arguments[2].toStdString(), arguments[3],
                                        {static_cast<int>(number(4, 1280)), static_cast<int>(number(5, 800))},
                                        number(6, 1), arguments.size() > 4);
    if (photographer.takeAll()) return 0;
    std::fprintf(stderr, "no runs in %s\n", qPrintable(arguments[1]));
    return 1;
}
