// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "train/verify.h"

namespace jumplora {

// Whether a folder holds the recorded outputs of an adapter ("jumplora-golden-peft/1").
bool isRecordedAdapter(const std::filesystem::path& folder);

// A recorded adapter: the forward pass with the adapter in place, the merged weights, and the forward pass
// with these. The backbone is the folder beside it that the record names, or options.model.
VerifyReport verifyPeft(const std::filesystem::path& folder, const VerifyOptions& options);

}  // namespace jumplora
