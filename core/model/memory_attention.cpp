// SPDX-License-Identifier: Apache-2.0
#include "model/memory_attention.h"

#include "kernel/kernels.h"
#include "model/attention.h"
#include "model/pieces.h"

namespace jumplora {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;

// Columns of one head in [tokens, heads·d], rows of one head in [heads·d, D].
at::Tensor columnsOf(const at::Tensor& packed, std::int64_t head, std::int64_t d) {
    return packed.narrow(1, head * d, d);
}
at::Tensor rowsOf(const at::Tensor& matrix, std::int64_t head, std::int64_t d) {
    return matrix.narrow(0, head * d, d);
}

// Calls use(head) from several threads.
template <typename Use>
void eachHead(std::int64_t heads, const Use& use) {
    parallelPieces(heads, [&](std::int64_t head) {
        const at::AutoDispatchBelowADInplaceOrView below;  // belongs to the thread
        use(head);
    });
}

// out[:, h] = x_h · matrix_h, [tokens, heads·d] -> [tokens, heads, D].
at::Tensor toMemory(const at::Tensor& x, const at::Tensor& matrix, std::int64_t heads) {
    const std::int64_t d = x.size(1) / heads;
    at::Tensor out = at::empty({x.size(0), heads, matrix.size(1)}, x.options().requires_grad(false));
    eachHead(heads, [&](std::int64_t head) {
        at::Tensor part = out.select(1, head);
        at::mm_out(part, columnsOf(x, head, d), rowsOf(matrix, head, d));
    });
    return out;
}

// out_h = x[:, h] · matrix_hᵀ, [tokens, heads, D] -> [tokens, heads·d].
at::Tensor fromMemory(const at::Tensor& x, const at::Tensor& matrix) {
    const std::int64_t heads = x.size(1);
    const std::int64_t d = matrix.size(0) / heads;
    at::Tensor out = at::empty({x.size(0), matrix.size(0)}, x.options());
    eachHead(heads, [&](std::int64_t head) {
        at::Tensor part = columnsOf(out, head, d);
        at::mm_out(part, x.select(1, head), rowsOf(matrix, head, d).t());
    });
    return out;
}

// Gradient of the matrix in both of the above: matrix_h = packed_hᵀ · wide[:, h].
at::Tensor matrixGradient(const at::Tensor& packed, const at::Tensor& wide) {
    const std::int64_t heads = wide.size(1);
    const std::int64_t d = packed.size(1) / heads;
    at::Tensor out = at::empty({packed.size(1), wide.size(2)}, packed.options().requires_grad(false));
    eachHead(heads, [&](std::int64_t head) {
        at::Tensor part = rowsOf(out, head, d);
        at::mm_out(part, columnsOf(packed, head, d).t(), wide.select(1, head));
    });
    return out;
}

// One row of the batch: its part of [Nq, heads, D] as [queries·heads, D], of the memory as [keys, D].
struct Row {
    std::int64_t row, queries, keys, heads;
    const AttentionArguments& a;

    Row(const AttentionArguments& arguments, std::int64_t index)
        : row(index),
          queries(arguments.queries->lengths[static_cast<std::size_t>(index)]),
          keys(arguments.keys->lengths[static_cast<std::size_t>(index)]),
          heads(arguments.heads),
          a(arguments) {}
    [[nodiscard]] at::Tensor ofQueries(const at::Tensor& wide) const {
        return wide.narrow(0, a.queries->offsets[static_cast<std::size_t>(row)], queries)
            .view({queries * heads, wide.size(2)});
    }
    [[nodiscard]] at::Tensor ofKeys(const at::Tensor& memory) const {
        return memory.narrow(0, a.keys->offsets[static_cast<std::size_t>(row)], keys);
    }
    [[nodiscard]] at::Tensor scores(const at::Tensor& buffer) const {
        return buffer.narrow(0, 0, queries * heads * keys).view({queries * heads, keys});
    }
};

// Work space of a thread for the scores of all heads of a row.
at::Tensor space(const at::Tensor& like, const AttentionArguments& a) {
    return at::empty({a.heads * a.queries->longest() * a.keys->longest()},
                     like.options().requires_grad(false));
}

template <typename T>
void probabilities(at::Tensor& p, const at::Tensor& queries, const at::Tensor& memory,
                   const AttentionArguments& a) {
    at::mm_out(p, queries, memory.t());
    if (!runsInKernel({p})) {
        p.copy_(at::softmax(p * a.scale, -1));
        return;
    }
    kernels<T>().softmax(p.data_ptr<T>(), p.size(0), p.size(1), p.size(1), nullptr, 0,
                         static_cast<T>(a.scale), false, 0);
}

// Factors of dropout of all heads of a row as [queries·heads, keys].
template <typename T>
void dropoutFactors(const Row& row, std::vector<T>& ofHead, at::Tensor& factors) {
    ofHead.resize(static_cast<std::size_t>(row.queries * row.keys));
    T* out = factors.data_ptr<T>();
    for (std::int64_t head = 0; head < row.heads; ++head) {
        attentionDropout(row.a, row.row, head, ofHead.data());
        for (std::int64_t t = 0; t < row.queries; ++t)
            std::copy_n(ofHead.data() + t * row.keys, row.keys, out + (t * row.heads + head) * row.keys);
    }
}

template <typename T>
struct Work {
    at::Tensor scores, gradient, factors, dropped;
    std::vector<T> ofHead;
};

// P·M, [Nq, heads, D], of queries that were taken to the memory.
template <typename T>
at::Tensor contexts(const at::Tensor& queries, const at::Tensor& memory, const AttentionArguments& a) {
    at::Tensor out = at::empty_like(queries);
    const auto makeWork = [&] {
        return Work<T>{space(memory, a), {}, a.dropout > 0 ? space(memory, a) : at::Tensor(), {}, {}};
    };
    eachRowAndHead(a, 1, false, makeWork, [&](Work<T>& work, std::int64_t index, std::int64_t) {
        const Row row(a, index);
        at::Tensor p = row.scores(work.scores);
        probabilities<T>(p, row.ofQueries(queries), row.ofKeys(memory), a);
        if (a.dropout > 0) {
            at::Tensor factors = row.scores(work.factors);
            dropoutFactors(row, work.ofHead, factors);
            p.mul_(factors);
        }
        at::Tensor part = row.ofQueries(out);
        at::mm_out(part, p, row.ofKeys(memory));
    });
    return out;
}

struct ContextGradients {
    at::Tensor queries, memory;
    at::Tensor contexts;  // P·M once more; undefined unless asked for
};

template <typename T>
ContextGradients contextGradients(const at::Tensor& queries, const at::Tensor& memory,
                                  const at::Tensor& dContexts, const AttentionArguments& a, bool withMemory,
                                  bool withContexts) {
    ContextGradients g{at::empty_like(queries), {}, {}};
    if (withMemory) g.memory = at::empty_like(memory, memory.options().requires_grad(false));
    if (withContexts) g.contexts = at::empty_like(queries);
    const auto makeWork = [&] {
        const bool drops = a.dropout > 0;
        return Work<T>{space(memory, a),
                       space(memory, a),
                       drops ? space(memory, a) : at::Tensor(),
                       drops ? space(memory, a) : at::Tensor(),
                       {}};
    };
    eachRowAndHead(a, 1, false, makeWork, [&](Work<T>& work, std::int64_t index, std::int64_t) {
        const Row row(a, index);
        const at::Tensor q = row.ofQueries(queries), m = row.ofKeys(memory), dc = row.ofQueries(dContexts);
        at::Tensor p = row.scores(work.scores), dp = row.scores(work.gradient), dropped = p;
        probabilities<T>(p, q, m, a);
        at::mm_out(dp, dc, m.t());
        if (a.dropout > 0) {
            at::Tensor factors = row.scores(work.factors);
            dropoutFactors(row, work.ofHead, factors);
            dropped = row.scores(work.dropped);
            at::mul_out(dropped, p, factors);
            dp.mul_(factors);
        }
        if (withContexts) {
            at::Tensor part = row.ofQueries(g.contexts);
            at::mm_out(part, dropped, m);
        }
        kernels<T>().softmaxBackward(p.data_ptr<T>(), dp.data_ptr<T>(), p.size(0), p.size(1), p.size(1));
        if (a.scale != 1.0) dp.mul_(a.scale);
        at::Tensor dq = row.ofQueries(g.queries);
        at::mm_out(dq, dp, m);
        if (withMemory) {
            at::Tensor dm = row.ofKeys(g.memory);
            at::mm_out(dm, dropped.t(), dc);
            dm.addmm_(dp.t(), q);
        }
    });
    return g;
}

class MemoryAttention : public Function<MemoryAttention> {
  public:
    static at::Tensor forward(AutogradContext* context, const at::Tensor& q, const at::Tensor& memory,
                              const at::Tensor& keyMatrix, const at::Tensor& valueMatrix,
                              const c10::intrusive_ptr<HeldArguments>& arguments) {
        const AttentionArguments& a = arguments->value;
        context->save_for_backward({q, memory, keyMatrix, valueMatrix});
        context->saved_data["arguments"] = c10::IValue::make_capsule(arguments);
        context->saved_data["memoryNeedsGrad"] = memory.requires_grad();
        context->saved_data["keyNeedsGrad"] = keyMatrix.requires_grad();
        context->saved_data["valueNeedsGrad"] = valueMatrix.requires_grad();
        const at::Tensor queries = toMemory(q, widened(keyMatrix, q), a.heads);
        return withType(q, [&](auto type) {
            return fromMemory(contexts<decltype(type)>(queries, memory, a), widened(valueMatrix, q));
        });
    }

    static variable_list backward(AutogradContext* context, variable_list gradients) {
        const auto saved = context->get_saved_variables();
        const auto &q = saved[0], &memory = saved[1];
        const at::Tensor keyMatrix = widened(saved[2], q), valueMatrix = widened(saved[3], q);
        const auto capsule = context->saved_data["arguments"].toCapsule();
        const AttentionArguments& a = static_cast<const HeldArguments&>(*capsule).value;
        const at::Tensor dy = gradients[0].contiguous();
        const bool valueNeedsGrad = context->saved_data["valueNeedsGrad"].toBool();
        const bool memoryNeedsGrad = context->saved_data["memoryNeedsGrad"].toBool();
        const at::Tensor queries = toMemory(q, keyMatrix, a.heads);
        const at::Tensor dContexts = toMemory(dy, valueMatrix, a.heads);
        const ContextGradients g = withType(q, [&](auto type) {
            return contextGradients<decltype(type)>(queries, memory, dContexts, a, memoryNeedsGrad,
                                                    valueNeedsGrad);
        });
        at::Tensor dKey, dValue;
        if (context->saved_data["keyNeedsGrad"].toBool()) dKey = matrixGradient(q, g.queries);
        if (valueNeedsGrad) dValue = matrixGradient(dy, g.contexts);
        return {fromMemory(g.queries, keyMatrix), g.memory, dKey, dValue, at::Tensor()};
    }

  private:
    static at::Tensor widened(const at::Tensor& matrix, const at::Tensor& like) {
        return matrix.to(like.scalar_type());
    }
};

}  // namespace

at::Tensor memoryAttention(const at::Tensor& q, const at::Tensor& memory, const at::Tensor& keyMatrix,
                           const at::Tensor& valueMatrix, const AttentionArguments& arguments) {
    return MemoryAttention::apply(q, memory, keyMatrix, valueMatrix,
                                  c10::make_intrusive<HeldArguments>(arguments));
}

MemoryAttentionCost memoryAttentionCost(std::span<const std::int64_t> queries,
                                        std::span<const std::int64_t> keys, std::int64_t heads,
                                        std::int64_t headWidth, std::int64_t memoryWidth) {
    double queryTokens = 0, keyTokens = 0, scores = 0;
    for (std::size_t row = 0; row < queries.size(); ++row) {
        const auto tokens = static_cast<double>(queries[row]), length = static_cast<double>(keys[row]);
        queryTokens += tokens;
        keyTokens += length;
        scores += tokens * length;
    }
    const auto inner = static_cast<double>(heads * headWidth);
    const auto width = static_cast<double>(memoryWidth);
    return {2 * keyTokens * inner * width + 2 * scores * inner,
            2 * queryTokens * inner * width + 2 * scores * static_cast<double>(heads) * width};
}

}  // namespace jumplora
