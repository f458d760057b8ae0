// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "train/probe.h"

#include <QDateTime>
#include <filesystem>
#include <map>
#include <string>

namespace jumplora {

struct Measured {
    ProbeResult result;
    QDateTime when;
};
// By probeKey().
using MeasuredTimes = std::map<std::string, Measured>;

// What runs were measured to cost on this machine, kept over sessions. It is a cache: a file that cannot be
// read is an empty one, and one that cannot be written costs a measurement.
std::filesystem::path measuredTimesFile();
MeasuredTimes readMeasuredTimes(const std::filesystem::path& file);
void writeMeasuredTimes(const std::filesystem::path& file, const MeasuredTimes& times);

}  // namespace jumplora
