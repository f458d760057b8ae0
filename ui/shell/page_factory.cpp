// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/page_factory.h"

#include "session/window_context.h"
#include "shell/help_page.h"
#include "shell/settings_page.h"
#include "shell/shortcuts_page.h"

#if __has_include("setup/setup_page.h")
#include "setup/setup_page.h"
#define HAS_SETUP
#endif
#if __has_include("live/live_page.h")
#include "live/live_page.h"
#define HAS_LIVE
#endif
#if __has_include("queue/queue_page.h")
#include "queue/queue_page.h"
#define HAS_QUEUE
#endif
#if __has_include("runs/runs_page.h")
#include "runs/runs_page.h"
#define HAS_RUNS
#endif
#if __has_include("runs/compare_page.h")
#include "runs/compare_page.h"
#define HAS_COMPARE
#endif
#if __has_include("adapters/adapters_page.h")
#include "adapters/adapters_page.h"
#define HAS_ADAPTERS
#endif
#if __has_include("results/results_page.h")
#include "results/results_page.h"
#define HAS_RESULTS
#endif

#include <QLabel>
#include <QVBoxLayout>

namespace jumplora {
namespace {

// In the place of a page that this build does not have yet.
[[maybe_unused]] Page* absentPage(const QString& name, const QString& title, QWidget* parent) {
    auto* page = new Page(name, title, parent);
    auto* layout = new QVBoxLayout(page);
    auto* label = new QLabel(Page::tr("This build has no page “%1”.").arg(title), page);
    label->setAlignment(Qt::AlignCenter);
    layout->addWidget(label);
    return page;
}

}  // namespace

std::vector<Page*> makePages(WindowContext& context, QWidget* parent) {
    const auto name = [](const char* text) { return QString::fromLatin1(text); };
    std::vector<Page*> pages;
#ifdef HAS_SETUP
    pages.push_back(new SetupPage(context));
#else
    pages.push_back(absentPage(name("setupPage"), Page::tr("Set-up"), parent));
#endif
#ifdef HAS_LIVE
    pages.push_back(new LivePage(context));
#else
    pages.push_back(absentPage(name("livePage"), Page::tr("Live"), parent));
#endif
#ifdef HAS_QUEUE
    pages.push_back(new QueuePage(context));
#else
    pages.push_back(absentPage(name("queuePage"), Page::tr("Queue"), parent));
#endif
#ifdef HAS_RUNS
    pages.push_back(new RunsPage(context));
#else
    pages.push_back(absentPage(name("runsPage"), Page::tr("Runs"), parent));
#endif
#ifdef HAS_ADAPTERS
    pages.push_back(new AdaptersPage(context));
#else
    pages.push_back(absentPage(name("adaptersPage"), Page::tr("Adapters"), parent));
#endif
#ifdef HAS_RESULTS
    pages.push_back(new ResultsPage(context));
#else
    pages.push_back(absentPage(name("resultsPage"), Page::tr("Results"), parent));
#endif
#ifdef HAS_COMPARE
    pages.push_back(new ComparePage(context));
#else
    pages.push_back(absentPage(name("comparePage"), Page::tr("Compare"), parent));
#endif
    pages.push_back(new SettingsPage(context, parent));
    pages.push_back(new HelpPage(context, parent));
    pages.push_back(new ShortcutsPage(context, parent));
    return pages;
}

}  // namespace jumplora
