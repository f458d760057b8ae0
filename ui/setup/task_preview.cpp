// SPDX-License-Identifier: GPL-3.0-or-later
#include "setup/task_preview.h"

#include "data/scoring.h"
#include "exchange/number_format.h"
#include "parts/follow_font.h"
#include "setup/small_bars.h"
#include "theme/icons.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPlainTextEdit>
#include <QScrollArea>
#include <QToolButton>
#include <QVBoxLayout>

namespace jumplora {
namespace {

QString count(std::int64_t value) {
    return QString::fromStdString(formatNumber(static_cast<double>(value), Quantity::Count));
}

}  // namespace

TaskPreview::TaskPreview(SuiteCatalog& catalog, Jobs& jobs, Theme& theme, QWidget* parent)
    : QWidget(parent),
      m_catalog(catalog),
      m_jobs(jobs),
      m_theme(theme),
      m_title(new QLabel(tr("Select a task to look into it."), this)),
      m_tabs(new QTabWidget(this)) {
    setObjectName("taskPreview");
    setAccessibleName(tr("Preview of a task"));
    followFont(m_title, theme, TextRole::CardTitle);
    m_title->setWordWrap(true);
    m_tabs->setDocumentMode(true);
    m_tabs->addTab(makePrompt(), tr("Prompt"));
    m_tabs->addTab(makeLabels(), tr("Labels"));
    m_tabs->addTab(makeLengths(), tr("Lengths"));
    auto* whole = new QVBoxLayout(this);
    whole->setContentsMargins(0, 0, 0, 0);
    whole->addWidget(m_title);
    whole->addWidget(m_tabs, 1);
    m_tabs->setEnabled(false);
    connect(&catalog, &SuiteCatalog::factsArrived, this, [this](const SuiteName& suite, const QString& task) {
        if (suite == m_suite && task == m_task) showFacts();
    });
}

QWidget* TaskPreview::makePrompt() {
    auto* page = new QWidget(this);
    m_prompt = new QPlainTextEdit(page);
    m_prompt->setObjectName("previewPrompt");
    m_prompt->setReadOnly(true);
    m_prompt->setAccessibleName(tr("Rendered prompt"));
    m_prompt->setFrameShape(QFrame::NoFrame);
    m_answer = new QLabel(page);
    m_answer->setObjectName("previewAnswer");
    m_answer->setWordWrap(true);
    m_rowLabel = new QLabel(page);
    m_rowLabel->setProperty("muted", true);
    m_previous = new QToolButton(page);
    m_previous->setIcon(icon(QStringLiteral("previous")));
    m_previous->setAccessibleName(tr("Previous row"));
    m_previous->setToolTip(tr("Previous row"));
    m_next = new QToolButton(page);
    m_next->setIcon(icon(QStringLiteral("next")));
    m_next->setAccessibleName(tr("Next row"));
    m_next->setToolTip(tr("Next row"));
    connect(m_previous, &QToolButton::clicked, this, [this] { showRow(m_row > 0 ? m_row - 1 : 0); });
    connect(m_next, &QToolButton::clicked, this, [this] { showRow(m_row + 1); });
    auto* line = new QHBoxLayout;
    line->addWidget(m_answer, 1);
    line->addWidget(m_rowLabel);
    line->addWidget(m_previous);
    line->addWidget(m_next);
    auto* layout = new QVBoxLayout(page);
    layout->setContentsMargins(0, 4, 0, 0);
    layout->addWidget(m_prompt, 1);
    layout->addLayout(line);
    return page;
}

QWidget* TaskPreview::makeLabels() {
    auto* page = new QWidget(this);
    auto* scroll = new QScrollArea(page);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->viewport()->setProperty("flatCard", true);
    auto* holder = new QWidget(scroll);
    holder->setProperty("flatCard", true);
    m_labels = new LabelBars(m_theme, holder);
    m_labels->setObjectName("previewLabels");
    m_labels->setAccessibleName(tr("Labels of the training rows"));
    auto* inner = new QVBoxLayout(holder);
    inner->setContentsMargins(0, 0, 0, 0);
    inner->addWidget(m_labels);
    inner->addStretch(1);
    scroll->setWidget(holder);
    m_problems = new QLabel(page);
    m_problems->setObjectName("previewProblems");
    m_problems->setWordWrap(true);
    auto* layout = new QVBoxLayout(page);
    layout->setContentsMargins(0, 4, 0, 0);
    layout->addWidget(m_problems);
    layout->addWidget(scroll, 1);
    return page;
}

QWidget* TaskPreview::makeLengths() {
    auto* page = new QWidget(this);
    m_lengths = new LengthBars(m_theme, page);
    m_lengths->setObjectName("previewLengths");
    m_lengths->setAccessibleName(tr("Lengths of the prompts in tokens"));
    m_lengthText = new QLabel(page);
    m_lengthText->setObjectName("previewLengthText");
    m_lengthText->setWordWrap(true);
    auto* layout = new QVBoxLayout(page);
    layout->setContentsMargins(0, 4, 0, 0);
    layout->addWidget(m_lengths, 1);
    layout->addWidget(m_lengthText);
    return page;
}

void TaskPreview::showTask(const SuiteName& suite, const QString& task) {
    if (suite == m_suite && task == m_task) return;
    m_suite = suite;
    m_task = task;
    m_row = 0;
    m_tabs->setEnabled(true);
    showFacts();
    read();
}

void TaskPreview::setCut(const std::string& backbone, std::int64_t sourceLimit) {
    if (backbone == m_backbone && sourceLimit == m_limit) return;
    m_backbone = backbone;
    m_limit = sourceLimit;
    if (!m_task.isEmpty()) read();
}

void TaskPreview::read() {
    const int generation = ++m_generation;
    m_jobs.compute(
        this,
        [suite = m_suite, task = m_task.toStdString(), backbone = m_backbone, limit = m_limit](const Job&) {
            return sampleTask(suite, task, backbone, limit);
        },
        [this, generation](TaskSample sample) {
            if (generation == m_generation) take(std::move(sample));
        },
        [this, generation](const QString& sentence) {
            if (generation != m_generation) return;
            take({});
            m_prompt->setPlainText(sentence);
            m_lengthText->setText(sentence);
        });
}

void TaskPreview::take(TaskSample sample) {
    m_sample = std::move(sample);
    showRow(std::min(m_row, m_sample.rows.empty() ? 0 : m_sample.rows.size() - 1));
    m_lengths->setLengths(m_sample.lengths, m_sample.limit);
    m_lengthText->setText(m_lengths->summary());
}

void TaskPreview::showRow(std::size_t row) {
    if (m_sample.rows.empty()) {
        m_prompt->clear();
        m_answer->clear();
        m_rowLabel->clear();
        return;
    }
    m_row = std::min(row, m_sample.rows.size() - 1);
    const TaskSample::Row& shown = m_sample.rows[m_row];
    m_prompt->setPlainText(shown.prompt);
    m_answer->setText(shown.inOptions
                          ? tr("<b>%1</b>").arg(shown.label.toHtmlEscaped())
                          : tr("▲ <b>%1</b> is not among the options").arg(shown.label.toHtmlEscaped()));
    m_rowLabel->setText(tr("row %1").arg(m_row + 1));
    m_previous->setEnabled(m_row > 0);
    m_next->setEnabled(m_row + 1 < m_sample.rows.size());
}

void TaskPreview::showFacts() {
    const auto facts = m_catalog.factsOf(m_suite, m_task.toStdString());
    QStringList parts;
    std::vector<LabelBars::Bar> bars;
    QStringList problems;
    std::vector<std::string> options;
    if (const CatalogSuite* suite = m_catalog.find(m_suite))
        for (const CatalogTask& task : suite->tasks)
            if (task.info.name == m_task.toStdString()) options = task.info.options;
    if (facts) {
        for (const char* split : {"train", "dev", "test"})
            if (const auto found = facts->rows.find(split); found != facts->rows.end())
                parts += tr("%1 %2").arg(count(found->second), QLatin1String(split));
        for (const auto& [label, rows] : facts->labels) {
            constexpr std::size_t kMost = 200;
            if (bars.size() >= kMost) break;
            bars.push_back(
                {QString::fromStdString(label), rows, !options.empty() && !isOption(label, options)});
        }
        if (!facts->problem.isEmpty()) problems += facts->problem;
        for (const auto& [split, rows] : facts->outside)
            problems += tr("▲ %1 of %2 %3 rows carry a label that is not among the options; they always "
                           "count as wrong.")
                            .arg(count(rows), count(facts->rows.at(split)), QString::fromStdString(split));
        if (facts->inBoth > 0)
            problems += tr("▲ %1 test rows are also in the training split.").arg(count(facts->inBoth));
    }
    m_title->setText(parts.isEmpty() ? m_task
                                     : tr("%1: %2 rows").arg(m_task, parts.join(QStringLiteral(", "))));
    m_title->setToolTip(m_title->text());
    m_labels->setBars(std::move(bars));
    m_problems->setText(problems.join(QLatin1Char('\n')));
    m_problems->setVisible(!problems.isEmpty());
    m_tabs->setTabText(1, problems.isEmpty() ? tr("Labels") : tr("Labels ▲"));
}

}  // namespace jumplora
