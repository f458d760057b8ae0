// SPDX-License-Identifier: GPL-3.0-or-later
#include "setup/merge_adapter_dialog.h"

#include "base/error.h"
#include "peft/adapter_import.h"
#include "peft/lora_config.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>

namespace jumplora {

MergeAdapterDialog::MergeAdapterDialog(Jobs& jobs, const Theme& theme, QWidget* parent)
    : QDialog(parent), m_jobs(jobs) {
    setObjectName(QStringLiteral("mergeAdapterDialog"));
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("Merge an adapter of peft"));
    build(theme);
    look();
}

bool MergeAdapterDialog::isAdapter(const QString& folder) {
    return QFileInfo::exists(folder + QStringLiteral("/adapter_config.json"));
}

void MergeAdapterDialog::build(const Theme& theme) {
    const auto folderRow = [this](QLineEdit*& edit, const char* name, const QString& hint) {
        edit = new QLineEdit(this);
        edit->setObjectName(QLatin1String(name));
        edit->setPlaceholderText(hint);
        auto* button = new QToolButton(this);
        button->setText(tr("Folder…"));
        button->setProperty("button", true);
        connect(button, &QToolButton::clicked, this, [this, edit, hint] {
            const QString folder = QFileDialog::getExistingDirectory(this, hint, edit->text());
            if (!folder.isEmpty()) edit->setText(folder);
        });
        auto* row = new QHBoxLayout;
        row->addWidget(edit, 1);
        row->addWidget(button);
        return row;
    };
    auto* fields = new QFormLayout;
    fields->addRow(tr("Adapter"), folderRow(m_adapter, "mergeAdapter", tr("Folder that peft has written")));
    m_facts = new QLabel(this);
    m_facts->setObjectName(QStringLiteral("mergeFacts"));
    m_facts->setProperty("muted", true);
    m_facts->setWordWrap(true);
    fields->addRow(QString(), m_facts);
    fields->addRow(tr("Backbone"), folderRow(m_backbone, "mergeBackbone", tr("Folder of the model")));
    fields->addRow(tr("New folder"), folderRow(m_output, "mergeOutput", tr("New or empty folder")));
    m_type = new QComboBox(this);
    m_type->setObjectName(QStringLiteral("mergeType"));
    m_type->addItems({QStringLiteral("float32"), QStringLiteral("float16"), QStringLiteral("bfloat16")});
    fields->addRow(tr("Stored as"), m_type);
    m_problem = new QLabel(this);
    m_problem->setObjectName(QStringLiteral("mergeProblem"));
    m_problem->setProperty("error", true);
    m_problem->setWordWrap(true);
    m_problem->hide();
    auto* buttons = new QDialogButtonBox(this);
    m_ok = buttons->addButton(tr("Merge and use"), QDialogButtonBox::ActionRole);
    m_ok->setObjectName(QStringLiteral("mergeButton"));
    m_ok->setDefault(true);
    buttons->addButton(QDialogButtonBox::Cancel);
    auto* whole = new QVBoxLayout(this);
    whole->addLayout(fields);
    whole->addWidget(m_problem);
    whole->addWidget(buttons);
    constexpr int kWidth = 600;
    setMinimumWidth(theme.scaled(kWidth));
    for (QLineEdit* edit : {m_adapter, m_backbone, m_output})
        connect(edit, &QLineEdit::textChanged, this, &MergeAdapterDialog::look);
    connect(m_ok, &QPushButton::clicked, this, &MergeAdapterDialog::merge);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
}

void MergeAdapterDialog::setAdapter(const QString& folder) { m_adapter->setText(folder); }
void MergeAdapterDialog::setBackbone(const QString& folder) { m_backbone->setText(folder); }

void MergeAdapterDialog::showProblem(const QString& sentence) {
    // What follows the first line lists tensors.
    m_problem->setText(sentence.section(QLatin1Char('\n'), 0, 0));
    m_problem->setToolTip(sentence);
    m_problem->setVisible(!sentence.isEmpty());
    adjustSize();
}

// Only the adapter's configuration is read here.
void MergeAdapterDialog::look() {
    const QString adapter = QDir::cleanPath(m_adapter->text().trimmed());
    bool sound = false;
    QString facts = tr("A folder with adapter_config.json and adapter_model.safetensors.");
    showProblem({});
    if (!m_adapter->text().trimmed().isEmpty()) {
        try {
            const LoraConfig config = LoraConfig::read(adapter.toStdString());
            facts = config.baseModel().empty()
                        ? tr("An adapter of peft. It does not say what it was trained on.")
                        : tr("An adapter of peft, trained on \"%1\" as it says itself.")
                              .arg(QString::fromStdString(config.baseModel()));
            sound = true;
            // The model it was trained on, where that is a folder here.
            const QString base =
                QDir::cleanPath(QDir(adapter).absoluteFilePath(QString::fromStdString(config.baseModel())));
            if (adapter != m_looked && !config.baseModel().empty() &&
                QFileInfo::exists(base + QStringLiteral("/config.json"))) {
                const QSignalBlocker quiet(m_backbone);
                m_backbone->setText(base);
            }
            m_looked = adapter;
        } catch (const Error& error) {
            showProblem(QString::fromUtf8(error.what()));
        }
    }
    m_facts->setText(facts);
    if (sound && (m_output->text().isEmpty() || m_output->text() == m_proposed)) {
        m_proposed = adapter + tr("-merged");
        const QSignalBlocker quiet(m_output);
        m_output->setText(m_proposed);
    }
    m_ok->setEnabled(sound && !m_backbone->text().trimmed().isEmpty() &&
                     !m_output->text().trimmed().isEmpty());
}

void MergeAdapterDialog::merge() {
    m_ok->setEnabled(false);
    showProblem({});
    m_facts->setText(tr("Reading the backbone and merging…"));
    const QString output = m_output->text().trimmed();
    m_job = m_jobs.compute(
        this,
        [adapter = m_adapter->text().trimmed().toStdString(),
         backbone = m_backbone->text().trimmed().toStdString(), output = output.toStdString(),
         type = m_type->currentText().toStdString()](const Job&) {
            return importAdapter(adapter, backbone, output, type);
        },
        [this, output](const ModelFolderReport&) {
            Q_EMIT merged(output);
            accept();
        },
        [this](const QString& sentence) {
            look();
            showProblem(sentence);
        });
}

}  // namespace jumplora
