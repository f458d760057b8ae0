// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QStackedWidget>
#include <QTimer>
#include <functional>

class QLabel;
class QPushButton;

namespace jumplora {

// A content that may be empty, still loading, or unreadable. Loading shows a grey skeleton after 200 ms (no
// jump for what is fast) and a button to cancel after 2 s.
class StateStack : public QStackedWidget {
    Q_OBJECT

  public:
    explicit StateStack(QWidget* content, QWidget* parent = nullptr);
    ~StateStack() override;

    [[nodiscard]] QWidget* content() const { return m_content; }
    void showContent();
    // One sentence and one button.
    void showEmpty(const QString& sentence, const QString& buttonText = {},
                   std::function<void()> action = {});
    void startLoading();
    void showError(const QString& sentence, const QString& details = {});
    [[nodiscard]] bool isShowingContent() const { return currentWidget() == m_content; }

  Q_SIGNALS:
    void cancelled();

  private:
    QWidget* makeMessage();
    QWidget* makeSkeleton();
    void showMessage(const QString& sentence, const QString& buttonText, bool error);

    QWidget* m_content;
    QWidget* m_message = nullptr;
    QWidget* m_skeleton = nullptr;
    QLabel* m_icon = nullptr;
    QLabel* m_sentence = nullptr;
    QLabel* m_details = nullptr;
    QPushButton* m_button = nullptr;
    QPushButton* m_cancel = nullptr;
    std::function<void()> m_action;
    QTimer m_skeletonTimer;
    QTimer m_cancelTimer;
};

}  // namespace jumplora
