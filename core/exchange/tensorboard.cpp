// SPDX-License-Identifier: Apache-2.0
#include "exchange/tensorboard.h"

#include "analysis/metrics.h"
#include "analysis/module_delta.h"
#include "base/error.h"
#include "exchange/event_file.h"
#include "exchange/png_image.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace jumplora {
namespace {

// Magnitudes in buckets of a tenth of a decade.
class Magnitudes {
  public:
    void add(const std::vector<float>& values) {
        for (const float value : values) {
            const double magnitude = std::abs(static_cast<double>(value));
            if (magnitude == 0 || !std::isfinite(magnitude)) continue;
            ++m_counts[static_cast<int>(std::ceil(kPerDecade * std::log10(magnitude)))];
            m_histogram.minimum =
                m_histogram.count == 0 ? magnitude : std::min(m_histogram.minimum, magnitude);
            m_histogram.maximum = std::max(m_histogram.maximum, magnitude);
            m_histogram.count += 1;
            m_histogram.sum += magnitude;
            m_histogram.sumOfSquares += magnitude * magnitude;
        }
    }
    [[nodiscard]] EventHistogram histogram() const {
        EventHistogram result = m_histogram;
        for (const auto& [bucket, count] : m_counts) {
            // An empty bucket before a gap keeps TensorBoard from spreading counts over it.
            const double lower = std::pow(10.0, (bucket - 1) / kPerDecade);
            if (result.limits.empty() || result.limits.back() < lower * (1 - 1e-9)) {
                result.limits.push_back(lower);
                result.counts.push_back(0);
            }
            result.limits.push_back(std::pow(10.0, bucket / kPerDecade));
            result.counts.push_back(count);
        }
        return result;
    }

  private:
    static constexpr double kPerDecade = 10;
    EventHistogram m_histogram;
    std::map<int, double> m_counts;
};

class Writer {
  public:
    Writer(const RunDirectory& run, EventFile& file, const TensorBoardOptions& options)
        : m_run(run), m_file(file), m_options(options) {}

    void write(const std::vector<Event>& events) {
        for (const Event& event : events) {
            m_place.wallTime = event.time;
            std::visit([this](const auto& payload) { take(payload); }, event.payload);
        }
        finishRow();
        writeOverlap();
    }

    TensorBoardReport report;

  private:
    void scalar(const std::string& tag, double value) {
        m_file.scalar(tag, value, m_place);
        ++report.scalars;
    }
    [[nodiscard]] std::string taskName(std::int64_t task) const {
        const auto& names = m_matrix.taskNames();
        return task >= 1 && task <= m_matrix.tasks() ? names[static_cast<std::size_t>(task - 1)]
                                                     : std::to_string(task);
    }

    void take(const RunStarted& event) {
        m_matrix = AccuracyMatrix(event.tasks);
        m_modules = event.modules;
    }
    void take(const TaskStarted& event) {
        finishRow();
        m_file.text("tasks",
                    fmt::format("task {}: **{}**, {} rows, {} steps", event.task, event.name, event.rows,
                                event.steps),
                    m_place);
    }
    void take(const StepMetrics& event) {
        m_place.step = event.globalStep;
        double total = event.ce;
        scalar("train/ce", event.ce);
        for (const NamedValue& penalty : event.penalties) {
            total += penalty.value;
            scalar("train/penalty/" + penalty.name, penalty.value);
        }
        scalar("train/total", total);
        scalar("train/grad_norm", event.gradNorm);
        scalar("train/lr", event.lr);
        scalar("gate/f", event.f);
        scalar("gate/density", event.density);
        for (std::size_t i = 0; i < event.tau.size(); ++i)
            scalar(fmt::format("gate/tau/{}", i), event.tau[i]);
        scalar("speed/tokens_per_second", event.tokensPerSecond);
        scalar("speed/step_seconds", event.stepSeconds);
        scalar("speed/memory_bytes", static_cast<double>(event.memoryBytes));
        scalar("task", static_cast<double>(event.task));
    }
    void take(const GateStatistics& event) {
        for (std::size_t i = 0; i < event.inWindow.size(); ++i)
            scalar(fmt::format("gate/in_window/{}", i), event.inWindow[i]);
        if (!m_options.perModule) return;
        for (std::size_t i = 0; i < std::min(event.alive.size(), m_modules.size()); ++i) {
            const double entries =
                static_cast<double>(m_modules[i].rows) * static_cast<double>(m_modules[i].columns);
            if (entries > 0)
                scalar("density/" + m_modules[i].name, static_cast<double>(event.alive[i]) / entries);
        }
    }
    void take(const TaskTrained& event) {
        if (!m_options.histograms || event.adapterFile.empty()) return;
        const std::filesystem::path file = m_run.path() / event.adapterFile;
        if (m_options.progress) m_options.progress(event.adapterFile);
        Magnitudes all;
        for (const ModuleInfo& module : m_modules) {
            const auto delta = ModuleDelta::load(file, module.name);
            DeltaArea area;
            area.rows = delta->rows();
            area.columns = delta->columns();
            const auto values = delta->cells(area, DeltaPooling::Largest, 0);
            all.add(values);
            if (!m_options.perModule) continue;
            Magnitudes one;
            one.add(values);
            histogram("abs_delta_w/" + module.name, one);
        }
        histogram("abs_delta_w", all);
    }
    void histogram(const std::string& tag, const Magnitudes& magnitudes) {
        m_file.histogram(tag, magnitudes.histogram(), m_place);
        ++report.histograms;
    }
    void take(const EvaluationCell& event) {
        if (m_row && *m_row != event.afterTask) finishRow();
        m_row = event.afterTask;
        m_matrix.set(event.afterTask, event.task, matrixCell(event));
        scalar("score/" + taskName(event.task), matrixCell(event).accuracy());
    }
    void take(const WarningRaised& event) { m_file.text("warnings/" + event.code, event.message, m_place); }
    void take(const OverlapComputed& event) { m_overlap[{event.i, event.j}] = event; }
    template <typename Other>
    void take(const Other&) {}

    // Metrics of the tasks seen so far, once all cells of a row are there.
    void finishRow() {
        if (!m_row) return;
        const std::int64_t row = *m_row;
        m_row.reset();
        if (row > 0) {
            std::vector<std::string> names(m_matrix.taskNames().begin(),
                                           m_matrix.taskNames().begin() + static_cast<std::ptrdiff_t>(row));
            AccuracyMatrix seen(names);
            for (std::int64_t t = 0; t <= row; ++t)
                for (std::int64_t i = 1; i <= row; ++i)
                    if (const auto& cell = m_matrix.cell(t, i)) seen.set(t, i, *cell);
            for (const MetricInfo& info : metricInfos())
                if (const MetricValue value = info.compute(seen, {}); value.value)
                    scalar("metrics/" + info.key, *value.value);
        }
        std::vector<std::vector<std::optional<double>>> rows;
        for (std::int64_t t = m_matrix.cell(0, 1) ? 0 : 1; t <= m_matrix.tasks(); ++t) {
            rows.emplace_back();
            for (std::int64_t i = 1; i <= m_matrix.tasks(); ++i) rows.back().push_back(m_matrix.at(t, i));
        }
        image("score/matrix", heatMap(rows, 0, 1));
    }
    void image(const std::string& tag, const PngImage& picture) {
        m_file.image(tag, picture.width(), picture.height(), picture.encode(), m_place);
        ++report.images;
    }

    // One picture for each measure of pairs, coloured over its own range.
    void writeOverlap() {
        const auto tasks = m_matrix.taskNames().size();
        const auto isPair = [&](const std::pair<std::int64_t, std::int64_t>& pair) {
            return pair.first >= 1 && pair.first < pair.second && pair.second <= m_matrix.tasks();
        };
        std::set<std::string> measures;
        for (const auto& [pair, overlap] : m_overlap)
            for (const NamedValue& value : overlap.pooled)
                if (isPair(pair)) measures.insert(value.name);
        for (const std::string& measure : measures) {
            std::vector<std::vector<std::optional<double>>> rows(tasks,
                                                                 std::vector<std::optional<double>>(tasks));
            double low = INFINITY;
            double high = -INFINITY;
            for (const auto& [pair, overlap] : m_overlap) {
                for (const NamedValue& value : overlap.pooled) {
                    if (value.name != measure || !isPair(pair)) continue;
                    const auto i = static_cast<std::size_t>(pair.first - 1);
                    const auto j = static_cast<std::size_t>(pair.second - 1);
                    rows[i][j] = rows[j][i] = value.value;
                    if (!std::isfinite(value.value)) continue;
                    low = std::min(low, value.value);
                    high = std::max(high, value.value);
                }
            }
            image("overlap/" + measure, heatMap(rows, low, high));
        }
    }

    const RunDirectory& m_run;
    EventFile& m_file;
    const TensorBoardOptions& m_options;
    EventPlace m_place;
    AccuracyMatrix m_matrix;
    std::vector<ModuleInfo> m_modules;
    std::optional<std::int64_t> m_row;  // of the matrix, being filled
    std::map<std::pair<std::int64_t, std::int64_t>, OverlapComputed> m_overlap;
};

}  // namespace

TensorBoardReport writeTensorBoard(const RunDirectory& run, const std::filesystem::path& folder,
                                   const TensorBoardOptions& options) {
    const auto events = run.readEvents();
    if (events.empty()) fail(ErrorKind::Input, "{}: has no events yet", run.path().string());
    const std::string name = run.path().filename().string();
    makeFolder(folder / name);
    // TensorBoard reads the second number of the name as a time and takes the rest as it is.
    const double begun = events.front().time;
    const auto path = folder / name / fmt::format("events.out.tfevents.{:.0f}.jumplora", begun);
    EventFile file(path, begun);
    std::error_code ignored;
    if (std::filesystem::exists(run.specFile(), ignored))
        file.text("spec", "```json\n" + readFile(run.specFile()) + "```", {begun, 0});
    Writer writer(run, file, options);
    writer.write(events);
    file.commit();
    writer.report.file = path;
    return writer.report;
}

}  // namespace jumplora
