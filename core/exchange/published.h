// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "exchange/run_tables.h"

#include <optional>
#include <string>
#include <vector>

namespace jumplora {

// A number of a paper with what is known of how it came about.
struct PublishedResult {
    std::string method;
    std::string key;                  // of the registered method it belongs to; empty when there is none
    std::optional<double> standard;   // share, average after the last task: Standard CL, orders 1 to 3
    std::optional<double> longOrder;  // Long Sequence, orders 4 to 6
    std::vector<SpecValue> settings;  // that are known, by key of the specification
    std::string source;
    std::string note;
};
struct PublishedResults {
    std::string about;
    std::vector<PublishedResult> rows;
};
// resources/published/t5_large.json. Throws Error.
PublishedResults publishedResults();

// The groups' own overall accuracy above the published ones. For a published row of a group's method the last
// column names the settings that differ from that group's, each with a dot; settings that no paper states are
// said to be unknown.
Table publishedTable(const std::vector<ExportRun>& runs, const std::vector<SeedGroup>& groups,
                     const PublishedResults& published);

}  // namespace jumplora
