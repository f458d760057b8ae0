// SPDX-License-Identifier: GPL-3.0-or-later
#include "runs/run_detail.h"

#include "exchange/run_tables.h"
#include "parts/follow_font.h"
#include "plots/metric_names.h"

#include <QDesktopServices>
#include <QEvent>
#include <QLabel>
#include <QPlainTextEdit>
#include <QTextBrowser>
#include <QUrl>
#include <QVBoxLayout>
#include <cmath>

namespace jumplora {
namespace {

QString qs(const std::string& text) { return QString::fromStdString(text).toHtmlEscaped(); }
QString number(double value, Quantity quantity) {
    return QString::fromStdString(formatNumber(value, quantity));
}

// What reading the files of a run adds.
struct Lineage {
    QStringList changed;  // "method inclora → ella"
    std::int64_t bytes = 0;
    int files = 0;
    bool folderThere = false;
};

Lineage lineageOf(const Store& store, const RunRow& row) {
    Lineage lineage;
    std::error_code error;
    lineage.folderThere = std::filesystem::is_directory(row.directory, error);
    if (lineage.folderThere) {
        for (const auto& entry : std::filesystem::recursive_directory_iterator(
                 row.directory, std::filesystem::directory_options::skip_permission_denied, error)) {
            if (!entry.is_regular_file(error)) continue;
            lineage.bytes += static_cast<std::int64_t>(entry.file_size(error));
            ++lineage.files;
        }
    }
    if (row.lineageParent.empty()) return lineage;
    std::map<std::string, std::string> before;
    for (const SpecValue& value : store.spec(row.lineageParent)) before[value.key] = value.json;
    if (before.empty()) return lineage;
    for (const SpecValue& value : store.spec(row.id)) {
        const auto old = before.find(value.key);
        if (value.key == "name" || (old != before.end() && old->second == value.json)) continue;
        lineage.changed +=
            QStringLiteral("%1 %2 → %3")
                .arg(qs(value.key), old == before.end() ? QStringLiteral("–") : qs(old->second),
                     qs(value.json));
    }
    return lineage;
}

}  // namespace

RunDetail::RunDetail(WindowContext& context, QWidget* parent)
    : QWidget(parent),
      m_context(context),
      m_title(new QLabel(this)),
      m_text(new QTextBrowser(this)),
      m_note(new QPlainTextEdit(this)) {
    setObjectName("runDetail");
    setAccessibleName(tr("Details of the run"));
    followFont(m_title, context.theme, TextRole::CardTitle);
    m_title->setWordWrap(true);
    m_text->setFrameShape(QFrame::NoFrame);
    m_text->setOpenLinks(false);
    m_text->viewport()->setAutoFillBackground(false);
    m_text->setAccessibleName(tr("Summary, lineage, files"));
    connect(m_text, &QTextBrowser::anchorClicked, this, [this](const QUrl& url) {
        if (url.scheme() == QLatin1String("run")) Q_EMIT runRequested(url.path());
        if (url.scheme() == QLatin1String("file")) QDesktopServices::openUrl(url);
    });
    m_note->setObjectName("runNote");
    m_note->setPlaceholderText(tr("Note (F4)"));
    m_note->setAccessibleName(tr("Note"));
    m_note->setTabChangesFocus(true);
    constexpr int kNoteHeight = 64;
    m_note->setMaximumHeight(context.theme.scaled(kNoteHeight));
    m_note->installEventFilter(this);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_title);
    layout->addWidget(m_text, 1);
    layout->addWidget(m_note);
    const auto colour = [this] {
        m_text->document()->setDefaultStyleSheet(
            QStringLiteral("a { color: %1; }").arg(m_context.theme.colour(Role::Accent).name()));
        if (!m_html.isEmpty()) m_text->setHtml(m_html);
    };
    connect(&context.theme, &Theme::changed, this, colour);
    colour();
    clear();
}

void RunDetail::showHtml(const QString& html) {
    m_html = html;
    m_text->setHtml(html);
}

void RunDetail::clear() {
    commitNote();
    m_row = {};
    m_title->setText(tr("Select a run to see what it is."));
    showHtml({});
    m_note->clear();
    m_note->setEnabled(false);
}

void RunDetail::showRun(const RunRow& row) {
    if (row.id == m_row.id && m_note->hasFocus()) return;
    commitNote();
    m_row = row;
    m_title->setText(QString::fromStdString(row.name));
    m_note->setEnabled(true);
    m_note->setPlainText(QString::fromStdString(row.note));
    QStringList lines;
    if (!row.message.empty()) lines += QStringLiteral("<b>%1</b>").arg(qs(row.message));
    QStringList numbers = {tr("%1 of %2 tasks, %3 of %4 steps")
                               .arg(row.tasksTrained)
                               .arg(row.tasks.size())
                               .arg(number(static_cast<double>(row.stepsDone), Quantity::Count),
                                    number(static_cast<double>(row.stepsPlanned), Quantity::Count))};
    for (const char* key : {"oa", "bwt", "forgetting", "plasticity"})
        if (const double* value = row.metric(key); value != nullptr && !std::isnan(*value))
            numbers += QStringLiteral("%1 %2").arg(metricName(key), number(*value, metricQuantity(key)));
    if (row.warnings > 0) numbers += tr("▲ %n warnings", nullptr, static_cast<int>(row.warnings));
    lines += numbers.join(QStringLiteral(" · "));
    QStringList tasks;
    for (const std::string& task : row.tasks) tasks += qs(task);
    lines += tr("%1, gate %2, seed %3 · %4")
                 .arg(qs(row.method), qs(row.gate))
                 .arg(row.seed)
                 .arg(tasks.join(QStringLiteral(" → ")));
    if (!row.lineageParent.empty())
        lines += tr("From <a href=\"run:%1\">%1</a> after task %2")
                     .arg(qs(row.lineageParent))
                     .arg(row.lineageAfterTask);
    lines += tr("spec %1 · <a href=\"file://%2\">%2</a>").arg(qs(row.specHash), qs(row.directory));
    m_summary = lines.join(QStringLiteral("<br>"));
    showHtml(m_summary);
    readLineage();
}

void RunDetail::readLineage() {
    const int generation = ++m_generation;
    m_context.jobs.read(
        this, [row = m_row](const Store& store) { return lineageOf(store, row); },
        [this, generation](const Lineage& lineage) {
            if (generation != m_generation || m_row.id.empty()) return;
            QString text = m_summary;
            if (!lineage.changed.isEmpty())
                text += tr("<br>changed: %1").arg(lineage.changed.join(QStringLiteral(", ")));
            text += lineage.folderThere
                        ? tr("<br>%n files, %1", nullptr, lineage.files)
                              .arg(number(static_cast<double>(lineage.bytes), Quantity::Bytes))
                        : tr("<br>▲ The folder is gone. Numbers and curves are still here; adapters and "
                             "checkpoints are not.");
            showHtml(text);
        },
        [](const QString&) {});
}

void RunDetail::showGroup(const QString& label, const std::vector<const RunRow*>& rows) {
    commitNote();
    ++m_generation;
    m_row = {};
    m_title->setText(tr("%1: %n runs", nullptr, static_cast<int>(rows.size())).arg(label));
    m_note->clear();
    m_note->setEnabled(false);
    QStringList lines;
    for (const RunRow* row : rows) {
        QString line = QStringLiteral("<a href=\"run:%1\">%2</a>, %3, seed %4")
                           .arg(qs(row->id), qs(row->name), qs(row->state))
                           .arg(row->seed);
        if (const double* oa = row->metric("oa"); oa != nullptr && !std::isnan(*oa))
            line += tr(", OA %1 %").arg(number(*oa, Quantity::Share));
        lines += line;
        constexpr qsizetype kMost = 50;
        if (lines.size() >= kMost) break;
    }
    showHtml(lines.join(QStringLiteral("<br>")));
}

void RunDetail::focusNote() { m_note->setFocus(Qt::ShortcutFocusReason); }

void RunDetail::commitNote() {
    if (m_row.id.empty()) return;
    const QString before = QString::fromStdString(m_row.note);
    const QString after = m_note->toPlainText();
    if (before == after) return;
    m_row.note = after.toStdString();
    Q_EMIT noteEdited(QString::fromStdString(m_row.id), before, after);
}

bool RunDetail::eventFilter(QObject* watched, QEvent* event) {
    if (watched == m_note && event->type() == QEvent::FocusOut) commitNote();
    return QWidget::eventFilter(watched, event);
}

}  // namespace jumplora
