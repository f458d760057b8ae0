// SPDX-License-Identifier: GPL-3.0-or-later
#include "results/results_page.h"

#include "base/error.h"
#include "base/file.h"
#include "parts/state_widgets.h"
#include "plots/curve_plot.h"
#include "plots/heat_map.h"
#include "results/report.h"
#include "runs/table_panel.h"
#include "theme/icons.h"

#include <QAction>
#include <QComboBox>
#include <QFileDialog>
#include <QMenu>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

namespace jumplora {
namespace {

constexpr std::size_t kSources = 15;
QString qs(const std::string& text) { return QString::fromStdString(text); }

}  // namespace

ResultsPage::ResultsPage(WindowContext& context, QWidget* parent)
    : Page(QStringLiteral("resultsPage"), tr("Results"), parent), m_context(context) {
    registerActions();
    setHeader(buildHeader());
    m_state = new StateStack(buildBody(), this);
    auto* whole = new QVBoxLayout(this);
    whole->setContentsMargins(metrics::kPageMargin, 0, metrics::kPageMargin, metrics::kGrid);
    whole->addWidget(m_state);
    connect(&context.theme, &Theme::changed, this, [this] {
        arrange();
        showFigures();
    });
    m_state->showEmpty(tr("Mark runs on Runs, or choose one here."), tr("Choose runs"),
                       [this] { m_context.navigator.showPage(QStringLiteral("runsPage")); });
    context.actions.setEnabled(QStringLiteral("results.report"), false, tr("No runs are shown on Results."));
}

SpreadKind ResultsPage::spread() const {
    return static_cast<SpreadKind>(std::max(0, m_spread->currentIndex()));
}

PairedTest ResultsPage::test() const {
    return m_test->currentIndex() == 1 ? PairedTest::Wilcoxon : PairedTest::StudentT;
}

std::size_t ResultsPage::groupA() const {
    return static_cast<std::size_t>(
        std::clamp<int>(m_groupA->currentIndex(), 0, static_cast<int>(m_compared.groups.size()) - 1));
}

std::size_t ResultsPage::groupB() const {
    return static_cast<std::size_t>(
        std::clamp<int>(m_groupB->currentIndex(), 0, static_cast<int>(m_compared.groups.size()) - 1));
}

void ResultsPage::tell(Notice::Kind kind, const QString& sentence, int seconds) {
    Notice message;
    message.kind = kind;
    message.sentence = sentence;
    message.seconds = seconds;
    Q_EMIT notice(message);
}

void ResultsPage::activated() {
    if (!m_ids.isEmpty()) read();
}

void ResultsPage::open(const PageRequest& request) {
    if (request.runs.isEmpty()) return;
    m_ids = request.runs;
    read();
}

// The newest groups of seeds, and the way to any other runs.
void ResultsPage::readSources() {
    QMenu* menu = m_source->menu();
    menu->clear();
    menu->addAction(icon(QStringLiteral("runs")), tr("Choose on Runs"), this,
                    [this] { m_context.navigator.showPage(QStringLiteral("runsPage")); });
    menu->addSeparator();
    m_context.jobs.read(
        this,
        [](const Store& store) {
            std::vector<std::pair<QString, QStringList>> groups;
            std::map<std::string, std::size_t> places;
            for (const RunRow& row : store.listRuns()) {
                const std::string key = row.groupHash.empty() ? row.id : row.groupHash;
                const auto [place, isNew] = places.try_emplace(key, groups.size());
                if (isNew && groups.size() >= kSources) continue;
                if (isNew) groups.emplace_back(qs(row.name), QStringList());
                if (place->second < groups.size()) groups[place->second].second += qs(row.id);
            }
            return groups;
        },
        [this](const std::vector<std::pair<QString, QStringList>>& groups) {
            for (const auto& [name, ids] : groups) {
                QAction* action = m_source->menu()->addAction(
                    ids.size() > 1 ? tr("%1 (n %2)").arg(name).arg(ids.size()) : name);
                action->setCheckable(true);
                action->setChecked(std::all_of(ids.begin(), ids.end(),
                                               [this](const QString& id) { return m_ids.contains(id); }));
                connect(action, &QAction::triggered, this, [this, ids = ids](bool on) {
                    for (const QString& id : ids) {
                        m_ids.removeAll(id);
                        if (on) m_ids += id;
                    }
                    if (m_ids.isEmpty()) take({});
                    read();
                });
            }
        });
}

void ResultsPage::read() {
    if (m_ids.isEmpty()) return;
    const int generation = ++m_generation;
    if (m_compared.isEmpty()) m_state->startLoading();
    struct Read {
        ComparedRuns compared;
        std::optional<PublishedResults> published;
        QString problem;
    };
    m_context.jobs.read(
        this,
        [ids = m_ids](const Store& store) {
            Read read;
            read.compared = readCompared(store, ids);
            try {
                read.published = publishedResults();
            } catch (const Error& error) {
                read.problem = QString::fromUtf8(error.what());
            }
            return read;
        },
        [this, generation](Read read) {
            if (generation != m_generation) return;
            m_published = std::move(read.published);
            m_publishedProblem = read.problem;
            take(std::move(read.compared));
        },
        [this, generation](const QString& sentence) {
            if (generation == m_generation) m_state->showError(sentence);
        });
}

void ResultsPage::take(ComparedRuns compared) {
    m_compared = std::move(compared);
    const bool empty = m_compared.isEmpty();
    m_context.actions.setEnabled(QStringLiteral("results.report"), !empty,
                                 tr("No runs are shown on Results."));
    m_source->setText(empty ? tr("Choose runs")
                            : tr("%n groups", nullptr, static_cast<int>(m_compared.groups.size())));
    if (empty) {
        if (m_compared.unusable.isEmpty())
            m_state->showEmpty(tr("Mark runs on Runs, or choose one here."), tr("Choose runs"),
                               [this] { m_context.navigator.showPage(QStringLiteral("runsPage")); });
        else
            m_state->showError(tr("None of these runs can be read."),
                               m_compared.unusable.join(QLatin1Char('\n')));
        return;
    }
    QStringList labels;
    for (const SeedGroup& group : m_compared.groups) labels += qs(group.label);
    const auto fill = [&](QComboBox* combo, int usual) {
        const QSignalBlocker quiet(combo);
        const int before = combo->findText(combo->currentText());
        combo->clear();
        combo->addItems(labels);
        combo->setCurrentIndex(
            std::min<int>(before >= 0 ? before : usual, static_cast<int>(labels.size()) - 1));
    };
    fill(m_groupA, 0);
    fill(m_groupB, 1);
    const bool several = labels.size() > 1;
    m_which->setVisible(several);
    m_state->showContent();
    showTables();
    showFigures();
    arrange();
    Q_EMIT loaded();
}

void ResultsPage::chooseReport() {
    const QString folder = m_context.settings.get<QString>(keys::kLastFolder);
    const QString name =
        m_compared.groups.size() == 1 ? qs(m_compared.groups.front().label) : QStringLiteral("comparison");
    const QString file = QFileDialog::getSaveFileName(
        this, tr("Report"),
        (folder.isEmpty() ? QString() : folder + QLatin1Char('/')) + name + QStringLiteral(".html"),
        tr("HTML (*.html);;PDF (*.pdf)"));
    if (!file.isEmpty()) writeReport(file);
}

bool ResultsPage::writeReport(const QString& file) {
    if (m_compared.isEmpty()) return false;
    try {
        const Table published =
            m_published ? publishedTable(m_compared.runs, m_compared.groups, *m_published) : Table{};
        const Table differences = m_compared.groups.size() > 1
                                      ? testedDifferenceTable(m_compared.runs, m_compared.groups, 0, test())
                                      : Table{};
        const QString title =
            m_compared.groups.size() == 1
                ? tr("Results of %1").arg(qs(m_compared.groups.front().label))
                : tr("Comparison of %n groups", nullptr, static_cast<int>(m_compared.groups.size()));
        const auto sections =
            reportSections(m_compared, metrics(), differences, published, {m_matrix, m_accuracy});
        if (file.endsWith(QLatin1String(".pdf"), Qt::CaseInsensitive)) {
            writeReportPdf(file, title, sections, {m_matrix, m_accuracy});
        } else {
            writeFileAtomically(file.toStdString(), htmlReport(title.toStdString(), sections));
        }
        tell(Notice::Kind::Info, tr("The report is in %1.").arg(file), 10);
        return true;
    } catch (const Error& error) {
        tell(Notice::Kind::Error, QString::fromUtf8(error.what()));
        return false;
    }
}

}  // namespace jumplora
