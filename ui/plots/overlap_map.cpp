// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/overlap_map.h"

#include "analysis/overlap.h"
#include "exchange/number_format.h"

#include <QComboBox>
#include <algorithm>
#include <cmath>

namespace jumplora {
namespace {

const double* valueNamed(const std::vector<NamedValue>& values, const std::string& name) {
    for (const NamedValue& value : values) {
        if (value.name == name) return &value.value;
    }
    return nullptr;
}

const std::vector<NamedValue>* valuesOf(const OverlapPairs& pairs, std::int64_t i, std::int64_t j,
                                        int module) {
    const auto pair = pairs.find({i, j});
    if (pair == pairs.end()) return nullptr;
    if (module < 0) return &pair->second.pooled;
    const auto index = static_cast<std::size_t>(module);
    return index < pair->second.perModule.size() ? &pair->second.perModule[index] : nullptr;
}

}  // namespace

QString overlapText(const QString& measure, double value) {
    const OverlapMeasure* about = findOverlapMeasure(measure.toStdString());
    const std::string unit = about == nullptr ? std::string() : about->unit;
    if (unit == "share")
        return QString::fromStdString(formatNumber(value, Quantity::Density)) + QStringLiteral(" %");
    if (unit == "norm" || unit == "squared norm")
        return QString::fromStdString(formatNumber(value, Quantity::Magnitude));
    return QString::number(value, 'f', unit == "cosine" || unit == "rad" ? 3 : 2).replace('-', QChar(0x2212));
}

OverlapMap::OverlapMap(const Theme& theme, const QString& name, QWidget* parent)
    : HeatMap(theme, name, tr("Overlap between tasks"), parent),
      m_measure(new QComboBox(this)),
      m_module(new QComboBox(this)) {
    m_measure->setObjectName(QStringLiteral("overlapMeasure"));
    m_measure->setAccessibleName(tr("Measure of overlap"));
    for (const OverlapMeasure& measure : overlapMeasures()) {
        if (measure.subject != OverlapSubject::Pair) continue;
        m_measure->addItem(QString::fromStdString(measure.label), QString::fromStdString(measure.key));
        m_measure->setItemData(m_measure->count() - 1, QString::fromStdString(measure.formula),
                               Qt::ToolTipRole);
    }
    m_module->setObjectName(QStringLiteral("overlapModule"));
    m_module->setAccessibleName(tr("All modules or one"));
    m_module->addItem(tr("all modules"), -1);
    for (QComboBox* box : {m_measure, m_module}) {
        box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        box->setMinimumContentsLength(14);
        box->hide();  // until somebody gives it a place
    }
    connect(m_measure, &QComboBox::currentIndexChanged, this, [this] {
        rebuild();
        Q_EMIT chosenMeasureChanged();
    });
    connect(m_module, &QComboBox::currentIndexChanged, this, &OverlapMap::rebuild);
}

QString OverlapMap::measure() const { return m_measure->currentData().toString(); }

void OverlapMap::setMeasure(const QString& key) {
    const int index = m_measure->findData(key);
    if (index >= 0) m_measure->setCurrentIndex(index);
}

int OverlapMap::module() const { return m_module->currentData().toInt(); }

void OverlapMap::setOverlap(QStringList tasks, std::vector<ModuleInfo> modules, OverlapPairs pairs) {
    const bool sameModules = std::equal(modules.begin(), modules.end(), m_modules.begin(), m_modules.end(),
                                        [](const auto& a, const auto& b) { return a.name == b.name; });
    m_tasks = std::move(tasks);
    m_pairs = std::move(pairs);
    m_modules = std::move(modules);
    if (!sameModules) {
        const QSignalBlocker blocker(m_module);
        m_module->clear();
        m_module->addItem(tr("all modules"), -1);
        for (std::size_t i = 0; i < m_modules.size(); ++i)
            m_module->addItem(QString::fromStdString(m_modules[i].name), static_cast<int>(i));
    }
    rebuild();
}

std::optional<double> OverlapMap::valueOf(std::int64_t i, std::int64_t j, int module) const {
    const auto* values = valuesOf(m_pairs, i, j, module);
    const double* value = values == nullptr ? nullptr : valueNamed(*values, measure().toStdString());
    // The index keeps NaN where a module has no value.
    return value == nullptr || std::isnan(*value) ? std::nullopt : std::optional(*value);
}

std::optional<double> OverlapMap::chanceOf(std::int64_t i, std::int64_t j, int module) const {
    const OverlapMeasure* about = findOverlapMeasure(measure().toStdString());
    if (about == nullptr || !about->hasChance) return std::nullopt;
    const auto* pair = valuesOf(m_pairs, i, j, module);
    const auto* first = valuesOf(m_pairs, i, i, module);
    const auto* second = valuesOf(m_pairs, j, j, module);
    if (pair == nullptr || first == nullptr || second == nullptr) return std::nullopt;
    const double* chance = valueNamed(*pair, "collision_chance");
    const double* densityI = valueNamed(*first, "density");
    const double* densityJ = valueNamed(*second, "density");
    if (chance == nullptr || densityI == nullptr || densityJ == nullptr || std::isnan(*chance))
        return std::nullopt;
    return overlapChance(about->key, *chance, *densityI, *densityJ);
}

QString OverlapMap::describeCell(int row, int column) const {
    const QString names = tr("%1 and %2").arg(m_tasks.value(row), m_tasks.value(column));
    if (row == column) return tr("%1: the task itself").arg(m_tasks.value(row));
    const auto value = valueOf(std::min(row, column) + 1, std::max(row, column) + 1, module());
    if (!value) return tr("%1: not computed").arg(names);
    QString text = tr("%1: %2 %3").arg(names, m_measure->currentText(), overlapText(measure(), *value));
    if (const auto chance = chanceOf(std::min(row, column) + 1, std::max(row, column) + 1, module()))
        text += tr(", by chance %1").arg(overlapText(measure(), *chance));
    return text;
}

void OverlapMap::rebuild() {
    HeatMapData data;
    const OverlapMeasure* about = findOverlapMeasure(measure().toStdString());
    const auto tasks = static_cast<int>(m_tasks.size());
    bool any = false;
    double largest = 0;
    double chanceSum = 0;
    int chances = 0;
    for (int row = 0; row < tasks; ++row) {
        data.rowNames += QStringLiteral("%1 %2").arg(row + 1).arg(m_tasks[row]);
        data.columnNames += m_tasks[row];
        data.columnLabels += QString::number(row + 1);
        for (int column = 0; column < tasks; ++column) {
            HeatCell cell;
            const auto value = valueOf(std::min(row, column) + 1, std::max(row, column) + 1, module());
            if (row != column && value) {
                any = true;
                cell.value = *value;
                largest = std::max(largest, std::abs(*value));
                cell.text = overlapText(measure(), *value).remove(QStringLiteral(" %"));
                if (const auto chance =
                        chanceOf(std::min(row, column) + 1, std::max(row, column) + 1, module())) {
                    chanceSum += *chance;
                    ++chances;
                }
            }
            data.cells.push_back(cell);
        }
    }
    if (any) {
        data.rows = tasks;
        data.columns = tasks;
    } else {
        data.cells.clear();
    }
    data.corner = tr("tasks");
    const std::string unit = about == nullptr ? std::string() : about->unit;
    data.quantity = unit == "share" ? Quantity::Density : Quantity::Plain;
    data.valueName = m_measure->currentText();
    data.map = unit == "cosine"
                   ? ColourMap::diverging(std::max(largest, 0.05), theme().colours().isDark(), true)
                   : ColourMap::viridis(0, largest > 0 ? largest : 1);
    if (chances > 0) data.barMark = chanceSum / chances;
    data.barMarkName = tr("chance");
    data.largestCell = {56, 30};
    data.describe = [this](int row, int column) { return describeCell(row, column); };
    QString summary = tr("Overlap between tasks, %1, %2 tasks").arg(m_measure->currentText()).arg(tasks);
    if (chances > 0) summary += tr(", by chance %1").arg(overlapText(measure(), chanceSum / chances));
    setSummary(summary);
    setData(std::move(data));
}

}  // namespace jumplora
