// SPDX-License-Identifier: GPL-3.0-or-later
#include "theme/icons.h"

#include <QDir>
#include <QFile>
#include <QGuiApplication>
#include <QIconEngine>
#include <QPainter>
#include <QPalette>
#include <QPixmapCache>
#include <QSvgRenderer>
#include <utility>

namespace jumplora {
namespace {

QString resourceOf(const QString& name) { return QStringLiteral(":/icons/%1.svg").arg(name); }

void drawIcon(QPainter& painter, const QString& name, const QColor& colour, const QRectF& rect) {
    QFile file(resourceOf(name));
    if (!file.open(QIODevice::ReadOnly)) return;
    QByteArray drawing = file.readAll();
    drawing.replace("currentColor", colour.name().toLatin1());
    QSvgRenderer(drawing).render(&painter, rect);
}

class TintedEngine : public QIconEngine {
  public:
    TintedEngine(QString name, QColor colour) : m_name(std::move(name)), m_colour(std::move(colour)) {}

    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State state) override {
        drawIcon(*painter, fileFor(state), colourFor(mode), rect);
    }

    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override {
        const QString key = QStringLiteral("jumplora/%1/%2/%3x%4")
                                .arg(fileFor(state), colourFor(mode).name())
                                .arg(size.width())
                                .arg(size.height());
        QPixmap picture;
        if (QPixmapCache::find(key, &picture)) return picture;
        picture = QPixmap(size);
        picture.fill(Qt::transparent);
        QPainter painter(&picture);
        paint(&painter, QRect(QPoint(0, 0), size), mode, state);
        painter.end();
        QPixmapCache::insert(key, picture);
        return picture;
    }

    [[nodiscard]] QIconEngine* clone() const override { return new TintedEngine(m_name, m_colour); }

  private:
    [[nodiscard]] QString fileFor(QIcon::State state) const {
        const QString on = m_name + QStringLiteral("-on");
        return state == QIcon::On && QFile::exists(resourceOf(on)) ? on : m_name;
    }

    [[nodiscard]] QColor colourFor(QIcon::Mode mode) const {
        const QPalette palette = QGuiApplication::palette();
        if (mode == QIcon::Disabled) return palette.color(QPalette::Disabled, QPalette::ButtonText);
        if (m_colour.isValid()) return m_colour;
        return palette.color(QPalette::Active,
                             mode == QIcon::Selected ? QPalette::HighlightedText : QPalette::ButtonText);
    }

    QString m_name;
    QColor m_colour;
};

}  // namespace

QIcon icon(const QString& name) { return icon(name, QColor()); }

QIcon icon(const QString& name, const QColor& colour) { return QIcon(new TintedEngine(name, colour)); }

QPixmap iconPixmap(const QString& name, const QColor& colour, int size, qreal pixelRatio) {
    const int pixels = qRound(size * pixelRatio);
    QPixmap picture(pixels, pixels);
    picture.fill(Qt::transparent);
    QPainter painter(&picture);
    drawIcon(painter, name, colour, QRectF(0, 0, pixels, pixels));
    painter.end();
    picture.setDevicePixelRatio(pixelRatio);
    return picture;
}

QStringList iconNames() {
    QStringList names = QDir(QStringLiteral(":/icons")).entryList({QStringLiteral("*.svg")}, QDir::Files);
    for (QString& name : names) name.chop(4);
    return names;
}

}  // namespace jumplora
