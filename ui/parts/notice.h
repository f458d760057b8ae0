// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QMetaType>
#include <QString>
#include <functional>

namespace jumplora {

// One message of the window: a sentence that says what happened, why, and what to do.
struct Notice {
    enum class Kind { Info, Warning, Error };
    Kind kind = Kind::Info;
    QString sentence;
    QString details = {};     // copyable, shown on demand
    QString actionText = {};  // a verb; empty = no button
    std::function<void()> action = {};
    int seconds = 0;  // 0: stays until closed
    QString id = {};  // a later notice of the same id takes the place of the earlier one
};

}  // namespace jumplora

Q_DECLARE_METATYPE(jumplora::Notice)
