// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "model/backbone.h"
#include "peft/lora_config.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace jumplora {

// A LoRA adapter as peft writes it, read for one backbone: A and B of each adapted layer, and weights that
// are stored as a whole (modules_to_save). Tensors have the backbone's type and device. The backbone has to
// outlive it.
class LoraAdapter {
  public:
    struct Module {
        std::string name;
        at::Tensor* weight = nullptr;  // of the backbone, [m, n]
        Linear* layer = nullptr;       // null for the layer that makes logits
        at::Tensor a, b;               // [r, n], [m, r]
        at::Tensor base;  // in place of the backbone's weight where the file has it; else undefined
        double scaling = 1;
    };
    struct Replacement {
        std::string name;  // "lm_head.weight"
        at::Tensor* weight = nullptr;
        at::Tensor value;
    };

    // Throws Error(Input) for what is not supported, Error(Format) listing tensors that are missing, surplus
    // or of another shape than the backbone and adapter_config.json ask for.
    LoraAdapter(const std::filesystem::path& folder, Backbone& backbone);

    [[nodiscard]] const std::vector<Module>& modules() const { return m_modules; }
    [[nodiscard]] const std::vector<Replacement>& replacements() const { return m_replacements; }
    [[nodiscard]] std::int64_t parameters() const;  // Σ r(m+n) and the replaced weights
    // W += s·BA, and the stored weights in place of the backbone's. Once.
    void merge() const;

    // While alive, the backbone computes with the adapter beside its weights: y = xWᵀ + s(xAᵀ)Bᵀ.
    class InPlace {
      public:
        explicit InPlace(const LoraAdapter& adapter);
        ~InPlace();
        InPlace(const InPlace&) = delete;
        InPlace& operator=(const InPlace&) = delete;

      private:
        struct Layer;
        std::vector<std::unique_ptr<Layer>> m_layers;
        std::vector<std::pair<at::Tensor*, at::Tensor>> m_before;
    };

  private:
    std::vector<Module> m_modules;
    std::vector<Replacement> m_replacements;
};

}  // namespace jumplora
