// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "parts/settings.h"
#include "session/jobs.h"
#include "setup/spec_document.h"
#include "train/text_model.h"

#include <QTimer>
#include <QWidget>

class QLabel;
class QToolButton;

namespace jumplora {

// What is recognised in the chosen backbone's folder: architecture, size, tokenizer, what will be trained;
// and the folders that were used before. Reads on a worker thread and never the weights themselves.
class BackboneCard : public QWidget {
    Q_OBJECT

  public:
    BackboneCard(SpecDocument& document, Jobs& jobs, Settings& settings, QWidget* parent = nullptr);

    // Folders that were recognised before, newest first.
    [[nodiscard]] QStringList recent() const;

  Q_SIGNALS:
    void folderWanted();   // a dialog to choose a folder
    void adapterWanted();  // a dialog to merge an adapter of peft
    void recognised();     // the text below the field is up to date

  private:
    void ask();
    void showFacts(const BackboneSummary& summary);
    void showProblem(const QString& sentence);
    void remember(const QString& folder);
    void buildMenu();

    SpecDocument& m_document;
    Jobs& m_jobs;
    Settings& m_settings;
    QLabel* m_facts;
    QLabel* m_problem;
    QToolButton* m_menu;
    QTimer m_timer;
    JobHandle m_job;
    Json m_asked;  // what the shown text is about
};

}  // namespace jumplora
