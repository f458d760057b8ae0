// SPDX-License-Identifier: Apache-2.0
#include "method/method.h"

namespace jumplora::methods {
namespace {

class Replay : public Method {
  public:
    void configure(const Json& parameters) override {
        m_share = parameters.at("share").get<double>();
        m_memory = parameters.at("memory").get<std::int64_t>();
    }
    [[nodiscard]] double replayShare() const override { return m_share; }
    [[nodiscard]] std::int64_t replayMemory() const override { return m_memory; }

  private:
    double m_share = 0;
    std::int64_t m_memory = 0;
};

}  // namespace

MethodEntry replay() {
    MethodEntry entry;
    entry.info.key = "replay";
    entry.info.name = "Replay";
    entry.info.summary =
        "A new adapter per task; a share of each batch is drawn from the data of earlier tasks.";
    entry.info.source =
        "Chaudhry et al., arXiv 1902.10486; share as in the Standard CL benchmark's baselines";
    entry.info.gate = "yes";
    ParamInfo share;
    share.key = "share";
    share.label = "Share of earlier data";
    share.type = ParamType::Real;
    share.defaultValue = 0.02;
    share.minimum = 0;
    share.maximum = 1;
    share.help =
        "Rows of earlier tasks added to each batch, as a share of the batch; fractions add up over the "
        "steps.";
    share.source = "2 % in the baselines of O-LoRA";
    ParamInfo memory;
    memory.key = "memory";
    memory.label = "Rows kept per task";
    memory.type = ParamType::Integer;
    memory.defaultValue = 0;
    memory.minimum = 0;
    memory.unit = "rows";
    memory.help = "How many training rows of each finished task may be drawn; 0 keeps all.";
    entry.info.params = {share, memory};
    entry.create = [] { return std::unique_ptr<Method>(std::make_unique<Replay>()); };
    return entry;
}

}  // namespace jumplora::methods
