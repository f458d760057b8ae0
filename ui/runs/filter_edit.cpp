// SPDX-License-Identifier: GPL-3.0-or-later
#include "runs/filter_edit.h"

#include <QAbstractItemView>
#include <QCompleter>
#include <QDateTime>
#include <QKeyEvent>
#include <QPainter>
#include <QStandardItemModel>
#include <QStyleOptionFrame>
#include <QTimer>

namespace jumplora {
namespace {

QString quoted(const QString& value) {
    const bool plain = !value.isEmpty() && std::all_of(value.begin(), value.end(), [](QChar c) {
        return !c.isSpace() && !QStringLiteral("=!<>~(),\"").contains(c);
    });
    QString escaped = value;
    escaped.replace(QLatin1String("\\"), QLatin1String("\\\\"))
        .replace(QLatin1String("\""), QLatin1String("\\\""));
    return plain ? value : QLatin1Char('"') + escaped + QLatin1Char('"');
}

}  // namespace

FilterEdit::FilterEdit(Theme& theme, QWidget* parent)
    : QLineEdit(parent),
      m_theme(theme),
      m_completer(new QCompleter(this)),
      m_offers(new QStandardItemModel(this)) {
    setPlaceholderText(tr("method = ella AND oa > 70"));
    setClearButtonEnabled(true);
    setToolTip(tr(
        "Keys, operators and values, such as: gate = jumprelu AND oa > 70, started > -7d, seed in (1,2,3), "
        "has:note, tag:paper. A bare word looks in name, tags and note."));
    m_completer->setWidget(this);
    m_completer->setModel(m_offers);
    m_completer->setCompletionMode(QCompleter::UnfilteredPopupCompletion);
    connect(m_completer, qOverload<const QModelIndex&>(&QCompleter::activated), this,
            [this](const QModelIndex& index) { accept(index.data(Qt::UserRole).toString()); });
    connect(this, &QLineEdit::textChanged, this, &FilterEdit::read);
    connect(this, &QLineEdit::textEdited, this, &FilterEdit::offer);
}

void FilterEdit::setData(std::shared_ptr<const RunData> data) { m_data = std::move(data); }

void FilterEdit::setExpression(const QString& text) {
    setText(text);
    m_completer->popup()->hide();
}

void FilterEdit::read() {
    const RunFilterExpression parsed =
        RunFilterExpression::parse(text(), static_cast<double>(QDateTime::currentSecsSinceEpoch()));
    m_problem = parsed.problem();
    if (!m_problem) m_expression = parsed;
    setAccessibleDescription(m_problem ? m_problem->expected : QString());
    update();
    Q_EMIT problemChanged(m_problem ? m_problem->expected : QString());
    if (!m_problem) Q_EMIT expressionChanged();
}

std::vector<std::pair<QString, QString>> FilterEdit::completions() const {
    const FilterPlace place = filterPlace(text(), cursorPosition());
    std::vector<std::pair<QString, QString>> offers;
    const auto offer = [&](const QString& value, const QString& about) {
        constexpr std::size_t kMost = 30;
        if (offers.size() < kMost && value.contains(place.prefix, Qt::CaseInsensitive) &&
            value.compare(place.prefix, Qt::CaseInsensitive) != 0)
            offers.emplace_back(value, about);
    };
    switch (place.kind) {
        case FilterPlace::Kind::Key: {
            // Those that begin so come first.
            QStringList later;
            for (const QString& key : m_data->keys()) {
                if (key.startsWith(place.prefix, Qt::CaseInsensitive)) {
                    offer(key, m_data->column({key, {}, 0}).toolTip.section(QLatin1Char('\n'), 0, 0));
                } else {
                    later += key;
                }
            }
            for (const char* word : {"has:", "tag:", "AND", "OR", "NOT"}) offer(QLatin1String(word), {});
            if (!place.prefix.isEmpty())
                for (const QString& key : later)
                    offer(key, m_data->column({key, {}, 0}).toolTip.section(QLatin1Char('\n'), 0, 0));
            break;
        }
        case FilterPlace::Kind::Operator:
            for (const char* op : {"=", "!=", "<", "<=", ">", ">=", "~", "!~", "in"})
                offer(QLatin1String(op), {});
            break;
        case FilterPlace::Kind::Value:
            for (const auto& [value, count] : m_data->values(place.key))
                offer(quoted(value), tr("%n runs", nullptr, count));
            break;
        case FilterPlace::Kind::Tag:
            for (const auto& [value, count] : m_data->values(QStringLiteral("tags")))
                offer(value, tr("%n runs", nullptr, count));
            break;
        case FilterPlace::Kind::Has:
            for (const char* what : {"note", "checkpoint", "adapter", "warning", "tags"})
                offer(QLatin1String(what), {});
            break;
    }
    return offers;
}

void FilterEdit::offer() {
    m_offers->clear();
    const auto offers = completions();
    for (const auto& [value, about] : offers) {
        auto* item =
            new QStandardItem(about.isEmpty() ? value : QStringLiteral("%1    %2").arg(value, about));
        item->setData(value, Qt::UserRole);
        m_offers->appendRow(item);
    }
    if (offers.empty() || !hasFocus()) {
        m_completer->popup()->hide();
        return;
    }
    constexpr int kWidth = 420;
    QRect place = cursorRect();
    place.setWidth(m_theme.scaled(kWidth));
    m_completer->complete(place);
}

void FilterEdit::accept(const QString& completion) {
    const FilterPlace place = filterPlace(text(), cursorPosition());
    const bool joins = completion.endsWith(QLatin1Char(':'));
    const QString inserted = joins ? completion : completion + QLatin1Char(' ');
    QString whole = text();
    whole.replace(place.start, cursorPosition() - place.start, inserted);
    setText(whole);
    setCursorPosition(place.start + static_cast<int>(inserted.size()));
    m_completer->popup()->hide();
    QTimer::singleShot(0, this, &FilterEdit::offer);
}

void FilterEdit::keyPressEvent(QKeyEvent* event) {
    QAbstractItemView* popup = m_completer->popup();
    const bool open = popup->isVisible();
    if (open &&
        (event->key() == Qt::Key_Tab || event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter)) {
        const bool chosen = popup->currentIndex().isValid();
        if (chosen || event->key() == Qt::Key_Tab) {
            accept(
                m_offers->index(chosen ? popup->currentIndex().row() : 0, 0).data(Qt::UserRole).toString());
            return;
        }
        popup->hide();
    }
    if (open && event->key() == Qt::Key_Escape) {
        popup->hide();
        return;
    }
    if (!open && event->key() == Qt::Key_Down) {
        Q_EMIT leftDown();
        return;
    }
    QLineEdit::keyPressEvent(event);
}

void FilterEdit::focusOutEvent(QFocusEvent* event) {
    QLineEdit::focusOutEvent(event);
    if (event->reason() != Qt::PopupFocusReason) m_completer->popup()->hide();
}

void FilterEdit::paintEvent(QPaintEvent* event) {
    QLineEdit::paintEvent(event);
    if (!m_problem) return;
    // A wave under what is wrong, where the text stands.
    const QFontMetrics metrics(font());
    const int origin = cursorRect().center().x() - metrics.horizontalAdvance(text().left(cursorPosition()));
    const int from = origin + metrics.horizontalAdvance(text().left(m_problem->position));
    const int to = std::max(
        from + 8, origin + metrics.horizontalAdvance(text().left(m_problem->position + m_problem->length)));
    QPainter painter(this);
    painter.setPen(QPen(m_theme.colour(Role::Error), 2));
    const int y = height() / 2 + metrics.height() / 2;
    for (int x = from; x < std::min(to, width() - 4); x += 4)
        painter.drawLine(x, y + (x - from) / 4 % 2 * 2, x + 4, y + 2 - (x - from) / 4 % 2 * 2);
    painter.drawRect(rect().adjusted(0, 0, -1, -1));
}

}  // namespace jumplora
