// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/help_page.h"

#include "session/window_context.h"
#include "shell/help_topics.h"

#include <QDesktopServices>
#include <QDir>
#include <QScrollBar>
#include <QSplitter>
#include <QTextBlock>
#include <QTextBrowser>
#include <QTextDocument>
#include <QTreeWidget>
#include <QVBoxLayout>

namespace jumplora {
namespace {

constexpr int kContentsWidth = 240;

}  // namespace

HelpPage::HelpPage(WindowContext& context, QWidget* parent)
    : Page(QStringLiteral("helpPage"), tr("Help"), parent),
      m_text(new QTextBrowser(this)),
      m_contents(new QTreeWidget(this)) {
    m_text->setObjectName(QStringLiteral("helpText"));
    m_text->setOpenLinks(false);
    m_text->document()->setDocumentMargin(metrics::kPageMargin);
    m_contents->setObjectName(QStringLiteral("helpContents"));
    m_contents->setAccessibleName(tr("Topics"));
    m_contents->setHeaderHidden(true);
    m_contents->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    fillContents();
    auto* splitter = new QSplitter(this);
    splitter->addWidget(m_contents);
    splitter->addWidget(m_text);
    splitter->setStretchFactor(1, 1);
    splitter->setSizes({context.theme.scaled(kContentsWidth), 1});
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(metrics::kPageMargin, 0, metrics::kPageMargin, metrics::kPageMargin);
    layout->addWidget(splitter);
    const auto show = [this](const QTreeWidgetItem* item) {
        showTopic(item->data(0, Qt::UserRole).toString());
    };
    connect(m_contents, &QTreeWidget::itemActivated, this, show);
    connect(m_contents, &QTreeWidget::itemClicked, this, show);
    connect(m_text, &QTextBrowser::anchorClicked, this, &HelpPage::follow);
    // Links take their colour when the text is read.
    connect(&context.theme, &Theme::changed, this, [this] {
        if (m_text->source().isEmpty()) return;
        const int place = m_text->verticalScrollBar()->value();
        m_text->reload();
        m_text->verticalScrollBar()->setValue(place);
    });
}

// The pages; their headings below them.
void HelpPage::fillContents() {
    QTreeWidgetItem* page = nullptr;
    for (const HelpTopic& topic : helpTopics()) {
        auto* item =
            topic.level > 1 && page != nullptr ? new QTreeWidgetItem(page) : new QTreeWidgetItem(m_contents);
        item->setText(0, topic.title);
        item->setToolTip(0, topic.title);
        item->setData(0, Qt::UserRole, topic.address);
        if (topic.level == 1) page = item;
    }
}

void HelpPage::showTopic(const QString& address) {
    const QString page = address.section(QLatin1Char('#'), 0, 0);
    const QString slug = address.section(QLatin1Char('#'), 1);
    const QDir folder(QString::fromStdString(docsFolder().string()));
    if (docsFolder().empty() || !folder.exists(page)) {
        m_text->setPlainText(tr("The page %1 of the documentation is not installed.").arg(page));
        return;
    }
    m_text->setSource(QUrl::fromLocalFile(folder.filePath(page)), QTextDocument::MarkdownResource);
    for (int i = 0; i < m_contents->topLevelItemCount(); ++i) {
        QTreeWidgetItem* item = m_contents->topLevelItem(i);
        item->setExpanded(item->data(0, Qt::UserRole).toString().startsWith(page + QLatin1Char('#')));
    }
    scrollTo(slug);
}

// Headings of Markdown have no anchors here; they are found by their text.
void HelpPage::scrollTo(const QString& slug) {
    for (QTextBlock block = m_text->document()->begin(); block.isValid(); block = block.next()) {
        if (block.blockFormat().headingLevel() == 0 || slugOf(block.text()) != slug) continue;
        m_text->setTextCursor(QTextCursor(block));
        const QRect place = m_text->cursorRect();
        m_text->verticalScrollBar()->setValue(m_text->verticalScrollBar()->value() + place.top());
        return;
    }
}

void HelpPage::follow(const QUrl& link) {
    if (link.scheme().startsWith(QLatin1String("http"))) {
        QDesktopServices::openUrl(link);
        return;
    }
    const QString page = link.path().section(QLatin1Char('/'), -1);
    showTopic((page.isEmpty() ? m_text->source().fileName() : page) + QLatin1Char('#') + link.fragment());
}

}  // namespace jumplora
