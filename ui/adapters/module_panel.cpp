// SPDX-License-Identifier: GPL-3.0-or-later
#include "adapters/module_panel.h"

#include "adapters/overlap_breakdown.h"
#include "plots/figure_panel.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QScrollArea>
#include <QSplitter>
#include <QTableView>
#include <QVBoxLayout>
#include <algorithm>
#include <array>

namespace jumplora {
namespace {

struct Loaded {
    std::shared_ptr<const ModuleDelta> delta;
    DeltaHistogram histogram;
};

QWidget* column(const QList<QWidget*>& widgets, const QList<int>& stretch) {
    auto* panel = new QWidget;
    auto* layout = new QVBoxLayout(panel);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(metrics::kGrid);
    for (qsizetype i = 0; i < widgets.size(); ++i) layout->addWidget(widgets[i], stretch[i]);
    return panel;
}

// A level of a run of numbers, drawn against their index.
void plotOver(CurvePlot& plot, const std::vector<double>& values, double first) {
    std::vector<double> x;
    for (std::size_t i = 0; i < values.size(); ++i) x.push_back(first + static_cast<double>(i));
    plot.setPoints(0, std::move(x), values);
    plot.fit();
}

double mean(const std::vector<double>& values) {
    double sum = 0;
    for (const double value : values) sum += value;
    return values.empty() ? 0 : sum / static_cast<double>(values.size());
}

}  // namespace

ModulePanel::ModulePanel(const Theme& theme, Jobs& jobs, QWidget* parent)
    : QWidget(parent), m_theme(theme), m_jobs(jobs), m_splitter(new QSplitter(Qt::Horizontal, this)) {
    m_splitter->addWidget(makeLeft());
    m_splitter->addWidget(makeMiddle());
    m_splitter->addWidget(makeRight());
    m_splitter->setChildrenCollapsible(false);
    m_splitter->setHandleWidth(metrics::kGrid);
    m_splitter->setStretchFactor(0, 0);
    m_splitter->setStretchFactor(1, 1);
    m_splitter->setStretchFactor(2, 0);
    m_splitter->setSizes({345, 495, 340});
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(metrics::kPageMargin, metrics::kHalfGrid, metrics::kPageMargin,
                               metrics::kPageMargin);
    auto* scroll = new QScrollArea(this);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setWidget(m_splitter);
    layout->addWidget(scroll);
    connect(&theme, &Theme::changed, this, &ModulePanel::arrange);
}

void ModulePanel::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    arrange();
}

void ModulePanel::arrange() {
    constexpr int kThreeColumns = 900;
    constexpr std::array<int, 3> kHeights = {450, 420, 480};  // below each other
    const bool narrow = width() < m_theme.scaled(kThreeColumns);
    const Qt::Orientation orientation = narrow ? Qt::Vertical : Qt::Horizontal;
    for (int i = 0; i < m_splitter->count(); ++i)
        m_splitter->widget(i)->setMinimumHeight(narrow ? m_theme.scaled(kHeights[static_cast<std::size_t>(i)])
                                                       : 0);
    if (m_splitter->orientation() == orientation) return;
    m_splitter->setOrientation(orientation);
    if (!narrow) m_splitter->setSizes({345, 495, 340});
}

QWidget* ModulePanel::makeLeft() {
    m_map = new HeatMap(m_theme, QStringLiteral("moduleMap"), tr("Modules"));
    m_map->setPlaceholder(tr("The modules of the run appear here."));
    const auto choose = [this](int row, int column) {
        const int module = m_places.moduleAt(row, column);
        if (module >= 0)
            selectModule(QString::fromStdString(m_places.modules()[static_cast<std::size_t>(module)].name));
    };
    connect(m_map, &HeatMap::cellClicked, this, choose);
    connect(m_map, &HeatMap::cellActivated, this, choose);
    m_tableModel = new TableModel(this);
    m_sorted = new SortedTable(this);
    m_sorted->setSourceModel(m_tableModel);
    m_sorted->setFilterCaseSensitivity(Qt::CaseInsensitive);
    m_table = new QTableView;
    m_table->setObjectName(QStringLiteral("moduleTable"));
    m_table->setAccessibleName(tr("Modules with density and threshold"));
    m_table->setModel(m_sorted);
    m_table->setSortingEnabled(true);
    m_table->horizontalHeader()->setSortIndicatorShown(false);
    m_table->sortByColumn(1, Qt::DescendingOrder);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setWordWrap(false);
    m_table->setShowGrid(false);
    m_table->setTextElideMode(Qt::ElideLeft);
    m_table->setTabKeyNavigation(false);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setDefaultSectionSize(m_theme.scaled(24));
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this](const QModelIndex& row) {
                if (!row.isValid() || m_run == nullptr) return;
                const auto module = static_cast<std::size_t>(m_sorted->mapToSource(row).row());
                if (module < m_run->modules.size())
                    selectModule(QString::fromStdString(m_run->modules[module].name));
            });
    return column({new FigurePanel(m_map), m_table}, {3, 4});
}

QWidget* ModulePanel::makeMiddle() {
    m_entries = new EntryMap(m_theme, QStringLiteral("deltaMap"), tr("ΔW"));
    m_entries->setPlaceholder(tr("Choose a module."));
    auto* panel = new FigurePanel(m_entries);
    m_mode = new QComboBox(panel);
    m_mode->setObjectName(QStringLiteral("deltaMode"));
    m_mode->setAccessibleName(tr("What is shown of an entry"));
    m_mode->addItem(tr("|ΔW|"), static_cast<int>(DeltaMode::Magnitude));
    m_mode->addItem(tr("sign"), static_cast<int>(DeltaMode::Sign));
    m_mode->addItem(tr("mask"), static_cast<int>(DeltaMode::Mask));
    m_pooling = new QComboBox(panel);
    m_pooling->setObjectName(QStringLiteral("deltaPooling"));
    m_pooling->setAccessibleName(tr("How several entries become one pixel"));
    m_pooling->addItem(tr("max"), static_cast<int>(DeltaPooling::Largest));
    m_pooling->addItem(tr("density"), static_cast<int>(DeltaPooling::Density));
    m_pooling->setToolTip(tr("With few entries alive a mean would hide each of them: max shows the largest"));
    panel->addControl(m_mode);
    panel->addControl(m_pooling);
    connect(m_mode, &QComboBox::currentIndexChanged, this, &ModulePanel::showSource);
    connect(m_pooling, &QComboBox::currentIndexChanged, this, &ModulePanel::showSource);
    m_scale = new QLabel(panel);
    m_scale->setObjectName(QStringLiteral("deltaScale"));
    m_scale->setFont(m_theme.font(TextRole::Small));
    m_scale->setForegroundRole(QPalette::PlaceholderText);
    m_scale->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    panel->layout()->addWidget(m_scale);
    connect(m_entries, &EntryMap::viewChanged, this, [this] { m_scale->setText(m_entries->scaleText()); });
    connect(m_entries, &EntryMap::cellHovered, this, [this](QString description) {
        m_scale->setText(description.isEmpty() ? m_entries->scaleText()
                                               : description.replace('\n', QStringLiteral(" · ")));
    });
    return panel;
}

QWidget* ModulePanel::makeRight() {
    m_histogram = new DeltaHistogramFigure(m_theme);
    auto* histogram = new FigurePanel(m_histogram);
    m_tauEdit = new QLineEdit(histogram);
    m_tauEdit->setObjectName(QStringLiteral("tauEdit"));
    m_tauEdit->setAccessibleName(tr("Threshold to try"));
    m_tauEdit->setToolTip(tr("τ: type a value; Esc returns to the run's"));
    m_tauEdit->setPlaceholderText(tr("no gate"));
    m_tauEdit->setFixedWidth(m_theme.scaled(96));
    histogram->addControl(m_tauEdit);
    m_readout = new QLabel(histogram);
    m_readout->setObjectName(QStringLiteral("tauReadout"));
    m_readout->setWordWrap(true);
    m_readout->setFont(m_theme.font(TextRole::Small));
    histogram->layout()->addWidget(m_readout);
    connect(m_histogram, &DeltaHistogramFigure::tauChanged, this, &ModulePanel::showTau);
    connect(m_histogram, &DeltaHistogramFigure::tauRested, this, [this](double tau) {
        showProfiles(tau);
        showSource();
    });
    connect(m_tauEdit, &QLineEdit::returnPressed, this, [this] {
        bool valid = false;
        const double tau = m_tauEdit->text().replace(QChar(0x2212), '-').toDouble(&valid);
        if (valid && tau > 0) {
            m_histogram->setTau(tau);
            Q_EMIT m_histogram->tauRested(m_histogram->tau());
        } else {
            showTau(m_histogram->tau());
        }
    });
    const auto smallPlot = [&](const char* name, const QString& title, const ValueAxis& axis,
                               const QString& x) {
        auto* plot = new CurvePlot(m_theme, QLatin1String(name), title);
        plot->setSmoothing({Smoothing::Kind::None});
        plot->setXAxis(x, Quantity::Count);
        plot->setLeftAxis(axis);
        plot->setPlaceholder(tr("Choose a module."));
        plot->setMinimumHeight(80);
        return plot;
    };
    m_spectrum = smallPlot("spectrumPlot", tr("Singular values"), {tr("σ"), Quantity::Magnitude, true}, {});
    CurveInfo sigma{QStringLiteral("sigma"), tr("σ"), Quantity::Magnitude, 0};
    sigma.dots = true;
    m_spectrum->addCurve(sigma);
    auto* spectrum = new FigurePanel(m_spectrum);
    m_ranks = new QLabel(spectrum);
    m_ranks->setFont(m_theme.font(TextRole::Small));
    m_ranks->setToolTip(tr("effective rank: exp of the entropy of σ / Σσ; stable rank: Σσ² / σ₁²"));
    spectrum->addControl(m_ranks);
    m_rowProfile = smallPlot("profilePlots", tr("Alive per row and column"),
                             {tr("row %"), Quantity::Density, false, 0.0}, {});
    m_rowProfile->addCurve({QStringLiteral("rows"), tr("share alive per row"), Quantity::Density, 0});
    m_columnProfile = smallPlot("columnProfilePlot", tr("Alive per column"),
                                {tr("column %"), Quantity::Density, false, 0.0}, {});
    m_columnProfile->addCurve(
        {QStringLiteral("columns"), tr("share alive per column"), Quantity::Density, 2});
    auto* profiles = new FigurePanel(m_rowProfile);
    profiles->layout()->addWidget(m_columnProfile);
    static_cast<QVBoxLayout*>(profiles->layout())->setStretch(profiles->layout()->count() - 1, 1);
    return column({histogram, spectrum, profiles}, {5, 4, 5});
}

void ModulePanel::describe(Figure& figure) const {
    figure.setProvenance(
        {{QString::fromStdString(m_run->row.name)},
         {QString::fromStdString(m_run->row.id)},
         {QString::fromStdString(m_run->row.specHash)},
         {tr("module %1 after task %2 %3; ΔW = BA unscaled, alive: |ΔW| > τ")
              .arg(m_module)
              .arg(m_task)
              .arg(QString::fromStdString(m_run->tasks[static_cast<std::size_t>(m_task) - 1].name))}});
}

void ModulePanel::setRun(std::shared_ptr<const AdapterRun> run, int task) {
    m_run = std::move(run);
    m_task = task;
    m_places = GateMapPlaces(m_run->modules);
    const auto index = static_cast<std::size_t>(std::max(task, 1)) - 1;
    const auto densities = m_run->densities(index);
    m_map->setSummary(m_places.summary(densities));
    m_map->setData(m_places.data(densities));
    m_tableModel->setTable(m_run->moduleTable(index));
    m_table->horizontalHeader()->setSectionResizeMode(0, QHeaderView::Stretch);
    for (int c = 1; c < m_tableModel->columnCount(); ++c) m_table->resizeColumnToContents(c);
    const auto known = std::any_of(
        m_run->modules.begin(), m_run->modules.end(),
        [this](const ModuleInfo& module) { return m_module == QString::fromStdString(module.name); });
    QString chosen = known ? std::exchange(m_module, QString()) : QString();
    if (!known) {
        double most = -1;
        for (std::size_t i = 0; i < densities.size(); ++i) {
            const auto& module = m_run->modules[i];
            const double density =
                static_cast<double>(densities[i].alive) / static_cast<double>(module.rows * module.columns);
            if (density <= most) continue;
            most = density;
            chosen = QString::fromStdString(module.name);
        }
    }
    selectModule(chosen);
}

void ModulePanel::selectModule(const QString& name) {
    if (name == m_module || m_run == nullptr) return;
    const auto found =
        std::find_if(m_run->modules.begin(), m_run->modules.end(),
                     [&](const ModuleInfo& module) { return name == QString::fromStdString(module.name); });
    if (found == m_run->modules.end()) return;
    m_module = name;
    const QPoint place = m_places.placeOf(static_cast<int>(found - m_run->modules.begin()));
    m_map->setChosen(place.y(), place.x());
    m_map->setCursorCell(place.y(), place.x());
    const auto row = static_cast<int>(found - m_run->modules.begin());
    m_table->setCurrentIndex(m_sorted->mapFromSource(m_tableModel->index(row, 0)));
    Q_EMIT moduleChosen(name);
    load();
}

void ModulePanel::setSearch(const QString& text) { m_sorted->setFilterFixedString(text); }

void ModulePanel::load() {
    const auto task = static_cast<std::size_t>(m_task) - 1;
    if (m_task < 1 || task >= m_run->tasks.size() || m_run->tasks[task].adapterFile.empty()) return;
    if (m_loading) m_loading->cancel();
    m_loading = m_jobs.compute(
        this,
        [path = m_run->adapterPath(task), module = m_module.toStdString()](const Job& /*job*/) {
            Loaded loaded;
            loaded.delta = ModuleDelta::load(path, module);
            loaded.histogram = loaded.delta->histogram();
            return loaded;
        },
        [this](Loaded loaded) {
            m_delta = std::move(loaded.delta);
            m_histogram->setModule(m_delta, std::move(loaded.histogram));
            for (Figure* figure : std::initializer_list<Figure*>{m_entries, m_histogram, m_spectrum,
                                                                 m_rowProfile, m_columnProfile, m_map})
                describe(*figure);
            m_entries->setTitle(tr("ΔW of %1").arg(shortModuleName(m_module)));
            showSource();
            loadRest();
            loadCollisions();
            Q_EMIT moduleShown(m_module);
        },
        [this](const QString& sentence) { Q_EMIT failed(sentence); });
}

void ModulePanel::loadRest() {
    showProfiles(m_delta->tau());
    m_ranks->clear();
    m_jobs.compute(
        this, [delta = m_delta](const Job& /*job*/) { return std::pair(delta, delta->spectrum()); },
        [this](const std::pair<std::shared_ptr<const ModuleDelta>, DeltaSpectrum>& result) {
            if (result.first != m_delta) return;
            const DeltaSpectrum& spectrum = result.second;
            plotOver(*m_spectrum, spectrum.values, 1);
            const QString ranks = spectrum.values.empty() ? tr("nothing is alive")
                                                          : tr("eff. rank %1, stable %2")
                                                                .arg(spectrum.effectiveRank, 0, 'f', 1)
                                                                .arg(spectrum.stableRank, 0, 'f', 1);
            m_ranks->setText(ranks);
            m_spectrum->setSummary(
                tr("%1 singular values of the masked update, %2").arg(spectrum.values.size()).arg(ranks));
        });
}

void ModulePanel::loadCollisions() {
    if (m_task < 2) return;
    std::vector<std::filesystem::path> paths;
    for (std::size_t task = 0; task + 1 < static_cast<std::size_t>(m_task); ++task) {
        if (m_run->tasks[task].adapterFile.empty()) return;
        paths.push_back(m_run->adapterPath(task));
    }
    m_jobs.compute(
        this,
        [delta = m_delta, paths](const Job& job) {
            std::vector<std::shared_ptr<const ModuleDelta>> earlier;
            for (const auto& path : paths) {
                if (job.cancelled()) break;
                earlier.push_back(ModuleDelta::load(path, delta->module()));
            }
            return std::pair(delta, std::make_shared<const CollisionCounter>(*delta, earlier));
        },
        [this](const std::pair<std::shared_ptr<const ModuleDelta>, std::shared_ptr<const CollisionCounter>>&
                   result) {
            if (result.first == m_delta) m_histogram->setCollisions(result.second);
        },
        [](const QString& /*sentence*/) {
            // An earlier adapter is gone: the read-out goes without collisions, the rest of the page works.
        });
}

void ModulePanel::showSource() {
    if (m_delta == nullptr) return;
    const auto mode = static_cast<DeltaMode>(m_mode->currentData().toInt());
    m_pooling->setEnabled(mode == DeltaMode::Magnitude);
    m_entries->setSource(deltaSource(m_delta, mode,
                                     mode == DeltaMode::Magnitude
                                         ? static_cast<DeltaPooling>(m_pooling->currentData().toInt())
                                         : DeltaPooling::Largest,
                                     m_histogram->tau()));
    m_scale->setText(m_entries->scaleText());
}

void ModulePanel::showTau(double tau) {
    // Without a gate there is no threshold; one can be tried all the same.
    m_tauEdit->setText(tau > 0 ? QString::fromStdString(formatNumber(tau, Quantity::Threshold)) : QString());
    const QString readout = m_histogram->readout();
    m_readout->setText(m_histogram->isWhatIf() ? tr("What if: %1").arg(readout) : readout);
}

void ModulePanel::showProfiles(double tau) {
    if (m_delta == nullptr) return;
    m_jobs.compute(
        this, [delta = m_delta, tau](const Job& /*job*/) { return std::pair(delta, delta->profile(tau)); },
        [this](const std::pair<std::shared_ptr<const ModuleDelta>, DeltaProfile>& result) {
            if (result.first != m_delta) return;
            plotOver(*m_rowProfile, result.second.rows, 0);
            plotOver(*m_columnProfile, result.second.columns, 0);
            const double average = mean(result.second.rows);
            const QString name =
                tr("mean %1 %").arg(QString::fromStdString(formatNumber(average, Quantity::Density)));
            m_rowProfile->setReferenceLine(average, name);
            m_columnProfile->setReferenceLine(mean(result.second.columns), name);
            m_rowProfile->setSummary(tr("Alive per row, %1").arg(name));
            m_columnProfile->setSummary(tr("Alive per column, %1").arg(name));
        });
}

}  // namespace jumplora
