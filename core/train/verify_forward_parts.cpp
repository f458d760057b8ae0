// SPDX-License-Identifier: Apache-2.0
#include "train/verify_forward_parts.h"

#include "base/error.h"
#include "train/verify_compare.h"

#include <algorithm>
#include <numeric>

namespace jumplora {
namespace {

constexpr double kGradientLimit = 1e-3;
constexpr double kGreedyLimit = 0;

}  // namespace

RealPositions realPositions(const at::Tensor& mask, Padding padding, const std::string& tensor,
                            const std::string& file) {
    RealPositions rows;
    for (std::int64_t r = 0; r < mask.size(0); ++r) {
        const auto* begin = mask[r].data_ptr<std::int64_t>();
        const auto* end = begin + mask.size(1);
        const auto* first = std::find(begin, end, 1);
        const auto* last = std::find_if(first, end, [](std::int64_t m) { return m != 1; });
        const bool onThatSide = padding == Padding::Right ? first == begin : last == end;
        const auto isZero = [](std::int64_t m) { return m == 0; };
        if (first == last || !onThatSide || !std::all_of(begin, first, isZero) ||
            !std::all_of(last, end, isZero))
            fail(ErrorKind::Format, "{}: row {} of {} is not {}", file, r, tensor,
                 padding == Padding::Right ? "ones followed by zeros" : "zeros followed by ones");
        rows.begins.push_back(first - begin);
        rows.lengths.push_back(last - first);
    }
    return rows;
}

at::Tensor packRows(const at::Tensor& padded, const RealPositions& rows) {
    std::vector<at::Tensor> parts;
    for (std::size_t r = 0; r < rows.lengths.size(); ++r)
        parts.push_back(padded[static_cast<std::int64_t>(r)].narrow(0, rows.begins[r], rows.lengths[r]));
    return at::cat(parts);
}

void requireVocabulary(const at::Tensor& ids, const std::string& tensor, std::int64_t vocabulary,
                       const std::string& file) {
    if (ids.numel() == 0 || ids.min().item<std::int64_t>() < 0 ||
        ids.max().item<std::int64_t>() >= vocabulary)
        fail(ErrorKind::Format, "{}: {} holds ids outside the vocabulary of {}, or none at all", file, tensor,
             vocabulary);
}

void compareGradients(Backbone& model, const SafetensorsFile& golden, VerifyReport& report) {
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

std::vector<TokenRow> promptRows(const at::Tensor& ids, const RealPositions& rows) {
    std::vector<TokenRow> batch;
    for (std::size_t r = 0; r < rows.lengths.size(); ++r) {
        const auto* row = ids[static_cast<std::int64_t>(r)].data_ptr<std::int64_t>() + rows.begins[r];
        TokenRow one;
        std::transform(row, row + rows.lengths[r], std::back_inserter(one.source),
                       [](std::int64_t id) { return static_cast<std::int32_t>(id); });
        batch.push_back(std::move(one));
    }
    return batch;
}

std::int64_t greedyLength(const SafetensorsFile& golden, std::int64_t rows) {
    const at::Tensor expected = recordedTensor(golden, "greedy_ids", {rows, kAnySize}, at::kLong);
    const std::int64_t width = expected.size(1);
    const std::int64_t most = golden.metadata().count("max_new_tokens") != 0
                                  ? recordedInteger(golden, "max_new_tokens", width, 1 << 30)
                                  : width;
    return std::min(most, width + 1);
}

std::vector<std::int64_t> greedyErrors(const SafetensorsFile& golden,
                                       const std::vector<std::vector<std::int32_t>>& answers,
                                       std::int64_t fillId) {
    const auto rows = static_cast<std::int64_t>(answers.size());
    const at::Tensor expected = recordedTensor(golden, "greedy_ids", {rows, kAnySize}, at::kLong);
    const std::int64_t width = expected.size(1);
    std::vector<std::int64_t> errors;
    for (std::size_t r = 0; r < answers.size(); ++r) {
        auto wrong = std::max<std::int64_t>(static_cast<std::int64_t>(answers[r].size()) - width, 0);
        for (std::int64_t i = 0; i < width; ++i) {
            const auto index = static_cast<std::size_t>(i);
            const std::int64_t got = index < answers[r].size() ? answers[r][index] : fillId;
            if (got != expected[static_cast<std::int64_t>(r)][i].item<std::int64_t>()) ++wrong;
        }
        errors.push_back(wrong);
    }
    return errors;
}

void addGreedy(const std::vector<std::int64_t>& errors, VerifyReport& report) {
    for (std::size_t r = 0; r < errors.size(); ++r)
        report.add("greedy ids", static_cast<double>(errors[r]), kGreedyLimit, "ids",
                   fmt::format("row {}", r));
}

}  // namespace jumplora
