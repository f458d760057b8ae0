// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "train/run_spec.h"

#include <filesystem>
#include <string>
#include <vector>

namespace jumplora {

// An experiment file is one spec, or {"base": SPEC, "runs": [PART, …], "seeds": [1, 2, …], "grid":
// {"gate.bandwidth": [1e-3, 1e-2]}}: each part is merged over the base (objects key by key; another
// method.type replaces the whole method), then over every combination of the grid and every seed. Names get
// what distinguishes them. Either form may have a "description". `overrides` ("adapter.rank=16") are applied
// to every run and may not name a key that the grid or the seeds vary. Throws Error(Input) naming the file
// and the run.
std::vector<RunSpec> readExperiment(const std::filesystem::path& file,
                                    const std::vector<std::string>& overrides);

// "adapter.rank=16": sets one key by its path; the value is JSON where it parses as such, else a string.
// Another method.type drops the parameters of the method that was there. Throws Error(Input).
void applyOverride(Json& spec, const std::string& assignment);

}  // namespace jumplora
