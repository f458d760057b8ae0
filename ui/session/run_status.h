// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "runner/time_left.h"

#include <QMetaType>
#include <QString>
#include <QStringList>
#include <filesystem>
#include <memory>
#include <vector>

namespace jumplora {

enum class RunPlace {
    InWindow,   // on a thread of this program
    Child,      // a process of the command line that this program started
    Elsewhere,  // another program
};

// One turn of events, in order. A batch that begins with RunStarted may repeat what was told before (a log
// that was cut back): forget and take it again. RunResumed{task, step} makes everything after that step void.
using EventBatch = std::shared_ptr<const std::vector<Event>>;

// What run bar, title and queue say of a run that is being worked on. Plain values.
struct RunStatus {
    QString id;
    QString name;
    std::filesystem::path directory;
    RunPlace place = RunPlace::InWindow;
    qint64 pid = 0;
    bool obeys = false;                         // Session::command reaches it
    QString state = QStringLiteral("waiting");  // as in RunRow::state
    QString message;                            // "Pausing after this step…", or why it failed
    QString details;                            // last lines of a child's output

    QStringList tasks;
    std::vector<std::int64_t> steps;  // planned, per task
    int task = 0;                     // from 1; 0 before the first
    std::int64_t step = 0;            // within the task
    std::int64_t globalStep = 0;
    bool evaluating = false;
    EvaluationProgress evaluation;
    double ce = 0;
    double penalty = 0;  // sum of the weighted penalties
    bool hasPenalty = false;
    std::vector<double> tau;
    double density = 1;
    double f = 0;
    double stepsPerSecond = 0;
    TimeLeft timeLeft;
    std::int64_t lastCheckpointTask = 0;
    std::int64_t lastCheckpointStep = 0;

    // Where the run is and its numbers; its state is not told by its log, which may be an old one.
    void onEvent(const Event& event);
    [[nodiscard]] QString taskName() const;  // of the present task, "" before the first
    [[nodiscard]] std::int64_t stepsOfTask() const;
    [[nodiscard]] std::int64_t stepsPlanned() const;
    [[nodiscard]] double share() const;  // done of all steps, 0..1
    // The run is being worked on: neither ended nor paused.
    [[nodiscard]] bool isActive() const {
        return state == QLatin1String("running") || state == QLatin1String("waiting");
    }
};

}  // namespace jumplora

Q_DECLARE_METATYPE(jumplora::RunStatus)
Q_DECLARE_METATYPE(jumplora::EventBatch)
