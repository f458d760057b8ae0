// SPDX-License-Identifier: GPL-3.0-or-later
// Stands in front of the C library's functions: the linker takes the program's own ones first, also for the
// libraries it uses.
#include "jumping_clock.h"

#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <ctime>

namespace {

std::atomic<std::int64_t> clockError{0};

}  // namespace

void jumplora::testing::setClockError(std::int64_t seconds) { clockError = seconds; }

extern "C" {

int clock_gettime(clockid_t clock, timespec* time) noexcept {
    const auto result = static_cast<int>(syscall(SYS_clock_gettime, clock, time));
    if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
        time->tv_sec += clockError.load();
    return result;
}

time_t time(time_t* out) noexcept {
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    if (out != nullptr) *out = now.tv_sec;
    return now.tv_sec;
}

int gettimeofday(timeval* out, void* /*zone*/) noexcept {
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    constexpr long kNanosecondsPerMicrosecond = 1000;
    *out = {now.tv_sec, now.tv_nsec / kNanosecondsPerMicrosecond};
    return 0;
}

}  // extern "C"
