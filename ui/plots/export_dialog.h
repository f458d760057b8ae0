// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "parts/settings.h"
#include "plots/figure_export.h"

#include <QDialog>
#include <QPointer>
#include <QTimer>
#include <optional>

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QLineEdit;
class QPushButton;

namespace jumplora {

// Takes a figure, or a table alone, out of the window: venue, size, format, a preview at true size, and the
// names of the files that will be written.
class ExportDialog : public QDialog {
    Q_OBJECT

  public:
    explicit ExportDialog(Figure& figure, QWidget* parent = nullptr);
    ExportDialog(Table table, const QString& name, Provenance provenance, QWidget* parent = nullptr);

    [[nodiscard]] ExportSettings settings() const;
    void setFolder(const QString& folder);
    // Where dialogs find what was chosen last, and keep it; null: it is kept until the program ends. The
    // settings have to outlive the dialogs.
    static void rememberIn(Settings* settings);

  Q_SIGNALS:
    // What was written; the window's notice names the first one.
    void exported(const QStringList& files);
    void failed(const QString& sentence);

  private:
    void build(const QString& name);
    QWidget* makeForm();
    QWidget* makePreview();
    void takeChoice();
    void keepChoice() const;
    void applyPreset();
    void changed();
    void drawPreview();
    void save();
    void copy();
    [[nodiscard]] QString fileName() const;
    [[nodiscard]] const Provenance& provenance() const;

    QPointer<Figure> m_figure;
    std::optional<Table> m_table;
    Provenance m_provenance;
    QString m_name;
    QComboBox* m_preset = nullptr;
    QComboBox* m_column = nullptr;
    QComboBox* m_format = nullptr;
    QDoubleSpinBox* m_width = nullptr;
    QDoubleSpinBox* m_height = nullptr;
    QDoubleSpinBox* m_text = nullptr;
    QDoubleSpinBox* m_small = nullptr;
    QComboBox* m_legend = nullptr;
    QComboBox* m_dpi = nullptr;
    QComboBox* m_vision = nullptr;
    QCheckBox* m_data = nullptr;
    QCheckBox* m_replace = nullptr;
    QLineEdit* m_folder = nullptr;
    QLineEdit* m_file = nullptr;
    QLabel* m_preview = nullptr;
    QLabel* m_warning = nullptr;
    QLabel* m_result = nullptr;
    QWidget* m_pictureForm = nullptr;
    QTimer m_later;
    bool m_named = false;  // a person has typed the file name
};

}  // namespace jumplora
