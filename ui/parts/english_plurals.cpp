// SPDX-License-Identifier: GPL-3.0-or-later
#include "parts/english_plurals.h"

#include <QRegularExpression>

namespace jumplora {

QString singularOf(const QString& plural) {
    // The first word in "s" of the three behind the number, and a verb right behind it.
    static const QRegularExpression kNoun(QStringLiteral("%n((?: \\w+){0,2}? )(\\w+)s\\b( are| repeat)?"));
    const auto match = kNoun.match(plural);
    if (!match.hasMatch()) return plural;
    QString noun = match.captured(2);
    if (noun.endsWith(QLatin1String("ie"))) noun = noun.chopped(2) + QLatin1Char('y');
    QString verb = match.captured(3);
    if (verb == QLatin1String(" are")) verb = QStringLiteral(" is");
    if (verb == QLatin1String(" repeat")) verb = QStringLiteral(" repeats");
    QString singular = plural;
    singular.replace(match.capturedStart(), match.capturedLength(),
                     QStringLiteral("%n") + match.captured(1) + noun + verb);
    if (verb == QLatin1String(" repeats"))
        singular.replace(QLatin1String(" and are "), QLatin1String(" and is "));
    return singular;
}

QString EnglishPlurals::translate(const char* context, const char* sourceText, const char* disambiguation,
                                  int n) const {
    Q_UNUSED(context);
    Q_UNUSED(disambiguation);
    if (n != 1) return {};
    return singularOf(QString::fromUtf8(sourceText));
}

}  // namespace jumplora
