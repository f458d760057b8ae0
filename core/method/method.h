// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "adapter/adapter_set.h"
#include "method/method_info.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace jumplora {

// What happens to the adapter between tasks.
enum class AdapterLife {
    FreshMerged,  // a new adapter per task; the finished one is merged into the base weights
    Continued,    // one adapter trained on through all tasks
    Independent,  // a new adapter per task on the untouched base: one model per task
    Joint,        // all tasks trained together as one
};

struct PenaltyTerm {
    std::string name;
    double value = 0;  // weighted, as added to the loss
};

// What a method may do with a finished task's data.
struct TaskData {
    std::int64_t rows = 0;
    // Computes the cross-entropy gradient of single training rows, one after another (at most maxRows, drawn
    // without replacement from an explicit generator), and calls `use` after each; gradients are cleared
    // before each.
    std::function<void(std::int64_t maxRows, const std::function<void()>& use)> perRowGradients;
};

// State that cannot be rebuilt from the stored adapters; goes into checkpoints as it is.
using MethodState = std::map<std::string, at::Tensor>;

// A continual-learning method. It sees ΔW_eff, A and B of each module through the AdapterSet and never asks
// whether a gate is on. Hooks are called in the order in which they stand here; every one may be left out.
class Method {
  public:
    virtual ~Method() = default;
    Method() = default;
    Method(const Method&) = delete;
    Method& operator=(const Method&) = delete;

    [[nodiscard]] virtual AdapterLife life() const { return AdapterLife::FreshMerged; }
    // Parameters of the coming task (the run's own with the task's overrides); complete and checked.
    virtual void configure(const Json& parameters) = 0;
    // Share of each batch to be drawn from the training rows of earlier tasks, and how many rows per task are
    // kept for it (0 = all).
    [[nodiscard]] virtual double replayShare() const { return 0; }
    [[nodiscard]] virtual std::int64_t replayMemory() const { return 0; }
    // Adds each term's gradient to the parameters and its weighted value to `terms`. Once per optimizer step.
    virtual void addPenalties(AdapterSet& adapters, std::vector<PenaltyTerm>& terms) {
        (void)adapters;
        (void)terms;
    }
    // After the last step of a task, adapter in place, before merging. May look at the task's data; what it
    // learns goes into state().
    virtual void finishTask(AdapterSet& adapters, const TaskData& data) {
        (void)adapters;
        (void)data;
    }
    // Takes what it needs of a finished adapter (in place, not yet merged). Called again for every finished
    // task when a run is resumed, so it must depend on the adapter alone.
    virtual void absorb(AdapterSet& adapters) { (void)adapters; }
    // W_past per module of a method that keeps one (null otherwise), so that `verify` can compare and replace
    // it.
    [[nodiscard]] virtual const std::vector<at::Tensor>* past() const { return nullptr; }
    virtual void setPast(const std::vector<at::Tensor>& past) { (void)past; }
    [[nodiscard]] virtual MethodState state() const { return {}; }
    virtual void setState(const MethodState& state) { (void)state; }
};

struct MethodEntry {
    MethodInfo info;
    std::unique_ptr<Method> (*create)();
};

// The method of this key with its parameters set. Throws Error(Input) for an unknown key.
std::unique_ptr<Method> createMethod(const std::string& key, const Json& parameters);

}  // namespace jumplora
