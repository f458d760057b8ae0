// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "plots/axis_group.h"
#include "plots/figure.h"
#include "plots/sampled_curve.h"
#include "plots/smoothing.h"

#include <QString>
#include <memory>
#include <optional>
#include <vector>

namespace jumplora {

// One task on the x axis, in the units of the axis.
struct TaskSpan {
    QString name;
    std::int64_t number = 0;  // from 1
    double begin = 0;
    double end = 0;
    // Phases of the gate: blending begins, hard gate begins. None without a gate.
    std::optional<double> blendBegin = {};
    std::optional<double> gateBegin = {};
    bool tooShort = false;    // for phases
    double stepsPerUnit = 1;  // steps of the task per unit of x, for the read-out; 0 = unknown
};

// A sign at a place: where a threshold was initialised, where steps were clipped.
struct PlotMark {
    enum class Shape { TriangleUp, Tick };
    double x = 0;
    double y = 0;  // of the axis; ticks stand at the bottom
    Shape shape = Shape::TriangleUp;
    QString toolTip = {};
    int curve = -1;  // in the colour of this curve; -1: text colour
};

struct CurveInfo {
    QString key;   // "ce", "penalty.ella"
    QString name;  // "CE"
    Quantity quantity = Quantity::Magnitude;
    int look = 0;          // place among the curve colours
    bool dashed = false;   // total of other curves
    bool stepped = false;  // holds its value until the next point
    bool muted = false;    // grey and dotted: a placeholder
    bool dots = false;     // points without lines
    bool rightAxis = false;
    bool smoothed = true;  // takes part in smoothing
};

struct ValueAxis {
    QString label;
    Quantity quantity = Quantity::Magnitude;
    bool logarithmic = false;
    // A fixed range; without one the axis fits what is seen.
    std::optional<double> lower = {};
    std::optional<double> upper = {};
};

// Curves over a common x. Data are added as plain values; what is drawn of them is a copy reduced to the
// screen, so that a million points pan freely.
class CurvePlot : public Figure {
    Q_OBJECT

  public:
    CurvePlot(const Theme& theme, const QString& name, const QString& title, QWidget* parent = nullptr);
    ~CurvePlot() override;

    // Several plots with one group pan, zoom and point together. Without one the plot has its own.
    void setGroup(AxisGroup* group);
    [[nodiscard]] AxisGroup* group() const { return m_group; }

    // x: step, rows or seconds.
    void setXAxis(const QString& label, Quantity quantity);
    void setLeftAxis(const ValueAxis& axis);
    void setRightAxis(const ValueAxis& axis);
    void setLogarithmic(bool logarithmic);  // left axis
    [[nodiscard]] bool isLogarithmic() const;

    // One of several plots above each other: no legend, equal margins, and tick labels of x only where the
    // axis has a label.
    void setCompact(bool compact);
    // Returns the index of the curve.
    int addCurve(const CurveInfo& info);
    void clearCurves();
    [[nodiscard]] int curveCount() const;
    [[nodiscard]] const CurveInfo& curve(int index) const;
    // Replaces all points. Long curves are prepared on a worker; dataReady() follows.
    void setPoints(int index, std::vector<double> x, std::vector<double> y);
    void append(int index, double x, double y);
    // How many points each curve will have, as far as that is known.
    void setPlanned(std::size_t points);
    // Area between two lines, in the colour of the curve: mean ± sd.
    void setBand(int index, std::vector<double> x, std::vector<double> low, std::vector<double> high);
    void setTasks(std::vector<TaskSpan> tasks);
    void setMarks(std::vector<PlotMark> marks);
    // A horizontal line with a name: chance level, clipping.
    void setReferenceLine(std::optional<double> y, const QString& name = {});
    void setSmoothing(const Smoothing& smoothing);
    [[nodiscard]] const Smoothing& smoothing() const;

    void setCurveVisible(int index, bool visible);
    [[nodiscard]] bool isCurveVisible(int index) const;
    // Only this one; again: all.
    void isolate(int index);
    // Everything in view.
    void fit();
    // A maximised plot zooms with the plain wheel.
    void setWheelZooms(bool zooms) { m_wheelZooms = zooms; }
    [[nodiscard]] bool wheelZooms() const { return m_wheelZooms; }
    // About a place of the axes; factors below 1 look closer.
    void zoomX(double factor, double x);
    void zoomY(double factor, double pixel);
    void chooseRectangle(double left, double right, double low, double high);
    // Range of the left axis as drawn.
    [[nodiscard]] std::pair<double, double> yRange() const;
    // Text beside the crosshair, plain; empty without one.
    [[nodiscard]] QString readout() const;
    // What summary() begins with, set by whoever knows the run.
    void setSummary(const QString& summary);

    [[nodiscard]] bool hasData() const override;
    [[nodiscard]] QString summary() const override;
    [[nodiscard]] Table table() const override;
    void paint(QPainter& painter, const QRectF& area, const FigureStyle& style) const override;
    [[nodiscard]] QList<QAction*> ownActions() override;
    void draw() override;

  Q_SIGNALS:
    void dataReady();
    void markClicked(int mark);

  protected:
    void themeChanged() override;
    void keyPressEvent(QKeyEvent* event) override;

  private:
    friend class CurveCanvas;
    struct Model;
    void createActions();
    void add(int index, double x, double y);
    void followData();
    void rangeChanged();
    void smoothenAll();

    std::unique_ptr<Model> m_model;
    QPointer<AxisGroup> m_group;
    class CurveCanvas* m_canvas;
    int m_isolated = -1;
    QAction* m_logAction = nullptr;
    QAction* m_fitAction = nullptr;
    QString m_summary;
    bool m_wheelZooms = false;
};

}  // namespace jumplora
