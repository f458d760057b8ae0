// SPDX-License-Identifier: Apache-2.0
#include "cli/load_line.h"

#include "exchange/number_format.h"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <memory>

namespace jumplora::cli {

LoadProgress loadLine(const std::string& what) {
    if (::isatty(STDERR_FILENO) == 0) return {};
    using Clock = std::chrono::steady_clock;
    struct State {
        Clock::time_point shown = Clock::now();
        double wait = 1.0;  // seconds to the next drawing
        bool visible = false;
    };
    return [what, state = std::make_shared<State>()](std::int64_t done, std::int64_t total) {
        const auto now = Clock::now();
        if (done < total) {
            if (std::chrono::duration<double>(now - state->shown).count() < state->wait) return;
            constexpr std::int64_t kWidth = 24;
            const auto filled = static_cast<std::size_t>(done * kWidth / total);
            std::fprintf(stderr, "\r\033[Kloading %s [%s%s] %s of %s", what.c_str(),
                         std::string(filled, '#').c_str(), std::string(kWidth - filled, '.').c_str(),
                         formatNumber(static_cast<double>(done), Quantity::Bytes).c_str(),
                         formatNumber(static_cast<double>(total), Quantity::Bytes).c_str());
            state->visible = true;
            state->wait = 0.2;
        } else if (state->visible) {
            std::fprintf(stderr, "\r\033[K");
            state->visible = false;
        }
        state->shown = now;
        std::fflush(stderr);
    };
}

}  // namespace jumplora::cli
