// SPDX-License-Identifier: GPL-3.0-or-later
#include "live/card.h"

#include <QAccessible>
#include <QApplication>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QMenu>
#include <QPainter>
#include <QToolButton>
#include <QVBoxLayout>

namespace jumplora {

Card::Card(const Theme& theme, const QString& name, const QString& title, QWidget* parent)
    : QFrame(parent), m_theme(theme), m_title(title), m_body(new QVBoxLayout(this)) {
    setObjectName(name);
    setProperty("card", true);
    setFrameShape(QFrame::StyledPanel);
    setAccessibleName(title);
    m_header = new CardHeader(*this);
    m_body->setContentsMargins(metrics::kCardPadding, 2, metrics::kHalfGrid, metrics::kHalfGrid);
    m_body->setSpacing(2);
    m_body->addWidget(m_header);
}

void Card::setWarning(const QString& warning) {
    if (warning == m_warning) return;
    m_warning = warning;
    m_header->setText(warning.isEmpty() ? m_title : QStringLiteral("▲ %1: %2").arg(m_title, warning));
    setAccessibleName(warning.isEmpty() ? m_title : m_title + QStringLiteral(": ") + warning);
}

void Card::addControl(QWidget* control) { m_header->addControl(control); }

void Card::setMaximised(bool maximised) {
    m_maximised = maximised;
    m_header->setMaximised(maximised);
    for (Figure* figure : m_figures) figure->setFirst(maximised);
    maximisedChanged();
}

QString Card::summary() const { return m_menuFigure == nullptr ? m_title : m_menuFigure->summary(); }

void Card::addFigure(Figure* figure, int stretch) {
    if (m_menuFigure == nullptr) m_menuFigure = figure;
    m_figures += figure;
    addBody(figure, stretch);
}

void Card::addBody(QWidget* body, int stretch) { m_body->addWidget(body, stretch); }

void Card::showMenu() {
    QMenu* menu = m_menuFigure == nullptr ? new QMenu(this) : m_menuFigure->createMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    if (!menu->isEmpty()) menu->addSeparator();
    const auto add = [&](const QString& text, const QKeySequence& keys, auto&& slot) {
        QAction* action = menu->addAction(text);
        action->setShortcut(keys);
        action->setShortcutContext(Qt::WidgetShortcut);
        connect(action, &QAction::triggered, this, slot);
    };
    add(m_maximised ? tr("Back to the grid") : tr("Maximise"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_M),
        [this] { Q_EMIT maximiseWanted(); });
    if (!m_maximised) {
        add(tr("Move left"), QKeySequence(Qt::CTRL | Qt::Key_Left), [this] { Q_EMIT moveWanted(-1, 0); });
        add(tr("Move right"), QKeySequence(Qt::CTRL | Qt::Key_Right), [this] { Q_EMIT moveWanted(1, 0); });
        add(tr("Wider"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_Right),
            [this] { Q_EMIT spanWanted(1, 0); });
        add(tr("Narrower"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_Left),
            [this] { Q_EMIT spanWanted(-1, 0); });
        add(tr("Taller"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_Down),
            [this] { Q_EMIT spanWanted(0, 1); });
        add(tr("Lower"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_Up),
            [this] { Q_EMIT spanWanted(0, -1); });
        add(tr("Hide card"), QKeySequence(Qt::Key_Delete), [this] { Q_EMIT hideWanted(); });
    }
    menu->popup(
        m_header->mapToGlobal(QPoint(m_header->width() - menu->sizeHint().width(), m_header->height())));
}

CardHeader::CardHeader(Card& card)
    : QFrame(&card), m_card(card), m_row(new QHBoxLayout(this)), m_title(new QLabel(card.title(), this)) {
    setObjectName(card.objectName() + QStringLiteral("Header"));
    setFocusPolicy(Qt::StrongFocus);
    setCursor(Qt::OpenHandCursor);
    setAccessibleName(Card::tr("Header of %1").arg(card.title()));
    setAccessibleDescription(
        Card::tr("Ctrl and arrows move the card, Ctrl+Shift and arrows change its size, Delete hides it"));
    setToolTip(Card::tr("Drag to move, double click to maximise"));
    m_title->setFont(card.theme().font(TextRole::CardTitle));
    connect(&card.theme(), &Theme::changed, this,
            [this] { m_title->setFont(m_card.theme().font(TextRole::CardTitle)); });
    m_title->setAttribute(Qt::WA_TransparentForMouseEvents);
    // A long warning must not push the buttons out.
    m_title->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_row->setContentsMargins(metrics::kHalfGrid, 0, 0, 0);  // room for the focus ring
    m_row->setSpacing(2);
    m_row->addWidget(m_title, 1);
    m_maximise =
        makeButton(QStringLiteral("⤢"), Card::tr("Maximise %1"), Card::tr("Maximise (Ctrl+Shift+M)"));
    connect(m_maximise, &QToolButton::clicked, &card, &Card::maximiseWanted);
    auto* menu =
        makeButton(QStringLiteral("⋯"), Card::tr("Menu of %1"), Card::tr("Table, export, size and more"));
    connect(menu, &QToolButton::clicked, &card, &Card::showMenu);
    auto* hide = makeButton(QStringLiteral("✕"), Card::tr("Hide %1"), Card::tr("Hide (Delete)"));
    connect(hide, &QToolButton::clicked, &card, &Card::hideWanted);
}

QToolButton* CardHeader::makeButton(const QString& sign, const QString& name, const QString& toolTip) {
    auto* button = new QToolButton(this);
    button->setText(sign);
    button->setAutoRaise(true);
    button->setAccessibleName(name.arg(m_card.title()));
    button->setToolTip(toolTip);
    button->setFixedSize(metrics::kHitTarget, metrics::kHitTarget);
    button->setCursor(Qt::ArrowCursor);
    m_row->addWidget(button);
    return button;
}

void CardHeader::setText(const QString& text) {
    m_title->setText(text);
    m_title->setToolTip(text);
}

void CardHeader::addControl(QWidget* control) {
    control->setCursor(Qt::ArrowCursor);
    m_row->insertWidget(m_row->count() - 3, control);
}

void CardHeader::setMaximised(bool maximised) {
    m_maximise->setText(maximised ? QStringLiteral("⤡") : QStringLiteral("⤢"));
    m_maximise->setToolTip(maximised ? Card::tr("Back to the grid (Esc)")
                                     : Card::tr("Maximise (Ctrl+Shift+M)"));
}

void CardHeader::mousePressEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton) m_pressed = event->pos();
}

void CardHeader::mouseMoveEvent(QMouseEvent* event) {
    if (!event->buttons().testFlag(Qt::LeftButton) || m_card.isMaximised()) return;
    if (!m_dragging && (event->pos() - m_pressed).manhattanLength() < QApplication::startDragDistance())
        return;
    m_dragging = true;
    setCursor(Qt::ClosedHandCursor);
    Q_EMIT m_card.dragged(event->globalPosition().toPoint());
}

void CardHeader::mouseReleaseEvent(QMouseEvent* event) {
    if (!m_dragging) return;
    m_dragging = false;
    setCursor(Qt::OpenHandCursor);
    Q_EMIT m_card.dropped(event->globalPosition().toPoint());
}

void CardHeader::mouseDoubleClickEvent(QMouseEvent* /*event*/) { Q_EMIT m_card.maximiseWanted(); }

void CardHeader::keyPressEvent(QKeyEvent* event) {
    const bool control = event->modifiers().testFlag(Qt::ControlModifier);
    const bool shift = event->modifiers().testFlag(Qt::ShiftModifier);
    if (event->key() == Qt::Key_Escape && m_dragging) {
        m_dragging = false;
        setCursor(Qt::OpenHandCursor);
        Q_EMIT m_card.dragCancelled();
        return;
    }
    if (event->key() == Qt::Key_Delete && event->modifiers() == Qt::NoModifier) {
        Q_EMIT m_card.hideWanted();
        return;
    }
    if (event->key() == Qt::Key_Menu) {
        m_card.showMenu();
        return;
    }
    const int columns = (event->key() == Qt::Key_Right) - (event->key() == Qt::Key_Left);
    const int rows = (event->key() == Qt::Key_Down) - (event->key() == Qt::Key_Up);
    if (!control || (columns == 0 && rows == 0) || m_card.isMaximised()) {
        QFrame::keyPressEvent(event);
        return;
    }
    if (shift)
        Q_EMIT m_card.spanWanted(columns, rows);
    else
        Q_EMIT m_card.moveWanted(columns, rows);
}

void CardHeader::paintEvent(QPaintEvent* event) {
    QFrame::paintEvent(event);
    if (!hasFocus()) return;
    QPainter painter(this);
    painter.setPen(QPen(m_card.theme().colour(Role::Accent), 2));
    painter.drawRect(rect().adjusted(1, 1, -1, -1));
}

}  // namespace jumplora
