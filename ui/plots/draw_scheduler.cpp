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
    m_timer.setTimerType(Qt::PreciseTimer);
    connect(&m_timer, &QTimer::timeout, this, [this] { tick(); });
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
    if (!m_drawing) arm(kTick);
}

void DrawScheduler::forget(Drawable* drawable) {
    const auto gone = std::remove_if(m_entries.begin(), m_entries.end(),
                                     [&](const Entry& entry) { return entry.drawable == drawable; });
    m_entries.erase(gone, m_entries.end());
}

void DrawScheduler::arm(int milliseconds) {
    if (m_timer.isActive()) return;
    const bool pending = std::any_of(m_entries.begin(), m_entries.end(), [](const Entry& entry) {
        return entry.wanted && entry.drawable->canBeSeen();
    });
    if (pending) m_timer.start(milliseconds);
}

DrawScheduler::Entry* DrawScheduler::nextDue(double now) {
    Entry* best = nullptr;
    for (Entry& entry : m_entries) {
        // Half a tick of tolerance, or a timer that is early by a millisecond would cost a whole round.
        const double wait = entry.drawable->interval() * entry.slowdown - kTick / 2.0;
        if (!entry.wanted || now - entry.last < wait || !entry.drawable->canBeSeen()) continue;
        if (best == nullptr) {
            best = &entry;
            continue;
        }
        const bool first = entry.drawable->isFirst();
        if (first != best->drawable->isFirst() ? first : entry.last < best->last) best = &entry;
    }
    return best;
}

bool DrawScheduler::tick() {
    const double before = m_clock();
    if (before - m_roundStart >= kTick - 1) {
        m_roundStart = before;
        m_spent = 0;
    }
    Entry* due = m_spent < kBudget ? nextDue(before) : nullptr;
    if (due != nullptr) {
        Drawable* drawable = due->drawable;
        due->wanted = false;
        m_drawing = true;
        drawable->draw();
        m_drawing = false;
        const double took = m_clock() - before;
        m_longest = std::max(m_longest, took);
        m_spent += std::max(took, 0.01);
        Entry& entry = entryOf(drawable);
        entry.last = before;
        if (took > kBudget)
            entry.slowdown = std::min(entry.slowdown * 2, kLargestSlowdown);
        else if (took < kBudget / 2)
            entry.slowdown = std::max(entry.slowdown / 2, 1);
        if (m_spent < kBudget && nextDue(m_clock()) != nullptr) {
            arm(0);
            return true;
        }
    }
    arm(std::max(1, static_cast<int>(m_roundStart + kTick - m_clock())));
    return false;
}

double DrawScheduler::takeLongestDrawing() { return std::exchange(m_longest, 0.0); }

}  // namespace jumplora
