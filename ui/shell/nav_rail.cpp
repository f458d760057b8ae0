// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/nav_rail.h"

#include "session/window_context.h"
#include "theme/icons.h"

#include <QAction>
#include <QPainter>
#include <QToolButton>
#include <QVBoxLayout>
#include <utility>

namespace jumplora {
namespace {

constexpr int kIconSize = 24;
constexpr int kTextRoom = 20;  // grows with the text, the icon does not: all places fit at any size
constexpr int kButtonRoom = 16;

}  // namespace

class NavRail::Button : public QToolButton {
  public:
    Button(WindowContext& context, QAction* action, QWidget* parent)
        : QToolButton(parent), m_context(context) {
        setDefaultAction(action);
        setToolButtonStyle(Qt::ToolButtonTextUnderIcon);
        setIconSize({kIconSize, kIconSize});
        setFocusPolicy(Qt::StrongFocus);
        setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
        // Of the place, not of the command: "Live", not "Show Live".
        setText(action->iconText());
        setAccessibleName(text());
        setMinimumHeight(kIconSize + context.theme.scaled(kTextRoom) + kButtonRoom);
    }

    void setBadge(const QString& text, const QString& meaning) {
        m_badge = text;
        setAccessibleName(meaning.isEmpty() ? this->text() : this->text() + QStringLiteral(", ") + meaning);
        setAccessibleDescription(meaning);
        update();
    }

    void setCurrent(bool current) {
        m_current = current;
        update();
    }

  protected:
    void paintEvent(QPaintEvent* event) override {
        Q_UNUSED(event);
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        const Theme& theme = m_context.theme;
        if (m_current || underMouse()) {
            painter.setPen(Qt::NoPen);
            painter.setBrush(theme.colour(m_current ? Role::Selected : Role::Hover));
            painter.drawRoundedRect(rect().adjusted(4, 2, -4, -2), metrics::kRadius, metrics::kRadius);
        }
        if (hasFocus()) {
            painter.setPen(QPen(theme.colour(Role::Accent), 2));
            painter.setBrush(Qt::NoBrush);
            painter.drawRoundedRect(rect().adjusted(4, 3, -4, -3), metrics::kRadius, metrics::kRadius);
        }
        const int textHeight = fontMetrics().height();
        const int top = (height() - kIconSize - textHeight - 4) / 2;
        const QRect iconRect((width() - kIconSize) / 2, top, kIconSize, kIconSize);
        const QColor colour = theme.colour(m_current ? Role::Text : Role::MutedText);
        painter.drawPixmap(iconRect.topLeft(),
                           iconPixmap(m_iconName, colour, kIconSize, devicePixelRatioF()));
        painter.setPen(colour);
        painter.drawText(QRect(0, iconRect.bottom() + 4, width(), textHeight), Qt::AlignHCenter, text());
        if (!m_badge.isEmpty()) paintBadge(painter, iconRect);
    }

  private:
    void paintBadge(QPainter& painter, const QRect& iconRect) const {
        const Theme& theme = m_context.theme;
        QFont font = theme.font(TextRole::Small);
        font.setBold(true);
        painter.setFont(font);
        const QFontMetrics metrics(font);
        const int height = metrics.height();
        const int width = std::max(height, metrics.horizontalAdvance(m_badge) + 8);
        const QRect place(std::min(iconRect.right() - 4, this->width() - width - 4),
                          std::max(2, iconRect.top() - height / 3), width, height);
        painter.setPen(Qt::NoPen);
        painter.setBrush(theme.colour(Role::Accent));
        painter.drawRoundedRect(place, height / 2.0, height / 2.0);
        painter.setPen(theme.colour(Role::OnAccent));
        painter.drawText(place, Qt::AlignCenter, m_badge);
    }

    friend class NavRail;
    WindowContext& m_context;
    QString m_badge;
    QString m_iconName;
    bool m_current = false;
};

NavRail::NavRail(WindowContext& context, QWidget* parent)
    : QFrame(parent), m_context(context), m_layout(new QVBoxLayout(this)) {
    setObjectName(QStringLiteral("navRail"));
    setAccessibleName(tr("Pages"));
    m_layout->setContentsMargins(0, metrics::kGrid, 0, metrics::kGrid);
    m_layout->setSpacing(2);
    m_layout->addStretch();
    const auto resize = [this] {
        setFixedWidth(m_context.theme.scaled(metrics::kRailWidth));
        for (Button* button : std::as_const(m_buttons))
            button->setMinimumHeight(kIconSize + m_context.theme.scaled(kTextRoom) + kButtonRoom);
    };
    connect(&context.theme, &Theme::changed, this, resize);
    resize();
}

void NavRail::addPlace(const QString& page, const QString& actionId, bool atBottom) {
    QAction* action = m_context.actions.action(actionId);
    auto* button = new Button(m_context, action, this);
    button->setObjectName(QStringLiteral("nav.") + page);
    button->m_iconName = m_context.actions.info(actionId)->icon;
    const int places = m_layout->count();
    // Above the stretch; what belongs at the bottom comes after it.
    m_layout->insertWidget(atBottom ? places : places - 1, button);
    m_buttons.insert(page, button);
}

void NavRail::setCurrent(const QString& place) {
    for (auto each = m_buttons.cbegin(); each != m_buttons.cend(); ++each)
        each.value()->setCurrent(each.key() == place);
}

void NavRail::setBadge(const QString& page, const QString& text, const QString& meaning) {
    if (Button* button = m_buttons.value(page)) button->setBadge(text, meaning);
}

}  // namespace jumplora
