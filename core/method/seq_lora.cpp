// SPDX-License-Identifier: Apache-2.0
#include "method/method.h"

namespace jumplora::methods {
namespace {

class SeqLora : public Method {
  public:
    [[nodiscard]] AdapterLife life() const override { return AdapterLife::Continued; }
    void configure(const Json& parameters) override { (void)parameters; }
};

}  // namespace

MethodEntry seqLora() {
    MethodEntry entry;
    entry.info.key = "seqlora";
    entry.info.name = "SeqLoRA";
    entry.info.summary =
        "One adapter trained on through all tasks; nothing protects earlier ones. With the gate, one "
        "threshold is carried on.";
    entry.info.source = "baseline; lr 1e-4 is safer than 1e-3";
    entry.info.gate = "yes";
    entry.create = [] { return std::unique_ptr<Method>(std::make_unique<SeqLora>()); };
    return entry;
}

}  // namespace jumplora::methods
