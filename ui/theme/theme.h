// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "theme/colours.h"
#include "theme/metrics.h"

#include <QFont>
#include <QObject>

namespace jumplora {

enum class ThemeKind { System, Light, Dark, HighContrast };

enum class TextRole { PageTitle, CardTitle, Body, Small, Matrix, Mono, Number };

// The look of the whole window: colours and fonts, and telling everyone when they change.
class Theme : public QObject {
    Q_OBJECT

  public:
    explicit Theme(QObject* parent = nullptr);

    [[nodiscard]] const Colours& colours() const { return m_colours; }
    [[nodiscard]] QColor colour(Role role) const { return m_colours.colour(role); }
    [[nodiscard]] ThemeKind kind() const { return m_kind; }
    [[nodiscard]] double textScale() const { return m_textScale; }  // 1.0 .. 2.0
    // Fonts at the present text size. Number has figures of equal width.
    [[nodiscard]] QFont font(TextRole role) const;
    // A length of metrics.h at the present text size.
    [[nodiscard]] int scaled(int pixels) const;

    // All act on the running application at once.
    void set(ThemeKind kind, double textScale);
    void setKind(ThemeKind kind);
    void setTextScale(double scale);

  Q_SIGNALS:
    // Colours or fonts are others now.
    void changed();

  private:
    void apply();
    Colours m_colours;
    ThemeKind m_kind = ThemeKind::System;
    double m_textScale = 1.0;
    QFont m_body;
    QString m_numberFamily;
    bool m_systemIsDark = false;
    bool m_styled = false;  // the application has the style
};

// Whether the figures 0-9 of the font have equal widths.
bool hasTabularFigures(const QFont& font);

}  // namespace jumplora
