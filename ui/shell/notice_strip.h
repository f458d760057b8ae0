// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "parts/notice.h"

#include <QFrame>
#include <QList>
#include <QTimer>

class QLabel;
class QPlainTextEdit;
class QPushButton;
class QToolButton;

namespace jumplora {

struct WindowContext;

// The newest message of the window, one line; closing it shows the one before.
class NoticeStrip : public QFrame {
    Q_OBJECT

  public:
    explicit NoticeStrip(WindowContext& context, QWidget* parent = nullptr);
    void add(const Notice& notice);
    void closeCurrent();
    // Takes back a message that is no longer true.
    void remove(const QString& id);
    [[nodiscard]] int count() const { return static_cast<int>(m_notices.size()); }

  private:
    void showCurrent();
    void restyle();
    WindowContext& m_context;
    QList<Notice> m_notices;
    QTimer m_timer;
    QLabel* m_icon;
    QLabel* m_sentence;
    QPushButton* m_action;
    QPushButton* m_detailsButton;
    QToolButton* m_close;
    QPlainTextEdit* m_details;
};

}  // namespace jumplora
