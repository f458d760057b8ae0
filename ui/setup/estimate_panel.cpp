// SPDX-License-Identifier: GPL-3.0-or-later
#include "setup/estimate_panel.h"

#include "exchange/number_format.h"
#include "parts/actions.h"
#include "parts/follow_font.h"
#include "theme/icons.h"

#include <QAction>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>

namespace jumplora {
namespace {

QString number(double value, Quantity quantity) {
    return QString::fromStdString(formatNumber(value, quantity));
}
QString bytes(std::int64_t value) { return number(static_cast<double>(value), Quantity::Bytes); }

QString age(const QDateTime& when) {
    const qint64 seconds = when.secsTo(QDateTime::currentDateTimeUtc());
    constexpr qint64 kMinute = 60;
    constexpr qint64 kHour = 3600;
    constexpr qint64 kDay = 86400;
    if (seconds < kMinute) return EstimatePanel::tr("measured just now");
    if (seconds < kHour)
        return EstimatePanel::tr("measured %n minutes ago", nullptr, static_cast<int>(seconds / kMinute));
    if (seconds < kDay)
        return EstimatePanel::tr("measured %n hours ago", nullptr, static_cast<int>(seconds / kHour));
    return EstimatePanel::tr("measured %n days ago", nullptr, static_cast<int>(seconds / kDay));
}

QString link(const StartReason& reason, const QString& colour) {
    return QStringLiteral("<a style=\"color:%1\" href=\"%2#%3\">%4</a>")
        .arg(colour, QString::fromStdString(reason.key))
        .arg(reason.row)
        .arg(reason.sentence.toHtmlEscaped());
}

}  // namespace

EstimatePanel::EstimatePanel(SpecDocument& document, Estimator& estimator, Theme& theme,
                             ActionRegistry& actions, QWidget* parent)
    : QWidget(parent), m_document(document), m_estimator(estimator), m_theme(theme) {
    setObjectName("estimatePanel");
    setAccessibleName(tr("Estimate"));
    auto* values = new QHBoxLayout;
    values->setSpacing(12);
    m_steps = addValue(values, tr("steps"), QStringLiteral("estimateSteps"));
    m_time = addValue(values, tr("time"), QStringLiteral("estimateTime"));
    m_memory = addValue(values, tr("peak memory"), QStringLiteral("estimateMemory"));
    m_disk = addValue(values, tr("disk"), QStringLiteral("estimateDisk"));
    m_disk->setToolTip(tr("Adapters of all tasks, the newest checkpoint, predictions and event log"));
    values->addStretch(1);
    m_measure = new QToolButton(this);
    m_measure->setObjectName("measureButton");
    m_measure->setProperty("button", true);
    values->addWidget(m_measure, 0, Qt::AlignVCenter);
    connect(m_measure, &QToolButton::clicked, this,
            [this] { m_estimator.isMeasuring() ? m_estimator.cancelMeasuring() : m_estimator.measure(); });
    m_warning = new QLabel(this);
    m_warning->setObjectName("estimateWarning");
    m_warning->setWordWrap(true);
    m_warning->setProperty("error", true);
    m_reasons = new QLabel(this);
    m_reasons->setObjectName("startReasons");
    m_reasons->setWordWrap(true);
    m_reasons->setTextFormat(Qt::RichText);
    m_reasons->setTextInteractionFlags(Qt::LinksAccessibleByMouse | Qt::LinksAccessibleByKeyboard);
    const auto follow = [this](const QString& target) {
        Q_EMIT reasonActivated(target.section(QLatin1Char('#'), 0, 0),
                               target.section(QLatin1Char('#'), 1).toInt());
    };
    connect(m_reasons, &QLabel::linkActivated, this, follow);
    connect(m_warning, &QLabel::linkActivated, this, follow);
    m_start = new QPushButton(icon(QStringLiteral("play"), theme.colour(Role::OnAccent)), tr("Start"), this);
    m_start->setObjectName("startButton");
    m_start->setProperty("primary", true);
    m_enqueue = new QPushButton(icon(QStringLiteral("queue")), tr("Add to queue"), this);
    m_enqueue->setObjectName("enqueueButton");
    m_more = new QToolButton(this);
    m_more->setObjectName("specMenu");
    m_more->setIcon(icon(QStringLiteral("more")));
    m_more->setAccessibleName(tr("Experiment file"));
    m_more->setToolTip(tr("New, open, save"));
    m_more->setPopupMode(QToolButton::InstantPopup);
    m_more->setProperty("button", true);
    auto* menu = new QMenu(m_more);
    for (const char* id : {"spec.new", "spec.open", "spec.save", "spec.saveAs"})
        if (QAction* action = actions.action(QLatin1String(id))) menu->addAction(action);
    m_more->setMenu(menu);
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(m_start, 2);
    buttons->addWidget(m_enqueue, 1);
    buttons->addWidget(m_more);
    auto* whole = new QVBoxLayout(this);
    whole->setContentsMargins(0, 0, 0, 0);
    whole->addLayout(values);
    whole->addWidget(m_warning);
    whole->addWidget(m_reasons);
    whole->addLayout(buttons);
    connect(m_start, &QPushButton::clicked, this, &EstimatePanel::startClicked);
    connect(m_enqueue, &QPushButton::clicked, this, &EstimatePanel::enqueueClicked);
    connect(&document, &SpecDocument::changed, this, &EstimatePanel::refresh);
    connect(&estimator, &Estimator::changed, this, &EstimatePanel::refresh);
    connect(&theme, &Theme::changed, this, [this] {
        m_start->setIcon(icon(QStringLiteral("play"), m_theme.colour(Role::OnAccent)));
        refresh();
    });
    refresh();
}

QLabel* EstimatePanel::addValue(QHBoxLayout* line, const QString& name, const QString& objectName) {
    auto* column = new QVBoxLayout;
    column->setSpacing(0);
    auto* value = new QLabel(QStringLiteral("–"), this);
    value->setObjectName(objectName);
    value->setAccessibleName(name);
    followFont(value, m_theme, TextRole::Number);
    auto* caption = new QLabel(name, this);
    caption->setProperty("muted", true);
    followFont(caption, m_theme, TextRole::Small);
    column->addWidget(value);
    column->addWidget(caption);
    line->addLayout(column);
    return value;
}

std::vector<StartReason> EstimatePanel::reasons() const {
    std::vector<StartReason> all = m_document.reasons();
    return all.empty() ? m_estimator.estimate().reasons : all;
}

void EstimatePanel::refresh() {
    showNumbers();
    showReasons();
    showWarning();
}

void EstimatePanel::showNumbers() {
    const Estimate& estimate = m_estimator.estimate();
    const auto measured = m_estimator.measured();
    const QString unknown = QStringLiteral("–");
    const bool valid = m_document.reasons().empty();
    const bool known = valid && estimate.plan.has_value();
    m_steps->setText(known ? number(static_cast<double>(estimate.plan->steps), Quantity::Count) : unknown);
    m_steps->setToolTip(
        known ? tr("%1 training rows, %2 evaluated rows")
                    .arg(number(static_cast<double>(estimate.plan->rows), Quantity::Count),
                         number(static_cast<double>(estimate.plan->evaluatedRows), Quantity::Count))
              : tr("Counted as the engine does"));
    if (m_estimator.isMeasuring()) {
        m_time->setText(tr("measuring…"));
    } else {
        m_time->setText(known && measured
                            ? QString::fromStdString(formatEstimate(measured->result.seconds(*estimate.plan)))
                            : unknown);
    }
    m_time->setToolTip(
        measured
            ? tr("Training and evaluation, from a few steps on this machine (%1): %2 s a step without the "
                 "gate, %3 s with it, %4 s an evaluated row.")
                  .arg(age(measured->when))
                  .arg(measured->result.warmStepSeconds, 0, 'g', 3)
                  .arg(measured->result.gatedStepSeconds, 0, 'g', 3)
                  .arg(measured->result.evaluatedRowSeconds, 0, 'g', 3)
            : tr("Not measured yet for this backbone, adapter and batch"));
    m_memory->setText(valid && estimate.needs ? QStringLiteral("≈ ") + bytes(estimate.needs->memoryBytes())
                                              : unknown);
    if (estimate.needs)
        m_memory->setToolTip(
            tr("By formula: weights %1, adapters and optimizer %2, what the method remembers %3, one "
               "batch %4, libraries %5. Free: %6.")
                .arg(bytes(estimate.needs->weightBytes), bytes(estimate.needs->adapterBytes),
                     bytes(estimate.needs->memoryOfPastBytes), bytes(estimate.needs->activationBytes),
                     bytes(estimate.needs->programBytes), bytes(estimate.freeMemory)));
    m_disk->setText(valid && estimate.needs ? QStringLiteral("≈ ") + bytes(estimate.needs->diskBytes)
                                            : unknown);
    const QString obstacle = m_estimator.obstacle();
    m_measure->setText(m_estimator.isMeasuring() ? tr("Cancel")
                       : measured                ? tr("Measure again")
                                                 : tr("Measure"));
    m_measure->setIcon(icon(QStringLiteral("measure")));
    m_measure->setToolButtonStyle(measured && !m_estimator.isMeasuring() ? Qt::ToolButtonIconOnly
                                                                         : Qt::ToolButtonTextOnly);
    m_measure->setAccessibleName(m_measure->text());
    m_measure->setEnabled(m_estimator.isMeasuring() || obstacle.isEmpty());
    m_measure->setToolTip(obstacle.isEmpty() ? tr("Make a few steps to measure the time (1 to 5 s)")
                                             : obstacle);
}

void EstimatePanel::showReasons() {
    const std::vector<StartReason> all = reasons();
    QStringList lines;
    const QString colour = m_theme.colour(Role::Error).name();
    constexpr std::size_t kMost = 4;
    for (std::size_t i = 0; i < std::min(kMost, all.size()); ++i)
        lines += QStringLiteral("<span style=\"color:%1\">✕</span> ").arg(colour) + link(all[i], colour);
    if (all.size() > kMost) lines += tr("and %n more", nullptr, static_cast<int>(all.size() - kMost));
    m_reasons->setText(lines.join(QStringLiteral("<br>")));
    m_reasons->setVisible(!all.empty());
    m_reasons->setAccessibleName(all.empty() ? tr("Nothing keeps the run from starting")
                                             : tr("Why the run cannot start"));
    m_reasons->setProperty("count", static_cast<int>(all.size()));
    m_start->setEnabled(all.empty());
    m_enqueue->setEnabled(all.empty());
    const int seeds = static_cast<int>(m_document.seeds().size());
    m_start->setToolTip(
        seeds > 1
            ? tr("Starts the first of %n seeds here and queues the others (Ctrl+Return)", nullptr, seeds)
            : tr("Starts the run in this window (Ctrl+Return)"));
    m_enqueue->setText(seeds > 1 ? tr("Queue %n runs", nullptr, seeds) : tr("Add to queue"));
    m_enqueue->setToolTip(tr("Freezes these settings and adds them to the queue (Ctrl+Shift+Return)"));
}

void EstimatePanel::showWarning() {
    const Estimate& estimate = m_estimator.estimate();
    QString text;
    const QString colour = m_theme.colour(Role::Error).name();
    if (estimate.needs && estimate.freeMemory > 0 && estimate.needs->memoryBytes() > estimate.freeMemory) {
        const auto to = [&](const char* key, const QString& words) {
            return QStringLiteral("<a style=\"color:%1\" href=\"%2#-1\">%3</a>")
                .arg(colour, QLatin1String(key), words);
        };
        text = tr("▲ Needs ≈ %1, %2 free: the run would probably be killed. Lower %3, %4 or %5.")
                   .arg(bytes(estimate.needs->memoryBytes()), bytes(estimate.freeMemory),
                        to("train.batch_size", tr("batch size")),
                        to("train.max_source_length", tr("source length")),
                        to("adapter.targets", tr("adapted layers")));
    } else if (estimate.needs && estimate.freeDisk > 0 && estimate.needs->diskBytes > estimate.freeDisk) {
        text = tr("▲ Needs ≈ %1 of disk, %2 free. Free some space or choose another folder for runs in the "
                  "settings.")
                   .arg(bytes(estimate.needs->diskBytes), bytes(estimate.freeDisk));
    }
    m_memory->setProperty("error", !text.isEmpty());
    m_warning->setText(text);
    m_warning->setVisible(!text.isEmpty());
}

}  // namespace jumplora
