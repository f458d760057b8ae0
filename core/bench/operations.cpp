// SPDX-License-Identifier: Apache-2.0
#include "bench/operations.h"

#include "base/torch_api.h"

#include <algorithm>
#include <chrono>
#include <map>

namespace jumplora {
namespace {

using Clock = std::chrono::steady_clock;

struct Frame {
    std::string name;
    Clock::time_point start;
    double inner = 0;  // seconds of what it called
};

// Callbacks are plain functions, so what they write to has to stand outside.
thread_local std::vector<Frame> frames;
thread_local std::map<std::string, OperationTime> totals;

std::unique_ptr<at::ObserverContext> begin(const at::RecordFunction& function) {
    frames.push_back({function.name(), Clock::now()});
    return nullptr;
}

void end(const at::RecordFunction&, at::ObserverContext*) {
    if (frames.empty()) return;
    const Frame frame = frames.back();
    frames.pop_back();
    const double seconds = std::chrono::duration<double>(Clock::now() - frame.start).count();
    if (!frames.empty()) frames.back().inner += seconds;
    OperationTime& total = totals[frame.name];
    total.name = frame.name;
    ++total.calls;
    total.seconds += seconds - frame.inner;
}

}  // namespace

std::vector<OperationTime> timeOperations(const std::function<void()>& body) {
    frames.clear();
    totals.clear();
    const auto handle = at::addThreadLocalCallback(at::RecordFunctionCallback(begin, end));
    const auto start = Clock::now();
    body();
    const double whole = std::chrono::duration<double>(Clock::now() - start).count();
    at::removeCallback(handle);
    std::vector<OperationTime> sorted;
    double counted = 0;
    for (const auto& [name, total] : totals) {
        sorted.push_back(total);
        counted += total.seconds;
    }
    sorted.push_back({"(outside of operators)", 1, whole - counted});
    std::sort(sorted.begin(), sorted.end(),
              [](const OperationTime& a, const OperationTime& b) { return a.seconds > b.seconds; });
    return sorted;
}

}  // namespace jumplora
