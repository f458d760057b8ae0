// SPDX-License-Identifier: Apache-2.0
#include "weights/tensor_file.h"

#include "base/error.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>

namespace jumplora {

const TensorView* TensorFile::find(const std::string& name) const {
    const auto it =
        std::lower_bound(m_tensors.begin(), m_tensors.end(), name,
                         [](const TensorView& view, const std::string& n) { return view.name < n; });
    return it != m_tensors.end() && it->name == name ? &*it : nullptr;
}

const TensorView& TensorFile::require(const std::string& name) const {
    const TensorView* view = find(name);
    if (view == nullptr) fail(ErrorKind::Format, "{}: tensor \"{}\" is missing", m_path.string(), name);
    return *view;
}

void TensorFile::forget(std::span<const std::byte> bytes) const {
    const auto whole = mapped();
    if (bytes.empty() || bytes.data() < whole.data() ||
        bytes.data() + bytes.size() > whole.data() + whole.size())
        return;
    // The map begins at a page; pages that are shared with neighbours may go too, as nothing is written.
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    const auto begin = static_cast<std::size_t>(bytes.data() - whole.data()) / page * page;
    const auto end = static_cast<std::size_t>(bytes.data() + bytes.size() - whole.data());
    ::madvise(const_cast<std::byte*>(whole.data()) + begin, end - begin, MADV_DONTNEED);
}

void TensorFile::setTensors(std::vector<TensorView> tensors) {
    m_tensors = std::move(tensors);
    std::sort(m_tensors.begin(), m_tensors.end(),
              [](const auto& a, const auto& b) { return a.name < b.name; });
    const auto twice = std::adjacent_find(m_tensors.begin(), m_tensors.end(),
                                          [](const auto& a, const auto& b) { return a.name == b.name; });
    if (twice != m_tensors.end())
        fail(ErrorKind::Format, "{}: tensor \"{}\" stands there twice", m_path.string(), twice->name);
}

}  // namespace jumplora
