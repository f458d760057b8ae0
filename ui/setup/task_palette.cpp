// SPDX-License-Identifier: GPL-3.0-or-later
#include "setup/task_palette.h"

#include "parts/follow_font.h"
#include "setup/task_mime.h"
#include "setup/task_palette_model.h"
#include "theme/icons.h"

#include <QDrag>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QSortFilterProxyModel>
#include <QTreeView>
#include <QVBoxLayout>

namespace jumplora {

TaskPalette::TaskPalette(SuiteCatalog& catalog, Theme& theme, QWidget* parent)
    : QWidget(parent),
      m_catalog(catalog),
      m_model(new TaskPaletteModel(catalog, this)),
      m_proxy(new QSortFilterProxyModel(this)),
      m_search(new QLineEdit(this)),
      m_view(new QTreeView(this)) {
    setObjectName("taskPalette");
    setAccessibleName(tr("Tasks"));
    auto* title = new QLabel(tr("Tasks"), this);
    followFont(title, theme, TextRole::CardTitle);
    auto* add = new QPushButton(icon(QStringLiteral("add")), tr("Add files…"), this);
    add->setObjectName("addFiles");
    add->setToolTip(tr("A task file of the reference, or your own rows as CSV, JSON or JSONL"));
    m_search->setObjectName("taskSearch");
    m_search->setPlaceholderText(tr("Search tasks and labels"));
    m_search->setAccessibleName(tr("Search tasks and labels"));
    m_search->setClearButtonEnabled(true);
    m_proxy->setSourceModel(m_model);
    m_proxy->setRecursiveFilteringEnabled(true);
    m_proxy->setAutoAcceptChildRows(true);
    m_proxy->setFilterRole(TaskPaletteModel::kSearchRole);
    m_proxy->setFilterCaseSensitivity(Qt::CaseInsensitive);
    m_view->setObjectName("taskTree");
    m_view->setAccessibleName(tr("Tasks by suite"));
    m_view->setModel(m_proxy);
    m_view->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_view->setDragEnabled(true);
    m_view->setDragDropMode(QAbstractItemView::DragOnly);
    m_view->setUniformRowHeights(true);
    m_view->setExpandsOnDoubleClick(false);
    m_view->setIndentation(14);
    m_view->setHeaderHidden(true);
    m_view->setStyleSheet(QStringLiteral("QTreeView::item { min-height: 24px; padding-right: 6px; }"));
    m_view->header()->setStretchLastSection(false);
    m_view->header()->setSectionResizeMode(TaskPaletteModel::Name, QHeaderView::Stretch);
    m_view->header()->setSectionResizeMode(TaskPaletteModel::Rows, QHeaderView::ResizeToContents);
    m_view->header()->setSectionResizeMode(TaskPaletteModel::Labels, QHeaderView::ResizeToContents);
    m_view->installEventFilter(this);
    m_view->setContextMenuPolicy(Qt::CustomContextMenu);
    m_search->installEventFilter(this);
    auto* line = new QHBoxLayout;
    line->addWidget(title);
    line->addStretch(1);
    line->addWidget(add);
    auto* whole = new QVBoxLayout(this);
    whole->setContentsMargins(0, 0, 0, 0);
    whole->addLayout(line);
    whole->addWidget(m_search);
    whole->addWidget(m_view, 1);
    m_view->expand(m_proxy->index(0, 0));
    connect(m_proxy, &QAbstractItemModel::modelReset, this, [this] { m_view->expand(m_proxy->index(0, 0)); });
    connect(add, &QPushButton::clicked, this, &TaskPalette::addFilesClicked);
    connect(m_search, &QLineEdit::textChanged, this, &TaskPalette::applySearch);
    connect(m_view, &QTreeView::doubleClicked, this, [this](const QModelIndex& index) {
        const QModelIndex source = m_proxy->mapToSource(index);
        if (m_model->task(source) != nullptr) appendSelection();
        if (m_model->task(source) == nullptr) m_view->setExpanded(index, !m_view->isExpanded(index));
    });
    connect(m_view->selectionModel(), &QItemSelectionModel::currentChanged, this,
            [this](const QModelIndex& current) {
                const QModelIndex source = m_proxy->mapToSource(current);
                if (const CatalogTask* task = m_model->task(source))
                    Q_EMIT currentTask(m_model->suite(source)->name, QString::fromStdString(task->info.name));
            });
    connect(m_view, &QWidget::customContextMenuRequested, this, [this](const QPoint& place) {
        QMenu menu(m_view);
        const QModelIndex source = m_proxy->mapToSource(m_view->indexAt(place));
        const CatalogSuite* suite = m_model->suite(source);
        if (m_model->task(source) != nullptr)
            menu.addAction(tr("Append to the sequence"), this, &TaskPalette::appendSelection);
        if (suite != nullptr && m_model->task(source) == nullptr && suite->error.isEmpty())
            menu.addAction(tr("Append all tasks of this suite"), this, [this, suite] {
                QStringList names;
                for (const CatalogTask& task : suite->tasks) names += QString::fromStdString(task.info.name);
                Q_EMIT append(suite->name, names);
            });
        if (suite != nullptr && !suite->error.isEmpty())
            menu.addAction(tr("Locate…"), this, [this, name = suite->name] { Q_EMIT locateClicked(name); });
        menu.addAction(tr("Add files…"), this, &TaskPalette::addFilesClicked);
        menu.exec(m_view->viewport()->mapToGlobal(place));
    });
}

CarriedTasks TaskPalette::selection() const {
    CarriedTasks carried;
    for (const QModelIndex& index : m_view->selectionModel()->selectedRows()) {
        const QModelIndex source = m_proxy->mapToSource(index);
        const CatalogTask* task = m_model->task(source);
        if (task == nullptr) continue;
        if (!carried.rows.empty() && carried.suite != m_model->suite(source)->name) continue;
        carried.suite = m_model->suite(source)->name;
        carried.rows.push_back({{"task", task->info.name}});
    }
    return carried;
}

void TaskPalette::select(const SuiteName& suite, const QString& task) {
    const QModelIndex index = m_proxy->mapFromSource(m_model->indexOf(suite, task));
    if (!index.isValid()) return;
    m_view->setCurrentIndex(index);
    m_view->scrollTo(index);
}

void TaskPalette::appendSelection() {
    const CarriedTasks carried = selection();
    QStringList names;
    for (const Json& row : carried.rows) names += QString::fromStdString(row["task"].get<std::string>());
    if (!names.isEmpty()) Q_EMIT append(carried.suite, names);
}

void TaskPalette::applySearch(const QString& text) {
    m_proxy->setFilterFixedString(text.trimmed());
    if (!text.trimmed().isEmpty()) m_view->expandAll();
}

bool TaskPalette::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() != QEvent::KeyPress) return QWidget::eventFilter(watched, event);
    const int key = static_cast<QKeyEvent*>(event)->key();
    const auto modifiers = static_cast<QKeyEvent*>(event)->modifiers();
    if (watched == m_search && key == Qt::Key_Down) {
        m_view->setFocus(Qt::TabFocusReason);
        return true;
    }
    if (watched == m_view && modifiers == Qt::NoModifier && (key == Qt::Key_Return || key == Qt::Key_Enter)) {
        appendSelection();
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

}  // namespace jumplora
