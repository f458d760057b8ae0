// SPDX-License-Identifier: GPL-3.0-or-later
#include "results/report.h"

#include "base/error.h"
#include "base/file.h"
#include "exchange/run_tables.h"
#include "plots/figure_export.h"

#include <QBuffer>
#include <QCoreApplication>
#include <QImage>
#include <QPainter>
#include <QPdfWriter>
#include <QSvgRenderer>
#include <QTextDocument>
#include <QUrl>

namespace jumplora {
namespace {

QString tr(const char* text) { return QCoreApplication::translate("Report", text); }

std::string svgOf(const Figure& figure) {
    ExportSettings settings;
    settings.preset = QStringLiteral("custom");
    settings.format = QStringLiteral("svg");
    constexpr double kWidthMm = 170;
    settings.widthMm = kWidthMm;
    settings.heightMm = kWidthMm * figure.paperRatio();
    settings.dataBeside = false;
    return renderFigure(figure, settings).toStdString();
}

}  // namespace

std::vector<ReportSection> reportSections(const ComparedRuns& compared, const Table& metrics,
                                          const Table& differences, const Table& published,
                                          const std::vector<const Figure*>& figures) {
    std::vector<ReportSection> sections;
    const auto add = [&](const QString& title, const Table& table, const QString& text = {}) {
        ReportSection section;
        section.title = title.toStdString();
        section.text = text.toStdString();
        section.table = table;
        if (!table.rows.empty()) sections.push_back(std::move(section));
    };
    add(tr("Metrics"), metrics);
    add(QString::fromStdString(differences.title), differences);
    add(tr("Accuracy after the last task"), finalTable(compared.runs, compared.groups));
    for (const Figure* figure : figures) {
        if (!figure->hasData()) continue;
        ReportSection section;
        section.title = figure->title().toStdString();
        section.text = figure->summary().toStdString();
        section.svg = svgOf(*figure);
        sections.push_back(std::move(section));
    }
    add(tr("Accuracy matrices"), matrixTable(compared.runs, compared.groups));
    add(tr("Settings that differ"), settingsDifference(compared));
    add(tr("Beside published numbers"), published);
    return sections;
}

void writeReportPdf(const QString& file, const QString& title, const std::vector<ReportSection>& sections) {
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    {
        QPdfWriter writer(&buffer);
        writer.setTitle(title);
        writer.setCreator(QStringLiteral("JumpLoRA Workbench"));
        writer.setPageSize(QPageSize(QPageSize::A4));
        writer.setPageOrientation(QPageLayout::Landscape);
        constexpr double kMarginMm = 14;
        writer.setPageMargins(QMarginsF(kMarginMm, kMarginMm, kMarginMm, kMarginMm), QPageLayout::Millimeter);
        QTextDocument document;
        std::vector<ReportSection> plain = sections;
        int number = 0;
        // QTextDocument shows no SVG: pictures go in as images of enough points for print.
        for (ReportSection& section : plain) {
            if (section.svg.empty()) continue;
            QSvgRenderer renderer(QByteArray::fromStdString(section.svg));
            constexpr int kWidth = 2000;
            QImage image(kWidth,
                         kWidth * std::max(1, renderer.defaultSize().height()) /
                             std::max(1, renderer.defaultSize().width()),
                         QImage::Format_RGB32);
            image.fill(Qt::white);
            QPainter painter(&image);
            renderer.render(&painter);
            painter.end();
            const QString name = QStringLiteral("figure%1").arg(++number);
            document.addResource(QTextDocument::ImageResource, QUrl(name), image);
            constexpr int kShown = 620;
            section.svg = QStringLiteral("<svg><img src=\"%1\" width=\"%2\"></svg>")
                              .arg(name)
                              .arg(kShown)
                              .toStdString();
        }
        document.setDefaultStyleSheet(QStringLiteral(
            "td { padding: 2px 6px; } th { padding: 2px 6px; background: #EEF1F5; } p { margin: 4px 0; }"));
        QString html = QString::fromStdString(htmlReport(title.toStdString(), plain));
        html.remove(QStringLiteral("<svg>")).remove(QStringLiteral("</svg>"));
        // Its own style sheet is written for browsers.
        const qsizetype begin = html.indexOf(QStringLiteral("<style>"));
        html.remove(begin, html.indexOf(QStringLiteral("</style>")) + 8 - begin);
        QFont font(QStringLiteral("DejaVu Sans"));
        constexpr double kPoints = 8;
        font.setPointSizeF(kPoints);
        document.setDefaultFont(font);
        document.setHtml(html);
        document.print(&writer);
    }
    writeFileAtomically(file.toStdString(), buffer.data().toStdString());
}

}  // namespace jumplora
