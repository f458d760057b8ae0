// SPDX-License-Identifier: Apache-2.0
// Damaged checkpoints: a typed error or a model that works, never a crash, never memory that no file stands
// for.
#include "model/backbone.h"
#include "support/mutation.h"
#include "support/shared_data.h"
#include "support/tiny_t5.h"

#include <gtest/gtest.h>

namespace jumplora {
namespace {

using testing::damageFileOnDisk;
using testing::headerBytes;
using testing::TemporaryFolder;

void useModel(const std::filesystem::path& folder) {
    const auto model = loadBackbone(folder.string(), {});
    const std::vector<TokenRow> rows = {{{3, 4, 1}, {5, 1}}, {{6}, {1}}};
    for (const auto& answer : model->generate(rows, 4)) {
        for (const std::int32_t id : answer) ASSERT_LT(id, model->vocabularySize());
    }
    (void)model->loss(rows, nullptr);
}

TEST(BackboneDamage, Configurations) {
    const TemporaryFolder folder;
    testing::writeTinyT5(folder.path(), testing::tinyConfig(), 1);
    const auto count =
        damageFileOnDisk(folder.path() / "config.json", 0, 2, 1000, [&] { useModel(folder.path()); });
    EXPECT_GT(count.refused, 400);
    EXPECT_GT(count.accepted, 100);
}

TEST(BackboneDamage, Weights) {
    const TemporaryFolder folder;
    testing::writeTinyT5(folder.path(), testing::tinyConfig(), 1);
    const auto file = folder.path() / "model.safetensors";
    const auto count = damageFileOnDisk(file, headerBytes(file), 3, 1000, [&] { useModel(folder.path()); });
    EXPECT_GT(count.refused, 400);
    EXPECT_GT(count.accepted, 150);
}

}  // namespace
}  // namespace jumplora
