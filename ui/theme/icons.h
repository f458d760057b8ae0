// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QColor>
#include <QIcon>
#include <QPixmap>
#include <QString>
#include <QStringList>

namespace jumplora {

// An icon of resources/icons by name ("pause"), drawn in the text colour of the application's palette at the
// moment of painting, so that it follows a change of theme. A "<name>-on.svg" is used for QIcon::On.
QIcon icon(const QString& name);
// The same in a fixed colour, as for the states of a run.
QIcon icon(const QString& name, const QColor& colour);
// One picture, `size` in logical pixels.
QPixmap iconPixmap(const QString& name, const QColor& colour, int size, qreal pixelRatio = 1);
// All names.
QStringList iconNames();

}  // namespace jumplora
