// SPDX-License-Identifier: GPL-3.0-or-later
#include "adapters/entry_map.h"

#include "exchange/number_format.h"
#include "plots/curve_model.h"

#include <QFutureWatcher>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QPainter>
#include <QToolTip>
#include <QtConcurrent>
#include <cmath>

namespace jumplora {
namespace {

constexpr int kLargestImage = 1024;
constexpr double kLargestScale = 64;
constexpr double kGridFrom = 8;  // pixels for an entry
constexpr double kValuesFrom = 24;
constexpr std::int64_t kMostCopied = 65536;
constexpr int kMiniMap = 84;
constexpr double kKeyWidth = 96;

}  // namespace

class EntryCanvas : public QWidget {
  public:
    explicit EntryCanvas(EntryMap& map) : QWidget(&map), m_map(map) {
        setMouseTracking(true);
        setFocusPolicy(Qt::StrongFocus);
        setAttribute(Qt::WA_OpaquePaintEvent);
        setMinimumSize(160, 120);
    }
    // Where the entries are drawn; the keys of the colours stand right of it.
    [[nodiscard]] QRectF field() const {
        const double keys = FigureStyle::screen(m_map.theme()).px(kKeyWidth);
        return QRectF(rect()).adjusted(3, 3, -3 - keys, -3);
    }

  protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* /*event*/) override {
        if (m_map.m_whole) m_map.showAll();
        m_map.clampView();
        m_map.compute();
    }
    void wheelEvent(QWheelEvent* event) override {
        if (event->angleDelta().y() != 0) m_map.zoom(event->angleDelta().y() > 0 ? 1 : -1, event->position());
        event->accept();
    }
    void mousePressEvent(QMouseEvent* event) override { m_last = event->position(); }
    void mouseMoveEvent(QMouseEvent* event) override {
        if (event->buttons().testFlag(Qt::LeftButton)) {
            const QPointF moved = m_last - event->position();
            m_last = event->position();
            m_map.moveBy(moved.y() / m_map.scale(), moved.x() / m_map.scale());
            return;
        }
        Q_EMIT m_map.cellHovered(describe(event->position()));
    }
    void leaveEvent(QEvent* event) override {
        Q_EMIT m_map.cellHovered({});
        QWidget::leaveEvent(event);
    }
    void mouseDoubleClickEvent(QMouseEvent* event) override { m_map.zoom(2, event->position()); }
    bool event(QEvent* event) override {
        if (event->type() == QEvent::ToolTip) {
            auto* help = static_cast<QHelpEvent*>(event);
            QToolTip::showText(help->globalPos(), describe(help->pos()), this);
            return true;
        }
        return QWidget::event(event);
    }

  private:
    [[nodiscard]] QString describe(const QPointF& place) const {
        const DeltaArea cell = m_map.cellAt(place);
        return cell.rows == 0 ? QString() : m_map.source()->describe(cell);
    }
    void paintValues(QPainter& painter, const FigureStyle& style);
    void paintMiniMap(QPainter& painter, const FigureStyle& style);
    EntryMap& m_map;
    QPointF m_last;
};

void EntryCanvas::paintEvent(QPaintEvent* /*event*/) {
    QPainter painter(this);
    const FigureStyle style = FigureStyle::screen(m_map.theme());
    painter.fillRect(rect(), style.colour(Role::Card));
    if (m_map.m_source == nullptr || m_map.m_image.isNull()) return;
    const QRectF area = field();
    painter.save();
    painter.setClipRect(area);
    // The newest picture stands where its entries are now, sharp or still stretched.
    const DeltaArea& drawn = m_map.m_imageArea;
    const double scale = m_map.m_scale;
    const QRectF target(area.left() + (static_cast<double>(drawn.column) - m_map.m_column) * scale,
                        area.top() + (static_cast<double>(drawn.row) - m_map.m_row) * scale,
                        static_cast<double>(m_map.m_image.width() * drawn.step) * scale,
                        static_cast<double>(m_map.m_image.height() * drawn.step) * scale);
    painter.setRenderHint(QPainter::SmoothPixmapTransform, false);
    painter.drawImage(target, m_map.m_image);
    if (scale >= kGridFrom) paintValues(painter, style);
    painter.restore();
    painter.setPen(QPen(style.colour(Role::Border), 1));
    painter.drawRect(QRectF(
        area.topLeft(),
        QSizeF(
            std::min(area.width(), (static_cast<double>(m_map.m_source->columns()) - m_map.m_column) * scale),
            std::min(area.height(), (static_cast<double>(m_map.m_source->rows()) - m_map.m_row) * scale))));
    // Beside the entries, also where they do not fill their field.
    const double right =
        std::min(area.right(),
                 area.left() + (static_cast<double>(m_map.m_source->columns()) - m_map.m_column) * scale);
    m_map.paintKeys(
        painter,
        QRectF(right + style.px(10), area.top() + style.px(4), style.px(kKeyWidth - 12), area.height()),
        style);
    if (!m_map.m_whole) paintMiniMap(painter, style);
    if (hasFocus()) {
        painter.setPen(QPen(style.colour(Role::Accent), 2));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(rect().adjusted(1, 1, -1, -1));
    }
}

void EntryCanvas::paintValues(QPainter& painter, const FigureStyle& style) {
    const DeltaArea view = m_map.view();
    const QRectF area = field();
    const double scale = m_map.m_scale;
    QColor grid = style.colour(Role::Card);
    painter.setPen(QPen(grid, 1));
    const auto x = [&](std::int64_t column) {
        return area.left() + (static_cast<double>(column) - m_map.m_column) * scale;
    };
    const auto y = [&](std::int64_t row) {
        return area.top() + (static_cast<double>(row) - m_map.m_row) * scale;
    };
    for (std::int64_t c = view.column; c <= view.column + view.columns; ++c)
        painter.drawLine(QPointF(x(c), area.top()), QPointF(x(c), area.bottom()));
    for (std::int64_t r = view.row; r <= view.row + view.rows; ++r)
        painter.drawLine(QPointF(area.left(), y(r)), QPointF(area.right(), y(r)));
    if (scale < kValuesFrom) return;
    constexpr double kPoints = 7;
    const QFont font = style.font(kPoints);
    painter.setFont(font);
    const QFontMetricsF metrics(font);
    for (std::int64_t r = view.row; r < view.row + view.rows; ++r) {
        for (std::int64_t c = view.column; c < view.column + view.columns; ++c) {
            const QString text = m_map.m_source->text(r, c);
            if (metrics.horizontalAdvance(text) > scale) continue;
            const auto column = static_cast<int>(c - m_map.m_imageArea.column);
            const auto row = static_cast<int>(r - m_map.m_imageArea.row);
            if (!m_map.m_image.valid(column, row)) continue;
            painter.setPen(textOn(m_map.m_image.pixelColor(column, row)));
            painter.drawText(QRectF(x(c), y(r), scale, scale), Qt::AlignCenter, text);
        }
    }
}

void EntryCanvas::paintMiniMap(QPainter& painter, const FigureStyle& style) {
    if (m_map.m_overview.isNull()) return;
    const QSizeF size =
        QSizeF(m_map.m_overview.size()).scaled(style.px(kMiniMap), style.px(kMiniMap), Qt::KeepAspectRatio);
    const QRectF area = field();
    const QRectF box(QPointF(area.right() - size.width() - 6, area.bottom() - size.height() - 6), size);
    painter.drawImage(box, m_map.m_overview);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(style.colour(Role::Card), 3));
    painter.drawRect(box);
    painter.setPen(QPen(style.colour(Role::Border), 1));
    painter.drawRect(box);
    const DeltaArea view = m_map.view();
    const double across = size.width() / static_cast<double>(m_map.m_source->columns());
    const double down = size.height() / static_cast<double>(m_map.m_source->rows());
    const QRectF seen(box.left() + static_cast<double>(view.column) * across,
                      box.top() + static_cast<double>(view.row) * down,
                      std::max(4.0, static_cast<double>(view.columns) * across),
                      std::max(4.0, static_cast<double>(view.rows) * down));
    painter.setPen(QPen(style.colour(Role::Accent), 2));
    painter.drawRect(seen);
}

EntryMap::EntryMap(const Theme& theme, const QString& name, const QString& title, QWidget* parent)
    : Figure(theme, name, title, parent), m_canvas(new EntryCanvas(*this)) {
    m_canvas->setObjectName(name + QStringLiteral("Canvas"));
    m_canvas->setAccessibleName(title);
    setPicture(m_canvas);
}

EntryMap::~EntryMap() = default;

void EntryMap::setSource(std::shared_ptr<const EntrySource> source) {
    const bool sameShape =
        m_source && source && m_source->rows() == source->rows() && m_source->columns() == source->columns();
    m_source = std::move(source);
    if (!sameShape) {
        m_image = {};
        m_overview = {};
        showAll();
    }
    compute();
    refreshParts();
    Q_EMIT summaryChanged();
}

double EntryMap::wholeScale() const {
    if (m_source == nullptr) return 1;
    const QRectF field = m_canvas->field();
    const double fit = std::min(field.width() / static_cast<double>(m_source->columns()),
                                field.height() / static_cast<double>(m_source->rows()));
    // Whole pixels for an entry, or whole entries for a pixel.
    if (fit >= 1) return std::min(std::floor(fit), kLargestScale);
    return 1 / std::ceil(1 / std::max(fit, 1e-6));
}

std::int64_t EntryMap::step() const {
    return m_scale >= 1 ? 1 : static_cast<std::int64_t>(std::lround(1 / m_scale));
}

void EntryMap::showAll() {
    m_whole = true;
    m_scale = wholeScale();
    m_row = 0;
    m_column = 0;
    compute();
    Q_EMIT viewChanged();
}

void EntryMap::clampView() {
    if (m_source == nullptr) return;
    const QRectF field = m_canvas->field();
    const double rows = field.height() / m_scale;
    const double columns = field.width() / m_scale;
    m_row = std::clamp(m_row, 0.0, std::max(0.0, static_cast<double>(m_source->rows()) - rows));
    m_column = std::clamp(m_column, 0.0, std::max(0.0, static_cast<double>(m_source->columns()) - columns));
}

void EntryMap::zoom(int steps, const QPointF& place) {
    if (m_source == nullptr) return;
    const double before = m_scale;
    m_scale = std::clamp(m_scale * std::exp2(steps), wholeScale(), kLargestScale);
    if (m_scale == before) return;
    const QPointF at = place - m_canvas->field().topLeft();
    m_row += at.y() / before - at.y() / m_scale;
    m_column += at.x() / before - at.x() / m_scale;
    m_whole = m_scale == wholeScale();
    clampView();
    compute();
    Q_EMIT viewChanged();
}

void EntryMap::moveBy(double rows, double columns) {
    m_row += rows;
    m_column += columns;
    clampView();
    compute();
    Q_EMIT viewChanged();
}

DeltaArea EntryMap::view() const {
    DeltaArea area;
    if (m_source == nullptr) return area;
    const QRectF field = m_canvas->field();
    area.step = step();
    // Cells begin at multiples of their size, so that a moving view pools the same entries.
    area.row = static_cast<std::int64_t>(m_row) / area.step * area.step;
    area.column = static_cast<std::int64_t>(m_column) / area.step * area.step;
    const auto lastRow = static_cast<std::int64_t>(std::ceil(m_row + field.height() / m_scale));
    const auto lastColumn = static_cast<std::int64_t>(std::ceil(m_column + field.width() / m_scale));
    const std::int64_t most = kLargestImage * area.step;
    area.rows = std::clamp<std::int64_t>(std::min(lastRow, m_source->rows()) - area.row, 1, most);
    area.columns = std::clamp<std::int64_t>(std::min(lastColumn, m_source->columns()) - area.column, 1, most);
    return area;
}

DeltaArea EntryMap::cellAt(const QPointF& place) const {
    DeltaArea cell;
    if (m_source == nullptr) return cell;
    const QPointF at = place - m_canvas->field().topLeft();
    if (!m_canvas->field().contains(place)) return cell;
    const std::int64_t size = step();
    cell.row = static_cast<std::int64_t>(m_row + at.y() / m_scale) / size * size;
    cell.column = static_cast<std::int64_t>(m_column + at.x() / m_scale) / size * size;
    if (cell.row >= m_source->rows() || cell.column >= m_source->columns()) return {};
    cell.rows = std::min(size, m_source->rows() - cell.row);
    cell.columns = std::min(size, m_source->columns() - cell.column);
    cell.step = 1;
    return cell;
}

QString EntryMap::scaleText() const {
    if (m_source == nullptr) return {};
    if (m_scale > 1) return tr("%1 × %1 px for an entry").arg(m_scale);
    if (m_scale == 1) return tr("1 px for an entry");
    return tr("1 px = %1 × %1 entries, %2").arg(step()).arg(m_source->pooling());
}

void EntryMap::compute() {
    if (m_source == nullptr || m_canvas->field().width() < 8 || m_canvas->field().height() < 8) return;
    const int generation = ++m_generation;
    m_ready = false;
    struct Result {
        QImage image;
        QImage overview;
    };
    const DeltaArea area = view();
    const bool overview = m_overview.isNull();
    auto* watcher = new QFutureWatcher<Result>(this);
    connect(watcher, &QFutureWatcher<Result>::finished, this, [this, watcher, generation, area] {
        watcher->deleteLater();
        if (generation != m_generation) return;
        const Result result = watcher->result();
        m_image = result.image;
        m_imageArea = area;
        if (!result.overview.isNull()) m_overview = result.overview;
        m_ready = true;
        requestDraw();
        Q_EMIT imageReady();
    });
    watcher->setFuture(QtConcurrent::run([source = m_source, area, colours = theme().colours(), overview] {
        Result result{source->image(area, colours), {}};
        if (overview) {
            DeltaArea whole{0, 0, source->rows(), source->columns(), 1};
            whole.step = std::max<std::int64_t>(1, std::max(whole.rows, whole.columns) / (2 * kMiniMap));
            result.overview = source->image(whole, colours);
        }
        return result;
    }));
    m_canvas->update();
}

void EntryMap::draw() {
    refreshParts();
    m_canvas->update();
}

QString EntryMap::summary() const { return m_source == nullptr ? title() : m_source->summary(); }

Table EntryMap::table() const {
    Table table;
    table.title = title().toStdString();
    if (m_source == nullptr) return table;
    const DeltaArea area = view();
    if (area.cellRows() * area.cellColumns() > kMostCopied) {
        table.columns.push_back({tr("note").toStdString()});
        table.addRow({TableCell::ofText(tr("%1 cells are in view. Zoom in to at most %2 for a table.")
                                            .arg(area.cellRows() * area.cellColumns())
                                            .arg(kMostCopied)
                                            .toStdString())});
        return table;
    }
    table.comments.push_back(scaleText().toStdString());
    table.columns.push_back({tr("row").toStdString(), Quantity::Plain});
    for (std::int64_t c = 0; c < area.columns; c += area.step)
        table.columns.push_back({std::to_string(area.column + c), m_source->quantity()});
    for (std::int64_t r = 0; r < area.rows; r += area.step) {
        std::vector<TableCell> row = {TableCell::ofNumber(static_cast<double>(area.row + r))};
        for (std::int64_t c = 0; c < area.columns; c += area.step)
            row.push_back(m_source->cell({area.row + r, area.column + c, std::min(area.step, area.rows - r),
                                          std::min(area.step, area.columns - c), 1}));
        table.addRow(std::move(row));
    }
    return table;
}

void EntryMap::paintKeys(QPainter& painter, const QRectF& area, const FigureStyle& style) const {
    const QFont font = style.font(style.smallPoints);
    painter.setFont(font);
    const QFontMetricsF metrics(font);
    double y = area.top();
    const auto keys = m_source->keys(style.colours);
    const bool single = step() == 1;
    for (const EntrySource::Key& key : keys) {
        if (!single && m_source->colourMap(style.colours)) break;  // shares have a bar
        const QRectF box(area.left(), y + style.px(1), style.px(12), style.px(12));
        painter.fillRect(box, key.colour);
        painter.setPen(QPen(style.colour(Role::Border), style.line(style.axisPoints)));
        painter.drawRect(box);
        painter.setPen(style.colour(Role::Text));
        const QRectF place(box.right() + style.px(5), y, area.right() - box.right() - style.px(5),
                           metrics.height() * 3);
        QRectF used;
        painter.drawText(place, Qt::TextWordWrap | Qt::AlignLeft | Qt::AlignTop, key.name, &used);
        y += std::max(used.height(), box.height()) + style.px(6);
    }
    const auto map = m_source->colourMap(style.colours);
    if (!map || (single && !keys.empty())) return;
    const QRectF bar(area.left(), area.top() + style.px(4), style.px(12),
                     std::min(area.height() - style.px(12), style.px(200)));
    QLinearGradient gradient(bar.bottomLeft(), bar.topLeft());
    const auto& stops = map->stops();
    for (std::size_t i = 0; i < stops.size(); ++i)
        gradient.setColorAt(static_cast<double>(i) / static_cast<double>(stops.size() - 1), stops[i]);
    painter.fillRect(bar, gradient);
    painter.setPen(QPen(style.colour(Role::Border), style.line(style.axisPoints)));
    painter.drawRect(bar);
    painter.setPen(style.colour(Role::MutedText));
    constexpr int kParts = 4;
    for (int i = 0; i <= kParts; ++i) {
        const double value = map->valueAt(i / static_cast<double>(kParts));
        const double place = bar.bottom() - bar.height() * i / kParts;
        QString text =
            m_source->quantity() == Quantity::Density
                ? QString::fromStdString(formatNumber(value, Quantity::Density)) + QStringLiteral(" %")
                : QString::number(value, 'g', 2).replace('-', QChar(0x2212));
        if (i == 0 && map->logarithmic()) text.prepend(QStringLiteral("≤ "));
        painter.drawText(QRectF(bar.right() + style.px(5), place - metrics.height() / 2,
                                area.right() - bar.right(), metrics.height()),
                         Qt::AlignLeft | Qt::AlignVCenter, text);
    }
}

void EntryMap::paint(QPainter& painter, const QRectF& area, const FigureStyle& style) const {
    if (m_source == nullptr) return;
    const double keys = style.px(kKeyWidth);
    const DeltaArea seen = view();
    const QImage image = m_source->image(seen, style.colours);
    QSizeF size =
        QSizeF(image.size()).scaled(area.width() - keys, area.height() - style.px(22), Qt::KeepAspectRatio);
    const QRectF box(area.topLeft() + QPointF(1, 1), size);
    painter.setRenderHint(QPainter::SmoothPixmapTransform, false);
    painter.drawImage(box, image);
    painter.setPen(QPen(style.colour(Role::Border), style.line(style.axisPoints)));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(box);
    paintKeys(painter, QRectF(box.right() + style.px(8), box.top(), keys - style.px(8), box.height()), style);
    painter.setFont(style.font(style.smallPoints));
    painter.setPen(style.colour(Role::MutedText));
    painter.drawText(QRectF(box.left(), box.bottom() + style.px(3), area.width(), style.px(18)),
                     Qt::AlignLeft | Qt::AlignTop,
                     tr("rows %1–%2, columns %3–%4; %5")
                         .arg(seen.row)
                         .arg(seen.row + seen.rows - 1)
                         .arg(seen.column)
                         .arg(seen.column + seen.columns - 1)
                         .arg(scaleText()));
}

void EntryMap::keyPressEvent(QKeyEvent* event) {
    const QPointF middle = m_canvas->field().center();
    const DeltaArea seen = view();
    constexpr double kStep = 0.25;
    const double rows = std::max(1.0, std::floor(static_cast<double>(seen.rows) * kStep));
    const double columns = std::max(1.0, std::floor(static_cast<double>(seen.columns) * kStep));
    switch (event->modifiers() & ~Qt::KeypadModifier & ~Qt::ShiftModifier ? 0 : event->key()) {
        case Qt::Key_Left:
            moveBy(0, -columns);
            break;
        case Qt::Key_Right:
            moveBy(0, columns);
            break;
        case Qt::Key_Up:
            moveBy(-rows, 0);
            break;
        case Qt::Key_Down:
            moveBy(rows, 0);
            break;
        case Qt::Key_Plus:
        case Qt::Key_Equal:
            zoom(1, middle);
            break;
        case Qt::Key_Minus:
            zoom(-1, middle);
            break;
        case Qt::Key_Home:
        case Qt::Key_0:
            showAll();
            break;
        default:
            Figure::keyPressEvent(event);
    }
}

}  // namespace jumplora
