// SPDX-License-Identifier: Apache-2.0
#include "exchange/bundle.h"

#include "base/sha256.h"
#include "core/store/sample_run.h"
#include "exchange/reproduction.h"
#include "exchange/result_import.h"
#include "support/errors.h"
#include "support/mutation.h"
#include "support/shared_data.h"
#include "weights/safetensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace jumplora {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using testing::expectError;
using testing::TemporaryFolder;

RunDirectory writeRun(const fs::path& folder) {
    RunDirectory run = testing::writeSampleRun(folder);
    makeFolder(folder / "adapters");
    makeFolder(folder / "predictions");
    for (int task = 1; task <= 3; ++task)
        writeFileAtomically(folder / run.adapterName(task),
                            std::string(700 * task, static_cast<char>('a' + task)));
    writeFileAtomically(folder / "predictions/x.jsonl", "");
    writeFileAtomically(run.checkpointFile(), "checkpoint");
    return run;
}

std::vector<std::string> filesBelow(const fs::path& folder) {
    std::vector<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator(folder))
        if (entry.is_regular_file()) names.push_back(entry.path().lexically_relative(folder).string());
    std::sort(names.begin(), names.end());
    return names;
}

TEST(Bundle, CarriesARun) {
    const TemporaryFolder folder;
    const RunDirectory run = writeRun(folder.path() / "run");
    const fs::path file = folder.path() / "run.tar";
    writeBundle(run, file);
    EXPECT_TRUE(isBundle(file));
    EXPECT_FALSE(isBundle(run.specFile()));
    const BundleReader bundle(file);
    EXPECT_EQ(bundle.runId(), "order1-20260304-140512-ab12cd34");
    EXPECT_FALSE(bundle.has("run/checkpoint.safetensors"));
    EXPECT_FALSE(bundle.has("suite.json")) << "the built-in suite needs no file";
    EXPECT_EQ(bundle.content("run/events.jsonl"), readFile(run.eventsFile()));
    bundle.extractRun(folder.path() / "again");
    EXPECT_THAT(filesBelow(folder.path() / "again"),
                ::testing::ElementsAre("adapters/task_01.safetensors", "adapters/task_02.safetensors",
                                       "adapters/task_03.safetensors", "events.jsonl", "predictions/x.jsonl",
                                       "run.json", "spec.json", "state.json"));
    EXPECT_EQ(readFile(folder.path() / "again/adapters/task_02.safetensors"), std::string(1400, 'c'));
    expectError(ErrorKind::State, {"is there already"}, [&] { bundle.extractRun(folder.path() / "again"); });
    // Equal runs give equal archives.
    const std::string first = readFile(file);
    writeBundle(run, file);
    EXPECT_EQ(readFile(file), first);
    writeBundle(run, file, {false, true});
    EXPECT_TRUE(BundleReader(file).has("run/checkpoint.safetensors"));
    EXPECT_FALSE(BundleReader(file).has("run/predictions/x.jsonl"));
}

TEST(Bundle, CarriesTheTasksOfFiles) {
    const TemporaryFolder folder;
    const RunDirectory run = writeRun(folder.path() / "run");
    makeFolder(folder.path() / "data/rows");
    writeFileAtomically(folder.path() / "data/rows/train.json", "[]");
    writeFileAtomically(
        folder.path() / "data/tasks.json",
        R"([{"task_name": "mood", "train_file": "rows/train.json", "validation_file": "rows/test.json",
                             "options": ["good"]}])");
    Json spec = readJsonFile(run.specFile());
    spec["suite"]["tasks"] = (folder.path() / "data/tasks.json").string();
    writeFileAtomically(run.specFile(), spec.dump());
    writeBundle(run, folder.path() / "run.tar");
    const BundleReader bundle(folder.path() / "run.tar");
    const Json suite = parseJson(bundle.content("suite.json"), "suite");
    EXPECT_EQ(suite["tasks"][0]["files"]["test"], "rows/test.json");
    EXPECT_EQ(bundle.manifest()["data_root"], (folder.path() / "data").string());
}

TEST(Bundle, RefusesWhatCouldLeaveTheTarget) {
    const TemporaryFolder folder;
    const fs::path file = folder.path() / "evil.tar";
    for (const char* name : {"../evil", "/tmp/evil", "run/../../evil", "run//evil", "run/./evil", "run/..",
                             "a\\b", "", "run/\x01"}) {
        TarWriter archive(file);
        archive.add("bundle.json", "{}", 0);
        archive.add(name, "x", 0);
        archive.commit();
        expectError(ErrorKind::Format, {"entry 2", "leads out"}, [&] { BundleReader{file}; });
    }
    TarWriter archive(file);
    archive.add("bundle.json", "{}", 0);
    archive.add("run/link", "", 0);
    archive.commit();
    std::string bytes = readFile(file);
    constexpr std::size_t kHeader = 1024;
    for (const char type : {'1', '2', '3', '6', 'x', 'L'}) {
        std::string changed = bytes;
        changed[kHeader + 156] = type;
        // The checksum changes by as much as the byte.
        const int sum = std::stoi(changed.substr(kHeader + 148, 6), nullptr, 8) + type - '0';
        changed.replace(kHeader + 148, 6, fmt::format("{:06o}", sum));
        writeFileAtomically(file, changed);
        expectError(ErrorKind::Format, {"run/link", "link or something else"}, [&] { BundleReader{file}; });
    }
    std::string huge = bytes;
    huge.replace(kHeader + 124, 11, "77777777777");
    const int sum = std::stoi(huge.substr(kHeader + 148, 6), nullptr, 8) + 11 * 7;
    huge.replace(kHeader + 148, 6, fmt::format("{:06o}", sum));
    writeFileAtomically(file, huge);
    expectError(ErrorKind::Format, {"claims 8589934591 bytes"}, [&] { BundleReader{file}; });
    writeFileAtomically(file, bytes.substr(0, bytes.size() - 1024));
    expectError(ErrorKind::Format, {"its end is missing"}, [&] { BundleReader{file}; });
    EXPECT_THAT(filesBelow(folder.path()), ::testing::ElementsAre("evil.tar"));
}

TEST(Bundle, NoticesChangedContents) {
    const TemporaryFolder folder;
    const RunDirectory run = writeRun(folder.path() / "run");
    const fs::path file = folder.path() / "run.tar";
    writeBundle(run, file);
    std::string bytes = readFile(file);
    const std::size_t at = bytes.find("bbbbbbbb");
    ASSERT_NE(at, std::string::npos);
    bytes[at] = 'x';
    writeFileAtomically(file, bytes);
    const BundleReader bundle(file);
    expectError(ErrorKind::Format, {"adapters/task_01.safetensors", "SHA-256"},
                [&] { bundle.extractRun(folder.path() / "again"); });
    EXPECT_FALSE(fs::exists(folder.path() / "again"));
}

TEST(Bundle, IsBroughtInOnce) {
    const TemporaryFolder folder;
    writeBundle(writeRun(folder.path() / "run"), folder.path() / "run.tar");
    const fs::path runs = folder.path() / "runs";
    const auto first = importPath(folder.path() / "run.tar", {}, runs);
    ASSERT_EQ(first.runs.size(), 1U);
    EXPECT_TRUE(first.runs[0].isNew);
    EXPECT_EQ(first.runs[0].format, "bundle");
    EXPECT_THAT(readJsonFile(first.runs[0].directory / "labels.json")["tags"].get<std::vector<std::string>>(),
                Contains("imported"));
    const auto second = importPath(folder.path() / "run.tar", {}, runs);
    EXPECT_FALSE(second.runs[0].isNew);
    // The directory itself is the same run.
    const auto third = importPath(folder.path() / "run", {}, runs);
    EXPECT_FALSE(third.runs[0].isNew);
    EXPECT_EQ(third.runs[0].format, "run");
}

TEST(Bundle, DamageIsRefusedWithoutATrace) {
    const TemporaryFolder folder;
    const fs::path file = folder.path() / "damaged/run.tar";
    makeFolder(file.parent_path());
    writeBundle(writeRun(folder.path() / "run"), file, {true, true});
    const std::string original = readFile(file);
    const std::size_t list = original.find("run/spec.json", 1024);
    int extracted = 0;
    const auto count = testing::damageFileOnDisk(file, list, 11, 5000, [&] {
        const BundleReader bundle(file);
        for (const Json& entry : bundle.manifest()["files"])
            (void)bundle.content(entry["name"].get<std::string>());
        if (++extracted % 20 != 0) return;
        const fs::path target = folder.path() / "damaged/target";
        bundle.extractRun(target);
        fs::remove_all(target);
    });
    EXPECT_GT(count.refused, 4000);
    EXPECT_THAT(filesBelow(folder.path() / "damaged"), ::testing::ElementsAre("run.tar"));
    std::vector<std::string> beside;
    for (const auto& entry : fs::directory_iterator(folder.path()))
        beside.push_back(entry.path().filename().string());
    EXPECT_THAT(beside, ::testing::UnorderedElementsAre("damaged", "run"));
}

TEST(Reproduction, EqualRunsAreEqual) {
    const TemporaryFolder folder;
    const RunDirectory a = writeRun(folder.path() / "a");
    testing::SampleRun other;
    other.id = "again";
    RunDirectory b = writeRun(folder.path() / "b");
    // Other times, another id, a resume in between: the same result.
    auto events = testing::sampleEvents(other);
    for (Event& event : events) event.time += 1000;
    events.insert(events.begin() + 5, Event{1, RunResumed{1, 3}});
    writeFileAtomically(b.eventsFile(), testing::eventLines(events));
    const ReproductionCheck equal = compareReproduction(a, b);
    EXPECT_TRUE(equal.equal());
    EXPECT_TRUE(equal.differences.empty());
    EXPECT_EQ(equal.cells, 6);
    EXPECT_EQ(equal.adapters, 3);
    EXPECT_GT(equal.events, 40);
}

TEST(Reproduction, NamesEveryDifference) {
    const TemporaryFolder folder;
    const RunDirectory a = writeRun(folder.path() / "a");
    const RunDirectory b = writeRun(folder.path() / "b");
    Json run = readJsonFile(b.runFile());
    run["provenance"]["threads"] = 4;
    writeFileAtomically(b.runFile(), run.dump());
    ReproductionCheck check = compareReproduction(a, b);
    EXPECT_TRUE(check.equal()) << "another number of threads is a circumstance";
    ASSERT_EQ(check.differences.size(), 1U);
    EXPECT_EQ(check.differences[0].what, "threads");
    writeFileAtomically(b.path() / b.adapterName(2), "other");
    auto events = testing::sampleEvents({});
    for (Event& event : events)
        if (auto* cell = std::get_if<EvaluationCell>(&event.payload);
            cell != nullptr && cell->afterTask == 3 && cell->task == 1)
            cell->correct = 79;
    writeFileAtomically(b.eventsFile(), testing::eventLines(events));
    check = compareReproduction(a, b);
    EXPECT_FALSE(check.equal());
    std::vector<std::string> what;
    for (const auto& row : check.differences) what.push_back(row.what);
    EXPECT_THAT(what, ::testing::ElementsAre("after task 3 on task1", "adapters/task_02.safetensors",
                                             ::testing::HasSubstr("(1 of "), "threads"));
    const Table table = reproductionTable(check);
    EXPECT_EQ(table.title, "Not reproduced");
    EXPECT_EQ(table.rows.size(), 4U);
}

TEST(Reproduction, AdaptersFromBeforeThereWereChecksumsMayBeEqual) {
    const TemporaryFolder folder;
    const RunDirectory a = writeRun(folder.path() / "a");
    const RunDirectory b = writeRun(folder.path() / "b");
    const auto write = [](const RunDirectory& run, float value, bool checked) {
        const std::vector<float> values = {1, value};
        std::map<std::string, std::string> metadata = {{"format", "jumplora-adapter/1"}};
        if (checked) metadata[kChecksumKey] = "";
        writeSafetensors(run.path() / run.adapterName(1),
                         {{"q.lora_A", DType::F32, {2}, std::as_bytes(std::span(values))}}, metadata);
    };
    write(a, 2, false);
    write(b, 2, true);
    EXPECT_TRUE(compareReproduction(a, b).equal());
    write(b, 3, true);
    EXPECT_FALSE(compareReproduction(a, b).equal());
}

}  // namespace
}  // namespace jumplora
