// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "parts/page.h"

class QLineEdit;
class QTableWidget;

namespace jumplora {

struct WindowContext;

// Every shortcut in one place, made from the list of actions.
class ShortcutsPage : public Page {
    Q_OBJECT

  public:
    explicit ShortcutsPage(WindowContext& context, QWidget* parent = nullptr);
    void activated() override;

  private:
    void fill();
    WindowContext& m_context;
    QLineEdit* m_search;
    QTableWidget* m_table;
};

}  // namespace jumplora
