// SPDX-License-Identifier: GPL-3.0-or-later
#include "queue/queue_detail.h"

#include "session/window_context.h"
#include "store/run_files.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPlainTextEdit>
#include <QTabWidget>
#include <QTableWidget>
#include <QVBoxLayout>
#include <map>

namespace jumplora {
namespace {

constexpr int kValueWidth = 320;

QTableWidget* makeTable(const char* name, const QStringList& header, QWidget* parent) {
    auto* table = new QTableWidget(0, static_cast<int>(header.size()), parent);
    table->setObjectName(QLatin1String(name));
    table->setHorizontalHeaderLabels(header);
    table->horizontalHeader()->setStretchLastSection(true);
    table->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    table->horizontalHeader()->setHighlightSections(false);
    table->verticalHeader()->hide();
    table->verticalHeader()->setDefaultSectionSize(metrics::kTableRow);
    table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    table->setSelectionBehavior(QAbstractItemView::SelectRows);
    table->setShowGrid(false);
    return table;
}

void addRow(QTableWidget& table, const QStringList& cells, bool bold) {
    const int row = table.rowCount();
    table.insertRow(row);
    for (int column = 0; column < cells.size(); ++column) {
        auto* item = new QTableWidgetItem(cells[column]);
        if (bold) {
            QFont font = item->font();
            font.setBold(true);
            item->setFont(font);
        }
        table.setItem(row, column, item);
    }
}

// What the same method would have when nothing were set.
RunSpec defaultsFor(const RunSpec& spec) { return parseRunSpec({{"method", {{"type", spec.method.type}}}}); }

}  // namespace

std::vector<std::pair<QString, QString>> flatSettings(const RunSpec& spec) {
    std::vector<std::pair<QString, QString>> settings;
    for (const SpecValue& value : flattenSpec(toJson(spec)))
        settings.emplace_back(QString::fromStdString(value.key), QString::fromStdString(value.json));
    return settings;
}

QueueDetail::QueueDetail(WindowContext& context, QWidget* parent)
    : QFrame(parent),
      m_context(context),
      m_tabs(new QTabWidget(this)),
      m_settings(makeTable("queueSettings", {tr("setting"), tr("value"), tr("default")}, this)),
      m_difference(makeTable("queueDifference", {tr("setting"), tr("this row"), tr("row above")}, this)),
      m_log(new QPlainTextEdit(this)),
      m_summary(new QLabel(this)) {
    setObjectName(QStringLiteral("queueDetail"));
    m_log->setObjectName(QStringLiteral("queueLog"));
    m_log->setReadOnly(true);
    m_log->setFont(context.theme.font(TextRole::Mono));
    m_summary->setObjectName(QStringLiteral("queueSummary"));
    m_summary->setProperty("muted", true);
    m_tabs->setObjectName(QStringLiteral("queueTabs"));
    m_tabs->setDocumentMode(true);
    m_tabs->addTab(m_settings, tr("Settings"));
    m_tabs->addTab(m_difference, tr("Difference to the row above"));
    m_tabs->addTab(m_log, tr("Log"));
    auto* line = new QHBoxLayout;
    line->addWidget(m_summary, 1);
    line->addWidget(context.actions.button(QStringLiteral("queue.retry"), this));
    line->addWidget(context.actions.button(QStringLiteral("queue.editAsNew"), this));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_tabs, 1);
    layout->addLayout(line);
}

void QueueDetail::show(const QueueRow* row, const QueueRow* above) {
    setEnabled(row != nullptr);
    m_settings->setRowCount(0);
    m_difference->setRowCount(0);
    m_log->clear();
    if (row == nullptr) {
        m_summary->setText(tr("Choose a row to see its settings."));
        return;
    }
    fillSettings(row->spec);
    if (above != nullptr) fillDifference(row->spec, above->spec);
    QString log = row->message;
    if (!row->details.isEmpty()) log += QStringLiteral("\n\n") + row->details;
    m_log->setPlainText(log.isEmpty() ? tr("Nothing was said.") : log);
}

void QueueDetail::fillSettings(const RunSpec& spec) {
    std::map<QString, QString> defaults;
    for (auto& [key, value] : flatSettings(defaultsFor(spec))) defaults[key] = value;
    int changed = 0;
    // What was changed first: that is what one looks for.
    for (const bool wanted : {true, false}) {
        for (const auto& [key, value] : flatSettings(spec)) {
            const auto found = defaults.find(key);
            const QString standard = found == defaults.end() ? QStringLiteral("–") : found->second;
            if ((value != standard) != wanted) continue;
            addRow(*m_settings, {key, value, wanted ? standard : QString()}, wanted);
            if (wanted) ++changed;
        }
    }
    m_settings->resizeColumnToContents(0);
    m_settings->setColumnWidth(1, m_context.theme.scaled(kValueWidth));
    m_summary->setText(
        tr("Differs from the defaults in %n settings; frozen when queued (spec %1)", nullptr, changed)
            .arg(QString::fromStdString(specHash(spec))));
}

void QueueDetail::fillDifference(const RunSpec& spec, const RunSpec& above) {
    std::map<QString, std::pair<QString, QString>> values;
    for (const auto& [key, value] : flatSettings(spec)) values[key].first = value;
    for (const auto& [key, value] : flatSettings(above)) values[key].second = value;
    for (const auto& [key, pair] : values) {
        if (pair.first == pair.second) continue;
        const auto say = [](const QString& value) { return value.isEmpty() ? QStringLiteral("–") : value; };
        addRow(*m_difference, {key, say(pair.first), say(pair.second)}, false);
    }
    if (m_difference->rowCount() == 0) addRow(*m_difference, {tr("no difference"), {}, {}}, false);
    m_difference->resizeColumnToContents(0);
    m_difference->setColumnWidth(1, m_context.theme.scaled(kValueWidth));
}

}  // namespace jumplora
