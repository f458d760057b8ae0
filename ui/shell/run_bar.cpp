// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/run_bar.h"

#include "exchange/number_format.h"
#include "session/window_context.h"
#include "theme/icons.h"

#include <QAccessible>
#include <QAction>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QProgressBar>
#include <QPushButton>
#include <QStyle>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

namespace jumplora {
namespace {

constexpr int kRefresh = 250;     // ms
constexpr qint64 kSpoken = 5000;  // ms between announcements
constexpr int kProgressWidth = 120;
constexpr int kProgressSteps = 1000;
constexpr int kNameWidth = 260;

QString number(double value, Quantity quantity) {
    return QString::fromStdString(formatNumber(value, quantity));
}

QString tauText(const std::vector<double>& tau) {
    if (tau.empty()) return QStringLiteral("–");
    const auto [low, high] = std::minmax_element(tau.begin(), tau.end());
    const QString first = number(*low, Quantity::Threshold);
    return *low < *high ? first + QStringLiteral("…") + number(*high, Quantity::Threshold) : first;
}

QLabel* label(QWidget* parent, const char* name) {
    auto* made = new QLabel(parent);
    made->setObjectName(QLatin1String(name));
    return made;
}

}  // namespace

RunBar::RunBar(WindowContext& context, QWidget* parent)
    : QFrame(parent),
      m_context(context),
      m_icon(new QLabel(this)),
      m_state(label(this, "runState")),
      m_selector(new QComboBox(this)),
      m_name(new QPushButton(this)),
      m_task(label(this, "runTask")),
      m_step(label(this, "runStep")),
      m_progress(new QProgressBar(this)),
      m_percent(label(this, "runPercent")),
      m_idle(label(this, "runIdle")),
      m_pause(context.actions.button(QStringLiteral("run.pause"), this)),
      m_stop(context.actions.button(QStringLiteral("run.stop"), this)),
      m_message(label(this, "runMessage")) {
    setObjectName(QStringLiteral("runBar"));
    setAccessibleName(tr("Current run"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(metrics::kPageMargin, metrics::kHalfGrid, metrics::kPageMargin,
                               metrics::kHalfGrid);
    layout->setSpacing(0);
    buildFirstLine();
    buildSecondLine();

    m_timer.setSingleShot(true);
    m_timer.setInterval(kRefresh);
    connect(&m_timer, &QTimer::timeout, this, &RunBar::refresh);
    const auto soon = [this] {
        m_dirty = true;
        if (!m_timer.isActive()) m_timer.start();
    };
    connect(&context.session, &Session::runEvents, this, soon);
    connect(&context.queue, &RunQueue::changed, this, soon);
    // A click is answered at once.
    const auto now = [this] {
        m_dirty = true;
        refresh();
    };
    connect(&context.session, &Session::runStateChanged, this, now);
    connect(&context.session, &Session::runRenamed, this, now);
    connect(&context.theme, &Theme::changed, this, &RunBar::restyle);
    restyle();
    refresh();
}

void RunBar::buildFirstLine() {
    m_selector->setObjectName(QStringLiteral("runBarSelector"));
    m_selector->setAccessibleName(tr("Which run the bar shows"));
    m_selector->setToolTip(tr("Which run the bar shows"));
    m_name->setObjectName(QStringLiteral("runName"));
    m_name->setFlat(true);
    m_name->setToolTip(tr("Open this run on Live"));
    m_name->setCursor(Qt::PointingHandCursor);
    m_name->setStyleSheet(QStringLiteral(
        "QPushButton { border: none; background: transparent; padding: 0 4px; font-weight: 600; text-align: "
        "left; }"));
    m_progress->setObjectName(QStringLiteral("runProgress"));
    m_progress->setRange(0, kProgressSteps);
    m_progress->setTextVisible(false);
    m_progress->setFixedWidth(kProgressWidth);
    m_progress->setAccessibleName(tr("Share of all steps done"));
    m_pause->setObjectName(QStringLiteral("pauseButton"));
    m_stop->setObjectName(QStringLiteral("stopButton"));
    auto* menu = new QMenu(m_stop);
    for (const char* id : {"run.stop", "run.stopAfterTask", "run.checkpoint"})
        menu->addAction(m_context.actions.action(QLatin1String(id)));
    m_stop->setMenu(menu);
    m_stop->setPopupMode(QToolButton::MenuButtonPopup);

    auto* line = new QHBoxLayout;
    line->setSpacing(metrics::kGrid);
    line->addWidget(m_icon);
    line->addWidget(m_state);
    line->addWidget(m_idle, 1);
    line->addWidget(m_name);
    line->addWidget(m_selector);
    line->addWidget(m_task);
    line->addWidget(m_step);
    line->addWidget(m_progress);
    line->addWidget(m_percent);
    line->addStretch(1);
    line->addWidget(m_pause);
    line->addWidget(m_stop);
    static_cast<QVBoxLayout*>(layout())->addLayout(line);
    connect(m_name, &QPushButton::clicked, this, [this] {
        if (const RunStatus* run = shown()) Q_EMIT openRequested(run->id);
    });
    connect(m_selector, QOverload<int>::of(&QComboBox::activated), this, [this](int index) {
        m_chosen = m_selector->itemData(index).toString();
        m_dirty = true;
        refresh();
    });
}

void RunBar::buildSecondLine() {
    auto* line = new QHBoxLayout;
    line->setSpacing(metrics::kPageMargin);
    constexpr std::array<const char*, FieldCount> kNames = {
        "runCe", "runPenalty", "runTau", "runDensity", "runSpeed", "runLeft", "runQueued"};
    const std::array<QString, FieldCount> tips = {
        tr("Cross-entropy of the last step: mean over its micro-batches"),
        tr("Sum of the weighted penalties of the method, as added to the loss"),
        tr("Threshold τ of the gate; the smallest and largest where there are several"),
        tr("Share of the entries of ΔW whose absolute value is above τ"),
        tr("Optimizer steps per second, about the last twenty"),
        tr("Time the run still takes at its present pace, evaluation included"),
        tr("Runs that wait in the queue")};
    for (int field = 0; field < FieldCount; ++field) {
        const auto i = static_cast<std::size_t>(field);
        m_fields[i] = label(this, kNames[i]);
        m_fields[i]->setToolTip(tips[i]);
        line->addWidget(m_fields[i]);
    }
    line->addStretch();
    line->addWidget(m_message);
    static_cast<QVBoxLayout*>(layout())->addLayout(line);
}

void RunBar::restyle() {
    const Theme& theme = m_context.theme;
    const QFont numbers = theme.font(TextRole::Number);
    const QFontMetrics metrics(numbers);
    const std::array<const char*, FieldCount> widest = {"CE 0.0000",    "pen 0.00e−00", "τ 0.00e−0",
                                                        "dens 00.00 %", "000 steps/s",  "≈ 00:00:00 left",
                                                        "00 queued"};
    for (int field = 0; field < FieldCount; ++field) {
        const auto i = static_cast<std::size_t>(field);
        m_fields[i]->setFont(numbers);
        m_fields[i]->setMinimumWidth(metrics.horizontalAdvance(QString::fromUtf8(widest[i])));
    }
    m_step->setFont(numbers);
    m_percent->setFont(numbers);
    m_percent->setMinimumWidth(metrics.horizontalAdvance(QStringLiteral("100 %")));
    m_progress->setFixedHeight(metrics.height() * 2 / 3);
    setMinimumHeight(theme.scaled(metrics::kRunBarHeight));
    setStyleSheet(QStringLiteral("#runBar { background: %1; border-top: 1px solid %2; }"
                                 "#runProgress { background: %3; border: 1px solid %4; border-radius: 3px; }"
                                 "#runProgress::chunk { background: %5; border-radius: 2px; }")
                      .arg(theme.colour(Role::Card).name(), theme.colour(Role::Hairline).name(),
                           theme.colour(Role::Raised).name(), theme.colour(Role::Border).name(),
                           theme.colour(Role::Accent).name()));
    m_dirty = true;
    refresh();
}

const RunStatus* RunBar::shown() const {
    const Session& session = m_context.session;
    const RunStatus* chosen = session.status(m_chosen);
    if (chosen != nullptr && chosen->state != QLatin1String("finished")) return chosen;
    if (const RunStatus* active = session.oldestActive()) return active;
    if (chosen != nullptr) return chosen;
    return session.runs().empty() ? nullptr : &session.runs().back();
}

void RunBar::refresh() {
    if (!m_dirty) return;
    m_dirty = false;
    m_timer.start();  // the next change waits its turn
    const RunStatus* run = shown();
    fillSelector();
    const int queued = m_context.queue.waiting();
    m_fields[Queued]->setText(queued > 0 ? tr("%n queued", nullptr, queued) : QString());
    if (run == nullptr) {
        showIdle();
    } else {
        showRun(*run);
    }
    updateActions();
    fitFields();
    Q_EMIT updated();
}

void RunBar::showIdle() {
    for (QWidget* each : std::initializer_list<QWidget*>{m_icon, m_state, m_name, m_task, m_step, m_progress,
                                                         m_percent, m_message})
        each->hide();
    m_idle->setText(tr("No run. Ctrl+Return on Set-up starts one."));
    m_idle->show();
    for (int field = 0; field < Queued; ++field) m_fields[static_cast<std::size_t>(field)]->clear();
}

void RunBar::showRun(const RunStatus& run) {
    m_idle->hide();
    for (QWidget* each : std::initializer_list<QWidget*>{m_icon, m_state, m_name, m_task, m_step, m_progress,
                                                         m_percent, m_message})
        each->show();
    const StateLook look = m_context.theme.colours().state(run.state);
    const bool preparing = run.state == QLatin1String("waiting");
    const QString word = preparing ? tr("Preparing") : look.word;
    m_icon->setPixmap(iconPixmap(look.icon, look.colour, metrics::kSmallIcon, devicePixelRatioF()));
    m_state->setText(word);
    m_state->setStyleSheet(QStringLiteral("color: %1; font-weight: 600;").arg(look.colour.name()));
    m_name->setText(m_name->fontMetrics().elidedText(run.name, Qt::ElideMiddle, kNameWidth));
    m_name->setAccessibleName(tr("Open run %1 on Live").arg(run.name));
    if (run.evaluating && run.isActive()) {
        const auto column = static_cast<qsizetype>(run.evaluation.task - 1);
        m_task->setText(tr("evaluating %1")
                            .arg(column >= 0 && column < run.tasks.size() ? run.tasks[column] : QString()));
        m_step->setText(QStringLiteral("%1/%2").arg(run.evaluation.done).arg(run.evaluation.total));
    } else if (run.task > 0) {
        m_task->setText(tr("task %1/%2 %3").arg(run.task).arg(run.tasks.size()).arg(run.taskName()));
        m_step->setText(tr("step %1/%2").arg(run.step).arg(run.stepsOfTask()));
    } else {
        m_task->clear();
        m_step->clear();
    }
    m_progress->setValue(qRound(run.share() * kProgressSteps));
    m_percent->setText(QStringLiteral("%1 %").arg(static_cast<int>(run.share() * 100)));
    QString message = run.message;
    if (message.isEmpty() && run.isActive() && !run.obeys) message = tr("run by another window");
    m_message->setToolTip(message);
    m_message->setText(m_message->fontMetrics().elidedText(message.section(QLatin1Char('\n'), 0, 0),
                                                           Qt::ElideRight, width() / 2));
    showNumbers(run);
    say(tr("%1, %2, task %3 of %4").arg(word, run.name).arg(run.task).arg(run.tasks.size()));
}

void RunBar::showNumbers(const RunStatus& run) {
    const bool any = run.globalStep > 0 && run.ce > 0;
    m_fields[Ce]->setText(tr("CE %1").arg(any ? number(run.ce, Quantity::Loss) : QStringLiteral("–")));
    m_fields[Penalty]->setText(run.hasPenalty ? tr("pen %1").arg(number(run.penalty, Quantity::Magnitude))
                                              : QString());
    m_fields[Tau]->setText(run.tau.empty() ? QString() : QStringLiteral("τ ") + tauText(run.tau));
    m_fields[Density]->setText(run.tau.empty() ? QString()
                                               : tr("dens %1 %").arg(number(run.density, Quantity::Density)));
    const bool active = run.isActive();
    m_fields[Speed]->setText(active && run.stepsPerSecond > 0
                                 ? tr("%1 steps/s").arg(number(run.stepsPerSecond, Quantity::Magnitude))
                                 : QString());
    const QString more = run.timeLeft.evaluationKnown() ? QString() : QStringLiteral("+");
    m_fields[Left]->setText(
        active && run.stepsPerSecond > 0
            ? tr("%1 left").arg(QString::fromStdString(formatEstimate(run.timeLeft.ofRun())) + more)
            : QString());
}

void RunBar::fillSelector() {
    const auto& runs = m_context.session.runs();
    m_selector->setVisible(runs.size() > 1);
    const RunStatus* current = shown();
    m_selector->clear();
    int number = 0;
    for (const RunStatus& run : runs) {
        ++number;
        m_selector->addItem(tr("%1 of %2").arg(number).arg(runs.size()), run.id);
        m_selector->setItemData(number - 1, run.name, Qt::ToolTipRole);
        if (current != nullptr && current->id == run.id) m_selector->setCurrentIndex(number - 1);
    }
}

void RunBar::updateActions() {
    ActionRegistry& actions = m_context.actions;
    const RunStatus* run = shown();
    const bool active = run != nullptr && run->isActive() && run->obeys;
    const bool resumable = run != nullptr && !run->isActive() && run->state != QLatin1String("finished");
    const QString none =
        run != nullptr && run->isActive() ? tr("Another window runs it.") : tr("No run is on.");
    QAction* pause = actions.action(QStringLiteral("run.pause"));
    pause->setText(resumable ? tr("Resume") : tr("Pause"));
    pause->setIcon(icon(resumable ? QStringLiteral("resume") : QStringLiteral("pause")));
    actions.setEnabled(QStringLiteral("run.pause"), active || resumable, none);
    for (const char* id : {"run.stop", "run.stopAfterTask", "run.checkpoint"})
        actions.setEnabled(QLatin1String(id), active, none);
}

void RunBar::pauseOrResume() {
    const RunStatus* run = shown();
    if (run == nullptr) return;
    // The bar stays with the run that was spoken to, also when the queue starts another one meanwhile.
    m_chosen = run->id;
    if (run->isActive()) {
        m_context.session.command(run->id, RunCommand::Pause);
        return;
    }
    m_context.queue.tryResume(run->directory);
}

void RunBar::command(const QString& actionId) {
    const RunStatus* run = shown();
    if (run == nullptr) return;
    RunCommand command = RunCommand::Stop;
    if (actionId == QLatin1String("run.stopAfterTask")) command = RunCommand::StopAfterTask;
    if (actionId == QLatin1String("run.checkpoint")) command = RunCommand::CheckpointNow;
    m_context.session.command(run->id, command);
}

// At narrow widths fields leave in this order; state, task, step, time left and both buttons stay.
void RunBar::fitFields() {
    for (QLabel* field : m_fields) field->setVisible(!field->text().isEmpty());
    const int room = width() - 2 * metrics::kPageMargin;
    const auto needed = [this] {
        int sum = m_message->isHidden() ? 0 : m_message->sizeHint().width() + metrics::kPageMargin;
        for (const QLabel* field : m_fields)
            if (!field->isHidden())
                sum += std::max(field->minimumWidth(), field->sizeHint().width()) + metrics::kPageMargin;
        return sum;
    };
    for (const Field field : {Density, Speed, Penalty, Queued, Tau}) {
        if (needed() <= room) return;
        m_fields[field]->hide();
    }
}

void RunBar::resizeEvent(QResizeEvent* event) {
    QFrame::resizeEvent(event);
    fitFields();
}

void RunBar::say(const QString& state) {
    m_state->setAccessibleName(state);
    if (m_sinceSpoken.isValid() && m_sinceSpoken.elapsed() < kSpoken) return;
    m_sinceSpoken.start();
    QAccessibleEvent event(m_state, QAccessible::NameChanged);
    QAccessible::updateAccessibility(&event);
}

}  // namespace jumplora
