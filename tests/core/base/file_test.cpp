// SPDX-License-Identifier: Apache-2.0
#include "base/file.h"

#include "support/errors.h"
#include "support/shared_data.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <fstream>

namespace jumplora {
namespace {

using testing::expectError;
using testing::TemporaryFolder;

std::size_t entries(const std::filesystem::path& folder) {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

// Files of this process may not grow beyond `bytes` in this scope: what a full disk looks like.
class SizeLimit {
  public:
    explicit SizeLimit(rlim_t bytes) {
        m_handler = std::signal(SIGXFSZ, SIG_IGN);
        getrlimit(RLIMIT_FSIZE, &m_before);
        const rlimit limit{bytes, m_before.rlim_max};
        setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~SizeLimit() {
        setrlimit(RLIMIT_FSIZE, &m_before);
        std::signal(SIGXFSZ, m_handler);
    }
    SizeLimit(const SizeLimit&) = delete;
    SizeLimit& operator=(const SizeLimit&) = delete;

  private:
    rlimit m_before{};
    void (*m_handler)(int) = nullptr;
};

TEST(ReadFile, ReturnsEveryByte) {
    const TemporaryFolder folder;
    const std::string content("a\0b\r\n\xff", 6);
    writeFileAtomically(folder.path() / "x", content);
    EXPECT_EQ(readFile(folder.path() / "x"), content);
    writeFileAtomically(folder.path() / "empty", "");
    EXPECT_EQ(readFile(folder.path() / "empty"), "");
}

TEST(ReadFile, RefusesWhatIsNotAFile) {
    const TemporaryFolder folder;
    expectError(ErrorKind::Io, {"absent"}, [&] { readFile(folder.path() / "absent"); });
    expectError(ErrorKind::Io, {"not a regular file"}, [&] { readFile(folder.path()); });
    expectError(ErrorKind::Io, {"not a regular file"}, [] { readFile("/dev/zero"); });
    expectError(ErrorKind::Io, {"not a regular file"}, [] { MappedFile("/dev/zero"); });
}

TEST(WriteFileAtomically, ReplacesAndLeavesNothingBehind) {
    const TemporaryFolder folder;
    writeFileAtomically(folder.path() / "x", "old");
    writeFileAtomically(folder.path() / "x", "new");
    EXPECT_EQ(readFile(folder.path() / "x"), "new");
    EXPECT_EQ(entries(folder.path()), 1U);
}

TEST(WriteFileAtomically, AFailedWriteKeepsTheOldContent) {
    const TemporaryFolder folder;
    writeFileAtomically(folder.path() / "x", "old");
    {
        const SizeLimit limit(4096);
        expectError(ErrorKind::Io, {(folder.path() / "x").string(), "cannot write"},
                    [&] { writeFileAtomically(folder.path() / "x", std::string(100'000, 'n')); });
    }
    EXPECT_EQ(readFile(folder.path() / "x"), "old");
    EXPECT_EQ(entries(folder.path()), 1U);
}

TEST(WriteFileAtomically, AMissingOrReadOnlyFolderIsAnError) {
    const TemporaryFolder folder;
    expectError(ErrorKind::Io, {"absent"}, [&] { writeFileAtomically(folder.path() / "absent" / "x", "1"); });
    if (::geteuid() == 0) GTEST_SKIP() << "the superuser may write anywhere";
    std::filesystem::permissions(folder.path(),
                                 std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
    expectError(ErrorKind::Io, {"x", "Choose a folder you may use"},
                [&] { writeFileAtomically(folder.path() / "x", "1"); });
    std::filesystem::permissions(folder.path(), std::filesystem::perms::owner_all);
}

TEST(AtomicFile, NothingAppearsWithoutCommit) {
    const TemporaryFolder folder;
    {
        AtomicFile file(folder.path() / "x");
        file.write("half");
        EXPECT_FALSE(std::filesystem::exists(folder.path() / "x"));
    }
    EXPECT_EQ(entries(folder.path()), 0U);
}

TEST(AtomicFile, PiecesAreJoined) {
    const TemporaryFolder folder;
    AtomicFile file(folder.path() / "x");
    file.write("ab");
    const std::byte last[] = {std::byte{'c'}};
    file.write(std::span<const std::byte>(last));
    file.commit();
    EXPECT_EQ(readFile(folder.path() / "x"), "abc");
}

TEST(MakeFolder, MakesParentsAndFailsBelowAFile) {
    const TemporaryFolder folder;
    makeFolder(folder.path() / "a" / "b");
    makeFolder(folder.path() / "a" / "b");
    EXPECT_TRUE(std::filesystem::is_directory(folder.path() / "a" / "b"));
    std::ofstream(folder.path() / "f") << "x";
    expectError(ErrorKind::Io, {"cannot create the folder"}, [&] { makeFolder(folder.path() / "f" / "b"); });
}

TEST(MappedFile, ShowsTheContentAndCanBeMoved) {
    const TemporaryFolder folder;
    writeFileAtomically(folder.path() / "x", "abc");
    MappedFile first(folder.path() / "x");
    const MappedFile second(std::move(first));
    ASSERT_EQ(second.bytes().size(), 3U);
    EXPECT_EQ(second.bytes()[2], std::byte{'c'});
    writeFileAtomically(folder.path() / "empty", "");
    EXPECT_TRUE(MappedFile(folder.path() / "empty").bytes().empty());
}

TEST(ContentHash, IsXxh3AndEqualForFiles) {
    // The published test value of XXH3-64 for no input and seed 0.
    EXPECT_EQ(contentHash(""), "2d06800538d394c2");
    const TemporaryFolder folder;
    writeFileAtomically(folder.path() / "x", "abc");
    EXPECT_EQ(fileHash(folder.path() / "x"), contentHash("abc"));
    EXPECT_NE(contentHash("abc"), contentHash("abd"));
}

}  // namespace
}  // namespace jumplora
