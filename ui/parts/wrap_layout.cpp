// SPDX-License-Identifier: GPL-3.0-or-later
#include "parts/wrap_layout.h"

#include <QLabel>
#include <QWidget>
#include <algorithm>

namespace jumplora {
namespace {

bool isStretch(const QLayoutItem& item) { return dynamic_cast<const QSpacerItem*>(&item) != nullptr; }

bool expands(const QLayoutItem& item) { return item.expandingDirections().testFlag(Qt::Horizontal); }

// A label stays beside what it names.
bool names(QLayoutItem& item, QLayoutItem& next) {
    const auto* label = qobject_cast<QLabel*>(item.widget());
    return label != nullptr && label->buddy() != nullptr && label->buddy() == next.widget();
}

}  // namespace

WrapLayout::WrapLayout(QWidget* parent) : QLayout(parent) { setContentsMargins(0, 0, 0, 0); }

WrapLayout::~WrapLayout() { qDeleteAll(m_items); }

void WrapLayout::addStretch() {
    addItem(new QSpacerItem(0, 0, QSizePolicy::Expanding, QSizePolicy::Minimum));
}

QLayoutItem* WrapLayout::takeAt(int index) {
    return index >= 0 && index < m_items.size() ? m_items.takeAt(index) : nullptr;
}

int WrapLayout::heightForWidth(int width) const { return arrange({0, 0, width, 0}, false); }

QSize WrapLayout::sizeHint() const {
    QSize size(0, 0);
    int items = 0;
    for (const QLayoutItem* item : m_items) {
        if (item->isEmpty() && !isStretch(*item)) continue;
        size = {size.width() + item->sizeHint().width(), std::max(size.height(), item->sizeHint().height())};
        ++items;
    }
    return {size.width() + std::max(0, items - 1) * spacing(), size.height()};
}

QSize WrapLayout::minimumSize() const {
    QSize size(0, 0);
    for (const QLayoutItem* item : m_items)
        if (!item->isEmpty()) size = size.expandedTo(item->minimumSize());
    return size;
}

void WrapLayout::setGeometry(const QRect& rect) {
    QLayout::setGeometry(rect);
    // In the middle of a place that is higher than its lines.
    const int spare = std::max(0, rect.height() - heightForWidth(rect.width()));
    arrange(rect.adjusted(0, spare / 2, 0, 0), true);
}

int WrapLayout::arrange(const QRect& rect, bool apply) const {
    QList<QLayoutItem*> line;
    int used = 0;
    int height = 0;
    int y = rect.top();
    const auto finish = [&] {
        if (apply) place(line, {rect.left(), y, rect.width(), 0}, height, spacing());
        y += height + spacing();
        line.clear();
        used = 0;
        height = 0;
    };
    for (qsizetype i = 0; i < m_items.size(); ++i) {
        QLayoutItem* item = m_items[i];
        if (item->isEmpty() && !isStretch(*item)) continue;
        const int width = item->sizeHint().width();
        const int gap = line.isEmpty() ? 0 : spacing();
        const int together = i + 1 < m_items.size() && names(*item, *m_items[i + 1])
                                 ? spacing() + m_items[i + 1]->sizeHint().width()
                                 : 0;
        if (!line.isEmpty() && used + gap + width + together > rect.width()) {
            finish();
            used = 0;
        } else {
            used += gap;
        }
        line.append(item);
        used += width;
        height = std::max(height, item->sizeHint().height());
    }
    if (!line.isEmpty()) finish();
    return y - rect.top() - (m_items.isEmpty() ? 0 : spacing());
}

void WrapLayout::place(const QList<QLayoutItem*>& line, const QRect& rect, int height, int spacing) {
    int used = static_cast<int>(line.size() - 1) * spacing;
    int stretches = 0;
    int takers = 0;
    for (const QLayoutItem* item : line) {
        used += item->sizeHint().width();
        stretches += isStretch(*item) ? 1 : 0;
        takers += expands(*item) ? 1 : 0;
    }
    const int left = std::max(0, rect.width() - used);
    int x = rect.left();
    for (QLayoutItem* item : line) {
        const bool takes = stretches > 0 ? isStretch(*item) : expands(*item);
        const int share = stretches > 0 ? left / stretches : takers > 0 ? left / takers : 0;
        const int width = std::min(item->sizeHint().width() + (takes ? share : 0), rect.width());
        const int tall = item->expandingDirections().testFlag(Qt::Vertical)
                             ? height
                             : std::min(height, item->sizeHint().height());
        item->setGeometry({x, rect.top() + (height - tall) / 2, width, tall});
        x += width + spacing;
    }
}

}  // namespace jumplora
