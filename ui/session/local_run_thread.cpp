// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/local_run_thread.h"

#include "runner/local_run.h"

#include <sys/resource.h>
#include <unistd.h>

#include <utility>

namespace jumplora {
namespace {

// The window's thread goes first where all cores are busy; threads of LibTorch started by this one inherit
// it.
void stepBack() {
    constexpr int kNice = 5;
    ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kNice);
}

}  // namespace

LocalRun::LocalRun(Task task, std::function<void()> wake, Problem problem)
    : m_task(std::move(task)), m_wake(std::move(wake)), m_problem(std::move(problem)) {
    m_thread = std::thread([this] { execute(); });
}

LocalRun::~LocalRun() {
    m_control.pause = true;
    m_thread.join();
}

std::vector<Event> LocalRun::take() {
    m_woken = false;
    return m_buffer.take();
}

void LocalRun::onEvent(const Event& event) {
    m_buffer.onEvent(event);
    if (!m_woken.exchange(true)) m_wake();
}

void LocalRun::execute() {
    stepBack();
    bool prepared = !m_task.prepareWith;
    try {
        if (m_task.prepareWith) {
            prepareRun(m_task.directory, *m_task.prepareWith);
            prepared = true;
        }
        LocalRunOptions options;
        options.database = m_task.database;
        options.onProblem = [this](const std::string& sentence) {
            m_problem(QString::fromStdString(sentence));
        };
        m_end.state = QString::fromStdString(runLocally(m_task.directory, {this}, m_control, options));
    } catch (const std::exception& error) {
        m_end = {QStringLiteral("failed"), QString::fromUtf8(error.what())};
        if (!prepared) {
            // Nothing was computed yet: no half-made folder stays behind.
            std::error_code ignored;
            std::filesystem::remove_all(m_task.directory.path(), ignored);
        }
    }
    m_hasEnded = true;
    m_wake();
}

}  // namespace jumplora
