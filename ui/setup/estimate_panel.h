// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "setup/estimator.h"
#include "theme/theme.h"

#include <QWidget>

class QLabel;
class QPushButton;
class QToolButton;

class QHBoxLayout;

namespace jumplora {

class ActionRegistry;

// What the run will cost, why it cannot start, and the buttons that start it.
class EstimatePanel : public QWidget {
    Q_OBJECT

  public:
    EstimatePanel(SpecDocument& document, Estimator& estimator, Theme& theme, ActionRegistry& actions,
                  QWidget* parent = nullptr);
    // Those of the document, or when it has none, those found in its files.
    [[nodiscard]] std::vector<StartReason> reasons() const;
    [[nodiscard]] bool mayStart() const { return reasons().empty(); }

  Q_SIGNALS:
    // A reason was clicked: its field or row.
    void reasonActivated(const QString& key, int row);
    void startClicked();
    void enqueueClicked();

  private:
    QLabel* addValue(QHBoxLayout* line, const QString& name, const QString& objectName);
    void refresh();
    void showNumbers();
    void showReasons();
    void showWarning();

    SpecDocument& m_document;
    Estimator& m_estimator;
    Theme& m_theme;
    QLabel* m_steps = nullptr;
    QLabel* m_time = nullptr;
    QLabel* m_memory = nullptr;
    QLabel* m_disk = nullptr;
    QLabel* m_warning = nullptr;
    QLabel* m_reasons = nullptr;
    QToolButton* m_measure = nullptr;
    QPushButton* m_start = nullptr;
    QPushButton* m_enqueue = nullptr;
    QToolButton* m_more = nullptr;
};

}  // namespace jumplora
