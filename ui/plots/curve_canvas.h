// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "plots/curve_model.h"

#include <qcustomplot.h>

namespace jumplora {

// The drawing of a curve model with QCustomPlot. Nothing outside this folder knows that library. One canvas
// is the picture of a plot; further ones, never shown, draw into files.
class CurveCanvas : public QCustomPlot {
    Q_OBJECT

  public:
    // `plot` takes what a person does; nullptr for files.
    CurveCanvas(const CurvePlot::Model& model, CurvePlot* plot, QWidget* parent = nullptr);

    void setStyle(const FigureStyle& style);
    // After curves came or went, or a style changed.
    void rebuild();
    // Takes the data of the present range over and draws them.
    void refresh();
    // Into a painter, vector operations only.
    void paintInto(QPainter& painter, const QRectF& area);
    [[nodiscard]] double xAt(double pixel) const { return xAxis->pixelToCoord(pixel); }
    [[nodiscard]] std::pair<double, double> yRange() const {
        return {yAxis->range().lower, yAxis->range().upper};
    }
    // Lines of the read-out at the crosshair: what it says of the place, then one line a curve.
    struct Readout {
        QString place;
        struct Line {
            int curve;
            QString text;
        };
        std::vector<Line> lines;
    };
    [[nodiscard]] std::optional<Readout> readout() const;

  protected:
    void resizeEvent(QResizeEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void leaveEvent(QEvent* event) override;
    bool event(QEvent* event) override;

  private:
    struct Graphs {
        QCPGraph* raw = nullptr;  // faded, under a smoothed line
        QCPGraph* line = nullptr;
        QCPGraph* marker = nullptr;
        QCPGraph* bandLow = nullptr;
        QCPGraph* bandHigh = nullptr;
    };
    struct Hit {
        QRectF rect;
        int curve;
    };
    void styleAxis(QCPAxis* axis, const ValueAxis& about);
    void styleAxes();
    void addGraphs(const CurvePlot::Model::Curve& curve);
    void fillGraphs(const CurvePlot::Model::Curve& curve, Graphs& graphs);
    void fillMarkers(const CurveSample& sample, const CurvePlot::Model::Curve& curve, Graphs& graphs);
    [[nodiscard]] CurveLook lookOf(const CurveInfo& info) const;
    [[nodiscard]] QPen penOf(const CurveInfo& info) const;
    [[nodiscard]] bool namesAtEnds() const;
    void reserveMargins();
    // Above the curves, so that nothing is written on them: names of tasks, below them those of phases.
    [[nodiscard]] QRectF taskStrip() const;
    [[nodiscard]] QRectF phaseStrip() const;
    [[nodiscard]] bool isNamedAbove() const;
    [[nodiscard]] double stripLine() const;  // height of one
    void drawBelow(QCPPainter* painter);
    void drawAbove(QCPPainter* painter);
    // The part of `area` between two places of the x axis; narrower than nothing when it is out of sight.
    [[nodiscard]] QRectF spanOf(double from, double to, const QRectF& area) const;
    void drawPhases(QCPPainter* painter, const TaskSpan& task, const QRectF& span);
    void drawTaskNames(QCPPainter* painter);
    void drawZeros(QCPPainter* painter);
    void drawMarks(QCPPainter* painter);
    void drawReference(QCPPainter* painter);
    void drawLegend(QCPPainter* painter);
    void drawEndNames(QCPPainter* painter);
    void drawLegendLine(QCPPainter* painter, const CurveInfo& info, const QLineF& line);
    void drawOverlay(QPainter& painter);
    [[nodiscard]] int legendAt(const QPointF& place) const;
    [[nodiscard]] int markAt(const QPointF& place) const;
    [[nodiscard]] QPointF pixelOf(double x, double y) const;
    void zoomX(double factor, double pixel);
    void zoomY(double factor, double pixel);

    const CurvePlot::Model& m_model;
    CurvePlot* m_plot;
    FigureStyle m_style;
    std::vector<Graphs> m_graphs;
    std::vector<std::pair<int, double>> m_zeros;  // curve, x
    std::vector<Hit> m_legend;
    QPointF m_pressed;
    QPointF m_last;
    bool m_panning = false;
    bool m_moved = false;
    std::optional<QRectF> m_rectangle;  // being drawn with Shift
};

}  // namespace jumplora
