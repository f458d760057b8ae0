// SPDX-License-Identifier: Apache-2.0
#include "model/rope.h"

#include "base/error.h"
#include "model/config_reader.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <numbers>

namespace jumplora {
namespace {

constexpr std::int64_t kMaxPositions = std::int64_t{1} << 40;
constexpr double kMaxTheta = 1e18;
constexpr double kMaxFactor = 1e6;

using Scaling = RopeConfig::Scaling;

// Old files say "type", newer ones "rope_type", some both.
std::string scalingName(const Json& json, const std::string& where) {
    const ConfigReader reader(json, where);
    std::string name;
    std::string older;
    reader.text("rope_type", name);
    reader.text("type", older);
    if (name.empty()) return older;
    if (!older.empty() && older != name)
        fail(ErrorKind::Format, "{}: rope_type is \"{}\", but type is \"{}\"", where, name, older);
    return name;
}

Scaling scalingOf(const std::string& name, const std::string& where) {
    if (name == "default") return Scaling::None;
    if (name == "linear") return Scaling::Linear;
    if (name == "dynamic") return Scaling::Dynamic;
    if (name == "llama3") return Scaling::Llama3;
    if (name == "yarn") return Scaling::Yarn;
    fail(ErrorKind::Input,
         "{}: rope_type \"{}\" is not supported; supported are default, linear, dynamic, llama3, yarn", where,
         name);
}

// Settings that a kind of scaling reads; `optional` may be absent.
struct Settings {
    std::vector<const char*> required, optional;
};

Settings settingsOf(Scaling scaling) {
    switch (scaling) {
        case Scaling::Linear:
            return {{"factor"}, {}};
        case Scaling::Dynamic:
            // transformers takes max_position_embeddings, whatever the original length is said to be.
            return {{"factor"}, {"original_max_position_embeddings"}};
        case Scaling::Llama3:
            return {{"factor", "low_freq_factor", "high_freq_factor", "original_max_position_embeddings"},
                    {}};
        case Scaling::Yarn:
            return {{"factor"},
                    {"original_max_position_embeddings", "attention_factor", "beta_fast", "beta_slow",
                     "mscale", "mscale_all_dim", "truncate"}};
        case Scaling::None:
            break;
    }
    return {};
}

void checkSettings(const Json& json, Scaling scaling, const std::string& where) {
    const Settings settings = settingsOf(scaling);
    const ConfigReader reader(json, where);
    for (const char* key : settings.required) {
        if (!reader.has(key))
            fail(ErrorKind::Format, "{}: \"{}\" is missing; this rope_type needs it", where, key);
    }
    for (const auto& [key, value] : json.items()) {
        const auto is = [&key = key](const char* known) { return key == known; };
        const bool known = is("rope_type") || is("type") || is("rope_theta") ||
                           std::any_of(settings.required.begin(), settings.required.end(), is) ||
                           std::any_of(settings.optional.begin(), settings.optional.end(), is);
        if (!known && !value.is_null())
            fail(ErrorKind::Input, "{}: \"{}\" ({}) is not known for this rope_type", where, key,
                 value.dump(-1, ' ', false, Json::error_handler_t::replace));
    }
}

// Growth of the attention's temperature with the context (Peng et al. 2023).
double temperature(double factor, double scale) {
    return factor <= 1 ? 1.0 : 0.1 * scale * std::log(factor) + 1.0;
}

void parseYarn(const ConfigReader& reader, RopeConfig& rope) {
    // Zero is what transformers takes for "not set" here.
    const auto unlessZero = [&](const char* key, double& value) {
        double found = 0;
        reader.real(key, found, 0, kMaxFactor);
        if (found != 0) value = found;
    };
    unlessZero("beta_fast", rope.betaFast);
    unlessZero("beta_slow", rope.betaSlow);
    reader.boolean("truncate", rope.truncate);
    double scale = 0;
    double scaleOfAll = 0;
    reader.real("mscale", scale, 0, kMaxFactor);
    reader.real("mscale_all_dim", scaleOfAll, 0, kMaxFactor);
    rope.attentionFactor = scale != 0 && scaleOfAll != 0
                               ? temperature(rope.factor, scale) / temperature(rope.factor, scaleOfAll)
                               : temperature(rope.factor, 1);
    reader.real("attention_factor", rope.attentionFactor, 0, kMaxFactor);
}

void parseScaling(const Json& json, std::int64_t headWidth, const std::string& where, RopeConfig& rope) {
    const std::string name = scalingName(json, where);
    if (name.empty()) fail(ErrorKind::Format, "{}: \"rope_type\" is missing", where);
    rope.scaling = scalingOf(name, where);
    checkSettings(json, rope.scaling, where);
    const ConfigReader reader(json, where);
    // Of what is read here: no division by it may fail.
    constexpr double kLeastFactor = 1e-6;
    reader.real("factor", rope.factor, kLeastFactor, kMaxFactor);
    reader.integer("original_max_position_embeddings", rope.originalPositions, 0, kMaxPositions);
    if (rope.originalPositions == 0) rope.originalPositions = rope.maxPositions;
    if (rope.scaling == Scaling::Yarn) parseYarn(reader, rope);
    if (rope.scaling == Scaling::Dynamic && headWidth <= 2)
        fail(ErrorKind::Input, "{}: dynamic scaling needs heads wider than {}", where, headWidth);
    if (rope.scaling != Scaling::Llama3) return;
    reader.real("low_freq_factor", rope.lowFrequency, kLeastFactor, kMaxFactor);
    reader.real("high_freq_factor", rope.highFrequency, kLeastFactor, kMaxFactor);
    if (rope.highFrequency <= rope.lowFrequency)
        fail(ErrorKind::Format, "{}: high_freq_factor {} is not above low_freq_factor {}", where,
             rope.highFrequency, rope.lowFrequency);
}

// Dimension at which so many rotations fit into the context (Peng et al. 2023).
double rotationDimension(double rotations, double width, const RopeConfig& rope) {
    const auto context = static_cast<double>(rope.originalPositions);
    return (width * std::log(context / (rotations * 2 * std::numbers::pi))) / (2 * std::log(rope.theta));
}

void stretchYarn(const RopeConfig& rope, std::int64_t headWidth, std::vector<float>& frequencies) {
    const auto width = static_cast<double>(headWidth);
    double low = rotationDimension(rope.betaFast, width, rope);
    double high = rotationDimension(rope.betaSlow, width, rope);
    if (rope.truncate) {
        low = std::floor(low);
        high = std::ceil(high);
    }
    low = std::max(low, 0.0);
    high = std::min(high, width - 1);
    if (low == high) high += 0.001;
    const auto factor = static_cast<float>(rope.factor);
    for (std::size_t i = 0; i < frequencies.size(); ++i) {
        const float ramp = (static_cast<float>(i) - static_cast<float>(low)) / static_cast<float>(high - low);
        const float kept = 1.0F - std::clamp(ramp, 0.0F, 1.0F);
        const float stretched = 1.0F / (factor * (1.0F / frequencies[i]));
        frequencies[i] = stretched * (1.0F - kept) + frequencies[i] * kept;
    }
}

void stretchLlama3(const RopeConfig& rope, std::vector<float>& frequencies) {
    const auto context = static_cast<double>(rope.originalPositions);
    for (float& frequency : frequencies) {
        const double turns = context * static_cast<double>(frequency) / (2 * std::numbers::pi);
        if (turns > rope.highFrequency) continue;
        const double kept =
            std::max(0.0, (turns - rope.lowFrequency) / (rope.highFrequency - rope.lowFrequency));
        frequency = static_cast<float>((1 - kept) * static_cast<double>(frequency) / rope.factor +
                                       kept * static_cast<double>(frequency));
    }
}

}  // namespace

RopeConfig parseRope(const Json& config, std::int64_t maxPositions, std::int64_t headWidth,
                     const std::string& where) {
    RopeConfig rope;
    rope.maxPositions = maxPositions;
    rope.originalPositions = maxPositions;
    const ConfigReader reader(config, where);
    // Below 1, no frequency would fall.
    constexpr double kLeastTheta = 1.0001;
    reader.real("rope_theta", rope.theta, kLeastTheta, kMaxTheta);
    const bool scaled = reader.has("rope_scaling");
    const bool newer = reader.has("rope_parameters");
    if (scaled && newer)
        fail(ErrorKind::Format, "{}: both rope_scaling and rope_parameters are there; one has to go", where);
    if (!scaled && !newer) return rope;
    const char* key = scaled ? "rope_scaling" : "rope_parameters";
    const Json& json = config.at(key);
    if (!json.is_object())
        fail(ErrorKind::Format, "{}: \"{}\" must be an object or null, found {}", where, key,
             describeType(json));
    const std::string inside = where + ": " + key;
    if (json.contains("rope_theta")) {
        const double outside = rope.theta;
        const bool twice = reader.has("rope_theta");
        ConfigReader(json, inside).real("rope_theta", rope.theta, kLeastTheta, kMaxTheta);
        if ((twice || scaled) && rope.theta != outside)
            fail(ErrorKind::Format, "{}: rope_theta is {}, but {} outside of it", inside, rope.theta,
                 outside);
    }
    parseScaling(json, headWidth, inside, rope);
    return rope;
}

std::string describeScaling(const RopeConfig& rope) {
    const char* name = "";
    switch (rope.scaling) {
        case Scaling::None:
            return "";
        case Scaling::Linear:
            name = "linear";
            break;
        case Scaling::Dynamic:
            name = "dynamic";
            break;
        case Scaling::Llama3:
            name = "llama3";
            break;
        case Scaling::Yarn:
            name = "yarn";
            break;
    }
    return fmt::format("{} rope ×{:g}", name, rope.factor);
}

std::vector<float> ropeFrequencies(const RopeConfig& rope, std::int64_t headWidth, std::int64_t length) {
    double theta = rope.theta;
    if (rope.scaling == Scaling::Dynamic) {
        // Grows with the row once it is longer than what the model was trained on.
        const auto most = static_cast<double>(rope.maxPositions);
        const double longest = std::max(static_cast<double>(length), most);
        const auto width = static_cast<double>(headWidth);
        theta *= std::pow(rope.factor * longest / most - (rope.factor - 1), width / (width - 2));
    }
    std::vector<float> frequencies(static_cast<std::size_t>(headWidth / 2));
    for (std::size_t i = 0; i < frequencies.size(); ++i) {
        const float exponent = static_cast<float>(2 * i) / static_cast<float>(headWidth);
        frequencies[i] = 1.0F / static_cast<float>(std::pow(theta, static_cast<double>(exponent)));
    }
    if (rope.scaling == Scaling::Linear)
        for (float& frequency : frequencies) frequency /= static_cast<float>(rope.factor);
    if (rope.scaling == Scaling::Llama3) stretchLlama3(rope, frequencies);
    if (rope.scaling == Scaling::Yarn) stretchYarn(rope, headWidth, frequencies);
    return frequencies;
}

}  // namespace jumplora
