// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QDialog>

class QCheckBox;

namespace jumplora {

enum class CloseChoice { Background, Pause, Stop };

// Asks once what happens to the runs when the window closes.
class CloseDialog : public QDialog {
    Q_OBJECT

  public:
    CloseDialog(int runs, int waiting, QWidget* parent = nullptr);
    [[nodiscard]] bool remember() const;

  Q_SIGNALS:
    void chosen(jumplora::CloseChoice choice);

  private:
    QCheckBox* m_remember;
};

}  // namespace jumplora
