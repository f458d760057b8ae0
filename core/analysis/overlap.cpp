// SPDX-License-Identifier: Apache-2.0
#include "analysis/overlap.h"

#include "analysis/pair_sums.h"
#include "analysis/spectrum.h"
#include "base/error.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numeric>

namespace jumplora {
namespace {

// Angles between two spaces, summarised; over several modules min of min, mean of means, and so on.
struct AngleSummary {
    std::int64_t modules = 0;
    double smallest = 0;
    double meanSum = 0;
    double largest = 0;
    double grassmannSum = 0;

    void add(const AngleSummary& other) {
        if (other.modules == 0) return;
        smallest = modules == 0 ? other.smallest : std::min(smallest, other.smallest);
        largest = modules == 0 ? other.largest : std::max(largest, other.largest);
        meanSum += other.meanSum;
        grassmannSum += other.grassmannSum;
        modules += other.modules;
    }
};

AngleSummary summarise(const std::vector<double>& angles) {
    if (angles.empty()) return {};
    const double sum = std::accumulate(angles.begin(), angles.end(), 0.0);
    const double squares = std::inner_product(angles.begin(), angles.end(), angles.begin(), 0.0);
    return {1, angles.front(), sum / static_cast<double>(angles.size()), angles.back(), std::sqrt(squares)};
}

// What is known of a task; of one module, or summed over modules.
struct TaskValues {
    double entries = 0;
    double live = 0;
    double squares = 0;
    std::int64_t ranked = 0;  // modules with a spectrum
    double effectiveRankSum = 0;
    double stableRankSum = 0;

    void add(const TaskValues& other) {
        entries += other.entries;
        live += other.live;
        squares += other.squares;
        ranked += other.ranked;
        effectiveRankSum += other.effectiveRankSum;
        stableRankSum += other.stableRankSum;
    }
};

struct PairValues {
    PairSums sums;
    double expected = 0;  // Σ ρ_i ρ_j m n
    double aProduct = 0;  // squared norms
    double updateProduct = 0;
    AngleSummary row;
    AngleSummary column;

    void add(const PairValues& other) {
        sums += other.sums;
        expected += other.expected;
        aProduct += other.aProduct;
        updateProduct += other.updateProduct;
        row.add(other.row);
        column.add(other.column);
    }
};

// Collects named values; what has no finite value stays out.
class Values {
  public:
    void put(const std::string& key, double value) {
        if (std::isfinite(value)) m_values.push_back({key, value});
    }
    void ratio(const std::string& key, double value, double by) {
        if (by > 0) put(key, value / by);
    }
    void space(const std::string& name, const AngleSummary& angles) {
        if (angles.modules == 0) return;
        const auto modules = static_cast<double>(angles.modules);
        put(name + "_angle_min", angles.smallest);
        put(name + "_angle_mean", angles.meanSum / modules);
        put(name + "_angle_max", angles.largest);
        put(name + "_grassmann", angles.grassmannSum / modules);
    }
    [[nodiscard]] std::vector<NamedValue> take() { return std::move(m_values); }

  private:
    std::vector<NamedValue> m_values;
};

std::vector<NamedValue> named(const TaskValues& task) {
    Values values;
    values.ratio("density", task.live, task.entries);
    values.put("frobenius_norm", std::sqrt(task.squares));
    values.ratio("effective_rank", task.effectiveRankSum, static_cast<double>(task.ranked));
    values.ratio("stable_rank", task.stableRankSum, static_cast<double>(task.ranked));
    return values.take();
}

std::vector<NamedValue> named(const PairValues& pair, const TaskValues& i, const TaskValues& j,
                              bool spectral) {
    const auto both = static_cast<double>(pair.sums.both);
    const double either = i.live + j.live - both;
    const double expectedEither = i.live + j.live - pair.expected;
    Values values;
    values.ratio("collision_rate", both, i.entries);
    values.ratio("collision_chance", pair.expected, i.entries);
    values.ratio("collision_lift", both, pair.expected);
    values.ratio("jaccard", both, either);
    if (either > 0) values.ratio("jaccard_lift", both / either, pair.expected / expectedEither);
    values.ratio("contained_j_in_i", both, j.live);
    values.ratio("contained_i_in_j", both, i.live);
    values.ratio("sign_conflict", static_cast<double>(pair.sums.opposite), both);
    values.ratio("cosine", pair.sums.dot, std::sqrt(i.squares) * std::sqrt(j.squares));
    values.put("ella_energy", pair.sums.energy);
    values.put("a_product_norm", std::sqrt(pair.aProduct));
    if (spectral) {
        values.put("update_product_norm", std::sqrt(pair.updateProduct));
        values.space("row", pair.row);
        values.space("column", pair.column);
    }
    return values.take();
}

std::vector<StoredAdapter> openAdapters(const RunDirectory& directory, std::int64_t tasks) {
    std::vector<StoredAdapter> adapters;
    for (std::int64_t task = 1; task <= tasks; ++task) {
        adapters.emplace_back(directory.path() / directory.adapterName(task));
        adapters.back().requireSameModules(adapters.front());
    }
    return adapters;
}

// Values of one module: every task, and the given pairs of tasks. Spectra only for tasks that need one.
struct ModuleValues {
    std::vector<TaskValues> tasks;
    std::vector<PairValues> pairs;
};

void addSpectra(ModuleValues& values, const std::vector<ModuleUpdate>& updates,
                const std::vector<UpdatePair>& pairs) {
    std::vector<Spectrum> spectra;
    for (std::size_t t = 0; t < updates.size(); ++t) {
        spectra.push_back(spectrumOf(updates[t]));
        if (spectra[t].values.empty()) continue;
        values.tasks[t].ranked = 1;
        values.tasks[t].effectiveRankSum = spectra[t].effectiveRank();
        values.tasks[t].stableRankSum = spectra[t].stableRank();
    }
    const std::vector<double> products = updateProductSquares(updates, pairs);
    for (std::size_t p = 0; p < pairs.size(); ++p) {
        const Spectrum& i = spectra[pairs[p].first];
        const Spectrum& j = spectra[pairs[p].second];
        values.pairs[p].updateProduct = products[p];
        values.pairs[p].row = summarise(principalAngles(i.row, j.row));
        values.pairs[p].column = summarise(principalAngles(i.column, j.column));
    }
}

ModuleValues compareModule(const std::vector<StoredAdapter>& adapters, std::size_t module,
                           const std::vector<UpdatePair>& pairs, const OverlapOptions& options) {
    std::vector<ModuleUpdate> updates;
    updates.reserve(adapters.size());
    for (const StoredAdapter& adapter : adapters) updates.push_back(loadUpdate(adapter, module));
    const ElementSums sums = elementSums(updates, pairs);
    ModuleValues values{std::vector<TaskValues>(updates.size()), std::vector<PairValues>(pairs.size())};
    for (std::size_t t = 0; t < updates.size(); ++t) {
        values.tasks[t].entries =
            static_cast<double>(updates[t].rows) * static_cast<double>(updates[t].columns);
        values.tasks[t].live = static_cast<double>(updates[t].live());
        values.tasks[t].squares = sums.squares[t];
    }
    for (std::size_t p = 0; p < pairs.size(); ++p) {
        const auto [i, j] = pairs[p];
        values.pairs[p].sums = sums.pairs[p];
        values.pairs[p].expected = values.tasks[i].live * values.tasks[j].live / values.tasks[i].entries;
        values.pairs[p].aProduct = aProductSquare(updates[i], updates[j]);
    }
    if (options.spectral) addSpectra(values, updates, pairs);
    return values;
}

// The named values of every event, in the order of `events`.
std::vector<std::vector<NamedValue>> nameAll(const std::vector<OverlapComputed>& events,
                                             const ModuleValues& values, const OverlapOptions& options) {
    std::vector<std::vector<NamedValue>> all;
    std::size_t pair = 0;
    for (const OverlapComputed& event : events) {
        const TaskValues& i = values.tasks[static_cast<std::size_t>(event.i - 1)];
        const TaskValues& j = values.tasks[static_cast<std::size_t>(event.j - 1)];
        all.push_back(event.i == event.j ? named(j) : named(values.pairs[pair++], i, j, options.spectral));
    }
    return all;
}

// Tasks `first` … `last`, each with all tasks before it.
std::vector<OverlapComputed> compute(const RunDirectory& directory, std::int64_t first, std::int64_t last,
                                     const OverlapOptions& options) {
    const at::NoGradGuard noGrad;
    const std::vector<StoredAdapter> adapters = openAdapters(directory, last);
    std::vector<OverlapComputed> events;
    std::vector<UpdatePair> pairs;
    for (std::int64_t j = first; j <= last; ++j) {
        events.push_back({j, j, {}, {}});
        for (std::int64_t i = 1; i < j; ++i) {
            events.push_back({i, j, {}, {}});
            pairs.emplace_back(static_cast<std::size_t>(i - 1), static_cast<std::size_t>(j - 1));
        }
    }
    ModuleValues pooled{std::vector<TaskValues>(adapters.size()), std::vector<PairValues>(pairs.size())};
    for (std::size_t module = 0; module < adapters.front().modules().size(); ++module) {
        const ModuleValues values = compareModule(adapters, module, pairs, options);
        for (std::size_t t = 0; t < adapters.size(); ++t) pooled.tasks[t].add(values.tasks[t]);
        for (std::size_t p = 0; p < pairs.size(); ++p) pooled.pairs[p].add(values.pairs[p]);
        auto all = nameAll(events, values, options);
        for (std::size_t e = 0; e < events.size(); ++e) events[e].perModule.push_back(std::move(all[e]));
    }
    auto all = nameAll(events, pooled, options);
    for (std::size_t e = 0; e < events.size(); ++e) events[e].pooled = std::move(all[e]);
    return events;
}

}  // namespace

std::vector<OverlapComputed> withEarlier(const RunDirectory& directory, std::int64_t task,
                                         const OverlapOptions& options) {
    if (task < 1) fail(ErrorKind::Input, "task {}: tasks are numbered from 1", task);
    return compute(directory, task, task, options);
}

std::vector<OverlapComputed> allPairs(const RunDirectory& directory, const OverlapOptions& options) {
    std::int64_t tasks = 0;
    while (std::filesystem::exists(directory.path() / directory.adapterName(tasks + 1))) ++tasks;
    if (tasks == 0)
        fail(ErrorKind::State,
             "{}: holds no adapter of a finished task yet, so there is no overlap to compute",
             directory.path().string());
    return compute(directory, 1, tasks, options);
}

PrincipalAngles principalAngles(const RunDirectory& directory, std::int64_t i, std::int64_t j,
                                std::size_t module) {
    const at::NoGradGuard noGrad;
    const StoredAdapter first(directory.path() / directory.adapterName(i));
    const StoredAdapter second(directory.path() / directory.adapterName(j));
    second.requireSameModules(first);
    if (module >= first.modules().size())
        fail(ErrorKind::Input, "module {}: the run has modules 0 to {}", module, first.modules().size() - 1);
    const Spectrum x = spectrumOf(loadUpdate(first, module));
    const Spectrum y = spectrumOf(loadUpdate(second, module));
    return {principalAngles(x.row, y.row), principalAngles(x.column, y.column)};
}

}  // namespace jumplora
