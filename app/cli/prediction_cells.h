// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "cli/run_lookup.h"
#include "exchange/record_tables.h"

namespace jumplora::cli {

// Which answers of a run.
struct CellChoice {
    std::string after;  // task (number or name), "last" or "all"
    std::string task;   // number or name; empty: all
    bool wrong = false;
    bool outsideOptions = false;
};
void addCellOptions(CLI::App& command, CellChoice& choice);

// Number of a task of the run, from 1, by number or name. Throws Error(Input) with the nearest name.
std::int64_t taskNumber(const RunRow& run, const std::string& task);

// The stored answers that fit, cell by cell. Throws Error(Input) when the run has no such cell.
std::vector<PredictionCell> readCells(const FoundRun& run, const CellChoice& choice);

}  // namespace jumplora::cli
