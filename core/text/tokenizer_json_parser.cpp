// SPDX-License-Identifier: Apache-2.0
#include "base/error.h"
#include "text/tokenizer_json.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

namespace jumplora {
namespace {

constexpr std::size_t kMaxDepth = 64;
// Members of an object beside the vocabulary; each new one is compared with all others.
constexpr std::size_t kMaxMembers = 10'000;

// Receives the parser's events; builds general JSON, except for the lists of a tokenizer.json.
class Receiver {
  public:
    Receiver(TokenizerJson& to, const std::string& where, bool vocabularyOnly)
        : m_to(to), m_where(where), m_list(vocabularyOnly ? List::Root : List::None) {}

    bool null() { return scalar(nullptr); }
    bool boolean(bool value) { return scalar(value); }
    bool number_integer(std::int64_t value) { return number(value); }
    bool number_unsigned(std::uint64_t value) { return number(value); }
    bool number_float(double value, const std::string& /*text*/) {
        if (m_list != List::Pieces) return scalar(value);
        return score(value);
    }
    bool string(std::string& value) {
        if (m_list == List::Merges) return merge(value);
        if (m_list == List::Pieces) return piece(value);
        return scalar(value);
    }
    bool binary(Json::binary_t& /*value*/) { return false; }
    bool start_object(std::size_t /*elements*/) { return start(Json::object()); }
    bool start_array(std::size_t /*elements*/) { return start(Json::array()); }
    bool key(std::string& name) {
        m_key = std::move(name);
        if (m_list == List::Vocabulary) return true;
        Json& object = *m_open.back();
        if (object.size() >= kMaxMembers)
            fail(ErrorKind::Format, "{}: an object has more than {} members", m_where, kMaxMembers);
        return true;
    }
    bool end_object() { return end(); }
    bool end_array() { return end(); }
    bool parse_error(std::size_t byte, const std::string& /*token*/, const nlohmann::detail::exception& e) {
        const std::string what = e.what();
        const auto colon = what.rfind(": ");
        fail(ErrorKind::Format, "{}: byte {}: not valid JSON ({})", m_where, byte,
             colon == std::string::npos ? what : what.substr(colon + 2));
    }

  private:
    enum class List { None, Root, Vocabulary, Pieces, Merges };

    [[noreturn]] void unexpected() const {
        switch (m_list) {
            case List::Merges:
                fail(ErrorKind::Format, "{}: model.merges[{}] must be \"a b\" or [\"a\", \"b\"]", m_where,
                     m_to.merges.size());
            case List::Pieces:
                fail(ErrorKind::Format, "{}: model.vocab[{}] must be [\"piece\", score]", m_where,
                     m_to.pieces.size());
            default:
                fail(ErrorKind::Format, "{}: the id of the token \"{}\" must be a whole number from 0 to {}",
                     m_where, m_key, INT32_MAX);
        }
    }

    template <typename Number>
    bool number(Number value) {
        if (m_list == List::Pieces) return score(static_cast<double>(value));
        if (m_list != List::Vocabulary) return scalar(value);
        if (!std::in_range<std::int32_t>(value) || value < Number{0}) unexpected();
        m_to.vocabulary.emplace_back(std::move(m_key), static_cast<std::int32_t>(value));
        return true;
    }

    bool score(double value) {
        if (!m_inside || !m_first || m_second || !std::isfinite(value)) unexpected();
        m_to.pieces.emplace_back(std::move(*m_first), value);
        m_second = true;
        return true;
    }

    bool piece(std::string& text) {
        if (!m_inside || m_first) unexpected();
        m_first = std::move(text);
        return true;
    }

    bool merge(std::string& text) {
        if (m_inside) {
            if (m_second) unexpected();
            if (!m_first) {
                m_first = std::move(text);
                return true;
            }
            m_to.merges.emplace_back(std::move(*m_first), std::move(text));
            m_second = true;
            return true;
        }
        if (text.starts_with("#version")) return true;
        const std::size_t space = text.find(' ');
        if (space == std::string::npos || text.find(' ', space + 1) != std::string::npos) unexpected();
        m_to.merges.emplace_back(text.substr(0, space), text.substr(space + 1));
        return true;
    }

    template <typename Value>
    bool scalar(Value&& value) {
        if (m_list != List::None) unexpected();
        place(Json(std::forward<Value>(value)));
        return true;
    }

    Json* place(Json value) {
        if (m_open.empty()) {
            m_to.rest = std::move(value);
            return &m_to.rest;
        }
        Json& parent = *m_open.back();
        if (parent.is_array()) {
            parent.push_back(std::move(value));
            return &parent.back();
        }
        Json& member = parent[m_key];
        member = std::move(value);
        return &member;
    }

    bool start(Json value) {
        if (m_list == List::Root) {
            if (!value.is_object() || m_started) unexpected();
            m_started = true;
            m_list = List::Vocabulary;
            return true;
        }
        if (m_list == List::Pieces || m_list == List::Merges) {
            if (!value.is_array() || m_inside) unexpected();
            m_inside = true;
            m_first.reset();
            m_second = false;
            return true;
        }
        if (m_list == List::Vocabulary) unexpected();
        if (m_open.size() == 2 && m_modelOpen) {
            if (m_key == "vocab") {
                m_list = value.is_object() ? List::Vocabulary : List::Pieces;
                return true;
            }
            if (m_key == "merges" && value.is_array()) {
                m_list = List::Merges;
                return true;
            }
        }
        if (m_open.size() >= kMaxDepth)
            fail(ErrorKind::Format, "{}: nested deeper than {} levels; this is no tokenizer", m_where,
                 kMaxDepth);
        if (m_open.size() == 1) m_modelOpen = m_key == "model" && m_open.front()->is_object();
        m_open.push_back(place(std::move(value)));
        return true;
    }

    bool end() {
        if (m_inside) {
            if (!m_second) unexpected();
            m_inside = false;
            return true;
        }
        if (m_list != List::None) {
            m_list = m_open.empty() ? List::Root : List::None;
            return true;
        }
        m_open.pop_back();
        return true;
    }

    TokenizerJson& m_to;
    const std::string& m_where;
    List m_list;
    std::vector<Json*> m_open;  // a container is not moved while one inside it is open
    std::string m_key;
    bool m_modelOpen = false;
    bool m_started = false;
    bool m_inside = false;  // a pair
    std::optional<std::string> m_first;
    bool m_second = false;
};

TokenizerJson receive(std::string_view text, const std::string& where, bool vocabularyOnly) {
    TokenizerJson parsed;
    Receiver receiver(parsed, where, vocabularyOnly);
    try {
        if (!Json::sax_parse(text, &receiver)) fail(ErrorKind::Format, "{}: not valid JSON", where);
    } catch (const nlohmann::json::exception& e) {
        fail(ErrorKind::Format, "{}: not valid JSON ({})", where, e.what());
    }
    return parsed;
}

}  // namespace

TokenizerJson parseTokenizerJson(std::string_view text, const std::string& where) {
    return receive(text, where, false);
}

std::vector<Vocabulary::Entry> parseVocabularyJson(std::string_view text, const std::string& where) {
    return receive(text, where, true).vocabulary;
}

}  // namespace jumplora
