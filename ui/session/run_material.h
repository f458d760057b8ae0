// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QString>

namespace jumplora {

// What of runs a file or folder holds, as a phrase ("a bundle of a run", "results of O-LoRA"); empty when it
// is something else, such as a model, an experiment or tasks.
QString runMaterial(const QString& path);

}  // namespace jumplora
