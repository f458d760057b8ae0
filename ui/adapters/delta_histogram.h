// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "analysis/module_delta.h"
#include "plots/figure.h"

#include <memory>
#include <optional>

namespace jumplora {

// |ΔW| of one module by size, both axes logarithmic, with τ as a line that can be dragged: what the density
// would be. Nothing is changed by it; Esc returns to the run's τ.
class DeltaHistogramFigure : public Figure {
    Q_OBJECT

  public:
    explicit DeltaHistogramFigure(const Theme& theme, QWidget* parent = nullptr);
    void setModule(std::shared_ptr<const ModuleDelta> delta, DeltaHistogram histogram);
    void setCollisions(std::shared_ptr<const CollisionCounter> counter);
    [[nodiscard]] double tau() const { return m_tau; }
    [[nodiscard]] bool isWhatIf() const;
    void setTau(double tau);
    void backToRun();
    [[nodiscard]] std::int64_t alive() const;
    // "1.21 %, 12 688 of 1 048 576 alive; 214 on entries of earlier tasks (by chance 198)"
    [[nodiscard]] QString readout() const;

    [[nodiscard]] bool hasData() const override { return m_delta != nullptr; }
    [[nodiscard]] QString summary() const override;
    [[nodiscard]] Table table() const override;
    void paint(QPainter& painter, const QRectF& area, const FigureStyle& style) const override;
    void draw() override;

  Q_SIGNALS:
    void tauChanged(double tau);
    // Dragging has ended, or a key was pressed: for what takes longer.
    void tauRested(double tau);

  protected:
    void keyPressEvent(QKeyEvent* event) override;

  private:
    friend class HistogramCanvas;
    [[nodiscard]] QRectF plotRect(const QRectF& area, const FigureStyle& style) const;
    [[nodiscard]] double xOf(double magnitude, const QRectF& rect) const;
    [[nodiscard]] double magnitudeAt(double x, const QRectF& rect) const;
    void paintBars(QPainter& painter, const QRectF& rect, const FigureStyle& style) const;
    void paintAxes(QPainter& painter, const QRectF& rect, const FigureStyle& style) const;
    void paintTau(QPainter& painter, const QRectF& rect, const FigureStyle& style) const;

    class HistogramCanvas* m_canvas;
    std::shared_ptr<const ModuleDelta> m_delta;
    std::shared_ptr<const CollisionCounter> m_collisions;
    DeltaHistogram m_histogram;
    double m_tau = 0;
};

}  // namespace jumplora
