// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "parts/page.h"

class QTreeWidget;
class QTextBrowser;

namespace jumplora {

struct WindowContext;

// The documentation that comes with the program, offline.
class HelpPage : public Page {
    Q_OBJECT

  public:
    explicit HelpPage(WindowContext& context, QWidget* parent = nullptr);
    // "window.md#live"; an unknown place shows the page's beginning.
    void showTopic(const QString& address);
    void open(const PageRequest& request) override { showTopic(request.text); }

  private:
    void follow(const QUrl& link);
    void scrollTo(const QString& slug);
    void fillContents();
    QTextBrowser* m_text;
    QTreeWidget* m_contents;
};

}  // namespace jumplora
