// SPDX-License-Identifier: Apache-2.0
#include "text/protobuf.h"

#include "base/error.h"

#include <cstring>

namespace jumplora {
namespace {

constexpr std::uint32_t kVarint = 0;
constexpr std::uint32_t kFixed64 = 1;
constexpr std::uint32_t kBytes = 2;
constexpr std::uint32_t kFixed32 = 5;

}  // namespace

std::uint64_t ProtobufReader::readVarint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
        if (m_rest.empty()) fail(ErrorKind::Format, "{}: ends in the middle of a number", m_where);
        const auto byte = static_cast<unsigned char>(m_rest.front());
        m_rest.remove_prefix(1);
        value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
        if ((byte & 0x80) == 0) return value;
    }
    fail(ErrorKind::Format, "{}: a number is longer than 64 bits", m_where);
}

std::string_view ProtobufReader::take(std::uint64_t size) {
    if (size > m_rest.size())
        fail(ErrorKind::Format, "{}: a field claims {} bytes, {} are left; the file is damaged or truncated",
             m_where, size, m_rest.size());
    const std::string_view taken = m_rest.substr(0, size);
    m_rest.remove_prefix(size);
    return taken;
}

bool ProtobufReader::next() {
    if (m_rest.empty()) return false;
    const std::uint64_t key = readVarint();
    m_field = static_cast<std::uint32_t>(key >> 3);
    m_type = static_cast<std::uint32_t>(key & 7);
    if (m_field == 0) fail(ErrorKind::Format, "{}: a field has number 0", m_where);
    switch (m_type) {
        case kVarint:
            m_varint = readVarint();
            break;
        case kFixed64:
            m_bytes = take(8);
            break;
        case kBytes:
            m_bytes = take(readVarint());
            break;
        case kFixed32:
            m_bytes = take(4);
            break;
        default:
            fail(ErrorKind::Format, "{}: field {} has the unknown wire type {}", m_where, m_field, m_type);
    }
    return true;
}

void ProtobufReader::expect(std::uint32_t type, const char* name) const {
    if (m_type != type) fail(ErrorKind::Format, "{}: field {} is not {}", m_where, m_field, name);
}

std::uint64_t ProtobufReader::varint() const {
    expect(kVarint, "an integer");
    return m_varint;
}

float ProtobufReader::float32() const {
    expect(kFixed32, "a float");
    float value = 0;
    std::memcpy(&value, m_bytes.data(), sizeof value);
    return value;
}

std::string_view ProtobufReader::bytes() const {
    expect(kBytes, "a string");
    return m_bytes;
}

void ProtobufWriter::raw(std::uint64_t value) {
    while (value >= 0x80) {
        m_message += static_cast<char>((value & 0x7F) | 0x80);
        value >>= 7;
    }
    m_message += static_cast<char>(value);
}

void ProtobufWriter::varint(std::uint32_t field, std::uint64_t value) {
    raw(static_cast<std::uint64_t>(field) << 3 | kVarint);
    raw(value);
}

void ProtobufWriter::float32(std::uint32_t field, float value) {
    raw(static_cast<std::uint64_t>(field) << 3 | kFixed32);
    char bytes[sizeof value];
    std::memcpy(bytes, &value, sizeof value);
    m_message.append(bytes, sizeof value);
}

void ProtobufWriter::bytes(std::uint32_t field, std::string_view value) {
    raw(static_cast<std::uint64_t>(field) << 3 | kBytes);
    raw(value.size());
    m_message += value;
}

}  // namespace jumplora
