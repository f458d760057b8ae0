// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/workbench.h"

#include "train/run_directory.h"

#include <QCoreApplication>

namespace jumplora {
namespace {

SessionPlaces sessionPlaces(const WorkbenchPlaces& places, const Settings& settings) {
    SessionPlaces result;
    result.runsFolder = places.runsFolder;
    if (result.runsFolder.empty()) result.runsFolder = settings.get<QString>(keys::kRunsFolder).toStdString();
    if (result.runsFolder.empty()) result.runsFolder = dataFolder() / "runs";
    result.program = places.program;
    if (result.program.empty())
        result.program =
            std::filesystem::path(QCoreApplication::applicationDirPath().toStdString()) / "jumplora";
    result.logsFolder = places.database.parent_path() / "logs";
    return result;
}

std::filesystem::path queueFile(const WorkbenchPlaces& places) {
    return places.database.parent_path() / (places.database.stem().string() + ".queue.json");
}

}  // namespace

Workbench::Workbench(const WorkbenchPlaces& places)
    : settings(places.settingsFile),
      jobs(places.database),
      session(jobs, sessionPlaces(places, settings)),
      queue(queueFile(places), session, settings) {}

}  // namespace jumplora
