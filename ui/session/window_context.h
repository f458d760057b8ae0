// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "parts/actions.h"
#include "parts/page.h"
#include "parts/settings.h"
#include "session/jobs.h"
#include "session/run_queue.h"
#include "session/session.h"
#include "theme/theme.h"

namespace jumplora {

// What pages ask of the window around them. Page names are object names: "livePage", "setupPage", ...
class Navigator {
  public:
    virtual ~Navigator() = default;
    virtual void showPage(const QString& page) = 0;
    // Shows the page and hands it the request (Page::open).
    virtual void showPage(const QString& page, const PageRequest& request) = 0;
    virtual void showNotice(const Notice& notice) = 0;
    // A page of the documentation: "window.md#live".
    virtual void showHelp(const QString& topic) = 0;
};

// Everything a page needs; lives as long as the window.
struct WindowContext {
    Theme& theme;
    ActionRegistry& actions;
    Settings& settings;
    Jobs& jobs;
    Session& session;
    RunQueue& queue;
    Navigator& navigator;
};

}  // namespace jumplora
