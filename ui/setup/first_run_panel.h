// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "theme/theme.h"

#include <QWidget>

namespace jumplora {

// What the first start shows in place of an empty set-up.
class FirstRunPanel : public QWidget {
    Q_OBJECT

  public:
    explicit FirstRunPanel(Theme& theme, QWidget* parent = nullptr);
    void focusFirst();

  Q_SIGNALS:
    void tryBuiltIn();
    void openModel();
    void openSpec();
    void help();
    void dismissed();
};

}  // namespace jumplora
