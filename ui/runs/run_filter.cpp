// SPDX-License-Identifier: GPL-3.0-or-later
#include "runs/run_filter.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QTimeZone>
#include <algorithm>
#include <cmath>

namespace jumplora {
namespace {

QString tr(const char* text) { return QCoreApplication::translate("RunFilter", text); }

constexpr double kDay = 86400;

enum class TokenKind { Word, Text, Operator, Open, Close, Comma, End, Broken };

struct Token {
    TokenKind kind = TokenKind::End;
    QString text;
    int position = 0;
    int length = 0;
};

bool isOperatorStart(QChar c) { return QStringLiteral("=!<>~").contains(c); }
bool endsWord(QChar c) {
    return c.isSpace() || isOperatorStart(c) || c == QLatin1Char('(') || c == QLatin1Char(')') ||
           c == QLatin1Char(',') || c == QLatin1Char('"');
}

// A function call of a reducer belongs to its key: "loss@mean(10)".
qsizetype wordEnd(const QString& text, qsizetype begin) {
    qsizetype at = begin;
    while (at < text.size() && !endsWord(text[at])) ++at;
    const QString word = text.mid(begin, at - begin);
    const bool call = word.endsWith(QLatin1String("@mean"), Qt::CaseInsensitive) ||
                      word.endsWith(QLatin1String("@step"), Qt::CaseInsensitive);
    if (call && at < text.size() && text[at] == QLatin1Char('(')) {
        const qsizetype close = text.indexOf(QLatin1Char(')'), at);
        if (close > 0) return close + 1;
    }
    return at;
}

Token textToken(const QString& text, qsizetype begin) {
    QString content;
    for (qsizetype at = begin + 1; at < text.size(); ++at) {
        if (text[at] == QLatin1Char('\\') && at + 1 < text.size()) {
            content += text[++at];
        } else if (text[at] == QLatin1Char('"')) {
            return {TokenKind::Text, content, static_cast<int>(begin), static_cast<int>(at + 1 - begin)};
        } else {
            content += text[at];
        }
    }
    return {TokenKind::Broken, tr("The quote that opens here is never closed."), static_cast<int>(begin),
            static_cast<int>(text.size() - begin)};
}

std::vector<Token> tokenise(const QString& text) {
    std::vector<Token> tokens;
    qsizetype at = 0;
    const auto single = [&](TokenKind kind) {
        tokens.push_back({kind, text.mid(at, 1), static_cast<int>(at), 1});
        ++at;
    };
    while (at < text.size()) {
        const QChar c = text[at];
        if (c.isSpace()) {
            ++at;
        } else if (c == QLatin1Char('(')) {
            single(TokenKind::Open);
        } else if (c == QLatin1Char(')')) {
            single(TokenKind::Close);
        } else if (c == QLatin1Char(',')) {
            single(TokenKind::Comma);
        } else if (c == QLatin1Char('"')) {
            tokens.push_back(textToken(text, at));
            at += tokens.back().length;
        } else if (isOperatorStart(c)) {
            const bool two =
                at + 1 < text.size() && (text[at + 1] == QLatin1Char('=') ||
                                         (c == QLatin1Char('!') && text[at + 1] == QLatin1Char('~')));
            const bool joined = two && c != QLatin1Char('=') && c != QLatin1Char('~');
            const int length = joined ? 2 : 1;
            tokens.push_back({TokenKind::Operator, text.mid(at, length), static_cast<int>(at), length});
            at += length;
        } else {
            const qsizetype end = wordEnd(text, at);
            tokens.push_back(
                {TokenKind::Word, text.mid(at, end - at), static_cast<int>(at), static_cast<int>(end - at)});
            at = end;
        }
    }
    tokens.push_back({TokenKind::End, {}, static_cast<int>(text.size()), 1});
    return tokens;
}

bool isWord(const Token& token, const char* word) {
    return token.kind == TokenKind::Word && token.text.compare(QLatin1String(word), Qt::CaseInsensitive) == 0;
}

// What is compared with.
struct Wanted {
    QString text;
    std::optional<double> number;
    bool percent = false;
    std::optional<std::pair<double, double>> span;  // of a day, in seconds since 1970
};

std::optional<std::pair<double, double>> dayOf(const QString& text) {
    const QDate day = QDate::fromString(text, Qt::ISODate);
    if (!day.isValid()) return std::nullopt;
    const auto begin = static_cast<double>(day.startOfDay(QTimeZone::utc()).toSecsSinceEpoch());
    return std::pair(begin, begin + kDay);
}

Wanted wanted(const Token& token, double now) {
    Wanted result{token.text, {}, false, {}};
    if (token.kind != TokenKind::Word) return result;
    QString text = token.text;
    text.replace(QChar(0x2212), QLatin1Char('-'));
    bool ok = false;
    if (text.endsWith(QLatin1Char('%'))) {
        const double value = text.chopped(1).toDouble(&ok);
        if (ok) {
            result.number = value;
            result.percent = true;
        }
        return result;
    }
    const double value = text.toDouble(&ok);
    if (ok) {
        result.number = value;
        return result;
    }
    result.span = dayOf(text);
    const QString unit = text.right(1);
    const double factor = unit == QLatin1String("d")   ? kDay
                          : unit == QLatin1String("h") ? kDay / 24
                          : unit == QLatin1String("w") ? 7 * kDay
                                                       : 0;
    if (text.startsWith(QLatin1Char('-')) && factor > 0) {
        const double count = text.mid(1, text.size() - 2).toDouble(&ok);
        if (ok) result.span = std::pair(now - count * factor, now - count * factor);
    }
    return result;
}

bool contains(const FilterValue& value, const QString& text) {
    if (const auto* one = std::get_if<QString>(&value.value)) return one->contains(text, Qt::CaseInsensitive);
    if (const auto* several = std::get_if<QStringList>(&value.value))
        return std::any_of(several->begin(), several->end(),
                           [&](const QString& each) { return each.contains(text, Qt::CaseInsensitive); });
    if (const auto* number = std::get_if<double>(&value.value))
        return QString::number(*number).contains(text, Qt::CaseInsensitive);
    return false;
}

bool equals(const FilterValue& value, const Wanted& other) {
    if (const auto* number = std::get_if<double>(&value.value)) {
        if (other.span) return *number >= other.span->first && *number < other.span->second;
        if (!other.number) return false;
        const double right = other.percent && !value.isShare ? *other.number / 100 : *other.number;
        constexpr double kClose = 1e-9;
        return std::abs(*number - right) <= kClose * std::max(std::abs(*number), std::abs(right));
    }
    if (const auto* one = std::get_if<QString>(&value.value))
        return one->compare(other.text, Qt::CaseInsensitive) == 0;
    if (const auto* several = std::get_if<QStringList>(&value.value))
        return several->contains(other.text, Qt::CaseInsensitive);
    return false;
}

bool ordered(const FilterValue& value, const QString& op, const Wanted& other) {
    const auto* number = std::get_if<double>(&value.value);
    if (number == nullptr) return false;
    double right = 0;
    if (other.span) {
        // "> 2026-03-04" is after that day.
        right = op.startsWith(QLatin1Char('>')) == op.endsWith(QLatin1Char('=')) ? other.span->first
                                                                                 : other.span->second;
        if (op == QLatin1String("<")) right = other.span->first;
        if (op == QLatin1String("<=")) right = other.span->second;
    } else if (other.number) {
        right = other.percent && !value.isShare ? *other.number / 100 : *other.number;
    } else {
        return false;
    }
    if (op == QLatin1String("<")) return *number < right;
    if (op == QLatin1String("<=")) return *number <= right;
    if (op == QLatin1String(">")) return *number > right;
    return *number >= right;
}

}  // namespace

struct RunFilterExpression::Node {
    enum class Kind { And, Or, Not, Compare, Has, Tag, Word };
    Kind kind = Kind::Word;
    std::vector<std::shared_ptr<const Node>> parts;
    FilterKey key;
    QString op;
    std::vector<Wanted> values;
    QString text;

    [[nodiscard]] bool matches(const FilterLookup& lookup) const {
        switch (kind) {
            case Kind::And:
                return std::all_of(parts.begin(), parts.end(),
                                   [&](const auto& part) { return part->matches(lookup); });
            case Kind::Or:
                return std::any_of(parts.begin(), parts.end(),
                                   [&](const auto& part) { return part->matches(lookup); });
            case Kind::Not:
                return !parts.front()->matches(lookup);
            case Kind::Compare:
                return compare(lookup(key));
            case Kind::Has:
                return !lookup({QStringLiteral("has:") + text, {}, 0}).isMissing();
            case Kind::Tag:
                return equals(lookup({QStringLiteral("tags"), {}, 0}), {text, {}, false, {}});
            case Kind::Word:
                for (const char* place : {"name", "tags", "note"})
                    if (contains(lookup({QLatin1String(place), {}, 0}), text)) return true;
                return false;
        }
        return false;
    }

    [[nodiscard]] bool compare(const FilterValue& value) const {
        if (value.isMissing()) return false;
        if (op == QLatin1String("in"))
            return std::any_of(values.begin(), values.end(),
                               [&](const Wanted& each) { return equals(value, each); });
        const Wanted& other = values.front();
        if (op == QLatin1String("=")) return equals(value, other);
        if (op == QLatin1String("!=")) return !equals(value, other);
        if (op == QLatin1String("~")) return contains(value, other.text);
        if (op == QLatin1String("!~")) return !contains(value, other.text);
        return ordered(value, op, other);
    }
};

class FilterParser {
  public:
    using Node = RunFilterExpression::Node;
    using NodePtr = std::shared_ptr<const Node>;

    FilterParser(const QString& text, double now) : m_tokens(tokenise(text)), m_now(now) {}

    RunFilterExpression run() {
        RunFilterExpression result;
        if (peek().kind == TokenKind::End) return result;
        try {
            result.m_root = parseOr();
            if (peek().kind != TokenKind::End) expect(tr("Expected AND, OR or the end here."));
            result.m_keys = m_keys;
        } catch (const RunFilterExpression::Problem& problem) {
            result.m_root.reset();
            result.m_problem = problem;
        }
        return result;
    }

  private:
    [[nodiscard]] const Token& peek(std::size_t ahead = 0) const {
        return m_tokens[std::min(m_at + ahead, m_tokens.size() - 1)];
    }
    Token take() { return m_tokens[m_at < m_tokens.size() - 1 ? m_at++ : m_at]; }

    [[noreturn]] void expect(const QString& sentence) const {
        const Token& token = peek();
        throw RunFilterExpression::Problem{token.position, std::max(token.length, 1),
                                           token.kind == TokenKind::Broken ? token.text : sentence};
    }

    static NodePtr joined(Node::Kind kind, std::vector<NodePtr> parts) {
        if (parts.size() == 1) return parts.front();
        auto node = std::make_shared<Node>();
        node->kind = kind;
        node->parts = std::move(parts);
        return node;
    }

    NodePtr parseOr() {
        std::vector<NodePtr> parts = {parseAnd()};
        while (isWord(peek(), "or")) {
            take();
            parts.push_back(parseAnd());
        }
        return joined(Node::Kind::Or, std::move(parts));
    }

    NodePtr parseAnd() {
        std::vector<NodePtr> parts = {parseNot()};
        for (;;) {
            if (isWord(peek(), "and")) {
                take();
                parts.push_back(parseNot());
                continue;
            }
            const TokenKind kind = peek().kind;
            if (isWord(peek(), "or") ||
                (kind != TokenKind::Word && kind != TokenKind::Text && kind != TokenKind::Open))
                break;
            parts.push_back(parseNot());
        }
        return joined(Node::Kind::And, std::move(parts));
    }

    NodePtr parseNot() {
        if (!isWord(peek(), "not")) return parsePrimary();
        take();
        auto node = std::make_shared<Node>();
        node->kind = Node::Kind::Not;
        node->parts = {parseNot()};
        return node;
    }

    NodePtr parsePrimary() {
        constexpr int kDeepest = 60;
        if (peek().kind == TokenKind::Open) {
            if (++m_depth > kDeepest) expect(tr("Too many nested parentheses."));
            take();
            NodePtr inner = parseOr();
            if (peek().kind != TokenKind::Close) expect(tr("Expected \")\" here."));
            take();
            --m_depth;
            return inner;
        }
        if (peek().kind != TokenKind::Word && peek().kind != TokenKind::Text)
            expect(tr("Expected a word, a key with an operator, or \"(\" here."));
        const bool compared = peek(1).kind == TokenKind::Operator || isWord(peek(1), "in");
        if (peek().kind == TokenKind::Word && compared) return parseComparison();
        const Token word = take();
        auto node = std::make_shared<Node>();
        if (word.kind == TokenKind::Word &&
            word.text.startsWith(QLatin1String("has:"), Qt::CaseInsensitive)) {
            node->kind = Node::Kind::Has;
            node->text = word.text.mid(4).toLower();
            if (node->text.isEmpty()) {
                --m_at;
                expect(tr("Expected note, checkpoint, adapter, warning or a key after \"has:\"."));
            }
        } else if (word.kind == TokenKind::Word &&
                   word.text.startsWith(QLatin1String("tag:"), Qt::CaseInsensitive)) {
            node->kind = Node::Kind::Tag;
            node->text = word.text.mid(4);
            // tag:"two words"
            if (node->text.isEmpty() && peek().kind == TokenKind::Text) node->text = take().text;
        } else {
            node->kind = Node::Kind::Word;
            node->text = word.text;
        }
        return node;
    }

    FilterKey parseKey() {
        const Token token = peek();
        FilterKey key;
        const QString text = token.text.toLower();
        const qsizetype at = text.indexOf(QLatin1Char('@'));
        key.name = text.left(at < 0 ? text.size() : at);
        if (key.name.isEmpty()) expect(tr("Expected a key here."));
        if (at >= 0) {
            QString reducer = text.mid(at + 1);
            const qsizetype open = reducer.indexOf(QLatin1Char('('));
            if (open > 0 && reducer.endsWith(QLatin1Char(')'))) {
                bool ok = false;
                key.parameter = reducer.mid(open + 1, reducer.size() - open - 2).toLongLong(&ok);
                if (!ok || key.parameter < 1)
                    expect(tr("Expected a whole number from 1 in the parentheses."));
                reducer = reducer.left(open);
            }
            const QStringList known = {QStringLiteral("last"), QStringLiteral("best"),
                                       QStringLiteral("min"),  QStringLiteral("max"),
                                       QStringLiteral("mean"), QStringLiteral("step")};
            const bool counted = reducer == QLatin1String("mean") || reducer == QLatin1String("step");
            if (!known.contains(reducer) || counted != (key.parameter > 0))
                expect(tr("Expected last, best, min, max, mean(k) or step(n) after \"@\"."));
            key.reducer = reducer;
        }
        take();
        if (std::find(m_keys.begin(), m_keys.end(), key) == m_keys.end()) m_keys.push_back(key);
        return key;
    }

    NodePtr parseComparison() {
        auto node = std::make_shared<Node>();
        node->kind = Node::Kind::Compare;
        node->key = parseKey();
        node->op = take().text.toLower();
        static const QStringList kOperators = {
            QStringLiteral("="),  QStringLiteral("!="), QStringLiteral("<"),
            QStringLiteral("<="), QStringLiteral(">"),  QStringLiteral(">="),
            QStringLiteral("~"),  QStringLiteral("!~"), QStringLiteral("in")};
        if (!kOperators.contains(node->op)) {
            --m_at;
            expect(tr("Expected one of = != < <= > >= ~ !~ in."));
        }
        const bool list = node->op == QLatin1String("in");
        if (list) {
            if (peek().kind != TokenKind::Open)
                expect(tr("Expected \"(\" and a list such as (1, 2) after in."));
            take();
        }
        for (;;) {
            if (peek().kind != TokenKind::Word && peek().kind != TokenKind::Text)
                expect(tr("Expected a value here."));
            node->values.push_back(wanted(take(), m_now));
            if (!list || peek().kind != TokenKind::Comma) break;
            take();
        }
        if (list) {
            if (peek().kind != TokenKind::Close) expect(tr("Expected \",\" or \")\" here."));
            take();
        }
        const bool sorting = node->op.startsWith(QLatin1Char('<')) || node->op.startsWith(QLatin1Char('>'));
        if (sorting && !node->values.front().number && !node->values.front().span) {
            --m_at;
            expect(tr("Expected a number or a date after %1.").arg(node->op));
        }
        return node;
    }

    std::vector<Token> m_tokens;
    std::size_t m_at = 0;
    double m_now = 0;
    int m_depth = 0;
    std::vector<FilterKey> m_keys;
};

RunFilterExpression RunFilterExpression::parse(const QString& text, double now) {
    return FilterParser(text, now).run();
}

bool RunFilterExpression::matches(const FilterLookup& lookup) const {
    return m_root == nullptr || m_root->matches(lookup);
}

FilterPlace filterPlace(const QString& text, int cursor) {
    const QString before = text.left(cursor);
    const std::vector<Token> tokens = tokenise(before);
    const std::size_t count = tokens.size() - 1;
    FilterPlace place;
    place.start = cursor;
    // Inside a word (nothing between it and the cursor) that word is the prefix.
    std::size_t complete = count;
    if (count > 0 && tokens[count - 1].kind == TokenKind::Word &&
        tokens[count - 1].position + tokens[count - 1].length == cursor) {
        place.prefix = tokens[count - 1].text;
        place.start = tokens[count - 1].position;
        --complete;
    }
    for (const auto& [name, kind] :
         {std::pair("has:", FilterPlace::Kind::Has), std::pair("tag:", FilterPlace::Kind::Tag)}) {
        if (!place.prefix.startsWith(QLatin1String(name), Qt::CaseInsensitive)) continue;
        place.kind = kind;
        place.start += 4;
        place.prefix = place.prefix.mid(4);
        return place;
    }
    const auto operatorAt = [&](std::size_t i) {
        return tokens[i].kind == TokenKind::Operator || isWord(tokens[i], "in");
    };
    if (complete > 0 && operatorAt(complete - 1) && complete > 1) {
        place.kind = FilterPlace::Kind::Value;
        place.key = tokens[complete - 2].text.toLower();
        return place;
    }
    // A list: key in (a, b
    std::size_t back = complete;
    while (back > 0 && (tokens[back - 1].kind == TokenKind::Comma ||
                        tokens[back - 1].kind == TokenKind::Word || tokens[back - 1].kind == TokenKind::Text))
        --back;
    if (back > 2 && tokens[back - 1].kind == TokenKind::Open && isWord(tokens[back - 2], "in")) {
        place.kind = FilterPlace::Kind::Value;
        place.key = tokens[back - 3].text.toLower();
        return place;
    }
    const bool afterKey = complete > 0 && tokens[complete - 1].kind == TokenKind::Word &&
                          place.prefix.isEmpty() && !(complete > 1 && operatorAt(complete - 2)) &&
                          !isWord(tokens[complete - 1], "and") && !isWord(tokens[complete - 1], "or") &&
                          !isWord(tokens[complete - 1], "not");
    place.kind = afterKey ? FilterPlace::Kind::Operator : FilterPlace::Kind::Key;
    if (afterKey) place.key = tokens[complete - 1].text.toLower();
    return place;
}

}  // namespace jumplora
