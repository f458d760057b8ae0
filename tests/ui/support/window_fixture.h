// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "parts/page.h"
#include "shell/main_window.h"
#include "shell/workbench.h"
#include "support/shared_data.h"
#include "ui/support/tiny_spec.h"

#include <QAction>
#include <QApplication>
#include <QLabel>
#include <memory>

namespace jumplora::testing {

// The real main window with everything behind it, in a folder of its own. Can be closed and opened again.
class OpenWindow {
  public:
    explicit OpenWindow(const std::filesystem::path& folder)
        : m_workbench({.database = folder / "index.sqlite",
                       .settingsFile = folder / "window.ini",
                       .runsFolder = folder / "runs",
                       .program = {}}) {
        QApplication::setStyle(QStringLiteral("Fusion"));
        m_window = std::make_unique<MainWindow>(m_workbench);
        m_window->show();
        QApplication::setActiveWindow(m_window.get());
    }

    [[nodiscard]] MainWindow& window() { return *m_window; }
    [[nodiscard]] Workbench& workbench() { return m_workbench; }

    template <typename T>
    [[nodiscard]] T* find(const char* name) const {
        return m_window->findChild<T*>(QLatin1String(name));
    }
    [[nodiscard]] QString text(const char* label) const {
        const auto* found = find<QLabel>(label);
        return found == nullptr ? QString() : found->text();
    }
    void trigger(const char* action) { m_workbench.actions.action(QLatin1String(action))->trigger(); }

    [[nodiscard]] const RunStatus* run(const QString& id) const { return m_workbench.session.status(id); }
    bool reaches(const QString& id, const char* state) {
        return waitUntil([&] { return run(id) != nullptr && run(id)->state == QLatin1String(state); });
    }
    bool hasSteps(const QString& id, std::int64_t steps) {
        return waitUntil([&] { return run(id) != nullptr && run(id)->globalStep >= steps; });
    }

  private:
    Workbench m_workbench;
    std::unique_ptr<MainWindow> m_window;
};

}  // namespace jumplora::testing
