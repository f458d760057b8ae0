// SPDX-License-Identifier: GPL-3.0-or-later
#include "setup/schedule_picture.h"

#include "exchange/number_format.h"
#include "parts/follow_font.h"

#include <QButtonGroup>
#include <QHBoxLayout>
#include <QHelpEvent>
#include <QLabel>
#include <QPainter>
#include <QScrollArea>
#include <QToolButton>
#include <QToolTip>
#include <QVBoxLayout>
#include <algorithm>

namespace jumplora {
namespace {

QString number(double value, Quantity quantity) {
    return QString::fromStdString(formatNumber(value, quantity));
}

struct Phase {
    QString name;
    std::int64_t from = 0;
    std::int64_t to = 0;
    Role fill = Role::PhaseGate;
    Qt::BrushStyle pattern = Qt::NoBrush;
};

std::vector<Phase> phasesOf(const PlannedStage& stage, bool gated) {
    if (!gated) return {{SchedulePicture::tr("no gate"), 0, stage.steps, Role::PhaseWarm, Qt::NoBrush}};
    const std::int64_t warm = std::min(stage.initialisationStep, stage.steps);
    const std::int64_t blend = std::clamp(stage.finalStep, warm, stage.steps);
    return {{SchedulePicture::tr("warm start"), 0, warm, Role::PhaseWarm, Qt::NoBrush},
            {SchedulePicture::tr("blend"), warm, blend, Role::PhaseBlend, Qt::BDiagPattern},
            {SchedulePicture::tr("gate"), blend, stage.steps, Role::Accent, Qt::NoBrush}};
}

}  // namespace

class SchedulePicture::Bars : public QWidget {
  public:
    Bars(SchedulePicture& owner, QWidget* parent) : QWidget(parent), m_owner(owner) {
        setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    }
    [[nodiscard]] int rowHeight() const {
        const std::size_t rows = m_owner.m_plan ? m_owner.m_plan->stages.size() : 1;
        constexpr std::size_t kFew = 6;
        return QFontMetrics(m_owner.m_theme.font(TextRole::Small)).height() + (rows > kFew ? 2 : 8);
    }
    [[nodiscard]] QSize sizeHint() const override {
        const int rows = m_owner.m_plan ? static_cast<int>(m_owner.m_plan->stages.size()) : 1;
        return {240, rows * rowHeight() + 4};
    }
    [[nodiscard]] QSize minimumSizeHint() const override { return {160, sizeHint().height()}; }

  protected:
    void paintEvent(QPaintEvent*) override {
        if (!m_owner.m_plan) return;
        QPainter painter(this);
        painter.setFont(m_owner.m_theme.font(TextRole::Small));
        double longest = 0;
        for (const PlannedStage& stage : m_owner.m_plan->stages)
            longest = std::max(longest, length(stage, stage.steps));
        for (std::size_t i = 0; i < m_owner.m_plan->stages.size(); ++i) paintRow(painter, i, longest);
    }

    bool event(QEvent* event) override {
        if (event->type() != QEvent::ToolTip || !m_owner.m_plan) return QWidget::event(event);
        const auto* help = static_cast<QHelpEvent*>(event);
        const int row = help->pos().y() / rowHeight();
        if (row >= static_cast<int>(m_owner.m_plan->stages.size())) return QWidget::event(event);
        QToolTip::showText(help->globalPos(), describe(m_owner.m_plan->stages[static_cast<std::size_t>(row)]),
                           this);
        return true;
    }

  private:
    // Of the first `steps` steps, in the unit shown.
    [[nodiscard]] double length(const PlannedStage& stage, std::int64_t steps) const {
        if (!m_owner.m_byTime || !m_owner.m_probe) return static_cast<double>(steps);
        const std::int64_t warm = m_owner.m_gated ? std::min(stage.initialisationStep, steps) : steps;
        return m_owner.m_probe->warmStepSeconds * static_cast<double>(warm) +
               m_owner.m_probe->gatedStepSeconds * static_cast<double>(steps - warm);
    }

    [[nodiscard]] QString total(const PlannedStage& stage) const {
        const double value = length(stage, stage.steps);
        return m_owner.m_byTime && m_owner.m_probe ? QString::fromStdString(formatEstimate(value))
                                                   : number(value, Quantity::Count);
    }

    [[nodiscard]] QString describe(const PlannedStage& stage) const {
        QStringList lines = {tr("%1: %2 rows, %3 steps")
                                 .arg(QString::fromStdString(stage.name))
                                 .arg(stage.rows)
                                 .arg(stage.steps)};
        if (m_owner.m_gated && stage.tooShort)
            lines += tr("Too short for three phases: the threshold is initialised after step %1.")
                         .arg(stage.initialisationStep);
        if (m_owner.m_gated)
            for (const Phase& phase : phasesOf(stage, true))
                lines += tr("%1: steps %2 to %3").arg(phase.name).arg(phase.from).arg(phase.to);
        return lines.join(QLatin1Char('\n'));
    }

    void paintRow(QPainter& painter, std::size_t row, double longest) const {
        const PlannedStage& stage = m_owner.m_plan->stages[row];
        const Theme& theme = m_owner.m_theme;
        const QFontMetrics metrics = painter.fontMetrics();
        const int y = static_cast<int>(row) * rowHeight();
        const int names = std::min(width() / 3, 110);
        const int right = metrics.horizontalAdvance(QStringLiteral("≈ 00:00:00"));
        painter.setPen(theme.colour(Role::Text));
        painter.drawText(QRect(0, y, names - 6, rowHeight()), Qt::AlignVCenter,
                         metrics.elidedText(QString::fromStdString(stage.name), Qt::ElideRight, names - 6));
        const double scale = longest > 0 ? static_cast<double>(width() - names - right - 6) / longest : 0;
        const int top = y + 3;
        const int height = rowHeight() - 6;
        int x = names;
        for (const Phase& phase : phasesOf(stage, m_owner.m_gated)) {
            const int end = names + static_cast<int>(scale * length(stage, phase.to));
            if (end <= x) continue;
            const QRect box(x, top, end - x, height);
            painter.fillRect(box, theme.colour(phase.fill));
            if (phase.pattern != Qt::NoBrush)
                painter.fillRect(box, QBrush(theme.colour(Role::Border), phase.pattern));
            painter.setPen(theme.colour(Role::Border));
            painter.drawRect(box.adjusted(0, 0, -1, -1));
            x = end;
        }
        painter.setPen(theme.colour(Role::MutedText));
        const QString text =
            (m_owner.m_gated && stage.tooShort ? QStringLiteral("▲ ") : QString()) + total(stage);
        painter.drawText(QRect(x + 6, y, width() - x - 6, rowHeight()), Qt::AlignVCenter, text);
    }

    SchedulePicture& m_owner;
};

SchedulePicture::SchedulePicture(Theme& theme, QWidget* parent)
    : QWidget(parent),
      m_theme(theme),
      m_steps(new QToolButton(this)),
      m_time(new QToolButton(this)),
      m_bars(nullptr),
      m_legend(new QLabel(this)) {
    setObjectName("schedulePicture");
    setAccessibleName(tr("Schedule"));
    auto* title = new QLabel(tr("Schedule"), this);
    followFont(title, theme, TextRole::CardTitle);
    auto* choice = new QButtonGroup(this);
    for (QToolButton* button : {m_steps, m_time}) {
        button->setCheckable(true);
        choice->addButton(button);
    }
    m_steps->setText(tr("Steps"));
    m_steps->setObjectName("scheduleSteps");
    m_time->setText(tr("Time"));
    m_time->setObjectName("scheduleTime");
    m_steps->setChecked(true);
    connect(m_time, &QToolButton::toggled, this, [this](bool on) {
        m_byTime = on;
        refresh();
    });
    auto* line = new QHBoxLayout;
    line->addWidget(title);
    line->addStretch(1);
    line->addWidget(m_steps);
    line->addWidget(m_time);
    auto* scroll = new QScrollArea(this);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->viewport()->setProperty("flatCard", true);
    auto* holder = new QWidget(scroll);
    holder->setProperty("flatCard", true);
    m_bars = new Bars(*this, holder);
    auto* inner = new QVBoxLayout(holder);
    inner->setContentsMargins(0, 0, 0, 0);
    inner->addWidget(m_bars);
    inner->addStretch(1);
    scroll->setWidget(holder);
    m_legend->setProperty("muted", true);
    m_legend->setWordWrap(true);
    auto* whole = new QVBoxLayout(this);
    whole->setContentsMargins(0, 0, 0, 0);
    whole->setSpacing(4);
    whole->addLayout(line);
    whole->addWidget(scroll, 1);
    whole->addWidget(m_legend);
    connect(&theme, &Theme::changed, this, &SchedulePicture::refresh);
    refresh();
}

void SchedulePicture::setPlan(const std::optional<RunPlan>& plan, bool gated) {
    m_plan = plan;
    m_gated = gated;
    refresh();
}

void SchedulePicture::setProbe(const std::optional<ProbeResult>& probe) {
    m_probe = probe;
    refresh();
}

void SchedulePicture::refresh() {
    m_time->setEnabled(m_probe.has_value());
    m_time->setToolTip(m_probe ? tr("How long each task trains, as measured on this machine")
                               : tr("Not measured yet: press Measure in the estimate."));
    if (!m_probe && m_byTime) m_steps->setChecked(true);
    m_steps->setToolTip(tr("Optimizer steps of each task"));
    m_legend->setFont(m_theme.font(TextRole::Small));
    QString legend = m_gated
                         ? tr("plain: warm start (f = 0)   hatched: blend (0 < f < 1)   solid: gate (f = 1)")
                         : tr("No gate: every step trains the plain update.");
    if (!m_plan) legend = tr("The schedule appears when the settings are valid.");
    if (m_plan && m_gated &&
        std::any_of(m_plan->stages.begin(), m_plan->stages.end(), [](const auto& s) { return s.tooShort; }))
        legend += tr("\n▲ too short for three phases");
    m_legend->setText(legend);
    QStringList spoken;
    if (m_plan)
        for (const PlannedStage& stage : m_plan->stages)
            spoken += tr("%1 %2 steps").arg(QString::fromStdString(stage.name)).arg(stage.steps);
    setAccessibleDescription(spoken.join(QStringLiteral(", ")));
    m_bars->updateGeometry();
    m_bars->update();
}

}  // namespace jumplora
