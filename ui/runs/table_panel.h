// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "exchange/table.h"
#include "plots/figure.h"
#include "theme/theme.h"

#include <QFrame>

class QLabel;
class QTableView;

class QHBoxLayout;

namespace jumplora {

class TableModel;

// A card with a table of numbers: best values bold, definitions in the headers' tooltips, copied as LaTeX,
// Markdown, CSV or tab-separated text, exported like a figure.
class TablePanel : public QFrame {
    Q_OBJECT

  public:
    // `name` is the object name of the table view.
    TablePanel(Theme& theme, const QString& name, const QString& title, QWidget* parent = nullptr);
    void setTable(Table table, Provenance provenance);
    [[nodiscard]] const Table& table() const;
    [[nodiscard]] QTableView* view() const { return m_view; }
    // A sentence below the title, such as why something is not there. Empty: none.
    void setRemark(const QString& sentence);
    void addControl(QWidget* control);
    // That shows `rows` rows without scrolling up and down, at the present width.
    [[nodiscard]] int heightFor(int rows) const;
    void copyAs(const QString& format);  // latex, markdown, csv, tsv

  Q_SIGNALS:
    void copied(const QString& sentence);
    void columnActivated(const QString& column);

  protected:
    void keyPressEvent(QKeyEvent* event) override;

  private:
    void fitColumns();

    Theme& m_theme;
    QString m_name;
    TableModel* m_model;
    QTableView* m_view;
    QLabel* m_remark;
    QHBoxLayout* m_head;
    Provenance m_provenance;
};

}  // namespace jumplora
