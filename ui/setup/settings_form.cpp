// SPDX-License-Identifier: GPL-3.0-or-later
#include "setup/settings_form.h"

#include "setup/field_row.h"
#include "theme/icons.h"

#include <QCheckBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QScrollArea>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

namespace jumplora {
namespace {

constexpr double kLabelsAbove = 1.75;  // text size from which labels stand above their fields

std::vector<FieldInfo> fieldsOf(const SpecDocument& document, const std::string& section) {
    std::vector<FieldInfo> fields;
    for (FieldInfo& field : document.fields())
        if (field.section == section) fields.push_back(std::move(field));
    return fields;
}

}  // namespace

FieldGroup::FieldGroup(SpecDocument& document, const Theme& theme, QString section, const QString& title,
                       const QString& help, QWidget* parent)
    : QWidget(parent),
      m_document(document),
      m_theme(theme),
      m_section(std::move(section)),
      m_title(title),
      m_header(new QToolButton(this)),
      m_summary(new QLabel(this)),
      m_body(new QWidget(this)),
      m_list(new QVBoxLayout(m_body)) {
    setObjectName(QStringLiteral("group.") + (m_section.isEmpty() ? QStringLiteral("run") : m_section));
    m_header->setObjectName(objectName() + QStringLiteral(".header"));
    m_header->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_header->setToolTip(help.isEmpty() ? tr("Fold or open") : help);
    m_summary->setProperty("muted", true);
    m_summary->setTextInteractionFlags(Qt::NoTextInteraction);
    m_summary->installEventFilter(this);
    m_summary->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_list->setContentsMargins(8, 0, 0, 4);
    m_list->setSpacing(0);
    auto* line = new QHBoxLayout;
    line->setContentsMargins(0, 0, 0, 0);
    line->addWidget(m_header, 0, Qt::AlignLeft);
    line->addWidget(m_summary, 1);
    line->addStretch(0);
    auto* whole = new QVBoxLayout(this);
    whole->setContentsMargins(0, 0, 0, 0);
    whole->setSpacing(2);
    whole->addLayout(line);
    whole->addWidget(m_body);
    connect(m_header, &QToolButton::clicked, this, [this] {
        setExpanded(!m_expanded);
        Q_EMIT toggled();
    });
}

void FieldGroup::setFields(const std::vector<FieldInfo>& fields) {
    qDeleteAll(m_rows);
    m_rows.clear();
    for (const FieldInfo& field : fields) {
        auto* row = new FieldRow(m_document, m_theme, field, m_body);
        row->setLabelAbove(m_above);
        m_list->insertWidget(static_cast<int>(m_rows.size()), row);
        m_rows.push_back(row);
    }
    refresh();
}

FieldRow* FieldGroup::row(const std::string& key) const {
    const auto found =
        std::find_if(m_rows.begin(), m_rows.end(), [&](FieldRow* row) { return row->field().key == key; });
    return found == m_rows.end() ? nullptr : *found;
}

void FieldGroup::setExpanded(bool expanded) {
    m_expanded = expanded;
    filter(m_search, m_changedOnly);
}

void FieldGroup::filter(const QString& search, bool changedOnly) {
    m_search = search;
    m_changedOnly = changedOnly;
    int shown = 0;
    for (FieldRow* row : m_rows) {
        const std::string& key = row->field().key;
        const bool visible =
            m_document.takesPart(key) && row->matches(search) && (!changedOnly || m_document.isChanged(key));
        row->setVisible(visible);
        shown += visible ? 1 : 0;
    }
    const bool filtered = !search.isEmpty() || changedOnly;
    m_body->setVisible(shown > 0 && (m_expanded || filtered));
    setVisible(shown > 0 || !filtered);
    updateHeader();
}

void FieldGroup::refresh() {
    for (FieldRow* row : m_rows) row->refresh();
    filter(m_search, m_changedOnly);
}

void FieldGroup::setLabelAbove(bool above) {
    m_above = above;
    for (FieldRow* row : m_rows) row->setLabelAbove(above);
}

void FieldGroup::setFooter(QWidget* footer) { m_list->addWidget(footer); }

QString FieldGroup::summary() const {
    QStringList parts;
    QStringList plain;
    for (const FieldRow* row : m_rows) {
        const std::string& key = row->field().key;
        if (!m_document.takesPart(key) || key == "suite.order") continue;
        const QString text = m_document.text(key);
        const QString label = QString::fromStdString(row->field().param.label);
        const bool naming =
            row->field().param.key == "type" || row->field().param.key == "path" || key == "name";
        if (naming) {
            parts.prepend(text);
        } else if (m_document.isChanged(key)) {
            parts += label + QLatin1Char(' ') + text;
        } else if (!text.isEmpty()) {
            plain += label + QLatin1Char(' ') + text;
        }
    }
    constexpr qsizetype kMost = 4;
    while (parts.size() < kMost && !plain.isEmpty()) parts += plain.takeFirst();
    return parts.join(QStringLiteral(", "));
}

void FieldGroup::updateHeader() {
    const auto changed = std::count_if(m_rows.begin(), m_rows.end(), [&](const FieldRow* row) {
        return row->field().key != "suite.order" && m_document.takesPart(row->field().key) &&
               m_document.isChanged(row->field().key);
    });
    const bool open = m_body->isVisibleTo(this);
    m_header->setIcon(icon(open ? QStringLiteral("collapse") : QStringLiteral("expand")));
    m_header->setText(changed > 0 ? tr("%1  ● %2").arg(m_title).arg(changed) : m_title);
    // A style sheet, since the application's one takes a tool button's own font away.
    const QString font = QStringLiteral("QToolButton { font-size: %1pt; font-weight: 600; }")
                             .arg(m_theme.font(TextRole::CardTitle).pointSizeF());
    if (m_header->styleSheet() != font) m_header->setStyleSheet(font);
    m_header->setAccessibleName(tr("%1, %n settings changed, %2", nullptr, static_cast<int>(changed))
                                    .arg(m_title, open ? tr("open") : tr("folded")));
    // It keeps its place, so that the title stays at the left.
    m_summary->setToolTip(summary());
    fitSummary();
}

void FieldGroup::fitSummary() {
    const bool open = m_body->isVisibleTo(this);
    m_summary->setText(
        open ? QString()
             : m_summary->fontMetrics().elidedText(m_summary->toolTip(), Qt::ElideRight, m_summary->width()));
}

bool FieldGroup::eventFilter(QObject* watched, QEvent* event) {
    if (watched == m_summary && event->type() == QEvent::Resize) fitSummary();
    return QWidget::eventFilter(watched, event);
}

SettingsForm::SettingsForm(SpecDocument& document, Theme& theme, QWidget* parent)
    : QWidget(parent),
      m_document(document),
      m_theme(theme),
      m_search(new QLineEdit(this)),
      m_changedOnly(new QCheckBox(tr("Changed only"), this)),
      m_scroll(new QScrollArea(this)) {
    setObjectName("settingsForm");
    setAccessibleName(tr("Settings"));
    m_search->setObjectName("formSearch");
    m_search->setPlaceholderText(tr("Search settings"));
    m_search->setAccessibleName(tr("Search settings"));
    m_search->setClearButtonEnabled(true);
    m_changedOnly->setObjectName("changedOnly");
    m_changedOnly->setToolTip(tr("Show only what differs from the defaults"));
    auto* top = new QHBoxLayout;
    top->addWidget(m_search, 1);
    top->addWidget(m_changedOnly);
    auto* content = new QWidget(m_scroll);
    content->setProperty("flatCard", true);
    m_columnsLayout = new QHBoxLayout(content);
    m_columnsLayout->setContentsMargins(0, 0, 8, 0);
    m_columnsLayout->setSpacing(24);
    m_scroll->setWidget(content);
    m_scroll->setWidgetResizable(true);
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_scroll->viewport()->setProperty("flatCard", true);
    auto* whole = new QVBoxLayout(this);
    whole->setContentsMargins(0, 0, 0, 0);
    whole->addLayout(top);
    whole->addWidget(m_scroll, 1);
    for (const SpecSection& section : specSections()) {
        auto* group = new FieldGroup(document, theme, QString::fromStdString(section.key),
                                     QString::fromStdString(section.label),
                                     QString::fromStdString(section.help), content);
        group->setFields(fieldsOf(document, section.key));
        m_groups.push_back(group);
        const bool open = section.key.empty() || section.key == "gate" || section.key == "method";
        group->setExpanded(open);
    }
    setColumns(1);
    connect(m_search, &QLineEdit::textChanged, this, &SettingsForm::applyFilter);
    connect(m_changedOnly, &QCheckBox::toggled, this, &SettingsForm::applyFilter);
    connect(&document, &SpecDocument::methodChanged, this, [this] {
        for (FieldGroup* group : m_groups)
            if (group->objectName() == QLatin1String("group.method"))
                group->setFields(fieldsOf(m_document, "method"));
    });
    connect(&document, &SpecDocument::changed, this, &SettingsForm::refreshAll);
    connect(&theme, &Theme::changed, this, [this] {
        for (FieldGroup* group : m_groups) group->setLabelAbove(m_theme.textScale() >= kLabelsAbove);
        refreshAll();
    });
    for (FieldGroup* group : m_groups) group->setLabelAbove(m_theme.textScale() >= kLabelsAbove);
}

void SettingsForm::refreshAll() {
    for (FieldGroup* group : m_groups) group->refresh();
}

FieldGroup* SettingsForm::group(const QString& section) const {
    const auto found = std::find_if(m_groups.begin(), m_groups.end(), [&](const FieldGroup* each) {
        return each->objectName() == QStringLiteral("group.") + section;
    });
    return found == m_groups.end() ? nullptr : *found;
}

void SettingsForm::applyFilter() {
    for (FieldGroup* group : m_groups) group->filter(m_search->text().trimmed(), m_changedOnly->isChecked());
}

void SettingsForm::setColumns(int columns) {
    if (columns == m_columnCount) return;
    m_columnCount = columns;
    arrange();
}

void SettingsForm::arrange() {
    for (FieldGroup* group : m_groups) group->hide();
    while (m_columnsLayout->count() > 0) {
        QLayoutItem* column = m_columnsLayout->takeAt(0);
        while (QLayoutItem* item = column->layout()->takeAt(0)) delete item;
        delete column;
    }
    m_columns.clear();
    for (int i = 0; i < m_columnCount; ++i) {
        auto* column = new QVBoxLayout;
        column->setSpacing(8);
        m_columnsLayout->addLayout(column, 1);
        m_columns.push_back(column);
    }
    // In reading order: the first half in the first column.
    const std::size_t perColumn = (m_groups.size() + m_columns.size() - 1) / m_columns.size();
    for (std::size_t i = 0; i < m_groups.size(); ++i) {
        m_columns[i / perColumn]->addWidget(m_groups[i]);
        m_groups[i]->show();
    }
    for (QVBoxLayout* column : m_columns) column->addStretch(1);
    applyFilter();
}

bool SettingsForm::focusField(const std::string& key) {
    for (FieldGroup* group : m_groups) {
        FieldRow* row = group->row(key);
        if (row == nullptr) continue;
        if (!row->isVisibleTo(this)) {
            m_search->clear();
            m_changedOnly->setChecked(false);
            group->setExpanded(true);
        }
        // The row has its place only after the layout has run.
        m_scroll->widget()->layout()->activate();
        m_scroll->ensureWidgetVisible(row);
        row->focusField();
        return true;
    }
    return false;
}

}  // namespace jumplora
