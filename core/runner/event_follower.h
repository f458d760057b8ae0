// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "train/events.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace jumplora {

// Reads the event log of a run that another program may be writing. The first call of read() gives what is
// there, later ones what was added. A log that was cut back (a resumed run forgets what came after its
// checkpoint) is read from its beginning again: a batch that begins with RunStarted replaces everything that
// was told before. One thread at a time.
class EventFollower {
  public:
    explicit EventFollower(std::filesystem::path file) : m_file(std::move(file)) {}

    // Complete new lines; empty while there is no file. At most `limit` bytes are read in one call, so that
    // a long log arrives in several batches. Throws Error(Io), Error(Format) with the line number.
    [[nodiscard]] std::vector<Event> read(std::size_t limit = 4U << 20U);
    // True when the last call read up to the end of the file.
    [[nodiscard]] bool atEnd() const { return m_atEnd; }

  private:
    [[nodiscard]] bool wasCut(std::int64_t size) const;

    std::filesystem::path m_file;
    std::int64_t m_offset = 0;
    std::int64_t m_line = 0;
    std::string m_lastLine;  // as read, to notice that it is another one now
    bool m_atEnd = false;
};

}  // namespace jumplora
