// SPDX-License-Identifier: Apache-2.0
#include "train/verify_compare.h"
#include "train/verify_forward_parts.h"

namespace jumplora {
namespace {

// Bucket of each distance, where it is recorded.
void compareBuckets(const T5& model, const SafetensorsFile& golden, VerifyReport& report) {
    for (const bool encoder : {true, false}) {
        const std::string name = encoder ? "encoder_bucket" : "decoder_bucket";
        if (golden.find(name) == nullptr) continue;
        const at::Tensor expected = recordedTensor(golden, name, {kAnySize, kAnySize}, at::kLong);
        const at::Tensor buckets = model.relativeBuckets(expected.size(0), expected.size(1), encoder);
        // A decoder looks back only; what is recorded for later keys does not count.
        const at::Tensor differs = encoder ? buckets.ne(expected) : buckets.ne(expected).tril();
        report.add("position buckets", differs.sum().item<double>(), 0, "positions", name);
    }
}

// As recorded, else the labels moved one place back behind the start token.
at::Tensor decoderInput(const T5& model, const SafetensorsFile& golden, const at::Tensor& labels) {
    if (golden.find("decoder_input_ids") != nullptr)
        return recordedTensor(golden, "decoder_input_ids", labels.sizes().vec(), at::kLong);
    at::Tensor ids = at::full_like(labels, model.config().startId);
    const std::int64_t rest = labels.size(1) - 1;
    ids.narrow(1, 1, rest)
        .copy_(labels.narrow(1, 0, rest)
                   .masked_fill(labels.narrow(1, 0, rest).eq(kNoLabel), model.config().padId));
    return ids;
}

}  // namespace

void verifyEncoderDecoder(T5& model, const SafetensorsFile& golden, VerifyReport& report) {
    const std::string file = golden.path().string();
    const std::int64_t vocabulary = model.config().vocabularySize;
    const at::Tensor ids = recordedTensor(golden, "input_ids", {kAnySize, kAnySize}, at::kLong);
    const std::int64_t count = ids.size(0);
    const at::Tensor mask = recordedTensor(golden, "attention_mask", {count, ids.size(1)}, at::kLong);
    const at::Tensor labels = recordedTensor(golden, "labels", {count, kAnySize}, at::kLong);
    requireVocabulary(labels.masked_select(labels.ne(kNoLabel)), "labels", vocabulary, file);
    const at::Tensor decoderIds = decoderInput(model, golden, labels);
    requireVocabulary(ids, "input_ids", vocabulary, file);
    requireVocabulary(decoderIds, "decoder_input_ids", vocabulary, file);

    for (const TensorSlot& slot : model.parameters()) slot.tensor->set_requires_grad(true);
    const RealPositions real = realPositions(mask, Padding::Right, "attention_mask", file);
    const auto source = std::make_shared<const PackedRows>(real.lengths);
    const auto target = std::make_shared<const PackedRows>(
        std::vector<std::int64_t>(static_cast<std::size_t>(count), labels.size(1)));
    const at::Tensor memory = model.encode(packRows(ids, real), source, nullptr);
    const at::Tensor hidden = model.decode(decoderIds.flatten(), target, memory, source, nullptr);
    const at::Tensor logits = model.logits(hidden);
    const at::Tensor loss =
        at::cross_entropy_loss(logits, labels.flatten(), {}, at::Reduction::Mean, kNoLabel);
    loss.backward();

    if (golden.find("encoder_last_hidden_state") != nullptr) {
        const at::Tensor recordedMemory = recordedTensor(golden, "encoder_last_hidden_state",
                                                         {count, ids.size(1), memory.size(1)}, at::kDouble);
        report.add("encoder hidden state", compareTensors(memory, packRows(recordedMemory, real)).relative(),
                   kHiddenLimit, "of largest", "real positions");
    }
    const Difference logitDifference = compareTensors(
        logits, recordedTensor(golden, "logits", {count, labels.size(1), vocabulary}, at::kDouble));
    report.add("logits", logitDifference.relative(), kHiddenLimit, "of largest",
               fmt::format("position {}", logitDifference.index / vocabulary));
    report.add("loss",
               compareTensors(loss.reshape({1}), recordedTensor(golden, "loss", {1}, at::kDouble)).relative(),
               kLossLimit, "relative", "");
    compareBuckets(model, golden, report);
    compareGradients(model, golden, report);
    if (golden.find("greedy_ids") == nullptr) return;
    const auto answers = model.generate(promptRows(ids, real), greedyLength(golden, count));
    addGreedy(greedyErrors(golden, answers, model.config().padId), report);
}

}  // namespace jumplora
