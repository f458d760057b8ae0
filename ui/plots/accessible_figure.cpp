// SPDX-License-Identifier: GPL-3.0-or-later
// Maps as tables and curves as charts for screen readers.
#include "plots/accessible_figure.h"

#include "plots/heat_map_canvas.h"

#include <QAccessibleWidget>
#include <map>

namespace jumplora {
namespace {

class AccessibleMap;

class AccessibleCell : public QAccessibleInterface, public QAccessibleTableCellInterface {
  public:
    AccessibleCell(AccessibleMap& map, HeatMap& figure, int index)
        : m_map(map), m_figure(figure), m_index(index) {}

    [[nodiscard]] bool isValid() const override {
        return m_index < m_figure.data().rows * m_figure.data().columns;
    }
    [[nodiscard]] QObject* object() const override { return nullptr; }
    [[nodiscard]] QAccessibleInterface* childAt(int /*x*/, int /*y*/) const override { return nullptr; }
    [[nodiscard]] QAccessibleInterface* parent() const override;
    [[nodiscard]] QAccessibleInterface* child(int /*index*/) const override { return nullptr; }
    [[nodiscard]] int childCount() const override { return 0; }
    [[nodiscard]] int indexOfChild(const QAccessibleInterface* /*child*/) const override { return -1; }
    [[nodiscard]] QString text(QAccessible::Text kind) const override {
        if (!isValid() || (kind != QAccessible::Name && kind != QAccessible::Value)) return {};
        return m_figure.cellDescription(rowIndex(), columnIndex()).replace('\n', QStringLiteral(", "));
    }
    void setText(QAccessible::Text /*kind*/, const QString& /*text*/) override {}
    [[nodiscard]] QRect rect() const override {
        const QRect rect = m_figure.cellRect(rowIndex(), columnIndex()).toRect();
        QWidget* canvas = m_figure.focusProxy();
        return {canvas->mapToGlobal(rect.topLeft()), rect.size()};
    }
    [[nodiscard]] QAccessible::Role role() const override { return QAccessible::Cell; }
    [[nodiscard]] QAccessible::State state() const override {
        QAccessible::State state;
        state.focusable = true;
        state.selectable = true;
        state.readOnly = true;
        state.focused = m_figure.focusProxy()->hasFocus() && isSelected();
        state.selected = isSelected();
        return state;
    }
    void* interface_cast(QAccessible::InterfaceType type) override {
        return type == QAccessible::TableCellInterface ? static_cast<QAccessibleTableCellInterface*>(this)
                                                       : nullptr;
    }

    [[nodiscard]] bool isSelected() const override {
        return m_figure.cursor() == QPoint(columnIndex(), rowIndex());
    }
    [[nodiscard]] QList<QAccessibleInterface*> columnHeaderCells() const override { return {}; }
    [[nodiscard]] QList<QAccessibleInterface*> rowHeaderCells() const override { return {}; }
    [[nodiscard]] int columnIndex() const override { return m_index % std::max(1, m_figure.data().columns); }
    [[nodiscard]] int rowIndex() const override { return m_index / std::max(1, m_figure.data().columns); }
    [[nodiscard]] int columnExtent() const override { return 1; }
    [[nodiscard]] int rowExtent() const override { return 1; }
    [[nodiscard]] QAccessibleInterface* table() const override;

  private:
    AccessibleMap& m_map;
    HeatMap& m_figure;
    int m_index;
};

class AccessibleMap : public QAccessibleWidget, public QAccessibleTableInterface {
  public:
    explicit AccessibleMap(HeatMapCanvas* canvas)
        : QAccessibleWidget(canvas, QAccessible::Table), m_figure(canvas->map()) {}
    ~AccessibleMap() override {
        for (const auto& [index, id] : m_cells) QAccessible::deleteAccessibleInterface(id);
    }

    void* interface_cast(QAccessible::InterfaceType type) override {
        if (type == QAccessible::TableInterface) return static_cast<QAccessibleTableInterface*>(this);
        return QAccessibleWidget::interface_cast(type);
    }
    [[nodiscard]] QString text(QAccessible::Text kind) const override {
        return kind == QAccessible::Description ? m_figure.summary() : QAccessibleWidget::text(kind);
    }
    [[nodiscard]] int childCount() const override { return rowCount() * columnCount(); }
    [[nodiscard]] QAccessibleInterface* child(int index) const override {
        if (index < 0 || index >= childCount()) return nullptr;
        const auto known = m_cells.find(index);
        if (known != m_cells.end()) return QAccessible::accessibleInterface(known->second);
        auto* cell = new AccessibleCell(const_cast<AccessibleMap&>(*this), m_figure, index);
        m_cells[index] = QAccessible::registerAccessibleInterface(cell);
        return cell;
    }
    [[nodiscard]] int indexOfChild(const QAccessibleInterface* child) const override {
        for (const auto& [index, id] : m_cells) {
            if (QAccessible::accessibleInterface(id) == child) return index;
        }
        return -1;
    }

    [[nodiscard]] QAccessibleInterface* caption() const override { return nullptr; }
    [[nodiscard]] QAccessibleInterface* summary() const override { return nullptr; }
    [[nodiscard]] QAccessibleInterface* cellAt(int row, int column) const override {
        return child(row * columnCount() + column);
    }
    [[nodiscard]] int selectedCellCount() const override { return m_figure.cursor().x() >= 0 ? 1 : 0; }
    [[nodiscard]] QList<QAccessibleInterface*> selectedCells() const override {
        const QPoint cursor = m_figure.cursor();
        if (cursor.x() < 0) return {};
        return {cellAt(cursor.y(), cursor.x())};
    }
    [[nodiscard]] QString columnDescription(int column) const override {
        return m_figure.data().columnNames.value(column);
    }
    [[nodiscard]] QString rowDescription(int row) const override {
        return m_figure.data().rowNames.value(row);
    }
    [[nodiscard]] int selectedColumnCount() const override { return 0; }
    [[nodiscard]] int selectedRowCount() const override { return 0; }
    [[nodiscard]] int columnCount() const override { return m_figure.data().columns; }
    [[nodiscard]] int rowCount() const override { return m_figure.data().rows; }
    [[nodiscard]] QList<int> selectedColumns() const override { return {}; }
    [[nodiscard]] QList<int> selectedRows() const override { return {}; }
    [[nodiscard]] bool isColumnSelected(int /*column*/) const override { return false; }
    [[nodiscard]] bool isRowSelected(int /*row*/) const override { return false; }
    bool selectRow(int /*row*/) override { return false; }
    bool selectColumn(int /*column*/) override { return false; }
    bool unselectRow(int /*row*/) override { return false; }
    bool unselectColumn(int /*column*/) override { return false; }
    void modelChange(QAccessibleTableModelChangeEvent* /*event*/) override {}

  private:
    HeatMap& m_figure;
    mutable std::map<int, QAccessible::Id> m_cells;
};

QAccessibleInterface* AccessibleCell::parent() const { return &m_map; }
QAccessibleInterface* AccessibleCell::table() const { return &m_map; }

// Every other picture says what its figure says.
class AccessibleFigure : public QAccessibleWidget {
  public:
    explicit AccessibleFigure(Figure* figure)
        : QAccessibleWidget(figure, QAccessible::Chart), m_figure(*figure) {}
    [[nodiscard]] QString text(QAccessible::Text kind) const override {
        return kind == QAccessible::Description ? m_figure.summary() : QAccessibleWidget::text(kind);
    }

  private:
    Figure& m_figure;
};

QAccessibleInterface* makeInterface(const QString& /*key*/, QObject* object) {
    if (auto* canvas = qobject_cast<HeatMapCanvas*>(object)) return new AccessibleMap(canvas);
    if (auto* figure = qobject_cast<Figure*>(object)) return new AccessibleFigure(figure);
    return nullptr;
}

}  // namespace

void installFigureAccessibility() {
    static const bool kInstalled = [] {
        QAccessible::installFactory(makeInterface);
        return true;
    }();
    Q_UNUSED(kInstalled);
}

}  // namespace jumplora
