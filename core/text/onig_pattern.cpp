// SPDX-License-Identifier: Apache-2.0
#include "text/onig_pattern.h"

#include "base/error.h"
#include "text/unicode_classes.h"
#include "text/utf8.h"

#include <algorithm>
#include <array>
#include <vector>

namespace jumplora {
namespace {

constexpr int kMaxDepth = 100;

class Translator {
  public:
    Translator(std::string_view pattern, const std::string& where) : m_rest(pattern), m_where(where) {}

    std::string run() {
        while (!m_rest.empty()) {
            if (m_rest.front() == ')') {
                if (m_depth-- == 0) wrong("a ) without its (");
                out(take(1));
                m_quantifiable = true;
            } else {
                step();
            }
        }
        if (m_depth != 0) wrong("a ( without its )");
        return m_out;
    }

  private:
    [[noreturn]] void unsupported(std::string_view what) const {
        fail(ErrorKind::Input, "{}: {} in a pattern is not supported", m_where, what);
    }
    [[noreturn]] void wrong(std::string_view what) const {
        fail(ErrorKind::Format, "{}: the pattern has {}", m_where, what);
    }
    void out(std::string_view text) { m_out += text; }
    std::string_view take(std::size_t size) {
        if (size > m_rest.size()) wrong("no end");
        const std::string_view taken = m_rest.substr(0, size);
        m_rest.remove_prefix(size);
        return taken;
    }
    bool eat(std::string_view what) {
        if (!m_rest.starts_with(what)) return false;
        m_rest.remove_prefix(what.size());
        return true;
    }

    // One element of the pattern outside brackets.
    void step() {
        const char c = m_rest.front();
        switch (c) {
            case '[':
                out(written(brackets(0)));
                m_quantifiable = true;
                return;
            case '(':
                open();
                return;
            case '\\':
                m_quantifiable = true;
                out(escape());
                return;
            case '*':
            case '+':
            case '?':
                quantifier(1, true);
                return;
            case '{':
                interval();
                return;
            case '|':
                out(take(1));
                m_quantifiable = false;
                return;
            default:
                out(take(utf8Length(c)));
                m_quantifiable = c != '^' && c != '$';
        }
    }

    void quantifier(std::size_t size, bool possessive) {
        if (!m_quantifiable) wrong("a repetition of nothing");
        out(take(size));
        if (eat("?")) {
            if (!possessive && !m_range) unsupported("{n}?");
            out("?");
        } else if (m_rest.starts_with("+")) {
            if (!possessive) unsupported("{n,m}+");
            out(take(1));
        }
        m_quantifiable = true;
        if (!m_rest.empty() && (m_rest.front() == '*' || m_rest.front() == '?' || m_rest.front() == '+'))
            unsupported("a repetition of a repetition");
    }

    // {n}, {n,}, {n,m} and {,m}; other braces stand for themselves.
    void interval() {
        const std::size_t end = m_rest.find('}');
        const std::string_view inside = end == std::string_view::npos ? "" : m_rest.substr(1, end - 1);
        const auto digits = [](std::string_view text) {
            return text.size() <= 5 &&
                   std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
        };
        const std::size_t comma = inside.find(',');
        const std::string_view low = inside.substr(0, comma);
        const std::string_view high = comma == std::string_view::npos ? low : inside.substr(comma + 1);
        if (!digits(low) || !digits(high) || (low.empty() && high.empty())) {
            out("\\{");
            take(1);
            m_quantifiable = true;
            return;
        }
        m_range = comma != std::string_view::npos;
        take(end + 1);
        out(fmt::format("{{{}", low.empty() ? "0" : low));
        if (m_range) out(fmt::format(",{}", high));
        out("}");
        if (!m_quantifiable) wrong("a repetition of nothing");
        quantifier(0, false);
    }

    void open() {
        if (++m_depth > kMaxDepth) wrong("too many groups inside each other");
        m_quantifiable = false;
        for (const std::string_view kind : {"(?:", "(?=", "(?!", "(?<=", "(?<!", "(?>"}) {
            if (eat(kind)) return out(kind);
        }
        if (eat("(?#")) {
            const std::size_t end = m_rest.find(')');
            if (end == std::string_view::npos) wrong("a comment without an end");
            take(end + 1);
            --m_depth;
            return;
        }
        if (m_rest.starts_with("(?")) return options();
        take(1);
        out("(?:");
    }

    // (?i) and (?im-x:: m is "dot matches line ends" here.
    void options() {
        const std::size_t end = m_rest.find_first_of(":)");
        if (end == std::string_view::npos) wrong("a ( without its )");
        std::string flags;
        for (const char c : m_rest.substr(2, end - 2)) {
            if (c != 'i' && c != 'm' && c != '-')
                unsupported(fmt::format("\"{}\"", m_rest.substr(0, end + 1)));
            flags += c == 'm' ? 's' : c;
        }
        const bool group = m_rest[end] == ':';
        // Without a colon the options hold up to the end of the group, alternatives included.
        if (!group) --m_depth;
        take(end + 1);
        out("(?" + flags + (group ? ":" : ")"));
    }

    // \p{...}, \p{^...} or \P{...}: the name, and whether it is negated.
    std::pair<std::string, bool> property() {
        bool negated = take(1) == "P";
        if (!eat("{")) wrong("a \\p without its name in braces");
        if (eat("^")) negated = !negated;
        const std::size_t end = m_rest.find('}');
        if (end == std::string_view::npos || end == 0 || end > 40) wrong("a \\p{ without its }");
        const std::string name(take(end));
        take(1);
        return {name, negated};
    }

    // \x41, \x{1F600}, \uFFFF, \t ...: a code point as PCRE2 writes it, empty when it is something else.
    std::string codePoint() {
        static constexpr std::string_view kHex = "0123456789abcdefABCDEF";
        const auto hex = [&](std::size_t most) {
            const std::size_t count = std::min(m_rest.find_first_not_of(kHex), m_rest.size());
            return take(std::min(count, most));
        };
        if (eat("x{")) {
            const std::string_view digits = hex(8);
            if (digits.empty() || !eat("}")) wrong("a damaged \\x{...}");
            return fmt::format("\\x{{{}}}", digits);
        }
        if (eat("x")) return fmt::format("\\x{{{}}}", m_rest.empty() ? "0" : hex(2));
        if (eat("u")) {
            const std::string_view digits = hex(4);
            if (digits.size() != 4) wrong("a damaged \\u");
            return fmt::format("\\x{{{}}}", digits);
        }
        static constexpr std::array<std::pair<char, const char*>, 7> kControls = {{{'t', "\\t"},
                                                                                   {'n', "\\n"},
                                                                                   {'r', "\\r"},
                                                                                   {'f', "\\f"},
                                                                                   {'v', "\\x{b}"},
                                                                                   {'a', "\\x{7}"},
                                                                                   {'e', "\\x{1b}"}}};
        for (const auto& [letter, text] : kControls) {
            if (eat(std::string_view(&letter, 1))) return text;
        }
        return "";
    }

    static bool isWordCharacter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }

    // Items of a character class for \s \d \w \h and \p{...}; empty when the escape is none of these. Inside
    // brackets \w is narrower by a few numbers of Latin-1.
    std::string classItems(bool& negated, bool inBrackets) {
        const char c = m_rest.front();
        if (c == 'p' || c == 'P') {
            auto [name, inverted] = property();
            negated = inverted;
            return unicodePropertyItems(name, m_where);
        }
        std::string items;
        if (c == 's' || c == 'S') items = kWhiteSpaceItems;
        if (c == 'd' || c == 'D') items = digitItems();
        if (c == 'w' || c == 'W') items = inBrackets ? unicodePropertyItems("word", m_where) : wordItems();
        if (c == 'h' || c == 'H') items = "0-9a-fA-F";
        if (items.empty()) return "";
        negated = c >= 'A' && c <= 'Z';
        take(1);
        return items;
    }

    // What follows a backslash outside brackets.
    std::string escape() {
        take(1);
        if (m_rest.empty()) wrong("a \\ at its end");
        bool negated = false;
        if (const std::string items = classItems(negated, false); !items.empty())
            return (negated ? "[^" : "[") + items + "]";
        const char c = m_rest.front();
        if (c == 'b' || c == 'B') {
            take(1);
            const std::string word = "[" + wordItems() + "]";
            const std::string edge = fmt::format("(?:(?<={0})(?!{0})|(?<!{0})(?={0}))", word);
            m_quantifiable = false;
            return c == 'b' ? edge : fmt::format("(?!{})", edge);
        }
        if (c == 'A' || c == 'z' || c == 'Z') {
            m_quantifiable = false;
            return "\\" + std::string(take(1));
        }
        if (std::string point = codePoint(); !point.empty()) return point;
        if (isWordCharacter(c)) unsupported(fmt::format("\\{}", c));
        return "\\" + std::string(take(utf8Length(c)));
    }

    // A character class: what is in it, and sets whose complements are in it, too ([a\S]).
    struct Class {
        std::string items;
        std::vector<std::string> complements;
        bool inverted = false;
    };

    // PCRE2 knows no complement of several items inside a class.
    static std::string written(const Class& c) {
        if (c.complements.empty()) return (c.inverted ? "[^" : "[") + c.items + "]";
        if (c.items.empty() && c.complements.size() == 1)
            return (c.inverted ? "[" : "[^") + c.complements.front() + "]";
        std::string result = "(?:";
        for (const std::string& set : c.complements)
            result += c.inverted ? "(?=[" + set + "])" : "[^" + set + "]|";
        if (c.items.empty()) return result + (c.inverted ? "(?s:.))" : "(?!))");
        return result + (c.inverted ? "[^" : "[") + c.items + "])";
    }

    Class brackets(int depth) {
        if (depth > kMaxDepth) wrong("too many classes inside each other");
        take(1);
        Class c;
        c.inverted = eat("^");
        if (eat("]")) c.items += "\\]";
        for (;;) {
            if (m_rest.empty()) wrong("a [ without its ]");
            if (eat("]")) break;
            if (m_rest.starts_with("&&")) unsupported("&& in a class");
            if (m_rest.starts_with("[:")) {
                posix(c);
            } else if (m_rest.front() == '[') {
                join(c, brackets(depth + 1));
            } else {
                classItem(c);
            }
        }
        if (c.items.empty() && c.complements.empty()) wrong("an empty class");
        return c;
    }

    void join(Class& outer, Class inner) const {
        if (!inner.inverted) {
            outer.items += inner.items;
            outer.complements.insert(outer.complements.end(), inner.complements.begin(),
                                     inner.complements.end());
        } else if (inner.complements.empty()) {
            outer.complements.push_back(std::move(inner.items));
        } else {
            unsupported("a negated class of negated ones inside a class");
        }
    }

    // [:name:] and [:^name:].
    void posix(Class& to) {
        take(2);
        const bool negated = eat("^");
        const std::size_t end = m_rest.find(":]");
        if (end == std::string_view::npos) wrong("a [: without its :]");
        const std::string_view name = take(end);
        take(2);
        static constexpr std::array<std::string_view, 11> kNames = {"space", "digit",  "word",  "alnum",
                                                                    "alpha", "upper",  "lower", "blank",
                                                                    "cntrl", "xdigit", "ascii"};
        std::string items;
        if (std::find(kNames.begin(), kNames.end(), name) != kNames.end())
            items = unicodePropertyItems(name, m_where);
        if (name == "punct") items = unicodePropertyItems("P", m_where) + unicodePropertyItems("S", m_where);
        if (items.empty()) unsupported(fmt::format("[:{}:]", name));
        if (negated)
            to.complements.push_back(std::move(items));
        else
            to.items += items;
    }

    void classItem(Class& to) {
        const char c = m_rest.front();
        if (c != '\\') {
            const std::string character(take(utf8Length(c)));
            to.items += c == '#' || c == ' ' || c == '-' || static_cast<unsigned char>(c) >= 0x80 ||
                                isWordCharacter(c)
                            ? character
                            : "\\" + character;
            return;
        }
        take(1);
        if (m_rest.empty()) wrong("a \\ at its end");
        const char letter = m_rest.front();
        bool negated = false;
        if (std::string items = classItems(negated, true); !items.empty()) {
            if (negated)
                to.complements.push_back(std::move(items));
            else
                to.items += items;
            if (eat("-")) to.items += "\\-";  // behind a class it is no range
            return;
        }
        if (eat("b")) {
            to.items += "\\x{8}";
        } else if (const std::string point = codePoint(); !point.empty()) {
            to.items += point;
        } else {
            if (isWordCharacter(letter)) unsupported(fmt::format("\\{} in a class", letter));
            to.items += "\\" + std::string(take(utf8Length(letter)));
        }
    }

    std::string_view m_rest;
    const std::string& m_where;
    std::string m_out;
    int m_depth = 0;
    bool m_quantifiable = false;
    bool m_range = true;  // of the last interval: with a comma
};

}  // namespace

std::string translateOniguruma(std::string_view pattern, const std::string& where) {
    return Translator(pattern, where).run();
}

}  // namespace jumplora
