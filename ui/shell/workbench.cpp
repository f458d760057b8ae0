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

// What the engine asks when a run's settings leave the number of threads open; processes inherit it.
void setThreads(const Settings& settings) {
    const int threads = settings.get<int>(keys::kThreads);
    if (threads > 0) qputenv("OMP_NUM_THREADS", QByteArray::number(threads));
}

}  // namespace

Workbench::Workbench(const WorkbenchPlaces& places)
    : settings(places.settingsFile),
      jobs(places.database),
      session(jobs, sessionPlaces(places, settings)),
      queue(queueFile(places), session, settings) {
    QCoreApplication::installTranslator(&plurals);
    setThreads(settings);
}

}  // namespace jumplora
