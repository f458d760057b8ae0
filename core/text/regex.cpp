// SPDX-License-Identifier: Apache-2.0
#include "text/regex.h"

#include "base/error.h"
#include "text/onig_pattern.h"
#include "text/utf8.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

namespace jumplora {
namespace {

constexpr std::size_t kMaxPattern = 64 << 10;
constexpr std::uint32_t kMatchLimit = 10'000'000;  // steps of one match
constexpr std::uint32_t kHeapLimit = 64 << 10;     // KiB
constexpr std::size_t kJitStack = 4 << 20;

const pcre2_code* codeOf(const void* pointer) { return static_cast<const pcre2_code*>(pointer); }

template <auto Function>
struct FreeBy {
    template <typename T>
    void operator()(T* pointer) const {
        Function(pointer);
    }
};

std::string message(int code) {
    PCRE2_UCHAR text[256] = {};
    pcre2_get_error_message(code, text, sizeof text);
    return reinterpret_cast<const char*>(text);
}

// What one thread needs to match; kept, for there are many short texts.
struct MatchState {
    std::unique_ptr<pcre2_match_data, FreeBy<pcre2_match_data_free>> data{
        pcre2_match_data_create(1, nullptr)};
    std::unique_ptr<pcre2_match_context, FreeBy<pcre2_match_context_free>> context{
        pcre2_match_context_create(nullptr)};
    std::unique_ptr<pcre2_jit_stack, FreeBy<pcre2_jit_stack_free>> stack{
        pcre2_jit_stack_create(32 << 10, kJitStack, nullptr)};

    MatchState() {
        if (!data || !context) fail(ErrorKind::Resource, "no memory for matching patterns");
        pcre2_set_match_limit(context.get(), kMatchLimit);
        pcre2_set_heap_limit(context.get(), kHeapLimit);
        if (stack) pcre2_jit_stack_assign(context.get(), nullptr, stack.get());
    }
};

}  // namespace

Regex::Regex(std::string_view pattern, std::string where, Syntax syntax) : m_where(std::move(where)) {
    if (pattern.size() > kMaxPattern)
        fail(ErrorKind::Format, "{}: a pattern of {} bytes is longer than {} bytes", m_where, pattern.size(),
             kMaxPattern);
    const std::string translated =
        syntax == Syntax::Oniguruma ? translateOniguruma(pattern, m_where) : std::string(pattern);
    int error = 0;
    PCRE2_SIZE offset = 0;
    pcre2_code* code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(translated.data()), translated.size(),
                                     PCRE2_UTF | PCRE2_NO_UTF_CHECK | PCRE2_UCP | PCRE2_MULTILINE |
                                         PCRE2_NO_AUTO_CAPTURE | PCRE2_NEVER_BACKSLASH_C,
                                     &error, &offset, nullptr);
    if (code == nullptr)
        fail(ErrorKind::Format, "{}: the pattern cannot be used: {} (at byte {} of {})", m_where,
             message(error), offset, translated);
    m_code = std::shared_ptr<const void>(code, [code](const void*) { pcre2_code_free(code); });
    pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);  // without it matching is slower, not different
}

std::vector<Regex::Span> Regex::findAll(std::string_view text) const {
    static thread_local MatchState state;
    std::vector<Span> matches;
    std::size_t from = 0;
    std::size_t last = std::string_view::npos;
    while (from <= text.size()) {
        const int found =
            pcre2_match(codeOf(m_code.get()), reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), from,
                        PCRE2_NO_UTF_CHECK, state.data.get(), state.context.get());
        if (found == PCRE2_ERROR_NOMATCH) break;
        if (found < 0)
            fail(ErrorKind::Format, "{}: the pattern cannot be matched against a text of {} bytes: {}",
                 m_where, text.size(), message(found));
        const PCRE2_SIZE* ends = pcre2_get_ovector_pointer(state.data.get());
        // \K in a lookaround could put the end before the beginning.
        const std::size_t begin = ends[0];
        const std::size_t end = std::max(ends[0], ends[1]);
        if (begin == end && end == last) {
            from += from < text.size() ? utf8Length(text[from]) : 1;
            continue;
        }
        from = end;
        last = end;
        matches.emplace_back(begin, end);
    }
    return matches;
}

}  // namespace jumplora
