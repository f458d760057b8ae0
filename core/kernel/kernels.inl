// SPDX-License-Identifier: Apache-2.0
// Compiled once per path, with that path's instructions, into functions that no other file can see: an inline
// function of a library header would be shared between the paths, so there is none here.
#include "kernel/kernels.h"

#include <cstdint>

namespace jumplora {
namespace {

// One register of the path.
#if defined(__AVX512F__)
constexpr int kVectorBytes = 64;
#elif defined(__AVX2__)
constexpr int kVectorBytes = 32;
#else
constexpr int kVectorBytes = 16;
#endif

template <typename T>
struct Vector;
template <>
struct Vector<float> {
    using Type = float __attribute__((vector_size(kVectorBytes)));
    using Packed = float __attribute__((vector_size(kVectorBytes), aligned(4), may_alias));
    using Bits = std::uint32_t __attribute__((vector_size(kVectorBytes)));
    static constexpr std::int64_t kLanes = kVectorBytes / 4;
};
template <>
struct Vector<double> {
    using Type = double __attribute__((vector_size(kVectorBytes)));
    using Packed = double __attribute__((vector_size(kVectorBytes), aligned(8), may_alias));
    static constexpr std::int64_t kLanes = kVectorBytes / 8;
};
template <typename T>
using Vec = typename Vector<T>::Type;
template <typename T>
constexpr std::int64_t kLanes = Vector<T>::kLanes;

template <typename T>
inline Vec<T> load(const T* from) {
    return *reinterpret_cast<const typename Vector<T>::Packed*>(from);
}
template <typename T>
inline void store(T* to, Vec<T> value) {
    *reinterpret_cast<typename Vector<T>::Packed*>(to) = value;
}
// The first `count` elements; the rest is `fill`.
template <typename T>
inline Vec<T> loadPart(const T* from, std::int64_t count, T fill = 0) {
    Vec<T> value = Vec<T>{} + fill;
    for (std::int64_t j = 0; j < count; ++j) value[j] = from[j];
    return value;
}
template <typename T>
inline void storePart(T* to, Vec<T> value, std::int64_t count) {
    for (std::int64_t j = 0; j < count; ++j) to[j] = value[j];
}
template <typename T>
inline T sum(Vec<T> value) {
    T total = 0;
    for (std::int64_t j = 0; j < kLanes<T>; ++j) total += value[j];
    return total;
}
template <typename T>
inline T largest(Vec<T> value) {
    T most = value[0];
    for (std::int64_t j = 1; j < kLanes<T>; ++j) most = value[j] > most ? value[j] : most;
    return most;
}
template <typename T>
inline Vec<T> magnitude(Vec<T> value) {
    return value < 0 ? -value : value;
}

// use(j, load, store): for each full vector of a row, then for what is left of it.
template <typename T, typename Use>
inline void eachVector(std::int64_t columns, Use&& use) {
    std::int64_t j = 0;
    for (; j + kLanes<T> <= columns; j += kLanes<T>)
        use(
            j, [](const T* from) { return load(from); }, [](T* to, Vec<T> value) { store(to, value); });
    const std::int64_t left = columns - j;
    if (left > 0)
        use(
            j, [left](const T* from) { return loadPart(from, left); },
            [left](T* to, Vec<T> value) { storePart(to, value, left); });
}

// Cody-Waite reduction and the Taylor polynomial of degree 7 on |r| ≤ ln2/2: relative error below 2e-7.
inline Vec<float> exponential(Vec<float> x) {
    constexpr float kLog2e = 1.44269504088896341F;
    constexpr float kLn2High = 0.693359375F;
    constexpr float kLn2Low = -2.12194440e-4F;
    constexpr float kRound = 12582912.0F;  // 1.5·2²³: adding it rounds to an integer
    constexpr float kLowest = -87.0F;
    const Vec<float> clamped = x < kLowest ? Vec<float>{} + kLowest : x;
    const Vec<float> shifted = clamped * kLog2e + kRound;
    const Vec<float> n = shifted - kRound;
    const Vec<float> r = clamped - n * kLn2High - n * kLn2Low;
    Vec<float> p = Vec<float>{} + 1.0F / 5040;
    p = p * r + 1.0F / 720;
    p = p * r + 1.0F / 120;
    p = p * r + 1.0F / 24;
    p = p * r + 1.0F / 6;
    p = p * r + 0.5F;
    p = p * r + 1.0F;
    p = p * r + 1.0F;
    // Lanes behind the end of a row and values that are no numbers wrap around here.
    using Bits = Vector<float>::Bits;
    const Bits exponent = (__builtin_bit_cast(Bits, shifted) - 0x4B400000U) << 23U;
    const Bits bits = __builtin_bit_cast(Bits, p) + exponent;
    const Vec<float> result = __builtin_bit_cast(Vec<float>, bits);
    // Below the range the result is 0; not a number stays what it is.
    return x < kLowest ? Vec<float>{} : (x == x ? result : x);
}
inline Vec<double> exponential(Vec<double> x) {
    for (std::int64_t j = 0; j < kLanes<double>; ++j) x[j] = __builtin_exp(x[j]);
    return x;
}

template <typename T>
void softmaxRow(T* x, std::int64_t columns, const T* bias, T scale) {
    constexpr T kLowest = -static_cast<T>(__builtin_inff());
    Vec<T> most = Vec<T>{} + kLowest;
    std::int64_t j = 0;
    for (; j + kLanes<T> <= columns; j += kLanes<T>) {
        Vec<T> value = load(x + j) * scale;
        if (bias != nullptr) value += load(bias + j);
        store(x + j, value);
        most = value > most ? value : most;
    }
    const std::int64_t left = columns - j;
    if (left > 0) {
        Vec<T> value = loadPart(x + j, left) * scale;
        if (bias != nullptr) value += loadPart(bias + j, left);
        storePart(x + j, value, left);
        value = loadPart(x + j, left, kLowest);
        most = value > most ? value : most;
    }
    const T top = largest<T>(most);
    Vec<T> total{};
    for (j = 0; j + kLanes<T> <= columns; j += kLanes<T>) {
        const Vec<T> value = exponential(load(x + j) - top);
        store(x + j, value);
        total += value;
    }
    if (left > 0) {
        storePart(x + j, exponential(loadPart(x + j, left) - top), left);
        total += loadPart(x + j, left);
    }
    const T inverse = 1 / sum<T>(total);
    eachVector<T>(columns, [&](std::int64_t at, auto in, auto out) { out(x + at, in(x + at) * inverse); });
}

template <typename T>
void softmax(T* x, std::int64_t rows, std::int64_t columns, std::int64_t stride, const T* bias,
             std::int64_t biasStride, T scale, bool causal, std::int64_t window) {
    for (std::int64_t i = 0; i < rows; ++i) {
        T* row = x + i * stride;
        const std::int64_t end = causal && i + 1 < columns ? i + 1 : columns;
        std::int64_t begin = causal && window > 0 && i + 1 > window ? i + 1 - window : 0;
        begin = begin < end ? begin : end;
        softmaxRow(row + begin, end - begin, bias == nullptr ? nullptr : bias + i * biasStride + begin,
                   scale);
        for (std::int64_t j = 0; j < begin; ++j) row[j] = 0;
        for (std::int64_t j = end; j < columns; ++j) row[j] = 0;
    }
}

template <typename T>
void softmaxBackward(const T* p, T* dp, std::int64_t rows, std::int64_t columns, std::int64_t stride) {
    for (std::int64_t i = 0; i < rows; ++i) {
        const T* probability = p + i * stride;
        T* gradient = dp + i * stride;
        Vec<T> products{};
        eachVector<T>(columns, [&](std::int64_t j, auto in, auto) {
            products += in(probability + j) * in(gradient + j);
        });
        const T inner = sum<T>(products);
        eachVector<T>(columns, [&](std::int64_t j, auto in, auto out) {
            out(gradient + j, in(probability + j) * (in(gradient + j) - inner));
        });
    }
}

template <typename T>
T inverseRms(const T* x, std::int64_t columns, T epsilon) {
    Vec<T> squares{};
    eachVector<T>(columns, [&](std::int64_t j, auto in, auto) {
        const Vec<T> value = in(x + j);
        squares += value * value;
    });
    const T mean = sum<T>(squares) / static_cast<T>(columns);
    return static_cast<T>(1 / __builtin_sqrt(static_cast<double>(mean + epsilon)));
}

template <typename T>
void rmsNorm(const T* x, const T* weight, T* y, std::int64_t rows, std::int64_t columns, T epsilon) {
    for (std::int64_t i = 0; i < rows; ++i) {
        const T* row = x + i * columns;
        const T inverse = inverseRms(row, columns, epsilon);
        eachVector<T>(columns, [&](std::int64_t j, auto in, auto out) {
            out(y + i * columns + j, in(row + j) * inverse * in(weight + j));
        });
    }
}

template <typename T>
void rmsNormBackward(const T* x, const T* weight, const T* dy, T* dx, std::int64_t rows, std::int64_t columns,
                     T epsilon) {
    for (std::int64_t i = 0; i < rows; ++i) {
        const std::int64_t at = i * columns;
        const T inverse = inverseRms(x + at, columns, epsilon);
        Vec<T> products{};
        eachVector<T>(columns, [&](std::int64_t j, auto in, auto) {
            products += in(dy + at + j) * in(weight + j) * in(x + at + j);
        });
        const T share = sum<T>(products) * inverse * inverse / static_cast<T>(columns);
        eachVector<T>(columns, [&](std::int64_t j, auto in, auto out) {
            out(dx + at + j, (in(dy + at + j) * in(weight + j) - in(x + at + j) * share) * inverse);
        });
    }
}

// kTokens rows of x with kRanks rows of a at a time, so that each load serves several sums.
template <int kTokens, int kRanks, typename T>
void dotBlock(const T* x, const T* a, T* u, std::int64_t columns, std::int64_t rank) {
    Vec<T> sums[kTokens][kRanks] = {};
    eachVector<T>(columns, [&](std::int64_t j, auto in, auto) {
        Vec<T> rows[kRanks];
        for (int k = 0; k < kRanks; ++k) rows[k] = in(a + k * columns + j);
        for (int t = 0; t < kTokens; ++t) {
            const Vec<T> value = in(x + t * columns + j);
            for (int k = 0; k < kRanks; ++k) sums[t][k] += value * rows[k];
        }
    });
    for (int t = 0; t < kTokens; ++t) {
        for (int k = 0; k < kRanks; ++k) u[t * rank + k] = sum<T>(sums[t][k]);
    }
}

template <int kTokens, typename T>
void dotTokens(const T* x, const T* a, T* u, std::int64_t columns, std::int64_t rank) {
    constexpr int kRanks = 4;
    std::int64_t k = 0;
    for (; k + kRanks <= rank; k += kRanks)
        dotBlock<kTokens, kRanks>(x, a + k * columns, u + k, columns, rank);
    for (; k < rank; ++k) dotBlock<kTokens, 1>(x, a + k * columns, u + k, columns, rank);
}

template <typename T>
void thinDots(const T* x, const T* a, T* u, std::int64_t tokens, std::int64_t columns, std::int64_t rank) {
    constexpr int kTokens = 4;
    std::int64_t t = 0;
    for (; t + kTokens <= tokens; t += kTokens)
        dotTokens<kTokens>(x + t * columns, a, u + t * rank, columns, rank);
    for (; t < tokens; ++t) dotTokens<1>(x + t * columns, a, u + t * rank, columns, rank);
}

template <int kTokens, typename T>
void addTokens(const T* u, const T* a, T* y, std::int64_t columns, std::int64_t rank, T scale) {
    eachVector<T>(columns, [&](std::int64_t j, auto in, auto out) {
        Vec<T> sums[kTokens] = {};
        for (std::int64_t k = 0; k < rank; ++k) {
            const Vec<T> row = in(a + k * columns + j);
            for (int t = 0; t < kTokens; ++t) sums[t] += row * u[t * rank + k];
        }
        for (int t = 0; t < kTokens; ++t) out(y + t * columns + j, in(y + t * columns + j) + sums[t] * scale);
    });
}

template <typename T>
void thinAdd(const T* u, const T* a, T* y, std::int64_t tokens, std::int64_t columns, std::int64_t rank,
             T scale) {
    constexpr int kTokens = 4;
    std::int64_t t = 0;
    for (; t + kTokens <= tokens; t += kTokens)
        addTokens<kTokens>(u + t * rank, a, y + t * columns, columns, rank, scale);
    for (; t < tokens; ++t) addTokens<1>(u + t * rank, a, y + t * columns, columns, rank, scale);
}

template <int kTokens, typename T>
void outerTokens(const T* u, const T* x, T* total, std::int64_t columns, std::int64_t rank) {
    eachVector<T>(columns, [&](std::int64_t j, auto in, auto out) {
        Vec<T> rows[kTokens];
        for (int t = 0; t < kTokens; ++t) rows[t] = in(x + t * columns + j);
        for (std::int64_t k = 0; k < rank; ++k) {
            Vec<T> value = in(total + k * columns + j);
            for (int t = 0; t < kTokens; ++t) value += rows[t] * u[t * rank + k];
            out(total + k * columns + j, value);
        }
    });
}

template <typename T>
void thinOuter(const T* u, const T* x, T* total, std::int64_t tokens, std::int64_t columns,
               std::int64_t rank) {
    constexpr int kTokens = 8;
    std::int64_t t = 0;
    for (; t + kTokens <= tokens; t += kTokens)
        outerTokens<kTokens>(u + t * rank, x + t * columns, total, columns, rank);
    for (; t < tokens; ++t) outerTokens<1>(u + t * rank, x + t * columns, total, columns, rank);
}

// Row i of BA.
template <typename T>
void deltaRow(const GateArguments<T>& gate, std::int64_t i, T* out) {
    constexpr std::int64_t kStep = 4 * kLanes<T>;
    const T* b = gate.b + i * gate.rank;
    const std::int64_t n = gate.columns;
    std::int64_t j = 0;
    for (; j + kStep <= n; j += kStep) {
        Vec<T> s0{}, s1{}, s2{}, s3{};
        const T* a = gate.a + j;
        for (std::int64_t k = 0; k < gate.rank; ++k, a += n) {
            s0 += load(a) * b[k];
            s1 += load(a + kLanes<T>) * b[k];
            s2 += load(a + 2 * kLanes<T>) * b[k];
            s3 += load(a + 3 * kLanes<T>) * b[k];
        }
        store(out + j, s0);
        store(out + j + kLanes<T>, s1);
        store(out + j + 2 * kLanes<T>, s2);
        store(out + j + 3 * kLanes<T>, s3);
    }
    eachVector<T>(n - j, [&](std::int64_t at, auto in, auto put) {
        Vec<T> s{};
        for (std::int64_t k = 0; k < gate.rank; ++k) s += in(gate.a + k * n + j + at) * b[k];
        put(out + j + at, s);
    });
}

template <typename T>
inline Vec<T> factorOf(const GateArguments<T>& gate, Vec<T> delta) {
    return magnitude<T>(delta) > gate.tau ? Vec<T>{} + gate.alive : Vec<T>{} + gate.dead;
}

template <typename T>
void gateWeight(const GateArguments<T>& gate, std::int64_t first, std::int64_t last, const T* weight,
                T* out) {
    for (std::int64_t i = first; i < last; ++i) {
        T* row = out + i * gate.columns;
        deltaRow(gate, i, row);
        const T* base = weight == nullptr ? nullptr : weight + i * gate.columns;
        eachVector<T>(gate.columns, [&](std::int64_t j, auto in, auto put) {
            const Vec<T> delta = in(row + j);
            const Vec<T> update = delta * factorOf(gate, delta);
            put(row + j, base == nullptr ? update : in(base + j) + update);
        });
    }
}

// Adds the gradients of A and of row i of B when `row` is the gradient by that row of BA.
template <typename T>
void spread(const GateArguments<T>& gate, std::int64_t i, const T* row, const GateGradients<T>& out) {
    const std::int64_t n = gate.columns;
    for (std::int64_t k = 0; k < gate.rank; ++k) {
        const T* a = gate.a + k * n;
        T* dA = out.dA + k * n;
        const T b = gate.b[i * gate.rank + k];
        Vec<T> products{};
        eachVector<T>(n, [&](std::int64_t j, auto in, auto put) {
            const Vec<T> gradient = in(row + j);
            products += gradient * in(a + j);
            put(dA + j, in(dA + j) + gradient * b);
        });
        out.dB[i * gate.rank + k] += sum<T>(products);
    }
}

template <typename T>
double gateBackward(const GateArguments<T>& gate, std::int64_t first, std::int64_t last, const T* gradient,
                    T window, T* row, const GateGradients<T>& out) {
    constexpr T kHalf = static_cast<T>(0.5);
    double total = 0;
    for (std::int64_t i = first; i < last; ++i) {
        deltaRow(gate, i, row);
        const T* given = gradient + i * gate.columns;
        Vec<T> inside{};
        eachVector<T>(gate.columns, [&](std::int64_t j, auto in, auto put) {
            const Vec<T> delta = in(row + j);
            const Vec<T> g = in(given + j);
            const Vec<T> above = (delta - gate.tau) / window;
            const Vec<T> below = (-delta - gate.tau) / window;
            inside += magnitude<T>(above) < kHalf ? g : Vec<T>{};
            inside -= magnitude<T>(below) < kHalf ? g : Vec<T>{};
            put(row + j, g * factorOf(gate, delta));
        });
        total += static_cast<double>(sum<T>(inside));
        spread(gate, i, row, out);
    }
    return total;
}

template <typename T>
double gateOverlap(const GateArguments<T>& gate, std::int64_t first, std::int64_t last, const T* past,
                   T weight, T* row, const GateGradients<T>& out) {
    double total = 0;
    for (std::int64_t i = first; i < last; ++i) {
        deltaRow(gate, i, row);
        const T* before = past + i * gate.columns;
        Vec<T> squares{};
        eachVector<T>(gate.columns, [&](std::int64_t j, auto in, auto put) {
            const Vec<T> delta = in(row + j);
            const Vec<T> factor = factorOf(gate, delta);
            const Vec<T> w = in(before + j);
            const Vec<T> overlap = delta * factor * w;
            squares += overlap * overlap;
            put(row + j, overlap * w * factor * (2 * weight));
        });
        total += static_cast<double>(sum<T>(squares));
        if (weight != 0) spread(gate, i, row, out);
    }
    return total;
}

template <typename T>
std::int64_t gateSelect(const GateArguments<T>& gate, std::int64_t first, std::int64_t last, T window, T* row,
                        const GateSelection<T>& selection) {
    constexpr T kHalf = static_cast<T>(0.5);
    constexpr std::int64_t kStep = 64;  // entries looked at before any is taken
    const T live = gate.alive - gate.dead;
    std::int64_t count = 0;
    for (std::int64_t i = first; i < last; ++i) {
        deltaRow(gate, i, row);
        for (std::int64_t begin = 0; begin < gate.columns; begin += kStep) {
            const std::int64_t end = begin + kStep < gate.columns ? begin + kStep : gate.columns;
            // Most entries are smaller than anything that counts.
            Vec<T> most{};
            eachVector<T>(end - begin, [&](std::int64_t j, auto in, auto) {
                const Vec<T> size = magnitude<T>(in(row + begin + j));
                most = size > most ? size : most;
            });
            if (largest<T>(most) < gate.tau - window) continue;
            for (std::int64_t j = begin; j < end; ++j) {
                const T above = (row[j] - gate.tau) / window;
                const T below = (-row[j] - gate.tau) / window;
                const T sign = static_cast<T>((above > -kHalf && above < kHalf ? 1 : 0) -
                                              (below > -kHalf && below < kHalf ? 1 : 0));
                const bool alive = (row[j] < 0 ? -row[j] : row[j]) > gate.tau;
                if (!alive && sign == 0) continue;
                if (count == selection.capacity) return -1;
                selection.columns[count] = static_cast<std::int32_t>(j);
                selection.alive[count] = alive ? live : T{0};
                selection.window[count] = sign;
                ++count;
            }
        }
        selection.ends[i - first] = count;
    }
    return count;
}

template <typename T>
void transposeTokens(const T* x, std::int64_t tokens, std::int64_t columns, T* out) {
    constexpr std::int64_t kBlock = 16;  // columns whose tokens stay in the first-level cache
    for (std::int64_t begin = 0; begin < columns; begin += kBlock) {
        const std::int64_t end = begin + kBlock < columns ? begin + kBlock : columns;
        for (std::int64_t t = 0; t < tokens; ++t) {
            for (std::int64_t j = begin; j < end; ++j) out[j * kSampledTokens + t] = x[t * columns + j];
        }
        for (std::int64_t t = tokens; t < kSampledTokens; ++t) {
            for (std::int64_t j = begin; j < end; ++j) out[j * kSampledTokens + t] = 0;
        }
    }
}

template <typename T>
void sampledDots(const T* dy, const T* x, std::int64_t first, std::int64_t last,
                 const GateSelection<T>& selection, T* products) {
    constexpr std::int64_t kVectors = kSampledTokens / kLanes<T>;
    std::int64_t e = 0;
    for (std::int64_t i = first; i < last; ++i) {
        const T* left = dy + i * kSampledTokens;
        for (; e < selection.ends[i - first]; ++e) {
            const T* right = x + selection.columns[e] * kSampledTokens;
            Vec<T> s0{}, s1{};
            for (std::int64_t v = 0; v < kVectors; v += 2) {
                s0 += load(left + v * kLanes<T>) * load(right + v * kLanes<T>);
                s1 += load(left + (v + 1) * kLanes<T>) * load(right + (v + 1) * kLanes<T>);
            }
            products[e] += sum<T>(s0 + s1);
        }
    }
}

template <typename T>
double sampledSpread(const GateArguments<T>& gate, std::int64_t first, std::int64_t last, const T* aT,
                     const GateSelection<T>& selection, const T* products, T* dAT, T* dB) {
    const std::int64_t r = gate.rank;
    double total = 0;
    std::int64_t e = 0;
    for (std::int64_t i = first; i < last; ++i) {
        T inside = 0;
        for (; e < selection.ends[i - first]; ++e) {
            inside += selection.window[e] * products[e];
            if (selection.alive[e] == 0) continue;
            const T gradient = products[e] * selection.alive[e];
            const T* a = aT + selection.columns[e] * r;
            T* dA = dAT + selection.columns[e] * r;
            for (std::int64_t k = 0; k < r; ++k) {
                dB[i * r + k] += gradient * a[k];
                dA[k] += gradient * gate.b[i * r + k];
            }
        }
        total += static_cast<double>(inside);
    }
    return total;
}

template <typename T>
void gateCounts(const GateArguments<T>& gate, std::int64_t first, std::int64_t last, T window, T* row,
                GateCounts<T>& out) {
    const T half = window / 2;
    for (std::int64_t i = first; i < last; ++i) {
        deltaRow(gate, i, row);
        for (std::int64_t j = 0; j < gate.columns; ++j) {
            const T size = row[j] < 0 ? -row[j] : row[j];
            const T distance = size - gate.tau;
            out.alive += size > gate.tau ? 1 : 0;
            out.inWindow += (distance < 0 ? -distance : distance) < half ? 1 : 0;
            out.maxAbs = size > out.maxAbs ? size : out.maxAbs;
        }
    }
}

template <typename T>
void gateMagnitudes(const GateArguments<T>& gate, std::int64_t row, T* out) {
    deltaRow(gate, row, out);
    eachVector<T>(gate.columns,
                  [&](std::int64_t j, auto in, auto put) { put(out + j, magnitude<T>(in(out + j))); });
}

template <typename T>
std::int64_t gateBracket(const GateArguments<T>& gate, std::int64_t first, std::int64_t last, T low, T high,
                         T* row, T* inside, std::int64_t& below) {
    std::int64_t count = 0;
    for (std::int64_t i = first; i < last; ++i) {
        gateMagnitudes(gate, i, row);
        std::int32_t smaller = 0;
        for (std::int64_t j = 0; j < gate.columns; ++j) smaller += row[j] < low ? 1 : 0;
        below += smaller;
        for (std::int64_t j = 0; j < gate.columns; ++j) {
            inside[count] = row[j];
            count += static_cast<std::int64_t>(row[j] >= low) & static_cast<std::int64_t>(row[j] <= high);
        }
    }
    return count;
}

template <typename T>
constexpr Kernels<T> makeKernels() {
    return {softmax<T>,        softmaxBackward<T>, rmsNorm<T>,     rmsNormBackward<T>, thinDots<T>,
            thinAdd<T>,        thinOuter<T>,       gateWeight<T>,  gateBackward<T>,    gateOverlap<T>,
            gateSelect<T>,     transposeTokens<T>, sampledDots<T>, sampledSpread<T>,   gateCounts<T>,
            gateMagnitudes<T>, gateBracket<T>};
}

}  // namespace
}  // namespace jumplora
