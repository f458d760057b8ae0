// SPDX-License-Identifier: GPL-3.0-or-later
// What the page consists of, and how its parts are placed.
#include "parts/name_box.h"
#include "parts/wrap_layout.h"
#include "plots/curve_plot.h"
#include "plots/figure_panel.h"
#include "plots/heat_map.h"
#include "results/report.h"
#include "results/results_page.h"
#include "runs/table_panel.h"

#include <QComboBox>
#include <QGridLayout>
#include <QLabel>
#include <QMenu>
#include <QScrollArea>
#include <QTableView>
#include <QToolButton>
#include <algorithm>

namespace jumplora {
namespace {

constexpr int kThreeColumns = 1500;  // page width
constexpr int kTwoColumns = 700;
constexpr int kPanelHeight = 330;

}  // namespace

void ResultsPage::registerActions() {
    m_context.actions.add({QStringLiteral("results.report"),
                           tr("Report…"),
                           tr("Everything on Results as one HTML or PDF file"),
                           QStringLiteral("report"),
                           objectName(),
                           {}},
                          nullptr, [this] { chooseReport(); });
}

QWidget* ResultsPage::buildHeader() {
    auto* header = new QWidget(this);
    auto* line = new WrapLayout(header);
    m_source = new QToolButton(header);
    m_source->setObjectName("resultSource");
    m_source->setText(tr("Choose runs"));
    m_source->setToolTip(tr("Whose results are shown"));
    m_source->setPopupMode(QToolButton::InstantPopup);
    m_source->setProperty("button", true);
    m_source->setMenu(new QMenu(m_source));
    connect(m_source->menu(), &QMenu::aboutToShow, this, &ResultsPage::readSources);
    line->addWidget(m_source);
    const auto box = [&](const char* name, const QString& label, const QString& tip) {
        auto* text = new QLabel(label, header);
        auto* combo = new QComboBox(header);
        combo->setObjectName(QLatin1String(name));
        combo->setAccessibleName(tip);
        combo->setToolTip(tip);
        text->setBuddy(combo);
        line->addWidget(text);
        line->addWidget(combo);
        return combo;
    };
    m_spread = box("resultSpread", tr("±"), tr("What stands behind ±"));
    for (const SpreadKind kind : {SpreadKind::Deviation, SpreadKind::StandardError, SpreadKind::Interval95})
        m_spread->addItem(QLatin1String(spreadName(kind)));
    m_test = box("resultTest", tr("test"), tr("Against the first group, over runs with the same seed"));
    m_test->addItems({tr("paired t"), tr("Wilcoxon")});
    auto* holm = new QLabel(tr("Holm"), header);
    holm->setToolTip(tr("p is corrected for the number of tests by Holm's method"));
    holm->setProperty("muted", true);
    line->addWidget(holm);
    line->addStretch();
    QToolButton* report = m_context.actions.button(QStringLiteral("results.report"), header);
    report->setObjectName("reportButton");
    report->setProperty("button", true);
    line->addWidget(report);
    connect(m_spread, &QComboBox::currentIndexChanged, this, [this] {
        showTables();
        showFigures();
    });
    connect(m_test, &QComboBox::currentIndexChanged, this, &ResultsPage::showTables);
    return header;
}

QWidget* ResultsPage::buildBody() {
    auto* scroll = new QScrollArea(this);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    auto* body = new QWidget(scroll);
    m_grid = new QGridLayout(body);
    m_grid->setContentsMargins(0, 0, metrics::kGrid, 0);  // off the scroll bar
    m_grid->setSpacing(metrics::kCardGap);
    Theme& theme = m_context.theme;
    m_metrics = new TablePanel(theme, QStringLiteral("metricTable"), tr("Metrics"), body);
    connect(m_metrics, &TablePanel::columnActivated, this, [this] {
        PageRequest request;
        request.runs = m_ids;
        request.text = QStringLiteral("metrics");
        m_context.navigator.showPage(QStringLiteral("comparePage"), request);
    });
    m_matrix = new HeatMap(theme, QStringLiteral("resultMatrix"), tr("Accuracy matrix"), body);
    m_matrix->setPlaceholder(tr("Nothing is evaluated yet."));
    m_matrixPanel = new FigurePanel(m_matrix, body);
    const auto chooser = [&](const char* name, const QString& accessible, int characters) {
        auto* combo = new NameBox(m_matrixPanel);
        combo->setObjectName(QLatin1String(name));
        combo->setAccessibleName(accessible);
        combo->setMinimumContentsLength(characters);
        return combo;
    };
    m_which = chooser("matrixChoice", tr("Matrix"), 4);
    m_which->addItems({tr("A"), tr("B"), tr("B − A")});
    m_groupA = chooser("matrixA", tr("Group A"), 14);
    m_groupB = chooser("matrixB", tr("Group B"), 14);
    for (QComboBox* combo : {m_which, m_groupA, m_groupB}) {
        m_matrixPanel->addControl(combo);
        connect(combo, &QComboBox::currentIndexChanged, this, &ResultsPage::showFigures);
    }
    m_accuracy = new CurvePlot(theme, QStringLiteral("accuracyOverTasks"), tr("Accuracy over tasks"), body);
    m_accuracy->setPlaceholder(tr("Nothing is evaluated yet."));
    m_accuracy->setXAxis(tr("after task"), Quantity::Count);
    Smoothing plain;
    plain.kind = Smoothing::Kind::None;
    m_accuracy->setSmoothing(plain);
    m_accuracyPanel = new FigurePanel(m_accuracy, body);
    m_publishedTable = new TablePanel(theme, QStringLiteral("publishedTable"), tr("Published numbers"), body);
    for (TablePanel* panel : {m_metrics, m_publishedTable})
        connect(panel, &TablePanel::copied, this,
                [this](const QString& sentence) { tell(Notice::Kind::Info, sentence, 4); });
    scroll->setWidget(body);
    arrange();
    return scroll;
}

void ResultsPage::arrange() {
    if (m_grid == nullptr) return;
    const Theme& theme = m_context.theme;
    const int columns = width() >= theme.scaled(kThreeColumns) ? 3
                        : width() >= theme.scaled(kTwoColumns) ? 2
                                                               : 1;
    const int height = theme.scaled(kPanelHeight);
    for (QWidget* panel : {static_cast<QWidget*>(m_matrixPanel), static_cast<QWidget*>(m_accuracyPanel),
                           static_cast<QWidget*>(m_publishedTable)})
        panel->setMinimumHeight(height);
    // All of the groups, up to half a panel.
    const int rows = static_cast<int>(m_metrics->table().rows.size());
    constexpr int kMostRows = 9;
    m_metrics->setFixedHeight(m_metrics->heightFor(std::clamp(rows, 1, kMostRows)));
    if (columns == m_columns) return;
    m_columns = columns;
    while (QLayoutItem* item = m_grid->takeAt(0)) delete item;
    m_grid->addWidget(m_metrics, 0, 0, 1, columns);
    m_grid->addWidget(m_matrixPanel, 1, 0);
    if (columns == 1) {
        m_grid->addWidget(m_accuracyPanel, 2, 0);
        m_grid->addWidget(m_publishedTable, 3, 0);
    } else {
        m_grid->addWidget(m_accuracyPanel, 1, 1);
        if (columns == 3) m_grid->addWidget(m_publishedTable, 1, 2);
        if (columns == 2) m_grid->addWidget(m_publishedTable, 2, 0, 1, 2);
    }
    for (int column = 0; column < 3; ++column) m_grid->setColumnStretch(column, column < columns ? 1 : 0);
    for (int row = 1; row <= 3; ++row) m_grid->setRowStretch(row, row <= 4 - columns ? 1 : 0);
}

void ResultsPage::resizeEvent(QResizeEvent* event) {
    Page::resizeEvent(event);
    arrange();
}

}  // namespace jumplora
