// SPDX-License-Identifier: Apache-2.0
#include "train/experiment.h"

#include "base/error.h"

#include <algorithm>
#include <cctype>

namespace jumplora {
namespace {

constexpr const char* kMethodType = "method.type";

// Parameters belong to their method: they go when another one takes its place.
void dropForeignParameters(Json& spec, const Json& newType) {
    const auto method = spec.find("method");
    if (method == spec.end() || !method->is_object()) return;
    const auto type = method->find("type");
    if (type == method->end() || *type != newType) *method = Json::object();
}

// `source` is what the user wrote, for the error.
void setPath(Json& spec, const std::string& path, const Json& value, const std::string& source) {
    Json* place = &spec;
    std::size_t begin = 0;
    for (;;) {
        const std::size_t dot = path.find('.', begin);
        const std::string key = path.substr(begin, dot == std::string::npos ? dot : dot - begin);
        if (key.empty())
            fail(ErrorKind::Input, "\"{}\" does not begin with the path of a key, such as adapter.rank",
                 source);
        if (place->is_null()) *place = Json::object();
        if (!place->is_object())
            fail(ErrorKind::Input, "{}: \"{}\" lies inside {}, not inside a section", path, key,
                 describeType(*place));
        place = &(*place)[key];
        if (dot == std::string::npos) break;
        begin = dot + 1;
    }
    *place = value;
}

void mergeObjects(Json& base, const Json& part) {
    if (!base.is_object() || !part.is_object()) {
        base = part;
        return;
    }
    for (const auto& [key, value] : part.items()) mergeObjects(base[key], value);
}

void mergeSpec(Json& base, const Json& part) {
    const auto method = part.find("method");
    if (method != part.end() && method->is_object() && method->contains("type"))
        dropForeignParameters(base, (*method)["type"]);
    mergeObjects(base, part);
}

struct Variant {
    Json spec;
    std::string suffix;
};

// A value as part of a run's name: letters, digits, '.', '-' and '_' only.
std::string nameOf(const Json& value) {
    std::string name;
    for (const char c : value.is_string() ? value.get<std::string>() : value.dump()) {
        const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '-';
        if (plain) {
            name += c;
        } else if (!name.empty() && name.back() != '_') {
            name += '_';
        }
    }
    while (!name.empty() && name.back() == '_') name.pop_back();
    return name;
}

std::vector<Variant> expandGrid(const Json& grid, const std::string& where) {
    std::vector<Variant> variants = {{Json::object(), ""}};
    if (!grid.is_object())
        fail(ErrorKind::Input, "{}: \"grid\": found {}, expected an object of lists", where,
             describeType(grid));
    for (const auto& [path, values] : grid.items()) {
        if (!values.is_array() || values.empty())
            fail(ErrorKind::Input, "{}: grid.{}: found {}, expected a list of values", where, path,
                 values.is_array() ? "an empty list" : describeType(values));
        std::vector<Variant> next;
        for (const Variant& variant : variants) {
            for (const Json& value : values) {
                Variant more = variant;
                setPath(more.spec, path, value, path);
                more.suffix += fmt::format("-{}{}", path.substr(path.rfind('.') + 1), nameOf(value));
                next.push_back(std::move(more));
            }
        }
        variants = std::move(next);
    }
    return variants;
}

struct Experiment {
    Json base = Json::object();
    Json runs = Json::array({Json::object()});
    Json seeds = Json::array();
    Json grid = Json::object();
};

Experiment parseExperiment(const Json& json, const std::string& where) {
    if (!json.is_object())
        fail(ErrorKind::Input, "{}: found {}, expected an object", where, describeType(json));
    Experiment experiment;
    const std::vector<std::string> known = {"description", "base", "runs", "seeds", "grid"};
    const bool several = std::any_of(known.begin() + 1, known.end(),
                                     [&](const std::string& key) { return json.contains(key); });
    if (!several) {
        experiment.base = json;
        experiment.base.erase("description");
        return experiment;
    }
    try {
        refuseUnknownKeys(json, known, "");
    } catch (const Error& e) {
        fail(e.kind(), "{}: {}", where, e.what());
    }
    experiment.base = json.value("base", experiment.base);
    experiment.runs = json.value("runs", experiment.runs);
    experiment.seeds = json.value("seeds", experiment.seeds);
    experiment.grid = json.value("grid", experiment.grid);
    const auto isObject = [](const Json& item) { return item.is_object(); };
    if (!experiment.base.is_object())
        fail(ErrorKind::Input, "{}: \"base\": found {}, expected a spec", where,
             describeType(experiment.base));
    if (!experiment.runs.is_array() || experiment.runs.empty() ||
        !std::all_of(experiment.runs.begin(), experiment.runs.end(), isObject))
        fail(ErrorKind::Input, "{}: \"runs\" must be a list of one or more parts of a spec", where);
    if (!experiment.seeds.is_array())
        fail(ErrorKind::Input, "{}: \"seeds\": found {}, expected a list of whole numbers", where,
             describeType(experiment.seeds));
    return experiment;
}

std::string pathOf(const std::string& assignment) { return assignment.substr(0, assignment.find('=')); }

// An override of what the experiment varies would make runs equal whose names differ.
void refuseVaried(const Experiment& experiment, const std::vector<std::string>& overrides,
                  const std::string& where) {
    for (const std::string& assignment : overrides) {
        const std::string path = pathOf(assignment);
        const bool seed = path == "seed" && !experiment.seeds.empty();
        if (seed || experiment.grid.contains(path))
            fail(ErrorKind::Input, "{}: {} cannot be set: the experiment varies it by its \"{}\"", where,
                 path, seed ? "seeds" : "grid");
    }
}

RunSpec parseRun(const Json& json, const std::string& where) {
    try {
        return parseRunSpec(json);
    } catch (const Error& e) {
        fail(e.kind(), "{}: run {}: {}", where, json["name"].dump(), e.what());
    }
}

}  // namespace

void applyOverride(Json& spec, const std::string& assignment) {
    const auto equals = assignment.find('=');
    if (equals == std::string::npos || equals == 0)
        fail(ErrorKind::Input, "\"{}\" is not of the form key=value, such as adapter.rank=16", assignment);
    const std::string path = pathOf(assignment);
    const std::string text = assignment.substr(equals + 1);
    Json value = Json::parse(text, nullptr, false);
    if (value.is_discarded()) value = text;
    try {
        (void)Json({path, value}).dump();
    } catch (const Json::type_error&) {
        fail(ErrorKind::Input, "the value of \"{}\" is not UTF-8",
             Json(path).dump(-1, ' ', true, Json::error_handler_t::replace));
    }
    if (path == kMethodType && spec.is_object()) dropForeignParameters(spec, value);
    setPath(spec, path, value, assignment);
}

std::vector<RunSpec> readExperiment(const std::filesystem::path& file,
                                    const std::vector<std::string>& overrides) {
    const std::string where = file.string();
    const Experiment experiment = parseExperiment(readJsonFile(file), where);
    refuseVaried(experiment, overrides, where);
    // The method is chosen before its parameters, whatever order they were given in.
    std::vector<std::string> ordered = overrides;
    std::stable_partition(ordered.begin(), ordered.end(),
                          [](const std::string& assignment) { return pathOf(assignment) == kMethodType; });
    const std::vector<Variant> variants = expandGrid(experiment.grid, where);
    std::vector<RunSpec> specs;
    for (const Json& part : experiment.runs) {
        for (const Variant& variant : variants) {
            Json merged = experiment.base;
            mergeSpec(merged, part);
            mergeSpec(merged, variant.spec);
            for (const std::string& assignment : ordered) applyOverride(merged, assignment);
            if (!merged.contains("name")) merged["name"] = file.stem().string();
            if (!merged["name"].is_string()) parseRun(merged, where);
            const std::string name = merged["name"].get<std::string>() + variant.suffix;
            merged["name"] = name;
            if (experiment.seeds.empty()) specs.push_back(parseRun(merged, where));
            for (const Json& seed : experiment.seeds) {
                merged["seed"] = seed;
                merged["name"] = fmt::format("{}-s{}", name, nameOf(seed));
                specs.push_back(parseRun(merged, where));
            }
        }
    }
    return specs;
}

}  // namespace jumplora
