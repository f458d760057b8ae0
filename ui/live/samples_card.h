// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "live/run_card.h"
#include "session/jobs.h"
#include "train/predictions.h"

#include <QAbstractTableModel>
#include <map>

class QComboBox;
class QPlainTextEdit;
class QTableView;

namespace jumplora {

// Answers of one cell of the matrix, right, wrong or outside the options.
class SampleModel : public QAbstractTableModel {
    Q_OBJECT

  public:
    enum class Verdict { Right, Wrong, Outside };
    enum Column { VerdictColumn, Answer, Label, Prompt, ColumnCount };
    explicit SampleModel(const Theme& theme, QObject* parent = nullptr)
        : QAbstractTableModel(parent), m_theme(theme) {}
    void setPredictions(std::vector<Prediction> predictions);
    // −1: all.
    void setFilter(int verdict);
    [[nodiscard]] const Prediction& at(int row) const {
        return m_all[m_shown[static_cast<std::size_t>(row)]];
    }
    [[nodiscard]] static Verdict verdictOf(const Prediction& prediction);
    [[nodiscard]] static QString word(Verdict verdict);
    [[nodiscard]] std::size_t count(Verdict verdict) const;
    [[nodiscard]] std::size_t total() const { return m_all.size(); }

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role = Qt::DisplayRole) const override;

  private:
    void choose();
    const Theme& m_theme;
    std::vector<Prediction> m_all;
    std::vector<std::size_t> m_shown;
    int m_filter = -1;
};

// Examples of the newest cell, or of the one that was asked for.
class SamplesCard : public RunCard {
    Q_OBJECT

  public:
    SamplesCard(const Theme& theme, Jobs& jobs, QWidget* parent = nullptr);
    void show(const RunView& view, unsigned changes, StepAxis axis) override;
    void showCell(int afterTask, int task);
    [[nodiscard]] QString summary() const override;
    [[nodiscard]] const SampleModel& model() const { return *m_model; }

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    void fillCells(const RunView& view);
    void load();
    void say(const QString& sentence);
    Jobs& m_jobs;
    SampleModel* m_model;
    QComboBox* m_cell;
    QComboBox* m_filter;
    QTableView* m_table;
    QPlainTextEdit* m_whole;
    QLabel* m_sentence;
    std::string m_directory;
    std::map<int, std::string> m_files;  // by item of m_cell
    QString m_shown;
    bool m_newest = true;  // follows the evaluation
    JobHandle m_loading;
};

}  // namespace jumplora
