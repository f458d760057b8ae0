// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/close_flow.h"

#include "session/window_context.h"

#include <algorithm>

namespace jumplora {
namespace {

constexpr const char* kNotice = "closing";

std::optional<CloseChoice> remembered(const Settings& settings) {
    const QString choice = settings.get<QString>(keys::kOnClose, QStringLiteral("ask"));
    if (choice == QLatin1String("background")) return CloseChoice::Background;
    if (choice == QLatin1String("pause")) return CloseChoice::Pause;
    if (choice == QLatin1String("stop")) return CloseChoice::Stop;
    return {};
}

QString nameOf(CloseChoice choice) {
    if (choice == CloseChoice::Background) return QStringLiteral("background");
    return choice == CloseChoice::Pause ? QStringLiteral("pause") : QStringLiteral("stop");
}

// Runs that this program can ask.
bool isOurs(const RunStatus& run) { return run.isActive() && run.place != RunPlace::Elsewhere; }

}  // namespace

CloseFlow::CloseFlow(WindowContext& context, QWidget* window)
    : QObject(window), m_context(context), m_window(window) {
    // After whatever else the news of a run sets off, such as its move into a process.
    connect(&context.session, &Session::runStateChanged, this, &CloseFlow::check, Qt::QueuedConnection);
    connect(&context.session, &Session::problem, this, [this] {
        if (m_choice == CloseChoice::Background) giveUp();
    });
}

int CloseFlow::activeRuns() const {
    const auto& runs = m_context.session.runs();
    return static_cast<int>(std::count_if(runs.begin(), runs.end(), isOurs));
}

bool CloseFlow::request() {
    if (m_choice || m_asking) return false;
    if (activeRuns() == 0) return true;
    if (const auto choice = remembered(m_context.settings)) {
        begin(*choice);
    } else {
        ask();
    }
    return false;
}

void CloseFlow::ask() {
    m_asking = true;
    auto* dialog = new CloseDialog(activeRuns(), m_context.queue.waiting(), m_window);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &CloseDialog::chosen, this, [this, dialog](CloseChoice choice) {
        if (dialog->remember()) m_context.settings.set(keys::kOnClose, nameOf(choice));
        begin(choice);
    });
    connect(dialog, &QDialog::finished, this, [this] { m_asking = false; });
    dialog->open();
}

void CloseFlow::begin(CloseChoice choice) {
    m_choice = choice;
    m_context.queue.setSuspended(true);
    if (choice == CloseChoice::Background) {
        m_context.session.moveToChild();
    } else {
        QStringList ids;
        for (const RunStatus& run : m_context.session.runs())
            if (isOurs(run)) ids += run.id;
        for (const QString& id : ids)
            m_context.session.command(id,
                                      choice == CloseChoice::Pause ? RunCommand::Pause : RunCommand::Stop);
    }
    m_context.navigator.showNotice({.sentence = tr("The window closes when its runs have come to rest."),
                                    .actionText = tr("Stay open"),
                                    .action = [this] { giveUp(); },
                                    .id = QLatin1String(kNotice)});
    QMetaObject::invokeMethod(this, &CloseFlow::check, Qt::QueuedConnection);
}

void CloseFlow::giveUp() {
    m_choice.reset();
    m_context.queue.setSuspended(false);
}

void CloseFlow::check() {
    if (!m_choice) return;
    const bool rested =
        *m_choice == CloseChoice::Background ? m_context.session.hereIsFree() : activeRuns() == 0;
    if (!rested) return;
    m_choice.reset();
    Q_EMIT mayClose();
}

}  // namespace jumplora
