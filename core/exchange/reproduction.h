// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "exchange/table.h"
#include "train/run_directory.h"

#include <string>
#include <vector>

namespace jumplora {

// What two computations of one spec left behind, compared.
struct ReproductionCheck {
    struct Row {
        std::string what;  // "events", "adapters/task_01.safetensors", "after task 2 on yelp", "blas", ...
        std::string original;
        std::string again;
        bool counts = true;  // false: a circumstance, which may explain a difference but is none itself
    };
    std::vector<Row> differences;
    std::int64_t events = 0;    // of the result, compared one by one
    std::int64_t adapters = 0;  // files, by SHA-256
    std::int64_t cells = 0;     // of the matrix
    [[nodiscard]] bool equal() const;
};

// Events without times, measured rates and what belongs to a folder (ids, hashes of paths), adapters by their
// bytes, the matrix by its numbers; circumstances from run.json. Throws Error(Format) for damaged runs.
ReproductionCheck compareReproduction(const RunDirectory& original, const RunDirectory& again);

Table reproductionTable(const ReproductionCheck& check);

}  // namespace jumplora
