// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/draw_scheduler.h"

#include <QElapsedTimer>
#include <algorithm>

namespace jumplora {
namespace {

constexpr int kTick = 33;         // ms
constexpr double kBudget = 12.0;  // ms
constexpr int kLargestSlowdown = 16;

DrawScheduler::Clock elapsedTime() {
    QElapsedTimer timer;
    timer.start();
    return [timer] { return static_cast<double>(timer.nsecsElapsed()) * 1e-6; };
}

}  // namespace

DrawScheduler::DrawScheduler(QObject* parent, Clock clock)
    : QObject(parent), m_clock(clock ? std::move(clock) : elapsedTime()) {
    m_timer.setSingleShot(true);
    m_timer.setInterval(kTick);
    m_timer.setTimerType(Qt::PreciseTimer);
    connect(&m_timer, &QTimer::timeout, this, &DrawScheduler::tick);
}

DrawScheduler& DrawScheduler::shared() {
    static DrawScheduler scheduler;
    return scheduler;
}

DrawScheduler::Entry& DrawScheduler::entryOf(Drawable* drawable) {
    const auto found = std::find_if(m_entries.begin(), m_entries.end(),
                                    [&](const Entry& entry) { return entry.drawable == drawable; });
    if (found != m_entries.end()) return *found;
    m_entries.push_back({drawable});
    return m_entries.back();
}

void DrawScheduler::request(Drawable* drawable) {
    entryOf(drawable).wanted = true;
    if (!m_drawing) arm();
}

void DrawScheduler::forget(Drawable* drawable) {
    const auto gone = std::remove_if(m_entries.begin(), m_entries.end(),
                                     [&](const Entry& entry) { return entry.drawable == drawable; });
    m_entries.erase(gone, m_entries.end());
}

void DrawScheduler::arm() {
    if (m_timer.isActive()) return;
    const bool pending = std::any_of(m_entries.begin(), m_entries.end(), [](const Entry& entry) {
        return entry.wanted && entry.drawable->canBeSeen();
    });
    if (pending) m_timer.start();
}

void DrawScheduler::tick() {
    const double start = m_clock();
    std::vector<Drawable*> due;
    std::stable_sort(m_entries.begin(), m_entries.end(), [](const Entry& a, const Entry& b) {
        return a.drawable->isFirst() != b.drawable->isFirst() ? a.drawable->isFirst() : a.last < b.last;
    });
    for (const Entry& entry : m_entries) {
        // Half a tick of tolerance, or a timer that is early by a millisecond would cost a whole round.
        const double wait = entry.drawable->interval() * entry.slowdown - kTick / 2.0;
        if (entry.wanted && start - entry.last >= wait && entry.drawable->canBeSeen())
            due.push_back(entry.drawable);
    }
    m_drawing = true;
    double now = start;
    for (Drawable* drawable : due) {
        if (now - start >= kBudget) break;
        entryOf(drawable).wanted = false;
        const double before = now;
        drawable->draw();
        now = m_clock();
        const double took = now - before;
        m_longest = std::max(m_longest, took);
        Entry& entry = entryOf(drawable);
        entry.last = before;
        if (took > kBudget)
            entry.slowdown = std::min(entry.slowdown * 2, kLargestSlowdown);
        else if (took < kBudget / 2)
            entry.slowdown = std::max(entry.slowdown / 2, 1);
    }
    m_drawing = false;
    arm();
}

double DrawScheduler::takeLongestDrawing() { return std::exchange(m_longest, 0.0); }

}  // namespace jumplora
