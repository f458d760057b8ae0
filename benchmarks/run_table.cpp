// SPDX-License-Identifier: Apache-2.0
// What the table of runs costs with many stored runs: opening, filtering, grouping, sorting, memory.
//   bench_run_table [runs = 10000]
#include "base/resources.h"
#include "core/store/sample_run.h"
#include "runs/run_table_model.h"
#include "runs/run_views.h"
#include "store/importer.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QTableView>
#include <cstdio>
#include <filesystem>

namespace {

using namespace jumplora;

double seconds(const QElapsedTimer& timer) { return static_cast<double>(timer.nsecsElapsed()) * 1e-9; }

// Runs that differ in method, rate and seed, three seeds a setting.
void writeRuns(Store& store, const std::filesystem::path& folder, int count) {
    for (int i = 0; i < count; ++i) {
        testing::SampleRun run;
        run.id = "run" + std::to_string(i) + "-20260304-140512";
        run.name = "setting" + std::to_string(i / 3) + "-s" + std::to_string(i % 3 + 1);
        run.seed = static_cast<std::uint64_t>(i % 3 + 1);
        run.tasks = 4;
        run.steps = 2;
        const RunDirectory files = testing::writeSampleRun(folder / run.id, run);
        Json spec = toJson(parseRunSpec(Json::object()));
        spec["name"] = run.name;
        spec["seed"] = run.seed;
        spec["optimizer"]["lr"] = 1e-3 * (1 + i / 3);
        spec["train"]["batch_size"] = 8 << (i / 3 % 4);
        writeFileAtomically(files.specFile(), spec.dump());
        Importer(store).indexRun(files.path());
        std::filesystem::remove_all(files.path());
    }
}

}  // namespace

int main(int argc, char** argv) {
    qputenv("QT_QPA_PLATFORM", "offscreen");
    const QApplication application(argc, argv);
    const int count = argc > 1 ? std::atoi(argv[1]) : 10000;
    const auto folder = std::filesystem::temp_directory_path() /
                        ("jumplora-bench-" + std::to_string(QCoreApplication::applicationPid()));
    const auto database = folder / "index.sqlite";
    {
        Store store(database);
        writeRuns(store, folder, count);
    }
    RunTableModel model;
    QTableView view;
    view.setModel(&model);
    view.resize(1200, 700);
    view.show();
    QApplication::processEvents();
    const auto before = residentBytes();

    QElapsedTimer timer;
    timer.start();
    const Store store(database, {.readOnly = true});
    RunFilter filter;
    filter.archived = std::nullopt;
    filter.limit = 100;
    auto first = std::make_shared<const RunData>(store.listRuns(filter), SpecTable{});
    model.setData(first);
    QApplication::processEvents();
    std::printf("first 100 runs shown      %7.3f s\n", seconds(timer));
    filter.limit = 0;
    auto rows = store.listRuns(filter);
    std::printf("list of %d runs read   %7.3f s\n", count, seconds(timer));
    auto data = std::make_shared<const RunData>(std::move(rows), specTable(store));
    std::printf("with specifications       %7.3f s\n", seconds(timer));
    std::vector<RunColumn> columns;
    for (const char* key : {"state", "name", "method", "gate", "sequence", "seed", "oa", "bwt", "forgetting",
                            "density", "time", "started", "tags"})
        columns.push_back(data->column({QLatin1String(key), {}, 0}));
    timer.restart();
    model.setColumns(columns);
    model.setData(data);
    QApplication::processEvents();
    std::printf("shown (window's thread)   %7.3f s\n", seconds(timer));
    for (const char* text : {"method = inclora AND oa > 70", "optimizer.lr > 0.5 train.batch_size = 8",
                             "setting77", "name ~ \"setting9\" OR seed = 2", ""}) {
        timer.restart();
        const auto expression = RunFilterExpression::parse(QLatin1String(text), 0);
        model.setFilter(expression);
        QApplication::processEvents();
        std::printf("filter %-46s %7.3f s, %d runs\n", text, seconds(timer), model.rowCount());
    }
    timer.restart();
    model.setSorting({{{QStringLiteral("oa"), {}, 0}, true}, {{QStringLiteral("name"), {}, 0}, false}});
    QApplication::processEvents();
    std::printf("sorted by two keys        %7.3f s\n", seconds(timer));
    timer.restart();
    model.setGrouping({QLatin1String(kAllButSeed)});
    QApplication::processEvents();
    std::printf("grouped over seeds        %7.3f s, %d groups\n", seconds(timer), model.rowCount());
    timer.restart();
    (void)data->differingKeys(model.shown());
    std::printf("settings that differ      %7.3f s\n", seconds(timer));
    std::printf("memory                    %7.1f MiB more\n",
                static_cast<double>(residentBytes() - before) / (1 << 20));
    std::filesystem::remove_all(folder);
    return 0;
}
