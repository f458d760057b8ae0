// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "store/connection.h"

#include <sstream>

namespace jumplora::testing {

// Every row of every table as text: equal dumps, equal content.
inline std::string dumpDatabase(Connection& connection) {
    std::ostringstream dump;
    std::vector<std::string> tables;
    SQLite::Statement names(connection.database(),
                            "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name");
    while (names.executeStep()) tables.push_back(names.getColumn(0).getString());
    for (const std::string& table : tables) {
        dump << table << "\n";
        SQLite::Statement rows(connection.database(), "SELECT * FROM " + table + " ORDER BY 1, 2");
        while (rows.executeStep()) {
            for (int c = 0; c < rows.getColumnCount(); ++c) dump << rows.getColumn(c).getString() << "|";
            dump << "\n";
        }
    }
    return dump.str();
}

}  // namespace jumplora::testing
