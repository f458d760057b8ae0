// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "shell/close_dialog.h"

#include <QObject>
#include <optional>

namespace jumplora {

struct WindowContext;

// What happens between the wish to close the window and its end: asks once when runs are on, lets them pause,
// stop or go on in the background, and says when the window may go.
class CloseFlow : public QObject {
    Q_OBJECT

  public:
    CloseFlow(WindowContext& context, QWidget* window);
    // True when the window may close now. False: a question is open, or runs are coming to rest; mayClose()
    // follows.
    bool request();

  Q_SIGNALS:
    void mayClose();

  private:
    void ask();
    void begin(CloseChoice choice);
    void check();
    void giveUp();
    [[nodiscard]] int activeRuns() const;

    WindowContext& m_context;
    QWidget* m_window;
    std::optional<CloseChoice> m_choice;  // under way
    bool m_asking = false;
};

}  // namespace jumplora
