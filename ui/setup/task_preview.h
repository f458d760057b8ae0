// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "session/jobs.h"
#include "setup/suite_catalog.h"
#include "theme/theme.h"

#include <QTabWidget>
#include <QWidget>

class QLabel;
class QPlainTextEdit;
class QToolButton;

namespace jumplora {

class LabelBars;
class LengthBars;

// One task before it is learned: a rendered prompt, its labels with counts, how long its prompts are.
class TaskPreview : public QWidget {
    Q_OBJECT

  public:
    TaskPreview(SuiteCatalog& catalog, Jobs& jobs, Theme& theme, QWidget* parent = nullptr);
    void showTask(const SuiteName& suite, const QString& task);
    // What the lengths depend on.
    void setCut(const std::string& backbone, std::int64_t sourceLimit);

  private:
    QWidget* makePrompt();
    QWidget* makeLabels();
    QWidget* makeLengths();
    void read();
    void take(TaskSample sample);
    void showRow(std::size_t row);
    void showFacts();

    SuiteCatalog& m_catalog;
    Jobs& m_jobs;
    Theme& m_theme;
    SuiteName m_suite;
    QString m_task;
    std::string m_backbone = "builtin";
    std::int64_t m_limit = 512;
    TaskSample m_sample;
    std::size_t m_row = 0;
    int m_generation = 0;
    QLabel* m_title;
    QTabWidget* m_tabs;
    QPlainTextEdit* m_prompt = nullptr;
    QLabel* m_answer = nullptr;
    QLabel* m_rowLabel = nullptr;
    QToolButton* m_previous = nullptr;
    QToolButton* m_next = nullptr;
    LabelBars* m_labels = nullptr;
    QLabel* m_problems = nullptr;
    LengthBars* m_lengths = nullptr;
    QLabel* m_lengthText = nullptr;
};

}  // namespace jumplora
