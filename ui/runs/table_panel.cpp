// SPDX-License-Identifier: GPL-3.0-or-later
#include "runs/table_panel.h"

#include "parts/follow_font.h"
#include "plots/export_dialog.h"
#include "plots/table_model.h"
#include "theme/icons.h"

#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QMenu>
#include <QScrollBar>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>

namespace jumplora {

TablePanel::TablePanel(Theme& theme, const QString& name, const QString& title, QWidget* parent)
    : QFrame(parent),
      m_theme(theme),
      m_name(name),
      m_model(new TableModel(this)),
      m_view(new QTableView(this)),
      m_remark(new QLabel(this)),
      m_head(new QHBoxLayout) {
    setProperty("card", true);
    auto* label = new QLabel(title, this);
    followFont(label, theme, TextRole::CardTitle);
    auto* menuButton = new QToolButton(this);
    menuButton->setIcon(icon(QStringLiteral("more")));
    menuButton->setPopupMode(QToolButton::InstantPopup);
    menuButton->setProperty("bare", true);
    menuButton->setAccessibleName(tr("Take the table away"));
    menuButton->setToolTip(tr("Copy or export the table"));
    auto* menu = new QMenu(menuButton);
    const std::pair<const char*, QString> formats[] = {{"latex", tr("Copy as LaTeX")},
                                                       {"markdown", tr("Copy as Markdown")},
                                                       {"csv", tr("Copy as CSV")},
                                                       {"tsv", tr("Copy for a spreadsheet")}};
    for (const auto& [format, text] : formats)
        menu->addAction(text, this, [this, format = format] { copyAs(QLatin1String(format)); });
    menu->addSeparator();
    menu->addAction(icon(QStringLiteral("export")), tr("Export…"), this, [this] {
        auto* dialog = new ExportDialog(m_model->table(), m_name, m_provenance, this);
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        dialog->show();
    });
    menuButton->setMenu(menu);
    m_head->addWidget(label);
    m_head->addStretch(1);
    m_head->addWidget(menuButton);
    m_remark->setProperty("muted", true);
    m_remark->setWordWrap(true);
    m_remark->hide();
    m_view->setObjectName(name);
    m_view->setAccessibleName(title);
    m_view->setModel(m_model);
    m_view->setShowGrid(false);
    m_view->setWordWrap(false);
    m_view->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_view->setTabKeyNavigation(false);
    m_view->setFrameShape(QFrame::NoFrame);
    m_view->verticalHeader()->hide();
    m_view->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    m_view->horizontalHeader()->setHighlightSections(false);
    m_view->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_view->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(m_view, &QWidget::customContextMenuRequested, this,
            [this, menu](const QPoint& place) { menu->popup(m_view->viewport()->mapToGlobal(place)); });
    connect(m_view, &QTableView::doubleClicked, this, [this](const QModelIndex& index) {
        Q_EMIT columnActivated(
            QString::fromStdString(m_model->table().columns[static_cast<std::size_t>(index.column())].title));
    });
    auto* whole = new QVBoxLayout(this);
    whole->setContentsMargins(metrics::kCardPadding, metrics::kGrid, metrics::kCardPadding, metrics::kGrid);
    whole->setSpacing(metrics::kHalfGrid);
    whole->addLayout(m_head);
    whole->addWidget(m_remark);
    whole->addWidget(m_view, 1);
    connect(&theme, &Theme::changed, this, &TablePanel::fitColumns);
    fitColumns();
}

const Table& TablePanel::table() const { return m_model->table(); }

void TablePanel::setTable(Table table, Provenance provenance) {
    m_provenance = std::move(provenance);
    m_model->setTable(std::move(table));
    fitColumns();
}

void TablePanel::fitColumns() {
    m_view->setFont(m_theme.font(TextRole::Number));
    m_view->verticalHeader()->setDefaultSectionSize(m_theme.scaled(metrics::kTableRow));
    // Tables here have tens of rows; their columns may be measured.
    m_view->resizeColumnsToContents();
    constexpr int kMost = 320;
    constexpr int kAir = 12;
    for (int column = 0; column < m_model->columnCount(); ++column)
        m_view->setColumnWidth(column, std::min(m_view->columnWidth(column) + kAir, m_theme.scaled(kMost)));
}

void TablePanel::setRemark(const QString& sentence) {
    m_remark->setText(sentence);
    m_remark->setVisible(!sentence.isEmpty());
}

int TablePanel::heightFor(int rows) const {
    const QMargins margins = layout()->contentsMargins();
    int height = margins.top() + margins.bottom() + m_head->sizeHint().height() + layout()->spacing();
    const int inner = width() - margins.left() - margins.right();
    if (!m_remark->isHidden()) height += m_remark->heightForWidth(inner) + layout()->spacing();
    // With a scroll bar for columns that do not fit.
    return height + m_view->horizontalHeader()->sizeHint().height() +
           rows * m_view->verticalHeader()->defaultSectionSize() +
           m_view->horizontalScrollBar()->sizeHint().height() + 2 * m_view->frameWidth() + 4;
}

void TablePanel::addControl(QWidget* control) { m_head->insertWidget(m_head->count() - 1, control); }

void TablePanel::copyAs(const QString& format) {
    const Table& table = m_model->table();
    const QString text = format == QLatin1String("tsv")
                             ? toTsv(table)
                             : QString::fromStdString(writeTable(table, format.toStdString()));
    QApplication::clipboard()->setText(text);
    Q_EMIT copied(tr("The table is on the clipboard."));
}

void TablePanel::keyPressEvent(QKeyEvent* event) {
    if (event->matches(QKeySequence::Copy)) {
        copyAs(QStringLiteral("tsv"));
        return;
    }
    if (event->key() == Qt::Key_C && event->modifiers() == (Qt::ControlModifier | Qt::ShiftModifier)) {
        copyAs(QStringLiteral("latex"));
        return;
    }
    QFrame::keyPressEvent(event);
}

}  // namespace jumplora
