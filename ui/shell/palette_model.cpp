// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/palette_model.h"

#include "theme/icons.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace jumplora {
namespace {

constexpr int kMostShown = 200;
constexpr int kMostRecent = 20;

// ">", "@" or "#" in front restricts the search; what is left is searched for.
std::pair<std::optional<PaletteEntry::Kind>, QString> split(const QString& pattern) {
    using Kind = PaletteEntry::Kind;
    const QString text = pattern.trimmed();
    if (text.startsWith(QLatin1Char('>'))) return {Kind::Action, text.mid(1).trimmed()};
    if (text.startsWith(QLatin1Char('@'))) return {Kind::Run, text.mid(1).trimmed()};
    if (text.startsWith(QLatin1Char('#'))) return {Kind::Setting, text.mid(1).trimmed()};
    return {std::nullopt, text};
}

}  // namespace

int fuzzyScore(const QString& text, const QString& pattern) {
    constexpr int kLetter = 1;
    constexpr int kSideBySide = 4;
    constexpr int kWordStart = 6;
    // best[i]: the letters so far, the last of them at place i; negative: they cannot end there.
    const auto size = static_cast<std::size_t>(text.size());
    std::vector<int> best(size, 0);
    bool first = true;
    for (const QChar letter : pattern) {
        if (letter.isSpace()) continue;
        std::vector<int> next(size, -1);
        int before = first ? 0 : -1;  // the best end of the letters before, left of i
        for (std::size_t i = 0; i < size; ++i) {
            const auto at = static_cast<qsizetype>(i);
            if (text[at].toCaseFolded() == letter.toCaseFolded()) {
                const bool start = i == 0 || !text[at - 1].isLetterOrNumber();
                const int value = kLetter + (start ? kWordStart : 0);
                if (before >= 0) next[i] = before + value;
                if (!first && i > 0 && best[i - 1] >= 0)
                    next[i] = std::max(next[i], best[i - 1] + value + kSideBySide);
            }
            if (!first) before = std::max(before, best[i]);
        }
        best = std::move(next);
        first = false;
    }
    if (first) return 0;
    return best.empty() ? -1 : *std::max_element(best.begin(), best.end());
}

void PaletteModel::setEntries(std::vector<PaletteEntry> entries) {
    m_entries = std::move(entries);
    rank();
}

void PaletteModel::addEntries(std::vector<PaletteEntry> entries) {
    std::move(entries.begin(), entries.end(), std::back_inserter(m_entries));
    rank();
}

void PaletteModel::setPattern(const QString& pattern) {
    m_pattern = pattern;
    rank();
}

void PaletteModel::setUsed(const QString& id) {
    m_recent.removeAll(id);
    m_recent.prepend(id);
    while (m_recent.size() > kMostRecent) m_recent.removeLast();
}

const PaletteEntry* PaletteModel::entry(int row) const {
    return row >= 0 && static_cast<std::size_t>(row) < m_shown.size()
               ? &m_entries[m_shown[static_cast<std::size_t>(row)]]
               : nullptr;
}

void PaletteModel::rank() {
    const auto [kind, text] = split(m_pattern);
    struct Ranked {
        std::size_t index;
        int score;
        qsizetype recent;  // place among the last used, larger = never
        qsizetype length;
    };
    std::vector<Ranked> ranked;
    for (std::size_t i = 0; i < m_entries.size(); ++i) {
        const PaletteEntry& entry = m_entries[i];
        if (kind && entry.kind != *kind) continue;
        const int score = fuzzyScore(entry.text, text);
        if (score < 0) continue;
        const qsizetype recent = m_recent.indexOf(entry.id);
        ranked.push_back(
            {i, score, recent < 0 ? kMostRecent : recent, text.isEmpty() ? 0 : entry.text.size()});
    }
    std::stable_sort(ranked.begin(), ranked.end(), [](const Ranked& a, const Ranked& b) {
        if (a.score != b.score) return a.score > b.score;
        if (a.recent != b.recent) return a.recent < b.recent;
        return a.length < b.length;
    });
    beginResetModel();
    m_shown.clear();
    for (const Ranked& each : ranked) {
        if (m_shown.size() == kMostShown) break;
        m_shown.push_back(each.index);
    }
    endResetModel();
}

int PaletteModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_shown.size());
}

QVariant PaletteModel::data(const QModelIndex& index, int role) const {
    const PaletteEntry* shown = index.isValid() ? entry(index.row()) : nullptr;
    if (shown == nullptr) return {};
    switch (role) {
        case Qt::DisplayRole:
            return shown->text;
        case Qt::DecorationRole:
            return icon(shown->icon.isEmpty() ? QStringLiteral("command") : shown->icon);
        case Qt::ToolTipRole:
        case DetailRole:
            return shown->detail;
        case ShortcutRole:
            return shown->shortcut;
        case EnabledRole:
            return shown->enabled;
        case Qt::AccessibleTextRole:
            return QStringLiteral("%1, %2 %3").arg(shown->text, shown->detail, shown->shortcut);
        default:
            return {};
    }
}

}  // namespace jumplora
