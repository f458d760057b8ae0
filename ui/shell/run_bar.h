// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "session/run_status.h"

#include <QElapsedTimer>
#include <QFrame>
#include <QTimer>
#include <array>

class QComboBox;
class QLabel;
class QProgressBar;
class QPushButton;
class QToolButton;

namespace jumplora {

struct WindowContext;

// The run that is on, in two lines at the bottom of every page: state, task, step, loss, threshold, time left
// and the buttons. Numbers stand in boxes of fixed width and change at most four times a second.
class RunBar : public QFrame {
    Q_OBJECT

  public:
    explicit RunBar(WindowContext& context, QWidget* parent = nullptr);

    // The run that is shown: the chosen one, else the one in this window, else the oldest; nullptr: none.
    [[nodiscard]] const RunStatus* shown() const;
    // F8: pauses the shown run, or goes on with it.
    void pauseOrResume();
    void command(const QString& actionId);

  Q_SIGNALS:
    // Something of the shown run is different: for the window's title.
    void updated();
    void openRequested(const QString& runId);

  protected:
    void resizeEvent(QResizeEvent* event) override;

  private:
    enum Field { Ce, Penalty, Tau, Density, Speed, Left, Queued, FieldCount };

    void buildFirstLine();
    void buildSecondLine();
    void refresh();
    void showIdle();
    void showRun(const RunStatus& run);
    void showNumbers(const RunStatus& run);
    void fillSelector();
    void updateActions();
    void fitFields();
    void restyle();
    void say(const QString& state);

    WindowContext& m_context;
    QTimer m_timer;
    bool m_dirty = true;
    QString m_chosen;  // run id; empty: automatic
    QLabel* m_icon;
    QLabel* m_state;
    QComboBox* m_selector;
    QPushButton* m_name;
    QLabel* m_task;
    QLabel* m_step;
    QProgressBar* m_progress;
    QLabel* m_percent;
    QLabel* m_idle;
    QToolButton* m_pause;
    QToolButton* m_stop;
    QLabel* m_message;
    std::array<QLabel*, FieldCount> m_fields{};
    QElapsedTimer m_sinceSpoken;
};

}  // namespace jumplora
