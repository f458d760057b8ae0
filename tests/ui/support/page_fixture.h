// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "session/window_context.h"
#include "support/shared_data.h"

#include <QApplication>
#include <QSignalSpy>
#include <QTest>
#include <optional>

namespace jumplora::testing {

// Notes what a page asks of the window.
class NotedNavigator : public Navigator {
  public:
    void showPage(const QString& page) override { pages += page; }
    void showPage(const QString& page, const PageRequest& request) override {
        pages += page;
        requests.append(request);
    }
    void showNotice(const Notice& notice) override { notices.append(notice); }
    void showHelp(const QString& topic) override { topics += topic; }

    QStringList pages;
    QList<PageRequest> requests;
    QList<Notice> notices;
    QStringList topics;
};

// A window's surroundings in a folder of their own: settings, index, runs, queue.
class PageSurroundings {
  public:
    explicit PageSurroundings(const std::filesystem::path& database = {})
        : m_home(m_folder.path().string()),
          m_settings(m_folder.path() / "settings.ini"),
          m_jobs(database.empty() ? m_folder.path() / "index.sqlite" : database),
          m_session(m_jobs, {m_folder.path() / "runs", "/bin/false", m_folder.path() / "logs"}),
          m_queue(m_folder.path() / "queue.json", m_session, m_settings) {
        QApplication::setStyle(QStringLiteral("Fusion"));
        m_theme.setKind(ThemeKind::Light);
        // Nothing is started by a test that does not ask for it.
        m_queue.setSuspended(true);
    }

    [[nodiscard]] WindowContext& context() { return m_context; }
    [[nodiscard]] NotedNavigator& navigator() { return m_navigator; }
    [[nodiscard]] Theme& theme() { return m_theme; }
    [[nodiscard]] RunQueue& queue() { return m_queue; }
    [[nodiscard]] Settings& settings() { return m_settings; }
    [[nodiscard]] ActionRegistry& actions() { return m_actions; }
    [[nodiscard]] Jobs& jobs() { return m_jobs; }
    [[nodiscard]] Session& session() { return m_session; }
    [[nodiscard]] const std::filesystem::path& folder() const { return m_folder.path(); }

  private:
    // Own tasks and measured times go into the test's folder.
    struct Home {
        explicit Home(const std::string& folder) : before(qgetenv("XDG_DATA_HOME")) {
            qputenv("XDG_DATA_HOME", QByteArray::fromStdString(folder + "/share"));
        }
        ~Home() { before.isEmpty() ? qunsetenv("XDG_DATA_HOME") : qputenv("XDG_DATA_HOME", before); }
        Home(const Home&) = delete;
        Home& operator=(const Home&) = delete;
        QByteArray before;
    };

    TemporaryFolder m_folder;
    Home m_home;
    Theme m_theme;
    ActionRegistry m_actions;
    Settings m_settings;
    Jobs m_jobs;
    Session m_session;
    RunQueue m_queue;
    NotedNavigator m_navigator;
    WindowContext m_context{m_theme, m_actions, m_settings, m_jobs, m_session, m_queue, m_navigator};
};

// Handles events until the condition holds; false after `milliseconds`.
template <typename Condition>
bool waitFor(Condition&& condition, int milliseconds = 20000) {
    return QTest::qWaitFor([&] { return static_cast<bool>(condition()); }, milliseconds);
}

}  // namespace jumplora::testing
