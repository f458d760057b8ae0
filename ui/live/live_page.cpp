// SPDX-License-Identifier: GPL-3.0-or-later
#include "live/live_page.h"

#include "live/map_cards.h"
#include "parts/state_widgets.h"
#include "plots/figure_actions.h"

#include <QComboBox>
#include <QVBoxLayout>
#include <cmath>

namespace jumplora {
namespace {

constexpr int kRunsListed = 200;
constexpr int kSlowInterval = 100;  // ms

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
    connect(&context.session, &Session::runRenamed, this, [this](const QString& runId, const QString& name) {
        const auto known = m_active.find(runId);
        if (known != m_active.end()) known->second->name = name.toStdString();
        listRuns();
    });
    m_states->showEmpty(tr("No run yet. Set one up, or try the built-in experiment."), tr("Set up"),
                        [this] { m_context.navigator.showPage(QStringLiteral("setupPage")); });
    chooseAxis();
    chooseSmoothing();
    listRuns();
}

LivePage::~LivePage() = default;

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
