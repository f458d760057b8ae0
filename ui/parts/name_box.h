// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QComboBox>

namespace jumplora {

// A chooser of names that may be longer than it is wide, such as runs: a long name is shortened in the
// middle, where names of runs differ least, and stands whole in the tooltip and in the list that opens.
// Without Q_OBJECT: to style sheets and assistive tools it is a combo box.
class NameBox : public QComboBox {
  public:
    // As wide as its minimumContentsLength says.
    explicit NameBox(QWidget* parent = nullptr);
    void showPopup() override;
    // What the box shows of the chosen name.
    [[nodiscard]] QString shownText() const;

  protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
};

}  // namespace jumplora
