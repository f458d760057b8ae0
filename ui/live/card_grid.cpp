// SPDX-License-Identifier: GPL-3.0-or-later
#include "live/card_grid.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QKeyEvent>
#include <QScrollBar>
#include <algorithm>
#include <cmath>

namespace jumplora {
namespace {

constexpr int kColumnWidth = 460;  // with its gap: 2 columns at 1024 and 1280, 3 at 1920, 4 at 2560
constexpr int kMostColumns = 4;
constexpr int kRowHeight = 320;
constexpr int kLeastHeight = 220;
constexpr int kMostSpan = 2;

// The first free place for a card, row by row.
QRect freePlace(std::vector<std::vector<bool>>& used, int gridColumns, int columns, int rows) {
    columns = std::min(columns, gridColumns);
    for (std::size_t row = 0;; ++row) {
        while (used.size() < row + static_cast<std::size_t>(rows))
            used.emplace_back(static_cast<std::size_t>(gridColumns), false);
        for (int column = 0; column + columns <= gridColumns; ++column) {
            bool free = true;
            for (int r = 0; r < rows && free; ++r) {
                for (int c = 0; c < columns && free; ++c)
                    free = !used[row + static_cast<std::size_t>(r)]
                                [static_cast<std::size_t>(column) + static_cast<std::size_t>(c)];
            }
            if (!free) continue;
            for (int r = 0; r < rows; ++r) {
                for (int c = 0; c < columns; ++c)
                    used[row + static_cast<std::size_t>(r)]
                        [static_cast<std::size_t>(column) + static_cast<std::size_t>(c)] = true;
            }
            return {column, static_cast<int>(row), columns, rows};
        }
    }
}

}  // namespace

CardGrid::CardGrid(const Theme& theme, QWidget* parent)
    : QScrollArea(parent), m_theme(theme), m_canvas(new QWidget(this)), m_target(new QFrame(m_canvas)) {
    setObjectName(QStringLiteral("cardGrid"));
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setFocusPolicy(Qt::NoFocus);
    setWidget(m_canvas);
    m_target->setObjectName(QStringLiteral("cardTarget"));
    m_target->setAttribute(Qt::WA_TransparentForMouseEvents);
    const auto style = [this, &theme] {
        m_target->setStyleSheet(QStringLiteral("#cardTarget { border: 2px solid %1; border-radius: 6px; }")
                                    .arg(theme.colour(Role::Accent).name()));
    };
    style();
    connect(&theme, &Theme::changed, this, [this, style] {
        style();
        arrange();
    });
    m_target->hide();
}

void CardGrid::addCard(Card* card, int columns, int rows) {
    card->setParent(m_canvas);
    const int place = static_cast<int>(m_places.size());
    m_places.push_back({card, columns, rows, true, {}, columns, rows, place});
    card->show();
    connect(card, &Card::maximiseWanted, this,
            [this, card] { maximise(m_maximised == card ? nullptr : card); });
    connect(card, &Card::hideWanted, this, [this, card] {
        setShown(card, false);
        Q_EMIT cardHidden(card);
    });
    connect(card, &Card::moveWanted, this, [this, card](int c, int r) { moveBy(card, c, r); });
    connect(card, &Card::spanWanted, this,
            [this, card](int c, int r) { setSpan(card, span(card).width() + c, span(card).height() + r); });
    connect(card, &Card::dragged, this, [this, card](const QPoint& at) { showTarget(card, at); });
    connect(card, &Card::dropped, this, [this, card](const QPoint& at) {
        m_target->hide();
        const int place = placeAt(at);
        if (place >= 0) move(card, place);
    });
    connect(card, &Card::dragCancelled, m_target, &QWidget::hide);
    arrange();
}

int CardGrid::indexOf(const Card* card) const {
    const auto found = std::find_if(m_places.begin(), m_places.end(),
                                    [&](const Place& place) { return place.card == card; });
    return found == m_places.end() ? -1 : static_cast<int>(found - m_places.begin());
}

QList<Card*> CardGrid::cards() const {
    QList<Card*> cards;
    for (const Place& place : m_places) cards += place.card;
    return cards;
}

QList<Card*> CardGrid::shownCards() const {
    QList<Card*> cards;
    for (const Place& place : m_places) {
        if (place.shown) cards += place.card;
    }
    return cards;
}

bool CardGrid::isShown(Card* card) const {
    const int index = indexOf(card);
    return index >= 0 && m_places[static_cast<std::size_t>(index)].shown;
}

void CardGrid::setShown(Card* card, bool shown) {
    const int index = indexOf(card);
    if (index < 0 || m_places[static_cast<std::size_t>(index)].shown == shown) return;
    if (!shown && m_maximised == card) maximise(nullptr);
    m_places[static_cast<std::size_t>(index)].shown = shown;
    changed();
}

void CardGrid::move(Card* card, int place) {
    const int from = indexOf(card);
    place = std::clamp(place, 0, static_cast<int>(m_places.size()) - 1);
    if (from < 0 || from == place) return;
    const Place moved = m_places[static_cast<std::size_t>(from)];
    m_places.erase(m_places.begin() + from);
    m_places.insert(m_places.begin() + place, moved);
    changed();
    scrollTo(card);
}

void CardGrid::moveBy(Card* card, int columns, int rows) {
    // Over hidden ones: they have no place that could be seen.
    const QList<Card*> shown = shownCards();
    const auto at = shown.indexOf(card);
    const auto to = std::clamp<qsizetype>(at + columns + rows * m_columns, 0, shown.size() - 1);
    move(card, indexOf(shown[to]));
    card->header()->setFocus(Qt::ShortcutFocusReason);
}

void CardGrid::setSpan(Card* card, int columns, int rows) {
    const int index = indexOf(card);
    if (index < 0) return;
    Place& place = m_places[static_cast<std::size_t>(index)];
    place.columns = std::clamp(columns, 1, kMostSpan);
    place.rows = std::clamp(rows, 1, kMostSpan);
    changed();
}

QSize CardGrid::span(Card* card) const {
    const int index = indexOf(card);
    if (index < 0) return {};
    return {m_places[static_cast<std::size_t>(index)].columns,
            m_places[static_cast<std::size_t>(index)].rows};
}

void CardGrid::maximise(Card* card) {
    if (m_maximised == card) return;
    if (m_maximised != nullptr) m_maximised->setMaximised(false);
    m_maximised = card;
    if (card != nullptr) card->setMaximised(true);
    arrange();
    if (card != nullptr) card->header()->setFocus();
}

void CardGrid::focusNext(int direction) {
    const QList<Card*> shown = shownCards();
    if (shown.isEmpty()) return;
    qsizetype at = -1;
    for (qsizetype i = 0; i < shown.size(); ++i) {
        if (focusWidget() != nullptr && shown[i]->isAncestorOf(window()->focusWidget())) at = i;
    }
    at = at < 0 ? (direction > 0 ? 0 : shown.size() - 1) : (at + direction + shown.size()) % shown.size();
    if (m_maximised != nullptr) maximise(shown[at]);
    shown[at]->header()->setFocus(Qt::TabFocusReason);
    scrollTo(shown[at]);
}

void CardGrid::scrollTo(Card* card) { ensureWidgetVisible(card, 0, 0); }

void CardGrid::resizeEvent(QResizeEvent* event) {
    QScrollArea::resizeEvent(event);
    arrange();
}

void CardGrid::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Escape && m_maximised != nullptr)
        maximise(nullptr);
    else
        QScrollArea::keyPressEvent(event);
}

void CardGrid::arrange() {
    const QSize view = viewport()->size();
    constexpr int kMargin = metrics::kPageMargin;
    constexpr int kGap = metrics::kCardGap;
    const int width = view.width() - 2 * kMargin;
    // Of the page, not of the view: a scroll bar that comes must not change the columns.
    m_columns =
        std::clamp((this->width() - 2 * kMargin + kGap) / m_theme.scaled(kColumnWidth), 1, kMostColumns);
    if (m_maximised != nullptr) {
        m_canvas->resize(view);
        for (const Place& place : m_places) place.card->setVisible(place.card == m_maximised);
        m_maximised->setGeometry(kMargin, kGap / 2, width, view.height() - kGap);
        m_maximised->raise();
        return;
    }
    std::vector<std::vector<bool>> used;
    Place* last = nullptr;
    for (Place& place : m_places) {
        place.card->setVisible(place.shown);
        if (!place.shown) continue;
        place.cells = freePlace(used, m_columns, place.columns, place.rows);
        if (last == nullptr || place.cells.y() >= last->cells.y()) last = &place;
    }
    // The last card takes what is left of its row.
    if (last != nullptr) last->cells.setRight(m_columns - 1);
    const int rows = static_cast<int>(used.size());
    const int fitting = std::max(
        1, static_cast<int>(std::lround(static_cast<double>(view.height()) / m_theme.scaled(kRowHeight))));
    // Fewer rows than would fit share the height.
    const int rowsInView = std::clamp(rows, 1, fitting);
    const int unit =
        std::max(m_theme.scaled(kLeastHeight), (view.height() - kGap / 2 - rowsInView * kGap) / rowsInView);
    const double columnWidth = (width - (m_columns - 1) * kGap) / static_cast<double>(m_columns);
    int bottom = 0;
    for (const Place& place : m_places) {
        if (!place.shown) continue;
        const int left = kMargin + qRound(place.cells.x() * (columnWidth + kGap));
        const int right =
            kMargin + qRound((place.cells.x() + place.cells.width()) * (columnWidth + kGap)) - kGap;
        const int top = kGap / 2 + place.cells.y() * (unit + kGap);
        const int height = place.cells.height() * (unit + kGap) - kGap;
        place.card->setGeometry(left, top, right - left, height);
        bottom = std::max(bottom, top + height);
    }
    m_canvas->resize(view.width(), std::max(view.height(), bottom + kGap / 2));
    verticalScrollBar()->setSingleStep(unit / 8);
    // The order of cards is the order of the Tab key.
    Card* before = nullptr;
    for (const Place& place : m_places) {
        if (before != nullptr) QWidget::setTabOrder(before->header(), place.card->header());
        before = place.card;
    }
}

int CardGrid::placeAt(const QPoint& global) const {
    const QPoint at = m_canvas->mapFromGlobal(global);
    for (std::size_t i = 0; i < m_places.size(); ++i) {
        if (m_places[i].shown && m_places[i].card->geometry().adjusted(-8, -8, 8, 8).contains(at))
            return static_cast<int>(i);
    }
    return -1;
}

void CardGrid::showTarget(Card* card, const QPoint& global) {
    const int place = placeAt(global);
    m_target->setVisible(place >= 0);
    if (place < 0) return;
    QRect rect = m_places[static_cast<std::size_t>(place)].card->geometry();
    if (m_places[static_cast<std::size_t>(place)].card != card)
        rect.setSize(rect.size().boundedTo(card->size()));
    m_target->setGeometry(rect.adjusted(-3, -3, 3, 3));
    m_target->raise();
}

void CardGrid::changed() {
    arrange();
    Q_EMIT layoutChanged();
}

QString CardGrid::layoutText() const {
    QJsonArray list;
    for (const Place& place : m_places)
        list.append(QJsonObject{{QStringLiteral("card"), place.card->objectName()},
                                {QStringLiteral("columns"), place.columns},
                                {QStringLiteral("rows"), place.rows},
                                {QStringLiteral("shown"), place.shown}});
    return QString::fromUtf8(QJsonDocument(list).toJson(QJsonDocument::Compact));
}

void CardGrid::setLayoutText(const QString& text) {
    const QJsonArray list = QJsonDocument::fromJson(text.toUtf8()).array();
    int place = 0;
    for (const auto& item : list) {
        const QJsonObject object = item.toObject();
        const QString name = object[QLatin1String("card")].toString();
        const auto found = std::find_if(m_places.begin() + place, m_places.end(),
                                        [&](const Place& each) { return each.card->objectName() == name; });
        if (found == m_places.end()) continue;
        found->columns = std::clamp(object[QLatin1String("columns")].toInt(1), 1, kMostSpan);
        found->rows = std::clamp(object[QLatin1String("rows")].toInt(1), 1, kMostSpan);
        found->shown = object[QLatin1String("shown")].toBool(true);
        std::rotate(m_places.begin() + place, found, found + 1);
        ++place;
    }
    arrange();
}

void CardGrid::resetLayout() {
    maximise(nullptr);
    std::sort(m_places.begin(), m_places.end(),
              [](const Place& a, const Place& b) { return a.defaultPlace < b.defaultPlace; });
    for (Place& place : m_places) {
        place.columns = place.defaultColumns;
        place.rows = place.defaultRows;
        place.shown = true;
    }
    changed();
}

}  // namespace jumplora
