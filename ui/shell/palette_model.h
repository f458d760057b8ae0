// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QAbstractListModel>
#include <QStringList>
#include <functional>
#include <vector>

namespace jumplora {

// One thing the palette can do.
struct PaletteEntry {
    enum class Kind { Action, Page, Setting, Run, Help };
    Kind kind = Kind::Action;
    QString id;      // unique over all kinds
    QString text;    // what is searched and shown
    QString detail;  // shown smaller: where it belongs, or why it cannot be done now
    QString shortcut;
    QString icon;
    bool enabled = true;
    std::function<void()> action;
};

// How well `text` fits the letters of `pattern` in their order; higher is better, negative: not at all.
// Starts of words and letters side by side count more.
int fuzzyScore(const QString& text, const QString& pattern);

// Entries that fit what was typed, best and most recently used first.
class PaletteModel : public QAbstractListModel {
    Q_OBJECT

  public:
    enum Roles { DetailRole = Qt::UserRole + 1, ShortcutRole, EnabledRole };

    using QAbstractListModel::QAbstractListModel;
    void setEntries(std::vector<PaletteEntry> entries);
    void addEntries(std::vector<PaletteEntry> entries);
    void setPattern(const QString& pattern);
    void setUsed(const QString& id);  // becomes the most recent one
    [[nodiscard]] const PaletteEntry* entry(int row) const;
    [[nodiscard]] const std::vector<PaletteEntry>& entries() const { return m_entries; }

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;

  private:
    void rank();
    std::vector<PaletteEntry> m_entries;
    std::vector<std::size_t> m_shown;
    QString m_pattern;
    QStringList m_recent;
};

}  // namespace jumplora
