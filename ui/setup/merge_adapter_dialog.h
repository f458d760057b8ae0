// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "session/jobs.h"
#include "theme/theme.h"

#include <QDialog>

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;

namespace jumplora {

// Merges an adapter in peft's format into a backbone: a new model folder, which runs take as their backbone.
// Reads and writes on a worker thread; nothing that is there is overwritten.
class MergeAdapterDialog : public QDialog {
    Q_OBJECT

  public:
    MergeAdapterDialog(Jobs& jobs, const Theme& theme, QWidget* parent = nullptr);
    void setAdapter(const QString& folder);
    void setBackbone(const QString& folder);
    // Whether a folder holds what peft writes.
    static bool isAdapter(const QString& folder);

  Q_SIGNALS:
    void merged(const QString& folder);

  private:
    void build(const Theme& theme);
    void look();
    void merge();
    void showProblem(const QString& sentence);

    Jobs& m_jobs;
    QLineEdit* m_adapter = nullptr;
    QLineEdit* m_backbone = nullptr;
    QLineEdit* m_output = nullptr;
    QComboBox* m_type = nullptr;
    QLabel* m_facts = nullptr;
    QLabel* m_problem = nullptr;
    QPushButton* m_ok = nullptr;
    JobHandle m_job;
    QString m_looked;    // the adapter whose backbone was proposed
    QString m_proposed;  // the new folder that was proposed last; a person's own stays
};

}  // namespace jumplora
