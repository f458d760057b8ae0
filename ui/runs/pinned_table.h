// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "theme/theme.h"

#include <QTableView>

namespace jumplora {

// A table whose first columns stay when the others scroll: a second view on the same model lies over them.
// Row cursor; Left and Right fold and open groups; Space marks.
class PinnedTable : public QTableView {
    Q_OBJECT

  public:
    explicit PinnedTable(Theme& theme, QWidget* parent = nullptr);
    void setModel(QAbstractItemModel* model) override;
    // How many of the first columns stay.
    void setPinned(int columns);
    [[nodiscard]] int pinned() const { return m_pinnedColumns; }
    void setWidthOf(int column, int width);
    [[nodiscard]] std::vector<int> selectedRows() const;
    // Opens the editor of a cell, in the view where it can be seen.
    void editCell(const QModelIndex& index);
    [[nodiscard]] bool isEditing() const;
    [[nodiscard]] QTableView* pinnedView() const { return m_pinned; }

  Q_SIGNALS:
    void foldRequested(int row, bool open);
    void markRequested(const std::vector<int>& rows);
    void headerMenuRequested(int column, const QPoint& globalPlace);
    void headerClicked(int column, bool second);
    // A header was dragged; the view itself stays as it was until the model has other columns.
    void columnMoved(int from, int to);

  protected:
    void resizeEvent(QResizeEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    QModelIndex moveCursor(CursorAction action, Qt::KeyboardModifiers modifiers) override;
    void keyboardSearch(const QString& search) override;
    void scrollTo(const QModelIndex& index, ScrollHint hint = EnsureVisible) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    void setUp(QTableView& view);
    void placePinned();
    void applyTheme();

    Theme& m_theme;
    QTableView* m_pinned;
    int m_pinnedColumns = 0;
};

}  // namespace jumplora
