// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "theme/theme.h"

#include <QWidget>
#include <vector>

namespace jumplora {

// A vertical bar of shares, each with its name: what the loss consists of.
class ShareBar : public QWidget {
    Q_OBJECT

  public:
    struct Part {
        QString name;
        double value = 0;
        int look = 0;  // place among the curve colours
    };
    explicit ShareBar(const Theme& theme, QWidget* parent = nullptr);
    void setParts(std::vector<Part> parts);
    // "CE 96 %, ELLA 4 %"
    [[nodiscard]] QString text() const;
    [[nodiscard]] const std::vector<Part>& parts() const { return m_parts; }
    [[nodiscard]] QString shareOf(const Part& part) const;  // "96 %"

  protected:
    void paintEvent(QPaintEvent* event) override;

  private:
    const Theme& m_theme;
    std::vector<Part> m_parts;
    double m_sum = 0;
};

// One line below the bar: every part with a square of its colour and its share, those too that are too thin
// for a name in the bar. Painted, not laid out: the numbers change with every step.
class ShareLegend : public QWidget {
    Q_OBJECT

  public:
    ShareLegend(const ShareBar& bar, const Theme& theme, QWidget* parent = nullptr);
    [[nodiscard]] QSize sizeHint() const override;

  protected:
    void paintEvent(QPaintEvent* event) override;

  private:
    const ShareBar& m_bar;
    const Theme& m_theme;
};

}  // namespace jumplora
