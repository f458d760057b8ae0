// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/desktop_notice.h"

#include <QDBusConnection>
#include <QDBusMessage>
#include <QVariantMap>

namespace jumplora {

void notifyDesktop(const QString& title, const QString& text) {
    const QDBusConnection bus = QDBusConnection::sessionBus();
    if (!bus.isConnected()) return;
    QDBusMessage message = QDBusMessage::createMethodCall(
        QStringLiteral("org.freedesktop.Notifications"), QStringLiteral("/org/freedesktop/Notifications"),
        QStringLiteral("org.freedesktop.Notifications"), QStringLiteral("Notify"));
    constexpr int kDefaultTime = -1;
    message << QStringLiteral("JumpLoRA Workbench") << 0U << QStringLiteral("jumplora-workbench") << title
            << text << QStringList() << QVariantMap() << kDefaultTime;
    bus.call(message, QDBus::NoBlock);
}

}  // namespace jumplora
