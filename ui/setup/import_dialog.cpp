// SPDX-License-Identifier: GPL-3.0-or-later
#include "setup/import_dialog.h"

#include "data/scoring.h"
#include "data/table_file.h"
#include "exchange/number_format.h"
#include "setup/small_bars.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QRegularExpression>
#include <QScrollArea>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>

namespace jumplora {
namespace {

QString count(std::int64_t value) {
    return QString::fromStdString(formatNumber(static_cast<double>(value), Quantity::Count));
}

// The first of the usual names that is among the columns, else the given place.
int likely(const QStringList& columns, const QStringList& names, int otherwise) {
    for (const QString& name : names) {
        for (int i = 0; i < columns.size(); ++i)
            if (columns[i].compare(name, Qt::CaseInsensitive) == 0) return i;
    }
    return std::min<int>(otherwise, static_cast<int>(columns.size()) - 1);
}

}  // namespace

ImportDialog::ImportDialog(const std::filesystem::path& file, std::filesystem::path ownFolder, Jobs& jobs,
                           Theme& theme, QWidget* parent)
    : QDialog(parent), m_file(file), m_ownFolder(std::move(ownFolder)), m_jobs(jobs), m_theme(theme) {
    setObjectName("importDialog");
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("Import %1").arg(QString::fromStdString(file.filename().string())));
    build();
    constexpr int kWidth = 760;
    constexpr int kHeight = 560;
    resize(theme.scaled(kWidth), theme.scaled(kHeight));
    readColumns();
}

void ImportDialog::build() {
    const auto line = [this](const char* name) {
        auto* edit = new QLineEdit(this);
        edit->setObjectName(QLatin1String(name));
        return edit;
    };
    m_name = line("importName");
    QString stem = QString::fromStdString(m_file.stem().string());
    stem.replace(QRegularExpression("[^A-Za-z0-9_-]+"), QStringLiteral("-"));
    m_name->setText(stem);
    m_instruction = line("importInstruction");
    m_instruction->setPlaceholderText(tr("What is asked, such as: Is the text positive or negative?"));
    m_options = line("importOptions");
    m_options->setPlaceholderText(tr("The labels of the rows; or write them here with | between"));
    m_test = line("importTest");
    m_test->setPlaceholderText(tr("Every fifth row is kept for testing"));
    auto* browse = new QToolButton(this);
    browse->setText(tr("Choose…"));
    browse->setProperty("button", true);
    connect(browse, &QToolButton::clicked, this, &ImportDialog::chooseTest);
    auto* testLine = new QHBoxLayout;
    testLine->addWidget(m_test, 1);
    testLine->addWidget(browse);
    m_text = new QComboBox(this);
    m_text->setObjectName("importText");
    m_label = new QComboBox(this);
    m_label->setObjectName("importLabel");
    auto* form = new QFormLayout;
    form->addRow(tr("Task name"), m_name);
    form->addRow(tr("Instruction"), m_instruction);
    form->addRow(tr("Column of the text"), m_text);
    form->addRow(tr("Column of the label"), m_label);
    form->addRow(tr("Options"), m_options);
    form->addRow(tr("Test rows"), testLine);
    m_problem = new QLabel(this);
    m_problem->setObjectName("importProblem");
    m_problem->setProperty("error", true);
    m_problem->setWordWrap(true);
    m_problem->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_problem->hide();
    m_counts = new QLabel(this);
    m_counts->setObjectName("importCounts");
    m_counts->setWordWrap(true);
    m_prompts = new QPlainTextEdit(this);
    m_prompts->setObjectName("importPrompts");
    m_prompts->setReadOnly(true);
    m_prompts->setAccessibleName(tr("Ten rendered prompts"));
    auto* scroll = new QScrollArea(this);
    scroll->setWidgetResizable(true);
    auto* holder = new QWidget(scroll);
    holder->setProperty("flatCard", true);
    m_bars = new LabelBars(m_theme, holder);
    auto* inner = new QVBoxLayout(holder);
    inner->setContentsMargins(4, 4, 4, 4);
    inner->addWidget(m_bars);
    inner->addStretch(1);
    scroll->viewport()->setProperty("flatCard", true);
    scroll->setWidget(holder);
    auto* preview = new QHBoxLayout;
    preview->addWidget(m_prompts, 3);
    preview->addWidget(scroll, 2);
    auto* buttons = new QDialogButtonBox(this);
    m_ok = buttons->addButton(tr("Import"), QDialogButtonBox::AcceptRole);
    m_ok->setObjectName("importButton");
    m_ok->setEnabled(false);
    buttons->addButton(tr("Cancel"), QDialogButtonBox::RejectRole);
    connect(m_ok, &QPushButton::clicked, this, &ImportDialog::write);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto* whole = new QVBoxLayout(this);
    whole->addLayout(form);
    whole->addWidget(m_problem);
    whole->addWidget(m_counts);
    whole->addLayout(preview, 1);
    whole->addWidget(buttons);
    auto* delay = new QTimer(this);
    delay->setSingleShot(true);
    constexpr int kDelay = 250;
    delay->setInterval(kDelay);
    connect(delay, &QTimer::timeout, this, &ImportDialog::inspect);
    for (QLineEdit* edit : {m_instruction, m_options, m_test, m_name})
        connect(edit, &QLineEdit::textChanged, delay, qOverload<>(&QTimer::start));
    for (QComboBox* box : {m_text, m_label})
        connect(box, &QComboBox::currentIndexChanged, delay, qOverload<>(&QTimer::start));
}

void ImportDialog::readColumns() {
    m_jobs.compute(
        this, [file = m_file](const Job&) { return tableColumns(file); },
        [this](const std::vector<std::string>& names) {
            QStringList columns;
            for (const std::string& name : names) columns += QString::fromStdString(name);
            m_text->addItems(columns);
            m_label->addItems(columns);
            m_text->setCurrentIndex(
                likely(columns, {"sentence", "text", "prompt", "question", "content", "input"}, 0));
            m_label->setCurrentIndex(likely(columns, {"label", "answer", "class", "target", "output"},
                                            static_cast<int>(columns.size()) - 1));
            inspect();
        },
        [this](const QString& sentence) { showProblem(sentence); });
}

TaskImport ImportDialog::import() const {
    TaskImport import;
    import.name = m_name->text().trimmed().toStdString();
    import.instruction = m_instruction->text().trimmed().toStdString();
    for (const QString& option : m_options->text().split(QLatin1Char('|'), Qt::SkipEmptyParts))
        if (!option.trimmed().isEmpty()) import.options.push_back(option.trimmed().toStdString());
    import.train = m_file;
    import.test = m_test->text().trimmed().toStdString();
    import.textColumn = m_text->currentText().toStdString();
    import.labelColumn = m_label->currentText().toStdString();
    return import;
}

void ImportDialog::inspect() {
    if (m_text->count() == 0) return;
    if (m_text->currentIndex() == m_label->currentIndex() && m_text->count() > 1) {
        showProblem(tr("Text and label are the same column. Choose two."));
        return;
    }
    const int generation = ++m_generation;
    m_jobs.compute(
        this, [import = import()](const Job&) { return inspectImport(import); },
        [this, generation](const ImportReport& report) {
            if (generation == m_generation) showReport(report);
        },
        [this, generation](const QString& sentence) {
            if (generation == m_generation) showProblem(sentence);
        });
}

void ImportDialog::showReport(const ImportReport& report) {
    m_problem->hide();
    QStringList parts = {tr("%1 training rows, %2 test rows, %3 labels")
                             .arg(count(report.trainRows), count(report.testRows),
                                  count(static_cast<std::int64_t>(report.labels.size())))};
    if (report.outside > 0)
        parts += tr("▲ %1 rows carry a label that is not among the options; such rows always count as wrong.")
                     .arg(count(report.outside));
    if (report.inBoth > 0) parts += tr("▲ %1 test rows are also trained on.").arg(count(report.inBoth));
    m_counts->setText(parts.join(QLatin1Char('\n')));
    QStringList prompts;
    for (const Example& example : report.first)
        prompts += QString::fromStdString(example.prompt) + QStringLiteral(" → ") +
                   QString::fromStdString(example.label);
    m_prompts->setPlainText(prompts.join(QStringLiteral("\n\n")));
    std::vector<LabelBars::Bar> bars;
    constexpr std::size_t kMost = 100;
    for (const auto& [label, rows] : report.labels) {
        if (bars.size() >= kMost) break;
        bars.push_back({QString::fromStdString(label), rows, !isOption(label, report.options)});
    }
    m_bars->setBars(std::move(bars));
    m_ok->setEnabled(!m_name->text().trimmed().isEmpty());
}

void ImportDialog::showProblem(const QString& sentence) {
    m_problem->setText(QStringLiteral("✕ ") + sentence);
    m_problem->show();
    m_ok->setEnabled(false);
}

void ImportDialog::chooseTest() {
    const QString file = QFileDialog::getOpenFileName(this, tr("Test rows"),
                                                      QString::fromStdString(m_file.parent_path().string()),
                                                      tr("Rows (*.json *.jsonl *.csv *.tsv)"));
    if (!file.isEmpty()) m_test->setText(file);
}

void ImportDialog::write() {
    m_ok->setEnabled(false);
    m_jobs.compute(
        this,
        [import = import(), folder = m_ownFolder](const Job&) {
            return QString::fromStdString(addImportedTask(import, folder).string());
        },
        [this](const QString& taskFile) {
            Q_EMIT imported(taskFile, m_name->text().trimmed());
            accept();
        },
        [this](const QString& sentence) { showProblem(sentence); });
}

}  // namespace jumplora
