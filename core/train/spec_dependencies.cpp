// SPDX-License-Identifier: Apache-2.0
#include "train/spec_dependencies.h"

#include <algorithm>
#include <array>

namespace jumplora {
namespace {

struct Dependency {
    const char* key;
    const char* owner;
    const char* value;  // of the owner, under which the key takes part
};

constexpr std::array<Dependency, 8> kDependencies = {{
    {"gate.threshold", "gate.type", "jumprelu"},
    {"gate.bandwidth", "gate.type", "jumprelu"},
    {"gate.first", "gate.type", "jumprelu"},
    {"gate.final", "gate.type", "jumprelu"},
    {"optimizer.beta1", "optimizer.type", "adamw"},
    {"optimizer.beta2", "optimizer.type", "adamw"},
    {"optimizer.eps", "optimizer.type", "adamw"},
    {"optimizer.momentum", "optimizer.type", "sgd"},
}};

const Dependency* find(const std::string& key) {
    const auto* const found = std::find_if(kDependencies.begin(), kDependencies.end(),
                                           [&](const Dependency& each) { return key == each.key; });
    return found == kDependencies.end() ? nullptr : found;
}

}  // namespace

bool takesPart(const std::string& key, const Json& choices) {
    const Dependency* dependency = find(key);
    if (dependency == nullptr) return true;
    const auto owner = choices.find(dependency->owner);
    return owner != choices.end() && *owner == dependency->value;
}

std::string ownerOf(const std::string& key) {
    const Dependency* dependency = find(key);
    return dependency == nullptr ? "" : dependency->owner;
}

}  // namespace jumplora
