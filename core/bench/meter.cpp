// SPDX-License-Identifier: Apache-2.0
#include "bench/meter.h"

#include "base/resources.h"
#include "base/torch_api.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <fstream>
#include <memory>
#include <string>

namespace jumplora {
namespace {

// Highest priority there is: nothing else may replace an allocator while it is measured.
constexpr std::uint8_t kPriority = 255;

c10::Allocator* libraryAllocator = nullptr;
std::atomic<std::int64_t> liveBytes{0};
std::atomic<std::int64_t> peakBytes{0};

struct Block {
    at::DataPtr memory;
    std::int64_t bytes;
};

void release(void* context) {
    const std::unique_ptr<Block> block(static_cast<Block*>(context));
    liveBytes -= block->bytes;
}

// The library's own allocator, with every block counted.
class CountingAllocator : public c10::Allocator {
  public:
    // One of the two overrides: LibTorch 1.13 declares the const one, 2.x the other, and 2.x asks for
    // copy_data. NOLINTBEGIN(modernize-use-override, cppcoreguidelines-explicit-virtual-functions)
    at::DataPtr allocate(std::size_t bytes) const { return counted(bytes); }
    at::DataPtr allocate(std::size_t bytes) { return counted(bytes); }
    void copy_data(void* target, const void* source, std::size_t count) const {
        std::memcpy(target, source, count);
    }
    // NOLINTEND(modernize-use-override, cppcoreguidelines-explicit-virtual-functions)

  private:
    static at::DataPtr counted(std::size_t bytes) {
        auto block = std::make_unique<Block>();
        block->memory = libraryAllocator->allocate(bytes);
        block->bytes = static_cast<std::int64_t>(bytes);
        const std::int64_t live = liveBytes += block->bytes;
        std::int64_t peak = peakBytes;
        while (live > peak && !peakBytes.compare_exchange_weak(peak, live)) {
        }
        void* data = block->memory.get();
        return {data, block.release(), release, c10::Device(c10::DeviceType::CPU)};
    }
};

CountingAllocator countingAllocator;

// The kernel's record of the highest resident set; false where it cannot be set back.
bool forgetResidentPeak() {
    return static_cast<bool>(std::ofstream("/proc/self/clear_refs") << "5" << std::flush);
}

std::int64_t residentPeakBytes() {
    std::ifstream status("/proc/self/status");
    std::string key;
    while (status >> key) {
        if (key == "VmHWM:") {
            std::int64_t kib = 0;
            status >> kib;
            return kib * 1024;
        }
    }
    return 0;
}

}  // namespace

TensorMeter::TensorMeter() {
    libraryAllocator = c10::GetAllocator(c10::DeviceType::CPU);
    liveBytes = 0;
    peakBytes = 0;
    c10::SetAllocator(c10::DeviceType::CPU, &countingAllocator, kPriority);
}

TensorMeter::~TensorMeter() { c10::SetAllocator(c10::DeviceType::CPU, libraryAllocator, kPriority); }

std::int64_t TensorMeter::peak() const { return peakBytes; }

Measured measure(const BenchOptions& options, const std::function<void()>& body) {
    Measured measured;
    measured.residentBefore = residentBytes();
    for (std::int64_t i = 0; i < options.warmup; ++i) body();
    const TensorMeter meter;
    forgetResidentPeak();
    for (std::int64_t i = 0; options.next ? options.next() : i < std::max<std::int64_t>(options.repeats, 1);
         ++i) {
        const auto start = std::chrono::steady_clock::now();
        body();
        measured.seconds.push_back(
            std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
        if (options.finished) options.finished(measured.seconds.back());
    }
    measured.allocatedPeak = meter.peak();
    measured.residentPeak = residentPeakBytes();
    return measured;
}

}  // namespace jumplora
