// SPDX-License-Identifier: Apache-2.0
#include "text/utf8.h"

#include <algorithm>
#include <array>
#include <memory>

#define PCRE2_CODE_UNIT_WIDTH 8
#include "base/error.h"
#include "text/unicode_classes.h"

#include <pcre2.h>

namespace jumplora {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// A sequence at the start of a text: well-formed, or the longest beginning of one (at least one byte).
struct Sequence {
    std::size_t length = 1;
    bool wellFormed = false;
};

Sequence sequenceAt(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = byte(0);
    if (lead < 0x80) return {1, true};
    std::size_t length = 0;
    unsigned low = 0x80;
    unsigned high = 0xBF;
    if (lead >= 0xC2 && lead <= 0xDF) {
        length = 2;
    } else if (lead >= 0xE0 && lead <= 0xEF) {
        length = 3;
        if (lead == 0xE0) low = 0xA0;
        if (lead == 0xED) high = 0x9F;  // surrogates
    } else if (lead >= 0xF0 && lead <= 0xF4) {
        length = 4;
        if (lead == 0xF0) low = 0x90;
        if (lead == 0xF4) high = 0x8F;
    } else {
        return {};
    }
    if (text.size() < 2 || byte(1) < low || byte(1) > high) return {};
    for (std::size_t i = 2; i < length; ++i) {
        if (i >= text.size() || byte(i) < 0x80 || byte(i) > 0xBF) return {i, false};
    }
    return {length, true};
}

bool isAscii(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// PCRE2 10.42 takes neighbouring pictographs for one cluster; they are joined by a zero-width joiner only. It
// also ends the cluster of a regional indicator before such a joiner.
constexpr const char* kCluster =
    "\\p{ExtPict}(?:[\\p{Grapheme_Extend}\\p{Emoji_Modifier}]*\\x{200D}\\p{ExtPict})*"
    "[\\p{M}\\p{Grapheme_Extend}\\p{Emoji_Modifier}\\x{200D}\\x{E33}\\x{EB3}]*|"
    "[\\x{1F1E6}-\\x{1F1FF}]{1,2}[\\p{M}\\p{Grapheme_Extend}\\p{Emoji_Modifier}\\x{200D}\\x{E33}\\x{EB3}]*|"
    "\\X";

class Pattern {
  public:
    explicit Pattern(const char* source) {
        int code = 0;
        PCRE2_SIZE offset = 0;
        m_code.reset(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(source), PCRE2_ZERO_TERMINATED,
                                   PCRE2_UTF | PCRE2_NO_UTF_CHECK, &code, &offset, nullptr));
        if (!m_code) fail(ErrorKind::State, "PCRE2 was built without Unicode support");
    }
    [[nodiscard]] const pcre2_code* code() const { return m_code.get(); }

  private:
    struct Free {
        void operator()(pcre2_code* code) const { pcre2_code_free(code); }
    };
    std::unique_ptr<pcre2_code, Free> m_code;
};

// Matches one pattern against many places of texts.
class Matcher {
  public:
    explicit Matcher(const Pattern& pattern)
        : m_code(pattern.code()), m_data(pcre2_match_data_create_from_pattern(m_code, nullptr)) {}
    // Bytes matched at `offset`, 0 when the pattern does not match there.
    std::size_t at(std::string_view text, std::size_t offset) {
        const int found = pcre2_match(m_code, reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), offset,
                                      PCRE2_NO_UTF_CHECK | PCRE2_ANCHORED, m_data.get(), nullptr);
        return found > 0 ? pcre2_get_ovector_pointer(m_data.get())[1] - offset : 0;
    }

  private:
    struct Free {
        void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
    };
    const pcre2_code* m_code;
    std::unique_ptr<pcre2_match_data, Free> m_data;
};

// White_Space of Unicode, as UTF-8.
constexpr std::array<std::string_view, 25> kWhiteSpace = {
    "\t",           "\n",           "\v",           "\f",           "\r",           " ",
    "\xC2\x85",     "\xC2\xA0",     "\xE1\x9A\x80", "\xE2\x80\x80", "\xE2\x80\x81", "\xE2\x80\x82",
    "\xE2\x80\x83", "\xE2\x80\x84", "\xE2\x80\x85", "\xE2\x80\x86", "\xE2\x80\x87", "\xE2\x80\x88",
    "\xE2\x80\x89", "\xE2\x80\x8A", "\xE2\x80\xA8", "\xE2\x80\xA9", "\xE2\x80\xAF", "\xE2\x81\x9F",
    "\xE3\x80\x80"};

}  // namespace

std::size_t utf8Length(char lead) {
    const auto c = static_cast<unsigned char>(lead);
    if (c >= 0xF0) return 4;
    if (c >= 0xE0) return 3;
    if (c >= 0xC0) return 2;
    return 1;
}

std::size_t utf8Damage(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
        const Sequence sequence = sequenceAt(text.substr(i));
        if (!sequence.wellFormed) return i;
        i += sequence.length;
    }
    return std::string_view::npos;
}

std::string repairUtf8(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    while (!text.empty()) {
        const Sequence sequence = sequenceAt(text);
        result += sequence.wellFormed ? text.substr(0, sequence.length) : kReplacement;
        text.remove_prefix(sequence.length);
    }
    return result;
}

char32_t codePointAt(std::string_view text, std::size_t offset) {
    const auto byte = [&](std::size_t i) -> char32_t {
        return offset + i < text.size() ? static_cast<unsigned char>(text[offset + i]) : 0;
    };
    switch (utf8Length(text[offset])) {
        case 1:
            return byte(0);
        case 2:
            return (byte(0) & 0x1F) << 6 | (byte(1) & 0x3F);
        case 3:
            return (byte(0) & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F);
        default:
            return (byte(0) & 0x07) << 18 | (byte(1) & 0x3F) << 12 | (byte(2) & 0x3F) << 6 | (byte(3) & 0x3F);
    }
}

void appendUtf8(std::string& text, char32_t point) {
    const auto tail = [&](int shift) { text += static_cast<char>(0x80 | (point >> shift & 0x3F)); };
    if (point < 0x80) {
        text += static_cast<char>(point);
    } else if (point < 0x800) {
        text += static_cast<char>(0xC0 | point >> 6);
        tail(0);
    } else if (point < 0x10000) {
        text += static_cast<char>(0xE0 | point >> 12);
        tail(6);
        tail(0);
    } else {
        text += static_cast<char>(0xF0 | point >> 18);
        tail(12);
        tail(6);
        tail(0);
    }
}

std::vector<std::string_view> graphemes(std::string_view text) {
    std::vector<std::string_view> clusters;
    if (isAscii(text)) {
        for (std::size_t i = 0; i < text.size();) {
            const std::size_t length = text.substr(i, 2) == "\r\n" ? 2 : 1;
            clusters.push_back(text.substr(i, length));
            i += length;
        }
        return clusters;
    }
    static const Pattern pattern(kCluster);
    Matcher matcher(pattern);
    for (std::size_t offset = 0; offset < text.size();) {
        std::size_t length = matcher.at(text, offset);
        if (length == 0) length = std::min(text.size() - offset, utf8Length(text[offset]));
        clusters.push_back(text.substr(offset, length));
        offset += length;
    }
    return clusters;
}

bool startsWithWord(std::string_view text) {
    static const std::string source = "[" + unicodePropertyItems("word", "words") + "\\p{Join_Control}]";
    static const Pattern pattern(source.c_str());
    return !text.empty() && Matcher(pattern).at(text, 0) > 0;
}

bool endsWithWord(std::string_view text) {
    std::size_t last = text.size();
    while (last > 0 && (static_cast<unsigned char>(text[--last]) & 0xC0) == 0x80) {
    }
    return startsWithWord(text.substr(last));
}

std::size_t whiteSpaceLength(std::string_view text) {
    const auto space = std::find_if(kWhiteSpace.begin(), kWhiteSpace.end(),
                                    [&](std::string_view s) { return text.starts_with(s); });
    return space == kWhiteSpace.end() ? 0 : space->size();
}

std::size_t trimmedLength(std::string_view text) {
    for (;;) {
        const auto space = std::find_if(kWhiteSpace.begin(), kWhiteSpace.end(),
                                        [&](std::string_view s) { return text.ends_with(s); });
        if (space == kWhiteSpace.end()) return text.size();
        text.remove_suffix(space->size());
    }
}

}  // namespace jumplora
