// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "adapters/adapter_run.h"
#include "adapters/delta_histogram.h"
#include "adapters/entry_map.h"
#include "plots/curve_plot.h"
#include "plots/sorted_table.h"
#include "plots/table_model.h"
#include "session/jobs.h"

#include <QWidget>

class QComboBox;
class QLabel;
class QLineEdit;
class QSplitter;
class QTableView;

namespace jumplora {

// One module of one task: its place among the others, its entries, their sizes, its spectrum and profiles.
class ModulePanel : public QWidget {
    Q_OBJECT

  public:
    ModulePanel(const Theme& theme, Jobs& jobs, QWidget* parent = nullptr);

    // `task` from 1. Keeps the module if the run has it, else takes the densest.
    void setRun(std::shared_ptr<const AdapterRun> run, int task);
    void selectModule(const QString& name);
    [[nodiscard]] const QString& module() const { return m_module; }
    void setSearch(const QString& text);
    [[nodiscard]] QSplitter* splitter() const { return m_splitter; }

  Q_SIGNALS:
    void moduleChosen(const QString& name);
    // The module's entries are on the screen.
    void moduleShown(const QString& name);
    void failed(const QString& sentence);

  protected:
    void resizeEvent(QResizeEvent* event) override;

  private:
    // Three columns, or one where there is no room for them, as with big text.
    void arrange();
    QWidget* makeLeft();
    QWidget* makeMiddle();
    QWidget* makeRight();
    void load();
    void loadRest();
    void loadCollisions();
    void showSource();
    void showTau(double tau);
    void showProfiles(double tau);
    void describe(Figure& figure) const;

    const Theme& m_theme;
    Jobs& m_jobs;
    std::shared_ptr<const AdapterRun> m_run;
    int m_task = 0;
    QString m_module;
    std::shared_ptr<const ModuleDelta> m_delta;
    GateMapPlaces m_places;
    JobHandle m_loading;

    QSplitter* m_splitter;
    HeatMap* m_map = nullptr;
    TableModel* m_tableModel = nullptr;
    SortedTable* m_sorted = nullptr;
    QTableView* m_table = nullptr;
    EntryMap* m_entries = nullptr;
    QComboBox* m_mode = nullptr;
    QComboBox* m_pooling = nullptr;
    QLabel* m_scale = nullptr;
    DeltaHistogramFigure* m_histogram = nullptr;
    QLineEdit* m_tauEdit = nullptr;
    QLabel* m_readout = nullptr;
    CurvePlot* m_spectrum = nullptr;
    QLabel* m_ranks = nullptr;
    CurvePlot* m_rowProfile = nullptr;
    CurvePlot* m_columnProfile = nullptr;
};

}  // namespace jumplora
