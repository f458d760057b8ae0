// SPDX-License-Identifier: GPL-3.0-or-later
#include "setup/backbone_card.h"

#include "exchange/number_format.h"
#include "parts/settings_keys.h"
#include "theme/icons.h"

#include <QFileInfo>
#include <QLabel>
#include <QMenu>
#include <QToolButton>
#include <QVBoxLayout>

namespace jumplora {
namespace {

constexpr int kPause = 300;   // milliseconds after the last change
constexpr int kFolders = 12;  // that are remembered

QString number(std::int64_t value, Quantity quantity) {
    return QString::fromStdString(formatNumber(static_cast<double>(value), quantity));
}

std::vector<std::string> targetsOf(const Json& value) {
    return value.is_array() ? value.get<std::vector<std::string>>() : std::vector<std::string>{};
}

}  // namespace

BackboneCard::BackboneCard(SpecDocument& document, Jobs& jobs, Settings& settings, QWidget* parent)
    : QWidget(parent),
      m_document(document),
      m_jobs(jobs),
      m_settings(settings),
      m_facts(new QLabel(this)),
      m_problem(new QLabel(this)),
      m_menu(new QToolButton(this)) {
    setObjectName(QStringLiteral("backboneCard"));
    m_facts->setObjectName(QStringLiteral("backboneFacts"));
    m_facts->setProperty("muted", true);
    m_facts->setWordWrap(true);
    m_facts->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_problem->setObjectName(QStringLiteral("backboneProblem"));
    m_problem->setProperty("error", true);
    m_problem->setWordWrap(true);
    m_problem->hide();
    m_menu->setObjectName(QStringLiteral("recentBackbones"));
    m_menu->setText(tr("Recent"));
    m_menu->setToolTip(tr("The built-in backbone, and folders that were used before"));
    m_menu->setProperty("button", true);
    m_menu->setPopupMode(QToolButton::InstantPopup);
    m_menu->setMenu(new QMenu(m_menu));
    auto* lines = new QVBoxLayout(this);
    lines->setContentsMargins(0, 0, 0, 4);
    lines->addWidget(m_facts);
    lines->addWidget(m_problem);
    lines->addWidget(m_menu, 0, Qt::AlignLeft);
    m_timer.setSingleShot(true);
    m_timer.setInterval(kPause);
    connect(&m_timer, &QTimer::timeout, this, &BackboneCard::ask);
    connect(&document, &SpecDocument::changed, &m_timer, qOverload<>(&QTimer::start));
    connect(m_menu->menu(), &QMenu::aboutToShow, this, &BackboneCard::buildMenu);
    buildMenu();
    m_timer.start();
}

QStringList BackboneCard::recent() const { return m_settings.get<QStringList>(keys::kRecentBackbones); }

void BackboneCard::ask() {
    const Json wanted = {{"path", m_document.value("backbone.path")},
                         {"targets", m_document.value("adapter.targets")},
                         {"rank", m_document.value("adapter.rank")}};
    if (wanted == m_asked) return;
    m_asked = wanted;
    if (m_job) m_job->cancel();
    if (!wanted["path"].is_string() || wanted["path"].get<std::string>().empty() ||
        !wanted["rank"].is_number_integer()) {
        m_facts->clear();
        m_problem->hide();
        return;
    }
    m_job = m_jobs.compute(
        this,
        [wanted](const Job&) {
            return describeBackbone(wanted["path"].get<std::string>(), targetsOf(wanted["targets"]),
                                    wanted["rank"].get<std::int64_t>());
        },
        [this, wanted](const BackboneSummary& summary) {
            if (wanted == m_asked) showFacts(summary);
        },
        [this, wanted](const QString& sentence) {
            if (wanted == m_asked) showProblem(sentence);
        });
}

void BackboneCard::showFacts(const BackboneSummary& summary) {
    QStringList lines;
    lines +=
        tr("%1 · %2 parameters · %3 in %4")
            .arg(QString::fromStdString(summary.architecture), number(summary.parameters, Quantity::Count),
                 QString::fromStdString(summary.storedType), number(summary.storedBytes, Quantity::Bytes));
    if (!summary.tokenizer.empty())
        lines += tr("Tokenizer: %1, %2 pieces")
                     .arg(QString::fromStdString(summary.tokenizer),
                          number(summary.tokenizerVocabulary, Quantity::Count));
    if (summary.adapter)
        lines += tr("Trained for each task: %1 modules, %2 parameters")
                     .arg(number(summary.adapter->modules, Quantity::Count),
                          number(summary.adapter->parameters, Quantity::Count));
    m_facts->setText(lines.join(QLatin1Char('\n')));
    QStringList problems;
    if (summary.tokenizer.empty()) problems += QString::fromStdString(summary.tokenizerProblem);
    if (!summary.adapter) problems += QString::fromStdString(summary.adapterProblem);
    m_problem->setText(problems.join(QLatin1Char('\n')));
    m_problem->setVisible(!problems.isEmpty());
    if (problems.isEmpty()) remember(fieldText(m_asked["path"]));
    Q_EMIT recognised();
}

void BackboneCard::showProblem(const QString& sentence) {
    m_facts->clear();
    m_problem->setText(sentence);
    m_problem->show();
    Q_EMIT recognised();
}

void BackboneCard::remember(const QString& folder) {
    if (folder == QLatin1String("builtin")) return;
    QStringList folders = recent();
    folders.removeAll(folder);
    folders.prepend(folder);
    m_settings.set(keys::kRecentBackbones, QStringList(folders.mid(0, kFolders)));
}

void BackboneCard::buildMenu() {
    QMenu* menu = m_menu->menu();
    menu->clear();
    const auto add = [&](const QString& text, const QString& path) {
        menu->addAction(text, this, [this, path] { m_document.setText("backbone.path", path); })
            ->setToolTip(path);
    };
    add(tr("Built-in backbone"), QStringLiteral("builtin"));
    menu->addSeparator();
    for (const QString& folder : recent())
        if (QFileInfo::exists(folder))
            add(QFileInfo(folder).fileName() + QStringLiteral("  —  ") + folder, folder);
    menu->addSeparator();
    menu->addAction(tr("Choose a folder…"), this, &BackboneCard::folderWanted);
    menu->addAction(tr("Merge an adapter of peft…"), this, &BackboneCard::adapterWanted);
}

}  // namespace jumplora
