// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "store/run_columns.h"

#include <QString>
#include <QStringList>
#include <functional>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

namespace jumplora {

// What a run has under a key: a number, a text, several texts (tags), or nothing.
struct FilterValue {
    std::variant<std::monostate, double, QString, QStringList> value;
    bool isShare = false;  // the number is in percent or points: 5 % means 5, not 0.05
    [[nodiscard]] bool isMissing() const { return std::holds_alternative<std::monostate>(value); }
};

// A key with the number that stands for its curve: "loss@min".
struct FilterKey {
    QString name;
    QString reducer;  // "", last, best, min, max, mean, step
    std::int64_t parameter = 0;
    bool operator==(const FilterKey&) const = default;
};
using FilterLookup = std::function<FilterValue(const FilterKey&)>;

// An expression over runs:
//   expr = and { "OR" and }    and = not { ["AND"] not }    not = ["NOT"] prim
//   prim = "(" expr ")" | key op value | "has:" what | "tag:" word | word
//   key = name { "." name } [ "@" (last|best|min|max|mean(k)|step(n)) ]    op: = != < <= > >= ~ !~ in
//   value = number | 5% | "text" | word | 2026-03-04 | -7d | (a, b, c)
// A bare word is looked for in name, tags and note. Case does not matter; comparing what is missing is false.
class RunFilterExpression {
  public:
    struct Problem {
        int position = 0;  // in the text
        int length = 1;
        QString expected;  // a sentence
    };
    // An empty text matches everything. `now` (seconds since 1970) is what -7d counts from.
    static RunFilterExpression parse(const QString& text, double now);

    [[nodiscard]] const std::optional<Problem>& problem() const { return m_problem; }
    [[nodiscard]] bool matches(const FilterLookup& lookup) const;
    [[nodiscard]] bool isEmpty() const { return m_root == nullptr; }
    // Keys with a reducer or of a curve have to be read before the expression is asked.
    [[nodiscard]] const std::vector<FilterKey>& keys() const { return m_keys; }

    struct Node;

  private:
    friend class FilterParser;
    std::shared_ptr<const Node> m_root;
    std::optional<Problem> m_problem;
    std::vector<FilterKey> m_keys;
};

// What may stand at the cursor: for completion.
struct FilterPlace {
    enum class Kind { Key, Operator, Value, Has, Tag };
    Kind kind = Kind::Key;
    QString key;     // whose value is asked for
    QString prefix;  // typed already
    int start = 0;   // of the prefix
};
FilterPlace filterPlace(const QString& text, int cursor);

}  // namespace jumplora
