// SPDX-License-Identifier: GPL-3.0-or-later
#include "setup/sequence_view.h"

#include "setup/sequence_model.h"

#include <QDrag>
#include <QDragMoveEvent>
#include <QHeaderView>
#include <QMimeData>
#include <QPainter>
#include <QScrollBar>
#include <QUrl>
#include <algorithm>

namespace jumplora {
namespace {

constexpr int kMarkerHeight = 8;  // 2 px line with a knob

class Marker : public QWidget {
  public:
    Marker(const Theme& theme, QWidget* parent) : QWidget(parent), m_theme(theme) {
        setObjectName("insertMarker");
        setAttribute(Qt::WA_TransparentForMouseEvents);
        hide();
    }

  protected:
    void paintEvent(QPaintEvent*) override {
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        const QColor colour = m_theme.colour(Role::Accent);
        painter.setPen(QPen(colour, 2));
        painter.drawLine(kMarkerHeight, height() / 2, width(), height() / 2);
        painter.setBrush(m_theme.colour(Role::Card));
        painter.drawEllipse(QPointF(kMarkerHeight / 2.0, height() / 2.0), kMarkerHeight / 2.0 - 1,
                            kMarkerHeight / 2.0 - 1);
    }

  private:
    const Theme& m_theme;
};

QStringList fileNames(const QMimeData* data) {
    QStringList files;
    for (const QUrl& url : data->urls())
        if (url.isLocalFile()) files += url.toLocalFile();
    return files;
}

}  // namespace

QPixmap dragPicture(const Theme& theme, const QStringList& names, qreal pixelRatio) {
    const QFont font = theme.font(TextRole::Body);
    const QFontMetrics metrics(font);
    const QString text = names.size() == 1
                             ? names.first()
                             : SequenceView::tr("%1 and %n more", nullptr, static_cast<int>(names.size() - 1))
                                   .arg(names.first());
    const QSize size(metrics.horizontalAdvance(text) + 24, metrics.height() + 12);
    QPixmap picture(size * pixelRatio);
    picture.setDevicePixelRatio(pixelRatio);
    picture.fill(Qt::transparent);
    QPainter painter(&picture);
    constexpr double kOpacity = 0.8;
    painter.setOpacity(kOpacity);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setBrush(theme.colour(Role::Selected));
    painter.setPen(theme.colour(Role::Accent));
    painter.drawRoundedRect(QRectF(QPointF(0.5, 0.5), QSizeF(size) - QSizeF(1, 1)), 4, 4);
    painter.setPen(theme.colour(Role::Text));
    painter.setFont(font);
    painter.drawText(QRect(QPoint(0, 0), size), Qt::AlignCenter, text);
    return picture;
}

SequenceView::SequenceView(Theme& theme, QWidget* parent)
    : QTableView(parent), m_theme(theme), m_marker(new Marker(theme, viewport())) {
    setObjectName("sequenceTable");
    setSelectionBehavior(SelectRows);
    setSelectionMode(ExtendedSelection);
    setDragEnabled(true);
    setAcceptDrops(true);
    viewport()->setAcceptDrops(true);
    setDragDropMode(DragDrop);
    setDefaultDropAction(Qt::MoveAction);
    setShowGrid(false);
    setWordWrap(false);
    setAutoScroll(true);
    setTabKeyNavigation(false);
    setEditTriggers(NoEditTriggers);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    verticalHeader()->hide();
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    horizontalHeader()->setHighlightSections(false);
}

std::vector<int> SequenceView::selectedRows() const {
    std::vector<int> rows;
    for (const QModelIndex& index : selectionModel()->selectedRows()) rows.push_back(index.row());
    std::sort(rows.begin(), rows.end());
    return rows;
}

void SequenceView::selectRows(int first, int count) {
    if (count <= 0 || first >= model()->rowCount()) return;
    const QModelIndex top = model()->index(first, 0);
    const QModelIndex bottom =
        model()->index(std::min(first + count, model()->rowCount()) - 1, model()->columnCount() - 1);
    selectionModel()->setCurrentIndex(top, QItemSelectionModel::NoUpdate);
    selectionModel()->select(QItemSelection(top, bottom), QItemSelectionModel::ClearAndSelect);
    scrollTo(top);
}

int SequenceView::insertionRow(const QPoint& place) const {
    const QModelIndex index = indexAt(place);
    if (!index.isValid()) return place.y() < 0 ? 0 : model()->rowCount();
    const QRect box = visualRect(index);
    return place.y() < box.center().y() ? index.row() : index.row() + 1;
}

void SequenceView::placeMarker(int row) {
    const int rows = model()->rowCount();
    int y = 0;
    if (row < rows) y = rowViewportPosition(row);
    if (row >= rows && rows > 0) y = rowViewportPosition(rows - 1) + rowHeight(rows - 1);
    m_marker->setGeometry(0, std::max(0, y - kMarkerHeight / 2), viewport()->width(), kMarkerHeight);
    m_marker->raise();
    m_marker->show();
}

CarriedTasks SequenceView::carried() const {
    CarriedTasks carried;
    carried.sequenceRows = selectedRows();
    for (const int row : carried.sequenceRows)
        carried.rows.push_back(
            Json::parse(model()->index(row, 0).data(Qt::UserRole).toString().toStdString()));
    return carried;
}

void SequenceView::startDrag(Qt::DropActions actions) {
    Q_UNUSED(actions);
    const CarriedTasks tasks = carried();
    if (tasks.rows.empty()) return;
    QStringList names;
    for (const int row : tasks.sequenceRows)
        names += model()->index(row, SequenceModel::Task).data().toString();
    auto* drag = new QDrag(this);
    drag->setMimeData(toMime(tasks));
    drag->setPixmap(dragPicture(m_theme, names, devicePixelRatioF()));
    drag->exec(Qt::MoveAction | Qt::CopyAction, Qt::MoveAction);
    m_marker->hide();
}

void SequenceView::dragEnterEvent(QDragEnterEvent* event) {
    if (event->mimeData()->hasFormat(QLatin1String(kTasksMime)) || event->mimeData()->hasUrls()) {
        event->acceptProposedAction();
        setState(DraggingState);
    }
}

void SequenceView::dragMoveEvent(QDragMoveEvent* event) {
    if (event->mimeData()->hasUrls()) {
        event->acceptProposedAction();
        return;
    }
    if (!event->mimeData()->hasFormat(QLatin1String(kTasksMime))) {
        event->ignore();
        return;
    }
    event->setDropAction(event->modifiers().testFlag(Qt::ControlModifier) || event->source() != this
                             ? Qt::CopyAction
                             : Qt::MoveAction);
    event->accept();
    placeMarker(insertionRow(event->position().toPoint()));
    constexpr int kEdge = 20;
    const int y = event->position().toPoint().y();
    if (y < kEdge) verticalScrollBar()->setValue(verticalScrollBar()->value() - 1);
    if (y > viewport()->height() - kEdge) verticalScrollBar()->setValue(verticalScrollBar()->value() + 1);
}

void SequenceView::dragLeaveEvent(QDragLeaveEvent* event) {
    m_marker->hide();
    QTableView::dragLeaveEvent(event);
}

void SequenceView::dropEvent(QDropEvent* event) {
    m_marker->hide();
    setState(NoState);
    const QStringList files = fileNames(event->mimeData());
    if (!files.isEmpty()) {
        event->acceptProposedAction();
        Q_EMIT filesDropped(files);
        return;
    }
    const auto carried = fromMime(event->mimeData());
    if (!carried) return;
    const bool copy = event->modifiers().testFlag(Qt::ControlModifier);
    event->setDropAction(Qt::CopyAction);  // the document moves its rows itself
    event->accept();
    Q_EMIT dropped(*carried, insertionRow(event->position().toPoint()), copy);
}

void SequenceView::paintEvent(QPaintEvent* event) {
    QTableView::paintEvent(event);
    if (model() == nullptr || model()->rowCount() > 0) return;
    QPainter painter(viewport());
    painter.setPen(m_theme.colour(Role::MutedText));
    painter.setFont(m_theme.font(TextRole::Body));
    painter.drawText(viewport()->rect().adjusted(16, 0, -16, 0), Qt::AlignCenter | Qt::TextWordWrap,
                     tr("Drag tasks here, or choose a preset."));
}

}  // namespace jumplora
