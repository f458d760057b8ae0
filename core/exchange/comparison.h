// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "exchange/run_tables.h"

#include <string>
#include <vector>

namespace jumplora {

// What stands behind ±.
enum class SpreadKind { Deviation, StandardError, Interval95 };
const char* spreadName(SpreadKind kind);  // "sd", "SE", "95 % CI"
// Of a sample standard deviation over n values; NaN where n < 2.
double spreadOf(double deviation, std::int64_t n, SpreadKind kind);
// Every mean of the table with the other spread; says so in a comment.
Table withSpread(Table table, SpreadKind kind);

enum class PairedTest { StudentT, Wilcoxon };

// Every metric of every group minus that of the group `baseline` over the seeds that both have, tested; p
// corrected by Holm over all tests of the table. One row a group and metric; without a p the reason stands in
// its place. Groups that learned other tasks than the baseline are not compared, a comment says so.
Table testedDifferenceTable(const std::vector<ExportRun>& runs, const std::vector<SeedGroup>& groups,
                            std::size_t baseline, PairedTest test);

}  // namespace jumplora
