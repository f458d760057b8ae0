// SPDX-License-Identifier: GPL-3.0-or-later
#include "parts/settings.h"

#include <QStandardPaths>

namespace jumplora {

Settings::Settings(const std::filesystem::path& file, QObject* parent)
    : QObject(parent), m_settings(QString::fromStdString(file.string()), QSettings::IniFormat) {}

std::filesystem::path Settings::defaultFile() {
    return std::filesystem::path(
               QStandardPaths::writableLocation(QStandardPaths::GenericConfigLocation).toStdString()) /
           "jumplora" / "workbench.ini";
}

void Settings::set(const char* key, const QVariant& value) {
    const QString name = QLatin1String(key);
    if (m_settings.contains(name) && m_settings.value(name) == value) return;
    m_settings.setValue(name, value);
    Q_EMIT changed(name);
}

void Settings::remove(const char* key) {
    m_settings.remove(QLatin1String(key));
    Q_EMIT changed(QLatin1String(key));
}

void Settings::resetLayout() {
    m_settings.remove(QStringLiteral("layout"));
    Q_EMIT changed(QStringLiteral("layout"));
}

}  // namespace jumplora
