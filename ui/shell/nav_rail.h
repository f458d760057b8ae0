// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QFrame>
#include <QMap>
#include <QString>

class QToolButton;
class QVBoxLayout;

namespace jumplora {

struct WindowContext;

// The six places of the window and, at the bottom, the settings: icon above word, with badges.
class NavRail : public QFrame {
    Q_OBJECT

  public:
    explicit NavRail(WindowContext& context, QWidget* parent = nullptr);
    // A button for an action of the registry that shows `page`; the last one stands at the bottom.
    void addPlace(const QString& page, const QString& actionId, bool atBottom = false);
    // A page without a button of its own lights up the one of `place`.
    void setCurrent(const QString& place);
    void setBadge(const QString& page, const QString& text, const QString& meaning);

  private:
    class Button;
    WindowContext& m_context;
    QVBoxLayout* m_layout;
    QMap<QString, Button*> m_buttons;
};

}  // namespace jumplora
