// SPDX-License-Identifier: GPL-3.0-or-later
#include "setup/first_run_panel.h"

#include "parts/follow_font.h"
#include "theme/icons.h"

#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace jumplora {
namespace {

constexpr int kWidth = 560;

}  // namespace

FirstRunPanel::FirstRunPanel(Theme& theme, QWidget* parent) : QWidget(parent) {
    setObjectName("firstRunPanel");
    auto* card = new QFrame(this);
    card->setProperty("card", true);
    card->setMaximumWidth(theme.scaled(kWidth));
    auto* title = new QLabel(tr("Train a sequence of tasks and watch the gate keep them apart"), card);
    followFont(title, theme, TextRole::PageTitle);
    title->setWordWrap(true);
    auto* text =
        new QLabel(tr("Everything runs on this machine, without an account and without a network."), card);
    text->setProperty("muted", true);
    text->setWordWrap(true);
    auto* layout = new QVBoxLayout(card);
    layout->setContentsMargins(32, 28, 32, 28);
    layout->setSpacing(10);
    layout->addWidget(title);
    layout->addWidget(text);
    layout->addSpacing(12);
    struct Choice {
        const char* name;
        const char* iconName;
        QString text;
        QString about;
        void (FirstRunPanel::*signal)();
    };
    const Choice choices[] = {
        {"tryBuiltIn", "play", tr("Try the built-in experiment"),
         tr("A few small tasks, about 2 minutes, nothing to download"), &FirstRunPanel::tryBuiltIn},
        {"openModel", "folder", tr("Open a model folder…"), tr("T5 family, Hugging Face layout"),
         &FirstRunPanel::openModel},
        {"openSpec", "open", tr("Open an experiment file…"), tr("A run specification or several runs, JSON"),
         &FirstRunPanel::openSpec},
    };
    for (const Choice& choice : choices) {
        auto* button = new QPushButton(choice.text, card);
        button->setObjectName(QLatin1String(choice.name));
        button->setMinimumWidth(theme.scaled(kWidth / 2 - 40));
        const bool first = choice.signal == &FirstRunPanel::tryBuiltIn;
        button->setProperty("primary", first);
        button->setIcon(first ? icon(QLatin1String(choice.iconName), theme.colour(Role::OnAccent))
                              : icon(QLatin1String(choice.iconName)));
        button->setAccessibleDescription(choice.about);
        button->setAutoDefault(true);
        auto* about = new QLabel(choice.about, card);
        about->setProperty("muted", true);
        about->setWordWrap(true);
        auto* line = new QHBoxLayout;
        line->addWidget(button);
        line->addWidget(about, 1);
        layout->addLayout(line);
        connect(button, &QPushButton::clicked, this, choice.signal);
    }
    layout->addSpacing(12);
    auto* links = new QLabel(QStringLiteral("<a href=\"help\">%1</a> &nbsp;·&nbsp; <a href=\"empty\">%2</a>")
                                 .arg(tr("What am I looking at?"), tr("Start with an empty sequence")),
                             card);
    links->setTextInteractionFlags(Qt::LinksAccessibleByMouse | Qt::LinksAccessibleByKeyboard);
    connect(links, &QLabel::linkActivated, this, [this](const QString& target) {
        if (target == QLatin1String("help")) Q_EMIT help();
        if (target == QLatin1String("empty")) Q_EMIT dismissed();
    });
    layout->addWidget(links);
    auto* row = new QHBoxLayout;
    row->addStretch(1);
    row->addWidget(card, 4);
    row->addStretch(1);
    auto* whole = new QVBoxLayout(this);
    whole->addStretch(2);
    whole->addLayout(row);
    whole->addStretch(3);
}

void FirstRunPanel::focusFirst() { findChild<QPushButton*>("tryBuiltIn")->setFocus(Qt::OtherFocusReason); }

}  // namespace jumplora
