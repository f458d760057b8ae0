// SPDX-License-Identifier: GPL-3.0-or-later
#include "adapters/entry_source.h"

#include "exchange/number_format.h"

#include <QCoreApplication>
#include <cmath>

namespace jumplora {
namespace {

constexpr double kShownDecades = 1e-3;  // |ΔW| below this share of the largest is as dark as zero

QString text(const char* source) { return QCoreApplication::translate("EntrySource", source); }
QString number(double value, Quantity quantity) {
    return QString::fromStdString(formatNumber(value, quantity));
}

QString extent(const DeltaArea& cell) {
    return text("rows %1–%2, columns %3–%4")
        .arg(cell.row)
        .arg(cell.row + cell.rows - 1)
        .arg(cell.column)
        .arg(cell.column + cell.columns - 1);
}

template <typename Colour>
QImage paintCells(const DeltaArea& area, Colour&& colour) {
    QImage image(static_cast<int>(area.cellColumns()), static_cast<int>(area.cellRows()),
                 QImage::Format_RGB32);
    std::size_t cell = 0;
    for (int y = 0; y < image.height(); ++y) {
        auto* line = reinterpret_cast<QRgb*>(image.scanLine(y));
        for (int x = 0; x < image.width(); ++x) line[x] = colour(cell++);
    }
    return image;
}

// A colour map as a table: one look-up for each of a million cells.
class ColourTable {
  public:
    explicit ColourTable(const ColourMap& map) : m_map(map) {
        constexpr int kSize = 512;
        for (int i = 0; i < kSize; ++i) m_colours.push_back(map.at(map.valueAt(i / (kSize - 1.0))).rgb());
    }
    [[nodiscard]] QRgb at(double value) const {
        const double place = m_map.position(value) * static_cast<double>(m_colours.size() - 1);
        return m_colours[static_cast<std::size_t>(std::lround(place))];
    }

  private:
    const ColourMap& m_map;
    std::vector<QRgb> m_colours;
};

class DeltaSource : public EntrySource {
  public:
    DeltaSource(std::shared_ptr<const ModuleDelta> delta, DeltaMode mode, DeltaPooling pooling, double tau)
        : m_delta(std::move(delta)),
          m_mode(mode),
          m_pooling(mode == DeltaMode::Mask ? DeltaPooling::Density : pooling),
          m_tau(tau),
          m_largest(m_delta->largest({0, 0, m_delta->rows(), m_delta->columns(), 1})) {}

    [[nodiscard]] std::int64_t rows() const override { return m_delta->rows(); }
    [[nodiscard]] std::int64_t columns() const override { return m_delta->columns(); }

    [[nodiscard]] QImage image(const DeltaArea& area, const Colours& colours) const override {
        const std::vector<float> cells = m_delta->cells(area, m_pooling, m_tau);
        if (isMask(area)) {
            const QRgb alive = colours.curve(0).colour.rgb();
            const QRgb dead = colours.colour(Role::Raised).rgb();
            return paintCells(area, [&](std::size_t i) { return cells[i] > 0 ? alive : dead; });
        }
        const auto map = colourMap(colours);
        const ColourTable table(*map);
        const bool magnitude = m_mode == DeltaMode::Magnitude;
        return paintCells(area, [&](std::size_t i) {
            const auto value = static_cast<double>(cells[i]);
            return table.at(magnitude ? std::abs(value) : value);
        });
    }

    [[nodiscard]] QString describe(const DeltaArea& cell) const override {
        if (cell.rows == 1 && cell.columns == 1) {
            const double value = m_delta->value(cell.row, cell.column);
            QString line = text("row %1 (output), column %2 (input)\nΔW %3")
                               .arg(cell.row)
                               .arg(cell.column)
                               .arg(number(value, Quantity::Threshold));
            if (m_tau > 0)
                line += text("\nτ %1, |ΔW| / τ %2")
                            .arg(number(m_tau, Quantity::Threshold))
                            .arg(std::abs(value) / m_tau, 0, 'f', 2);
            return line + '\n' +
                   (m_delta->isAlive(cell.row, cell.column, m_tau) ? text("alive") : text("masked"));
        }
        const DeltaEntry peak = m_delta->largest(cell);
        const float share =
            m_delta
                ->cells({cell.row, cell.column, cell.rows, cell.columns, std::max(cell.rows, cell.columns)},
                        DeltaPooling::Density, m_tau)
                .front();
        return extent(cell) + '\n' +
               text("largest %1 at row %2, column %3\n%4 % alive")
                   .arg(number(peak.value, Quantity::Threshold))
                   .arg(peak.row)
                   .arg(peak.column)
                   .arg(number(share, Quantity::Density));
    }

    [[nodiscard]] QString text(std::int64_t row, std::int64_t column) const override {
        return number(m_delta->value(row, column), Quantity::Threshold);
    }

    [[nodiscard]] TableCell cell(const DeltaArea& cell) const override {
        if (m_pooling == DeltaPooling::Largest) return TableCell::ofNumber(m_delta->largest(cell).value);
        return TableCell::ofNumber(static_cast<double>(
            m_delta
                ->cells({cell.row, cell.column, cell.rows, cell.columns, std::max(cell.rows, cell.columns)},
                        DeltaPooling::Density, m_tau)
                .front()));
    }
    [[nodiscard]] Quantity quantity() const override {
        return m_pooling == DeltaPooling::Largest ? Quantity::Plain : Quantity::Density;
    }
    [[nodiscard]] QString pooling() const override {
        return m_pooling == DeltaPooling::Largest ? text("max") : text("share alive");
    }
    [[nodiscard]] QString summary() const override {
        const std::int64_t alive = m_delta->alive(m_tau);
        return text("ΔW of %1, %2 × %3 entries, %4 percent alive, largest %5 at row %6, column %7")
            .arg(QString::fromStdString(m_delta->module()))
            .arg(rows())
            .arg(columns())
            .arg(number(static_cast<double>(alive) / static_cast<double>(m_delta->entries()),
                        Quantity::Density),
                 number(m_largest.value, Quantity::Threshold))
            .arg(m_largest.row)
            .arg(m_largest.column);
    }
    [[nodiscard]] std::optional<ColourMap> colourMap(const Colours& colours) const override {
        const double largest = std::max(std::abs(m_largest.value), 1e-12);
        if (m_pooling == DeltaPooling::Density) return ColourMap::cividisLog();
        if (m_mode == DeltaMode::Sign) return ColourMap::diverging(largest, colours.isDark());
        return ColourMap::cividisLog(largest * kShownDecades, largest);
    }
    [[nodiscard]] std::vector<Key> keys(const Colours& colours) const override {
        if (m_mode != DeltaMode::Mask) return {};
        return {{colours.curve(0).colour, text("alive")}, {colours.colour(Role::Raised), text("masked")}};
    }

  private:
    // Single entries are alive or not: two tones; several have a share.
    [[nodiscard]] bool isMask(const DeltaArea& area) const {
        return m_mode == DeltaMode::Mask && area.step == 1;
    }
    [[nodiscard]] static QString text(const char* source) { return jumplora::text(source); }

    std::shared_ptr<const ModuleDelta> m_delta;
    DeltaMode m_mode;
    DeltaPooling m_pooling;
    double m_tau;
    DeltaEntry m_largest;
};

class MaskSource : public EntrySource {
  public:
    MaskSource(std::shared_ptr<const ModuleDelta> first, std::shared_ptr<const ModuleDelta> second,
               QString firstName, QString secondName)
        : m_first(std::move(first)),
          m_second(std::move(second)),
          m_firstName(std::move(firstName)),
          m_secondName(std::move(secondName)) {}

    [[nodiscard]] std::int64_t rows() const override { return m_first->rows(); }
    [[nodiscard]] std::int64_t columns() const override { return m_first->columns(); }
    [[nodiscard]] QImage image(const DeltaArea& area, const Colours& colours) const override {
        const std::vector<MaskKind> kinds = maskCells(*m_first, *m_second, area);
        std::vector<QRgb> table;
        for (std::size_t kind = 0; kind < kMaskKinds; ++kind)
            table.push_back(maskColour(static_cast<MaskKind>(kind), colours).rgb());
        return paintCells(area, [&](std::size_t i) { return table[static_cast<std::size_t>(kinds[i])]; });
    }
    [[nodiscard]] QString describe(const DeltaArea& cell) const override {
        const MaskKind kind =
            maskCells(*m_first, *m_second,
                      {cell.row, cell.column, cell.rows, cell.columns, std::max(cell.rows, cell.columns)})
                .front();
        const QString name = maskName(kind, m_firstName, m_secondName);
        if (cell.rows > 1 || cell.columns > 1)
            return extent(cell) + '\n' + jumplora::text("mostly: %1").arg(name);
        return jumplora::text("row %1, column %2: %3\n%4 and %5")
            .arg(cell.row)
            .arg(cell.column)
            .arg(name, number(m_first->value(cell.row, cell.column), Quantity::Threshold),
                 number(m_second->value(cell.row, cell.column), Quantity::Threshold));
    }
    // Patterns beside the colours: a sign for each kind.
    [[nodiscard]] QString text(std::int64_t row, std::int64_t column) const override {
        constexpr const char* kSigns[] = {"", "i", "j", "=", "±"};
        const MaskKind kind = maskCells(*m_first, *m_second, {row, column, 1, 1, 1}).front();
        return QString::fromUtf8(kSigns[static_cast<std::size_t>(kind)]);
    }
    [[nodiscard]] TableCell cell(const DeltaArea& cell) const override {
        const MaskKind kind =
            maskCells(*m_first, *m_second,
                      {cell.row, cell.column, cell.rows, cell.columns, std::max(cell.rows, cell.columns)})
                .front();
        return TableCell::ofText(maskName(kind, m_firstName, m_secondName).toStdString());
    }
    [[nodiscard]] Quantity quantity() const override { return Quantity::Text; }
    [[nodiscard]] QString pooling() const override { return jumplora::text("most frequent"); }
    [[nodiscard]] QString summary() const override {
        return jumplora::text("Masks of %1 and %2 in %3")
            .arg(m_firstName, m_secondName, QString::fromStdString(m_first->module()));
    }
    [[nodiscard]] std::vector<Key> keys(const Colours& colours) const override {
        std::vector<Key> keys;
        for (std::size_t kind = 1; kind < kMaskKinds; ++kind) {
            const auto each = static_cast<MaskKind>(kind);
            keys.push_back({maskColour(each, colours), maskName(each, m_firstName, m_secondName)});
        }
        return keys;
    }

  private:
    std::shared_ptr<const ModuleDelta> m_first;
    std::shared_ptr<const ModuleDelta> m_second;
    QString m_firstName;
    QString m_secondName;
};

}  // namespace

std::shared_ptr<const EntrySource> deltaSource(std::shared_ptr<const ModuleDelta> delta, DeltaMode mode,
                                               DeltaPooling pooling, double tau) {
    return std::make_shared<DeltaSource>(std::move(delta), mode, pooling, tau);
}

std::shared_ptr<const EntrySource> maskSource(std::shared_ptr<const ModuleDelta> first,
                                              std::shared_ptr<const ModuleDelta> second,
                                              const QString& firstName, const QString& secondName) {
    return std::make_shared<MaskSource>(std::move(first), std::move(second), firstName, secondName);
}

QColor maskColour(MaskKind kind, const Colours& colours) {
    switch (kind) {
        case MaskKind::OnlyFirst:
            return colours.curve(0).colour;
        case MaskKind::OnlySecond:
            return colours.curve(1).colour;
        case MaskKind::BothSame:
            return colours.curve(2).colour;
        case MaskKind::BothOpposite:
            return colours.curve(4).colour;
        default:
            return colours.colour(Role::Raised);
    }
}

QString maskName(MaskKind kind, const QString& first, const QString& second) {
    switch (kind) {
        case MaskKind::OnlyFirst:
            return text("only %1").arg(first);
        case MaskKind::OnlySecond:
            return text("only %1").arg(second);
        case MaskKind::BothSame:
            return text("both, same sign");
        case MaskKind::BothOpposite:
            return text("both, opposite sign");
        default:
            return text("neither");
    }
}

}  // namespace jumplora
