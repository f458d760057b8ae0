// SPDX-License-Identifier: GPL-3.0-or-later
#include "setup/setup_page.h"

#include "base/error.h"
#include "setup/estimate_panel.h"
#include "setup/first_run_panel.h"
#include "setup/sequence_editor.h"
#include "setup/settings_form.h"
#include "setup/suite_catalog.h"
#include "setup/task_palette.h"
#include "train/run_directory.h"

#include <QScrollArea>
#include <QStackedWidget>
#include <QVBoxLayout>

namespace jumplora {

SetupPage::SetupPage(WindowContext& context, QWidget* parent)
    : Page(QStringLiteral("setupPage"), tr("Set-up"), parent),
      m_context(context),
      m_document(new SpecDocument(this)),
      m_catalog(new SuiteCatalog(std::make_shared<FactsCache>(), this)),
      m_estimator(new Estimator(
          *m_document, m_catalog->facts(), context.jobs, measuredTimesFile(),
          [this] {
              return m_context.session.oldestActive() != nullptr
                         ? tr("A run is at work; measuring would disturb it and be wrong.")
                         : QString();
          },
          this)),
      m_stack(new QStackedWidget(this)) {
    m_estimator->setFolders(context.session.places().runsFolder);
    registerActions();
    buildColumns();
    connectParts();
    auto* whole = new QVBoxLayout(this);
    whole->setContentsMargins(metrics::kPageMargin, metrics::kGrid, metrics::kPageMargin,
                              metrics::kPageMargin);
    whole->addWidget(m_stack);
    restoreLast();
    connect(&context.theme, &Theme::changed, this, &SetupPage::arrange);
}

SetupPage::~SetupPage() { rememberLast(); }

std::filesystem::path SetupPage::dataFolder() const {
    const QString chosen = m_context.settings.get<QString>(keys::kDataFolder);
    return chosen.isEmpty() ? jumplora::dataFolder() / "data" : std::filesystem::path(chosen.toStdString());
}

std::filesystem::path SetupPage::ownFolder() { return jumplora::dataFolder() / "tasks"; }

void SetupPage::refreshCatalog() {
    m_catalogRead = true;
    m_catalog->refresh(dataFolder(), ownFolder());
}

void SetupPage::activated() {
    if (!m_catalogRead) refreshCatalog();
    m_estimator->setFolders(m_context.session.places().runsFolder);
    m_estimator->setAutomatic(true);
    m_estimator->refreshNow();
    if (m_stack->currentWidget() == m_firstRun) m_firstRun->focusFirst();
}

void SetupPage::deactivated() {
    m_estimator->setAutomatic(false);
    rememberLast();
}

void SetupPage::restoreLast() {
    const QString last = m_context.settings.get<QString>(keys::kLastSpec);
    if (last.isEmpty()) {
        m_stack->setCurrentWidget(
            m_context.settings.get<bool>(keys::kFirstRunDone) ? static_cast<QWidget*>(m_scroll) : m_firstRun);
        return;
    }
    try {
        const Json json = parseJson(last.toStdString(), "last experiment");
        const RunSpec spec = parseRunSpec(json.contains("base") ? json["base"] : json);
        m_document->load(spec, json.contains("seeds") ? json["seeds"].get<std::vector<std::uint64_t>>()
                                                      : std::vector<std::uint64_t>{spec.seed});
        m_stack->setCurrentWidget(m_scroll);
    } catch (const Error&) {
        // Written by a version with other settings: the defaults are as good a start.
        m_context.settings.remove(keys::kLastSpec);
    } catch (const Json::exception&) {
        m_context.settings.remove(keys::kLastSpec);
    }
}

void SetupPage::rememberLast() {
    if (m_document->rows().empty() || !m_document->runSpec()) return;
    m_context.settings.set(keys::kLastSpec, QString::fromStdString(m_document->fileJson().dump()));
    m_context.settings.set(keys::kFirstRunDone, true);
}

void SetupPage::tell(Notice::Kind kind, const QString& sentence, const QString& actionText,
                     std::function<void()> action) {
    Notice message;
    message.kind = kind;
    message.sentence = sentence;
    message.actionText = actionText;
    message.action = std::move(action);
    constexpr int kSeconds = 12;
    if (kind == Notice::Kind::Info) message.seconds = kSeconds;
    Q_EMIT notice(message);
}

void SetupPage::focusReason(const QString& key, int row) {
    if (m_stack->currentWidget() != m_scroll) m_stack->setCurrentWidget(m_scroll);
    if (key == QLatin1String("suite.order")) {
        m_sequence->focusRow(row);
    } else {
        m_form->focusField(key.toStdString());
    }
}

bool SetupPage::focusFirstReason() {
    const std::vector<StartReason> reasons = m_panel->reasons();
    if (reasons.empty()) return false;
    focusReason(QString::fromStdString(reasons.front().key), reasons.front().row);
    return true;
}

void SetupPage::start() {
    // What is being typed counts.
    if (QWidget* focus = QWidget::focusWidget();
        focus != nullptr && focus->objectName().startsWith(QLatin1String("field.")))
        focus->clearFocus();
    if (focusFirstReason()) return;
    const std::vector<RunSpec> specs = m_document->runSpecs();
    if (specs.empty()) return;
    m_estimator->cancelMeasuring();
    rememberLast();
    try {
        m_context.queue.startNow(specs.front());
        if (specs.size() > 1) m_context.queue.enqueue({specs.begin() + 1, specs.end()});
        m_context.navigator.showPage(QStringLiteral("livePage"));
    } catch (const Error& error) {
        tell(Notice::Kind::Error, QString::fromUtf8(error.what()));
    }
}

void SetupPage::enqueue() {
    if (QWidget* focus = QWidget::focusWidget();
        focus != nullptr && focus->objectName().startsWith(QLatin1String("field.")))
        focus->clearFocus();
    // A missing file may be there when the run's turn comes; settings that cannot be read never work.
    const std::vector<StartReason> reasons = m_document->reasons();
    if (!reasons.empty()) {
        focusReason(QString::fromStdString(reasons.front().key), reasons.front().row);
        return;
    }
    const std::vector<RunSpec> specs = m_document->runSpecs();
    m_context.queue.enqueue(specs);
    rememberLast();
    tell(Notice::Kind::Info,
         tr("%n runs are in the queue with these settings.", nullptr, static_cast<int>(specs.size())),
         tr("Show queue"), [this] { m_context.navigator.showPage(QStringLiteral("queuePage")); });
}

void SetupPage::tryBuiltIn() {
    m_document->load(builtinExperiment(), {1});
    m_stack->setCurrentWidget(m_scroll);
    m_palette->select({}, QStringLiteral("dbpedia"));
    m_sequence->focusRow(0);
}

void SetupPage::newSpec() {
    m_document->clear();
    setFile({});
    m_stack->setCurrentWidget(m_scroll);
}

void SetupPage::open(const PageRequest& request) {
    for (const QString& file : request.files) openFile(file);
    if (request.text == QLatin1String("first-run")) {
        m_stack->setCurrentWidget(m_firstRun);
        m_firstRun->focusFirst();
        return;
    }
    if (!request.spec.is_null()) {
        try {
            const RunSpec spec = parseRunSpec(request.spec);
            m_document->replaceWith(
                tr("Settings of %1")
                    .arg(request.origin.isEmpty() ? QString::fromStdString(spec.name) : request.origin),
                spec, {spec.seed});
            m_stack->setCurrentWidget(m_scroll);
        } catch (const Error& error) {
            tell(
                Notice::Kind::Error,
                tr("These settings cannot be read by this version. %1").arg(QString::fromUtf8(error.what())));
        }
    } else if (!request.text.isEmpty()) {
        focusReason(request.text, -1);
    }
}

}  // namespace jumplora
