// SPDX-License-Identifier: Apache-2.0
// How smoothly the live page follows a run: a replayed event log of 144 modules at 1000 events a second into
// the page with all cards, and how fast a curve of a million points pans.
//   bench_window_live [seconds]   (QT_QPA_PLATFORM=offscreen without a display)
#include "base/random.h"
#include "live/live_page.h"
#include "plots/curve_plot.h"
#include "plots/draw_scheduler.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>

namespace jumplora {
namespace {

constexpr int kBlocks = 24;
constexpr int kTasks = 15;
constexpr int kStepsPerTask = 20000;
constexpr int kBlendFrom = kStepsPerTask / 5;
constexpr int kGateFrom = kStepsPerTask * 4 / 5;
constexpr int kEventsPerSecond = 1000;
constexpr int kBatchesPerSecond = 30;

std::vector<ModuleInfo> modulesOfLargeModel() {
    std::vector<ModuleInfo> modules;
    for (const char* stack : {"encoder self", "decoder self", "decoder cross"}) {
        for (const char* target : {"q", "v"}) {
            for (int block = 0; block < kBlocks; ++block)
                modules.push_back({std::string(stack) + "." + std::to_string(block) + "." + target,
                                   std::string(stack) + " " + target, block, 1024, 1024, 0});
        }
    }
    return modules;
}

// A made-up run: what matters is the number and the size of its events.
class MadeUpRun {
  public:
    MadeUpRun() : m_modules(modulesOfLargeModel()) {}

    RunStarted start() const {
        RunStarted started;
        started.runId = "made-up-run";
        started.specHash = "0123456789abcdef";
        started.modules = m_modules;
        for (int task = 1; task <= kTasks; ++task) {
            started.tasks.push_back("task" + std::to_string(task));
            started.steps.push_back(kStepsPerTask);
        }
        return started;
    }

    // The next events: mostly steps, a gate snapshot every ten of them, now and then the others.
    std::vector<Event> next(int count) {
        std::vector<Event> events;
        while (static_cast<int>(events.size()) < count) {
            ++m_step;
            if (m_step == 1)
                events.push_back(
                    {0, TaskStarted{m_task, "task", kStepsPerTask, 320000, kBlendFrom, kGateFrom}});
            if (m_step == kBlendFrom) events.push_back({0, ThresholdInitialised{m_task, m_step, {6e-3}}});
            events.push_back({0, step()});
            if (m_step % 10 == 0) events.push_back({0, snapshot()});
            if (m_step % 50 == 0)
                events.push_back({0, EvaluationCell{1 + m_global / 2000 % kTasks, 1 + m_global / 50 % kTasks,
                                                    "test", 400 + m_step % 90, 500, 499, "", 0.5}});
            if (m_step % 200 == 0)
                events.push_back({0, WarningRaised{"made_up", "a line for the log", m_task, m_step}});
            if (m_step < kStepsPerTask) continue;
            m_step = 0;
            ++m_task;
        }
        return events;
    }

  private:
    StepMetrics step() {
        ++m_global;
        StepMetrics metrics;
        metrics.task = m_task;
        metrics.step = m_step;
        metrics.globalStep = m_global;
        metrics.ce = 3.0 / std::sqrt(static_cast<double>(m_step)) * m_rng.uniform(0.8, 1.2);
        metrics.penalties = {{"ella", 0.05 * m_rng.uniform(0.5, 1.5)}};
        metrics.gradNorm = m_rng.uniform(0.3, 2.5);
        metrics.f = std::clamp(static_cast<double>(m_step - kBlendFrom) / (kGateFrom - kBlendFrom), 0.0, 1.0);
        metrics.tau = {6e-3 * m_rng.uniform(0.99, 1.01)};
        metrics.density = m_step < kBlendFrom ? 1 : 0.015;
        metrics.rows = 16;
        metrics.stepSeconds = 0.001;
        metrics.memoryBytes = (std::int64_t{2} << 30U) + m_global * 1000;
        return metrics;
    }
    GateStatistics snapshot() {
        GateStatistics gate;
        gate.task = m_task;
        gate.step = m_step;
        gate.tau = {6e-3};
        gate.inWindow = {0.12};
        for (std::size_t i = 0; i < m_modules.size(); ++i) {
            gate.alive.push_back(static_cast<std::int64_t>(m_rng.uniform(5e3, 5e4)));
            gate.maxAbs.push_back(m_rng.uniform(0.01, 0.1));
        }
        return gate;
    }
    std::vector<ModuleInfo> m_modules;
    Rng m_rng{1};
    std::int64_t m_task = 1;
    std::int64_t m_step = 0;
    std::int64_t m_global = 0;
};

// Time between two turns of an event loop that always has something to do at once: what it takes longer is
// a gap in which nothing could have answered. On a machine that others use too, gaps also come from waiting
// for a processor: the time that the thread itself has worked tells the two apart.
class LoopGaps : public QObject {
  public:
    LoopGaps() {
        m_timer.setInterval(0);
        connect(&m_timer, &QTimer::timeout, this, &LoopGaps::turn);
    }
    void start() {
        m_clock.start();
        m_last = 0;
        m_lastWork = threadMilliseconds();
        m_timer.start();
    }
    void stop() { m_timer.stop(); }
    void report(const char* what) const {
        std::printf("%s\n", what);
        print("  as seen from outside", m_gaps);
        print("  own work of the thread", m_work);
    }

  private:
    // Sums alone: a list of the many turns would grow, and its moves would be the longest gaps of all.
    struct Sums {
        double tooLong = 0;
        double largest = 0;
        void add(double gap) {
            constexpr double kGap = 16;
            if (gap > kGap) tooLong += gap;
            largest = std::max(largest, gap);
        }
    };
    static double threadMilliseconds() {
        timespec now{};
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
        return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) * 1e-6;
    }
    void print(const char* what, const Sums& sums) const {
        std::printf("%s: %.0f s, gaps above 16 ms %.2f %% of the time, largest gap %.1f ms\n", what,
                    m_last / 1000, m_last > 0 ? 100 * sums.tooLong / m_last : 0, sums.largest);
    }
    void turn() {
        const double now = static_cast<double>(m_clock.nsecsElapsed()) * 1e-6;
        const double work = threadMilliseconds();
        m_gaps.add(now - m_last);
        m_work.add(work - m_lastWork);
        m_last = now;
        m_lastWork = work;
    }
    QTimer m_timer;
    QElapsedTimer m_clock;
    double m_last = 0;
    double m_lastWork = 0;
    Sums m_gaps;
    Sums m_work;
};

// Names what kept the event loop longest: an event that is handled within no other one, by its receiver.
class TimedApplication : public QApplication {
  public:
    using QApplication::QApplication;

    bool notify(QObject* receiver, QEvent* event) override {
        if (m_within) return QApplication::notify(receiver, event);
        m_within = true;
        // Afterwards the receiver may be gone.
        const Handled handled{receiver->metaObject()->className(), receiver->objectName(), event->type(), 0};
        QElapsedTimer clock;
        clock.start();
        const bool done = QApplication::notify(receiver, event);
        m_within = false;
        const double took = static_cast<double>(clock.nsecsElapsed()) * 1e-6;
        if (m_longest.empty() || took > m_longest.back().milliseconds || m_longest.size() < kKept) {
            m_longest.push_back(handled);
            m_longest.back().milliseconds = took;
            std::sort(m_longest.begin(), m_longest.end(),
                      [](const Handled& a, const Handled& b) { return a.milliseconds > b.milliseconds; });
            if (m_longest.size() > kKept) m_longest.pop_back();
        }
        return done;
    }
    // Prints them and begins anew.
    void report() {
        for (const Handled& each : m_longest)
            std::printf("  %.1f ms: event %d for %s \"%s\"\n", each.milliseconds, each.type, each.receiver,
                        qPrintable(each.name));
        m_longest.clear();
    }
    void forget() { m_longest.clear(); }

  private:
    static constexpr std::size_t kKept = 5;
    struct Handled {
        const char* receiver;
        QString name;
        int type;
        double milliseconds;
    };
    std::vector<Handled> m_longest;
    bool m_within = false;
};

TimedApplication& application() { return *static_cast<TimedApplication*>(QCoreApplication::instance()); }

class NoNavigator : public Navigator {
  public:
    void showPage(const QString& /*page*/) override {}
    void showPage(const QString& /*page*/, const PageRequest& /*request*/) override {}
    void showNotice(const Notice& /*notice*/) override {}
    void showHelp(const QString& /*topic*/) override {}
};

// What a page needs around it, in a folder that goes with it.
struct Surroundings {
    QTemporaryDir directory;
    std::filesystem::path folder = directory.path().toStdString();
    Theme theme;
    ActionRegistry actions;
    Settings settings{folder / "settings.ini"};
    Jobs jobs{folder / "index.sqlite"};
    Session session{jobs, {folder / "runs", "/bin/false", folder / "logs"}};
    RunQueue queue{folder / "queue.json", session, settings};
    NoNavigator navigator;
    WindowContext context{theme, actions, settings, jobs, session, queue, navigator};
};

void replay(int seconds, QSize size, const char* what) {
    Surroundings around;
    LivePage page(around.context);
    page.resize(size);
    page.show();
    MadeUpRun run;
    const auto tell = [&](std::vector<Event> events) {
        Q_EMIT around.session.runEvents(QStringLiteral("made-up-run"),
                                        std::make_shared<const std::vector<Event>>(std::move(events)));
    };
    tell({{0, run.start()}});
    tell(run.next(100000));  // a run that has been going on for a while
    QTest::qWait(1000);
    DrawScheduler::shared().takeLongestDrawing();
    application().forget();
    QTimer source;
    source.setInterval(1000 / kBatchesPerSecond);
    QObject::connect(&source, &QTimer::timeout, &page,
                     [&] { tell(run.next(kEventsPerSecond / kBatchesPerSecond)); });
    LoopGaps gaps;
    source.start();
    gaps.start();
    QTest::qWait(seconds * 1000);
    gaps.stop();
    gaps.report(what);
    std::printf("  longest drawing of a card %.1f ms, %zu steps at the end\n",
                DrawScheduler::shared().takeLongestDrawing(), page.view()->steps.size());
    application().report();
}

void panMillion(QSize size) {
    constexpr int kPoints = 1000000;
    constexpr int kFrames = 200;
    const Theme theme;
    CurvePlot plot(theme, QStringLiteral("million"), QStringLiteral("A million points"));
    plot.setXAxis(QStringLiteral("step"), Quantity::Count);
    plot.setLeftAxis({QStringLiteral("value"), Quantity::Loss, true});
    plot.addCurve({QStringLiteral("value"), QStringLiteral("value"), Quantity::Loss, 0});
    plot.resize(size);
    plot.show();
    Rng rng(2);
    std::vector<double> x;
    std::vector<double> y;
    for (int i = 0; i < kPoints; ++i) {
        x.push_back(i);
        y.push_back(std::exp(-i * 3e-6) * rng.uniform(0.5, 2));
    }
    QSignalSpy ready(&plot, &CurvePlot::dataReady);
    QElapsedTimer clock;
    clock.start();
    plot.setPoints(0, std::move(x), std::move(y));
    const double handed = static_cast<double>(clock.nsecsElapsed()) * 1e-6;
    ready.wait(60000);
    std::printf("a million points: handed over in %.1f ms, ready after %.0f ms\n", handed,
                static_cast<double>(clock.nsecsElapsed()) * 1e-6);
    for (const double width : {1e6, 1e5, 1e4}) {
        std::vector<double> times;
        for (int frame = 0; frame < kFrames; ++frame) {
            const double left = (kPoints - width) * frame / kFrames;
            plot.group()->setRange(left, left + width);
            clock.restart();
            plot.draw();
            plot.grab();
            times.push_back(static_cast<double>(clock.nsecsElapsed()) * 1e-6);
        }
        std::sort(times.begin(), times.end());
        std::printf("  panning %.0f points in view: median %.1f ms a frame, worst %.1f ms\n", width,
                    times[times.size() / 2], times.back());
    }
}

}  // namespace
}  // namespace jumplora

int main(int argc, char** argv) {
    if (!qEnvironmentVariableIsSet("QT_QPA_PLATFORM")) qputenv("QT_QPA_PLATFORM", "offscreen");
    const jumplora::TimedApplication application(argc, argv);
    const int seconds = argc > 1 ? std::max(1, std::atoi(argv[1])) : 120;
    jumplora::replay(seconds, {1200, 676}, "1000 events/s, 1280 × 800, four cards in sight");
    jumplora::replay(seconds, {1840, 980}, "1000 events/s, 1920 × 1080, all nine cards in sight");
    jumplora::panMillion({900, 500});
    return 0;
}
