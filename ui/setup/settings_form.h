// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "setup/spec_document.h"
#include "theme/theme.h"

#include <QWidget>
#include <memory>
#include <vector>

class QCheckBox;
class QHBoxLayout;
class QLabel;
class QLineEdit;
class QScrollArea;
class QToolButton;
class QVBoxLayout;

namespace jumplora {

class FieldRow;

// A part of the form that can be folded; folded, it states itself in one line. Object name "group." +
// section.
class FieldGroup : public QWidget {
    Q_OBJECT

  public:
    FieldGroup(SpecDocument& document, const Theme& theme, QString section, const QString& title,
               const QString& help, QWidget* parent = nullptr);
    void setFields(const std::vector<FieldInfo>& fields);
    [[nodiscard]] const std::vector<FieldRow*>& rows() const { return m_rows; }
    [[nodiscard]] FieldRow* row(const std::string& key) const;
    [[nodiscard]] bool isExpanded() const { return m_expanded; }
    void setExpanded(bool expanded);
    // Shows what fits the search and, with `changedOnly`, differs from the default. A search opens the group.
    void filter(const QString& search, bool changedOnly);
    void refresh();
    void setLabelAbove(bool above);
    // Stands below the fields and folds with them.
    void setFooter(QWidget* footer);

  Q_SIGNALS:
    void toggled();

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    void updateHeader();
    void fitSummary();
    [[nodiscard]] QString summary() const;

    SpecDocument& m_document;
    const Theme& m_theme;
    QString m_section;
    QString m_title;
    QToolButton* m_header;
    QLabel* m_summary;
    QWidget* m_body;
    QVBoxLayout* m_list;
    std::vector<FieldRow*> m_rows;
    QString m_search;
    bool m_changedOnly = false;
    bool m_expanded = true;
    bool m_above = false;
};

// Every setting of a run, generated from the engine's descriptions: sections, then the method's own
// parameters.
class SettingsForm : public QWidget {
    Q_OBJECT

  public:
    SettingsForm(SpecDocument& document, Theme& theme, QWidget* parent = nullptr);
    // Opens what is folded and moves the focus there. False when there is no such field.
    bool focusField(const std::string& key);
    // The group of a section; nullptr when there is none.
    [[nodiscard]] FieldGroup* group(const QString& section) const;
    // One or two columns of groups.
    void setColumns(int columns);

  private:
    void arrange();
    void refreshAll();
    void applyFilter();

    SpecDocument& m_document;
    Theme& m_theme;
    QLineEdit* m_search;
    QCheckBox* m_changedOnly;
    QScrollArea* m_scroll;
    QHBoxLayout* m_columnsLayout;
    std::vector<QVBoxLayout*> m_columns;
    std::vector<FieldGroup*> m_groups;
    int m_columnCount = 0;
};

}  // namespace jumplora
