// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "adapters/adapter_run.h"
#include "adapters/entry_map.h"
#include "adapters/overlap_breakdown.h"
#include "plots/table_model.h"
#include "session/jobs.h"

#include <QWidget>

class QComboBox;
class QLabel;
class QTableView;

namespace jumplora {

// The mask of one task against that of another in one module, with what chance would give.
class MaskPanel : public QWidget {
    Q_OBJECT

  public:
    MaskPanel(const Theme& theme, Jobs& jobs, QWidget* parent = nullptr);
    void setRun(std::shared_ptr<const AdapterRun> run, int task);
    void setModule(const QString& module);

  Q_SIGNALS:
    void compared();
    void failed(const QString& sentence);

  protected:
    void showEvent(QShowEvent* event) override;

  private:
    void load();
    const Theme& m_theme;
    Jobs& m_jobs;
    std::shared_ptr<const AdapterRun> m_run;
    QString m_module;
    QString m_loaded;  // what is shown or on its way
    QComboBox* m_first;
    QComboBox* m_second;
    QLabel* m_moduleName;
    EntryMap* m_map;
    TableModel* m_counts;
    QTableView* m_table;
    JobHandle m_loading;
};

// Overlap of all pairs of tasks; a click opens the modules of a pair.
class OverlapPanel : public QWidget {
    Q_OBJECT

  public:
    explicit OverlapPanel(const Theme& theme, QWidget* parent = nullptr);
    void setRun(std::shared_ptr<const AdapterRun> run);
    void showPair(int i, int j);

  Q_SIGNALS:
    void moduleWanted(const QString& module);

  private:
    OverlapMap* m_map;
    OverlapBreakdown* m_breakdown;
    std::shared_ptr<const AdapterRun> m_run;
    int m_i = 0;
    int m_j = 0;
};

}  // namespace jumplora
