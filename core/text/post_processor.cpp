// SPDX-License-Identifier: Apache-2.0
#include "text/post_processor.h"

#include "base/error.h"
#include "text/component.h"

#include <utility>

namespace jumplora {
namespace {

constexpr std::size_t kMaxParts = 64;

std::int32_t readId(const Json& json, const std::string& where) {
    if (!json.is_number_unsigned() || !std::in_range<std::int32_t>(json.get<std::uint64_t>()))
        fail(ErrorKind::Format, "{}: {} is no id", where,
             json.dump(-1, ' ', false, Json::error_handler_t::replace));
    return json.get<std::int32_t>();
}

// ["</s>", 2]
std::int32_t readPair(const Component& c, const char* key) {
    const Json& pair = c.list(key);
    if (pair.size() != 2) fail(ErrorKind::Format, "{}: \"{}\" must be a token and its id", c.where(), key);
    return readId(pair[1], c.where());
}

}  // namespace

std::vector<std::int32_t> Template::apply(const std::vector<std::int32_t>& ids) const {
    std::vector<std::int32_t> result;
    result.reserve(ids.size() + m_parts.size());
    for (const Part& part : m_parts) {
        const auto& from = part.isText ? ids : part.ids;
        result.insert(result.end(), from.begin(), from.end());
    }
    return result;
}

Template Template::readParts(const Component& c) {
    const Json& parts = c.list("single");
    if (parts.size() > kMaxParts)
        fail(ErrorKind::Format, "{}: \"single\" has {} parts", c.where(), parts.size());
    Template made;
    made.m_parts.clear();
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const std::string where = fmt::format("{}.single[{}]", c.where(), i);
        if (!parts[i].is_object() || parts[i].size() != 1)
            fail(ErrorKind::Format, "{}: must be a Sequence or a SpecialToken", where);
        if (parts[i].contains("Sequence")) {
            if (requireString(parts[i]["Sequence"], "id", where) != "A")
                fail(ErrorKind::Format, "{}: a single text is sequence A", where);
            made.m_parts.push_back({true, {}});
            continue;
        }
        const std::string name = requireString(requireMember(parts[i], "SpecialToken", where), "id", where);
        const Json& tokens = requireMember(c.json(), "special_tokens", c.where());
        const Json& ids = requireMember(requireMember(tokens, name, c.where()), "ids", c.where());
        Part part;
        if (!ids.is_array()) fail(ErrorKind::Format, "{}: the ids of \"{}\" are no list", c.where(), name);
        for (const Json& id : ids) part.ids.push_back(readId(id, where));
        made.m_parts.push_back(std::move(part));
    }
    return made;
}

// Nothing for those that change no ids.
std::optional<Template> Template::readOne(const Json& json, const std::string& where) {
    const Component c(json, where);
    if (c.type() == "ByteLevel") return std::nullopt;  // trims offsets only
    if (c.type() == "TemplateProcessing") return readParts(c);
    if (c.type() == "RobertaProcessing" || c.type() == "BertProcessing")
        return Template({readPair(c, "cls")}, {readPair(c, "sep")});
    c.unsupportedType();
}

Template Template::read(const Json& json, const std::string& where) {
    const Component c(json, where);
    if (c.type() != "Sequence") return readOne(json, where).value_or(Template());
    std::optional<Template> found;
    std::size_t index = 0;
    for (const Json& step : c.list("processors")) {
        auto made = readOne(step, fmt::format("{}.processors[{}]", where, index++));
        if (made && found) c.unsupported("more than one template");
        if (made) found = std::move(made);
    }
    return found.value_or(Template());
}

}  // namespace jumplora
