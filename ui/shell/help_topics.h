// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QString>
#include <filesystem>
#include <vector>

namespace jumplora {

// A heading of the documentation.
struct HelpTopic {
    QString title;
    QString address;  // "window.md#live"
    int level = 1;    // 1: a page
};

// Folder of the documentation beside the program's resources; empty when it is not there.
std::filesystem::path docsFolder();
// Headings of all its pages down to the second level, by page.
const std::vector<HelpTopic>& helpTopics();
// "Gate and adapters" -> "gate-and-adapters"
QString slugOf(const QString& heading);

}  // namespace jumplora
