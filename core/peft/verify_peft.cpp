// SPDX-License-Identifier: Apache-2.0
#include "peft/verify_peft.h"

#include "base/error.h"
#include "peft/lora_adapter.h"
#include "train/verify_compare.h"
#include "train/verify_forward_parts.h"

namespace jumplora {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFormat = "jumplora-golden-peft/1";
constexpr const char* kMerged = "merged/";
constexpr double kMergedLimit = 1e-6;  // of the largest absolute value

fs::path baseFolder(const fs::path& folder, const SafetensorsFile& golden, const VerifyOptions& options) {
    if (!options.model.empty()) return options.model;
    const std::string& base = golden.requireMetadata("base");
    if (base.empty() || base == "." || base == ".." || base.find('/') != std::string::npos)
        fail(ErrorKind::Format, "{}: base \"{}\" is not the name of a folder beside it",
             golden.path().string(), base);
    return fs::absolute(folder).lexically_normal().parent_path() / base;
}

void compareMerged(Backbone& backbone, const SafetensorsFile& golden, VerifyReport& report) {
    std::size_t compared = 0;
    for (const TensorSlot& slot : backbone.parameters()) {
        if (golden.find(kMerged + slot.name) == nullptr) continue;
        const at::Tensor recorded =
            recordedTensor(golden, kMerged + slot.name, slot.tensor->sizes().vec(), at::kDouble);
        report.add("merged weights", compareTensors(*slot.tensor, recorded).relative(), kMergedLimit,
                   "of largest", slot.name);
        ++compared;
    }
    for (const TensorView& view : golden.tensors())
        if (view.name.starts_with(kMerged) && compared-- == 0)
            fail(ErrorKind::Format, "{}: some recorded merged weights belong to no weight of the backbone",
                 golden.path().string());
}

// What one forward pass differs by, under names of its own.
void addPass(Backbone& backbone, const SafetensorsFile& golden, const std::string& name,
             VerifyReport& report) {
    VerifyReport pass;
    verifyRecordedPass(backbone, golden, pass);
    for (const VerifyCheck& check : pass.checks)
        report.add(fmt::format("{}, {}", check.quantity, name), check.error, check.limit, check.unit,
                   check.where, check.informative);
    report.notes.insert(report.notes.end(), pass.notes.begin(), pass.notes.end());
}

VerifyReport verifyRecord(const fs::path& folder, const VerifyOptions& options) {
    const SafetensorsFile golden(folder / "golden.safetensors");
    if (golden.requireMetadata("format") != kFormat)
        fail(ErrorKind::Format, "{}: format \"{}\" is not a recorded adapter", golden.path().string(),
             golden.requireMetadata("format"));
    BackboneOptions backboneOptions;
    backboneOptions.dtype = options.float64 ? at::kDouble : at::kFloat;
    const auto backbone = loadBackbone(baseFolder(folder, golden, options).string(), backboneOptions);
    const LoraAdapter adapter(folder, *backbone);
    VerifyReport report;
    report.title = fmt::format("peft {} on {} ({})", folder.string(), backbone->architecture(),
                               options.float64 ? "float64" : "float32");
    {
        const LoraAdapter::InPlace inPlace(adapter);
        addPass(*backbone, golden, "adapter in place", report);
    }
    adapter.merge();
    compareMerged(*backbone, golden, report);
    addPass(*backbone, golden, "merged", report);
    return report;
}

}  // namespace

bool isRecordedAdapter(const fs::path& folder) {
    const fs::path file = folder / "golden.safetensors";
    if (!fs::exists(file)) return false;
    const SafetensorsFile golden(file);
    const auto format = golden.metadata().find("format");
    return format != golden.metadata().end() && format->second == kFormat;
}

VerifyReport verifyPeft(const fs::path& folder, const VerifyOptions& options) {
    return refusingMisfits(folder.string(), [&] { return verifyRecord(folder, options); });
}

}  // namespace jumplora
