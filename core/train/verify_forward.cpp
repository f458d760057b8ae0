// SPDX-License-Identifier: Apache-2.0
#include "base/error.h"
#include "model/t5.h"
#include "train/verify.h"
#include "train/verify_compare.h"

#include <algorithm>

namespace jumplora {
namespace {

constexpr double kHiddenLimit = 1e-4;
constexpr double kLossLimit = 1e-5;
constexpr double kGradientLimit = 1e-3;
constexpr double kGreedyLimit = 0;

std::vector<std::int64_t> rowLengths(const at::Tensor& mask) {
    std::vector<std::int64_t> lengths;
    for (std::int64_t r = 0; r < mask.size(0); ++r) lengths.push_back(mask[r].sum().item<std::int64_t>());
    return lengths;
}

// The first lengths[r] entries of each row of a padded tensor, one after another.
at::Tensor packRows(const at::Tensor& padded, const PackedRows& rows) {
    std::vector<at::Tensor> parts;
    for (std::int64_t r = 0; r < rows.rows(); ++r) parts.push_back(padded[r].narrow(0, 0, rows.lengths[r]));
    return at::cat(parts);
}

void compareGradients(T5& model, const SafetensorsFile& golden, VerifyReport& report) {
    for (const TensorSlot& slot : model.parameters()) {
        const TensorView* recorded = golden.find("grad/" + slot.name);
        if (recorded == nullptr) continue;
        const at::Tensor gradient =
            slot.tensor->grad().defined() ? slot.tensor->grad() : at::zeros_like(*slot.tensor);
        report.add("gradients", compareTensors(gradient, toTensor(*recorded)).relative(), kGradientLimit,
                   "of largest", slot.name);
    }
}

void compareGreedy(T5& model, const SafetensorsFile& golden, const at::Tensor& ids, const PackedRows& rows,
                   VerifyReport& report) {
    const TensorView* recorded = golden.find("greedy_ids");
    if (recorded == nullptr) return;
    const at::Tensor expected = toTensor(*recorded, at::kLong);
    std::int64_t maxNewTokens = expected.size(1);
    if (golden.metadata().count("max_new_tokens") != 0)
        maxNewTokens = std::strtoll(golden.requireMetadata("max_new_tokens").c_str(), nullptr, 10);
    std::vector<TokenRow> batch;
    for (std::int64_t r = 0; r < rows.rows(); ++r) {
        TokenRow row;
        for (std::int64_t i = 0; i < rows.lengths[r]; ++i)
            row.source.push_back(static_cast<std::int32_t>(ids[r][i].item<std::int64_t>()));
        batch.push_back(std::move(row));
    }
    const auto answers = model.generate(batch, maxNewTokens);
    for (std::size_t r = 0; r < answers.size(); ++r) {
        std::int64_t wrong = 0;
        for (std::int64_t i = 0; i < expected.size(1); ++i) {
            const auto index = static_cast<std::size_t>(i);
            const std::int64_t got = index < answers[r].size() ? answers[r][index] : model.config().padId;
            if (got != expected[static_cast<std::int64_t>(r)][i].item<std::int64_t>()) ++wrong;
        }
        report.add("greedy ids", static_cast<double>(wrong), kGreedyLimit, "ids", fmt::format("row {}", r));
    }
}

}  // namespace

VerifyReport verifyForward(const std::filesystem::path& folder, const VerifyOptions& options) {
    const SafetensorsFile golden(folder / "golden.safetensors");
    const auto& metadata = golden.metadata();
    if (metadata.count("format") != 0 && metadata.at("format") != "jumplora-golden-forward/1")
        fail(ErrorKind::Format, "{}: format \"{}\" is not a recorded forward pass", golden.path().string(),
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
    const at::Tensor ids = toTensor(golden.require("input_ids"), at::kLong);
    const at::Tensor mask = toTensor(golden.require("attention_mask"), at::kLong);
    const at::Tensor labels = toTensor(golden.require("labels"), at::kLong);
    const at::Tensor decoderIds = toTensor(golden.require("decoder_input_ids"), at::kLong);
    if (ids.dim() != 2 || mask.sizes() != ids.sizes() || labels.dim() != 2 ||
        decoderIds.sizes() != labels.sizes() || labels.size(0) != ids.size(0))
        fail(ErrorKind::Format,
             "{}: input_ids, attention_mask, labels and decoder_input_ids do not fit together",
             golden.path().string());
    const std::int64_t vocabulary = model->config().vocabularySize;
    for (const at::Tensor* t : {&ids, &decoderIds}) {
        if (t->numel() == 0 || t->min().item<std::int64_t>() < 0 ||
            t->max().item<std::int64_t>() >= vocabulary)
            fail(ErrorKind::Format, "{}: token ids outside the vocabulary of {}", golden.path().string(),
                 vocabulary);
    }

    if (labels.max().item<std::int64_t>() >= vocabulary)
        fail(ErrorKind::Format, "{}: labels outside the vocabulary of {}", golden.path().string(),
             vocabulary);

    for (const TensorSlot& slot : model->parameters()) slot.tensor->set_requires_grad(true);
    const auto source = std::make_shared<const PackedRows>(rowLengths(mask));
    const auto target = std::make_shared<const PackedRows>(
        std::vector<std::int64_t>(static_cast<std::size_t>(labels.size(0)), labels.size(1)));
    const at::Tensor memory = model->encode(packRows(ids, *source), source, nullptr);
    const at::Tensor hidden = model->decode(decoderIds.flatten(), target, memory, source, nullptr);
    const at::Tensor logits = model->logits(hidden);
    const at::Tensor loss = at::cross_entropy_loss(logits, labels.flatten(), {}, at::Reduction::Mean, -100);
    loss.backward();

    report.add(
        "encoder hidden state",
        compareTensors(memory, packRows(toTensor(golden.require("encoder_last_hidden_state")), *source))
            .relative(),
        kHiddenLimit, "of largest", "real positions");
    const Difference logitDifference = compareTensors(logits, toTensor(golden.require("logits")));
    report.add("logits", logitDifference.relative(), kHiddenLimit, "of largest",
               fmt::format("position {}", logitDifference.index / vocabulary));
    report.add("loss", compareTensors(loss.reshape({1}), toTensor(golden.require("loss"))).relative(),
               kLossLimit, "relative", "");
    compareGradients(*model, golden, report);
    compareGreedy(*model, golden, ids, *source, report);
    return report;
}

}  // namespace jumplora
