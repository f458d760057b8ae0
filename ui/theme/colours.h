// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QColor>
#include <QPalette>
#include <QString>
#include <QVector>

namespace jumplora {

enum class Role {
    Window,
    Card,
    Raised,
    Hover,
    Selected,
    Text,
    MutedText,
    Border,    // of controls and cells: carries meaning
    Hairline,  // decoration only
    Accent,    // focus ring, links, main button
    OnAccent,
    Error,
    NoticeWarning,  // backgrounds of a notice
    NoticeError,
    PhaseWarm,
    PhaseBlend,
    PhaseGate,
    RoleCount
};

// How a curve is told from others: colour, then dashes (in pen units, empty = solid), then a marker.
struct CurveLook {
    QColor colour;
    QVector<qreal> dashes;
    int marker = 0;     // 0..7, the shape of the first eight curves
    qreal width = 1.0;  // pen, 2 in high contrast
};

// Icon, word and colour of a run's state: always shown together.
struct StateLook {
    QString word;  // translated: "Running"
    QString icon;  // name for icon()
    QColor colour;
};

// One set of colours as plain values; exports always use Colours::light().
class Colours {
  public:
    enum class Set { Light, Dark, HighContrastLight, HighContrastDark };
    explicit Colours(Set set = Set::Light) : m_set(set) {}
    static Colours light() { return Colours(Set::Light); }

    [[nodiscard]] QColor colour(Role role) const;
    [[nodiscard]] bool isDark() const { return m_set == Set::Dark || m_set == Set::HighContrastDark; }
    [[nodiscard]] bool isHighContrast() const {
        return m_set == Set::HighContrastLight || m_set == Set::HighContrastDark;
    }
    // Index of a run or group: 0..7 solid, 8..55 the same colours dashed, beyond that grey.
    [[nodiscard]] CurveLook curve(int index) const;
    // Raw data under a smoothed line: the curve's colour mixed 35:65 with the card.
    [[nodiscard]] QColor faded(const QColor& colour) const;
    // `state` as the engine writes it: waiting, running, paused, finished, stopped, failed, lost.
    [[nodiscard]] StateLook state(const QString& state) const;
    // For QApplication::setPalette.
    [[nodiscard]] QPalette palette() const;
    friend bool operator==(const Colours& a, const Colours& b) { return a.m_set == b.m_set; }

  private:
    Set m_set;
};

// Black or white, whichever reads better on `background` (BT.709 luminance above 0.179: black).
QColor textOn(const QColor& background);
// Relative luminance of WCAG 2.2 and the contrast of two colours, 1..21.
double luminance(const QColor& colour);
double contrast(const QColor& a, const QColor& b);

}  // namespace jumplora
