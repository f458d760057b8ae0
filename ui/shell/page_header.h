// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QFrame>

class QHBoxLayout;
class QLabel;
class QMenu;
class QToolButton;

namespace jumplora {

class Page;
struct WindowContext;

// Title, controls and menu of the page below.
class PageHeader : public QFrame {
    Q_OBJECT

  public:
    explicit PageHeader(WindowContext& context, QWidget* parent = nullptr);
    void setPage(Page* page);

  private:
    void fillMenu();
    WindowContext& m_context;
    Page* m_page = nullptr;
    QWidget* m_controls = nullptr;
    QHBoxLayout* m_layout;
    QLabel* m_title;
    QToolButton* m_menuButton;
    QMenu* m_menu;
};

}  // namespace jumplora
