// SPDX-License-Identifier: GPL-3.0-or-later
#include "setup/task_mime.h"

#include "base/error.h"

namespace jumplora {

QMimeData* toMime(const CarriedTasks& tasks) {
    const Json json = {{"tasks", tasks.suite.tasks},
                       {"root", tasks.suite.root},
                       {"order", tasks.rows},
                       {"sequence_rows", tasks.sequenceRows}};
    auto* data = new QMimeData;
    const QByteArray bytes = QByteArray::fromStdString(json.dump(2));
    data->setData(QLatin1String(kTasksMime), bytes);
    data->setText(QString::fromUtf8(bytes));
    return data;
}

std::optional<CarriedTasks> fromMime(const QMimeData* data) {
    if (data == nullptr) return std::nullopt;
    const bool own = data->hasFormat(QLatin1String(kTasksMime));
    if (!own && !data->hasText()) return std::nullopt;
    const QByteArray bytes = own ? data->data(QLatin1String(kTasksMime)) : data->text().toUtf8();
    try {
        const Json json = parseJson(bytes.toStdString(), "clipboard");
        CarriedTasks tasks;
        if (!json.is_object() || !json.contains("order") || !json["order"].is_array()) return std::nullopt;
        tasks.suite.tasks = json.value("tasks", tasks.suite.tasks);
        tasks.suite.root = json.value("root", tasks.suite.root);
        for (const Json& row : json["order"]) {
            if (row.is_string()) tasks.rows.push_back({{"task", row}});
            if (row.is_object() && row.contains("task") && row["task"].is_string()) tasks.rows.push_back(row);
        }
        if (own) tasks.sequenceRows = json.value("sequence_rows", std::vector<int>());
        if (tasks.rows.empty()) return std::nullopt;
        return tasks;
    } catch (const Error&) {
        return std::nullopt;
    } catch (const Json::exception&) {
        return std::nullopt;
    }
}

}  // namespace jumplora
