// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "exchange/result_import.h"
#include "theme/theme.h"

#include <QDialog>

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;

namespace jumplora {

// Asks which results to bring in, and what their files may not say: seed, method, gate, backbone, scale.
class BringInDialog : public QDialog {
    Q_OBJECT

  public:
    explicit BringInDialog(const Theme& theme, QWidget* parent = nullptr);
    void setPath(const QString& path);
    [[nodiscard]] ImportSettings settings() const;

  Q_SIGNALS:
    void chosen(const QString& path, const jumplora::ImportSettings& settings);

  private:
    void build(const Theme& theme);
    void recognise();

    QLineEdit* m_path = nullptr;
    QLabel* m_kind = nullptr;
    QLineEdit* m_name = nullptr;
    QLineEdit* m_seed = nullptr;
    QLineEdit* m_method = nullptr;
    QComboBox* m_gate = nullptr;
    QLineEdit* m_backbone = nullptr;
    QComboBox* m_scale = nullptr;
    QPushButton* m_ok = nullptr;
};

}  // namespace jumplora
