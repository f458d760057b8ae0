// SPDX-License-Identifier: Apache-2.0
#include "text/decoder.h"

#include "base/error.h"
#include "text/byte_level.h"
#include "text/pattern.h"
#include "text/utf8.h"

#include <functional>
#include <optional>

namespace jumplora {
namespace {

using Tokens = std::vector<std::string>;

class Rewriter final : public Decoder {
  public:
    explicit Rewriter(std::function<void(Tokens&)> rewrite) : m_rewrite(std::move(rewrite)) {}
    void decode(Tokens& tokens) const override { m_rewrite(tokens); }

  private:
    std::function<void(Tokens&)> m_rewrite;
};

class InTurn final : public Decoder {
  public:
    explicit InTurn(std::vector<std::unique_ptr<Decoder>> steps) : m_steps(std::move(steps)) {}
    void decode(Tokens& tokens) const override {
        for (const auto& step : m_steps) step->decode(tokens);
    }

  private:
    std::vector<std::unique_ptr<Decoder>> m_steps;
};

std::string joined(const Tokens& tokens) {
    std::string all;
    for (const std::string& token : tokens) all += token;
    return all;
}

// A token with a character that stands for no byte (an added token) is taken as it is.
void byteLevel(Tokens& tokens) {
    std::string bytes;
    for (const std::string& token : tokens) bytes += charactersAsBytes(token).value_or(token);
    tokens.assign(1, repairUtf8(bytes));
}

int hexDigit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

// The byte of a token like <0x0A>.
std::optional<char> byteOf(const std::string& token) {
    if (token.size() != 6 || !token.starts_with("<0x") || token.back() != '>') return std::nullopt;
    const int high = token[3] == '+' ? 0 : hexDigit(token[3]);
    const int low = hexDigit(token[4]);
    if (high < 0 || low < 0) return std::nullopt;
    return static_cast<char>(high * 16 + low);
}

void byteFallback(Tokens& tokens) {
    Tokens result;
    std::string bytes;
    const auto flush = [&] {
        if (bytes.empty()) return;
        if (utf8Damage(bytes) == std::string::npos) {
            result.push_back(bytes);
        } else {
            result.insert(result.end(), bytes.size(), "\xEF\xBF\xBD");
        }
        bytes.clear();
    };
    for (std::string& token : tokens) {
        if (const auto byte = byteOf(token)) {
            bytes += *byte;
        } else {
            flush();
            result.push_back(std::move(token));
        }
    }
    flush();
    tokens = std::move(result);
}

std::string replaced(const std::string& token, const Pattern& pattern, const std::string& by) {
    std::string result;
    std::size_t done = 0;
    for (const auto& [begin, end] : pattern.findAll(token)) {
        result.append(token, done, begin - done).append(by);
        done = end;
    }
    return result.append(token, done);
}

// Up to so many of the character at the beginning and at the end.
void strip(std::string& token, const std::string& character, std::size_t start, std::size_t stop) {
    std::size_t begin = 0;
    for (std::size_t i = 0; i < start && token.compare(begin, character.size(), character) == 0; ++i)
        begin += character.size();
    std::size_t end = token.size();
    for (std::size_t i = 0; i < stop && end >= begin + character.size() &&
                            token.compare(end - character.size(), character.size(), character) == 0;
         ++i)
        end -= character.size();
    token = token.substr(begin, end - begin);
}

std::unique_ptr<Decoder> rewriteBy(std::function<void(Tokens&)> rewrite) {
    return std::make_unique<Rewriter>(std::move(rewrite));
}

std::unique_ptr<Decoder> readMetaspace(const Component& c) {
    const bool prefixed = c.text("prepend_scheme", "always") != "never" && c.flag("add_prefix_space", true);
    return rewriteBy([mark = Pattern(c.character("replacement")), prefixed](Tokens& tokens) {
        for (std::size_t i = 0; i < tokens.size(); ++i)
            tokens[i] = replaced(tokens[i], mark, i == 0 && prefixed ? "" : " ");
    });
}

}  // namespace

std::unique_ptr<Decoder> readDecoder(const Json& json, const std::string& where) {
    const Component c(json, where);
    const std::string& type = c.type();
    if (type == "Sequence") {
        std::vector<std::unique_ptr<Decoder>> steps;
        for (const Json& step : c.list("decoders"))
            steps.push_back(readDecoder(step, fmt::format("{}.decoders[{}]", where, steps.size())));
        return std::make_unique<InTurn>(std::move(steps));
    }
    if (type == "ByteLevel") return rewriteBy(byteLevel);
    if (type == "ByteFallback") return rewriteBy(byteFallback);
    if (type == "Metaspace") return readMetaspace(c);
    if (type == "Fuse") {
        return rewriteBy([](Tokens& tokens) { tokens.assign(1, joined(tokens)); });
    }
    if (type == "Replace") {
        return rewriteBy([pattern = Pattern::read(c), by = c.text("content")](Tokens& tokens) {
            for (std::string& token : tokens) token = replaced(token, pattern, by);
        });
    }
    if (type == "Strip") {
        return rewriteBy([character = c.character("content"), start = c.count("start"),
                          stop = c.count("stop")](Tokens& tokens) {
            for (std::string& token : tokens) strip(token, character, start, stop);
        });
    }
    if (type == "BPEDecoder") {
        return rewriteBy([suffix = Pattern(c.text("suffix"))](Tokens& tokens) {
            for (std::size_t i = 0; i < tokens.size(); ++i)
                tokens[i] = replaced(tokens[i], suffix, i + 1 == tokens.size() ? "" : " ");
        });
    }
    c.unsupportedType();
}

}  // namespace jumplora
