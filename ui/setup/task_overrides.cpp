// SPDX-License-Identifier: GPL-3.0-or-later
#include "setup/task_overrides.h"

#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

namespace jumplora {

TaskOverrides::TaskOverrides(SpecDocument& document, Theme& theme, int row, QWidget* parent)
    : QDialog(parent),
      m_document(document),
      m_theme(theme),
      m_row(row),
      m_before(document.rows().at(static_cast<std::size_t>(row))),
      m_fields(document.overrideFields()) {
    setObjectName("taskOverrides");
    setAttribute(Qt::WA_DeleteOnClose);
    const QString name = document.rowNames()[static_cast<std::size_t>(row)];
    setWindowTitle(tr("Settings of %1 (place %2)").arg(name).arg(row + 1));
    auto* title = new QLabel(tr("Empty fields are inherited from the form."), this);
    title->setProperty("muted", true);
    auto* form = new QFormLayout;
    for (const FieldInfo& field : m_fields) {
        auto* edit = new QLineEdit(this);
        edit->setObjectName(QStringLiteral("override.") + QString::fromStdString(field.key));
        const Json value = holder(field).value(field.param.key, Json());
        edit->setText(fieldText(value));
        edit->setPlaceholderText(tr("%1 (inherited)").arg(valueText(document.value(field.key))));
        edit->setToolTip(QString::fromStdString(field.param.help));
        auto* error = new QLabel(this);
        error->setProperty("error", true);
        error->setWordWrap(true);
        error->hide();
        auto* box = new QVBoxLayout;
        box->setSpacing(2);
        box->addWidget(edit);
        box->addWidget(error);
        form->addRow(QString::fromStdString(field.param.label), box);
        if (auto* label = qobject_cast<QLabel*>(form->labelForField(box))) label->setBuddy(edit);
        edit->setAccessibleName(QString::fromStdString(field.param.label));
        m_edits[field.key] = edit;
        m_errors[field.key] = error;
        connect(edit, &QLineEdit::textEdited, this, &TaskOverrides::check);
    }
    auto* buttons = new QDialogButtonBox(this);
    m_ok = buttons->addButton(tr("Apply"), QDialogButtonBox::AcceptRole);
    m_ok->setObjectName("overridesApply");
    auto* inherit = buttons->addButton(tr("Inherit all"), QDialogButtonBox::ResetRole);
    buttons->addButton(tr("Cancel"), QDialogButtonBox::RejectRole);
    connect(m_ok, &QPushButton::clicked, this, [this] {
        if (apply()) accept();
    });
    connect(inherit, &QPushButton::clicked, this, [this] {
        for (const auto& [key, edit] : m_edits) edit->clear();
        check();
    });
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    // The row may vanish while this is open.
    connect(&document, &SpecDocument::sequenceChanged, this, [this] {
        const auto& rows = m_document.rows();
        if (static_cast<std::size_t>(m_row) >= rows.size() ||
            rows[static_cast<std::size_t>(m_row)] != m_before)
            reject();
    });
    auto* whole = new QVBoxLayout(this);
    whole->addWidget(title);
    whole->addLayout(form);
    whole->addWidget(buttons);
    constexpr int kWidth = 420;
    setMinimumWidth(theme.scaled(kWidth));
}

Json TaskOverrides::holder(const FieldInfo& field) const {
    if (field.section != "method") return m_before;
    return m_before.contains("method") ? m_before["method"] : Json::object();
}

void TaskOverrides::check() {
    bool good = true;
    for (const FieldInfo& field : m_fields) {
        const FieldParse parsed = parseField(field.param, field.key, m_edits[field.key]->text());
        m_errors[field.key]->setText(parsed.error.isEmpty() ? QString()
                                                            : QStringLiteral("✕ ") + parsed.error);
        m_errors[field.key]->setVisible(!parsed.error.isEmpty());
        good &= parsed.error.isEmpty();
    }
    m_ok->setEnabled(good);
}

bool TaskOverrides::apply() {
    check();
    if (!m_ok->isEnabled()) return false;
    Json entry = m_before;
    Json method = entry.value("method", Json::object());
    for (const FieldInfo& field : m_fields) {
        const Json value = parseField(field.param, field.key, m_edits[field.key]->text()).value;
        Json& target = field.section == "method" ? method : entry;
        target.erase(field.param.key);
        if (!value.is_null()) target[field.param.key] = value;
    }
    entry.erase("method");
    if (!method.empty()) entry["method"] = method;
    m_before = entry;
    m_document.setRow(m_row, entry);
    return true;
}

}  // namespace jumplora
