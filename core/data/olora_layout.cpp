// SPDX-License-Identifier: Apache-2.0
#include "data/olora_layout.h"

#include "base/error.h"

#include <algorithm>
#include <map>
#include <set>

namespace jumplora {
namespace {

namespace fs = std::filesystem;

constexpr const char* kTrainConfig = "train_tasks.json";
constexpr const char* kTestConfig = "test_tasks.json";

struct DataSet {
    std::string type;
    std::string name;
};

std::vector<fs::path> foldersIn(const fs::path& folder) {
    std::vector<fs::path> folders;
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
        if (entry->is_directory(error)) folders.push_back(entry->path());
    std::sort(folders.begin(), folders.end());
    return folders;
}

std::vector<DataSet> readConfig(const fs::path& file) {
    const Json json = readJsonFile(file);
    if (!json.is_object())
        fail(ErrorKind::Format, "{}: expected an object of task types, found {}", file.string(),
             describeType(json));
    std::vector<DataSet> sets;
    for (const auto& [type, list] : json.items()) {
        if (!list.is_array())
            fail(ErrorKind::Format, "{}: \"{}\": expected a list of data sets, found {}", file.string(), type,
                 describeType(list));
        for (const Json& entry : list)
            sets.push_back(
                {type, requireString(entry, "dataset name", fmt::format("{}: \"{}\"", file.string(), type))});
    }
    return sets;
}

// Data sets that are tested with a configuration: how many tasks were seen. 0 when it does not say.
std::size_t seenTasks(const fs::path& folder) {
    return fs::is_regular_file(folder / kTestConfig) ? readConfig(folder / kTestConfig).size() : 0;
}

std::vector<DataSet> sequenceOf(const std::vector<fs::path>& configs) {
    std::vector<std::pair<std::size_t, fs::path>> order;
    std::set<std::size_t> distinct;
    for (const fs::path& folder : configs) {
        order.emplace_back(seenTasks(folder), folder);
        distinct.insert(order.back().first);
    }
    // Where every configuration tests the same tasks, the order is not theirs to tell.
    if (distinct.size() == order.size())
        std::stable_sort(order.begin(), order.end(),
                         [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<DataSet> sets;
    for (const auto& [seen, folder] : order)
        for (DataSet& set : readConfig(folder / kTrainConfig)) sets.push_back(std::move(set));
    return sets;
}

std::vector<DataSet> dataSetsIn(const fs::path& folder) {
    std::vector<DataSet> sets;
    for (const fs::path& type : foldersIn(folder))
        for (const fs::path& set : foldersIn(type))
            if (fs::is_regular_file(set / "labels.json") && fs::is_regular_file(set / "train.json"))
                sets.push_back({type.filename().string(), set.filename().string()});
    return sets;
}

std::vector<DataSet> dataSetsOf(const fs::path& folder) {
    std::vector<fs::path> configs;
    for (const fs::path& each : foldersIn(folder))
        if (fs::is_regular_file(each / kTrainConfig)) configs.push_back(each);
    if (!configs.empty()) return sequenceOf(configs);
    if (fs::is_regular_file(folder / kTrainConfig)) return readConfig(folder / kTrainConfig);
    auto sets = dataSetsIn(folder);
    if (sets.empty())
        fail(ErrorKind::Input,
             "{} is no folder of tasks: it holds neither TASK/{} nor {} (O-LoRA's configurations) nor "
             "TYPE/DATASET/train.json with labels.json (its data). Give a task file, a suite file or such a "
             "folder.",
             folder.string(), kTrainConfig, kTrainConfig);
    return sets;
}

// Where data and instructions are looked for.
std::vector<fs::path> placesOf(const fs::path& folder, const std::string& root) {
    constexpr int kLevels = 3;
    std::vector<fs::path> bases;
    if (!root.empty()) bases.emplace_back(root);
    fs::path above = fs::absolute(folder).lexically_normal();
    if (!above.has_filename()) above = above.parent_path();
    for (int level = 0; level <= kLevels; ++level) {
        bases.push_back(above);
        above = above.parent_path();
    }
    return bases;
}

std::vector<fs::path> dataRoots(const fs::path& folder, const std::string& root) {
    std::vector<fs::path> roots;
    for (const fs::path& base : placesOf(folder, root)) {
        roots.push_back(base);
        roots.push_back(base / "CL_Benchmark");
        // Data that were asked for in one place are not taken from another.
        if (!root.empty()) break;
    }
    return roots;
}

fs::path instructionFile(const fs::path& folder, const std::string& root) {
    for (const fs::path& base : placesOf(folder, root)) {
        for (const fs::path& place : {base, base / "configs"}) {
            std::vector<fs::path> found;
            std::error_code error;
            for (fs::directory_iterator entry(place, error), end; !error && entry != end;
                 entry.increment(error)) {
                const std::string name = entry->path().filename().string();
                if (name.starts_with("instruction_config") && name.ends_with(".json"))
                    found.push_back(entry->path());
            }
            if (!found.empty()) return *std::min_element(found.begin(), found.end());
        }
    }
    fail(
        ErrorKind::Input,
        "{}: no instruction_config.json was found in it, in the three folders above it{} or in their configs "
        "folders; O-LoRA's prompts begin with these instructions",
        folder.string(), root.empty() ? "" : ", in " + root);
}

// First zero-shot instruction of each type.
std::map<std::string, std::string> readInstructions(const fs::path& file) {
    const Json json = readJsonFile(file);
    if (!json.is_object())
        fail(ErrorKind::Format, "{}: expected an object of task types, found {}", file.string(),
             describeType(json));
    std::map<std::string, std::string> instructions;
    for (const auto& [type, list] : json.items()) {
        const std::string where = fmt::format("{}: \"{}\"", file.string(), type);
        if (!list.is_array())
            fail(ErrorKind::Format, "{}: expected a list of instructions, found {}", where,
                 describeType(list));
        for (const Json& entry : list)
            if (requireString(entry, "instruction_type", where) == "zero-shot")
                instructions.try_emplace(type, requireString(entry, "instruction", where));
    }
    return instructions;
}

std::vector<std::string> readLabels(const std::string& name, const std::vector<fs::path>& roots) {
    for (const fs::path& root : roots) {
        const fs::path file = root / name;
        if (!fs::is_regular_file(file)) continue;
        const Json json = readJsonFile(file);
        std::vector<std::string> labels;
        if (!json.is_array())
            fail(ErrorKind::Format, "{}: expected a list of labels, found {}", file.string(),
                 describeType(json));
        for (const Json& label : json) {
            if (!label.is_string())
                fail(ErrorKind::Format, "{}: expected a list of labels, found {} in it", file.string(),
                     describeType(label));
            labels.push_back(label.get<std::string>());
        }
        return labels;
    }
    fail(ErrorKind::Input,
         "\"{}\" is not there (looked in {}); set suite.root to O-LoRA's CL_Benchmark folder", name,
         roots.front().string());
}

}  // namespace

FileTasks readOLoraFolder(const fs::path& folder, const std::string& root) {
    const auto sets = dataSetsOf(folder);
    const auto roots = dataRoots(folder, root);
    const auto instructions = readInstructions(instructionFile(folder, root));
    std::vector<FileTask> tasks;
    for (const DataSet& set : sets) {
        const fs::path place = fs::path(set.type) / set.name;
        FileTask task;
        task.info.name = set.name;
        task.info.options = readLabels((place / "labels.json").string(), roots);
        task.info.optionSeparator = ", ";
        task.info.strip = false;
        task.info.prompt = "{text}\nAnswer:";
        if (const auto found = instructions.find(set.type); found != instructions.end()) {
            task.info.instruction = found->second;
            task.info.prompt = "{instruction}Option: {options} \n{text}\nAnswer:";
        }
        task.files.train = (place / "train.json").string();
        task.files.dev = (place / "dev.json").string();
        task.files.test = (place / "test.json").string();
        checkTask(task, tasks, folder.string());
        tasks.push_back(std::move(task));
    }
    return {std::move(tasks), roots};
}

}  // namespace jumplora
