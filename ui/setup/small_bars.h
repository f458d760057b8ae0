// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "theme/theme.h"

#include <QWidget>
#include <cstdint>
#include <vector>

namespace jumplora {

// Labels with bars and counts, one a line; scrolls with its parent. A label that is no option is marked.
class LabelBars : public QWidget {
    Q_OBJECT

  public:
    struct Bar {
        QString label;
        std::int64_t count = 0;
        bool outside = false;
    };
    explicit LabelBars(const Theme& theme, QWidget* parent = nullptr);
    void setBars(std::vector<Bar> bars);
    [[nodiscard]] const std::vector<Bar>& bars() const { return m_bars; }
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override { return sizeHint(); }

  protected:
    void paintEvent(QPaintEvent* event) override;

  private:
    [[nodiscard]] int rowHeight() const;
    const Theme& m_theme;
    std::vector<Bar> m_bars;
};

// How long the prompts of a task are, in tokens, with the cut.
class LengthBars : public QWidget {
    Q_OBJECT

  public:
    explicit LengthBars(const Theme& theme, QWidget* parent = nullptr);
    void setLengths(const std::vector<std::int64_t>& lengths, std::int64_t limit);
    [[nodiscard]] QString summary() const { return m_summary; }
    [[nodiscard]] QSize sizeHint() const override { return {260, 130}; }

  protected:
    void paintEvent(QPaintEvent* event) override;

  private:
    const Theme& m_theme;
    std::vector<std::int64_t> m_bins;
    std::int64_t m_binWidth = 1;
    std::int64_t m_limit = 0;
    QString m_summary;
};

}  // namespace jumplora
