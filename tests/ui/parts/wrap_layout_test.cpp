// SPDX-License-Identifier: GPL-3.0-or-later
#include "parts/wrap_layout.h"

#include <gtest/gtest.h>

#include <QLabel>
#include <QWidget>

namespace jumplora {
namespace {

class WrapLayoutTest : public ::testing::Test {
  protected:
    WrapLayoutTest() : m_layout(new WrapLayout(&m_place)) { m_layout->setSpacing(10); }
    QWidget* add(int width, bool expands = false) {
        auto* widget = new QWidget(&m_place);
        widget->setMinimumSize(width, 20);
        if (!expands) widget->setMaximumWidth(width);
        widget->setSizePolicy(expands ? QSizePolicy::Expanding : QSizePolicy::Fixed, QSizePolicy::Fixed);
        m_layout->addWidget(widget);
        return widget;
    }
    void fit(int width) {
        m_place.resize(width, 200);
        m_layout->setGeometry({0, 0, width, m_layout->heightForWidth(width)});
    }

    QWidget m_place;
    WrapLayout* m_layout;
};

TEST_F(WrapLayoutTest, ALineThatFitsIsALine) {
    const QWidget* first = add(100);
    m_layout->addStretch();
    const QWidget* last = add(50);
    EXPECT_EQ(m_layout->heightForWidth(400), 20);
    fit(400);
    EXPECT_EQ(first->geometry(), QRect(0, 0, 100, 20));
    EXPECT_EQ(last->geometry().right(), 399) << "behind the stretch";
}

TEST_F(WrapLayoutTest, WhatDoesNotFitGoesOnBelow) {
    const QWidget* a = add(100);
    const QWidget* b = add(100);
    const QWidget* c = add(100);
    EXPECT_EQ(m_layout->heightForWidth(210), 50);
    EXPECT_EQ(m_layout->heightForWidth(209), 80);
    EXPECT_EQ(m_layout->minimumSize(), QSize(100, 20)) << "never narrower than its widest part";
    EXPECT_EQ(m_layout->sizeHint(), QSize(320, 20));
    fit(210);
    EXPECT_EQ(a->pos(), QPoint(0, 0));
    EXPECT_EQ(b->pos(), QPoint(110, 0));
    EXPECT_EQ(c->pos(), QPoint(0, 30));
}

TEST_F(WrapLayoutTest, ALabelStaysBesideWhatItNames) {
    add(100);
    auto* label = new QLabel(&m_place);
    label->setFixedSize(50, 20);
    m_layout->addWidget(label);
    QWidget* field = add(100);
    fit(220);
    EXPECT_EQ(label->y(), 0) << "nobody's label";
    label->setBuddy(field);
    fit(220);
    EXPECT_EQ(label->pos(), QPoint(0, 30));
    EXPECT_EQ(field->pos(), QPoint(60, 30));
}

TEST_F(WrapLayoutTest, ExpandingWidgetsTakeTheRest) {
    const QWidget* field = add(100, true);
    const QWidget* button = add(50);
    fit(300);
    EXPECT_EQ(field->width(), 240);
    EXPECT_EQ(button->x(), 250);
}

TEST_F(WrapLayoutTest, LinesStandInTheMiddle) {
    const QWidget* widget = add(100);
    m_layout->setGeometry({0, 0, 300, 60});
    EXPECT_EQ(widget->y(), 20);
}

TEST_F(WrapLayoutTest, HiddenWidgetsTakeNoPlace) {
    QWidget* hidden = add(100);
    const QWidget* shown = add(50);
    hidden->hide();
    m_place.show();
    fit(300);
    EXPECT_EQ(shown->x(), 0);
}

}  // namespace
}  // namespace jumplora
