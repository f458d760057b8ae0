// SPDX-License-Identifier: Apache-2.0
#include "exchange/reproduction.h"

#include "analysis/metrics.h"
#include "base/error.h"
#include "base/file.h"
#include "base/sha256.h"
#include "weights/safetensors.h"

#include <algorithm>
#include <map>
#include <set>

namespace jumplora {
namespace {

namespace fs = std::filesystem;

constexpr const char* kAbsent = "absent";

// The lines of a result, as text that equal computations share.
std::vector<std::string> resultLines(const RunDirectory& run) {
    std::vector<std::string> lines;
    for (const Event& event : run.readEvents()) {
        if (!isPartOfResult(event)) continue;
        Json json = toJson(event);
        json.erase("volatile");
        if (std::holds_alternative<RunStarted>(event.payload)) {
            json.erase("run");
            json.erase("spec_hash");
        }
        lines.push_back(json.dump());
    }
    return lines;
}

std::string shortened(const std::string& text) {
    constexpr std::size_t kLongest = 160;
    return text.size() <= kLongest ? text : text.substr(0, kLongest) + "...";
}

void compareEvents(const RunDirectory& original, const RunDirectory& again, ReproductionCheck& check) {
    const auto a = resultLines(original);
    const auto b = resultLines(again);
    check.events = static_cast<std::int64_t>(std::max(a.size(), b.size()));
    const auto [first, second] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
    if (a.size() != b.size())
        check.differences.push_back({"number of events", std::to_string(a.size()), std::to_string(b.size())});
    if (first == a.end() && second == b.end()) return;
    std::size_t differing =
        check.events > 0 ? static_cast<std::size_t>(check.events) - std::min(a.size(), b.size()) : 0;
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) differing += a[i] == b[i] ? 0 : 1;
    check.differences.push_back(
        {fmt::format("event {} ({} of {} differ)", first - a.begin() + 1, differing, check.events),
         first == a.end() ? kAbsent : shortened(*first), second == b.end() ? kAbsent : shortened(*second)});
}

std::set<std::string> adapterNames(const RunDirectory& run) {
    std::set<std::string> names;
    std::error_code error;
    for (fs::directory_iterator entry(run.path() / "adapters", error), end; !error && entry != end;
         entry.increment(error))
        if (entry->path().extension() == ".safetensors")
            names.insert("adapters/" + entry->path().filename().string());
    return names;
}

std::map<std::string, std::string> metadataWithoutChecksum(const SafetensorsFile& file) {
    auto metadata = file.metadata();
    metadata.erase(kChecksumKey);
    return metadata;
}

// Adapters written before there were checksums differ from newer ones in that alone.
bool equalButForChecksum(const fs::path& first, const fs::path& second) {
    try {
        const SafetensorsFile a(first);
        const SafetensorsFile b(second);
        return metadataWithoutChecksum(a) == metadataWithoutChecksum(b) &&
               std::equal(a.tensors().begin(), a.tensors().end(), b.tensors().begin(), b.tensors().end(),
                          [](const TensorView& x, const TensorView& y) {
                              return x.name == y.name && x.dtype == y.dtype && x.shape == y.shape &&
                                     std::equal(x.data.begin(), x.data.end(), y.data.begin(), y.data.end());
                          });
    } catch (const Error&) {
        return false;
    }
}

void compareAdapters(const RunDirectory& original, const RunDirectory& again, ReproductionCheck& check) {
    std::set<std::string> names = adapterNames(original);
    names.merge(adapterNames(again));
    const auto hash = [](const fs::path& file) {
        std::error_code ignored;
        return fs::exists(file, ignored) ? fileSha256(file) : std::string(kAbsent);
    };
    for (const std::string& name : names) {
        ++check.adapters;
        const std::string a = hash(original.path() / name);
        const std::string b = hash(again.path() / name);
        if (a != b && !equalButForChecksum(original.path() / name, again.path() / name))
            check.differences.push_back({name, a, b});
    }
}

std::string cellText(const std::optional<MatrixCell>& cell) {
    if (!cell) return "not evaluated";
    return fmt::format("{} ({} of {})", cell->accuracy(), cell->correct, cell->total);
}

void compareMatrices(const RunDirectory& original, const RunDirectory& again, ReproductionCheck& check) {
    const auto a = AccuracyMatrix::fromEvents(original.readEvents());
    const auto b = AccuracyMatrix::fromEvents(again.readEvents());
    if (a.taskNames() != b.taskNames()) {
        check.differences.push_back({"tasks", fmt::format("{}", fmt::join(a.taskNames(), ", ")),
                                     fmt::format("{}", fmt::join(b.taskNames(), ", "))});
        return;
    }
    for (std::int64_t row = 0; row <= a.tasks(); ++row) {
        for (std::int64_t column = 1; column <= a.tasks(); ++column) {
            const auto& x = a.cell(row, column);
            const auto& y = b.cell(row, column);
            if (!x && !y) continue;
            ++check.cells;
            if (cellText(x) != cellText(y))
                check.differences.push_back({fmt::format("after task {} on {}", row,
                                                         a.taskNames()[static_cast<std::size_t>(column - 1)]),
                                             cellText(x), cellText(y)});
        }
    }
}

// Leaves of a provenance: data/… , tokenizer/hash, libtorch, cpu, …
void flatten(const Json& json, const std::string& path,
             std::vector<std::pair<std::string, std::string>>& leaves) {
    if (!json.is_object()) {
        leaves.emplace_back(path, json.is_string() ? json.get<std::string>() : json.dump());
        return;
    }
    for (const auto& [key, value] : json.items())
        flatten(value, path.empty() ? key : fmt::format("{} {}", path, key), leaves);
}

void compareCircumstances(const RunDirectory& original, const RunDirectory& again, ReproductionCheck& check) {
    const auto leavesOf = [](const RunDirectory& run) {
        std::vector<std::pair<std::string, std::string>> leaves;
        const Json json = readJsonFile(run.runFile());
        if (json.is_object() && json.contains("provenance")) flatten(json["provenance"], "", leaves);
        return leaves;
    };
    const auto a = leavesOf(original);
    const auto b = leavesOf(again);
    for (const auto& one : a) {
        const auto found =
            std::find_if(b.begin(), b.end(), [&](const auto& leaf) { return leaf.first == one.first; });
        const std::string other = found == b.end() ? kAbsent : found->second;
        if (other != one.second) check.differences.push_back({one.first, one.second, other, false});
    }
}

}  // namespace

bool ReproductionCheck::equal() const {
    return std::none_of(differences.begin(), differences.end(), [](const Row& row) { return row.counts; });
}

ReproductionCheck compareReproduction(const RunDirectory& original, const RunDirectory& again) {
    ReproductionCheck check;
    compareMatrices(original, again, check);
    compareAdapters(original, again, check);
    compareEvents(original, again, check);
    compareCircumstances(original, again, check);
    return check;
}

Table reproductionTable(const ReproductionCheck& check) {
    Table table;
    table.title = check.equal() ? "Reproduced" : "Not reproduced";
    table.comments.push_back(
        fmt::format("{} cells of the matrix, {} adapter files (SHA-256) and {} events were compared",
                    check.cells, check.adapters, check.events));
    table.columns = {{.title = "what"}, {.title = "original"}, {.title = "again"}, {.title = "kind"}};
    for (const auto& row : check.differences)
        table.addRow({TableCell::ofText(row.what), TableCell::ofText(row.original),
                      TableCell::ofText(row.again),
                      TableCell::ofText(row.counts ? "difference" : "circumstance")});
    return table;
}

}  // namespace jumplora
