// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/figure_panel.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QToolButton>
#include <QVBoxLayout>

namespace jumplora {

FigurePanel::FigurePanel(Figure* figure, QWidget* parent)
    : QFrame(parent),
      m_figure(figure),
      m_head(new QHBoxLayout),
      m_title(new QLabel(figure->title(), this)),
      m_menu(new QToolButton(this)) {
    setProperty("card", true);
    setFrameShape(QFrame::StyledPanel);
    const Theme& theme = figure->theme();
    m_title->setFont(theme.font(TextRole::CardTitle));
    connect(&theme, &Theme::changed, this,
            [this, &theme] { m_title->setFont(theme.font(TextRole::CardTitle)); });
    connect(figure, &Figure::titleChanged, m_title, &QLabel::setText);
    m_menu->setText(QStringLiteral("⋯"));
    m_menu->setAutoRaise(true);
    m_menu->setToolTip(tr("Table, export, copy and more"));
    m_menu->setAccessibleName(tr("Menu of %1").arg(figure->title()));
    m_menu->setMinimumSize(metrics::kHitTarget, metrics::kHitTarget);
    connect(m_menu, &QToolButton::clicked, this, [this] {
        QMenu* menu = m_figure->createMenu(this);
        menu->setAttribute(Qt::WA_DeleteOnClose);
        menu->popup(m_menu->mapToGlobal(QPoint(0, m_menu->height())));
    });
    m_head->addWidget(m_title);
    m_head->addStretch(1);
    m_head->addWidget(m_menu);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(metrics::kCardPadding, metrics::kHalfGrid, metrics::kCardPadding,
                               metrics::kGrid);
    layout->setSpacing(metrics::kHalfGrid);
    layout->addLayout(m_head);
    layout->addWidget(figure, 1);
}

void FigurePanel::addControl(QWidget* control) { m_head->insertWidget(m_head->count() - 1, control); }

void FigurePanel::addBelowTitle(QWidget* widget) {
    static_cast<QVBoxLayout*>(layout())->insertWidget(layout()->count() - 1, widget);
}

}  // namespace jumplora
