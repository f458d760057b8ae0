// SPDX-License-Identifier: Apache-2.0
#include "peft/model_export.h"

#include "peft/output_folder.h"
#include "train/run_setup.h"

#include <fmt/format.h>

namespace jumplora {

ModelExport exportModel(const RunDirectory& run, std::int64_t afterTask, const StoredModelOptions& options,
                        const std::string& dtype, const std::filesystem::path& output) {
    makeOutputFolder(output);  // before anything takes time
    StoredModel model(run, options);
    if (afterTask == kLastTask) afterTask = model.availableRows().back();
    model.goTo(afterTask);
    ModelExport result;
    const double blend = model.blend();
    if (afterTask > 0 && model.spec().gate.type != "none" && blend < 1)
        result.notes.push_back(
            fmt::format("the gate was blended in to {:.3g} only; the run evaluated that blend, exported is "
                        "the hard mask that "
                        "merging uses",
                        blend));
    result.folder =
        writeModelFolder(model.merged(), backboneFolder(model.spec().backbone.path), output, dtype);
    return result;
}

}  // namespace jumplora
