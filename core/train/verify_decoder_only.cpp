// SPDX-License-Identifier: Apache-2.0
#include "base/error.h"
#include "train/verify_compare.h"
#include "train/verify_forward_parts.h"

#include <numeric>

namespace jumplora {
namespace {

// Recorded ids, where they are real, and their labels.
struct Batch {
    at::Tensor ids, labels;  // [rows, positions]
    RealPositions real;
};

Batch readBatch(const SafetensorsFile& golden, std::int64_t vocabulary) {
    const std::string file = golden.path().string();
    Batch batch;
    batch.ids = recordedTensor(golden, "input_ids", {kAnySize, kAnySize}, at::kLong);
    const std::vector<std::int64_t> shape = batch.ids.sizes().vec();
    batch.labels = recordedTensor(golden, "labels", shape, at::kLong);
    batch.real = realPositions(recordedTensor(golden, "attention_mask", shape, at::kLong), Padding::Right,
                               "attention_mask", file);
    requireVocabulary(batch.ids, "input_ids", vocabulary, file);
    return batch;
}

// Label of what follows each real position, kNoLabel behind the last one.
at::Tensor nextLabels(const Batch& batch) {
    const at::Tensor shifted = at::full_like(batch.labels, kNoLabel);
    shifted.narrow(1, 0, shifted.size(1) - 1).copy_(batch.labels.narrow(1, 1, shifted.size(1) - 1));
    return packRows(shifted, batch.real);
}

// The rows as they are trained on: labels at the end of each row. Empty when they stand elsewhere.
std::vector<TokenRow> trainingRows(const Batch& batch) {
    std::vector<TokenRow> rows = promptRows(batch.ids, batch.real);
    for (std::size_t r = 0; r < rows.size(); ++r) {
        std::vector<std::int32_t>& ids = rows[r].source;
        const auto* labels = batch.labels[static_cast<std::int64_t>(r)].data_ptr<std::int64_t>();
        std::size_t first = ids.size();
        while (first > 0 && labels[first - 1] == ids[first - 1]) --first;
        for (std::size_t i = 0; i < first; ++i)
            if (labels[i] != kNoLabel) return {};
        if (first == 0 || first == ids.size()) return {};
        rows[r].target.assign(ids.begin() + static_cast<std::ptrdiff_t>(first), ids.end());
        ids.resize(first);
    }
    return rows;
}

void compareGreedy(Llama& model, const SafetensorsFile& golden, std::int64_t forwardLength,
                   VerifyReport& report) {
    if (golden.find("greedy_ids") == nullptr) return;
    const std::string file = golden.path().string();
    const at::Tensor ids = recordedTensor(golden, "prompt_ids", {kAnySize, kAnySize}, at::kLong);
    const at::Tensor mask = recordedTensor(golden, "prompt_mask", ids.sizes().vec(), at::kLong);
    requireVocabulary(ids, "prompt_ids", model.vocabularySize(), file);
    const auto prompts = promptRows(ids, realPositions(mask, Padding::Left, "prompt_mask", file));
    const std::int64_t most = greedyLength(golden, ids.size(0));
    const std::int64_t fill = model.config().fillId;
    const auto errorsAt = [&](std::int64_t length) {
        return greedyErrors(golden, model.continueRows(prompts, most, length), fill);
    };
    std::vector<std::int64_t> errors = errorsAt(0);
    const auto total = [](const std::vector<std::int64_t>& all) {
        return std::accumulate(all.begin(), all.end(), std::int64_t{0});
    };
    // transformers keeps the angles of the longest batch a model object has seen, until a short one comes.
    if (model.config().rope.scaling == RopeConfig::Scaling::Dynamic && total(errors) > 0) {
        const auto kept = errorsAt(forwardLength);
        if (total(kept) < total(errors)) {
            errors = kept;
            report.notes.push_back(fmt::format(
                "greedy ids: recorded with the dynamic angles that a forward pass over {} positions "
                "had left behind",
                forwardLength));
        }
    }
    addGreedy(errors, report);
}

}  // namespace

void verifyDecoderOnly(Llama& model, const SafetensorsFile& golden, VerifyReport& report) {
    const std::int64_t vocabulary = model.vocabularySize();
    const Batch batch = readBatch(golden, vocabulary);
    const std::int64_t width = batch.ids.size(1);
    const at::Tensor labels = nextLabels(batch);
    requireVocabulary(labels.masked_select(labels.ne(kNoLabel)), "labels", vocabulary,
                      golden.path().string());

    for (const TensorSlot& slot : model.parameters()) slot.tensor->set_requires_grad(true);
    const auto rows = std::make_shared<const PackedRows>(batch.real.lengths);
    // Padding counts for transformers' dynamic positions.
    const at::Tensor hidden = model.decode(packRows(batch.ids, batch.real), rows, width,
                                           at::arange(rows->tokens(), at::kLong), nullptr);
    const at::Tensor logits = model.logits(hidden);
    const at::Tensor loss = at::cross_entropy_loss(logits, labels, {}, at::Reduction::Mean, kNoLabel);
    loss.backward();

    const at::Tensor recordedLogits =
        recordedTensor(golden, "logits", {batch.ids.size(0), width, vocabulary}, at::kDouble);
    const Difference difference = compareTensors(logits, packRows(recordedLogits, batch.real));
    report.add("logits", difference.relative(), kHiddenLimit, "of largest",
               fmt::format("real position {}", difference.index / vocabulary));
    const at::Tensor recordedLoss = recordedTensor(golden, "loss", {1}, at::kDouble);
    report.add("loss", compareTensors(loss.reshape({1}), recordedLoss).relative(), kLossLimit, "relative",
               "");
    const bool dynamic = model.config().rope.scaling == RopeConfig::Scaling::Dynamic;
    if (const auto training = trainingRows(batch); !training.empty() && !dynamic) {
        const at::NoGradGuard noGrad;
        report.add("loss of training rows",
                   compareTensors(model.loss(training, nullptr).reshape({1}), recordedLoss).relative(),
                   kLossLimit, "relative", "");
    }
    compareGradients(model, golden, report);
    compareGreedy(model, golden, width, report);
}

}  // namespace jumplora
