// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "exchange/table.h"
#include "plots/draw_scheduler.h"
#include "plots/figure_style.h"

#include <QPointer>
#include <QSizeF>
#include <QStringList>
#include <QWidget>

class QAction;
class QLabel;
class QMenu;
class QStackedLayout;
class QTableView;

namespace jumplora {

class TableModel;

// Where the numbers of a figure come from; written into every exported file. Never names of users, hosts or
// folders: submissions are anonymous.
struct Provenance {
    QStringList runNames;
    QStringList runIds;
    QStringList specHashes;
    QStringList definitions;  // "BWT: mean over …"
};

// A picture, the table of the same numbers behind F6, and what can be taken away from it. A subclass supplies
// the picture as a widget and the three ways to read it: summary(), table(), paint().
class Figure : public QWidget, public Drawable {
    Q_OBJECT

  public:
    // `name` becomes the object name and the first part of exported file names: "lossCard", "resultMatrix".
    Figure(const Theme& theme, const QString& name, const QString& title, QWidget* parent = nullptr);
    ~Figure() override;

    [[nodiscard]] const QString& title() const { return m_title; }
    void setTitle(const QString& title);
    // Sentence in place of the picture while hasData() is false.
    void setPlaceholder(const QString& sentence);
    void setProvenance(Provenance provenance) { m_provenance = std::move(provenance); }
    [[nodiscard]] const Provenance& provenance() const { return m_provenance; }

    [[nodiscard]] virtual bool hasData() const = 0;
    // One or two sentences for a screen reader, with the newest numbers.
    [[nodiscard]] virtual QString summary() const = 0;
    [[nodiscard]] virtual Table table() const = 0;
    // Paints everything into `area` (units of the painter); vector operations only, apart from maps of more
    // than 4096 cells.
    virtual void paint(QPainter& painter, const QRectF& area, const FigureStyle& style) const = 0;
    // Height over width that fits the content on paper.
    [[nodiscard]] virtual double paperRatio() const { return 0.62; }
    // Actions of this kind of figure, for its menu: log axis, fit, …
    [[nodiscard]] virtual QList<QAction*> ownActions() { return {}; }

    [[nodiscard]] bool isTableShown() const;
    void showTable(bool shown);
    void copyImageAndTsv() const;
    // As a paper takes it: the picture as PDF and SVG, or, while the table is shown, LaTeX.
    void copyForPaper() const;
    // Opens the export dialog for this figure.
    void openExport();
    // table (F6), export, copy and ownActions().
    [[nodiscard]] QMenu* createMenu(QWidget* parent);
    // The figure that the widget is or lies in; nullptr when there is none.
    [[nodiscard]] static Figure* containing(QWidget* widget);

    // A card that is maximised, or has the focus, draws first.
    void setFirst(bool first) { m_first = first; }
    [[nodiscard]] bool isFirst() const override { return m_first; }
    [[nodiscard]] bool canBeSeen() const override;
    [[nodiscard]] const Theme& theme() const { return m_theme; }

  Q_SIGNALS:
    void titleChanged(const QString& title);
    void tableShown(bool shown);
    // The numbers are others now (not for every point of a curve).
    void summaryChanged();

  protected:
    // Once, from the constructor. The widget draws when draw() is called and never by itself.
    void setPicture(QWidget* picture);
    [[nodiscard]] QWidget* picture() const { return m_picture; }
    // Cell of table() that the picture's cursor is on, as (row, column); and the way back.
    [[nodiscard]] virtual std::pair<int, int> tableCursor() const { return {0, 0}; }
    virtual void setTableCursor(int /*row*/, int /*column*/) {}
    virtual void themeChanged() {}
    // To be called whenever something that is drawn has changed.
    void requestDraw();
    // The table and the placeholder follow the data; part of draw().
    void refreshParts();

    void keyPressEvent(QKeyEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void showEvent(QShowEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    void createTable();

    const Theme& m_theme;
    QString m_title;
    Provenance m_provenance;
    QStackedLayout* m_layers;
    QPointer<QWidget> m_picture;
    QLabel* m_placeholder;
    QTableView* m_tableView = nullptr;
    TableModel* m_tableModel = nullptr;
    bool m_first = false;
    bool m_waiting = false;  // a drawing is wanted
};

}  // namespace jumplora
