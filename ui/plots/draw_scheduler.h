// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QObject>
#include <QTimer>
#include <functional>
#include <vector>

namespace jumplora {

// Something that draws itself when the scheduler says so.
class Drawable {
  public:
    virtual ~Drawable() = default;
    virtual void draw() = 0;
    // Hidden, covered and scrolled-out widgets draw nothing; they ask again when they are seen.
    [[nodiscard]] virtual bool canBeSeen() const = 0;
    // Focused or maximised: first in each round.
    [[nodiscard]] virtual bool isFirst() const { return false; }
    // Least time between two drawings, in ms.
    [[nodiscard]] virtual int interval() const { return 33; }
};

// Who draws when: rounds of 33 ms, begun only while something wants to be drawn, with at most 12 ms of
// drawing in each, the longest waiting first; what takes longer than that halves its own rate. One drawing
// for a turn of the event loop: nine cards of 5 to 9 ms in one turn would block it.
class DrawScheduler : public QObject {
    Q_OBJECT

  public:
    using Clock = std::function<double()>;  // ms, monotonic
    explicit DrawScheduler(QObject* parent = nullptr, Clock clock = {});
    // The one of the window's thread.
    static DrawScheduler& shared();

    void request(Drawable* drawable);
    void forget(Drawable* drawable);
    [[nodiscard]] bool isArmed() const { return m_timer.isActive(); }
    // Draws one; true when another one is due in the same round. The timer calls it.
    bool tick();
    // Duration of the longest drawing since the last call, in ms: for --debug-frames and benchmarks.
    double takeLongestDrawing();

  private:
    struct Entry {
        Drawable* drawable;
        double last = -1e9;
        int slowdown = 1;
        bool wanted = false;
    };
    Entry& entryOf(Drawable* drawable);
    [[nodiscard]] Entry* nextDue(double now);
    void arm(int milliseconds);

    QTimer m_timer;
    Clock m_clock;
    std::vector<Entry> m_entries;
    double m_longest = 0;
    double m_roundStart = -1e9;
    double m_spent = 0;  // in this round
    bool m_drawing = false;
};

}  // namespace jumplora
