// SPDX-License-Identifier: Apache-2.0
#include "train/recorded_texts.h"

#include "base/error.h"
#include "data/encoding.h"
#include "data/scoring.h"
#include "train/recorded_tensor.h"

#include <algorithm>

namespace jumplora {

std::unique_ptr<RecordedTexts> RecordedTexts::open(const RecordedRun& run, VerifyReport& report) {
    const std::string where = (run.folder() / "run.json").string();
    const Json& tasks = requireMember(run.json(), "tasks", where);
    const auto file = run.tasksFolder() / requireString(tasks, "file", where + ": tasks");
    if (!std::filesystem::exists(file)) {
        report.notes.push_back(fmt::format(
            "{} is not there: ids and accuracies are not compared with the task files; give their "
            "folder with --tasks",
            file.string()));
        return nullptr;
    }
    if (!std::filesystem::exists(run.modelFolder() / "spiece.model")) {
        report.notes.push_back(
            fmt::format("{} has no spiece.model: ids and accuracies are not compared with the "
                        "task files",
                        run.modelFolder().string()));
        return nullptr;
    }
    std::unique_ptr<RecordedTexts> texts(new RecordedTexts);
    texts->m_suite = openSuite(file.string(), run.tasksFolder().string());
    texts->m_tokenizer = loadTokenizer(run.modelFolder());
    const Json& train = requireMember(run.json(), "train", where);
    texts->m_maxSource = requireInteger(train, "max_source_length", where + ": train");
    texts->m_maxTarget = requireInteger(train, "max_target_length", where + ": train");
    const auto count = static_cast<std::size_t>(run.tasks());
    if (texts->m_suite->tasks().size() < count)
        fail(ErrorKind::Format, "{}: {} tasks, the recorded run has {}", file.string(),
             texts->m_suite->tasks().size(), count);
    for (std::size_t task = 0; task < count; ++task) {
        texts->m_train.push_back(texts->m_suite->load(task, Split::Train, std::nullopt));
        texts->m_test.push_back(texts->m_suite->load(task, Split::Test, std::nullopt));
    }
    return texts;
}

const std::vector<Example>& RecordedTexts::examples(Split split, std::int64_t number) const {
    return (split == Split::Train ? m_train : m_test).at(static_cast<std::size_t>(number - 1));
}

void RecordedTexts::compareTraining(const RecordedTask& recorded, std::int64_t number,
                                    VerifyReport& report) const {
    if (recorded.file.find("rows") == nullptr) return;
    const at::Tensor numbers =
        recordedTensor(recorded.file, "rows", recorded.lengths.sizes().vec(), at::kLong);
    const auto& all = examples(Split::Train, number);
    for (std::int64_t s = 0; s < recorded.steps; ++s) {
        for (std::int64_t k = 0; k < recorded.microBatches; ++k) {
            std::size_t i = 0;
            const auto rows = recorded.rows(s, k);
            for (std::int64_t r = 0; r < numbers.size(2); ++r) {
                if (recorded.lengths[s][k][r].item<std::int64_t>() == 0) continue;
                const TokenRow& row = rows[i++];
                const auto index = numbers[s][k][r].item<std::int64_t>();
                if (index < 0) continue;
                const std::string where = fmt::format("task {}, step {}, row {}", number, s, r);
                if (index >= static_cast<std::int64_t>(all.size()))
                    fail(ErrorKind::Format, "{}: {}: row {} of the training file, which has {}",
                         recorded.file.path().string(), where, index, all.size());
                const Example& example = all[static_cast<std::size_t>(index)];
                const bool equal = encodeTruncated(*m_tokenizer, example.prompt, m_maxSource) == row.source &&
                                   encodeTruncated(*m_tokenizer, example.label, m_maxTarget) == row.target;
                report.add("token ids", equal ? 0 : 1, 0, "rows", where);
            }
        }
    }
}

void RecordedTexts::compareEvaluation(const std::vector<TokenRow>& rows, std::int64_t seen,
                                      VerifyReport& report) const {
    const auto& all = examples(Split::Test, seen);
    if (rows.size() != all.size()) return;
    for (std::size_t r = 0; r < rows.size(); ++r) {
        const bool equal = encodeTruncated(*m_tokenizer, all[r].prompt, m_maxSource) == rows[r].source;
        report.add("token ids", equal ? 0 : 1, 0, "rows", fmt::format("test of task {}, row {}", seen, r));
    }
}

std::optional<double> RecordedTexts::accuracy(const std::vector<std::vector<std::int32_t>>& answers,
                                              std::int64_t seen) const {
    const auto& all = examples(Split::Test, seen);
    if (answers.size() != all.size()) return std::nullopt;
    std::int64_t right = 0;
    for (std::size_t r = 0; r < answers.size(); ++r)
        right += exactMatch(m_tokenizer->decode(answers[r]), all[r].label) ? 1 : 0;
    return static_cast<double>(right) / static_cast<double>(all.size());
}

}  // namespace jumplora
