// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace jumplora {

// What a cell of a tile says of the entries that it stands for.
enum class DeltaPooling {
    Largest,  // the entry of the largest magnitude, with its sign
    Density,  // the share of entries that are alive
};

// A part of a module in squares of `step` × `step` entries; the last row and column may stand for fewer.
struct DeltaArea {
    std::int64_t row = 0;  // first entry
    std::int64_t column = 0;
    std::int64_t rows = 0;  // entries
    std::int64_t columns = 0;
    std::int64_t step = 1;
    [[nodiscard]] std::int64_t cellRows() const { return (rows + step - 1) / step; }
    [[nodiscard]] std::int64_t cellColumns() const { return (columns + step - 1) / step; }
};

struct DeltaEntry {
    std::int64_t row = 0;
    std::int64_t column = 0;
    double value = 0;
};

// Entries by magnitude, in bins of equal width on a logarithmic axis. Zeros are in no bin.
struct DeltaHistogram {
    std::vector<double> edges;  // bins + 1, ascending; the last bin holds its upper edge
    std::vector<std::int64_t> counts;
    std::int64_t zeros = 0;
};

// Descending, above 1e-6 of the largest; ranks are 0 for an update without a live entry.
struct DeltaSpectrum {
    std::vector<double> values;
    double effectiveRank = 0;
    double stableRank = 0;
};

struct DeltaProfile {
    std::vector<double> rows;     // share of live entries of each row
    std::vector<double> columns;  // and of each column
};

// The update BA of one module by one task, unscaled as the gate sees it, read from the stored adapter. All
// functions may be called from several threads at once. The product is formed once, as a whole and in the
// stored type (4 bytes an entry): a product in parts may round an entry at τ to the other side, and then the
// counts would not be the trainer's. τ is compared in that type too.
class ModuleDelta {
  public:
    // Throws Error(Io/Format) as the file demands, Error(Input) for a module that it does not hold.
    static std::shared_ptr<const ModuleDelta> load(const std::filesystem::path& adapterFile,
                                                   const std::string& module);
    ~ModuleDelta();
    ModuleDelta(const ModuleDelta&) = delete;
    ModuleDelta& operator=(const ModuleDelta&) = delete;

    [[nodiscard]] const std::string& module() const;
    [[nodiscard]] std::int64_t rows() const;     // output features
    [[nodiscard]] std::int64_t columns() const;  // input features
    [[nodiscard]] std::int64_t entries() const { return rows() * columns(); }
    [[nodiscard]] std::int64_t rank() const;
    [[nodiscard]] double scaling() const;  // s = α/r
    [[nodiscard]] bool gated() const;
    [[nodiscard]] double tau() const;  // of the run; 0 without a gate (everything is alive then)

    [[nodiscard]] double value(std::int64_t row, std::int64_t column) const;
    // τ rounded to the stored type, in which it is compared.
    [[nodiscard]] double stored(double tau) const;
    // |value| > τ, strictly; without a gate also everything at τ = 0.
    [[nodiscard]] bool isAlive(std::int64_t row, std::int64_t column, double tau) const;
    // Exact, by binary search among the sorted magnitudes; without a gate all entries for τ = 0.
    [[nodiscard]] std::int64_t alive(double tau) const;
    // The magnitude of which exactly `count` entries are larger (ties aside).
    [[nodiscard]] double tauForAlive(std::int64_t count) const;
    // Of the area's entries; the first one in reading order where several are equal.
    [[nodiscard]] DeltaEntry largest(const DeltaArea& area) const;
    // Cells row by row.
    [[nodiscard]] std::vector<float> cells(const DeltaArea& area, DeltaPooling pooling, double tau) const;
    [[nodiscard]] DeltaHistogram histogram(std::size_t bins = 256) const;
    [[nodiscard]] DeltaProfile profile(double tau) const;
    // Of the update masked with the run's τ. An eigen-decomposition of the shorter side: about a second for
    // 1024 × 1024.
    [[nodiscard]] DeltaSpectrum spectrum() const;

  private:
    struct Data;
    explicit ModuleDelta(std::unique_ptr<Data> data);
    std::unique_ptr<Data> m_data;
};

// Which of two tasks keeps an entry.
enum class MaskKind : std::uint8_t { Neither, OnlyFirst, OnlySecond, BothSame, BothOpposite };
inline constexpr std::size_t kMaskKinds = 5;

struct MaskComparison {
    std::int64_t entries = 0;
    std::int64_t count[kMaskKinds] = {};
    // If the masks had nothing to do with each other: from the densities and, for the signs, from the shares
    // of positive entries among the live ones.
    double expected[kMaskKinds] = {};
};

// One module of two tasks, each with its own τ. Throws Error(Input) when their shapes differ.
MaskComparison compareMasks(const ModuleDelta& first, const ModuleDelta& second);
// Cells row by row: the kind that most entries of the cell have, "neither" only where there is no other.
std::vector<MaskKind> maskCells(const ModuleDelta& first, const ModuleDelta& second, const DeltaArea& area);

// How many entries of one task, at any τ, fall on entries that earlier tasks keep.
class CollisionCounter {
  public:
    CollisionCounter(const ModuleDelta& update, std::span<const std::shared_ptr<const ModuleDelta>> earlier);
    [[nodiscard]] std::int64_t taken() const { return static_cast<std::int64_t>(m_magnitudes.size()); }
    [[nodiscard]] std::int64_t collisions(double tau) const;

  private:
    std::vector<double> m_magnitudes;  // of the entries that an earlier task keeps, ascending
    bool m_single;                     // the update is stored in single precision
};

}  // namespace jumplora
