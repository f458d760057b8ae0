// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "adapter/gate.h"
#include "base/error.h"
#include "base/torch_api.h"
#include "weights/safetensors.h"

#include <string>
#include <vector>

namespace jumplora {

// A size that a recorded tensor may choose itself.
inline constexpr std::int64_t kAnySize = -1;

// A tensor of a recorded file, converted to `dtype`, whose shape has to be `shape`. Throws Error(Format)
// naming file, tensor and shapes.
at::Tensor recordedTensor(const SafetensorsFile& file, const std::string& name,
                          const std::vector<std::int64_t>& shape, at::ScalarType dtype);

// A number of the file's metadata. Throws Error(Format) unless it is finite and nothing follows it.
double recordedNumber(const SafetensorsFile& file, const std::string& key);
// The same for a whole number from `minimum` to `maximum`.
std::int64_t recordedInteger(const SafetensorsFile& file, const std::string& key, std::int64_t minimum,
                             std::int64_t maximum);

// "global", "per_block", "per_module". Throws Error(Format) naming `where`.
ThresholdMode recordedThresholdMode(const std::string& name, const std::string& where);

// Throws Error(Format) unless 0 <= first <= final <= 1 and ε > 0.
void requireGate(const GateOptions& gate, const std::string& where);

// Runs `verify`; what LibTorch refuses because recorded parts do not fit together becomes Error(Format)
// naming `where`.
template <typename Verify>
auto refusingMisfits(const std::string& where, const Verify& verify) {
    try {
        return verify();
    } catch (const c10::Error& e) {
        const std::string what = e.what_without_backtrace();
        fail(ErrorKind::Format, "{}: recorded parts do not fit together ({})", where,
             what.substr(0, what.find('\n')));
    }
}

}  // namespace jumplora
