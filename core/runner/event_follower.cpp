// SPDX-License-Identifier: Apache-2.0
#include "runner/event_follower.h"

#include "base/error.h"
#include "base/json.h"

#include <fstream>

namespace jumplora {
namespace {

std::string readPart(const std::filesystem::path& file, std::int64_t offset, std::size_t count) {
    std::ifstream stream(file, std::ios::binary);
    if (!stream) fail(ErrorKind::Io, "{}: cannot read", file.string());
    stream.seekg(offset);
    std::string content(count, '\0');
    stream.read(content.data(), static_cast<std::streamsize>(count));
    content.resize(static_cast<std::size_t>(stream.gcount()));
    return content;
}

}  // namespace

bool EventFollower::wasCut(std::int64_t size) const {
    if (size < m_offset) return true;
    if (m_lastLine.empty()) return false;
    return readPart(m_file, m_offset - static_cast<std::int64_t>(m_lastLine.size()), m_lastLine.size()) !=
           m_lastLine;
}

std::vector<Event> EventFollower::read(std::size_t limit) {
    std::error_code error;
    const auto size = static_cast<std::int64_t>(std::filesystem::file_size(m_file, error));
    m_atEnd = true;
    if (error) return {};
    if (size == m_offset) return {};
    if (wasCut(size)) {
        m_offset = 0;
        m_line = 0;
        m_lastLine.clear();
    }
    const std::string content =
        readPart(m_file, m_offset, std::min(limit, static_cast<std::size_t>(size - m_offset)));
    std::vector<Event> events;
    for (std::size_t begin = 0;;) {
        const std::size_t end = content.find('\n', begin);
        if (end == std::string::npos) break;
        m_lastLine = content.substr(begin, end + 1 - begin);
        const std::string where = fmt::format("{}: line {}", m_file.string(), ++m_line);
        events.push_back(
            eventFromJson(parseJson(std::string_view(content).substr(begin, end - begin), where), where));
        m_offset += static_cast<std::int64_t>(end + 1 - begin);
        begin = end + 1;
    }
    // A part without a complete line: what follows is being written, or one line is longer than the limit.
    if (events.empty() && content.size() == limit && limit < static_cast<std::size_t>(size - m_offset))
        return read(limit * 2);
    m_atEnd = events.empty() || m_offset == size;
    return events;
}

}  // namespace jumplora
