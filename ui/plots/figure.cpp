// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/figure.h"

#include "plots/accessible_figure.h"
#include "plots/export_dialog.h"
#include "plots/table_model.h"

#include <QClipboard>
#include <QContextMenuEvent>
#include <QGuiApplication>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QMenu>
#include <QMimeData>
#include <QPainter>
#include <QStackedLayout>
#include <QTableView>

namespace jumplora {

Figure::Figure(const Theme& theme, const QString& name, const QString& title, QWidget* parent)
    : QWidget(parent),
      m_theme(theme),
      m_title(title),
      m_layers(new QStackedLayout(this)),
      m_placeholder(new QLabel(this)) {
    installFigureAccessibility();
    setObjectName(name);
    setAccessibleName(title);
    m_placeholder->setObjectName(name + QStringLiteral("Placeholder"));
    m_placeholder->setAlignment(Qt::AlignCenter);
    m_placeholder->setWordWrap(true);
    m_placeholder->setForegroundRole(QPalette::PlaceholderText);
    m_placeholder->setMargin(metrics::kPageMargin);
    m_layers->addWidget(m_placeholder);
    connect(&theme, &Theme::changed, this, [this] {
        themeChanged();
        requestDraw();
    });
}

Figure::~Figure() { DrawScheduler::shared().forget(this); }

void Figure::setTitle(const QString& title) {
    if (title == m_title) return;
    m_title = title;
    setAccessibleName(title);
    Q_EMIT titleChanged(title);
}

void Figure::setPlaceholder(const QString& sentence) {
    m_placeholder->setText(sentence);
    if (isVisible()) refreshParts();
}

void Figure::setPicture(QWidget* picture) {
    m_picture = picture;
    picture->installEventFilter(this);
    setFocusProxy(picture);
    m_layers->addWidget(picture);
}

void Figure::refreshParts() {
    if (isTableShown()) {
        m_tableModel->setTable(table());
    } else {
        m_layers->setCurrentWidget(hasData() || m_placeholder->text().isEmpty() ? m_picture.data()
                                                                                : m_placeholder);
    }
}

bool Figure::isTableShown() const {
    return m_tableView != nullptr && m_layers->currentWidget() == m_tableView;
}

void Figure::createTable() {
    m_tableView = new QTableView(this);
    m_tableView->setObjectName(objectName() + QStringLiteral("Table"));
    m_tableView->setAccessibleName(tr("%1, as a table").arg(m_title));
    m_tableModel = new TableModel(m_tableView);
    m_tableView->setModel(m_tableModel);
    m_tableView->setWordWrap(false);
    m_tableView->verticalHeader()->hide();
    m_tableView->verticalHeader()->setDefaultSectionSize(m_theme.scaled(metrics::kTableRow));
    m_tableView->installEventFilter(this);
    m_layers->addWidget(m_tableView);
}

void Figure::showTable(bool shown) {
    if (shown == isTableShown()) return;
    if (shown) {
        if (m_tableView == nullptr) createTable();
        m_tableModel->setTable(table());
        m_layers->setCurrentWidget(m_tableView);
        setFocusProxy(m_tableView);
        // Widths from the first rows only: a long table would take seconds.
        constexpr int kRowsForWidths = 50;
        m_tableView->horizontalHeader()->setResizeContentsPrecision(kRowsForWidths);
        m_tableView->resizeColumnsToContents();
        const auto [row, column] = tableCursor();
        m_tableView->setCurrentIndex(m_tableModel->index(row, column));
        m_tableView->setFocus();
    } else {
        const QModelIndex cell = m_tableView->currentIndex();
        m_layers->setCurrentWidget(m_picture);
        setFocusProxy(m_picture);
        m_picture->setFocus();
        if (cell.isValid()) setTableCursor(cell.row(), cell.column());
        refreshParts();
        requestDraw();
    }
    Q_EMIT tableShown(shown);
}

void Figure::copyImageAndTsv() const {
    auto* data = new QMimeData;
    const FigureStyle style = FigureStyle::screen(m_theme);
    constexpr double kRatio = 2;
    const QSize size = (m_picture.isNull() ? this->size() : m_picture->size()).expandedTo({320, 200});
    QImage image(size * kRatio, QImage::Format_RGB32);
    image.setDevicePixelRatio(kRatio);
    image.fill(style.colour(Role::Card));
    QPainter painter(&image);
    painter.setRenderHint(QPainter::Antialiasing);
    paint(painter, QRectF(QPointF(), size), style);
    painter.end();
    data->setImageData(image);
    const QString text = toTsv(table());
    data->setText(text);
    data->setData(QStringLiteral("text/tab-separated-values"), text.toUtf8());
    QGuiApplication::clipboard()->setMimeData(data);
}

void Figure::copyForPaper() const {
    auto* data = new QMimeData;
    ExportSettings settings;
    if (isTableShown()) {
        settings.format = QStringLiteral("latex");
        data->setText(QString::fromUtf8(renderFigure(*this, settings)));
    } else {
        settings.heightMm = settings.widthMm * paperRatio();
        data->setData(QStringLiteral("application/pdf"), renderFigure(*this, settings));
        settings.format = QStringLiteral("svg");
        data->setData(QStringLiteral("image/svg+xml"), renderFigure(*this, settings));
    }
    QGuiApplication::clipboard()->setMimeData(data);
}

void Figure::openExport() {
    // Not modal: a run in the window goes on, and so does looking at it.
    auto* dialog = new ExportDialog(*this, window());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->show();
}

QMenu* Figure::createMenu(QWidget* parent) {
    auto* menu = new QMenu(parent);
    QAction* asTable = menu->addAction(tr("Show as table"));
    asTable->setObjectName(QStringLiteral("figureTableAction"));
    asTable->setCheckable(true);
    asTable->setChecked(isTableShown());
    asTable->setShortcut(Qt::Key_F6);
    connect(asTable, &QAction::triggered, this, &Figure::showTable);
    QAction* copy = menu->addAction(tr("Copy image and numbers"));
    copy->setShortcut(QKeySequence::Copy);
    connect(copy, &QAction::triggered, this, &Figure::copyImageAndTsv);
    QAction* toFile = menu->addAction(tr("Export…"));
    toFile->setObjectName(QStringLiteral("figureExportAction"));
    toFile->setShortcut(QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_X));
    connect(toFile, &QAction::triggered, this, &Figure::openExport);
    const QList<QAction*> own = ownActions();
    if (!own.isEmpty()) menu->addSeparator();
    menu->addActions(own);
    // Shown in the menu only: the keys are handled where the focus is.
    for (QAction* action : menu->actions()) action->setShortcutContext(Qt::WidgetShortcut);
    return menu;
}

Figure* Figure::containing(QWidget* widget) {
    for (; widget != nullptr; widget = widget->parentWidget()) {
        if (auto* figure = qobject_cast<Figure*>(widget)) return figure;
    }
    return nullptr;
}

bool Figure::canBeSeen() const {
    // Of the child: it covers the figure, whose own region is empty therefore.
    const QWidget* shown = m_layers->currentWidget();
    return isVisible() && !window()->isMinimized() && shown != nullptr && !shown->visibleRegion().isEmpty();
}

void Figure::requestDraw() {
    m_waiting = true;
    DrawScheduler::shared().request(this);
    // What has no data yet shows its sentence at once.
    if (isVisible() && m_layers->currentWidget() != m_picture && !isTableShown() && hasData()) refreshParts();
}

void Figure::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_F6 && event->modifiers() == Qt::NoModifier)
        showTable(!isTableShown());
    else if (event->matches(QKeySequence::Copy))
        copyImageAndTsv();
    else if (event->key() == Qt::Key_C && event->modifiers() == (Qt::ControlModifier | Qt::ShiftModifier))
        copyForPaper();
    else if (event->key() == Qt::Key_X && event->modifiers() == (Qt::ControlModifier | Qt::ShiftModifier))
        openExport();
    else
        QWidget::keyPressEvent(event);
}

void Figure::contextMenuEvent(QContextMenuEvent* event) {
    QMenu* menu = createMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->popup(event->globalPos());
}

void Figure::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    refreshParts();
    requestDraw();
}

bool Figure::eventFilter(QObject* watched, QEvent* event) {
    // Scrolled into view: what was put off is drawn now.
    if (watched == m_picture && event->type() == QEvent::Paint && m_waiting) {
        m_waiting = false;
        DrawScheduler::shared().request(this);
    }
    if (watched == m_tableView && event->type() == QEvent::KeyPress) {
        auto* key = static_cast<QKeyEvent*>(event);
        if (key->key() == Qt::Key_F6 || key->matches(QKeySequence::Copy) ||
            (key->key() == Qt::Key_C && key->modifiers() == (Qt::ControlModifier | Qt::ShiftModifier))) {
            keyPressEvent(key);
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

}  // namespace jumplora
