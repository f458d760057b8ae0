// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "exchange/published.h"
#include "parts/page.h"
#include "runs/compare_data.h"
#include "session/window_context.h"

class QComboBox;
class QGridLayout;
class QLabel;
class QScrollArea;
class QToolButton;

namespace jumplora {

class CurvePlot;
class FigurePanel;
class HeatMap;
class StateStack;
class TablePanel;

// What runs came to: metrics with their definitions, matrices, accuracy over tasks, published numbers beside
// them, and all of it as one report.
class ResultsPage : public Page {
    Q_OBJECT

  public:
    explicit ResultsPage(WindowContext& context, QWidget* parent = nullptr);

    [[nodiscard]] QString helpTopic() const override { return QStringLiteral("window.md#results"); }
    void activated() override;
    void open(const PageRequest& request) override;
    [[nodiscard]] const ComparedRuns& compared() const { return m_compared; }
    // Writes the report as HTML or, by its extension, PDF; says what is wrong with the file.
    bool writeReport(const QString& file);

  Q_SIGNALS:
    void loaded();

  protected:
    void resizeEvent(QResizeEvent* event) override;

  private:
    void registerActions();
    QWidget* buildHeader();
    QWidget* buildBody();
    void arrange();
    void read();
    void take(ComparedRuns compared);
    void readSources();
    void showTables();
    void showFigures();
    void showMatrix();
    void showAccuracy();
    void chooseReport();
    void tell(Notice::Kind kind, const QString& sentence, int seconds = 0);
    [[nodiscard]] Table metrics() const;
    [[nodiscard]] SpreadKind spread() const;
    [[nodiscard]] PairedTest test() const;
    [[nodiscard]] std::size_t groupA() const;
    [[nodiscard]] std::size_t groupB() const;
    [[nodiscard]] QString remarks() const;

    WindowContext& m_context;
    QStringList m_ids;
    ComparedRuns m_compared;
    std::optional<PublishedResults> m_published;
    QString m_publishedProblem;
    int m_generation = 0;
    QToolButton* m_source = nullptr;
    QComboBox* m_spread = nullptr;
    QComboBox* m_test = nullptr;
    QComboBox* m_groupA = nullptr;
    QComboBox* m_groupB = nullptr;
    QComboBox* m_which = nullptr;
    StateStack* m_state = nullptr;
    TablePanel* m_metrics = nullptr;
    HeatMap* m_matrix = nullptr;
    CurvePlot* m_accuracy = nullptr;
    TablePanel* m_publishedTable = nullptr;
    QGridLayout* m_grid = nullptr;
    FigurePanel* m_matrixPanel = nullptr;
    FigurePanel* m_accuracyPanel = nullptr;
    int m_columns = 0;
};

}  // namespace jumplora
