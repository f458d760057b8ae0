// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "train/run_spec.h"

#include <QObject>
#include <QString>
#include <QTimer>
#include <map>
#include <optional>
#include <vector>

namespace jumplora {

class Jobs;
class RunQueue;
class Session;

// When `places` runs go on at a time: the seconds until all are done. `running` holds what is left of those
// that are on, `waiting` the length of the others in their order.
double secondsUntilAllDone(const std::vector<double>& running, const std::vector<double>& waiting,
                           int places);

// How long the queue still takes. A waiting run is as long as an earlier one with the same settings, whatever
// its seed, else what was measured for such a run on Set-up.
class QueueTime : public QObject {
    Q_OBJECT

  public:
    QueueTime(const RunQueue& queue, const Session& session, Jobs& jobs, QObject* parent = nullptr);
    // "all done in ≈ 0:10:55"; empty when nothing is on, or nothing is known.
    [[nodiscard]] QString text() const;
    // Of how many runs the length is not known.
    [[nodiscard]] int unknown() const;

  Q_SIGNALS:
    void changed();

  private:
    void learn();
    struct Ahead {
        std::vector<double> running;
        std::vector<double> waiting;
        int unknown = 0;
    };
    [[nodiscard]] Ahead ahead() const;
    [[nodiscard]] std::optional<double> lengthOf(const QString& specHash) const;

    const RunQueue& m_queue;
    const Session& m_session;
    Jobs& m_jobs;
    std::map<QString, std::optional<double>> m_lengths;  // by the hash of the settings
    QTimer m_later;
    bool m_learning = false;
};

}  // namespace jumplora
