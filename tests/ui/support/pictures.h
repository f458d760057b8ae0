// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QPixmap>
#include <QString>
#include <QWidget>

namespace jumplora::testing {

// Saves what a widget looks like as $JUMPLORA_PICTURES/<name>.png, for a person to look at; without the
// variable nothing happens.
inline void savePicture(QWidget& widget, const QString& name) {
    const QString folder = qEnvironmentVariable("JUMPLORA_PICTURES");
    if (!folder.isEmpty()) widget.grab().save(folder + '/' + name + ".png");
}

}  // namespace jumplora::testing
