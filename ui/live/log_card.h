// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "live/run_card.h"

#include <QTimer>

class QCheckBox;
class QComboBox;
class QLineEdit;
class QPlainTextEdit;

namespace jumplora {

// What the run said: level filter, search, follow. Written at most twice a second.
class LogCard : public RunCard {
    Q_OBJECT

  public:
    explicit LogCard(const Theme& theme, QWidget* parent = nullptr);
    void show(const RunView& view, unsigned changes, StepAxis axis) override;
    [[nodiscard]] QString summary() const override;

  protected:
    void showEvent(QShowEvent* event) override;

  private:
    void write();
    void writeAnew();
    void find(bool backward);
    [[nodiscard]] bool passes(const LogLine& line) const;
    std::vector<LogLine> m_lines;
    std::size_t m_written = 0;
    std::size_t m_taken = 0;  // lines of the run since its beginning
    QComboBox* m_level;
    QLineEdit* m_search;
    QCheckBox* m_follow;
    QPlainTextEdit* m_text;
    QLabel* m_empty;
    QTimer m_later;
};

}  // namespace jumplora
