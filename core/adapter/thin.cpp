// SPDX-License-Identifier: Apache-2.0
#include "adapter/thin.h"

#include "kernel/kernels.h"
#include "model/pieces.h"

namespace jumplora {

at::Tensor thinDots(const at::Tensor& x, const at::Tensor& a) {
    const at::NoGradGuard noGrad;
    if (!runsInKernel({x, a})) return at::mm(x, a.t());
    at::Tensor u = at::empty({x.size(0), a.size(0)}, x.options().requires_grad(false));
    withType(x, [&](auto type) {
        using T = decltype(type);
        const T* from = x.data_ptr<T>();
        T* to = u.data_ptr<T>();
        eachPiece(x.size(0), [&](std::int64_t, std::int64_t first, std::int64_t last) {
            kernels<T>().thinDots(from + first * x.size(1), a.data_ptr<T>(), to + first * a.size(0),
                                  last - first, x.size(1), a.size(0));
        });
    });
    return u;
}

void thinAdd(at::Tensor& y, const at::Tensor& u, const at::Tensor& a, double scale) {
    const at::NoGradGuard noGrad;
    if (!runsInKernel({y, u, a})) {
        y.addmm_(u, a, 1, scale);
        return;
    }
    withType(y, [&](auto type) {
        using T = decltype(type);
        T* to = y.data_ptr<T>();
        eachPiece(y.size(0), [&](std::int64_t, std::int64_t first, std::int64_t last) {
            kernels<T>().thinAdd(u.data_ptr<T>() + first * u.size(1), a.data_ptr<T>(), to + first * y.size(1),
                                 last - first, y.size(1), a.size(0), static_cast<T>(scale));
        });
    });
}

at::Tensor thinOuter(const at::Tensor& u, const at::Tensor& x) {
    const at::NoGradGuard noGrad;
    if (!runsInKernel({u, x})) return at::mm(u.t(), x);
    const std::int64_t pieces = pieceCount(x.size(0));
    const at::Tensor parts = at::zeros({pieces, u.size(1), x.size(1)}, x.options().requires_grad(false));
    withType(x, [&](auto type) {
        using T = decltype(type);
        T* to = parts.data_ptr<T>();
        eachPiece(x.size(0), [&](std::int64_t piece, std::int64_t first, std::int64_t last) {
            kernels<T>().thinOuter(u.data_ptr<T>() + first * u.size(1), x.data_ptr<T>() + first * x.size(1),
                                   to + piece * u.size(1) * x.size(1), last - first, x.size(1), u.size(1));
        });
    });
    return sumOfPieces(parts);
}

}  // namespace jumplora
