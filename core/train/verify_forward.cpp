// SPDX-License-Identifier: Apache-2.0
#include "base/error.h"
#include "model/t5.h"
#include "train/recorded_tensor.h"
#include "train/verify.h"
#include "train/verify_compare.h"

#include <algorithm>

namespace jumplora {
namespace {

constexpr double kHiddenLimit = 1e-4;
constexpr double kLossLimit = 1e-5;
constexpr double kGradientLimit = 1e-3;
constexpr double kGreedyLimit = 0;
constexpr std::int64_t kNoLabel = -100;

// Real positions of each row of a right-padded mask. Throws Error(Format) for any other mask.
std::vector<std::int64_t> rowLengths(const at::Tensor& mask, const std::string& file) {
    std::vector<std::int64_t> lengths;
    for (std::int64_t r = 0; r < mask.size(0); ++r) {
        const auto* row = mask[r].data_ptr<std::int64_t>();
        std::int64_t length = 0;
        while (length < mask.size(1) && row[length] == 1) ++length;
        const bool padded =
            std::all_of(row + length, row + mask.size(1), [](std::int64_t m) { return m == 0; });
        if (length == 0 || !padded)
            fail(ErrorKind::Format, "{}: row {} of attention_mask is not ones followed by zeros", file, r);
        lengths.push_back(length);
    }
    return lengths;
}

// The first lengths[r] entries of each row of a padded tensor, one after another.
at::Tensor packRows(const at::Tensor& padded, const PackedRows& rows) {
    std::vector<at::Tensor> parts;
    for (std::int64_t r = 0; r < rows.rows(); ++r) parts.push_back(padded[r].narrow(0, 0, rows.lengths[r]));
    return at::cat(parts);
}

void compareGradients(T5& model, const SafetensorsFile& golden, VerifyReport& report) {
    std::size_t compared = 0;
    for (const TensorSlot& slot : model.parameters()) {
        const std::string name = "grad/" + slot.name;
        if (golden.find(name) == nullptr) continue;
        const at::Tensor gradient =
            slot.tensor->grad().defined() ? slot.tensor->grad() : at::zeros_like(*slot.tensor);
        const at::Tensor recorded = recordedTensor(golden, name, gradient.sizes().vec(), at::kDouble);
        report.add("gradients", compareTensors(gradient, recorded).relative(), kGradientLimit, "of largest",
                   slot.name);
        ++compared;
    }
    const auto recorded =
        std::count_if(golden.tensors().begin(), golden.tensors().end(),
                      [](const TensorView& view) { return view.name.starts_with("grad/"); });
    if (static_cast<std::size_t>(recorded) != compared)
        report.notes.push_back(fmt::format("{} recorded gradients belong to no weight of the model",
                                           static_cast<std::size_t>(recorded) - compared));
}

void compareGreedy(T5& model, const SafetensorsFile& golden, const at::Tensor& ids, const PackedRows& rows,
                   VerifyReport& report) {
    if (golden.find("greedy_ids") == nullptr) return;
    const at::Tensor expected = recordedTensor(golden, "greedy_ids", {rows.rows(), kAnySize}, at::kLong);
    const std::int64_t width = expected.size(1);
    const std::int64_t most = golden.metadata().count("max_new_tokens") != 0
                                  ? recordedInteger(golden, "max_new_tokens", width, 1 << 30)
                                  : width;
    // One more than recorded shows whether a row really ended.
    const std::int64_t maxNewTokens = std::min(most, width + 1);
    std::vector<TokenRow> batch;
    for (std::int64_t r = 0; r < rows.rows(); ++r) {
        TokenRow row;
        for (std::int64_t i = 0; i < rows.lengths[r]; ++i)
            row.source.push_back(static_cast<std::int32_t>(ids[r][i].item<std::int64_t>()));
        batch.push_back(std::move(row));
    }
    const auto answers = model.generate(batch, maxNewTokens);
    for (std::size_t r = 0; r < answers.size(); ++r) {
        auto wrong = std::max<std::int64_t>(static_cast<std::int64_t>(answers[r].size()) - width, 0);
        for (std::int64_t i = 0; i < width; ++i) {
            const auto index = static_cast<std::size_t>(i);
            const std::int64_t got = index < answers[r].size() ? answers[r][index] : model.config().padId;
            if (got != expected[static_cast<std::int64_t>(r)][i].item<std::int64_t>()) ++wrong;
        }
        report.add("greedy ids", static_cast<double>(wrong), kGreedyLimit, "ids", fmt::format("row {}", r));
    }
}

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

VerifyReport verifyRecord(const std::filesystem::path& folder, const VerifyOptions& options) {
    const SafetensorsFile golden(folder / "golden.safetensors");
    const std::string file = golden.path().string();
    const auto& metadata = golden.metadata();
    if (metadata.count("format") != 0 && metadata.at("format") != "jumplora-golden-forward/1")
        fail(ErrorKind::Format, "{}: format \"{}\" is not a recorded forward pass", file,
             metadata.at("format"));
    BackboneOptions backboneOptions;
    backboneOptions.dtype = options.float64 ? at::kDouble : at::kFloat;
    const auto folderUsed = options.model.empty() ? folder : options.model;
    const auto backbone = loadBackbone(folderUsed.string(), backboneOptions);
    auto* model = dynamic_cast<T5*>(backbone.get());
    if (model == nullptr) fail(ErrorKind::Input, "{}: not an encoder-decoder", folderUsed.string());

    VerifyReport report;
    report.title = fmt::format("forward {} ({}, {})", folder.string(), model->architecture(),
                               options.float64 ? "float64" : "float32");
    const std::int64_t vocabulary = model->config().vocabularySize;
    const at::Tensor ids = recordedTensor(golden, "input_ids", {kAnySize, kAnySize}, at::kLong);
    const std::int64_t count = ids.size(0);
    const at::Tensor mask = recordedTensor(golden, "attention_mask", {count, ids.size(1)}, at::kLong);
    const at::Tensor labels = recordedTensor(golden, "labels", {count, kAnySize}, at::kLong);
    const at::Tensor decoderIds =
        recordedTensor(golden, "decoder_input_ids", {count, labels.size(1)}, at::kLong);
    for (const at::Tensor* t : {&ids, &decoderIds}) {
        if (t->numel() == 0 || t->min().item<std::int64_t>() < 0 ||
            t->max().item<std::int64_t>() >= vocabulary)
            fail(ErrorKind::Format, "{}: token ids outside the vocabulary of {}", file, vocabulary);
    }
    const at::Tensor named = labels.masked_select(labels.ne(kNoLabel));
    if (named.numel() == 0 || named.min().item<std::int64_t>() < 0 ||
        named.max().item<std::int64_t>() >= vocabulary)
        fail(ErrorKind::Format, "{}: labels outside the vocabulary of {}, or none at all", file, vocabulary);

    for (const TensorSlot& slot : model->parameters()) slot.tensor->set_requires_grad(true);
    const auto source = std::make_shared<const PackedRows>(rowLengths(mask, file));
    const auto target = std::make_shared<const PackedRows>(
        std::vector<std::int64_t>(static_cast<std::size_t>(count), labels.size(1)));
    const at::Tensor memory = model->encode(packRows(ids, *source), source, nullptr);
    const at::Tensor hidden = model->decode(decoderIds.flatten(), target, memory, source, nullptr);
    const at::Tensor logits = model->logits(hidden);
    const at::Tensor loss =
        at::cross_entropy_loss(logits, labels.flatten(), {}, at::Reduction::Mean, kNoLabel);
    loss.backward();

    const at::Tensor recordedMemory = recordedTensor(golden, "encoder_last_hidden_state",
                                                     {count, ids.size(1), memory.size(1)}, at::kDouble);
    report.add("encoder hidden state", compareTensors(memory, packRows(recordedMemory, *source)).relative(),
               kHiddenLimit, "of largest", "real positions");
    const Difference logitDifference = compareTensors(
        logits, recordedTensor(golden, "logits", {count, labels.size(1), vocabulary}, at::kDouble));
    report.add("logits", logitDifference.relative(), kHiddenLimit, "of largest",
               fmt::format("position {}", logitDifference.index / vocabulary));
    report.add("loss",
               compareTensors(loss.reshape({1}), recordedTensor(golden, "loss", {1}, at::kDouble)).relative(),
               kLossLimit, "relative", "");
    compareBuckets(*model, golden, report);
    compareGradients(*model, golden, report);
    compareGreedy(*model, golden, ids, *source, report);
    return report;
}

}  // namespace

VerifyReport verifyForward(const std::filesystem::path& folder, const VerifyOptions& options) {
    return refusingMisfits(folder.string(), [&] { return verifyRecord(folder, options); });
}

}  // namespace jumplora
