// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "parts/actions.h"
#include "parts/english_plurals.h"
#include "parts/settings.h"
#include "session/jobs.h"
#include "session/run_queue.h"
#include "session/session.h"
#include "theme/theme.h"

#include <filesystem>

namespace jumplora {

struct WorkbenchPlaces {
    std::filesystem::path database;      // index of the runs
    std::filesystem::path settingsFile;  // what the window remembers
    std::filesystem::path runsFolder;    // empty: what the settings say, else runs/ in the data folder
    std::filesystem::path program;       // the command line; empty: beside this program
};

// Everything behind the window; lives longer than it.
class Workbench {
  public:
    explicit Workbench(const WorkbenchPlaces& places);

    EnglishPlurals plurals;
    Theme theme;
    ActionRegistry actions;
    Settings settings;
    Jobs jobs;
    Session session;
    RunQueue queue;
};

}  // namespace jumplora
