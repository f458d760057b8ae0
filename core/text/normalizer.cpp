// SPDX-License-Identifier: Apache-2.0
#include "text/normalizer.h"

#include "base/error.h"
#include "text/base64.h"
#include "text/byte_level.h"
#include "text/pattern.h"
#include "text/unicode_forms.h"
#include "text/utf8.h"

#include <functional>

namespace jumplora {
namespace {

using Rewrite = std::function<AlignedText(const AlignedText&)>;

class Rewriter final : public Normalizer {
  public:
    explicit Rewriter(Rewrite rewrite) : m_rewrite(std::move(rewrite)) {}
    void apply(AlignedText& text) const override { text = m_rewrite(text); }

  private:
    Rewrite m_rewrite;
};

class InTurn final : public Normalizer {
  public:
    explicit InTurn(std::vector<std::unique_ptr<Normalizer>> steps) : m_steps(std::move(steps)) {}
    void apply(AlignedText& text) const override {
        for (const auto& step : m_steps) step->apply(text);
    }

  private:
    std::vector<std::unique_ptr<Normalizer>> m_steps;
};

AlignedText strip(const AlignedText& text, bool left, bool right) {
    std::size_t begin = 0;
    if (left) {
        while (const std::size_t space = whiteSpaceLength(std::string_view(text.text).substr(begin)))
            begin += space;
    }
    const std::size_t end = right ? std::max(begin, trimmedLength(text.text)) : text.text.size();
    AlignedText result;
    result.text = text.text.substr(begin, end - begin);
    result.atStart = text.atStart;
    result.first = std::min(text.first - std::min(begin, text.first), result.text.size());
    return result;
}

// What replaces a match belongs to the match's last character.
AlignedText replace(const AlignedText& text, const Pattern& pattern, const std::string& by) {
    const auto matches = pattern.findAll(text.text);
    if (matches.empty()) return text;
    AlignedText result;
    result.atStart = text.atStart;
    std::size_t done = 0;
    const auto add = [&](std::string_view part, std::size_t ofFirst) {
        if (result.first == result.text.size()) result.first += ofFirst;
        result.text += part;
    };
    const auto copy = [&](std::size_t end) {
        add(std::string_view(text.text).substr(done, end - done),
            std::min(end, std::max(text.first, done)) - done);
    };
    for (const auto& [begin, end] : matches) {
        copy(begin);
        add(by, end == 0 || end - 1 < text.first ? by.size() : 0);
        done = end;
    }
    copy(text.text.size());
    return result;
}

AlignedText prepend(const AlignedText& text, const std::string& what) {
    AlignedText result = text;
    if (text.text.empty()) return result;
    result.text.insert(0, what);
    if (text.first > 0) result.first += what.size();
    return result;
}

// SentencePiece's older normalisation: control characters go, other white space becomes a space.
AlignedText nmt(const AlignedText& text) {
    const AlignedText kept = filtered(text, [](char32_t c) {
        return !((c >= 1 && c <= 8) || c == 0xB || (c >= 0xE && c <= 0x1F) || c == 0x7F || c == 0x8F ||
                 c == 0x9F);
    });
    TextTransform transform(kept);
    for (std::size_t i = 0; i < kept.text.size(); i += utf8Length(kept.text[i])) {
        const char32_t c = codePointAt(kept.text, i);
        const bool space = c == 9 || c == 0xA || c == 0xC || c == 0xD || c == 0x1680 ||
                           (c >= 0x200B && c <= 0x200F) || c == 0x2028 || c == 0x2029 || c == 0x2581 ||
                           c == 0xFEFF || c == 0xFFFD;
        transform.put(
            space ? std::string_view(" ") : std::string_view(kept.text).substr(i, utf8Length(kept.text[i])),
            0);
    }
    return transform.finish();
}

CharsMap readCharsMap(const Component& component) {
    const auto bytes = decodeBase64(component.text("precompiled_charsmap", ""));
    if (!bytes) fail(ErrorKind::Format, "{}: \"precompiled_charsmap\" is not base64", component.where());
    return {*bytes, component.where()};
}

std::unique_ptr<Normalizer> rewriteBy(Rewrite rewrite) {
    return std::make_unique<Rewriter>(std::move(rewrite));
}

}  // namespace

std::unique_ptr<Normalizer> normalizeBy(CharsMap map) {
    return rewriteBy([map = std::move(map)](const AlignedText& text) { return map.normalise(text); });
}

std::unique_ptr<Normalizer> normalizeInTurn(std::vector<std::unique_ptr<Normalizer>> steps) {
    return std::make_unique<InTurn>(std::move(steps));
}

std::unique_ptr<Normalizer> readNormalizer(const Json& json, const std::string& where) {
    const Component c(json, where);
    const std::string& type = c.type();
    if (type == "Sequence") {
        std::vector<std::unique_ptr<Normalizer>> steps;
        for (const Json& step : c.list("normalizers"))
            steps.push_back(readNormalizer(step, fmt::format("{}.normalizers[{}]", where, steps.size())));
        return normalizeInTurn(std::move(steps));
    }
    const auto form = [&](UnicodeForm f) {
        return rewriteBy([f](const AlignedText& text) { return toForm(text, f); });
    };
    if (type == "NFC") return form(UnicodeForm::Nfc);
    if (type == "NFD") return form(UnicodeForm::Nfd);
    if (type == "NFKC") return form(UnicodeForm::Nfkc);
    if (type == "NFKD") return form(UnicodeForm::Nfkd);
    if (type == "Lowercase") return rewriteBy(toLowerCase);
    if (type == "StripAccents") return rewriteBy(withoutMarks);
    if (type == "Nmt") return rewriteBy(nmt);
    if (type == "ByteLevel") {
        return rewriteBy([](const AlignedText& text) { return bytesAsCharacters(text); });
    }
    if (type == "Precompiled") return normalizeBy(readCharsMap(c));
    if (type == "Strip") {
        const bool left = c.flag("strip_left", true);
        const bool right = c.flag("strip_right", true);
        return rewriteBy([left, right](const AlignedText& text) { return strip(text, left, right); });
    }
    if (type == "Prepend") {
        return rewriteBy([what = c.text("prepend")](const AlignedText& text) { return prepend(text, what); });
    }
    if (type == "Replace") {
        return rewriteBy([pattern = Pattern::read(c), by = c.text("content")](const AlignedText& text) {
            return replace(text, pattern, by);
        });
    }
    c.unsupportedType();
}

}  // namespace jumplora
