// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "session/jobs.h"
#include "store/store_types.h"
#include "theme/theme.h"

#include <QDialog>
#include <functional>

class QButtonGroup;
class QCheckBox;
class QComboBox;
class QDialogButtonBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QSpinBox;

namespace jumplora {

// Takes a run out in a form that other programs read: an adapter for peft, the merged model as a Hugging Face
// folder, event files for TensorBoard, or the whole run as one archive. Works on a worker thread; nothing
// that exists is written over.
class TakeOutDialog : public QDialog {
    Q_OBJECT

  public:
    TakeOutDialog(const RunRow& run, Jobs& jobs, const Theme& theme, QWidget* parent = nullptr);
    void setTarget(const QString& path);

  Q_SIGNALS:
    // What was written and where, for a notice.
    void written(const QString& sentence, const QString& path);

  private:
    enum Form { Adapter, Model, Events, Bundle };
    using Work = std::function<QString(const std::filesystem::path& target)>;
    void build(const Theme& theme);
    void chooseTarget();
    void adjust();
    void write();
    void finish(const QString& sentence);
    [[nodiscard]] Work work() const;
    [[nodiscard]] Form form() const;
    [[nodiscard]] int task() const;

    RunRow m_run;
    Jobs& m_jobs;
    QButtonGroup* m_forms = nullptr;
    QComboBox* m_task = nullptr;
    QCheckBox* m_cumulative = nullptr;
    QCheckBox* m_closest = nullptr;
    QSpinBox* m_rank = nullptr;
    QComboBox* m_dtype = nullptr;
    QCheckBox* m_checkpoint = nullptr;
    QLineEdit* m_target = nullptr;
    QLabel* m_problem = nullptr;
    QPushButton* m_write = nullptr;
    bool m_proposed = true;  // the target is still the proposed one
};

}  // namespace jumplora
