// SPDX-License-Identifier: Apache-2.0
#include "base/error.h"
#include "base/file.h"
#include "base/random.h"
#include "bench/workload.h"
#include "store/store_writer.h"
#include "train/trainer.h"
#include "weights/safetensors.h"

#include <unistd.h>

namespace jumplora {
namespace {

class ScratchFolder {
  public:
    ScratchFolder()
        : m_path(std::filesystem::temp_directory_path() / fmt::format("jumplora-bench-{}", getpid())) {
        makeFolder(m_path);
    }
    ~ScratchFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(m_path, ignored);
    }
    ScratchFolder(const ScratchFolder&) = delete;
    ScratchFolder& operator=(const ScratchFolder&) = delete;
    [[nodiscard]] const std::filesystem::path& path() const { return m_path; }

  private:
    std::filesystem::path m_path;
};

std::int64_t writeCheckpointFolder(const BenchShape& shape, const std::filesystem::path& folder) {
    T5 model(shape.config, {}, 1, 1.0);
    std::vector<TensorToWrite> tensors;
    for (const TensorSlot& slot : model.parameters()) {
        const auto* data = static_cast<const std::byte*>(slot.tensor->data_ptr());
        tensors.push_back({slot.name, DType::F32, slot.tensor->sizes().vec(), {data, slot.tensor->nbytes()}});
    }
    writeFileAtomically(folder / "config.json", toJson(shape.config).dump(2));
    return writeSafetensors(folder / "model.safetensors", tensors, {{"format", "pt"}});
}

constexpr std::int64_t kStoredSteps = 20000;

StepMetrics storedStep(std::int64_t step) {
    StepMetrics metrics;
    metrics.task = 1;
    metrics.step = step;
    metrics.globalStep = step;
    metrics.ce = 1.0 / static_cast<double>(step);
    metrics.penalties = {{"ella", 0.01}};
    metrics.gradNorm = 1;
    metrics.lr = 1e-3;
    metrics.tau = {6e-3};
    metrics.density = 0.0156;
    metrics.rows = 8;
    metrics.tokens = 1000;
    return metrics;
}

}  // namespace

BenchResult benchLoad(const BenchOptions& options) {
    const ScratchFolder scratch;
    const std::int64_t bytes = writeCheckpointFolder(benchShape(options.shape), scratch.path());
    std::unique_ptr<Backbone> loaded;
    BenchResult result;
    take(measure(options,
                 [&] {
                     loaded.reset();
                     loaded = loadBackbone(scratch.path().string(), {});
                 }),
         result);
    result.workload = "load";
    result.settings = {{"shape", options.shape}};
    result.extra["file_bytes"] = bytes;
    result.extra["bytes_per_second"] = static_cast<double>(bytes) / result.median();
    return result;
}

BenchResult benchStore(const BenchOptions& options) {
    const ScratchFolder scratch;
    const RunDirectory directory(scratch.path() / "run");
    makeFolder(directory.path());
    const RunSpec spec = parseRunSpec({{"suite", {{"order", Json::array({"dbpedia"})}}}});
    prepareRun(directory, spec);
    std::int64_t repetition = 0;
    std::string problem;
    BenchResult result;
    take(measure(options,
                 [&] {
                     StoreWriter writer(scratch.path() / fmt::format("index-{}.sqlite", repetition++),
                                        directory.path(), [&](const std::string& text) { problem = text; });
                     for (std::int64_t step = 1; step <= kStoredSteps; ++step)
                         writer.onEvent({0, storedStep(step)});
                     writer.close();
                 }),
         result);
    if (!problem.empty()) fail(ErrorKind::Io, "{}", problem);
    result.workload = "store";
    result.settings = {{"events", kStoredSteps}};
    result.rows = kStoredSteps;
    return result;
}

}  // namespace jumplora
