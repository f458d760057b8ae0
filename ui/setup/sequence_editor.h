// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "setup/estimator.h"
#include "setup/presets.h"
#include "setup/task_mime.h"
#include "theme/theme.h"

#include <QWidget>

class QLabel;
class QPushButton;
class QToolButton;

class QHBoxLayout;

namespace jumplora {

class ActionRegistry;
class SequenceModel;
class SequenceView;

// The order in which tasks are learned: filled from the palette, by presets, by the clipboard; every drag has
// a key and a button.
class SequenceEditor : public QWidget {
    Q_OBJECT

  public:
    SequenceEditor(SpecDocument& document, SuiteCatalog& catalog, Estimator& estimator, Theme& theme,
                   ActionRegistry& actions, QWidget* parent = nullptr);
    [[nodiscard]] SequenceView* view() const { return m_view; }
    // Puts tasks in front of a row, -1: at the end. Tasks of another suite replace an empty sequence, or are
    // refused with a sentence.
    bool insert(const CarriedTasks& tasks, int before);
    void setPresets(const std::vector<Preset>& presets);
    // What Ins and + take: the palette's selection.
    void setSource(std::function<CarriedTasks()> source) { m_source = std::move(source); }
    void openOverrides(int row);
    void focusRow(int row);

  Q_SIGNALS:
    void refused(const QString& sentence);
    void filesDropped(const QStringList& files);
    void currentTask(const jumplora::SuiteName& suite, const QString& task);

  private:
    void registerActions(ActionRegistry& actions);
    void buildButtons(ActionRegistry& actions, QHBoxLayout* line);
    void showTotals();
    void showProblems();
    void insertFromSource(bool atEnd);
    void removeSelected();
    void move(int direction);
    void duplicate();
    void copy(bool cut);
    void paste();
    void shuffle();
    void take(const Preset& preset);
    [[nodiscard]] SuiteName suite() const;

    SpecDocument& m_document;
    SuiteCatalog& m_catalog;
    Estimator& m_estimator;
    Theme& m_theme;
    SequenceModel* m_model;
    SequenceView* m_view;
    QToolButton* m_presets;
    QLabel* m_totals;
    QLabel* m_spoken;
    QPushButton* m_useBuiltin;
    Preset m_firstPreset;
    std::function<CarriedTasks()> m_source;
    int m_shuffles = 0;
};

}  // namespace jumplora
