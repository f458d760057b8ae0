// SPDX-License-Identifier: Apache-2.0
#pragma once
// Internal to the data room: benchmarks laid out as O-LoRA's repository has them.
#include "data/file_suite.h"

namespace jumplora {

// `folder` is one of
// - a sequence of task configurations, <folder>/<task>/train_tasks.json. Their order is the number of data
//   sets that each one's test_tasks.json names (O-LoRA tests all tasks seen so far), by name where that does
//   not tell;
// - one configuration, <folder>/train_tasks.json: its data sets in the order of the file;
// - the data, <folder>/<TYPE>/<data set>/{train,dev,test,labels}.json: every data set, by type and name.
// A configuration is {"TYPE": [{"dataset name": …, "sampling strategy": …}]}. The data are looked for in
// `root`, else beside the folder and up to three levels above it, there also in CL_Benchmark; the
// instructions (instruction_config*.json: {"TYPE": [{"instruction_type": "zero-shot", "instruction": …}]}) in
// the same places and their configs folders. Prompt, as O-LoRA makes it: instruction, "Option: " with the
// labels joined by ", ", " \n", text, "\nAnswer:"; a type without an instruction (COPA) has text and
// "\nAnswer:" alone. Throws Error(Input) for a folder that is none of these.
FileTasks readOLoraFolder(const std::filesystem::path& folder, const std::string& root);

}  // namespace jumplora
