// SPDX-License-Identifier: Apache-2.0
#include "base/sha256.h"

#include "base/file.h"
#include "support/shared_data.h"

#include <gtest/gtest.h>

namespace jumplora {
namespace {

// Examples of FIPS 180-4 and NIST's test vectors.
TEST(Sha256Test, PublishedExamples) {
    EXPECT_EQ(sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
              "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    EXPECT_EQ(sha256(std::string(1000000, 'a')),
              "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256Test, PiecesOfAnySizeAndFiles) {
    std::string text;
    for (int i = 0; i < 700; ++i) text += static_cast<char>(i * 7);
    for (const std::size_t piece : {1U, 3U, 55U, 56U, 63U, 64U, 65U, 128U}) {
        Sha256 hash;
        for (std::size_t at = 0; at < text.size(); at += piece)
            hash.add(std::string_view(text).substr(at, piece));
        EXPECT_EQ(hash.finish(), sha256(text)) << piece;
    }
    const testing::TemporaryFolder folder;
    writeFileAtomically(folder.path() / "file", text);
    EXPECT_EQ(fileSha256(folder.path() / "file"), sha256(text));
}

}  // namespace
}  // namespace jumplora
