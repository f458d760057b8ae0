// SPDX-License-Identifier: Apache-2.0
#include "method/method.h"

namespace jumplora::methods {
namespace {

class MultiTask : public Method {
  public:
    [[nodiscard]] AdapterLife life() const override { return AdapterLife::Joint; }
    void configure(const Json& parameters) override { (void)parameters; }
};

}  // namespace

MethodEntry multiTask() {
    MethodEntry entry;
    entry.info.key = "multi_task";
    entry.info.name = "Multi-task";
    entry.info.summary = "All tasks trained together with one adapter: the usual upper bound.";
    entry.info.source = "baseline";
    entry.info.gate = "yes";
    entry.create = [] { return std::unique_ptr<Method>(std::make_unique<MultiTask>()); };
    return entry;
}

}  // namespace jumplora::methods
