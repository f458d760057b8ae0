// SPDX-License-Identifier: Apache-2.0
#pragma once
// The only door to LibTorch. Narrow on purpose (torch/torch.h takes three times as long to compile) and the
// place where differences between LibTorch 1.13 and 2.x are hidden. Never included by a public header that
// ui/ sees.
#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/csrc/autograd/grad_mode.h>
#include <torch/csrc/autograd/variable.h>

namespace jumplora {

// Custom autograd functions of LibTorch 1.13 take no undefined tensors: an absent argument travels as an
// empty one.
inline at::Tensor orEmpty(const at::Tensor& tensor, const at::Tensor& like) {
    return tensor.defined() ? tensor : at::empty({0}, like.options().requires_grad(false));
}
inline bool present(const at::Tensor& tensor) { return tensor.defined() && tensor.numel() > 0; }

}  // namespace jumplora
