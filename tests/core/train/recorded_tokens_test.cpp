// SPDX-License-Identifier: Apache-2.0
#include "base/json.h"
#include "data/encoding.h"
#include "data/task.h"
#include "support/shared_data.h"
#include "weights/safetensors.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstring>

namespace jumplora {
namespace {

using jumplora::testing::sharedData;

std::vector<std::int32_t> integersOf(const TensorView& view) {
    std::vector<std::int32_t> values(static_cast<std::size_t>(view.elements()));
    EXPECT_EQ(view.dtype, DType::I32);
    std::memcpy(values.data(), view.data.data(), values.size() * sizeof(std::int32_t));
    return values;
}

// Compares every recorded row of one task with what prompt and tokenizer make of the training file's row.
std::int64_t compareTask(const SafetensorsFile& file, const std::vector<Example>& examples,
                         const Tokenizer& tokenizer, std::int64_t maxSource, std::int64_t maxTarget) {
    const auto inputs = integersOf(file.require("input_ids"));
    const auto labels = integersOf(file.require("labels"));
    const auto lengths = integersOf(file.require("lengths"));
    const auto rows = integersOf(file.require("rows"));
    const auto width = static_cast<std::size_t>(file.require("input_ids").shape.back());
    const auto targetWidth = static_cast<std::size_t>(file.require("labels").shape.back());
    std::int64_t compared = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (rows[i] < 0) continue;
        const Example& example = examples.at(static_cast<std::size_t>(rows[i]));
        const auto* input = inputs.data() + i * width;
        const auto* label = labels.data() + i * targetWidth;
        const std::vector<std::int32_t> source(input, input + lengths[i]);
        std::vector<std::int32_t> target;
        for (std::size_t k = 0; k < targetWidth && label[k] >= 0; ++k) target.push_back(label[k]);
        EXPECT_EQ(encodeTruncated(tokenizer, example.prompt, maxSource), source) << "row " << rows[i];
        EXPECT_EQ(encodeTruncated(tokenizer, example.label, maxTarget), target) << "row " << rows[i];
        ++compared;
    }
    return compared;
}

// The reference's token ids come out of the task file, the prompt and spiece.model.
TEST(RecordedTokensTest, TrainingRowsEqualTheReference) {
    const auto golden = sharedData("golden");
    JUMPLORA_REQUIRE_DATA(golden);
    int runs = 0;
    for (const auto& entry : std::filesystem::directory_iterator(golden)) {
        if (!std::filesystem::exists(entry.path() / "run.json")) continue;
        ++runs;
        const Json run = readJsonFile(entry.path() / "run.json");
        const auto tasks = golden / run.at("tasks").at("folder").get<std::string>();
        const auto suite = openSuite((tasks / run.at("tasks").at("file").get<std::string>()).string(), "");
        const auto tokenizer = loadTokenizer(golden / run.at("model").get<std::string>());
        const Json& train = run.at("train");
        for (std::size_t task = 0; task < suite->tasks().size(); ++task) {
            const SafetensorsFile file(entry.path() / fmt::format("task_{:02}.safetensors", task + 1));
            const auto compared =
                compareTask(file, suite->load(task, Split::Train, suite->tasks()[task].maxSamples),
                            *tokenizer, train.at("max_source_length"), train.at("max_target_length"));
            EXPECT_GE(compared, 90) << file.path();
        }
    }
    EXPECT_GT(runs, 0);
}

}  // namespace
}  // namespace jumplora
