// SPDX-License-Identifier: Apache-2.0
#pragma once
// Internal to the store room: values into and out of SQL statements.
#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Statement.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace jumplora {

// NaN is stored as NULL, unset optionals too; vectors are stored as little-endian arrays.
void bindValue(SQLite::Statement& statement, int index, std::int64_t value);
void bindValue(SQLite::Statement& statement, int index, double value);
void bindValue(SQLite::Statement& statement, int index, const std::string& value);
void bindValue(SQLite::Statement& statement, int index, const std::vector<double>& values);
void bindValue(SQLite::Statement& statement, int index, const std::vector<std::int64_t>& values);
template <typename T>
void bindValue(SQLite::Statement& statement, int index, const std::optional<T>& value) {
    if (value)
        bindValue(statement, index, *value);
    else
        statement.bind(index);
}

template <typename... Values>
SQLite::Statement& bound(SQLite::Statement& statement, const Values&... values) {
    int index = 0;
    (bindValue(statement, ++index, values), ...);
    return statement;
}

// Runs a statement that gives no rows.
template <typename... Values>
void execute(SQLite::Statement& statement, const Values&... values) {
    bound(statement, values...).exec();
    statement.reset();
}

// NULL reads as NaN, as a text "" or as an empty vector. Throws Error(Format) for an array of broken length.
double realColumn(const SQLite::Statement& statement, int index);
std::int64_t integerColumn(const SQLite::Statement& statement, int index);
std::string textColumn(const SQLite::Statement& statement, int index);
std::vector<double> realsColumn(const SQLite::Statement& statement, int index);
std::vector<std::int64_t> integersColumn(const SQLite::Statement& statement, int index);

}  // namespace jumplora
