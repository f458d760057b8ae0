// SPDX-License-Identifier: Apache-2.0
#include "weights/zip_archive.h"

#include "base/error.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace jumplora {
namespace {

constexpr std::uint32_t kLocalHeader = 0x04034b50;
constexpr std::uint32_t kCentralHeader = 0x02014b50;
constexpr std::uint32_t kEnd = 0x06054b50;
constexpr std::uint32_t kEnd64 = 0x06064b50;
constexpr std::uint32_t kEnd64Locator = 0x07064b50;
constexpr std::size_t kLocalSize = 30;
constexpr std::size_t kCentralSize = 46;
constexpr std::size_t kEndSize = 22;
constexpr std::size_t kEnd64Size = 56;
constexpr std::size_t kLocatorSize = 20;
constexpr std::uint16_t kZip64Extra = 1;
constexpr std::uint32_t kIn64 = 0xFFFFFFFF;  // "the value stands in the zip64 field"
constexpr std::uint16_t kIn64Short = 0xFFFF;

// Little-endian numbers of a record whose presence has been checked.
template <typename T>
T number(std::span<const std::byte> bytes, std::size_t at) {
    T value = 0;
    std::memcpy(&value, bytes.data() + at, sizeof value);
    return value;
}

std::string_view text(std::span<const std::byte> bytes, std::size_t at, std::size_t size) {
    return {reinterpret_cast<const char*>(bytes.data()) + at, size};
}

struct Directory {
    std::uint64_t entries = 0;
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
};

// What a central header says of an entry.
struct Central {
    std::string_view name;
    std::uint16_t flags = 0;
    std::uint16_t method = 0;
    std::uint64_t packed = 0;
    std::uint64_t size = 0;
    std::uint64_t header = 0;  // place of the local header
};

class Reader {
  public:
    Reader(std::span<const std::byte> archive, const std::string& where) : m_bytes(archive), m_where(where) {}

    std::vector<ZipEntry> read() {
        const Directory directory = findDirectory();
        std::vector<ZipEntry> entries;
        std::uint64_t at = directory.begin;
        for (std::uint64_t i = 0; i < directory.entries; ++i) {
            const Central central = readCentral(at, directory.end);
            if (central.name.ends_with('/') && central.size == 0) continue;  // a folder
            entries.push_back(locate(central, directory.begin));
        }
        if (at != directory.end) damaged("the directory holds more than its entries");
        requireApart();
        std::sort(entries.begin(), entries.end(),
                  [](const auto& a, const auto& b) { return a.name < b.name; });
        const auto twice = std::adjacent_find(entries.begin(), entries.end(),
                                              [](const auto& a, const auto& b) { return a.name == b.name; });
        if (twice != entries.end()) damaged(fmt::format("two entries are called \"{}\"", twice->name));
        return entries;
    }

  private:
    struct Range {
        std::uint64_t begin, end;
    };

    [[noreturn]] void damaged(const std::string& what) const {
        fail(ErrorKind::Format, "{}: its zip archive is damaged or truncated: {}", m_where, what);
    }

    // The end record closes the file; only a comment may follow.
    std::size_t findEnd() const {
        if (m_bytes.size() < kEndSize) damaged("it is too short");
        const std::size_t last = m_bytes.size() - kEndSize;
        const std::size_t first = last > kIn64Short ? last - kIn64Short : 0;
        for (std::size_t at = last + 1; at-- > first;) {
            if (number<std::uint32_t>(m_bytes, at) == kEnd &&
                number<std::uint16_t>(m_bytes, at + 20) == m_bytes.size() - at - kEndSize)
                return at;
        }
        damaged("it has no end record");
    }

    Directory findDirectory() const {
        const std::size_t end = findEnd();
        if (number<std::uint16_t>(m_bytes, end + 4) != number<std::uint16_t>(m_bytes, end + 6))
            damaged("it is one part of several");
        Directory directory;
        directory.entries = number<std::uint16_t>(m_bytes, end + 10);
        std::uint64_t size = number<std::uint32_t>(m_bytes, end + 12);
        directory.begin = number<std::uint32_t>(m_bytes, end + 16);
        directory.end = end;
        if (directory.entries == kIn64Short || size == kIn64 || directory.begin == kIn64) {
            const std::size_t record = findEnd64(end);
            directory.entries = number<std::uint64_t>(m_bytes, record + 32);
            size = number<std::uint64_t>(m_bytes, record + 40);
            directory.begin = number<std::uint64_t>(m_bytes, record + 48);
            directory.end = record;
        } else if (end >= kLocatorSize &&
                   number<std::uint32_t>(m_bytes, end - kLocatorSize) == kEnd64Locator) {
            // The 64-bit record may stand there without need.
            directory.end = findEnd64(end);
        }
        if (size > directory.end || directory.begin != directory.end - size)
            damaged("the place of its directory is wrong");
        if (directory.entries > size / kCentralSize) damaged("its directory is too short for its entries");
        return directory;
    }

    std::size_t findEnd64(std::size_t end) const {
        if (end < kLocatorSize || number<std::uint32_t>(m_bytes, end - kLocatorSize) != kEnd64Locator)
            damaged("its zip64 locator is missing");
        const auto record = number<std::uint64_t>(m_bytes, end - kLocatorSize + 8);
        if (record > end - kLocatorSize || end - kLocatorSize - record < kEnd64Size ||
            number<std::uint32_t>(m_bytes, record) != kEnd64)
            damaged("its zip64 end record is missing");
        return record;
    }

    Central readCentral(std::uint64_t& at, std::uint64_t end) const {
        if (end - at < kCentralSize || number<std::uint32_t>(m_bytes, at) != kCentralHeader)
            damaged(fmt::format("no directory entry at byte {}", at));
        Central central;
        central.flags = number<std::uint16_t>(m_bytes, at + 8);
        central.method = number<std::uint16_t>(m_bytes, at + 10);
        central.packed = number<std::uint32_t>(m_bytes, at + 20);
        central.size = number<std::uint32_t>(m_bytes, at + 24);
        const std::size_t nameSize = number<std::uint16_t>(m_bytes, at + 28);
        const std::size_t extraSize = number<std::uint16_t>(m_bytes, at + 30);
        const std::size_t commentSize = number<std::uint16_t>(m_bytes, at + 32);
        central.header = number<std::uint32_t>(m_bytes, at + 42);
        if (end - at - kCentralSize < nameSize + extraSize + commentSize)
            damaged(fmt::format("the directory entry at byte {} is cut off", at));
        central.name = text(m_bytes, at + kCentralSize, nameSize);
        readExtra(m_bytes.subspan(at + kCentralSize + nameSize, extraSize), central);
        at += kCentralSize + nameSize + extraSize + commentSize;
        return central;
    }

    // Values that do not fit 32 bits stand in the zip64 field, in this order, as far as they are missing.
    void readExtra(std::span<const std::byte> extra, Central& central) const {
        while (extra.size() >= 4) {
            const auto id = number<std::uint16_t>(extra, 0);
            const std::size_t size = number<std::uint16_t>(extra, 2);
            if (size > extra.size() - 4) break;
            if (id == kZip64Extra) {
                auto field = extra.subspan(4, size);
                for (std::uint64_t* value : {&central.size, &central.packed, &central.header}) {
                    if (*value != kIn64) continue;
                    if (field.size() < sizeof(std::uint64_t))
                        damaged(fmt::format("entry \"{}\" lacks its size", central.name));
                    *value = number<std::uint64_t>(field, 0);
                    field = field.subspan(sizeof(std::uint64_t));
                }
            }
            extra = extra.subspan(4 + size);
        }
    }

    ZipEntry locate(const Central& central, std::uint64_t directory) {
        if ((central.flags & 1U) != 0)
            fail(ErrorKind::Format, "{}: entry \"{}\" is encrypted", m_where, central.name);
        if (central.method != 0)
            fail(ErrorKind::Format,
                 "{}: entry \"{}\" is compressed (method {}); PyTorch stores its files as they are. Load and "
                 "save it once with PyTorch, or unpack and store it with \"zip -0\"",
                 m_where, central.name, central.method);
        if (central.packed != central.size) damaged(fmt::format("entry \"{}\" has two sizes", central.name));
        const std::uint64_t header = central.header;
        if (header > directory || directory - header < kLocalSize ||
            number<std::uint32_t>(m_bytes, header) != kLocalHeader)
            damaged(fmt::format("entry \"{}\" is not where the directory says", central.name));
        const std::size_t nameSize = number<std::uint16_t>(m_bytes, header + 26);
        const std::size_t extraSize = number<std::uint16_t>(m_bytes, header + 28);
        const std::uint64_t data = header + kLocalSize + nameSize + extraSize;
        if (data > directory || central.size > directory - data)
            damaged(fmt::format("entry \"{}\" lies outside the file", central.name));
        if (text(m_bytes, header + kLocalSize, nameSize) != central.name ||
            number<std::uint16_t>(m_bytes, header + 8) != central.method)
            damaged(fmt::format("entry \"{}\" is another one than the directory says", central.name));
        m_ranges.push_back({header, data + central.size});
        return {std::string(central.name), m_bytes.subspan(data, central.size)};
    }

    void requireApart() {
        std::sort(m_ranges.begin(), m_ranges.end(),
                  [](const Range& a, const Range& b) { return a.begin < b.begin; });
        for (std::size_t i = 1; i < m_ranges.size(); ++i)
            if (m_ranges[i].begin < m_ranges[i - 1].end)
                damaged(fmt::format("entries overlap at byte {}", m_ranges[i].begin));
    }

    std::span<const std::byte> m_bytes;
    const std::string& m_where;
    std::vector<Range> m_ranges;
};

}  // namespace

std::vector<ZipEntry> readStoredZip(std::span<const std::byte> archive, const std::string& where) {
    return Reader(archive, where).read();
}

bool isZip(std::span<const std::byte> bytes) {
    return bytes.size() >= sizeof kLocalHeader &&
           (number<std::uint32_t>(bytes, 0) == kLocalHeader || number<std::uint32_t>(bytes, 0) == kEnd);
}

}  // namespace jumplora
