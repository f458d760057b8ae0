// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "runs/run_data.h"
#include "theme/theme.h"

#include <QLineEdit>
#include <memory>

class QCompleter;
class QLabel;
class QStandardItemModel;

namespace jumplora {

// The field of filter expressions: completes keys, operators and known values with counts, and underlines
// what it cannot read.
class FilterEdit : public QLineEdit {
    Q_OBJECT

  public:
    FilterEdit(Theme& theme, QWidget* parent = nullptr);
    void setData(std::shared_ptr<const RunData> data);
    // What is typed, when it can be read; the last that could, otherwise.
    [[nodiscard]] const RunFilterExpression& expression() const { return m_expression; }
    [[nodiscard]] const std::optional<RunFilterExpression::Problem>& problem() const { return m_problem; }
    void setExpression(const QString& text);
    // Texts that fit at the cursor, with what is shown beside them.
    [[nodiscard]] std::vector<std::pair<QString, QString>> completions() const;
    void accept(const QString& completion);

  Q_SIGNALS:
    void expressionChanged();
    void problemChanged(const QString& sentence);
    void leftDown();

  protected:
    void keyPressEvent(QKeyEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

  private:
    void read();
    void offer();

    Theme& m_theme;
    std::shared_ptr<const RunData> m_data = std::make_shared<RunData>();
    RunFilterExpression m_expression;
    std::optional<RunFilterExpression::Problem> m_problem;
    QCompleter* m_completer;
    QStandardItemModel* m_offers;
};

}  // namespace jumplora
