// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Every key that the window remembers stands in this file. "layout/" keys are forgotten by Reset layout.
namespace jumplora::keys {

// Window.
inline constexpr const char* kGeometry = "layout/geometry";
inline constexpr const char* kPage = "layout/page";
inline constexpr const char* kTheme = "look/theme";           // system, light, dark, contrast
inline constexpr const char* kTextScale = "look/text_scale";  // 1.0 .. 2.0
inline constexpr const char* kReduceMotion = "look/reduce_motion";
// Folders.
inline constexpr const char* kRunsFolder = "folders/runs";
inline constexpr const char* kModelsFolder = "folders/models";
inline constexpr const char* kRecentBackbones = "folders/recent_backbones";
inline constexpr const char* kDataFolder = "folders/data";
inline constexpr const char* kLastFolder = "folders/last";  // of file dialogs
inline constexpr const char* kRecentSpecs = "folders/recent_specs";
// Running.
inline constexpr const char* kThreads = "run/threads";  // 0 = every core
inline constexpr const char* kChildren = "run/children";
inline constexpr const char* kContinueOnError = "run/continue_on_error";
inline constexpr const char* kOnClose = "run/on_close";  // ask, background, pause, stop
inline constexpr const char* kNotifyEnd = "run/notify_end";
inline constexpr const char* kFirstRunDone = "run/first_run_done";
inline constexpr const char* kLastSpec = "run/last_spec";
// Set-up.
inline constexpr const char* kSetupSplitter = "layout/setup_splitter";
// Live.
inline constexpr const char* kLiveCards = "layout/live_cards";
inline constexpr const char* kLiveAxis = "layout/live_axis";
inline constexpr const char* kLiveSmoothing = "layout/live_smoothing";
// Queue.
inline constexpr const char* kQueueColumns = "layout/queue_columns";
inline constexpr const char* kQueueSplitter = "layout/queue_splitter";
// Runs and compare.
inline constexpr const char* kRunColumns = "layout/run_columns";
inline constexpr const char* kRunViews = "views/runs";
inline constexpr const char* kRunSplitter = "layout/run_splitter";
inline constexpr const char* kCompareTab = "layout/compare_tab";
// Adapters, results, export.
inline constexpr const char* kAdaptersSplitter = "layout/adapters_splitter";
inline constexpr const char* kResultsSplitter = "layout/results_splitter";
inline constexpr const char* kExportChoice = "export/choice";  // what the last export was made with

}  // namespace jumplora::keys
