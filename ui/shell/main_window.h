// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "runs/run_loader.h"

#include <QFutureWatcher>
#include <QMainWindow>
#include <filesystem>

class QAction;
class QLabel;
class QStackedWidget;
class QTableView;

namespace jumplora {

class RunModel;

// Lists the stored runs. The database is read on a worker thread; F5 reads it again.
class MainWindow : public QMainWindow {
    Q_OBJECT

  public:
    explicit MainWindow(std::filesystem::path database, QWidget* parent = nullptr);
    ~MainWindow() override;

    // Starts reading; does nothing while a reading is under way.
    void refresh();

  Q_SIGNALS:
    // The table, or the sentence in its place, shows what was read.
    void refreshed();

  private:
    void createActions();
    void createPages();
    void display(RunListing listing);
    // A sentence in place of the table.
    void say(const QString& sentence);

    std::filesystem::path m_database;
    QFutureWatcher<RunListing> m_reading;
    RunModel* m_model;
    QStackedWidget* m_pages;
    QTableView* m_table;
    QLabel* m_sentence;
    QAction* m_refreshAction;
};

}  // namespace jumplora
