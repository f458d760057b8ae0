// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/page_factory.h"

#include "adapters/adapters_page.h"
#include "live/live_page.h"
#include "queue/queue_page.h"
#include "results/results_page.h"
#include "runs/compare_page.h"
#include "runs/runs_page.h"
#include "setup/setup_page.h"
#include "shell/help_page.h"
#include "shell/settings_page.h"
#include "shell/shortcuts_page.h"

namespace jumplora {

std::vector<Page*> makePages(WindowContext& context, QWidget* parent) {
    return {new SetupPage(context, parent),   new LivePage(context),
            new QueuePage(context, parent),   new RunsPage(context, parent),
            new AdaptersPage(context),        new ResultsPage(context, parent),
            new ComparePage(context, parent), new SettingsPage(context, parent),
            new HelpPage(context, parent),    new ShortcutsPage(context, parent)};
}

}  // namespace jumplora
