// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "train/run_directory.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

namespace jumplora {

struct TensorBoardOptions {
    bool histograms = true;  // of |ΔW|; reads every stored adapter
    bool perModule = false;  // histograms and densities of every adapted layer too
    std::function<void(const std::string&)> progress = {};  // gets what is read
};

struct TensorBoardReport {
    std::filesystem::path file;
    std::int64_t scalars = 0;
    std::int64_t histograms = 0;
    std::int64_t images = 0;
};

// Writes a run as an event file for TensorBoard, folder/<run>/events.out.tfevents.…; written again it
// replaces itself. The x axis is the step over the whole run, times are those of the event log. Scalars:
// train/… (cross-entropy, penalties, gradient norm, learning rate), gate/… (f, τ, density, share in the
// window), speed/…, task (its number: where it changes is a border), score/<task>, metrics/… after each task.
// Histograms: abs_delta_w of each task, the unscaled |BA| without its zeros; the limits are powers of
// 10^(1/10). Images: score/matrix after each task and overlap/<measure> after the last. Text: spec, warnings.
TensorBoardReport writeTensorBoard(const RunDirectory& run, const std::filesystem::path& folder,
                                   const TensorBoardOptions& options = {});

}  // namespace jumplora
