// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "support/shared_data.h"
#include "support/tiny_run.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace jumplora::testing {

// A fixture with a prepared tiny run, what it comes to when nothing disturbs it, and the operations on files
// that it makes on its way (see mortal_run.cpp).
class PreparedRun : public ::testing::Test {
  protected:
    static void SetUpTestSuite();
    static void TearDownTestSuite();

    // Prepares a run of the tiny spec with these changes and runs a copy of it to its end.
    void prepare(const std::string& name, const Json& changes);
    // A copy of the prepared run; the folder's own name, and so the run's id, stays the same.
    [[nodiscard]] RunDirectory copy(const std::string& place) const { return copyTo(m_place / place); }
    [[nodiscard]] RunDirectory copyTo(const std::filesystem::path& place) const;
    // Resumes in this process and compares with the undisturbed run.
    void expectResumes(const RunDirectory& run, const std::string& what) const;
    // Starts mortal_run on a run and waits: the exit status, or minus the signal's number.
    static int runMortal(const RunDirectory& run, const std::vector<std::string>& arguments);
    // Number (from 1) of the last operation with this text.
    [[nodiscard]] std::size_t lastOperation(const std::string& text) const;

    [[nodiscard]] static std::filesystem::path inputs() { return s_folder->path() / "inputs"; }

    static inline std::unique_ptr<TemporaryFolder> s_folder;
    std::filesystem::path m_place;
    std::map<std::string, std::string> m_expected;
    std::vector<std::string> m_operations;
};

}  // namespace jumplora::testing
