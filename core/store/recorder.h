// SPDX-License-Identifier: Apache-2.0
#pragma once
// Internal to the store room: one run's events as rows.
#include "store/connection.h"

namespace jumplora {

// Recording an event again changes nothing, so a log may be read as often as one likes. Call inside a
// transaction.
class Recorder {
  public:
    Recorder(Connection& connection, std::int64_t runKey) : m_connection(connection), m_run(runKey) {}

    void record(const Event& event);
    // Brings the columns of the run that sum up its rows up to date.
    void summarise();
    // Takes back everything that events have written; note, tags and archive mark stay.
    void clear();

  private:
    void put(const RunStarted& event);
    void put(const TaskStarted& event);
    void put(const StepMetrics& event);
    void put(const ThresholdInitialised& event);
    void put(const GateStatistics& event);
    void put(const TaskTrained& event);
    void put(const EvaluationProgress&) {}
    void put(const EvaluationCell& event);
    void put(const OverlapComputed& event);
    void put(const CheckpointWritten& event);
    void put(const WarningRaised& event);
    void put(const RunResumed& event);
    void put(const RunEnded& event);
    void setState(const std::string& state, const std::string& message);
    void summariseMetrics();

    template <typename... Values>
    void run(const char* sql, const Values&... values);

    Connection& m_connection;
    std::int64_t m_run = 0;
};

}  // namespace jumplora
