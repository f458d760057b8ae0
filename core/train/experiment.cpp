// SPDX-License-Identifier: Apache-2.0
#include "train/experiment.h"

#include "base/error.h"

namespace jumplora {
namespace {

void setPath(Json& spec, const std::string& path, const Json& value) {
    Json* place = &spec;
    std::size_t begin = 0;
    for (;;) {
        const std::size_t dot = path.find('.', begin);
        const std::string key = path.substr(begin, dot == std::string::npos ? dot : dot - begin);
        if (key.empty())
            fail(ErrorKind::Input, "\"{}\" is not the path of a key, such as adapter.rank", path);
        if (place->is_null()) *place = Json::object();
        if (!place->is_object()) fail(ErrorKind::Input, "{}: \"{}\" lies inside a plain value", path, key);
        place = &(*place)[key];
        if (dot == std::string::npos) break;
        begin = dot + 1;
    }
    *place = value;
}

// Objects are merged key by key; everything else replaces.
void mergeOver(Json& base, const Json& part) {
    if (!base.is_object() || !part.is_object()) {
        base = part;
        return;
    }
    for (const auto& [key, value] : part.items()) mergeOver(base[key], value);
}

struct Variant {
    Json spec;
    std::string suffix;
};

std::vector<Variant> expandGrid(const Json& grid) {
    std::vector<Variant> variants = {{Json::object(), ""}};
    for (const auto& [path, values] : grid.items()) {
        if (!values.is_array() || values.empty())
            fail(ErrorKind::Input, "grid.{}: expected a list of values, found {}", path,
                 describeType(values));
        std::vector<Variant> next;
        for (const Variant& variant : variants) {
            for (const Json& value : values) {
                Variant more = variant;
                setPath(more.spec, path, value);
                more.suffix += fmt::format("-{}{}", path.substr(path.rfind('.') + 1),
                                           value.is_string() ? value.get<std::string>() : value.dump());
                next.push_back(std::move(more));
            }
        }
        variants = std::move(next);
    }
    return variants;
}

}  // namespace

void applyOverride(Json& spec, const std::string& assignment) {
    const auto equals = assignment.find('=');
    if (equals == std::string::npos || equals == 0)
        fail(ErrorKind::Input, "\"{}\" is not of the form key=value, such as adapter.rank=16", assignment);
    const std::string text = assignment.substr(equals + 1);
    Json value = Json::parse(text, nullptr, false);
    if (value.is_discarded()) value = text;
    setPath(spec, assignment.substr(0, equals), value);
}

std::vector<RunSpec> readExperiment(const std::filesystem::path& file,
                                    const std::vector<std::string>& overrides) {
    const Json json = readJsonFile(file);
    if (!json.is_object())
        fail(ErrorKind::Input, "{}: expected an object, found {}", file.string(), describeType(json));
    const bool several =
        json.contains("runs") || json.contains("base") || json.contains("seeds") || json.contains("grid");
    Json base = several ? json.value("base", Json::object()) : json;
    Json parts = Json::array({Json::object()});
    Json seeds = Json::array();
    std::vector<Variant> variants = {{Json::object(), ""}};
    if (several) {
        for (const auto& [key, value] : json.items()) {
            if (key != "base" && key != "runs" && key != "seeds" && key != "grid" && key != "description")
                fail(ErrorKind::Input,
                     "{}: unknown key \"{}\"; known are description, base, runs, seeds, grid", file.string(),
                     key);
        }
        parts = json.value("runs", parts);
        seeds = json.value("seeds", seeds);
        if (!parts.is_array() || parts.empty())
            fail(ErrorKind::Input, "{}: \"runs\" must be a list of specs", file.string());
        if (!seeds.is_array())
            fail(ErrorKind::Input, "{}: \"seeds\" must be a list of whole numbers", file.string());
        if (json.contains("grid")) variants = expandGrid(json["grid"]);
    }
    std::vector<RunSpec> specs;
    for (const Json& part : parts) {
        for (const Variant& variant : variants) {
            Json merged = base;
            mergeOver(merged, part);
            mergeOver(merged, variant.spec);
            const std::string name =
                fmt::format("{}{}", merged.value("name", file.stem().string()), variant.suffix);
            const std::size_t count = std::max<std::size_t>(seeds.size(), 1);
            for (std::size_t i = 0; i < count; ++i) {
                Json one = merged;
                one["name"] = name;
                if (!seeds.empty()) {
                    one["seed"] = seeds[i];
                    one["name"] = fmt::format("{}-s{}", name, seeds[i].dump());
                }
                for (const std::string& assignment : overrides) applyOverride(one, assignment);
                try {
                    specs.push_back(parseRunSpec(one));
                } catch (const Error& e) {
                    fail(e.kind(), "{}: run \"{}\": {}", file.string(), one["name"].dump(), e.what());
                }
            }
        }
    }
    return specs;
}

}  // namespace jumplora
