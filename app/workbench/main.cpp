// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/blas.h"
#include "shell/main_window.h"
#include "store/store.h"

#include <QApplication>
#include <QCommandLineParser>
#include <filesystem>

int main(int argc, char** argv) {
    jumplora::ensureFastBlas(argv);
    QApplication application(argc, argv);
    QApplication::setApplicationName("jumplora-workbench");
    QApplication::setApplicationDisplayName("JumpLoRA Workbench");
    QApplication::setApplicationVersion(JUMPLORA_VERSION);
    QApplication::setStyle("Fusion");

    QCommandLineParser parser;
    parser.setApplicationDescription("Lists the stored runs.");
    parser.addHelpOption();
    parser.addVersionOption();
    const QCommandLineOption database("db", "The database to show.", "file");
    parser.addOption(database);
    parser.process(application);

    const std::filesystem::path file = parser.isSet(database)
                                           ? std::filesystem::path(parser.value(database).toStdString())
                                           : jumplora::Store::defaultFile();
    jumplora::MainWindow window(file);
    window.show();
    return QApplication::exec();
}
