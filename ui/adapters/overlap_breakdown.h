// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "plots/figure.h"

#include <optional>
#include <vector>

class QScrollArea;

namespace jumplora {

// One measure of one pair of tasks, module by module: bars, sorted, with the chance level of each as a line.
class OverlapBreakdown : public Figure {
    Q_OBJECT

  public:
    struct Bar {
        QString module;
        double value = 0;
        std::optional<double> chance = {};
        QString text;
    };
    explicit OverlapBreakdown(const Theme& theme, QWidget* parent = nullptr);
    void setBars(const QString& title, const QString& measure, std::vector<Bar> bars);
    [[nodiscard]] const std::vector<Bar>& bars() const { return m_bars; }

    [[nodiscard]] bool hasData() const override { return !m_bars.empty(); }
    [[nodiscard]] QString summary() const override;
    [[nodiscard]] Table table() const override;
    void paint(QPainter& painter, const QRectF& area, const FigureStyle& style) const override;
    void draw() override;

  private:
    QScrollArea* m_scroll;
    QWidget* m_canvas;
    QString m_measure;
    std::vector<Bar> m_bars;
};

// "encoder.block.0.layer.0.SelfAttention.q" as "enc.0.self.q"; other names stay as they are.
QString shortModuleName(const QString& name);

}  // namespace jumplora
