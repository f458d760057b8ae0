// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "analysis/module_delta.h"
#include "exchange/table.h"
#include "theme/colour_map.h"
#include "theme/colours.h"

#include <QImage>
#include <QString>
#include <memory>
#include <optional>
#include <vector>

namespace jumplora {

// What a map of single entries shows. Immutable; image() is called on worker threads.
class EntrySource {
  public:
    virtual ~EntrySource() = default;
    [[nodiscard]] virtual std::int64_t rows() const = 0;
    [[nodiscard]] virtual std::int64_t columns() const = 0;
    // One pixel for each cell of the area.
    [[nodiscard]] virtual QImage image(const DeltaArea& area, const Colours& colours) const = 0;
    // Tooltip of a cell; `cell.step` is 1 for a single entry.
    [[nodiscard]] virtual QString describe(const DeltaArea& cell) const = 0;
    // In a cell of one entry, when there is room.
    [[nodiscard]] virtual QString text(std::int64_t row, std::int64_t column) const = 0;
    [[nodiscard]] virtual TableCell cell(const DeltaArea& cell) const = 0;
    [[nodiscard]] virtual Quantity quantity() const { return Quantity::Plain; }
    // How several entries became one cell: "max", "density".
    [[nodiscard]] virtual QString pooling() const = 0;
    [[nodiscard]] virtual QString summary() const = 0;
    // A colour bar, or named colours.
    [[nodiscard]] virtual std::optional<ColourMap> colourMap(const Colours& /*colours*/) const {
        return std::nullopt;
    }
    struct Key {
        QColor colour;
        QString name;
        bool hatched = false;
    };
    [[nodiscard]] virtual std::vector<Key> keys(const Colours& /*colours*/) const { return {}; }
};

enum class DeltaMode { Magnitude, Sign, Mask };

// ΔW of one module: |ΔW|, sign, or mask; pooled by the largest entry or by density.
std::shared_ptr<const EntrySource> deltaSource(std::shared_ptr<const ModuleDelta> delta, DeltaMode mode,
                                               DeltaPooling pooling, double tau);
// Which of two tasks keeps an entry.
std::shared_ptr<const EntrySource> maskSource(std::shared_ptr<const ModuleDelta> first,
                                              std::shared_ptr<const ModuleDelta> second,
                                              const QString& firstName, const QString& secondName);
QColor maskColour(MaskKind kind, const Colours& colours);
QString maskName(MaskKind kind, const QString& first, const QString& second);

}  // namespace jumplora
