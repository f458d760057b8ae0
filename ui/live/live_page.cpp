// SPDX-License-Identifier: GPL-3.0-or-later
#include "live/live_page.h"

#include "live/curve_cards.h"
#include "live/log_card.h"
#include "live/map_cards.h"
#include "live/samples_card.h"
#include "parts/state_widgets.h"
#include "parts/wrap_layout.h"
#include "plots/figure_actions.h"

#include <QAction>
#include <QComboBox>
#include <QLabel>
#include <QMenu>
#include <QSlider>
#include <QToolButton>
#include <QVBoxLayout>
#include <cmath>

namespace jumplora {
namespace {

constexpr int kRunsListed = 200;
constexpr int kSlowInterval = 100;  // ms
constexpr int kEmaSteps = 99;       // slider 0 … 99 is a decay of 0 … 0.99
constexpr int kWindowSteps = 250;   // slider 0 … 250 is a window of 1 … 501

}  // namespace

LivePage::LivePage(WindowContext& context)
    : Page(QStringLiteral("livePage"), tr("Live")),
      m_context(context),
      m_grid(new CardGrid(context.theme)),
      m_group(new AxisGroup(this)) {
    m_states = new StateStack(m_grid, this);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_states);
    registerFigureActions(context.actions);
    makeHeader();
    makeCards();
    makeActions();
    m_slowTimer.setSingleShot(true);
    m_slowTimer.setInterval(kSlowInterval);
    connect(&m_slowTimer, &QTimer::timeout, this, &LivePage::tellSlow);
    const QString remembered = context.settings.get<QString>(keys::kLiveCards);
    if (!remembered.isEmpty()) m_grid->setLayoutText(remembered);
    connect(m_grid, &CardGrid::layoutChanged, this, &LivePage::remember);
    connect(m_grid, &CardGrid::cardHidden, this, &LivePage::cardHidden);
    connect(&context.session, &Session::runEvents, this, &LivePage::takeEvents);
    connect(&context.session, &Session::runsChanged, this, &LivePage::listRuns);
    connect(&context.session, &Session::runStateChanged, this, [this](const RunStatus& status) {
        const auto known = m_active.find(status.id);
        if (known == m_active.end()) return;
        known->second->state = status.state.toStdString();
        known->second->message = status.message.toStdString();
        if (status.id == m_shown) tell(RunView::StateChanged);
    });
    m_states->showEmpty(tr("No run yet. Set one up, or try the built-in experiment."), tr("Set up"),
                        [this] { m_context.navigator.showPage(QStringLiteral("setupPage")); });
    chooseAxis();
    chooseSmoothing();
    listRuns();
}

LivePage::~LivePage() = default;

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
    m_runs = new QComboBox(header);
    m_runs->setObjectName(QStringLiteral("liveRun"));
    m_runs->setAccessibleName(tr("Run that is shown"));
    m_runs->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
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
    m_add->setText(tr("Cards"));
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

void LivePage::noteDwarfedLoss(bool dwarfs, double ratio) {
    if (!dwarfs || !m_view) return;
    const QString text =
        tr("The penalties are %1 × the task loss for 20 steps: the adapter hardly learns \"%2\". "
           "Lower their weight for this task.")
            .arg(qRound(ratio))
            .arg(m_view->taskName(m_view->currentTask()));
    m_view->note(LogLine::Level::Warning, text.toStdString());
    tell(RunView::LogAdded);
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

void LivePage::remember() { m_context.settings.set(keys::kLiveCards, m_grid->layoutText()); }

void LivePage::cardHidden(Card* card) {
    Notice told;
    told.sentence = tr("“%1” is hidden.").arg(card->title());
    told.actionText = tr("Undo");
    told.action = [this, card] { m_grid->setShown(card, true); };
    told.seconds = 10;
    told.id = QStringLiteral("live.cardHidden");
    Q_EMIT notice(told);
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

// --- runs and their events ---

void LivePage::takeEvents(const QString& runId, const EventBatch& batch) {
    if (batch->empty()) return;
    const bool fromStart = std::holds_alternative<RunStarted>(batch->front().payload);
    auto& view = m_active[runId];
    if (fromStart) m_waiting.erase(runId);
    if (!view || (!view->complete && !fromStart)) {
        if (!view) view = std::make_shared<RunView>();
        view->id = runId.toStdString();
        if (const RunStatus* status = m_context.session.status(runId)) {
            view->name = status->name.toStdString();
            view->directory = status->directory.string();
        }
        if (!fromStart) {
            const bool first = m_waiting.find(runId) == m_waiting.end();
            m_waiting[runId].push_back(batch);
            if (first) loadHistory(runId);
            return;
        }
    }
    applyBatch(runId, *view, *batch);
}

void LivePage::applyBatch(const QString& runId, RunView& view, const std::vector<Event>& events) {
    unsigned changes = 0;
    for (const Event& event : events) changes |= view.apply(event);
    if (runId == m_shown) {
        if (m_view.get() == &view)
            tell(changes);
        else
            showView(runId, m_active[runId]);  // somebody waits for its first event
        return;
    }
    // A run that begins is what one wants to see, unless somebody looks at another one.
    const bool goesOn = (changes & RunView::StateChanged) && view.state == "running";
    if (((changes & RunView::Started) || goesOn) && !m_chosen) showRun(runId);
}

void LivePage::loadHistory(const QString& runId) {
    const std::string directory = m_active[runId]->directory;
    m_context.jobs.read(
        this,
        [directory, id = runId.toStdString()](const Store& store) {
            return std::make_shared<RunView>(
                readRunEvents(directory.empty() ? store.run(id).directory : directory));
        },
        [this, runId](const std::shared_ptr<RunView>& history) {
            auto& view = m_active[runId];
            if (!view || view->complete) return;  // told from the beginning meanwhile
            history->name = view->name;
            history->complete = true;
            view = history;
            const auto waiting = std::move(m_waiting[runId]);
            m_waiting.erase(runId);
            // The first batch begins with RunResumed, which cuts off whatever the log already had of it.
            for (const EventBatch& batch : waiting)
                for (const Event& event : *batch) view->apply(event);
            if (m_shown == runId || !m_chosen) showView(runId, view);
        });
}

void LivePage::listRuns() {
    m_context.jobs.read(
        this,
        [](const Store& store) {
            RunFilter filter;
            filter.limit = kRunsListed;
            return store.listRuns(filter);
        },
        [this](const std::vector<RunRow>& rows) {
            const QSignalBlocker blocker(m_runs);
            m_runs->clear();
            for (const RunStatus& status : m_context.session.runs()) {
                if (status.isActive()) m_runs->addItem(tr("▶ %1").arg(status.name), status.id);
            }
            for (const RunRow& row : rows) {
                const QString id = QString::fromStdString(row.id);
                if (m_runs->findData(id) >= 0) continue;
                m_runs->addItem(QString::fromStdString(row.name), id);
                m_runs->setItemData(m_runs->count() - 1, id, Qt::ToolTipRole);
            }
            m_runs->setEnabled(m_runs->count() > 0);
            if (m_shown.isEmpty() && m_runs->count() > 0) showRun(m_runs->itemData(0).toString());
            m_runs->setCurrentIndex(m_runs->findData(m_shown));
        });
    if (m_view) readSeeds();
}

void LivePage::readSeeds() {
    m_context.jobs.read(
        this, [id = m_shown.toStdString()](const Store& store) { return jumplora::readSeeds(store, id); },
        [this, id = m_shown](const SeedSummary& seeds) {
            if (id == m_shown) m_matrix->setSeeds(seeds);
        },
        [](const QString&) {});  // an index that cannot be read is said where the runs are listed
}

void LivePage::open(const PageRequest& request) {
    if (request.runs.isEmpty()) return;
    // A run that is being worked on is followed, a stored one has been chosen.
    const RunStatus* status = m_context.session.status(request.runs.front());
    m_chosen = status == nullptr || !status->isActive();
    showRun(request.runs.front());
}

void LivePage::showRun(const QString& runId) {
    m_runs->setCurrentIndex(m_runs->findData(runId));
    const auto active = m_active.find(runId);
    if (active != m_active.end() && active->second->complete) {
        showView(runId, active->second);
        return;
    }
    if (runId == m_shown && m_view) return;
    m_shown = runId;
    m_view.reset();
    if (m_reading) m_reading->cancel();
    if (active == m_active.end()) {
        m_states->startLoading();
        const RunStatus* status = m_context.session.status(runId);
        // Just started or resumed: what there is to see comes with its first events.
        if (status != nullptr && status->isActive()) return;
        m_reading = m_context.jobs.read(
            this,
            [id = runId.toStdString()](const Store& store) {
                return std::make_shared<RunView>(readRunView(store, id));
            },
            [this, runId](const std::shared_ptr<RunView>& view) {
                if (m_shown == runId && !m_view) showView(runId, view);
            },
            [this, runId](const QString& sentence) {
                // Its events may have come meanwhile.
                if (m_shown == runId && !m_view) m_states->showError(sentence);
            });
    }
}

void LivePage::showView(const QString& runId, std::shared_ptr<RunView> view) {
    const bool other = m_view != view;
    if (m_reading) m_reading->cancel();
    m_shown = runId;
    m_view = std::move(view);
    m_runs->setCurrentIndex(m_runs->findData(runId));
    m_states->showContent();
    if (other) {
        m_matrix->setSeeds({});
        readSeeds();
        m_group->fit();
        tell(RunView::Started | RunView::StepsRemoved | RunView::GateChanged | RunView::CellsChanged |
             RunView::OverlapChanged | RunView::LogAdded | RunView::TasksChanged | RunView::StateChanged);
    }
    Q_EMIT runShown(runId);
}

void LivePage::tellTimeLeft() {
    const RunStatus* status = m_context.session.status(m_shown);
    const bool running = status != nullptr && status->isActive();
    const double ofTask = running ? status->timeLeft.ofTask() : std::nan("");
    const double ofRun = running ? status->timeLeft.ofRun() : std::nan("");
    for (RunCard* card : m_cards) card->setTimeLeft(ofTask, ofRun);
}

void LivePage::tell(unsigned changes) {
    m_pending |= changes;
    if (!isVisible() || !m_view || m_pending == 0) return;
    unsigned now = std::exchange(m_pending, 0U);
    constexpr unsigned kSlow =
        RunView::GateChanged | RunView::CellsChanged | RunView::OverlapChanged | RunView::LogAdded;
    // Maps are drawn ten times a second at most: making them more often would only cost time.
    if (!(now & RunView::Started)) {
        m_slow |= now & kSlow;
        now &= ~kSlow;
        if (m_slow != 0 && !m_slowTimer.isActive()) m_slowTimer.start();
    } else {
        m_slow = 0;
    }
    if (now == 0) return;
    tellTimeLeft();
    for (RunCard* card : m_cards) card->show(*m_view, now, m_axis);
}

void LivePage::tellSlow() {
    if (!isVisible() || !m_view) {
        m_pending |= std::exchange(m_slow, 0U);
        return;
    }
    const unsigned now = std::exchange(m_slow, 0U);
    if (now == 0) return;
    for (RunCard* card : m_cards) card->show(*m_view, now, m_axis);
}

void LivePage::activated() { tell(0); }

void LivePage::showEvent(QShowEvent* event) {
    Page::showEvent(event);
    tell(0);
}

}  // namespace jumplora
