// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace jumplora::testing {

// Folder of the shared test data: $JUMPLORA_SHARED, by default ../shared beside the checkout.
inline std::filesystem::path sharedFolder() {
    if (const char* folder = std::getenv("JUMPLORA_SHARED")) return folder;
    return std::filesystem::path(JUMPLORA_SOURCE_DIR).parent_path() / "shared";
}

inline std::filesystem::path sharedData(const std::string& name) { return sharedFolder() / "data" / name; }

// A fresh folder below the system's temporary folder, removed with its content at the end of the scope.
class TemporaryFolder {
  public:
    TemporaryFolder() {
        std::string pattern = (std::filesystem::temp_directory_path() / "jumplora-test-XXXXXX").string();
        m_path = mkdtemp(pattern.data());
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(m_path, ignored);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    [[nodiscard]] const std::filesystem::path& path() const { return m_path; }

  private:
    std::filesystem::path m_path;
};

}  // namespace jumplora::testing

// Skips the running test with a clear message when shared data is absent.
#define JUMPLORA_REQUIRE_DATA(path)     \
    if (!std::filesystem::exists(path)) \
    GTEST_SKIP() << (path).string() << " is absent; set JUMPLORA_SHARED to the shared folder to run this test"
