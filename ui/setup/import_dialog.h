// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "data/task_import.h"
#include "session/jobs.h"
#include "theme/theme.h"

#include <QDialog>
#include <filesystem>

class QComboBox;
class QLabel;
class QLineEdit;
class QListWidget;
class QPlainTextEdit;
class QPushButton;

namespace jumplora {

class LabelBars;

// Makes a task of the user's own rows: which column is the text, which the label, how ten prompts will look,
// and what is wrong with the rows. Nothing is written before *Import*.
class ImportDialog : public QDialog {
    Q_OBJECT

  public:
    ImportDialog(const std::filesystem::path& file, std::filesystem::path ownFolder, Jobs& jobs, Theme& theme,
                 QWidget* parent = nullptr);

  Q_SIGNALS:
    // The task file that has the new task.
    void imported(const QString& taskFile, const QString& task);

  private:
    void build();
    void readColumns();
    void inspect();
    void showReport(const ImportReport& report);
    void showProblem(const QString& sentence);
    void chooseTest();
    void write();
    [[nodiscard]] TaskImport import() const;

    std::filesystem::path m_file;
    std::filesystem::path m_ownFolder;
    Jobs& m_jobs;
    Theme& m_theme;
    int m_generation = 0;
    QLineEdit* m_name = nullptr;
    QLineEdit* m_instruction = nullptr;
    QLineEdit* m_options = nullptr;
    QLineEdit* m_test = nullptr;
    QComboBox* m_text = nullptr;
    QComboBox* m_label = nullptr;
    QLabel* m_counts = nullptr;
    QLabel* m_problem = nullptr;
    QPlainTextEdit* m_prompts = nullptr;
    LabelBars* m_bars = nullptr;
    QPushButton* m_ok = nullptr;
};

}  // namespace jumplora
