// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/page_header.h"

#include "parts/page.h"
#include "session/window_context.h"
#include "theme/icons.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QToolButton>

namespace jumplora {

PageHeader::PageHeader(WindowContext& context, QWidget* parent)
    : QFrame(parent),
      m_context(context),
      m_layout(new QHBoxLayout(this)),
      m_title(new QLabel(this)),
      m_menuButton(new QToolButton(this)),
      m_menu(new QMenu(this)) {
    setObjectName(QStringLiteral("pageHeader"));
    m_title->setObjectName(QStringLiteral("pageTitle"));
    m_menuButton->setObjectName(QStringLiteral("pageMenu"));
    m_menuButton->setIcon(icon(QStringLiteral("more")));
    m_menuButton->setToolTip(tr("Everything this page can do"));
    m_menuButton->setAccessibleName(tr("Page menu"));
    m_menuButton->setPopupMode(QToolButton::InstantPopup);
    m_menuButton->setProperty("bare", true);
    m_menuButton->setMenu(m_menu);
    m_menuButton->setFixedSize(metrics::kHitTarget, metrics::kHitTarget);
    m_layout->setContentsMargins(metrics::kPageMargin, metrics::kHalfGrid, metrics::kPageMargin,
                                 metrics::kHalfGrid);
    m_layout->setSpacing(metrics::kPageMargin);
    m_layout->addWidget(m_title);
    m_layout->addStretch();
    m_layout->addWidget(m_menuButton);
    connect(m_menu, &QMenu::aboutToShow, this, &PageHeader::fillMenu);
    const auto restyle = [this] {
        m_title->setFont(m_context.theme.font(TextRole::PageTitle));
        setMinimumHeight(m_context.theme.scaled(metrics::kHeaderHeight));
    };
    connect(&context.theme, &Theme::changed, this, restyle);
    restyle();
}

void PageHeader::setPage(Page* page) {
    if (m_page != nullptr) disconnect(m_page, nullptr, this, nullptr);
    if (m_controls != nullptr) {
        m_layout->removeWidget(m_controls);
        m_controls->hide();
    }
    m_page = page;
    m_controls = page->header();
    m_title->setText(page->title());
    connect(page, &Page::titleChanged, this, [this] { m_title->setText(m_page->title()); });
    m_layout->setStretch(1, m_controls == nullptr ? 1 : 0);
    if (m_controls != nullptr) {
        // Between the title's stretch and the menu.
        m_layout->insertWidget(2, m_controls, 1);
        m_controls->show();
    }
    bool any = false;
    for (const ActionInfo& info : m_context.actions.all()) any = any || info.page == page->objectName();
    m_menuButton->setVisible(any);
}

void PageHeader::fillMenu() {
    m_menu->clear();
    for (const ActionInfo& info : m_context.actions.all())
        if (m_page != nullptr && info.page == m_page->objectName())
            m_menu->addAction(m_context.actions.action(info.id));
}

}  // namespace jumplora
