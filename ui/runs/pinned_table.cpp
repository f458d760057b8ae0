// SPDX-License-Identifier: GPL-3.0-or-later
#include "runs/pinned_table.h"

#include "runs/run_table_delegate.h"
#include "runs/run_table_model.h"
#include "theme/metrics.h"

#include <QApplication>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLineEdit>
#include <QScrollBar>
#include <QSignalBlocker>
#include <algorithm>

namespace jumplora {

PinnedTable::PinnedTable(Theme& theme, QWidget* parent)
    : QTableView(parent), m_theme(theme), m_pinned(new QTableView(this)) {
    setUp(*this);
    setUp(*m_pinned);
    m_pinned->setObjectName("pinnedColumns");
    m_pinned->setFocusProxy(this);
    m_pinned->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_pinned->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_pinned->hide();
    connect(m_pinned->verticalScrollBar(), &QScrollBar::valueChanged, verticalScrollBar(),
            &QScrollBar::setValue);
    connect(verticalScrollBar(), &QScrollBar::valueChanged, m_pinned->verticalScrollBar(),
            &QScrollBar::setValue);
    connect(horizontalHeader(), &QHeaderView::sectionResized, this, [this](int column, int, int width) {
        if (column < m_pinnedColumns) m_pinned->setColumnWidth(column, width);
        placePinned();
    });
    connect(m_pinned->horizontalHeader(), &QHeaderView::sectionResized, this,
            [this](int column, int, int width) {
                if (columnWidth(column) != width) setColumnWidth(column, width);
            });
    connect(m_pinned, &QTableView::doubleClicked, this, &QTableView::doubleClicked);
    for (QTableView* view : {static_cast<QTableView*>(this), m_pinned}) {
        view->viewport()->installEventFilter(this);
        QHeaderView* header = view->horizontalHeader();
        header->setContextMenuPolicy(Qt::CustomContextMenu);
        connect(header, &QWidget::customContextMenuRequested, this, [this, header](const QPoint& place) {
            Q_EMIT headerMenuRequested(header->logicalIndexAt(place), header->mapToGlobal(place));
        });
        connect(header, &QHeaderView::sectionClicked, this, [this](int column) {
            Q_EMIT headerClicked(column, QGuiApplication::keyboardModifiers().testFlag(Qt::ShiftModifier));
        });
        connect(header, &QHeaderView::sectionMoved, this, [this, header](int column, int from, int to) {
            {
                const QSignalBlocker quiet(header);
                header->moveSection(to, from);
            }
            Q_EMIT columnMoved(column, to);
        });
    }
    connect(&theme, &Theme::changed, this, &PinnedTable::applyTheme);
    applyTheme();
}

void PinnedTable::setUp(QTableView& view) {
    view.setItemDelegate(new RunTableDelegate(m_theme, &view));
    view.setSelectionBehavior(SelectRows);
    view.setSelectionMode(ExtendedSelection);
    view.setEditTriggers(NoEditTriggers);
    view.setShowGrid(false);
    view.setAlternatingRowColors(false);
    view.setWordWrap(false);
    view.setTabKeyNavigation(false);
    view.setVerticalScrollMode(ScrollPerPixel);
    view.setHorizontalScrollMode(ScrollPerPixel);
    view.verticalHeader()->hide();
    view.verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    view.horizontalHeader()->setSectionsClickable(true);
    view.horizontalHeader()->setSectionsMovable(true);
    view.horizontalHeader()->setFirstSectionMovable(false);  // the marks
    view.horizontalHeader()->setHighlightSections(false);
    view.horizontalHeader()->setMinimumSectionSize(28);
}

void PinnedTable::applyTheme() {
    for (QTableView* view : {static_cast<QTableView*>(this), m_pinned}) {
        view->verticalHeader()->setDefaultSectionSize(m_theme.scaled(metrics::kTableRow));
        view->setFont(m_theme.font(TextRole::Number));
        view->horizontalHeader()->setFixedHeight(m_theme.scaled(metrics::kControlHeight));
    }
    m_pinned->setStyleSheet(QStringLiteral("#pinnedColumns { border: none; border-right: 2px solid %1; }")
                                .arg(m_theme.colour(Role::Border).name()));
    placePinned();
}

void PinnedTable::setModel(QAbstractItemModel* model) {
    QTableView::setModel(model);
    m_pinned->setModel(model);
    m_pinned->setSelectionModel(selectionModel());
    connect(model, &QAbstractItemModel::modelReset, this, [this] { setPinned(m_pinnedColumns); });
}

void PinnedTable::setPinned(int columns) {
    m_pinnedColumns = columns;
    if (model() == nullptr) return;
    for (int column = 0; column < model()->columnCount(); ++column) {
        m_pinned->setColumnHidden(column, column >= columns);
        if (column < columns) m_pinned->setColumnWidth(column, columnWidth(column));
    }
    m_pinned->setVisible(columns > 0);
    placePinned();
}

void PinnedTable::setWidthOf(int column, int width) {
    setColumnWidth(column, width);
    if (column < m_pinnedColumns) m_pinned->setColumnWidth(column, width);
    placePinned();
}

void PinnedTable::editCell(const QModelIndex& index) {
    QTableView& view = index.column() < m_pinnedColumns ? *m_pinned : *this;
    view.edit(index);
}

bool PinnedTable::isEditing() const {
    const QWidget* focus = QApplication::focusWidget();
    return qobject_cast<const QLineEdit*>(focus) != nullptr && isAncestorOf(focus);
}

void PinnedTable::placePinned() {
    int width = 0;
    for (int column = 0; column < m_pinnedColumns && model() != nullptr; ++column)
        width += columnWidth(column);
    // Never all of the view: the other columns have to be reachable.
    width = std::min(width + 2, viewport()->width() * 3 / 4);
    m_pinned->setGeometry(frameWidth(), frameWidth(), width,
                          viewport()->height() + horizontalHeader()->height());
    m_pinned->horizontalHeader()->setFixedHeight(horizontalHeader()->height());
}

void PinnedTable::resizeEvent(QResizeEvent* event) {
    QTableView::resizeEvent(event);
    placePinned();
}

std::vector<int> PinnedTable::selectedRows() const {
    std::vector<int> rows;
    for (const QModelIndex& index : selectionModel()->selectedRows()) rows.push_back(index.row());
    std::sort(rows.begin(), rows.end());
    return rows;
}

void PinnedTable::keyPressEvent(QKeyEvent* event) {
    const int row = currentIndex().row();
    const bool plain = event->modifiers() == Qt::NoModifier || event->modifiers() == Qt::KeypadModifier;
    if (row >= 0 && plain && (event->key() == Qt::Key_Left || event->key() == Qt::Key_Right)) {
        Q_EMIT foldRequested(row, event->key() == Qt::Key_Right);
        return;
    }
    if (row >= 0 && event->key() == Qt::Key_Space) {
        Q_EMIT markRequested(selectedRows());
        return;
    }
    if (row >= 0 && plain && (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter)) {
        Q_EMIT doubleClicked(currentIndex());
        return;
    }
    QTableView::keyPressEvent(event);
}

QModelIndex PinnedTable::moveCursor(CursorAction action, Qt::KeyboardModifiers modifiers) {
    const QModelIndex next = QTableView::moveCursor(action, modifiers);
    // A cursor of rows: it never hides behind the pinned columns.
    return next.isValid() ? next.siblingAtColumn(std::max(0, currentIndex().column())) : next;
}

// Letters jump by name, wherever the cursor stands.
void PinnedTable::keyboardSearch(const QString& search) {
    const int rows = model()->rowCount();
    int column = 0;
    for (int i = 0; i < model()->columnCount(); ++i)
        if (model()->headerData(i, Qt::Horizontal).toString().startsWith(RunTableModel::tr("name")))
            column = i;
    for (int step = 1; step <= rows; ++step) {
        const int row = (std::max(0, currentIndex().row()) + step) % rows;
        if (!model()->index(row, column).data().toString().startsWith(search, Qt::CaseInsensitive)) continue;
        selectRow(row);
        return;
    }
}

void PinnedTable::scrollTo(const QModelIndex& index, ScrollHint hint) {
    if (index.column() >= m_pinnedColumns) {
        QTableView::scrollTo(index, hint);
        return;
    }
    // Up and down only.
    const int place = horizontalScrollBar()->value();
    QTableView::scrollTo(index, hint);
    horizontalScrollBar()->setValue(place);
}

bool PinnedTable::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::MouseButtonPress) {
        auto* view = watched == m_pinned->viewport() ? m_pinned : static_cast<QTableView*>(this);
        const auto* mouse = static_cast<QMouseEvent*>(event);
        const QModelIndex index = view->indexAt(mouse->pos());
        const auto* delegate = qobject_cast<RunTableDelegate*>(view->itemDelegate());
        if (index.isValid() && mouse->button() == Qt::LeftButton && delegate != nullptr &&
            delegate->isExpander(index, view->visualRect(index), mouse->pos())) {
            Q_EMIT foldRequested(index.row(), !index.data(RunTableModel::ExpandedRole).toBool());
            return true;
        }
    }
    return QTableView::eventFilter(watched, event);
}

}  // namespace jumplora
