// SPDX-License-Identifier: Apache-2.0
#include "train/recorded_tensor.h"

#include "weights/weights.h"

#include <charconv>
#include <cmath>

namespace jumplora {
namespace {

template <typename Number>
Number parsed(const SafetensorsFile& file, const std::string& key, const char* expected) {
    const std::string& text = file.requireMetadata(key);
    Number value{};
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (code != std::errc() || end != text.data() + text.size())
        fail(ErrorKind::Format, "{}: metadata \"{}\" is \"{}\", expected {}", file.path().string(), key, text,
             expected);
    return value;
}

std::string shapeText(const std::vector<std::int64_t>& shape) {
    std::vector<std::string> sizes;
    sizes.reserve(shape.size());
    for (const std::int64_t size : shape) sizes.push_back(size == kAnySize ? "any" : std::to_string(size));
    return fmt::format("[{}]", fmt::join(sizes, ", "));
}

}  // namespace

at::Tensor recordedTensor(const SafetensorsFile& file, const std::string& name,
                          const std::vector<std::int64_t>& shape, at::ScalarType dtype) {
    const TensorView& view = file.require(name);
    bool fits = view.shape.size() == shape.size();
    for (std::size_t i = 0; fits && i < shape.size(); ++i)
        fits = shape[i] == kAnySize || shape[i] == view.shape[i];
    if (!fits)
        fail(ErrorKind::Format, "{}: tensor \"{}\" is {}, expected {}", file.path().string(), name,
             shapeText(view.shape), shapeText(shape));
    return toTensor(view, dtype);
}

double recordedNumber(const SafetensorsFile& file, const std::string& key) {
    const auto value = parsed<double>(file, key, "a number");
    if (!std::isfinite(value))
        fail(ErrorKind::Format, "{}: metadata \"{}\" is not finite", file.path().string(), key);
    return value;
}

std::int64_t recordedInteger(const SafetensorsFile& file, const std::string& key, std::int64_t minimum,
                             std::int64_t maximum) {
    const auto value = parsed<std::int64_t>(file, key, "a whole number");
    if (value < minimum || value > maximum)
        fail(ErrorKind::Format, "{}: metadata \"{}\" is {}, allowed is {} to {}", file.path().string(), key,
             value, minimum, maximum);
    return value;
}

ThresholdMode recordedThresholdMode(const std::string& name, const std::string& where) {
    if (name == "global") return ThresholdMode::Global;
    if (name == "per_block") return ThresholdMode::PerBlock;
    if (name == "per_module") return ThresholdMode::PerModule;
    fail(ErrorKind::Format, "{}: threshold \"{}\" is not known; known are global, per_block, per_module",
         where, name);
}

void requireGate(const GateOptions& gate, const std::string& where) {
    if (!(gate.bandwidth > 0) || !(gate.first >= 0) || !(gate.final >= gate.first) || !(gate.final <= 1))
        fail(ErrorKind::Format,
             "{}: gate with bandwidth {}, first {}, final {}; expected bandwidth > 0 and 0 <= first <= final "
             "<= 1",
             where, gate.bandwidth, gate.first, gate.final);
}

}  // namespace jumplora
