// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <fmt/format.h>

#include <stdexcept>
#include <string>

namespace jumplora {

// Every error of the core says what happened, where, and what to do. The kind decides the exit code of the
// command line and the icon in the window.
enum class ErrorKind {
    Input,     // a spec, an option or a task file the user wrote is wrong
    Format,    // a file is damaged or of an unknown format
    Io,        // the system refused to read or write
    Resource,  // not enough memory or disk
    State,     // not possible in the present state (run is already finished, ...)
    Numeric,   // NaN or infinity appeared in training
};

class Error : public std::runtime_error {
  public:
    Error(ErrorKind kind, const std::string& message) : std::runtime_error(message), m_kind(kind) {}
    [[nodiscard]] ErrorKind kind() const { return m_kind; }

  private:
    ErrorKind m_kind;
};

template <typename... Args>
[[noreturn]] void fail(ErrorKind kind, fmt::format_string<Args...> format, Args&&... args) {
    throw Error(kind, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace jumplora
