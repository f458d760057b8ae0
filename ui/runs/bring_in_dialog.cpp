// SPDX-License-Identifier: GPL-3.0-or-later
#include "runs/bring_in_dialog.h"

#include "session/run_material.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QIntValidator>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>

namespace jumplora {

BringInDialog::BringInDialog(const Theme& theme, QWidget* parent) : QDialog(parent) {
    setObjectName(QStringLiteral("bringInDialog"));
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("Import results"));
    build(theme);
    recognise();
}

void BringInDialog::build(const Theme& theme) {
    const auto line = [this](const char* name, const QString& hint) {
        auto* edit = new QLineEdit(this);
        edit->setObjectName(QLatin1String(name));
        edit->setPlaceholderText(hint);
        return edit;
    };
    const QString told = tr("As the files tell");
    m_path = line("bringInPath", tr("A run folder, a bundle, or results of another program"));
    m_name = line("bringInName", told);
    m_seed = line("bringInSeed", told);
    m_seed->setValidator(new QIntValidator(0, std::numeric_limits<int>::max(), m_seed));
    m_method = line("bringInMethod", told);
    m_backbone = line("bringInBackbone", told);
    m_gate = new QComboBox(this);
    m_gate->setObjectName(QStringLiteral("bringInGate"));
    m_gate->addItem(told, QString());
    m_gate->addItem(tr("none"), QStringLiteral("none"));
    m_gate->addItem(tr("jumprelu"), QStringLiteral("jumprelu"));
    m_scale = new QComboBox(this);
    m_scale->setObjectName(QStringLiteral("bringInScale"));
    m_scale->addItem(tr("By the largest score"), static_cast<int>(ScoreScale::ByLargest));
    m_scale->addItem(tr("Shares, 0 to 1"), static_cast<int>(ScoreScale::Share));
    m_scale->addItem(tr("Percent"), static_cast<int>(ScoreScale::Percent));
    const auto chooser = [this](const QString& text, bool folder) {
        auto* button = new QToolButton(this);
        button->setText(text);
        button->setProperty("button", true);
        connect(button, &QToolButton::clicked, this, [this, folder] {
            const QString path = folder ? QFileDialog::getExistingDirectory(this, tr("Folder with results"))
                                        : QFileDialog::getOpenFileName(this, tr("File with results"));
            if (!path.isEmpty()) setPath(path);
        });
        return button;
    };
    auto* path = new QHBoxLayout;
    path->addWidget(m_path, 1);
    path->addWidget(chooser(tr("File…"), false));
    path->addWidget(chooser(tr("Folder…"), true));
    m_kind = new QLabel(this);
    m_kind->setObjectName(QStringLiteral("bringInKind"));
    m_kind->setProperty("muted", true);
    m_kind->setWordWrap(true);
    auto* fields = new QFormLayout;
    fields->addRow(tr("From"), path);
    fields->addRow(QString(), m_kind);
    fields->addRow(tr("Name"), m_name);
    fields->addRow(tr("Seed"), m_seed);
    fields->addRow(tr("Method"), m_method);
    fields->addRow(tr("Gate"), m_gate);
    fields->addRow(tr("Backbone"), m_backbone);
    fields->addRow(tr("Scores are"), m_scale);
    auto* buttons = new QDialogButtonBox(this);
    m_ok = buttons->addButton(tr("Import"), QDialogButtonBox::AcceptRole);
    m_ok->setObjectName(QStringLiteral("bringInButton"));
    buttons->addButton(QDialogButtonBox::Cancel);
    auto* whole = new QVBoxLayout(this);
    whole->addLayout(fields);
    whole->addWidget(buttons);
    constexpr int kWidth = 560;
    setMinimumWidth(theme.scaled(kWidth));
    connect(m_path, &QLineEdit::textChanged, this, &BringInDialog::recognise);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(buttons, &QDialogButtonBox::accepted, this, [this] {
        Q_EMIT chosen(m_path->text().trimmed(), settings());
        accept();
    });
}

void BringInDialog::setPath(const QString& path) { m_path->setText(path); }

ImportSettings BringInDialog::settings() const {
    ImportSettings settings;
    settings.name = m_name->text().trimmed().toStdString();
    if (!m_seed->text().isEmpty()) settings.seed = m_seed->text().toLongLong();
    settings.method = m_method->text().trimmed().toStdString();
    settings.gate = m_gate->currentData().toString().toStdString();
    settings.backbone = m_backbone->text().trimmed().toStdString();
    settings.scale = static_cast<ScoreScale>(m_scale->currentData().toInt());
    return settings;
}

void BringInDialog::recognise() {
    const QString path = m_path->text().trimmed();
    const QFileInfo info(path);
    m_ok->setEnabled(!path.isEmpty() && info.exists());
    const QString material = path.isEmpty() || !info.exists() ? QString() : runMaterial(path);
    if (path.isEmpty()) {
        m_kind->setText(
            tr("Runs and bundles of this program, continual_eval.json of the JumpLoRA reference, output "
               "folders of O-LoRA and TRACE, a matrix as CSV; folders are searched."));
    } else if (!info.exists()) {
        m_kind->setText(tr("There is no such file or folder."));
    } else {
        m_kind->setText(material.isEmpty()
                            ? tr("Not recognised at first sight; what is inside will be searched.")
                            : tr("This is %1.").arg(material));
    }
}

}  // namespace jumplora
