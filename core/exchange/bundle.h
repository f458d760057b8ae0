// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "base/json.h"
#include "exchange/tar_file.h"
#include "train/run_directory.h"

#include <filesystem>
#include <string>

namespace jumplora {

// A run in one archive (ustar): bundle.json first, then run/… (the files of the run directory that a reader
// needs: spec, run, events, state, result, labels, adapters, predictions) and suite.json (its tasks as a
// suite file; absent for the built-in suite). bundle.json:
// {"format": "jumplora-bundle/1", "run", "name", "spec_hash", "data_root",
//  "files": [{"name", "bytes", "sha256"}]} in the order of the archive.
inline constexpr const char* kBundleFormat = "jumplora-bundle/1";

struct BundleOptions {
    bool predictions = true;
    bool checkpoint = false;  // for a run that is to go on elsewhere
};

// Throws Error(State) for a run that a program is working on, Error(Io) when a file cannot be read.
void writeBundle(const RunDirectory& run, const std::filesystem::path& file,
                 const BundleOptions& options = {});

class BundleReader {
  public:
    // Checks the archive and its list of files; contents are checked when they are taken out. Throws
    // Error(Format).
    explicit BundleReader(const std::filesystem::path& file);
    [[nodiscard]] const Json& manifest() const { return m_manifest; }
    [[nodiscard]] std::string runId() const { return m_manifest["run"].get<std::string>(); }
    // Content of an entry after its SHA-256 was checked; throws Error(Format) when it differs or is absent.
    [[nodiscard]] std::string content(const std::string& name) const;
    [[nodiscard]] bool has(const std::string& name) const { return m_archive.find(name) != nullptr; }
    // Checks every content, then writes run/… into a folder, which must not exist yet; nothing stays behind
    // when it fails. Throws Error(Format) when a content is not what the list says, Error(State) when the
    // folder exists.
    void extractRun(const std::filesystem::path& folder) const;

  private:
    void check(const TarEntry& entry) const;
    std::filesystem::path m_file;
    TarReader m_archive;
    Json m_manifest;
};

// Whether a file starts like a bundle.
bool isBundle(const std::filesystem::path& file);

}  // namespace jumplora
