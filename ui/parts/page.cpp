// SPDX-License-Identifier: GPL-3.0-or-later
#include "parts/page.h"

namespace jumplora {

Page::Page(const QString& name, const QString& title, QWidget* parent) : QWidget(parent), m_title(title) {
    setObjectName(name);
    setAccessibleName(title);
}

void Page::setTitle(const QString& title) {
    if (m_title == title) return;
    m_title = title;
    setAccessibleName(title);
    Q_EMIT titleChanged();
}

}  // namespace jumplora
