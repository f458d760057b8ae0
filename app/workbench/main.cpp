// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/start_up.h"
#include "parts/settings.h"
#include "shell/main_window.h"
#include "shell/workbench.h"
#include "store/store.h"

#include <QApplication>
#include <QCommandLineParser>
#include <QIcon>
#include <cstdio>
#include <filesystem>

int main(int argc, char** argv) {
    jumplora::prepareProcess(argv, true);
    QApplication application(argc, argv);
    QApplication::setApplicationName("jumplora-workbench");
    QApplication::setApplicationDisplayName("JumpLoRA Workbench");
    QApplication::setApplicationVersion(JUMPLORA_VERSION);
    QApplication::setDesktopFileName("jumplora-workbench");
    QApplication::setStyle("Fusion");

    QCommandLineParser parser;
    parser.setApplicationDescription("Window of the JumpLoRA workbench.");
    parser.addHelpOption();
    parser.addVersionOption();
    const QCommandLineOption database("db", "The index of the runs.", "file");
    const QCommandLineOption runs("runs", "Folder of new runs.", "folder");
    const QCommandLineOption settings("settings", "File with what the window remembers.", "file");
    const QCommandLineOption resetLayout("reset-layout", "Forget sizes, columns and the order of cards.");
    parser.addOptions({database, runs, settings, resetLayout});
    parser.process(application);

    const auto pathOf = [&](const QCommandLineOption& option, const std::filesystem::path& fallback) {
        return parser.isSet(option) ? std::filesystem::absolute(parser.value(option).toStdString())
                                    : fallback;
    };
    jumplora::Workbench workbench({.database = pathOf(database, jumplora::Store::defaultFile()),
                                   .settingsFile = pathOf(settings, jumplora::Settings::defaultFile()),
                                   .runsFolder = pathOf(runs, {}),
                                   .program = {}});
    if (parser.isSet(resetLayout)) workbench.settings.resetLayout();
    jumplora::MainWindow window(workbench);
    window.show();
    return QApplication::exec();
}
