// SPDX-License-Identifier: Apache-2.0
// Counts what malloc is asked for. Sanitizers bring hooks for that; otherwise the C library's functions are
// replaced by ones that count and call it, which also catches LibTorch's tensors and SQLite's pages.
#include "support/allocation_meter.h"

#include <malloc.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdlib>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define JUMPLORA_SANITIZER_HOOKS 1
#else
#define JUMPLORA_SANITIZER_HOOKS 0
#endif

namespace {

// Constant-initialised: malloc is called before any constructor runs.
std::atomic<bool> g_measuring{false};
std::atomic<std::size_t> g_largest{0};
std::atomic<std::int64_t> g_alive{0};
std::atomic<std::int64_t> g_peak{0};

template <typename T>
void raise(std::atomic<T>& maximum, T value) {
    T known = maximum.load(std::memory_order_relaxed);
    while (known < value && !maximum.compare_exchange_weak(known, value, std::memory_order_relaxed)) {
    }
}

void added(std::size_t asked, std::size_t taken) {
    raise(g_largest, asked);
    const auto size = static_cast<std::int64_t>(taken);
    raise(g_peak, g_alive.fetch_add(size, std::memory_order_relaxed) + size);
}

void removed(std::size_t taken) {
    g_alive.fetch_sub(static_cast<std::int64_t>(taken), std::memory_order_relaxed);
}

bool measuring() { return g_measuring.load(std::memory_order_relaxed); }

}  // namespace

#if JUMPLORA_SANITIZER_HOOKS

// From sanitizer/allocator_interface.h, which g++ does not install.
// NOLINTBEGIN(bugprone-reserved-identifier)
extern "C" {
int __sanitizer_install_malloc_and_free_hooks(void (*onMalloc)(const volatile void*, std::size_t),
                                              void (*onFree)(const volatile void*));
std::size_t __sanitizer_get_allocated_size(const volatile void* block);
}
// NOLINTEND(bugprone-reserved-identifier)

namespace {

void onMalloc(const volatile void* block, std::size_t size) {
    if (block != nullptr && measuring()) added(size, size);
}

void onFree(const volatile void* block) {
    if (block != nullptr && measuring()) removed(__sanitizer_get_allocated_size(block));
}

}  // namespace

#else

// NOLINTBEGIN(bugprone-reserved-identifier): glibc's names for its own allocator.
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* block, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
void __libc_free(void* block);

void* malloc(std::size_t size) {
    void* block = __libc_malloc(size);
    if (block != nullptr && measuring()) added(size, malloc_usable_size(block));
    return block;
}

void* calloc(std::size_t count, std::size_t size) {
    void* block = __libc_calloc(count, size);
    if (block != nullptr && measuring()) added(count * size, malloc_usable_size(block));
    return block;
}

void* realloc(void* old, std::size_t size) {
    const std::size_t before = old != nullptr && measuring() ? malloc_usable_size(old) : 0;
    void* block = __libc_realloc(old, size);
    if (block != nullptr && measuring()) {
        removed(before);
        added(size, malloc_usable_size(block));
    }
    return block;
}

void* memalign(std::size_t alignment, std::size_t size) {
    void* block = __libc_memalign(alignment, size);
    if (block != nullptr && measuring()) added(size, malloc_usable_size(block));
    return block;
}

void* aligned_alloc(std::size_t alignment, std::size_t size) { return memalign(alignment, size); }

int posix_memalign(void** result, std::size_t alignment, std::size_t size) {
    void* block = memalign(alignment, size);
    if (block == nullptr) return ENOMEM;
    *result = block;
    return 0;
}

void free(void* block) {
    if (block != nullptr && measuring()) removed(malloc_usable_size(block));
    __libc_free(block);
}
}
// NOLINTEND(bugprone-reserved-identifier)

#endif

namespace jumplora::testing {

AllocationUse measureAllocations(const std::function<void()>& action) {
#if JUMPLORA_SANITIZER_HOOKS
    [[maybe_unused]] static const int installed =
        __sanitizer_install_malloc_and_free_hooks(&onMalloc, &onFree);
#endif
    g_largest = 0;
    g_alive = 0;
    g_peak = 0;
    g_measuring = true;
    action();
    g_measuring = false;
    return {g_largest.load(), static_cast<std::size_t>(g_peak.load())};
}

}  // namespace jumplora::testing
