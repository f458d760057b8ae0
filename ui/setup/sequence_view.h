// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "setup/task_mime.h"
#include "theme/theme.h"

#include <QTableView>

namespace jumplora {

// The list of the sequence: takes tasks from the palette and moves its own rows, with a line where they would
// go.
class SequenceView : public QTableView {
    Q_OBJECT

  public:
    explicit SequenceView(Theme& theme, QWidget* parent = nullptr);
    [[nodiscard]] std::vector<int> selectedRows() const;
    void selectRows(int first, int count);
    [[nodiscard]] CarriedTasks carried() const;  // the selected rows, as a drag takes them
    // Where a drop at this place of the viewport would insert: 0 … rows.
    [[nodiscard]] int insertionRow(const QPoint& place) const;

  Q_SIGNALS:
    void dropped(const jumplora::CarriedTasks& tasks, int before, bool copy);
    void filesDropped(const QStringList& files);

  protected:
    void startDrag(Qt::DropActions actions) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dragMoveEvent(QDragMoveEvent* event) override;
    void dragLeaveEvent(QDragLeaveEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

  private:
    void placeMarker(int row);

    Theme& m_theme;
    QWidget* m_marker;
};

// A picture of dragged rows: the first names and a count, at 80 % opacity.
QPixmap dragPicture(const Theme& theme, const QStringList& names, qreal pixelRatio);

}  // namespace jumplora
