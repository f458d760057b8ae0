// SPDX-License-Identifier: Apache-2.0
#include "support/prepared_run.h"

#include "base/file.h"
#include "support/child_process.h"
#include "train/run_state.h"
#include "train/trainer.h"

#include <sstream>

namespace jumplora::testing {

void PreparedRun::SetUpTestSuite() {
    s_folder = std::make_unique<TemporaryFolder>();
    writeTinyInputs(s_folder->path() / "inputs");
}

void PreparedRun::TearDownTestSuite() { s_folder.reset(); }

void PreparedRun::prepare(const std::string& name, const Json& changes) {
    m_place = s_folder->path() / name;
    makeFolder(m_place / "prepared" / "run");
    prepareRun(RunDirectory(m_place / "prepared" / "run"), tinySpec(inputs(), changes));
    const RunDirectory whole = copy("whole");
    ASSERT_EQ(runMortal(whole, {}), 0);
    m_expected = resultOf(whole);
    m_operations.clear();
    std::istringstream lines(readFile(whole.path().string() + ".operations"));
    for (std::string line; std::getline(lines, line);) m_operations.push_back(line);
}

RunDirectory PreparedRun::copyTo(const std::filesystem::path& place) const {
    makeFolder(place);
    std::filesystem::copy(m_place / "prepared" / "run", place / "run",
                          std::filesystem::copy_options::recursive);
    return RunDirectory(place / "run");
}

void PreparedRun::expectResumes(const RunDirectory& run, const std::string& what) const {
    RunControl control;
    ASSERT_NO_THROW(EXPECT_EQ(executeRun(run, {}, control), "finished") << what) << what;
    expectEqualResults(m_expected, resultOf(run), what);
    EXPECT_EQ(readState(run).state, "finished") << what;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(run.path()))
        EXPECT_EQ(entry.path().string().find(".tmp-"), std::string::npos) << what << ": " << entry.path();
}

int PreparedRun::runMortal(const RunDirectory& run, const std::vector<std::string>& arguments) {
    std::vector<std::string> all = {run.path().string()};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return ChildProcess(JUMPLORA_MORTAL_RUN, all).wait();
}

std::size_t PreparedRun::lastOperation(const std::string& text) const {
    for (std::size_t i = m_operations.size(); i > 0; --i) {
        if (m_operations[i - 1] == text) return i;
    }
    ADD_FAILURE() << "no operation \"" << text << "\"";
    return 1;
}

}  // namespace jumplora::testing
