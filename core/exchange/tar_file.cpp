// SPDX-License-Identifier: Apache-2.0
#include "exchange/tar_file.h"

#include "base/error.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <set>

namespace jumplora {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBlock = 512;
constexpr std::size_t kNameBytes = 100;
constexpr std::size_t kPrefixBytes = 155;
constexpr std::uint64_t kLargest = 1ULL << 33U;  // eleven octal digits
constexpr std::size_t kMostEntries = 100000;

// Places of the fields in a header, and how long they are.
struct Field {
    std::size_t at, size;
};
constexpr Field kName = {0, 100};
constexpr Field kMode = {100, 8};
constexpr Field kUser = {108, 8};
constexpr Field kGroup = {116, 8};
constexpr Field kSize = {124, 12};
constexpr Field kTime = {136, 12};
constexpr Field kChecksum = {148, 8};
constexpr std::size_t kType = 156;
constexpr Field kMagic = {257, 6};
constexpr Field kVersion = {263, 2};
constexpr Field kPrefix = {345, 155};

using Header = std::array<char, kBlock>;

void put(Header& header, const Field& field, std::string_view text) {
    std::copy_n(text.begin(), std::min(text.size(), field.size),
                header.begin() + static_cast<std::ptrdiff_t>(field.at));
}

void putOctal(Header& header, const Field& field, std::uint64_t value) {
    put(header, field, fmt::format("{:0{}o}", value, field.size - 1));
}

// The bytes of a header with its checksum field taken as spaces.
std::uint64_t checksum(const char* header) {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < kBlock; ++i) {
        const bool own = i >= kChecksum.at && i < kChecksum.at + kChecksum.size;
        sum += own ? ' ' : static_cast<unsigned char>(header[i]);
    }
    return sum;
}

std::string textOf(const char* header, const Field& field) {
    const char* begin = header + field.at;
    return {begin, std::find(begin, begin + field.size, '\0')};
}

std::uint64_t octalOf(const char* header, const Field& field, const std::string& where) {
    std::uint64_t value = 0;
    bool any = false;
    for (std::size_t i = 0; i < field.size; ++i) {
        const char c = header[field.at + i];
        if (c == ' ' && !any) continue;
        if (c == ' ' || c == '\0') break;
        if (c < '0' || c > '7') fail(ErrorKind::Format, "{}: a number of its header is damaged", where);
        value = value << 3U | static_cast<std::uint64_t>(c - '0');
        any = true;
    }
    if (!any) fail(ErrorKind::Format, "{}: a number of its header is missing", where);
    return value;
}

// Refuses every name that could lead out of a folder.
void checkEntryName(const std::string& name, const std::string& where) {
    const bool control = std::any_of(name.begin(), name.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7f || c == '\\';
    });
    bool climbs = name.empty() || name.front() == '/' || control;
    for (std::size_t begin = 0; begin <= name.size() && !climbs;) {
        const std::size_t end = std::min(name.find('/', begin), name.size());
        const std::string_view part = std::string_view(name).substr(begin, end - begin);
        const bool last = end == name.size();
        climbs = part == ".." || part == "." || (part.empty() && !last);
        begin = end + 1;
    }
    if (climbs)
        fail(ErrorKind::Format,
             "{}: the name of an entry leads out of the archive or cannot be a file's name; nothing was "
             "unpacked",
             where);
}

std::uint64_t padded(std::uint64_t size) { return (size + kBlock - 1) / kBlock * kBlock; }

}  // namespace

void TarWriter::add(const std::string& name, std::string_view content, std::int64_t time) {
    add(name, std::as_bytes(std::span(content)), time);
}

void TarWriter::addFile(const std::string& name, const fs::path& from) {
    std::error_code error;
    const auto changed = std::chrono::file_clock::to_sys(fs::last_write_time(from, error));
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(changed.time_since_epoch()).count();
    // An empty file cannot be mapped.
    if (fs::file_size(from, error) == 0 && !error) {
        add(name, std::string_view(), seconds);
        return;
    }
    const MappedFile file(from);
    add(name, file.bytes(), seconds);
}

void TarWriter::add(const std::string& name, std::span<const std::byte> content, std::int64_t time) {
    std::string prefix;
    std::string rest = name;
    if (name.size() > kNameBytes) {
        const auto slash = name.find('/', name.size() - kNameBytes - 1);
        if (slash == std::string::npos || slash > kPrefixBytes)
            fail(ErrorKind::Input, "\"{}\" is too long a name for an archive", name);
        prefix = name.substr(0, slash);
        rest = name.substr(slash + 1);
    }
    if (content.size() >= kLargest)
        fail(ErrorKind::Input, "\"{}\" has {} bytes; an archive holds files below 8 GiB", name,
             content.size());
    Header header{};
    put(header, kName, rest);
    constexpr std::uint64_t kReadable = 0644;
    putOctal(header, kMode, kReadable);
    putOctal(header, kUser, 0);
    putOctal(header, kGroup, 0);
    putOctal(header, kSize, content.size());
    putOctal(header, kTime, static_cast<std::uint64_t>(std::max<std::int64_t>(time, 0)));
    header[kType] = '0';
    put(header, kMagic, "ustar");
    put(header, kVersion, "00");
    put(header, kPrefix, prefix);
    put(header, kChecksum, fmt::format("{:06o}", checksum(header.data())));
    header[kChecksum.at + kChecksum.size - 1] = ' ';
    m_file.write(std::string_view(header.data(), header.size()));
    m_file.write(content);
    m_file.write(std::string(padded(content.size()) - content.size(), '\0'));
}

void TarWriter::commit() {
    m_file.write(std::string(2 * kBlock, '\0'));
    m_file.commit();
}

TarReader::TarReader(const fs::path& path) : m_file(path) {
    const std::string file = path.string();
    const auto bytes = m_file.bytes();
    std::set<std::string> names;
    std::uint64_t at = 0;
    for (;;) {
        if (bytes.size() - at < kBlock)
            fail(ErrorKind::Format, "{}: is no archive of this program, or its end is missing", file);
        const char* header = reinterpret_cast<const char*>(bytes.data()) + at;
        if (std::all_of(header, header + kBlock, [](char c) { return c == '\0'; })) break;
        const std::string where = fmt::format("{}: entry {}", file, m_entries.size() + 1);
        if (textOf(header, kMagic).substr(0, 5) != "ustar" ||
            octalOf(header, kChecksum, where) != checksum(header))
            fail(ErrorKind::Format, "{}: its header is damaged, or the file is no archive of this program",
                 where);
        const std::string prefix = textOf(header, kPrefix);
        const std::string name = (prefix.empty() ? "" : prefix + "/") + textOf(header, kName);
        checkEntryName(name, where);
        const char type = header[kType];
        const std::uint64_t size = octalOf(header, kSize, where);
        const bool folder = type == '5';
        if (type != '0' && type != '\0' && !folder)
            fail(ErrorKind::Format, "{}: \"{}\" is a link or something else that is no regular file", where,
                 name);
        if (folder != name.ends_with('/') || (folder && size != 0))
            fail(ErrorKind::Format, "{}: \"{}\" is neither a file nor a folder", where, name);
        at += kBlock;
        if (size >= kLargest || padded(size) > bytes.size() - at)
            fail(ErrorKind::Format, "{}: \"{}\" claims {} bytes, more than the archive holds", where, name,
                 size);
        if (!names.insert(name).second || names.size() > kMostEntries)
            fail(ErrorKind::Format, "{}: \"{}\" stands there twice, or there are too many entries", where,
                 name);
        if (!folder) m_entries.push_back({name, bytes.subspan(at, size)});
        at += padded(size);
    }
}

const TarEntry* TarReader::find(std::string_view name) const {
    const auto found = std::find_if(m_entries.begin(), m_entries.end(),
                                    [&](const TarEntry& entry) { return entry.name == name; });
    return found == m_entries.end() ? nullptr : &*found;
}

}  // namespace jumplora
