// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "adapters/entry_source.h"
#include "plots/figure.h"

#include <QImage>

namespace jumplora {

// A matrix of entries from the whole down to one number, pooled to the pixels of the screen. What is seen is
// computed on a worker; until it is there the old picture is shown, stretched. Wheel, double click, + and −
// zoom, dragging and arrows move, Home shows all.
class EntryMap : public Figure {
    Q_OBJECT

  public:
    EntryMap(const Theme& theme, const QString& name, const QString& title, QWidget* parent = nullptr);
    ~EntryMap() override;

    void setSource(std::shared_ptr<const EntrySource> source);
    [[nodiscard]] const EntrySource* source() const { return m_source.get(); }
    // Pixels for one entry, a whole number; below 1 where a whole number of entries share a pixel.
    [[nodiscard]] double scale() const { return m_scale; }
    // The entries in view.
    [[nodiscard]] DeltaArea view() const;
    void showAll();
    // By factors of two about a place of the picture.
    void zoom(int steps, const QPointF& place);
    void moveBy(double rows, double columns);
    [[nodiscard]] DeltaArea cellAt(const QPointF& place) const;
    // "1 px = 2 × 2 entries, max"
    [[nodiscard]] QString scaleText() const;
    [[nodiscard]] bool isReady() const { return m_ready; }

    [[nodiscard]] bool hasData() const override { return m_source != nullptr; }
    [[nodiscard]] QString summary() const override;
    [[nodiscard]] Table table() const override;
    void paint(QPainter& painter, const QRectF& area, const FigureStyle& style) const override;
    [[nodiscard]] double paperRatio() const override { return 0.85; }
    [[nodiscard]] int interval() const override { return 33; }
    void draw() override;

  Q_SIGNALS:
    void viewChanged();
    void imageReady();
    void cellHovered(const QString& description);

  protected:
    void themeChanged() override { compute(); }
    void keyPressEvent(QKeyEvent* event) override;

  private:
    friend class EntryCanvas;
    void compute();
    void clampView();
    [[nodiscard]] double wholeScale() const;
    [[nodiscard]] std::int64_t step() const;
    void paintKeys(QPainter& painter, const QRectF& area, const FigureStyle& style) const;

    std::shared_ptr<const EntrySource> m_source;
    class EntryCanvas* m_canvas;
    double m_scale = 1;
    double m_row = 0;  // entry at the upper left corner
    double m_column = 0;
    bool m_whole = true;
    bool m_ready = false;
    int m_generation = 0;
    QImage m_image;  // newest picture
    DeltaArea m_imageArea;
    QImage m_overview;  // of everything, for the mini-map
};

}  // namespace jumplora
