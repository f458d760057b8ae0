// SPDX-License-Identifier: GPL-3.0-or-later
#include "adapters/adapters_page.h"

#include "adapters/comparison_panels.h"
#include "adapters/module_panel.h"
#include "parts/name_box.h"
#include "parts/state_widgets.h"
#include "parts/wrap_layout.h"

#include <QButtonGroup>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QSplitter>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>

namespace jumplora {
namespace {

constexpr int kRunsListed = 200;

}  // namespace

AdaptersPage::AdaptersPage(WindowContext& context)
    : Page(QStringLiteral("adaptersPage"), tr("Adapters")),
      m_context(context),
      m_tabs(new QStackedWidget(this)),
      m_modules(new ModulePanel(context.theme, context.jobs)),
      m_masks(new MaskPanel(context.theme, context.jobs)),
      m_overlap(new OverlapPanel(context.theme)) {
    m_states = new StateStack(m_tabs, this);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_states);
    makeHeader();
    const auto sizes = context.settings.get<QByteArray>(keys::kAdaptersSplitter);
    if (!sizes.isEmpty()) m_modules->splitter()->restoreState(sizes);
    connect(m_modules->splitter(), &QSplitter::splitterMoved, this,
            [this] { m_context.settings.set(keys::kAdaptersSplitter, m_modules->splitter()->saveState()); });
    connect(m_modules, &ModulePanel::moduleChosen, m_masks, &MaskPanel::setModule);
    connect(m_modules, &ModulePanel::failed, this, &AdaptersPage::fail);
    connect(m_masks, &MaskPanel::failed, this, &AdaptersPage::fail);
    connect(&context.session, &Session::runsChanged, this, [this] {
        m_stale = true;
        if (isVisible()) listRuns();
    });
    m_states->showEmpty(tr("Adapters are kept when a task finishes. There is none yet."), tr("Watch on Live"),
                        [this] { m_context.navigator.showPage(QStringLiteral("livePage")); });
    listRuns();
}

AdaptersPage::~AdaptersPage() = default;

QToolButton* AdaptersPage::addTab(const QString& name, const QString& text, QWidget* panel) {
    auto* button = new QToolButton(this);
    button->setObjectName(name);
    button->setText(text);
    button->setCheckable(true);
    button->setMinimumHeight(metrics::kHitTarget);
    m_tabs->addWidget(panel);
    m_tabButtons->addButton(button);
    connect(button, &QToolButton::clicked, this, [this, panel] { m_tabs->setCurrentWidget(panel); });
    return button;
}

void AdaptersPage::makeHeader() {
    auto* header = new QWidget(this);
    auto* row = new WrapLayout(header);
    row->setSpacing(metrics::kGrid);
    m_runs = new NameBox(header);
    m_runs->setObjectName(QStringLiteral("adapterRun"));
    m_runs->setAccessibleName(tr("Run"));
    m_runs->setMinimumContentsLength(24);
    m_taskBox = new QComboBox(header);
    m_taskBox->setObjectName(QStringLiteral("adapterTask"));
    m_taskBox->setAccessibleName(tr("Task"));
    m_taskBox->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    row->addWidget(m_runs);
    row->addWidget(m_taskBox);
    m_tabButtons = new QButtonGroup(this);
    row->addWidget(addTab(QStringLiteral("moduleTab"), tr("Module"), m_modules));
    row->addWidget(addTab(QStringLiteral("masksTab"), tr("Masks"), m_masks));
    row->addWidget(addTab(QStringLiteral("overlapTab"), tr("Overlap"), m_overlap));
    m_tabButtons->buttons().first()->setChecked(true);
    row->addStretch();
    m_search = new QLineEdit(header);
    m_search->setObjectName(QStringLiteral("moduleSearch"));
    m_search->setPlaceholderText(tr("Search modules"));
    m_search->setAccessibleName(tr("Search modules"));
    m_search->setClearButtonEnabled(true);
    m_search->setMaximumWidth(220);
    row->addWidget(m_search);
    connect(m_runs, &QComboBox::activated, this, [this] { showRun(m_runs->currentData().toString()); });
    connect(m_taskBox, &QComboBox::activated, this, &AdaptersPage::chooseTask);
    connect(m_search, &QLineEdit::textChanged, m_modules, &ModulePanel::setSearch);
    setHeader(header);
}

void AdaptersPage::activated() {
    if (m_stale) listRuns();
}

void AdaptersPage::listRuns() {
    m_stale = false;
    m_context.jobs.read(
        this,
        [](const Store& store) {
            RunFilter filter;
            filter.limit = kRunsListed;
            auto rows = store.listRuns(filter);
            std::erase_if(rows, [](const RunRow& row) { return row.tasksTrained == 0; });
            return rows;
        },
        [this](const std::vector<RunRow>& rows) {
            m_runs->clear();
            for (const RunRow& row : rows) {
                m_runs->addItem(QString::fromStdString(row.name), QString::fromStdString(row.id));
                m_runs->setItemData(m_runs->count() - 1, QString::fromStdString(row.id), Qt::ToolTipRole);
            }
            m_runs->setEnabled(m_runs->count() > 0);
            m_runs->setCurrentIndex(
                std::max(m_runs->findData(m_shown), m_runs->count() > 0 && m_shown.isEmpty() ? 0 : -1));
            if (m_shown.isEmpty() && m_runs->count() > 0) showRun(m_runs->currentData().toString());
        });
}

int AdaptersPage::task() const { return m_taskBox->currentData().toInt(); }

void AdaptersPage::open(const PageRequest& request) {
    if (request.text == QLatin1String("overlap")) showTab(m_overlap);
    if (request.text == QLatin1String("masks")) showTab(m_masks);
    if (!request.module.isEmpty()) showTab(m_modules);
    m_wanted = request;
    const QString run = request.runs.isEmpty() ? m_shown : request.runs.front();
    if (!run.isEmpty()) showRun(run);
}

void AdaptersPage::showTab(QWidget* panel) {
    m_tabs->setCurrentWidget(panel);
    m_tabButtons->buttons()[m_tabs->indexOf(panel)]->setChecked(true);
}

void AdaptersPage::showRun(const QString& runId) {
    m_shown = runId;
    m_runs->setCurrentIndex(m_runs->findData(runId));
    m_states->startLoading();
    if (m_reading) m_reading->cancel();
    m_reading = m_context.jobs.read(
        this,
        [id = runId.toStdString()](const Store& store) {
            return std::make_shared<const AdapterRun>(readAdapterRun(store, id));
        },
        [this](const std::shared_ptr<const AdapterRun>& run) {
            m_run = run;
            if (run->lastTrained() == 0) {
                m_states->showEmpty(tr("Adapters are kept when a task finishes. “%1” has none yet.")
                                        .arg(QString::fromStdString(run->row.name)),
                                    tr("Watch on Live"),
                                    [this] { m_context.navigator.showPage(QStringLiteral("livePage")); });
                return;
            }
            m_states->showContent();
            fillTasks(m_wanted.task);
            m_overlap->setRun(m_run);
            chooseTask();
            if (!m_wanted.module.isEmpty()) m_modules->selectModule(m_wanted.module);
            m_wanted = {};
            Q_EMIT runShown(m_shown);
        },
        [this](const QString& sentence) { m_states->showError(sentence); });
}

void AdaptersPage::fillTasks(int task) {
    m_taskBox->clear();
    for (std::size_t i = 0; i < m_run->tasks.size(); ++i) {
        if (m_run->tasks[i].adapterFile.empty()) continue;
        m_taskBox->addItem(
            QStringLiteral("%1 %2").arg(i + 1).arg(QString::fromStdString(m_run->tasks[i].name)),
            static_cast<int>(i) + 1);
    }
    const int wanted = m_taskBox->findData(task);
    m_taskBox->setCurrentIndex(wanted >= 0 ? wanted : m_taskBox->count() - 1);
}

void AdaptersPage::chooseTask() {
    if (m_run == nullptr) return;
    m_modules->setRun(m_run, task());
    m_masks->setRun(m_run, task());
}

void AdaptersPage::fail(const QString& sentence) {
    Notice told;
    told.kind = Notice::Kind::Error;
    told.sentence = sentence;
    told.id = QStringLiteral("adapters.failed");
    Q_EMIT notice(told);
}

}  // namespace jumplora
