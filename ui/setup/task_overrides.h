// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "setup/spec_document.h"
#include "theme/theme.h"

#include <QDialog>
#include <map>

class QLabel;
class QLineEdit;
class QPushButton;

namespace jumplora {

// What one place of the sequence does not inherit from the form. Not modal: training and the page go on.
class TaskOverrides : public QDialog {
    Q_OBJECT

  public:
    TaskOverrides(SpecDocument& document, Theme& theme, int row, QWidget* parent = nullptr);
    // False while a value is refused; the sentence stands at its field.
    bool apply();

  private:
    void check();
    [[nodiscard]] Json holder(const FieldInfo& field) const;

    SpecDocument& m_document;
    Theme& m_theme;
    int m_row;
    Json m_before;
    std::vector<FieldInfo> m_fields;
    std::map<std::string, QLineEdit*> m_edits;
    std::map<std::string, QLabel*> m_errors;
    QPushButton* m_ok = nullptr;
};

}  // namespace jumplora
