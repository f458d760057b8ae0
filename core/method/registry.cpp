// SPDX-License-Identifier: Apache-2.0
#include "base/error.h"
#include "method/method.h"

#include <algorithm>

namespace jumplora {

namespace methods {
#define JUMPLORA_METHOD(name) MethodEntry name();
#include "method/methods.def"
#undef JUMPLORA_METHOD
}  // namespace methods

namespace {

const std::vector<MethodEntry>& entries() {
    static const std::vector<MethodEntry> all = {
#define JUMPLORA_METHOD(name) methods::name(),
#include "method/methods.def"
#undef JUMPLORA_METHOD
    };
    return all;
}

const MethodEntry& entry(const std::string& key, const std::string& path) {
    std::vector<std::string> known;
    for (const MethodEntry& candidate : entries()) {
        if (candidate.info.key == key) return candidate;
        known.push_back(candidate.info.key);
    }
    const std::string near = nearestName(key, known);
    fail(ErrorKind::Input, "{}: \"{}\" is not a known method; known are {}{}", path, key,
         fmt::join(known, ", "), near.empty() ? std::string() : fmt::format("; did you mean \"{}\"?", near));
}

}  // namespace

const std::vector<MethodInfo>& methodInfos() {
    static const std::vector<MethodInfo> infos = [] {
        std::vector<MethodInfo> list;
        list.reserve(entries().size());
        for (const MethodEntry& e : entries()) list.push_back(e.info);
        return list;
    }();
    return infos;
}

const MethodInfo& methodInfo(const std::string& key, const std::string& path) {
    return entry(key, path).info;
}

std::unique_ptr<Method> createMethod(const std::string& key, const Json& parameters) {
    const MethodEntry& e = entry(key, "method.type");
    auto method = e.create();
    method->configure(checkParams(e.info.params, parameters, "method"));
    return method;
}

}  // namespace jumplora
