// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QTranslator>

namespace jumplora {

// The texts in the sources are English and in the plural ("%n runs are on."); for one of a kind this gives
// the singular ("1 run is on."). A translation into another language is installed after it and goes first.
class EnglishPlurals : public QTranslator {
  public:
    using QTranslator::QTranslator;
    [[nodiscard]] QString translate(const char* context, const char* sourceText, const char* disambiguation,
                                    int n) const override;
    [[nodiscard]] bool isEmpty() const override { return false; }
};

// "%n run folders are here" -> "%n run folder is here".
QString singularOf(const QString& plural);

}  // namespace jumplora
