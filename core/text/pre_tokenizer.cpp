// SPDX-License-Identifier: Apache-2.0
#include "text/pre_tokenizer.h"

#include "base/error.h"
#include "text/byte_level.h"
#include "text/old_classes.h"
#include "text/pattern.h"
#include "text/unicode_classes.h"
#include "text/utf8.h"

#include <functional>

namespace jumplora {
namespace {

enum class Behaviour { Removed, Isolated, MergedWithPrevious, MergedWithNext, Contiguous };

struct Part {
    std::size_t begin = 0;
    std::size_t end = 0;
    bool matches = false;
};

using Cut = std::function<std::vector<Part>(std::string_view)>;

// Matches and what lies between them.
std::vector<Part> partsOf(std::string_view text, const std::vector<Regex::Span>& matches, bool invert) {
    std::vector<Part> parts;
    std::size_t done = 0;
    for (const auto& [begin, end] : matches) {
        if (begin != done) parts.push_back({done, begin, invert});
        parts.push_back({begin, end, !invert});
        done = end;
    }
    if (done != text.size()) parts.push_back({done, text.size(), invert});
    return parts;
}

// Every matching character by itself, and what lies between them.
std::vector<Part> characters(std::string_view text, bool (*matches)(std::string_view)) {
    std::vector<Regex::Span> found;
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t end = std::min(i + utf8Length(text[i]), text.size());
        if (matches(text.substr(i, end - i))) found.emplace_back(i, end);
        i = end;
    }
    return partsOf(text, found, false);
}

// A part joins the one before it where `joins` says so; the first may join a beginning that is no match.
std::vector<Part> joined(const std::vector<Part>& parts, bool (*joins)(bool match, bool previous)) {
    std::vector<Part> result;
    bool previous = false;
    for (const Part& part : parts) {
        if (!result.empty() && joins(part.matches, previous))
            result.back().end = part.end;
        else
            result.push_back(part);
        previous = part.matches;
    }
    return result;
}

std::vector<Part> arranged(std::vector<Part> parts, Behaviour behaviour) {
    switch (behaviour) {
        case Behaviour::Removed:
            std::erase_if(parts, [](const Part& part) { return part.matches; });
            return parts;
        case Behaviour::Isolated:
            return parts;
        case Behaviour::Contiguous:
            return joined(parts, [](bool match, bool previous) { return match == previous; });
        case Behaviour::MergedWithPrevious:
            return joined(parts, [](bool match, bool previous) { return match && !previous; });
        case Behaviour::MergedWithNext: {
            std::vector<Part> result;
            bool next = false;
            for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
                if (part->matches && !next && !result.empty())
                    result.back().begin = part->begin;
                else
                    result.push_back(*part);
                next = part->matches;
            }
            return {result.rbegin(), result.rend()};
        }
    }
    return parts;
}

void splitPiece(const AlignedText& piece, const std::vector<Part>& parts, std::vector<AlignedText>& to) {
    for (const Part& part : parts) {
        if (part.begin < part.end) to.push_back(piece.slice(part.begin, part.end));
    }
}

class Splitter final : public PreTokenizer {
  public:
    Splitter(Cut cut, Behaviour behaviour) : m_cut(std::move(cut)), m_behaviour(behaviour) {}
    void split(std::vector<AlignedText>& pieces) const override {
        std::vector<AlignedText> result;
        for (const AlignedText& piece : pieces)
            splitPiece(piece, arranged(m_cut(piece.text), m_behaviour), result);
        pieces = std::move(result);
    }

  private:
    Cut m_cut;
    Behaviour m_behaviour;
};

class ByteLevel final : public PreTokenizer {
  public:
    ByteLevel(bool prefixSpace, bool useRegex) : m_prefixSpace(prefixSpace), m_useRegex(useRegex) {}
    void split(std::vector<AlignedText>& pieces) const override {
        // GPT-2's.
        static const Regex words(
            R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)", "ByteLevel");
        std::vector<AlignedText> result;
        for (AlignedText& piece : pieces) {
            if (m_prefixSpace && !piece.text.empty() && piece.text.front() != ' ') {
                piece.text.insert(0, " ");
                if (piece.first > 0) ++piece.first;
            }
            if (!m_useRegex) {
                result.push_back(bytesAsCharacters(piece));
                continue;
            }
            for (const Part& part : partsOf(piece.text, words.findAll(piece.text), false)) {
                if (part.begin < part.end)
                    result.push_back(bytesAsCharacters(piece.slice(part.begin, part.end)));
            }
        }
        pieces = std::move(result);
    }

  private:
    bool m_prefixSpace;
    bool m_useRegex;
};

class Metaspace final : public PreTokenizer {
  public:
    enum class Prepend { Always, First, Never };
    Metaspace(std::string mark, Prepend prepend, bool cuts)
        : m_mark(std::move(mark)), m_prepend(prepend), m_cuts(cuts) {}
    void split(std::vector<AlignedText>& pieces) const override {
        std::vector<AlignedText> result;
        for (const AlignedText& piece : pieces) {
            AlignedText marked = withMarks(piece);
            if (!m_cuts) {
                result.push_back(std::move(marked));
                continue;
            }
            const Pattern mark(m_mark);
            splitPiece(
                marked,
                arranged(partsOf(marked.text, mark.findAll(marked.text), false), Behaviour::MergedWithNext),
                result);
        }
        pieces = std::move(result);
    }

  private:
    [[nodiscard]] AlignedText withMarks(const AlignedText& piece) const {
        TextTransform transform(piece);
        const std::string_view text = piece.text;
        for (std::size_t i = 0; i < text.size();) {
            const std::string_view point = text.substr(i, utf8Length(text[i]));
            transform.put(point == " " ? std::string_view(m_mark) : point, 0);
            i += point.size();
        }
        AlignedText marked = transform.finish();
        const bool wanted = m_prepend == Prepend::Always || (m_prepend == Prepend::First && marked.atStart);
        if (wanted && !marked.text.empty() && !marked.text.starts_with(m_mark)) {
            marked.text.insert(0, m_mark);
            if (marked.first > 0) marked.first += m_mark.size();
        }
        return marked;
    }

    std::string m_mark;
    Prepend m_prepend;
    bool m_cuts;
};

class InTurn final : public PreTokenizer {
  public:
    explicit InTurn(std::vector<std::unique_ptr<PreTokenizer>> steps) : m_steps(std::move(steps)) {}
    void split(std::vector<AlignedText>& pieces) const override {
        for (const auto& step : m_steps) step->split(pieces);
    }

  private:
    std::vector<std::unique_ptr<PreTokenizer>> m_steps;
};

Behaviour readBehaviour(const Component& c, const std::string& name) {
    if (name == "Removed") return Behaviour::Removed;
    if (name == "Isolated") return Behaviour::Isolated;
    if (name == "MergedWithPrevious") return Behaviour::MergedWithPrevious;
    if (name == "MergedWithNext") return Behaviour::MergedWithNext;
    if (name == "Contiguous") return Behaviour::Contiguous;
    c.unsupported("the behavior \"" + name + "\"");
}

std::unique_ptr<PreTokenizer> readMetaspace(const Component& c) {
    using Prepend = Metaspace::Prepend;
    const std::string scheme = c.text("prepend_scheme", "always");
    Prepend prepend = Prepend::Always;
    if (scheme == "first") {
        prepend = Prepend::First;
    } else if (scheme == "never") {
        prepend = Prepend::Never;
    } else if (scheme != "always") {
        c.unsupported("the prepend_scheme \"" + scheme + "\"");
    }
    // Older files have this instead.
    if (!c.flag("add_prefix_space", true)) {
        if (c.json().contains("prepend_scheme") && prepend != Prepend::Never)
            fail(ErrorKind::Format, "{}: add_prefix_space is false, prepend_scheme is \"{}\"", c.where(),
                 scheme);
        prepend = Prepend::Never;
    }
    return std::make_unique<Metaspace>(c.character("replacement"), prepend, c.flag("split", true));
}

bool isSpace(std::string_view character) { return whiteSpaceLength(character) > 0; }

std::unique_ptr<PreTokenizer> splitAt(bool (*matches)(std::string_view), Behaviour behaviour) {
    return std::make_unique<Splitter>([matches](std::string_view text) { return characters(text, matches); },
                                      behaviour);
}

std::unique_ptr<PreTokenizer> splitBy(Pattern pattern, bool invert, Behaviour behaviour) {
    return std::make_unique<Splitter>(
        [pattern = std::move(pattern), invert](std::string_view text) {
            return partsOf(text, pattern.findAll(text), invert);
        },
        behaviour);
}

}  // namespace

std::unique_ptr<PreTokenizer> readPreTokenizer(const Json& json, const std::string& where) {
    const Component c(json, where);
    const std::string& type = c.type();
    if (type == "Sequence") {
        std::vector<std::unique_ptr<PreTokenizer>> steps;
        for (const Json& step : c.list("pretokenizers"))
            steps.push_back(readPreTokenizer(step, fmt::format("{}.pretokenizers[{}]", where, steps.size())));
        return std::make_unique<InTurn>(std::move(steps));
    }
    if (type == "ByteLevel")
        return std::make_unique<ByteLevel>(c.flag("add_prefix_space", true), c.flag("use_regex", true));
    if (type == "Metaspace") return readMetaspace(c);
    if (type == "Split")
        return splitBy(Pattern::read(c), c.flag("invert", false), readBehaviour(c, c.text("behavior")));
    if (type == "Digits") {
        // Decimal digits of Unicode 17, too.
        const Regex digit(
            "[" + unicodePropertyItems("N", where) + "\\x{11de0}-\\x{11de9}\\x{16ff4}-\\x{16ff6}]", where,
            Regex::Syntax::Pcre2);
        return splitBy(Pattern(digit), false,
                       c.flag("individual_digits", false) ? Behaviour::Isolated : Behaviour::Contiguous);
    }
    if (type == "Punctuation") {
        return splitAt([](std::string_view character) { return isPunctuation(codePointAt(character, 0)); },
                       readBehaviour(c, c.text("behavior", "Isolated")));
    }
    if (type == "WhitespaceSplit") return splitAt(isSpace, Behaviour::Removed);
    if (type == "Whitespace") {
        // \w of Unicode's UTS 18: with the joiners.
        const Regex words(R"([[:word:]\u200C\u200D]+|[^[:word:]\u200C\u200D\s]+)", where);
        return splitBy(Pattern(words), true, Behaviour::Removed);
    }
    if (type == "CharDelimiterSplit")
        return splitBy(Pattern(c.character("delimiter")), false, Behaviour::Removed);
    c.unsupportedType();
}

}  // namespace jumplora
