// SPDX-License-Identifier: GPL-3.0-or-later
#include "theme/system_scheme.h"

#include <QDBusConnection>
#include <QDBusInterface>
#include <QDBusReply>
#include <QDBusVariant>
#include <QGuiApplication>
#include <QPalette>
#include <QStyle>

namespace jumplora {
namespace {

constexpr int kPortalTimeout = 200;  // ms; a hanging portal must not hold up the start
constexpr uint kPortalDark = 1;
constexpr uint kPortalLight = 2;

uint portalScheme() {
    const QDBusConnection bus = QDBusConnection::sessionBus();
    if (!bus.isConnected()) return 0;
    QDBusMessage question = QDBusMessage::createMethodCall(
        QStringLiteral("org.freedesktop.portal.Desktop"), QStringLiteral("/org/freedesktop/portal/desktop"),
        QStringLiteral("org.freedesktop.portal.Settings"), QStringLiteral("Read"));
    question << QStringLiteral("org.freedesktop.appearance") << QStringLiteral("color-scheme");
    const QDBusReply<QDBusVariant> answer = bus.call(question, QDBus::Block, kPortalTimeout);
    if (!answer.isValid()) return 0;
    QVariant value = answer.value().variant();
    // Older portals wrap the value twice.
    if (value.canConvert<QDBusVariant>()) value = value.value<QDBusVariant>().variant();
    return value.toUInt();
}

}  // namespace

bool systemPrefersDark() {
    const uint scheme = portalScheme();
    if (scheme == kPortalDark || scheme == kPortalLight) return scheme == kPortalDark;
    const QPalette palette = QGuiApplication::palette();
    return palette.color(QPalette::WindowText).lightness() > palette.color(QPalette::Window).lightness();
}

}  // namespace jumplora
