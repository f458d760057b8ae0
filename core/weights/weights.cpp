// SPDX-License-Identifier: Apache-2.0
#include "weights/weights.h"

#include "base/error.h"
#include "weights/names_listed.h"

#include <algorithm>
#include <cstring>

namespace jumplora {
namespace {

// Of a tensor's bytes that are copied at once.
constexpr std::int64_t kPiece = 1 << 20;

// Reads a view's entries in row-major order, wherever they lie.
class EntryReader {
  public:
    explicit EntryReader(const TensorView& view)
        : m_view(view), m_size(dtypeSize(view.dtype)), m_index(view.shape.size()) {}

    // The next entries into `target`, which has room for them.
    void read(std::byte* target, std::int64_t count) {
        if (m_view.strides.empty()) {
            const std::size_t bytes = static_cast<std::size_t>(count) * m_size;
            std::memcpy(target, m_view.data.data() + m_at, bytes);
            m_at += bytes;
            return;
        }
        for (std::int64_t i = 0; i < count; ++i, target += m_size) {
            std::memcpy(target, m_view.data.data() + m_at, m_size);
            advance();
        }
    }

  private:
    void advance() {
        for (std::size_t d = m_index.size(); d-- > 0;) {
            const std::size_t step = static_cast<std::size_t>(m_view.strides[d]) * m_size;
            if (++m_index[d] < m_view.shape[d]) {
                m_at += step;
                return;
            }
            m_at -= step * static_cast<std::size_t>(m_view.shape[d] - 1);
            m_index[d] = 0;
        }
    }

    const TensorView& m_view;
    std::size_t m_size;
    std::size_t m_at = 0;
    std::vector<std::int64_t> m_index;
};

// Copies a view into `target`, a tensor of its shape, converted to its type, in pieces through `buffer` of
// kPiece bytes: no second copy of a large weight is ever alive. `copied` is told how many bytes are done.
template <typename Copied>
void copyTensor(const TensorView& view, const at::Tensor& target, std::vector<std::byte>& buffer,
                const Copied& copied) {
    const at::NoGradGuard noGrad;
    const auto type = toScalarType(view.dtype);
    const auto size = static_cast<std::int64_t>(dtypeSize(view.dtype));
    const std::int64_t count = view.elements();
    const at::Tensor flat = target.view({-1});
    // A boolean that is neither 0 nor 1 is undefined behaviour: it is made one on the way.
    const bool boolean = view.dtype == DType::Bool;
    const bool direct = target.scalar_type() == type && target.is_cpu() && !boolean;
    const std::int64_t piece = kPiece / size;
    if (!direct) buffer.resize(static_cast<std::size_t>(std::min(count * size, kPiece)));
    EntryReader entries(view);
    for (std::int64_t done = 0; done < count;) {
        const std::int64_t now = std::min(piece, count - done);
        if (direct) {
            entries.read(static_cast<std::byte*>(flat.data_ptr()) + done * size, now);
        } else {
            entries.read(buffer.data(), now);
            const at::Tensor part = at::from_blob(buffer.data(), {now}, boolean ? at::kByte : type);
            flat.narrow(0, done, now).copy_(boolean ? part.ne(0) : part);
        }
        done += now;
        copied(done * size);
    }
}

}  // namespace

at::ScalarType toScalarType(DType dtype) {
    switch (dtype) {
        case DType::F64:
            return at::kDouble;
        case DType::F32:
            return at::kFloat;
        case DType::F16:
            return at::kHalf;
        case DType::BF16:
            return at::kBFloat16;
        case DType::I64:
            return at::kLong;
        case DType::I32:
            return at::kInt;
        case DType::I16:
            return at::kShort;
        case DType::I8:
            return at::kChar;
        case DType::U8:
            return at::kByte;
        case DType::Bool:
            return at::kBool;
    }
    fail(ErrorKind::Format, "unknown tensor type");
}

DType toDType(at::ScalarType type) {
    switch (type) {
        case at::kDouble:
            return DType::F64;
        case at::kFloat:
            return DType::F32;
        case at::kHalf:
            return DType::F16;
        case at::kBFloat16:
            return DType::BF16;
        case at::kLong:
            return DType::I64;
        case at::kInt:
            return DType::I32;
        case at::kShort:
            return DType::I16;
        case at::kChar:
            return DType::I8;
        case at::kByte:
            return DType::U8;
        case at::kBool:
            return DType::Bool;
        default:
            fail(ErrorKind::State, "tensor type {} has no safetensors form", c10::toString(type));
    }
}

at::Tensor toTensor(const TensorView& view, at::ScalarType dtype) {
    at::Tensor tensor = at::empty(view.shape, at::TensorOptions(dtype));
    std::vector<std::byte> buffer;
    copyTensor(view, tensor, buffer, [](std::int64_t) {});
    return tensor;
}

at::Tensor toTensor(const TensorView& view) { return toTensor(view, toScalarType(view.dtype)); }

std::int64_t writeTensors(const std::filesystem::path& path,
                          const std::vector<std::pair<std::string, at::Tensor>>& tensors,
                          const std::map<std::string, std::string>& metadata,
                          std::optional<at::ScalarType> dtype) {
    std::vector<TensorToWrite> headers;
    headers.reserve(tensors.size());
    for (const auto& [name, tensor] : tensors)
        headers.push_back({name, toDType(dtype.value_or(tensor.scalar_type())), tensor.sizes().vec(), {}});
    at::Tensor kept;  // owns the bytes while they are written
    return writeSafetensors(path, headers, metadata, [&](std::size_t i) {
        const auto& [name, tensor] = tensors[i];
        kept = tensor.detach().to(at::kCPU, dtype.value_or(tensor.scalar_type())).contiguous();
        if (kept.scalar_type() != tensor.scalar_type() && at::isinf(kept).any().item<bool>() &&
            !at::isinf(tensor).any().item<bool>())
            fail(ErrorKind::Numeric, "{}: \"{}\" has values that are too large for {}; choose a wider type",
                 path.string(), name, dtypeName(headers[i].dtype));
        return std::as_bytes(std::span(static_cast<const char*>(kept.data_ptr()), kept.nbytes()));
    });
}

WeightReader::WeightReader(const WeightFiles& files, at::TensorOptions options, LoadProgress progress,
                           std::optional<at::ScalarType> matrixType)
    : m_files(files),
      m_options(options),
      m_matrixOptions(matrixType ? options.dtype(*matrixType) : options),
      m_progress(std::move(progress)),
      m_total(files.bytes()) {
    // Once and first: a buffer made between two weights would leave a hole there.
    m_buffer.reserve(kPiece);
}

at::Tensor WeightReader::take(const std::string& name, const std::vector<std::int64_t>& shape) {
    return take(name, shape, m_options);
}

at::Tensor WeightReader::takeMatrix(const std::string& name, const std::vector<std::int64_t>& shape) {
    return take(name, shape, m_matrixOptions);
}

at::Tensor WeightReader::take(const std::string& name, const std::vector<std::int64_t>& shape,
                              const at::TensorOptions& options) {
    m_used.insert(name);
    const WeightFiles::Tensor* found = m_files.find(name);
    if (found == nullptr) {
        m_missing.push_back(name);
        return {};
    }
    const TensorView& view = *found->view;
    if (view.shape != shape) {
        m_wrongShape.push_back(fmt::format("{} is [{}], expected [{}]", name, fmt::join(view.shape, ", "),
                                           fmt::join(shape, ", ")));
        return {};
    }
    if (!at::isFloatingType(toScalarType(view.dtype))) {
        m_wrongShape.push_back(
            fmt::format("{} holds {}, expected a floating type", name, dtypeName(view.dtype)));
        return {};
    }
    at::Tensor tensor = at::empty(shape, options);
    if (tensor.is_meta()) return tensor;
    std::int64_t forgotten = 0;
    copyTensor(view, tensor, m_buffer, [&](std::int64_t bytes) {
        if (view.strides.empty())
            found->file->forget(view.data.subspan(static_cast<std::size_t>(forgotten),
                                                  static_cast<std::size_t>(bytes - forgotten)));
        forgotten = bytes;
        if (m_progress) m_progress(m_done + bytes, m_total);
    });
    if (!view.strides.empty()) found->file->forget(view.data);
    m_done += view.bytes();
    return tensor;
}

void WeightReader::finish() const {
    std::vector<std::string> surplus;
    for (const WeightFiles::Tensor& tensor : m_files.tensors()) {
        if (m_used.count(tensor.view->name) == 0) surplus.push_back(tensor.view->name);
    }
    if (m_missing.empty() && m_wrongShape.empty() && surplus.empty()) {
        // What lies in the files and is not needed counts as done.
        if (m_progress) m_progress(m_total, m_total);
        return;
    }
    fail(ErrorKind::Format, "{}: the weights do not fit config.json{}{}{}", m_files.path().string(),
         listed("missing", m_missing), listed("of another shape", m_wrongShape),
         listed("not known", surplus));
}

}  // namespace jumplora
