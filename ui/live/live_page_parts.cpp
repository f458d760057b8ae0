// SPDX-License-Identifier: GPL-3.0-or-later
// What the live page is made of: header, cards, actions, and what is chosen for all cards.
#include "live/curve_cards.h"
#include "live/live_page.h"
#include "live/log_card.h"
#include "live/map_cards.h"
#include "live/samples_card.h"
#include "parts/name_box.h"
#include "parts/wrap_layout.h"

#include <QAction>
#include <QComboBox>
#include <QLabel>
#include <QMenu>
#include <QSlider>
#include <QToolButton>

namespace jumplora {
namespace {

constexpr int kEmaSteps = 99;      // slider 0 … 99 is a decay of 0 … 0.99
constexpr int kWindowSteps = 250;  // slider 0 … 250 is a window of 1 … 501

}  // namespace

void LivePage::makeHeader() {
    auto* header = new QWidget(this);
    auto* row = new WrapLayout(header);
    row->setSpacing(metrics::kGrid);
    const auto label = [&](const QString& text, QWidget* buddy) {
        auto* name = new QLabel(text, header);
        name->setBuddy(buddy);
        name->setForegroundRole(QPalette::PlaceholderText);
        row->addWidget(name);
        row->addWidget(buddy);
    };
    m_runs = new NameBox(header);
    m_runs->setObjectName(QStringLiteral("liveRun"));
    m_runs->setAccessibleName(tr("Run that is shown"));
    m_runs->setMinimumContentsLength(24);
    row->addWidget(m_runs);
    connect(m_runs, &QComboBox::activated, this, [this] {
        m_chosen = true;
        showRun(m_runs->currentData().toString());
    });
    m_axisBox = new QComboBox(header);
    m_axisBox->setObjectName(QStringLiteral("liveAxis"));
    m_axisBox->setAccessibleName(tr("What the x axis counts"));
    m_axisBox->addItem(tr("steps"), static_cast<int>(StepAxis::Steps));
    m_axisBox->addItem(tr("rows"), static_cast<int>(StepAxis::Rows));
    m_axisBox->addItem(tr("time"), static_cast<int>(StepAxis::Time));
    m_axisBox->setCurrentIndex(m_context.settings.get<int>(keys::kLiveAxis, 0));
    label(tr("x"), m_axisBox);
    connect(m_axisBox, &QComboBox::currentIndexChanged, this, &LivePage::chooseAxis);

    m_smoothKind = new QComboBox(header);
    m_smoothKind->setObjectName(QStringLiteral("liveSmoothing"));
    m_smoothKind->setAccessibleName(tr("Smoothing"));
    m_smoothKind->addItem(tr("EMA"), static_cast<int>(Smoothing::Kind::Ema));
    m_smoothKind->addItem(tr("window mean"), static_cast<int>(Smoothing::Kind::Window));
    m_smoothKind->addItem(tr("none"), static_cast<int>(Smoothing::Kind::None));
    label(tr("smooth"), m_smoothKind);
    m_smooth = new QSlider(Qt::Horizontal, header);
    m_smooth->setObjectName(QStringLiteral("liveSmoothingAmount"));
    m_smooth->setAccessibleName(tr("Amount of smoothing"));
    m_smooth->setFixedWidth(96);
    m_smoothValue = new QLabel(header);
    m_smoothValue->setFont(m_context.theme.font(TextRole::Number));
    row->addWidget(m_smooth);
    row->addWidget(m_smoothValue);
    m_smooth->setRange(0, kEmaSteps);
    const QStringList remembered =
        m_context.settings.get<QString>(keys::kLiveSmoothing, QStringLiteral("0 90")).split(' ');
    m_smoothKind->setCurrentIndex(remembered.value(0).toInt());
    if (m_smoothKind->currentIndex() == 1) m_smooth->setRange(0, kWindowSteps);
    m_smooth->setValue(remembered.value(1).toInt());
    connect(m_smooth, &QSlider::valueChanged, this, &LivePage::chooseSmoothing);
    connect(m_smoothKind, &QComboBox::currentIndexChanged, this, [this] {
        const bool window = m_smoothKind->currentIndex() == 1;
        const QSignalBlocker blocker(m_smooth);
        m_smooth->setRange(0, window ? kWindowSteps : kEmaSteps);
        m_smooth->setValue(window ? 25 : 90);
        chooseSmoothing();
    });
    row->addStretch();
    m_follow = new QToolButton(header);
    m_follow->setObjectName(QStringLiteral("followButton"));
    m_follow->setText(tr("Follow"));
    m_follow->setCheckable(true);
    m_follow->setChecked(true);
    m_follow->setToolTip(tr("Keeps the newest step in view (F in a plot)"));
    connect(m_follow, &QToolButton::clicked, m_group, &AxisGroup::setFollowing);
    connect(m_group, &AxisGroup::followingChanged, m_follow, &QToolButton::setChecked);
    row->addWidget(m_follow);
    m_add = new QToolButton(header);
    m_add->setObjectName(QStringLiteral("addCard"));
    m_add->setText(tr("Cards ▾"));
    m_add->setProperty("bare", true);
    m_add->setToolTip(tr("Shows and hides cards"));
    m_add->setPopupMode(QToolButton::InstantPopup);
    m_add->setMenu(new QMenu(m_add));
    connect(m_add->menu(), &QMenu::aboutToShow, this, &LivePage::fillAddMenu);
    row->addWidget(m_add);
    setHeader(header);
}

void LivePage::makeCards() {
    const Theme& theme = m_context.theme;
    auto* loss = new LossCard(theme);
    m_matrix = new MatrixCard(theme);
    auto* gateMap = new GateMapCard(theme);
    auto* overlap = new OverlapCard(theme);
    m_samples = new SamplesCard(theme, m_context.jobs);
    m_log = new LogCard(theme);
    m_cards = {loss,
               m_matrix,
               new GateCard(theme),
               gateMap,
               overlap,
               new GradCard(theme),
               m_samples,
               new ResourceCard(theme),
               m_log};
    for (RunCard* card : m_cards) {
        card->setGroup(m_group);
        m_grid->addCard(card);
    }
    const auto toAdapters = [this](const QString& module, int task, const QString& text) {
        PageRequest request;
        request.runs = {m_shown};
        request.task = task;
        request.module = module;
        request.text = text;
        m_context.navigator.showPage(QStringLiteral("adaptersPage"), request);
    };
    connect(gateMap, &GateMapCard::moduleActivated, this, [this, toAdapters](const QString& module) {
        // The newest adapter that is stored.
        int task = 0;
        for (std::size_t i = 0; m_view && i < m_view->tasks.size(); ++i)
            if (m_view->tasks[i].trained) task = static_cast<int>(i) + 1;
        toAdapters(module, task, {});
    });
    connect(overlap, &OverlapCard::pairActivated, this,
            [toAdapters](int /*i*/, int j) { toAdapters({}, j, QStringLiteral("overlap")); });
    connect(m_matrix, &MatrixCard::cellActivated, this, [this](int afterTask, int task) {
        m_grid->setShown(m_samples, true);
        m_samples->showCell(afterTask, task);
        m_grid->scrollTo(m_samples);
    });
    // Queued: the cards are being filled when the signal comes.
    connect(loss, &LossCard::penaltyDwarfsLoss, this, &LivePage::noteDwarfedLoss, Qt::QueuedConnection);
}

void LivePage::makeActions() {
    const QString page = objectName();
    m_context.actions.add({.id = QStringLiteral("live.nextCard"),
                           .text = tr("Next card"),
                           .tooltip = tr("Moves the focus to the next card of the dashboard"),
                           .page = page,
                           .shortcuts = {Qt::Key_F7},
                           .scope = ActionScope::Page},
                          this, [this] { m_grid->focusNext(1); });
    m_context.actions.add({.id = QStringLiteral("live.previousCard"),
                           .text = tr("Previous card"),
                           .tooltip = tr("Moves the focus to the card before"),
                           .page = page,
                           .shortcuts = {QKeySequence(Qt::SHIFT | Qt::Key_F7)},
                           .scope = ActionScope::Page},
                          this, [this] { m_grid->focusNext(-1); });
    m_context.actions.add({.id = QStringLiteral("live.maximiseCard"),
                           .text = tr("Maximise card"),
                           .tooltip = tr("Lets the card with the focus fill the page, and back"),
                           .page = page,
                           .shortcuts = {QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_M)},
                           .scope = ActionScope::Page},
                          this, [this] {
                              if (m_grid->maximised() != nullptr) {
                                  m_grid->maximise(nullptr);
                                  return;
                              }
                              for (Card* card : m_grid->shownCards())
                                  if (card->isAncestorOf(window()->focusWidget())) m_grid->maximise(card);
                          });
    m_context.actions.add({.id = QStringLiteral("live.follow"),
                           .text = tr("Follow the newest step"),
                           .tooltip = tr("Moves all curves to their end and keeps them there"),
                           .page = page,
                           .scope = ActionScope::Page},
                          this, [this] { m_group->setFollowing(true); });
    m_context.actions.add({.id = QStringLiteral("live.resetCards"),
                           .text = tr("Reset cards"),
                           .tooltip = tr("Shows all cards in their first order and size"),
                           .page = page,
                           .scope = ActionScope::Page},
                          this, [this] { m_grid->resetLayout(); });
}

void LivePage::fillAddMenu() {
    QMenu* menu = m_add->menu();
    menu->clear();
    for (Card* card : m_grid->cards()) {
        QAction* action = menu->addAction(card->title());
        action->setCheckable(true);
        action->setChecked(m_grid->isShown(card));
        connect(action, &QAction::triggered, this,
                [this, card](bool shown) { m_grid->setShown(card, shown); });
    }
    menu->addSeparator();
    menu->addAction(m_context.actions.action(QStringLiteral("live.resetCards")));
}

void LivePage::chooseAxis() {
    m_axis = static_cast<StepAxis>(m_axisBox->currentData().toInt());
    m_context.settings.set(keys::kLiveAxis, m_axisBox->currentIndex());
    if (m_view) tell(RunView::Started);
    m_group->fit();
}

void LivePage::chooseSmoothing() {
    Smoothing smoothing;
    smoothing.kind = static_cast<Smoothing::Kind>(m_smoothKind->currentData().toInt());
    smoothing.decay = m_smooth->value() / 100.0;
    smoothing.window = 1 + 2 * m_smooth->value();
    m_smooth->setEnabled(smoothing.kind != Smoothing::Kind::None);
    m_smoothValue->setText(smoothing.kind == Smoothing::Kind::Ema ? QString::number(smoothing.decay, 'f', 2)
                           : smoothing.kind == Smoothing::Kind::Window ? QString::number(smoothing.window)
                                                                       : QStringLiteral("–"));
    m_smoothValue->setMinimumWidth(m_smoothValue->fontMetrics().horizontalAdvance(QStringLiteral("0.00")));
    // A decay of 0 or a window of 1 smooths nothing: the raw line alone is drawn then.
    if ((smoothing.kind == Smoothing::Kind::Ema && m_smooth->value() == 0) || smoothing.window == 1)
        smoothing.kind = Smoothing::Kind::None;
    for (RunCard* card : m_cards) card->setSmoothing(smoothing);
    m_context.settings.set(keys::kLiveSmoothing,
                           QStringLiteral("%1 %2").arg(m_smoothKind->currentIndex()).arg(m_smooth->value()));
}

}  // namespace jumplora
