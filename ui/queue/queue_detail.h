// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "session/run_queue.h"

#include <QFrame>

class QLabel;
class QPlainTextEdit;
class QPushButton;
class QTableWidget;
class QTabWidget;

namespace jumplora {

struct WindowContext;

// What belongs to the chosen row: its frozen settings, how they differ from the row above, what it said.
class QueueDetail : public QFrame {
    Q_OBJECT

  public:
    explicit QueueDetail(WindowContext& context, QWidget* parent = nullptr);
    // nullptr: nothing is chosen. `above` is nullptr for the first row.
    void show(const QueueRow* row, const QueueRow* above);

  private:
    void fillSettings(const RunSpec& spec);
    void fillDifference(const RunSpec& spec, const RunSpec& above);
    WindowContext& m_context;
    QTabWidget* m_tabs;
    QTableWidget* m_settings;
    QTableWidget* m_difference;
    QPlainTextEdit* m_log;
    QLabel* m_summary;
};

// Settings of a run as pairs of key and JSON text.
std::vector<std::pair<QString, QString>> flatSettings(const RunSpec& spec);

}  // namespace jumplora
