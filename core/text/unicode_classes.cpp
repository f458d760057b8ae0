// SPDX-License-Identifier: Apache-2.0
#include "text/unicode_classes.h"

#include "base/error.h"
#include "text/unicode_additions.h"

#include <algorithm>
#include <array>
#include <utility>

namespace jumplora {
namespace {

struct Name {
    std::string_view spelled;  // lower case, without _, - and spaces
    std::string_view pcre;
};

constexpr std::array<Name, 37> kCategories = {{{"letter", "L"},
                                               {"casedletter", "L&"},
                                               {"lc", "L&"},
                                               {"uppercaseletter", "Lu"},
                                               {"lowercaseletter", "Ll"},
                                               {"titlecaseletter", "Lt"},
                                               {"modifierletter", "Lm"},
                                               {"otherletter", "Lo"},
                                               {"mark", "M"},
                                               {"nonspacingmark", "Mn"},
                                               {"spacingmark", "Mc"},
                                               {"enclosingmark", "Me"},
                                               {"number", "N"},
                                               {"decimalnumber", "Nd"},
                                               {"digit", "Nd"},
                                               {"letternumber", "Nl"},
                                               {"othernumber", "No"},
                                               {"punctuation", "P"},
                                               {"connectorpunctuation", "Pc"},
                                               {"dashpunctuation", "Pd"},
                                               {"openpunctuation", "Ps"},
                                               {"closepunctuation", "Pe"},
                                               {"initialpunctuation", "Pi"},
                                               {"finalpunctuation", "Pf"},
                                               {"otherpunctuation", "Po"},
                                               {"symbol", "S"},
                                               {"mathsymbol", "Sm"},
                                               {"currencysymbol", "Sc"},
                                               {"modifiersymbol", "Sk"},
                                               {"othersymbol", "So"},
                                               {"separator", "Z"},
                                               {"spaceseparator", "Zs"},
                                               {"lineseparator", "Zl"},
                                               {"paragraphseparator", "Zp"},
                                               {"any", "Any"},
                                               {"alphabetic", "Alphabetic"},
                                               {"alpha", "Alphabetic"}}};

constexpr std::array<std::string_view, 34> kShortCategories = {
    "L",  "Lu", "Ll", "Lt", "Lm", "Lo", "M",  "Mn", "Mc", "Me", "N", "Nd", "Nl", "No", "P",  "Pc", "Pd",
    "Ps", "Pe", "Pi", "Pf", "Po", "S",  "Sm", "Sc", "Sk", "So", "Z", "Zs", "Zl", "Zp", "Cc", "Cf", "Co"};

constexpr std::array<Name, 6> kBinary = {{{"uppercase", "Uppercase"},
                                          {"upper", "Uppercase"},
                                          {"lowercase", "Lowercase"},
                                          {"lower", "Lowercase"},
                                          {"ideographic", "Ideographic"},
                                          {"whitespace", "White_Space"}}};

// A category or property with the characters that are younger than PCRE2. A single letter stands for all
// categories that begin with it.
std::string itemsOf(std::string_view name) {
    std::string items = fmt::format("\\p{{{}}}", name);
    if (name.size() > 1) return items.append(unicodeAdditions(name));
    for (const std::string_view category : kShortCategories) {
        if (category.size() == 2 && category[0] == name[0]) items += unicodeAdditions(category);
    }
    return items;
}

std::string plain(std::string_view name) {
    std::string result;
    for (const char c : name) {
        if (c == '_' || c == '-' || c == ' ') continue;
        result += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return result;
}

}  // namespace

std::string digitItems() { return itemsOf("Nd"); }

std::string wordItems() {
    return itemsOf("Alphabetic") + itemsOf("M") + itemsOf("Nd") + itemsOf("Pc") +
           "\\x{b2}\\x{b3}\\x{b9}\\x{bc}-\\x{be}";
}

std::string unicodePropertyItems(std::string_view name, const std::string& where) {
    const std::string key = plain(name);
    for (const std::string_view category : kShortCategories) {
        if (plain(category) == key) return itemsOf(category);
    }
    const auto find = [&](const auto& names) {
        const auto it =
            std::find_if(names.begin(), names.end(), [&](const Name& n) { return n.spelled == key; });
        return it == names.end() ? std::string_view() : it->pcre;
    };
    if (const std::string_view category = find(kCategories); !category.empty()) return itemsOf(category);
    if (const std::string_view property = find(kBinary); !property.empty()) return itemsOf(property);
    if (key == "space") return std::string(kWhiteSpaceItems);
    if (key == "word") return itemsOf("Alphabetic") + itemsOf("M") + itemsOf("Nd") + itemsOf("Pc");
    if (key == "punct") return itemsOf("P");
    if (key == "blank") return "\\x{9}" + itemsOf("Zs");
    if (key == "cntrl") return itemsOf("Cc");
    if (key == "xdigit") return "0-9A-Fa-f";
    if (key == "ascii") return "\\x{0}-\\x{7f}";
    if (key == "alnum") return itemsOf("Alphabetic") + itemsOf("Nd");
    // Anything else can only be a script; PCRE2 would otherwise take the scripts that may use a character
    // too.
    if (key.empty() || !std::all_of(key.begin(), key.end(), [](char c) { return c >= 'a' && c <= 'z'; }) ||
        key == "c" || key.starts_with("in") || key.size() < 3)
        fail(ErrorKind::Input, "{}: \\p{{{}}} in a pattern is not supported", where, name);
    return fmt::format("\\p{{sc:{}}}", key).append(unicodeAdditions(key));
}

}  // namespace jumplora
