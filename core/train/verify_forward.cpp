// SPDX-License-Identifier: Apache-2.0
#include "base/error.h"
#include "train/recorded_tensor.h"
#include "train/verify.h"
#include "train/verify_forward_parts.h"

namespace jumplora {
namespace {

VerifyReport verifyRecord(const std::filesystem::path& folder, const VerifyOptions& options) {
    const SafetensorsFile golden(folder / "golden.safetensors");
    const auto& metadata = golden.metadata();
    if (metadata.count("format") != 0 && metadata.at("format") != "jumplora-golden-forward/1")
        fail(ErrorKind::Format, "{}: format \"{}\" is not a recorded forward pass", golden.path().string(),
             metadata.at("format"));
    BackboneOptions backboneOptions;
    backboneOptions.dtype = options.float64 ? at::kDouble : at::kFloat;
    const auto folderUsed = options.model.empty() ? folder : options.model;
    const auto backbone = loadBackbone(folderUsed.string(), backboneOptions);

    VerifyReport report;
    report.title = fmt::format("forward {} ({}, {})", folder.string(), backbone->architecture(),
                               options.float64 ? "float64" : "float32");
    verifyRecordedPass(*backbone, golden, report);
    return report;
}

}  // namespace

void verifyRecordedPass(Backbone& model, const SafetensorsFile& golden, VerifyReport& report) {
    if (auto* encoderDecoder = dynamic_cast<T5*>(&model)) {
        verifyEncoderDecoder(*encoderDecoder, golden, report);
    } else {
        verifyDecoderOnly(dynamic_cast<Llama&>(model), golden, report);
    }
}

VerifyReport verifyForward(const std::filesystem::path& folder, const VerifyOptions& options) {
    return refusingMisfits(folder.string(), [&] { return verifyRecord(folder, options); });
}

}  // namespace jumplora
