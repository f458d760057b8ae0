// SPDX-License-Identifier: Apache-2.0
#include "store/sql_values.h"

#include "base/error.h"

#include <bit>
#include <cstring>
#include <limits>

namespace jumplora {
namespace {

static_assert(std::endian::native == std::endian::little, "arrays are stored as they lie in memory");

template <typename T>
void bindArray(SQLite::Statement& statement, int index, const std::vector<T>& values) {
    // An empty vector has no address, which would be stored as NULL.
    static constexpr T kNothing{};
    statement.bind(index, values.empty() ? &kNothing : values.data(),
                   static_cast<int>(values.size() * sizeof(T)));
}

template <typename T>
std::vector<T> arrayColumn(const SQLite::Statement& statement, int index) {
    const SQLite::Column column = statement.getColumn(index);
    if (column.isNull()) return {};
    const void* data = column.getBlob();
    const auto bytes = static_cast<std::size_t>(column.getBytes());
    if (bytes % sizeof(T) != 0)
        fail(ErrorKind::Format,
             "The database is damaged: {} holds {} bytes, which is no array of 64-bit numbers. Move the file "
             "away and "
             "run \"jumplora index\".",
             column.getName(), bytes);
    std::vector<T> values(bytes / sizeof(T));
    if (bytes > 0) std::memcpy(values.data(), data, bytes);
    return values;
}

}  // namespace

void bindValue(SQLite::Statement& statement, int index, std::int64_t value) { statement.bind(index, value); }
void bindValue(SQLite::Statement& statement, int index, double value) { statement.bind(index, value); }
void bindValue(SQLite::Statement& statement, int index, const std::string& value) {
    statement.bind(index, value);
}
void bindValue(SQLite::Statement& statement, int index, const std::vector<double>& values) {
    bindArray(statement, index, values);
}
void bindValue(SQLite::Statement& statement, int index, const std::vector<std::int64_t>& values) {
    bindArray(statement, index, values);
}

double realColumn(const SQLite::Statement& statement, int index) {
    const SQLite::Column column = statement.getColumn(index);
    return column.isNull() ? std::numeric_limits<double>::quiet_NaN() : column.getDouble();
}

std::int64_t integerColumn(const SQLite::Statement& statement, int index) {
    return statement.getColumn(index).getInt64();
}

std::string textColumn(const SQLite::Statement& statement, int index) {
    return statement.getColumn(index).getString();
}

std::vector<double> realsColumn(const SQLite::Statement& statement, int index) {
    return arrayColumn<double>(statement, index);
}

std::vector<std::int64_t> integersColumn(const SQLite::Statement& statement, int index) {
    return arrayColumn<std::int64_t>(statement, index);
}

}  // namespace jumplora
