// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/main_window.h"

#include "runs/run_model.h"

#include <QAction>
#include <QHeaderView>
#include <QLabel>
#include <QMenuBar>
#include <QStackedWidget>
#include <QStatusBar>
#include <QTableView>
#include <QtConcurrent>
#include <utility>

namespace jumplora {

MainWindow::MainWindow(std::filesystem::path database, QWidget* parent)
    : QMainWindow(parent),
      m_database(std::move(database)),
      m_model(new RunModel(this)),
      m_pages(new QStackedWidget(this)),
      m_table(new QTableView(m_pages)),
      m_sentence(new QLabel(m_pages)),
      m_refreshAction(new QAction(tr("&Refresh"), this)) {
    setObjectName("mainWindow");
    setWindowTitle(tr("JumpLoRA Workbench"));
    resize(1180, 640);
    createPages();
    createActions();
    connect(&m_reading, &QFutureWatcher<RunListing>::finished, this,
            // Not takeResult(): a future without its result never counts as finished again.
            [this] { display(m_reading.result()); });
    refresh();
}

MainWindow::~MainWindow() { m_reading.waitForFinished(); }

void MainWindow::createPages() {
    m_table->setObjectName("runTable");
    m_table->setAccessibleName(tr("Runs"));
    m_table->setModel(m_model);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setAlternatingRowColors(true);
    m_table->setShowGrid(false);
    m_table->setWordWrap(false);
    m_table->verticalHeader()->hide();
    m_table->horizontalHeader()->setStretchLastSection(true);
    m_table->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    m_sentence->setObjectName("emptySentence");
    m_sentence->setAlignment(Qt::AlignCenter);
    m_sentence->setWordWrap(true);
    m_sentence->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_sentence->setMargin(32);
    m_pages->addWidget(m_table);
    m_pages->addWidget(m_sentence);
    setCentralWidget(m_pages);
}

void MainWindow::createActions() {
    m_refreshAction->setObjectName("refreshAction");
    m_refreshAction->setShortcut(QKeySequence::Refresh);
    connect(m_refreshAction, &QAction::triggered, this, &MainWindow::refresh);
    auto* quit = new QAction(tr("&Quit"), this);
    quit->setShortcut(QKeySequence::Quit);
    connect(quit, &QAction::triggered, this, &QWidget::close);
    menuBar()->addMenu(tr("&File"))->addAction(quit);
    menuBar()->addMenu(tr("&View"))->addAction(m_refreshAction);
}

void MainWindow::refresh() {
    if (m_reading.isRunning()) return;
    m_refreshAction->setEnabled(false);
    statusBar()->showMessage(tr("Reading %1…").arg(QString::fromStdString(m_database.string())));
    m_reading.setFuture(QtConcurrent::run(loadRuns, m_database));
}

void MainWindow::display(RunListing listing) {
    m_refreshAction->setEnabled(true);
    const QString file = QString::fromStdString(m_database.string());
    const auto count = listing.runs.size();
    if (!listing.error.isEmpty()) {
        say(listing.error);
        statusBar()->showMessage(tr("%1 could not be read").arg(file));
    } else if (count == 0) {
        say(tr("No runs yet. A run started with “jumplora run” appears here; F5 looks again."));
        statusBar()->showMessage(file);
    } else {
        m_model->setRuns(std::move(listing.runs));
        m_table->resizeColumnsToContents();
        m_pages->setCurrentWidget(m_table);
        statusBar()->showMessage(count == 1 ? tr("1 run in %1").arg(file)
                                            : tr("%1 runs in %2").arg(count).arg(file));
    }
    Q_EMIT refreshed();
}

void MainWindow::say(const QString& sentence) {
    m_model->setRuns({});
    m_sentence->setText(sentence);
    m_pages->setCurrentWidget(m_sentence);
}

}  // namespace jumplora
