// SPDX-License-Identifier: GPL-3.0-or-later
#include "setup/field_row.h"

#include "method/method_info.h"
#include "theme/icons.h"

#include <QButtonGroup>
#include <QCheckBox>
#include <QComboBox>
#include <QEvent>
#include <QFileDialog>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QPainter>
#include <QRadioButton>
#include <QStyle>
#include <QTimer>
#include <QToolButton>
#include <cmath>

namespace jumplora {
namespace {

constexpr int kLabelWidth = 112;
constexpr int kFieldWidth = 200;
constexpr int kNumberWidth = 104;
constexpr int kTypingPause = 300;  // ms after the last key

// "Wheel never changes an unfocused field": scrolling the form must not edit it.
class CalmCombo : public QComboBox {
  public:
    using QComboBox::QComboBox;

  protected:
    void wheelEvent(QWheelEvent* event) override {
        if (hasFocus()) {
            QComboBox::wheelEvent(event);
        } else {
            event->ignore();
        }
    }
};

bool isNumber(ParamType type) { return type == ParamType::Integer || type == ParamType::Real; }

bool wantsFile(const ParamInfo& param) {
    return param.help.find("task file") != std::string::npos && param.key == "tasks";
}

}  // namespace

FieldRow::FieldRow(SpecDocument& document, const Theme& theme, FieldInfo field, QWidget* parent)
    : QWidget(parent), m_document(document), m_theme(theme), m_field(std::move(field)) {
    build();
    refresh();
}

QString FieldRow::help() const {
    const ParamInfo& param = m_field.param;
    QStringList parts = {QString::fromStdString(param.help)};
    const QString range = QString::fromStdString(describeRange(param));
    if (!range.isEmpty()) parts += tr("Allowed: %1.").arg(range);
    parts += tr("Default: %1.").arg(valueText(param.defaultValue));
    if (!param.source.empty())
        parts += tr("Source of the default: %1.").arg(QString::fromStdString(param.source));
    if (m_field.key == "seed") parts += tr("Several seeds, such as 1-3, 7, make one run each.");
    parts.removeAll(QString());
    return parts.join(QLatin1Char(' '));
}

std::vector<std::pair<std::string, QString>> FieldRow::choices() const {
    std::vector<std::pair<std::string, QString>> result;
    if (m_field.key == "method.type") {
        for (const MethodInfo& info : methodInfos())
            result.emplace_back(info.key, QString::fromStdString(info.name));
        return result;
    }
    for (const std::string& choice : m_field.param.choices)
        result.emplace_back(choice, QString::fromStdString(choice));
    return result;
}

void FieldRow::build() {
    const QString key = QString::fromStdString(m_field.key);
    m_dot = new QLabel(QStringLiteral("●"), this);
    m_dot->setFixedWidth(10);
    m_dot->setAccessibleName(tr("changed"));
    m_label = new QLabel(QString::fromStdString(m_field.param.label), this);
    m_label->setWordWrap(true);
    m_label->setToolTip(help());
    m_editor = makeEditor();
    m_editor->setObjectName(QStringLiteral("field.") + key);
    m_editor->setAccessibleName(QString::fromStdString(m_field.param.label));
    m_editor->setAccessibleDescription(help());
    m_editor->setToolTip(help());
    m_label->setBuddy(m_editor);
    m_unit = new QLabel(QString::fromStdString(m_field.param.unit), this);
    m_unit->setProperty("muted", true);
    m_reset = new QToolButton(this);
    m_reset->setObjectName(QStringLiteral("reset.") + key);
    m_reset->setIcon(icon(QStringLiteral("reset")));
    m_reset->setAccessibleName(
        tr("Back to the default of %1").arg(QString::fromStdString(m_field.param.label)));
    m_reset->setToolTip(tr("Back to the default"));
    m_default = new QLabel(this);
    m_default->setProperty("muted", true);
    m_default->setFont(m_theme.font(TextRole::Small));
    m_error = new QLabel(this);
    m_error->setObjectName(QStringLiteral("error.") + key);
    m_error->setProperty("error", true);
    m_error->setWordWrap(true);
    m_help = new QLabel(help(), this);
    m_help->setProperty("muted", true);
    m_help->setWordWrap(true);
    m_help->hide();
    m_label->installEventFilter(this);
    connect(m_reset, &QToolButton::clicked, this, [this] {
        m_document.reset(m_field.key);
        focusField();
    });
    m_typing = new QTimer(this);
    m_typing->setSingleShot(true);
    m_typing->setInterval(kTypingPause);
    connect(m_typing, &QTimer::timeout, this, &FieldRow::typed);
    setLabelAbove(false);
}

void FieldRow::setLabelAbove(bool above) {
    if (layout() != nullptr && above == m_above) return;
    m_above = above;
    delete layout();
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(0, 2, 0, 2);
    grid->setHorizontalSpacing(4);
    grid->setVerticalSpacing(2);
    auto* field = new QHBoxLayout;
    field->setSpacing(6);
    field->addWidget(m_editor);
    field->addWidget(m_unit);
    field->addWidget(m_reset);
    field->addStretch(1);
    m_label->setMinimumWidth(above ? 0 : m_theme.scaled(kLabelWidth));
    m_label->setMaximumWidth(above ? QWIDGETSIZE_MAX : m_theme.scaled(kLabelWidth));
    grid->addWidget(m_dot, 0, 0, Qt::AlignVCenter);
    grid->addWidget(m_label, 0, 1);
    if (above) {
        grid->addLayout(field, 1, 1);
        grid->addWidget(m_default, 2, 1);
        grid->addWidget(m_error, 3, 1);
        grid->addWidget(m_help, 4, 1);
        grid->setColumnStretch(1, 1);
    } else {
        grid->addLayout(field, 0, 2);
        grid->addWidget(m_default, 1, 2);
        grid->addWidget(m_error, 2, 1, 1, 2);
        grid->addWidget(m_help, 3, 1, 1, 2);
        grid->setColumnStretch(2, 1);
    }
}

QWidget* FieldRow::makeEditor() {
    const ParamInfo& param = m_field.param;
    if (m_field.key == "suite.order") return makeSequenceLink();
    if (m_field.key == "method.type") return makeCombo();
    constexpr std::size_t kMostRadios = 3;
    switch (param.type) {
        case ParamType::Boolean:
            return makeSwitch();
        case ParamType::Choice:
            return param.choices.size() <= kMostRadios ? makeRadios() : makeCombo();
        case ParamType::Path:
            return makeLine(true);
        default:
            return makeLine(false);
    }
}

QWidget* FieldRow::makeLine(bool withChooser) {
    m_line = new QLineEdit(this);
    const bool number = isNumber(m_field.param.type) && m_field.key != "seed";
    m_line->setMaximumWidth(m_theme.scaled(number ? kNumberWidth : kFieldWidth));
    m_line->setMinimumWidth(m_theme.scaled(number ? kNumberWidth : kNumberWidth + 40));
    if (m_field.param.optional) m_line->setPlaceholderText(tr("not set"));
    m_line->installEventFilter(this);
    connect(m_line, &QLineEdit::textEdited, this, [this] { m_typing->start(); });
    connect(m_line, &QLineEdit::editingFinished, this, [this] {
        typed();
        m_document.endTyping();
    });
    if (withChooser) {
        QAction* choose = m_line->addAction(icon(QStringLiteral("folder")), QLineEdit::TrailingPosition);
        choose->setToolTip(tr("Choose…"));
        choose->setText(tr("Choose…"));
        connect(choose, &QAction::triggered, this, &FieldRow::choosePath);
    }
    return m_line;
}

QWidget* FieldRow::makeRadios() {
    auto* box = new QWidget(this);
    auto* row = new QHBoxLayout(box);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(6);
    m_radios = new QButtonGroup(this);
    int id = 0;
    for (const auto& [value, label] : choices()) {
        auto* radio = new QRadioButton(label, box);
        radio->setObjectName(QStringLiteral("field.%1.%2")
                                 .arg(QString::fromStdString(m_field.key), QString::fromStdString(value)));
        radio->setToolTip(help());
        m_radios->addButton(radio, id++);
        row->addWidget(radio);
        if (id == 1) box->setFocusProxy(radio);
        connect(radio, &QRadioButton::toggled, this, [this, value = value](bool on) {
            if (on && !m_refreshing) m_document.setValue(m_field.key, value);
        });
    }
    return box;
}

QWidget* FieldRow::makeCombo() {
    m_combo = new CalmCombo(this);
    m_combo->setMaximumWidth(m_theme.scaled(kFieldWidth));
    int at = 0;
    for (const auto& [value, label] : choices()) {
        m_combo->addItem(label, QString::fromStdString(value));
        if (m_field.key == "method.type")
            for (const MethodInfo& info : methodInfos())
                if (info.key == value)
                    m_combo->setItemData(at, QString::fromStdString(info.summary + "\n" + info.source),
                                         Qt::ToolTipRole);
        ++at;
    }
    connect(m_combo, &QComboBox::currentIndexChanged, this, [this] {
        if (!m_refreshing) m_document.setValue(m_field.key, m_combo->currentData().toString().toStdString());
    });
    return m_combo;
}

QWidget* FieldRow::makeSwitch() {
    m_switch = new QCheckBox(this);
    connect(m_switch, &QAbstractButton::toggled, this, [this](bool on) {
        if (!m_refreshing) m_document.setValue(m_field.key, on);
    });
    return m_switch;
}

QWidget* FieldRow::makeSequenceLink() {
    // The list itself is edited in the sequence editor; here it states itself.
    m_line = nullptr;
    auto* label = new QLabel(this);
    label->setFocusPolicy(Qt::NoFocus);
    connect(&m_document, &SpecDocument::sequenceChanged, this, &FieldRow::refresh);
    return label;
}

void FieldRow::choosePath() {
    const QString title = QString::fromStdString(m_field.param.label);
    const QString chosen =
        wantsFile(m_field.param)
            ? QFileDialog::getOpenFileName(this, title, m_line->text(), tr("Task files (*.json)"))
            : QFileDialog::getExistingDirectory(this, title, m_line->text());
    if (!chosen.isEmpty()) m_document.setText(m_field.key, chosen);
}

void FieldRow::typed() {
    m_typing->stop();
    if (m_line == nullptr || m_refreshing) return;
    if (m_line->text() != m_document.text(m_field.key)) m_document.setText(m_field.key, m_line->text());
}

void FieldRow::step(int direction) {
    const Json value = m_document.value(m_field.key);
    if (!m_document.error(m_field.key).isEmpty() || !value.is_number()) return;
    const double next = steppedValue(m_field.param, value.get<double>(), direction);
    m_document.setText(
        m_field.key,
        fieldText(m_field.param.type == ParamType::Integer ? Json(std::llround(next)) : Json(next)));
}

bool FieldRow::eventFilter(QObject* watched, QEvent* event) {
    if (watched == m_label && event->type() == QEvent::MouseButtonRelease) {
        m_help->setVisible(!m_help->isVisible());
        return false;
    }
    if (watched == m_line && event->type() == QEvent::KeyPress && isNumber(m_field.param.type) &&
        m_field.key != "seed") {
        const auto* key = static_cast<QKeyEvent*>(event);
        if (key->modifiers() == Qt::NoModifier && (key->key() == Qt::Key_Up || key->key() == Qt::Key_Down)) {
            typed();
            step(key->key() == Qt::Key_Up ? 1 : -1);
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

void FieldRow::refresh() {
    m_refreshing = true;
    const std::string& key = m_field.key;
    const QString error = m_document.error(key);
    const QString text = m_document.text(key);
    if (key == "suite.order") {
        static_cast<QLabel*>(m_editor)->setText(
            tr("%n tasks, in the sequence", nullptr, static_cast<int>(m_document.rows().size())));
    } else if (m_line != nullptr) {
        // What is being typed stays as it is.
        if (!(m_line->hasFocus() && m_typing->isActive()) && m_line->text() != text) m_line->setText(text);
        m_line->setProperty("invalid", !error.isEmpty());
        const QString border = error.isEmpty()
                                   ? QString()
                                   : QStringLiteral("QLineEdit { border: 1px solid %1; border-radius: 2px; }")
                                         .arg(m_theme.colour(Role::Error).name());
        if (m_line->styleSheet() != border) m_line->setStyleSheet(border);
    } else if (m_combo != nullptr) {
        m_combo->setCurrentIndex(m_combo->findData(text));
    } else if (m_radios != nullptr) {
        int id = 0;
        for (const auto& [value, label] : choices()) {
            if (QString::fromStdString(value) == text) m_radios->button(id)->setChecked(true);
            ++id;
        }
    } else if (m_switch != nullptr) {
        m_switch->setChecked(m_document.value(key) == true);
    }
    const bool changed = key != "suite.order" && m_document.isChanged(key);
    m_dot->setText(changed ? QStringLiteral("●") : QString());
    m_dot->setStyleSheet(
        QStringLiteral("color: %1; font-size: 8px;").arg(m_theme.colour(Role::Accent).name()));
    m_reset->setVisible(changed);
    m_default->setVisible(changed && m_combo == nullptr && m_radios == nullptr && m_switch == nullptr);
    const Json fallback = m_document.defaultValue(key);
    m_default->setText(key == "seed" ? tr("default 1") : tr("default %1").arg(valueText(fallback)));
    m_error->setVisible(!error.isEmpty());
    m_error->setText(error.isEmpty() ? QString() : QStringLiteral("✕ ") + error);
    m_refreshing = false;
}

bool FieldRow::matches(const QString& search) const {
    if (search.isEmpty()) return true;
    const QString all =
        QString::fromStdString(m_field.key + "\n" + m_field.param.label + "\n" + m_field.param.help);
    return all.contains(search, Qt::CaseInsensitive);
}

void FieldRow::focusField() {
    if (m_radios != nullptr && m_radios->checkedButton() != nullptr) {
        m_radios->checkedButton()->setFocus(Qt::ShortcutFocusReason);
    } else {
        m_editor->setFocus(Qt::ShortcutFocusReason);
        if (m_line != nullptr) m_line->selectAll();
    }
}

}  // namespace jumplora
