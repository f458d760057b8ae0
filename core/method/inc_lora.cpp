// SPDX-License-Identifier: Apache-2.0
#include "method/method.h"

namespace jumplora::methods {
namespace {

class IncLora : public Method {
  public:
    [[nodiscard]] AdapterLife life() const override { return AdapterLife::FreshMerged; }
    void configure(const Json& parameters) override { (void)parameters; }
};

}  // namespace

MethodEntry incLora() {
    MethodEntry entry;
    entry.info.key = "inclora";
    entry.info.name = "IncLoRA";
    entry.info.summary = "A new adapter per task; finished ones are merged into the base weights.";
    entry.info.source = "baseline of O-LoRA, arXiv 2310.14152";
    entry.info.gate = "yes";
    entry.create = [] { return std::unique_ptr<Method>(std::make_unique<IncLora>()); };
    return entry;
}

}  // namespace jumplora::methods
