// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/help_topics.h"

#include "base/error.h"
#include "base/resources.h"

#include <QDir>
#include <QFile>
#include <QRegularExpression>
#include <QTextStream>

namespace jumplora {
namespace {

std::vector<HelpTopic> topicsOf(const QDir& folder, const QString& page) {
    std::vector<HelpTopic> topics;
    QFile file(folder.filePath(page));
    if (!file.open(QIODevice::ReadOnly)) return topics;
    QTextStream lines(&file);
    bool code = false;
    for (QString line; lines.readLineInto(&line);) {
        if (line.startsWith(QLatin1String("```"))) code = !code;
        static const QRegularExpression kHeading(QStringLiteral("^##? (.+)$"));
        const auto match = kHeading.match(line);
        if (code || !match.hasMatch()) continue;
        const QString title = match.captured(1).remove(QLatin1Char('`')).trimmed();
        topics.push_back(
            {title, page + QLatin1Char('#') + slugOf(title), line.startsWith(QLatin1String("##")) ? 2 : 1});
    }
    return topics;
}

}  // namespace

std::filesystem::path docsFolder() {
    try {
        const auto resources = resourceFolder();
        for (const auto& folder : {resources / "docs", resources.parent_path() / "docs"}) {
            std::error_code error;
            if (std::filesystem::is_directory(folder, error)) return folder;
        }
    } catch (const Error&) {
        return {};
    }
    return {};
}

const std::vector<HelpTopic>& helpTopics() {
    static const std::vector<HelpTopic> kTopics = [] {
        std::vector<HelpTopic> all;
        const QDir folder(QString::fromStdString(docsFolder().string()));
        if (docsFolder().empty()) return all;
        for (const QString& page : folder.entryList({QStringLiteral("*.md")}, QDir::Files, QDir::Name)) {
            std::vector<HelpTopic> topics = topicsOf(folder, page);
            std::move(topics.begin(), topics.end(), std::back_inserter(all));
        }
        return all;
    }();
    return kTopics;
}

QString slugOf(const QString& heading) {
    QString slug;
    for (const QChar each : heading.toLower()) {
        if (each.isLetterOrNumber()) {
            slug += each;
        } else if (!slug.isEmpty() && !slug.endsWith(QLatin1Char('-'))) {
            slug += QLatin1Char('-');
        }
    }
    while (slug.endsWith(QLatin1Char('-'))) slug.chop(1);
    return slug;
}

}  // namespace jumplora
