// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/notice_strip.h"

#include "session/window_context.h"
#include "theme/icons.h"

#include <QAccessible>
#include <QHBoxLayout>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>

namespace jumplora {
namespace {

constexpr int kMostNotices = 50;
constexpr int kDetailsHeight = 120;
constexpr int kSecond = 1000;

QString iconOf(Notice::Kind kind) {
    switch (kind) {
        case Notice::Kind::Error:
            return QStringLiteral("error");
        case Notice::Kind::Warning:
            return QStringLiteral("warning");
        default:
            return QStringLiteral("info");
    }
}

}  // namespace

NoticeStrip::NoticeStrip(WindowContext& context, QWidget* parent)
    : QFrame(parent),
      m_context(context),
      m_icon(new QLabel(this)),
      m_sentence(new QLabel(this)),
      m_action(new QPushButton(this)),
      m_detailsButton(new QPushButton(tr("Details"), this)),
      m_close(new QToolButton(this)),
      m_details(new QPlainTextEdit(this)) {
    setObjectName(QStringLiteral("noticeStrip"));
    m_sentence->setObjectName(QStringLiteral("noticeSentence"));
    m_sentence->setWordWrap(true);
    m_sentence->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_action->setObjectName(QStringLiteral("noticeAction"));
    m_detailsButton->setObjectName(QStringLiteral("noticeDetails"));
    m_detailsButton->setCheckable(true);
    m_close->setObjectName(QStringLiteral("noticeClose"));
    m_close->setIcon(icon(QStringLiteral("close")));
    m_close->setToolTip(tr("Close this message"));
    m_close->setAccessibleName(tr("Close message"));
    m_close->setFixedSize(metrics::kHitTarget, metrics::kHitTarget);
    m_details->setObjectName(QStringLiteral("noticeDetailsText"));
    m_details->setReadOnly(true);
    m_details->setAccessibleName(tr("Details of the message"));
    m_details->setFixedHeight(kDetailsHeight);
    m_details->hide();

    auto* line = new QHBoxLayout;
    line->setSpacing(metrics::kGrid);
    line->addWidget(m_icon);
    line->addWidget(m_sentence, 1);
    line->addWidget(m_action);
    line->addWidget(m_detailsButton);
    line->addWidget(m_close);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(metrics::kPageMargin, metrics::kHalfGrid, metrics::kGrid, metrics::kHalfGrid);
    layout->setSpacing(metrics::kHalfGrid);
    layout->addLayout(line);
    layout->addWidget(m_details);

    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, &NoticeStrip::closeCurrent);
    connect(m_close, &QToolButton::clicked, this, &NoticeStrip::closeCurrent);
    connect(m_detailsButton, &QPushButton::toggled, m_details, &QWidget::setVisible);
    connect(m_action, &QPushButton::clicked, this, [this] {
        if (m_notices.isEmpty()) return;
        const auto action = m_notices.last().action;
        closeCurrent();
        if (action) action();
    });
    connect(&context.theme, &Theme::changed, this, &NoticeStrip::restyle);
    hide();
}

void NoticeStrip::add(const Notice& notice) {
    if (!notice.id.isEmpty()) m_notices.removeIf([&](const Notice& each) { return each.id == notice.id; });
    // The same sentence twice says nothing new.
    m_notices.removeIf([&](const Notice& each) { return each.sentence == notice.sentence; });
    m_notices.append(notice);
    if (m_notices.size() > kMostNotices) m_notices.removeFirst();
    showCurrent();
}

void NoticeStrip::closeCurrent() {
    if (!m_notices.isEmpty()) m_notices.removeLast();
    showCurrent();
}

void NoticeStrip::remove(const QString& id) {
    m_notices.removeIf([&](const Notice& each) { return each.id == id; });
    showCurrent();
}

void NoticeStrip::showCurrent() {
    m_timer.stop();
    m_detailsButton->setChecked(false);
    if (m_notices.isEmpty()) {
        hide();
        return;
    }
    const Notice& notice = m_notices.last();
    m_sentence->setText(notice.sentence);
    m_action->setText(notice.actionText);
    m_action->setVisible(!notice.actionText.isEmpty());
    m_details->setPlainText(notice.details);
    m_detailsButton->setVisible(!notice.details.isEmpty());
    restyle();
    show();
    if (notice.seconds > 0) m_timer.start(notice.seconds * kSecond);
    QAccessibleEvent event(this, QAccessible::Alert);
    QAccessible::updateAccessibility(&event);
}

void NoticeStrip::restyle() {
    if (m_notices.isEmpty()) return;
    const Notice::Kind kind = m_notices.last().kind;
    const Theme& theme = m_context.theme;
    const Role background = kind == Notice::Kind::Error     ? Role::NoticeError
                            : kind == Notice::Kind::Warning ? Role::NoticeWarning
                                                            : Role::Raised;
    setStyleSheet(QStringLiteral("#noticeStrip { background: %1; border-top: 1px solid %2; }")
                      .arg(theme.colour(background).name(), theme.colour(Role::Border).name()));
    const QColor colour = theme.colour(kind == Notice::Kind::Error ? Role::Error : Role::Text);
    m_icon->setPixmap(iconPixmap(iconOf(kind), colour, metrics::kIcon, devicePixelRatioF()));
    m_details->setFont(theme.font(TextRole::Mono));
    setAccessibleName(m_notices.last().sentence);
}

}  // namespace jumplora
