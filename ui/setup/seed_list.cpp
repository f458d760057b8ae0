// SPDX-License-Identifier: GPL-3.0-or-later
#include "setup/seed_list.h"

#include "setup/field_value.h"

#include <QCoreApplication>
#include <QStringList>
#include <algorithm>

namespace jumplora {
namespace {

constexpr std::size_t kMostSeeds = 1000;

QString tr(const char* text) { return QCoreApplication::translate("SeedList", text); }

SeedList failed(const QString& sentence) { return {{}, sentence}; }

}  // namespace

SeedList parseSeeds(const QString& text) {
    SeedList list;
    for (const QString& part : text.split(QLatin1Char(','))) {
        const QString piece = part.trimmed();
        const qsizetype dash = piece.indexOf(QLatin1Char('-'), 1);
        bool firstOk = false;
        bool lastOk = false;
        const std::uint64_t first =
            piece.left(dash < 0 ? piece.size() : dash).trimmed().toULongLong(&firstOk);
        const std::uint64_t last = dash < 0 ? first : piece.mid(dash + 1).trimmed().toULongLong(&lastOk);
        if (!firstOk || (dash >= 0 && !lastOk))
            return failed(
                tr("\"%1\" is no seed. Write whole numbers and ranges, such as 1-3, 7.").arg(piece));
        if (last < first)
            return failed(tr("The range %1 runs backwards; write %2-%3.").arg(piece).arg(last).arg(first));
        if (last - first >= kMostSeeds) return failed(tr("%1 are more than 1000 seeds.").arg(piece));
        const FieldParse limit = checkField("seed", Json(last));
        if (!limit.error.isEmpty()) return failed(limit.error);
        for (std::uint64_t seed = first; seed <= last; ++seed) {
            if (std::find(list.seeds.begin(), list.seeds.end(), seed) == list.seeds.end())
                list.seeds.push_back(seed);
        }
        if (list.seeds.size() > kMostSeeds) return failed(tr("These are more than 1000 seeds."));
    }
    return list;
}

QString seedsText(const std::vector<std::uint64_t>& seeds) {
    QStringList parts;
    for (std::size_t i = 0; i < seeds.size();) {
        std::size_t end = i;
        while (end + 1 < seeds.size() && seeds[end + 1] == seeds[end] + 1) ++end;
        if (end - i >= 2) {
            parts += QStringLiteral("%1-%2").arg(seeds[i]).arg(seeds[end]);
            i = end + 1;
        } else {
            parts += QString::number(seeds[i++]);
        }
    }
    return parts.join(QStringLiteral(", "));
}

}  // namespace jumplora
