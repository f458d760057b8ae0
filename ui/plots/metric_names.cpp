// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/metric_names.h"

#include "analysis/metrics.h"

#include <algorithm>
#include <cstdlib>

namespace jumplora {
namespace {

constexpr qsizetype kOneLine = 13;  // characters

QString wordsOf(const std::string& title) {
    if (title == "active_time") return QStringLiteral("active time");
    return metricName(title);
}

// At the space nearest to the middle: the title is then as narrow as two lines make it.
QString inTwoLines(QString title) {
    if (title.size() <= kOneLine) return title;
    qsizetype best = -1;
    for (qsizetype at = title.indexOf(QLatin1Char(' ')); at >= 0;
         at = title.indexOf(QLatin1Char(' '), at + 1))
        if (best < 0 || std::abs(2 * at - title.size()) < std::abs(2 * best - title.size())) best = at;
    if (best >= 0) title[best] = QLatin1Char('\n');
    return title;
}

}  // namespace

QString metricName(const std::string& key) {
    const std::vector<MetricInfo>& metrics = metricInfos();
    const auto found =
        std::find_if(metrics.begin(), metrics.end(), [&](const MetricInfo& each) { return each.key == key; });
    return QString::fromStdString(found == metrics.end() ? key : found->label);
}

QString shownTitle(const TableColumn& column) {
    QString title = wordsOf(column.title);
    // Seconds and bytes have their unit in the cell.
    if (column.quantity != Quantity::Seconds && column.quantity != Quantity::Bytes) {
        const QString unit = QString::fromStdString(unitOf(column.quantity));
        if (!unit.isEmpty()) title += QLatin1Char(' ') + unit;
    }
    // A no-break space: the arrow never stands alone.
    if (column.higherIsBetter)
        title += QChar(0x00a0) + (*column.higherIsBetter ? QStringLiteral("↑") : QStringLiteral("↓"));
    return inTwoLines(std::move(title));
}

QString titleToolTip(const TableColumn& column) {
    const QString key = QString::fromStdString(column.title);
    QString tip = QString::fromStdString(column.definition);
    if (wordsOf(column.title) != key) tip = tip.isEmpty() ? key : key + QStringLiteral(" = ") + tip;
    return tip;
}

}  // namespace jumplora
