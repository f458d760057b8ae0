// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "setup/spec_document.h"
#include "theme/theme.h"

#include <QWidget>

class QAbstractButton;
class QButtonGroup;
class QComboBox;
class QLabel;
class QLineEdit;
class QToolButton;

class QTimer;

namespace jumplora {

// One setting of the form: label with a dot when it differs from the default, a field made from the engine's
// description, its unit, a way back, and the engine's sentence when it refuses what was typed. The field's
// object name is "field." + key, that of the way back "reset." + key.
class FieldRow : public QWidget {
    Q_OBJECT

  public:
    FieldRow(SpecDocument& document, const Theme& theme, FieldInfo field, QWidget* parent = nullptr);

    [[nodiscard]] const FieldInfo& field() const { return m_field; }
    [[nodiscard]] QWidget* editor() const { return m_editor; }
    // Shows the document's value, error and dot.
    void refresh();
    // Label beside the field or above it.
    void setLabelAbove(bool above);
    [[nodiscard]] bool matches(const QString& search) const;
    void focusField();

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    void build();
    QWidget* makeEditor();
    QWidget* makeLine(bool withChooser);
    QWidget* makeRadios();
    QWidget* makeCombo();
    QWidget* makeSwitch();
    QWidget* makeSequenceLink();
    void choosePath();
    void step(int direction);
    void typed();
    [[nodiscard]] QString help() const;
    [[nodiscard]] std::vector<std::pair<std::string, QString>> choices() const;

    SpecDocument& m_document;
    const Theme& m_theme;
    FieldInfo m_field;
    QLabel* m_dot = nullptr;
    QLabel* m_label = nullptr;
    QWidget* m_editor = nullptr;
    QLineEdit* m_line = nullptr;
    QComboBox* m_combo = nullptr;
    QButtonGroup* m_radios = nullptr;
    QAbstractButton* m_switch = nullptr;
    QLabel* m_unit = nullptr;
    QToolButton* m_reset = nullptr;
    QLabel* m_default = nullptr;
    QLabel* m_error = nullptr;
    QLabel* m_help = nullptr;
    QTimer* m_typing = nullptr;
    bool m_refreshing = false;
    bool m_above = false;
};

}  // namespace jumplora
