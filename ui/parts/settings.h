// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "parts/settings_keys.h"

#include <QObject>
#include <QSettings>
#include <QVariant>
#include <filesystem>

namespace jumplora {

// What the window remembers, in one ini file. GUI thread only; written in the background of the event loop.
class Settings : public QObject {
    Q_OBJECT

  public:
    explicit Settings(const std::filesystem::path& file, QObject* parent = nullptr);
    // $XDG_CONFIG_HOME/jumplora/workbench.ini
    static std::filesystem::path defaultFile();

    template <typename T>
    [[nodiscard]] T get(const char* key, const T& fallback = T()) const {
        return m_settings.value(QLatin1String(key), QVariant::fromValue(fallback)).template value<T>();
    }
    [[nodiscard]] bool has(const char* key) const { return m_settings.contains(QLatin1String(key)); }
    void set(const char* key, const QVariant& value);
    void remove(const char* key);
    // Forgets every "layout/" key.
    void resetLayout();
    void sync() { m_settings.sync(); }

  Q_SIGNALS:
    void changed(const QString& key);

  private:
    QSettings m_settings;
};

}  // namespace jumplora
