// SPDX-License-Identifier: Apache-2.0
#include "method/method.h"

namespace jumplora::methods {
namespace {

class PerTask : public Method {
  public:
    [[nodiscard]] AdapterLife life() const override { return AdapterLife::Independent; }
    void configure(const Json& parameters) override { (void)parameters; }
};

}  // namespace

MethodEntry perTask() {
    MethodEntry entry;
    entry.info.key = "per_task";
    entry.info.name = "Per-task LoRA";
    entry.info.summary =
        "One separate adapter per task on the untouched backbone: no transfer, no forgetting; a reference "
        "for transfer metrics.";
    entry.info.source = "baseline";
    entry.info.gate = "yes";
    entry.create = [] { return std::unique_ptr<Method>(std::make_unique<PerTask>()); };
    return entry;
}

}  // namespace jumplora::methods
