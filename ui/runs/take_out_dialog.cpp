// SPDX-License-Identifier: GPL-3.0-or-later
#include "runs/take_out_dialog.h"

#include "exchange/bundle.h"
#include "exchange/number_format.h"
#include "exchange/tensorboard.h"
#include "peft/adapter_export.h"
#include "peft/model_export.h"
#include "train/run_directory.h"

#include <QButtonGroup>
#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QDir>
#include <QFileDialog>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QRadioButton>
#include <QSpinBox>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

namespace jumplora {
namespace {

QString count(std::int64_t value) {
    return QString::fromStdString(formatNumber(static_cast<double>(value), Quantity::Count));
}

QString noted(QString sentence, const std::vector<std::string>& notes) {
    for (const std::string& note : notes) sentence += QLatin1Char(' ') + QString::fromStdString(note);
    return sentence;
}

}  // namespace

TakeOutDialog::TakeOutDialog(const RunRow& run, Jobs& jobs, const Theme& theme, QWidget* parent)
    : QDialog(parent), m_run(run), m_jobs(jobs) {
    setObjectName(QStringLiteral("takeOutDialog"));
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("Take out %1").arg(QString::fromStdString(run.name)));
    build(theme);
    adjust();
}

void TakeOutDialog::build(const Theme& theme) {
    m_forms = new QButtonGroup(this);
    auto* whole = new QVBoxLayout(this);
    const std::tuple<Form, const char*, QString, QString> forms[] = {
        {Adapter, "formAdapter", tr("Adapter of a task, for peft"),
         tr("A dense update as a LoRA adapter; a masked one as its entries, which no low-rank pair can "
            "express")},
        {Model, "formModel", tr("Merged model, as a Hugging Face folder"),
         tr("The backbone with the adapters of all tasks up to the chosen one; transformers loads it")},
        {Events, "formEvents", tr("Event files, for TensorBoard"),
         tr("Curves, histograms of |ΔW|, the accuracy matrix and the overlap as images")},
        {Bundle, "formBundle", tr("The whole run, as one archive"),
         tr("Specification, events, adapters, answers and hashes of the data; can be imported and "
            "reproduced")}};
    for (const auto& [form, name, text, help] : forms) {
        auto* button = new QRadioButton(text, this);
        button->setObjectName(QLatin1String(name));
        button->setToolTip(help);
        m_forms->addButton(button, form);
        whole->addWidget(button);
    }
    m_forms->button(Adapter)->setChecked(true);
    m_task = new QComboBox(this);
    m_task->setObjectName(QStringLiteral("takeOutTask"));
    const auto trained = static_cast<std::size_t>(m_run.tasksTrained);
    for (std::size_t i = 0; i < std::min(trained, m_run.tasks.size()); ++i)
        m_task->addItem(tr("%1 · %2").arg(i + 1).arg(QString::fromStdString(m_run.tasks[i])),
                        static_cast<int>(i) + 1);
    m_task->setCurrentIndex(m_task->count() - 1);
    m_cumulative = new QCheckBox(tr("Everything up to this task"), this);
    m_cumulative->setObjectName(QStringLiteral("takeOutCumulative"));
    m_closest = new QCheckBox(tr("Also the closest pair of rank"), this);
    m_closest->setObjectName(QStringLiteral("takeOutClosest"));
    m_closest->setToolTip(tr("By the singular values; the error that this makes is stated"));
    m_rank = new QSpinBox(this);
    m_rank->setObjectName(QStringLiteral("takeOutRank"));
    constexpr int kMostRank = 4096;
    constexpr int kUsualRank = 32;
    m_rank->setRange(1, kMostRank);
    m_rank->setValue(kUsualRank);
    auto* rank = new QHBoxLayout;
    rank->addWidget(m_closest);
    rank->addWidget(m_rank);
    rank->addStretch(1);
    m_dtype = new QComboBox(this);
    m_dtype->setObjectName(QStringLiteral("takeOutType"));
    for (const char* type : {"float32", "bfloat16", "float16"}) m_dtype->addItem(QLatin1String(type));
    m_checkpoint = new QCheckBox(tr("With its checkpoint, to go on elsewhere"), this);
    m_checkpoint->setObjectName(QStringLiteral("takeOutCheckpoint"));
    m_target = new QLineEdit(this);
    m_target->setObjectName(QStringLiteral("takeOutTarget"));
    auto* browse = new QToolButton(this);
    browse->setText(tr("Choose…"));
    browse->setProperty("button", true);
    auto* target = new QHBoxLayout;
    target->addWidget(m_target, 1);
    target->addWidget(browse);
    auto* fields = new QFormLayout;
    fields->addRow(tr("Task"), m_task);
    fields->addRow(QString(), m_cumulative);
    fields->addRow(QString(), rank);
    fields->addRow(tr("Stored as"), m_dtype);
    fields->addRow(QString(), m_checkpoint);
    fields->addRow(tr("Into"), target);
    whole->addLayout(fields);
    m_problem = new QLabel(this);
    m_problem->setObjectName(QStringLiteral("takeOutProblem"));
    m_problem->setProperty("error", true);
    m_problem->setWordWrap(true);
    m_problem->hide();
    whole->addWidget(m_problem);
    auto* buttons = new QDialogButtonBox(this);
    m_write = buttons->addButton(tr("Write"), QDialogButtonBox::AcceptRole);
    m_write->setObjectName(QStringLiteral("writeButton"));
    buttons->addButton(QDialogButtonBox::Cancel);
    whole->addWidget(buttons);
    constexpr int kWidth = 520;
    setMinimumWidth(theme.scaled(kWidth));
    connect(m_forms, &QButtonGroup::idToggled, this, &TakeOutDialog::adjust);
    connect(m_task, &QComboBox::currentIndexChanged, this, &TakeOutDialog::adjust);
    connect(m_closest, &QCheckBox::toggled, m_rank, &QSpinBox::setEnabled);
    connect(m_target, &QLineEdit::textEdited, this, [this] { m_proposed = false; });
    connect(browse, &QToolButton::clicked, this, &TakeOutDialog::chooseTarget);
    connect(buttons, &QDialogButtonBox::accepted, this, &TakeOutDialog::write);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    m_rank->setEnabled(false);
}

TakeOutDialog::Form TakeOutDialog::form() const { return static_cast<Form>(m_forms->checkedId()); }

int TakeOutDialog::task() const { return m_task->currentData().toInt(); }

void TakeOutDialog::setTarget(const QString& path) {
    m_target->setText(path);
    m_proposed = false;
}

void TakeOutDialog::adjust() {
    const Form chosen = form();
    const bool ofTask = chosen == Adapter || chosen == Model;
    m_task->setEnabled(ofTask);
    m_cumulative->setEnabled(chosen == Adapter);
    m_closest->setEnabled(chosen == Adapter);
    m_rank->setEnabled(chosen == Adapter && m_closest->isChecked());
    m_dtype->setEnabled(chosen == Model);
    m_checkpoint->setEnabled(chosen == Bundle);
    if (!m_proposed) return;
    const char* endings[] = {"-adapter", "-model", "-tensorboard", ".tar"};
    QString name = QString::fromStdString(m_run.name);
    if (ofTask) name += QStringLiteral("-task%1").arg(task());
    m_target->setText(QDir::homePath() + QLatin1Char('/') + name + QLatin1String(endings[chosen]));
}

void TakeOutDialog::chooseTarget() {
    const QString path =
        form() == Bundle
            ? QFileDialog::getSaveFileName(this, tr("Archive"), m_target->text(), tr("Archives (*.tar)"))
            : QFileDialog::getExistingDirectory(this, tr("Empty folder"), m_target->text());
    if (!path.isEmpty()) setTarget(path);
}

TakeOutDialog::Work TakeOutDialog::work() const {
    const RunDirectory run(m_run.directory);
    switch (form()) {
        case Adapter: {
            AdapterExportOptions options;
            options.task = task();
            options.cumulative = m_cumulative->isChecked();
            if (m_closest->isChecked()) options.closestRank = m_rank->value();
            return [run, options](const std::filesystem::path& target) {
                const AdapterExport out = exportAdapter(run, options, target);
                QString sentence = out.lora ? tr("A LoRA adapter of rank %1 on %2 modules was written.")
                                                  .arg(out.rank)
                                                  .arg(out.modules)
                                            : QString();
                if (out.sparse)
                    sentence =
                        tr("%1 of %2 entries were written.").arg(count(out.liveEntries), count(out.entries)) +
                        QLatin1Char(' ') + sentence;
                if (out.relativeError > 0)
                    sentence += tr(" Its relative error is %1.").arg(out.relativeError, 0, 'g', 3);
                return noted(sentence, out.notes);
            };
        }
        case Model:
            return [run, after = task(),
                    type = m_dtype->currentText().toStdString()](const std::filesystem::path& target) {
                const ModelExport out = exportModel(run, after, {}, type, target);
                return noted(tr("A model of %1 parameters was written.").arg(count(out.folder.parameters)),
                             out.notes);
            };
        case Events:
            return [run](const std::filesystem::path& target) {
                const TensorBoardReport out = writeTensorBoard(run, target);
                return tr("%1 scalars, %2 histograms and %3 images were written.")
                    .arg(count(out.scalars), count(out.histograms), count(out.images));
            };
        case Bundle:
            break;
    }
    BundleOptions options;
    options.checkpoint = m_checkpoint->isChecked();
    return [run, options](const std::filesystem::path& target) {
        writeBundle(run, target, options);
        return tr("The run was written as one archive.");
    };
}

void TakeOutDialog::write() {
    const QString target = m_target->text().trimmed();
    if (target.isEmpty()) return;
    m_write->setEnabled(false);
    m_problem->hide();
    m_jobs.compute(
        this, [work = work(), path = target.toStdString()](const Job&) { return work(path); },
        [this](const QString& sentence) { finish(sentence); },
        [this](const QString& sentence) {
            m_problem->setText(sentence);
            m_problem->show();
            m_write->setEnabled(true);
        });
}

void TakeOutDialog::finish(const QString& sentence) {
    Q_EMIT written(sentence, m_target->text().trimmed());
    accept();
}

}  // namespace jumplora
