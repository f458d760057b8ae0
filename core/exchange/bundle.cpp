// SPDX-License-Identifier: Apache-2.0
#include "exchange/bundle.h"

#include "base/error.h"
#include "base/sha256.h"
#include "data/suite_file.h"
#include "train/run_state.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <set>

namespace jumplora {
namespace {

namespace fs = std::filesystem;

constexpr const char* kManifest = "bundle.json";
constexpr const char* kSuite = "suite.json";
constexpr std::string_view kRun = "run/";

// Files of a run directory, relative to it, in a fixed order.
std::vector<std::string> filesOf(const RunDirectory& run, const BundleOptions& options) {
    std::vector<std::string> names;
    std::error_code ignored;
    for (const char* name :
         {"spec.json", "run.json", "events.jsonl", "state.json", "result.json", "labels.json"})
        if (fs::is_regular_file(run.path() / name, ignored)) names.emplace_back(name);
    std::vector<const char*> folders = {"adapters"};
    if (options.predictions) folders.push_back("predictions");
    for (const char* folder : folders) {
        std::vector<std::string> inside;
        for (fs::directory_iterator entry(run.path() / folder, ignored), end; !ignored && entry != end;
             entry.increment(ignored)) {
            const std::string name = entry->path().filename().string();
            if (entry->is_regular_file(ignored) && !name.starts_with('.'))
                inside.push_back(fmt::format("{}/{}", folder, name));
        }
        std::sort(inside.begin(), inside.end());
        names.insert(names.end(), inside.begin(), inside.end());
    }
    if (options.checkpoint && fs::is_regular_file(run.checkpointFile(), ignored))
        names.push_back(run.checkpointFile().filename().string());
    return names;
}

Json listed(const std::string& name, std::uint64_t bytes, const std::string& hash) {
    return {{"name", name}, {"bytes", bytes}, {"sha256", hash}};
}

std::string hashOf(const fs::path& file) {
    std::error_code ignored;
    return fs::file_size(file, ignored) == 0 ? sha256("") : fileSha256(file);
}

const Json& entryOf(const Json& manifest, const std::string& name, const std::string& where) {
    const Json& files = manifest["files"];
    const auto found =
        std::find_if(files.begin(), files.end(), [&](const Json& f) { return f["name"] == name; });
    if (found == files.end())
        fail(ErrorKind::Format, "{}: \"{}\" is in the archive but not in its {}", where, name, kManifest);
    return *found;
}

}  // namespace

void writeBundle(const RunDirectory& run, const fs::path& file, const BundleOptions& options) {
    const RunState state = readState(run);
    if (state.state == "running")
        fail(ErrorKind::State, "{}: process {} is working on this run; pause it or wait", run.path().string(),
             state.pid);
    const Json about = readJsonFile(run.runFile());
    const std::string where = run.runFile().string();
    std::string suite;
    std::string root;
    // The tasks may be gone: the run can still be carried, but not computed again without its data.
    try {
        const RunSpec spec = run.readSpec();
        if (const auto description = describeSuite(spec.suite.tasks, spec.suite.root)) {
            suite = description->suite.dump(2) + "\n";
            root = description->root;
        }
    } catch (const Error&) {
        suite.clear();
    }
    Json files = Json::array();
    if (!suite.empty()) files.push_back(listed(kSuite, suite.size(), sha256(suite)));
    const auto names = filesOf(run, options);
    for (const std::string& name : names)
        files.push_back(
            listed(std::string(kRun) + name, fs::file_size(run.path() / name), hashOf(run.path() / name)));
    const Json manifest = {{"format", kBundleFormat},
                           {"run", requireString(about, "id", where)},
                           {"name", about.value("name", std::string())},
                           {"spec_hash", about.value("spec_hash", std::string())},
                           {"data_root", root},
                           {"files", files}};
    TarWriter archive(file);
    archive.add(kManifest, manifest.dump(2) + "\n", 0);
    if (!suite.empty()) archive.add(kSuite, suite, 0);
    for (const std::string& name : names) archive.addFile(std::string(kRun) + name, run.path() / name);
    archive.commit();
}

BundleReader::BundleReader(const fs::path& file) : m_file(file), m_archive(file) {
    const std::string where = file.string();
    if (m_archive.entries().empty() || m_archive.entries().front().name != kManifest)
        fail(ErrorKind::Format, "{}: is no bundle: its first entry is not {}", where, kManifest);
    const auto bytes = m_archive.entries().front().content;
    m_manifest =
        parseJson({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, where + ": " + kManifest);
    const std::string format = requireString(m_manifest, "format", where);
    if (format != kBundleFormat)
        fail(ErrorKind::Format, "{}: format \"{}\" is not known; this program reads \"{}\"", where, format,
             kBundleFormat);
    for (const char* key : {"run", "name", "spec_hash", "data_root"})
        (void)requireString(m_manifest, key, where);
    const Json& files = requireMember(m_manifest, "files", where);
    if (!files.is_array()) fail(ErrorKind::Format, "{}: \"files\" must be a list", where);
    if (files.size() + 1 != m_archive.entries().size())
        fail(ErrorKind::Format, "{}: lists {} files and holds {}", where, files.size(),
             m_archive.entries().size() - 1);
    for (std::size_t i = 0; i < files.size(); ++i) {
        const TarEntry& entry = m_archive.entries()[i + 1];
        const std::string place = fmt::format("{}: file {}", where, i + 1);
        if (requireString(files[i], "name", place) != entry.name ||
            requireInteger(files[i], "bytes", place) != static_cast<std::int64_t>(entry.content.size()))
            fail(ErrorKind::Format, "{}: the list and the archive differ: \"{}\"", place, entry.name);
        (void)requireString(files[i], "sha256", place);
        if (entry.name != kSuite && !entry.name.starts_with(kRun))
            fail(ErrorKind::Format, "{}: \"{}\" is no part of a bundle", place, entry.name);
    }
    for (const char* name : {"run/spec.json", "run/run.json", "run/events.jsonl"})
        if (!has(name)) fail(ErrorKind::Format, "{}: {} is missing", where, name);
}

void BundleReader::check(const TarEntry& entry) const {
    Sha256 hash;
    hash.add(entry.content);
    if (hash.finish() != entryOf(m_manifest, entry.name, m_file.string())["sha256"].get<std::string>())
        fail(ErrorKind::Format, "{}: \"{}\" was changed or damaged: its SHA-256 is another one",
             m_file.string(), entry.name);
}

std::string BundleReader::content(const std::string& name) const {
    const TarEntry* entry = m_archive.find(name);
    if (entry == nullptr) fail(ErrorKind::Format, "{}: has no \"{}\"", m_file.string(), name);
    check(*entry);
    return {reinterpret_cast<const char*>(entry->content.data()), entry->content.size()};
}

void BundleReader::extractRun(const fs::path& folder) const {
    for (const TarEntry& entry : m_archive.entries())
        if (entry.name.starts_with(kRun)) check(entry);
    std::error_code error;
    if (fs::exists(folder, error) || fs::is_symlink(folder, error))
        fail(ErrorKind::State, "{}: is there already; choose a new folder", folder.string());
    if (folder.has_parent_path()) makeFolder(folder.parent_path());
    if (!fs::create_directory(folder, error) || error)
        fail(ErrorKind::Io, "{}: cannot be created: {}", folder.string(), error.message());
    try {
        for (const TarEntry& entry : m_archive.entries()) {
            if (!entry.name.starts_with(kRun)) continue;
            const fs::path target = folder / entry.name.substr(kRun.size());
            makeFolder(target.parent_path());
            writeFileAtomically(target,
                                {reinterpret_cast<const char*>(entry.content.data()), entry.content.size()});
        }
    } catch (...) {
        fs::remove_all(folder, error);
        throw;
    }
}

bool isBundle(const fs::path& file) {
    std::error_code ignored;
    if (!fs::is_regular_file(file, ignored)) return false;
    // The name of the first entry, ended by a zero.
    std::string start(std::string_view(kManifest).size() + 1, ' ');
    std::ifstream stream(file, std::ios::binary);
    stream.read(start.data(), static_cast<std::streamsize>(start.size()));
    return stream && start.c_str() == std::string_view(kManifest) && start.back() == '\0';
}

}  // namespace jumplora
