// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "adapters/adapter_run.h"
#include "session/window_context.h"

class QButtonGroup;
class QComboBox;
class QLineEdit;
class QStackedWidget;
class QToolButton;

namespace jumplora {

class MaskPanel;
class ModulePanel;
class OverlapPanel;
class StateStack;

// Looks into what the tasks of a run have learned: modules and their entries, masks of two tasks, overlap.
class AdaptersPage : public Page {
    Q_OBJECT

  public:
    explicit AdaptersPage(WindowContext& context);
    ~AdaptersPage() override;

    [[nodiscard]] QString helpTopic() const override { return QStringLiteral("window.md#adapters"); }
    void activated() override;
    // run, task, module; text "overlap" or "masks" chooses the tab.
    void open(const PageRequest& request) override;
    [[nodiscard]] const AdapterRun* run() const { return m_run.get(); }
    [[nodiscard]] int task() const;

  Q_SIGNALS:
    void runShown(const QString& runId);

  private:
    void makeHeader();
    QToolButton* addTab(const QString& name, const QString& text, QWidget* panel);
    void listRuns();
    void showRun(const QString& runId);
    void fillTasks(int task);
    void chooseTask();
    void showTab(QWidget* panel);
    void fail(const QString& sentence);

    WindowContext& m_context;
    StateStack* m_states;
    QStackedWidget* m_tabs;
    ModulePanel* m_modules;
    MaskPanel* m_masks;
    OverlapPanel* m_overlap;
    QComboBox* m_runs = nullptr;
    QComboBox* m_taskBox = nullptr;
    QButtonGroup* m_tabButtons = nullptr;
    QLineEdit* m_search = nullptr;
    std::shared_ptr<const AdapterRun> m_run;
    PageRequest m_wanted;  // applied when its run is there
    QString m_shown;
    bool m_stale = true;
    JobHandle m_reading;
};

}  // namespace jumplora
