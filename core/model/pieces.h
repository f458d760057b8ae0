// SPDX-License-Identifier: Apache-2.0
#pragma once
// How the sources that call kernels choose the type and split their work.
#include "base/torch_api.h"
#include "kernel/parallel.h"

#include <algorithm>
#include <initializer_list>

namespace jumplora {

// Contiguous on the CPU, all float32 or all float64.
inline bool runsInKernel(std::initializer_list<at::Tensor> tensors) {
    const at::ScalarType type = tensors.begin()->scalar_type();
    return (type == at::kFloat || type == at::kDouble) &&
           std::all_of(tensors.begin(), tensors.end(), [&](const at::Tensor& tensor) {
               return tensor.device().is_cpu() && tensor.is_contiguous() && tensor.scalar_type() == type;
           });
}

// Calls use(T{}) with the type of the tensor's elements.
template <typename Use>
auto withType(const at::Tensor& tensor, const Use& use) {
    return tensor.scalar_type() == at::kDouble ? use(double{}) : use(float{});
}

// Rows that are worth a thread of their own when each has work for many columns.
constexpr std::int64_t kRowsWorthAThread = 16;

// Rows are split among the threads always alike, so that equal runs add in the same order.
inline std::int64_t pieceCount(std::int64_t rows, std::int64_t worthAThread = kRowsWorthAThread) {
    return std::clamp<std::int64_t>(rows / worthAThread, 1, at::get_num_threads());
}

// Calls use(piece, first row, last row) from several threads.
template <typename Use>
void eachPiece(std::int64_t rows, const Use& use, std::int64_t worthAThread = kRowsWorthAThread) {
    const std::int64_t pieces = pieceCount(rows, worthAThread);
    parallelPieces(
        pieces, [&](std::int64_t piece) { use(piece, rows * piece / pieces, rows * (piece + 1) / pieces); });
}

// Of what each piece has added up, [pieces, ...].
inline at::Tensor sumOfPieces(const at::Tensor& parts) {
    at::Tensor total = parts[0];
    for (std::int64_t piece = 1; piece < parts.size(0); ++piece) total.add_(parts[piece]);
    return total;
}

}  // namespace jumplora
