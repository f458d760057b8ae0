// SPDX-License-Identifier: Apache-2.0
#include "text/unicode_forms.h"

#include "base/error.h"
#include "text/old_classes.h"
#include "text/utf8.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

namespace jumplora {
namespace {

// Characters whose decomposition is younger than Hugging Face's tables: they stay as they are.
constexpr std::array<std::pair<char32_t, char32_t>, 10> kYoung = {{{0x32FF, 0x32FF},
                                                                   {0xA7F2, 0xA7F4},
                                                                   {0xAB69, 0xAB69},
                                                                   {0x10781, 0x10785},
                                                                   {0x10787, 0x107B0},
                                                                   {0x107B2, 0x107BA},
                                                                   {0x11938, 0x11938},
                                                                   {0x1E030, 0x1E06D},
                                                                   {0x1F16C, 0x1F16C},
                                                                   {0x1FBF0, 0x1FBF9}}};

// Capitals of Unicode 16 and 17, which utf8proc may not know: so far from its small letter each.
struct YoungCapitals {
    char32_t first;
    char32_t last;
    std::int32_t distance;
    int step = 1;  // 2: every other one is small itself
};
constexpr std::array<YoungCapitals, 8> kYoungCapitals = {{{0x1C89, 0x1C89, 1},
                                                          {0xA7CB, 0xA7CB, 0x264 - 0xA7CB},
                                                          {0xA7CC, 0xA7CE, 1, 2},
                                                          {0xA7D2, 0xA7D4, 1, 2},
                                                          {0xA7DA, 0xA7DA, 1},
                                                          {0xA7DC, 0xA7DC, 0x19B - 0xA7DC},
                                                          {0x10D50, 0x10D65, 0x20},
                                                          {0x16EA0, 0x16EB8, 0x1B}}};

char32_t lowerOf(char32_t point) {
    for (const YoungCapitals& c : kYoungCapitals) {
        if (point >= c.first && point <= c.last && (point - c.first) % static_cast<unsigned>(c.step) == 0)
            return static_cast<char32_t>(static_cast<std::int32_t>(point) + c.distance);
    }
    return static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(point)));
}

bool isYoung(char32_t point) {
    return std::any_of(kYoung.begin(), kYoung.end(),
                       [&](const auto& range) { return point >= range.first && point <= range.second; });
}

int classOf(utf8proc_int32_t point) { return utf8proc_get_property(point)->combining_class; }

// Decomposed and canonically ordered. Sorted run by run: utf8proc's own ordering takes quadratic time on long
// runs of marks.
std::vector<utf8proc_int32_t> decompose(std::string_view text, bool compatibility) {
    const auto options = static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_DECOMPOSE |
                                                        (compatibility ? UTF8PROC_COMPAT : 0));
    std::vector<utf8proc_int32_t> points;
    points.reserve(text.size());
    utf8proc_int32_t parts[32];
    int boundary = 0;
    for (std::size_t i = 0; i < text.size();) {
        const char32_t point = codePointAt(text, i);
        i += utf8Length(text[i]);
        if (point >= kYoung.front().first && isYoung(point)) {
            points.push_back(static_cast<utf8proc_int32_t>(point));
            continue;
        }
        const utf8proc_ssize_t count =
            utf8proc_decompose_char(static_cast<utf8proc_int32_t>(point), parts, 32, options, &boundary);
        if (count < 0 || count > 32) fail(ErrorKind::State, "utf8proc: {}", utf8proc_errmsg(count));
        points.insert(points.end(), parts, parts + count);
    }
    for (std::size_t i = 0; i < points.size();) {
        if (classOf(points[i]) == 0) {
            ++i;
            continue;
        }
        std::size_t end = i;
        while (end < points.size() && classOf(points[end]) != 0) ++end;
        std::stable_sort(points.begin() + static_cast<std::ptrdiff_t>(i),
                         points.begin() + static_cast<std::ptrdiff_t>(end),
                         [](auto a, auto b) { return classOf(a) < classOf(b); });
        i = end;
    }
    return points;
}

void compose(std::vector<utf8proc_int32_t>& points) {
    const utf8proc_ssize_t size =
        utf8proc_normalize_utf32(points.data(), static_cast<utf8proc_ssize_t>(points.size()),
                                 static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
    if (size < 0) fail(ErrorKind::State, "utf8proc: {}", utf8proc_errmsg(size));
    points.resize(static_cast<std::size_t>(size));
}

}  // namespace

AlignedText toForm(const AlignedText& text, UnicodeForm form) {
    const bool compatibility = form == UnicodeForm::Nfkc || form == UnicodeForm::Nfkd;
    const bool composed = form == UnicodeForm::Nfc || form == UnicodeForm::Nfkc;
    // Nothing below U+00C0 changes, below U+0080 in the compatibility forms: told by lead bytes.
    const auto changes = [lead = compatibility ? 0xC2 : 0xC3](char c) {
        return static_cast<unsigned char>(c) >= lead;
    };
    if (std::none_of(text.text.begin(), text.text.end(), changes)) return text;
    std::vector<utf8proc_int32_t> points = decompose(text.text, compatibility);
    // What the first character alone becomes belongs to it.
    std::vector<utf8proc_int32_t> ofFirst;
    if (text.first > 0) ofFirst = decompose(std::string_view(text.text).substr(0, text.first), compatibility);
    if (composed) {
        compose(points);
        compose(ofFirst);
    }
    AlignedText result;
    result.atStart = text.atStart;
    result.text.reserve(text.text.size());
    for (std::size_t i = 0; i < points.size(); ++i) {
        appendUtf8(result.text, static_cast<char32_t>(points[i]));
        if (i + 1 == ofFirst.size()) result.first = result.text.size();
    }
    return result;
}

AlignedText toLowerCase(const AlignedText& text) {
    TextTransform transform(text);
    std::string lower;
    for (std::size_t i = 0; i < text.text.size();) {
        const char32_t point = codePointAt(text.text, i);
        i += utf8Length(text.text[i]);
        lower.clear();
        // The only character whose full lower case is longer than one: a dotted capital I.
        constexpr char32_t kDottedI = 0x130;
        appendUtf8(lower, point == kDottedI ? U'i' : lowerOf(point));
        transform.put(lower, 0);
        if (point == kDottedI) transform.put("\xCC\x87", 1);
    }
    return transform.finish();
}

AlignedText withoutMarks(const AlignedText& text) {
    return filtered(text, [](char32_t point) { return !isStrippedMark(point); });
}

}  // namespace jumplora
