// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace jumplora {

// The small part of the Protocol Buffers wire format that SentencePiece models need. Reads views of the given
// bytes; nothing is allocated by what the bytes claim.
class ProtobufReader {
  public:
    ProtobufReader(std::string_view bytes, std::string where) : m_rest(bytes), m_where(std::move(where)) {}

    // Moves to the next field; false at the end. Throws Error(Format) on damage.
    bool next();
    [[nodiscard]] std::uint32_t field() const { return m_field; }
    // Value of the present field. Each throws Error(Format) when the field has another wire type.
    [[nodiscard]] std::uint64_t varint() const;
    [[nodiscard]] float float32() const;
    [[nodiscard]] std::string_view bytes() const;

  private:
    std::uint64_t readVarint();
    std::string_view take(std::uint64_t size);
    void expect(std::uint32_t type, const char* name) const;

    std::string_view m_rest;
    std::string m_where;
    std::uint32_t m_field = 0;
    std::uint32_t m_type = 0;
    std::uint64_t m_varint = 0;
    std::string_view m_bytes;
};

// Appends fields to a message.
class ProtobufWriter {
  public:
    void varint(std::uint32_t field, std::uint64_t value);
    void float32(std::uint32_t field, float value);
    void bytes(std::uint32_t field, std::string_view value);
    [[nodiscard]] const std::string& message() const { return m_message; }

  private:
    void raw(std::uint64_t value);
    std::string m_message;
};

}  // namespace jumplora
