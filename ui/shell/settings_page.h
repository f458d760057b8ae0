// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "parts/page.h"

#include <QUndoStack>
#include <QVariant>
#include <functional>

class QComboBox;
class QGridLayout;
class QLineEdit;

namespace jumplora {

struct WindowContext;

// What holds for the whole window. Changes act at once and can be undone; there is no button to confirm them.
class SettingsPage : public Page {
    Q_OBJECT

  public:
    explicit SettingsPage(WindowContext& context, QWidget* parent = nullptr);
    [[nodiscard]] QString helpTopic() const override { return QStringLiteral("window.md#settings"); }
    [[nodiscard]] QUndoStack* undoStack() override { return &m_undo; }

  private:
    class Change;
    QGridLayout* group(const QString& title);
    // A row of the form for one key.
    void addChoice(QGridLayout* form, const char* name, const char* key, const QString& label,
                   const QString& help, const QList<std::pair<QString, QVariant>>& choices,
                   const QVariant& fallback);
    void addSwitch(QGridLayout* form, const char* name, const char* key, const QString& label,
                   const QString& help, bool fallback);
    void addNumber(QGridLayout* form, const char* name, const char* key, const QString& label,
                   const QString& help, int low, int high, int fallback, const QString& zeroText);
    void addFolder(QGridLayout* form, const char* name, const char* key, const QString& label,
                   const QString& help, const QString& fallback);
    void addRow(QGridLayout* form, QWidget* field, const QString& label, const QString& help);
    void change(const char* key, const QString& label, const QVariant& value);

    WindowContext& m_context;
    QUndoStack m_undo;
    QWidget* m_content;
};

}  // namespace jumplora
