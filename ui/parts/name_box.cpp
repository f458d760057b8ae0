// SPDX-License-Identifier: GPL-3.0-or-later
#include "parts/name_box.h"

#include <QAbstractItemView>
#include <QHelpEvent>
#include <QScreen>
#include <QStyleOptionComboBox>
#include <QStylePainter>
#include <QToolTip>
#include <algorithm>

namespace jumplora {

NameBox::NameBox(QWidget* parent) : QComboBox(parent) {
    setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    view()->setTextElideMode(Qt::ElideMiddle);
}

QString NameBox::shownText() const {
    QStyleOptionComboBox option;
    initStyleOption(&option);
    const int width =
        style()->subControlRect(QStyle::CC_ComboBox, &option, QStyle::SC_ComboBoxEditField, this).width();
    constexpr int kAir = 4;  // that styles leave beside the text
    return option.fontMetrics.elidedText(currentText(), Qt::ElideMiddle, width - kAir);
}

void NameBox::showPopup() {
    constexpr int kFrame = 32;  // frame and scroll bar
    const int wanted = view()->sizeHintForColumn(0) + kFrame;
    view()->setMinimumWidth(std::clamp(wanted, 0, std::max(width(), screen()->availableSize().width() / 2)));
    QComboBox::showPopup();
}

bool NameBox::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip && shownText() != currentText()) {
        const QString purpose = toolTip();
        QToolTip::showText(static_cast<QHelpEvent*>(event)->globalPos(),
                           purpose.isEmpty() ? currentText() : currentText() + QLatin1Char('\n') + purpose,
                           this);
        return true;
    }
    return QComboBox::event(event);
}

void NameBox::paintEvent(QPaintEvent* /*event*/) {
    QStylePainter painter(this);
    painter.setPen(palette().color(QPalette::Text));
    QStyleOptionComboBox option;
    initStyleOption(&option);
    option.currentText = shownText();
    painter.drawComplexControl(QStyle::CC_ComboBox, option);
    painter.drawControl(QStyle::CE_ComboBoxLabel, option);
}

}  // namespace jumplora
