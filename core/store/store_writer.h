// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "store/store.h"

#include <functional>
#include <memory>

namespace jumplora {

// Writes the events of one running run into the index. One thread owns the connection and commits every 250
// ms or 500 events, changes of state at once and durably. The run directory is the truth: when the database
// fails (locked, full, gone), the run goes on, the callback gets one sentence, and the run is read again from
// its directory later.
class StoreWriter : public EventListener {
  public:
    using WarningCallback = std::function<void(const std::string&)>;  // called on the writer's thread

    // Opens the database on the writer's thread; the run directory is indexed as it is first. Never throws
    // for a database that cannot be opened.
    StoreWriter(std::filesystem::path database, std::filesystem::path runDirectory,
                WarningCallback onWarning = {}, const StoreOptions& options = {});
    ~StoreWriter() override;  // as close()
    StoreWriter(const StoreWriter&) = delete;
    StoreWriter& operator=(const StoreWriter&) = delete;

    void onEvent(const Event& event) override;
    // Waits until everything given so far is committed or has failed.
    void flush();
    // Writes what is left and ends the thread; later events are ignored. To be called when events.jsonl and
    // state.json are complete.
    void close();

  private:
    struct State;
    std::unique_ptr<State> m_state;
};

}  // namespace jumplora
