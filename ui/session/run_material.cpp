// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/run_material.h"

#include "exchange/bundle.h"
#include "exchange/foreign_results.h"

#include <QCoreApplication>

namespace jumplora {

QString runMaterial(const QString& path) {
    const auto tr = [](const char* text) { return QCoreApplication::translate("RunMaterial", text); };
    const std::filesystem::path place = path.toStdString();
    std::error_code ignored;
    if (std::filesystem::is_directory(place, ignored)) {
        if (std::filesystem::exists(place / "run.json", ignored)) return tr("a run folder");
        // A model or something else.
        if (std::filesystem::exists(place / "config.json", ignored)) return {};
    } else if (isBundle(place)) {
        return tr("a bundle of a run");
    } else if (place.extension() == ".csv") {
        return {};  // rows of a task, or a matrix: the person says which
    }
    const auto kind = recogniseResults(place);
    if (!kind) return {};
    switch (*kind) {
        case ForeignKind::ContinualEval:
            return tr("results of the JumpLoRA reference");
        case ForeignKind::OLora:
            return tr("results of O-LoRA");
        case ForeignKind::Trace:
            return tr("results of TRACE");
        case ForeignKind::Csv:
            return tr("a matrix as CSV");
    }
    return {};
}

}  // namespace jumplora
