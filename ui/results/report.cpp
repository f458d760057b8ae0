// SPDX-License-Identifier: GPL-3.0-or-later
#include "results/report.h"

#include "base/error.h"
#include "base/file.h"
#include "exchange/run_tables.h"
#include "plots/figure_export.h"

#include <QBuffer>
#include <QCoreApplication>
#include <QPdfWriter>
#include <QTextDocument>
#include <QUrl>
#include <algorithm>

namespace jumplora {
namespace {

QString tr(const char* text) { return QCoreApplication::translate("Report", text); }

constexpr char kNewPage = '\f';

ExportSettings paperSettings(const Figure& figure) {
    ExportSettings settings;
    settings.preset = QStringLiteral("custom");
    settings.format = QStringLiteral("svg");
    constexpr double kWidthMm = 170;
    settings.widthMm = kWidthMm;
    settings.heightMm = kWidthMm * figure.paperRatio();
    settings.dataBeside = false;
    return settings;
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
        section.svg = renderFigure(*figure, paperSettings(*figure)).toStdString();
        sections.push_back(std::move(section));
    }
    add(tr("Accuracy matrices"), matrixTable(compared.runs, compared.groups));
    add(tr("Settings that differ"), settingsDifference(compared));
    add(tr("Beside published numbers"), published);
    return sections;
}

void writeReportPdf(const QString& file, const QString& title, const std::vector<ReportSection>& sections,
                    const std::vector<const Figure*>& figures) {
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
        // QTextDocument shows no SVG: pictures go in as images with enough points for print.
        std::vector<const Figure*> shown;
        for (const Figure* figure : figures)
            if (figure->hasData()) shown.push_back(figure);
        for (ReportSection& section : plain) {
            if (section.svg.empty() || static_cast<std::size_t>(number) >= shown.size()) continue;
            const Figure& figure = *shown[static_cast<std::size_t>(number)];
            constexpr double kPixelsPerMm = 12;
            const QString name = QStringLiteral("figure%1").arg(++number);
            // A heading stays with its picture: on a page of their own.
            section.title.insert(0, 1, kNewPage);
            document.addResource(QTextDocument::ImageResource, QUrl(name),
                                 previewFigure(figure, paperSettings(figure), kPixelsPerMm));
            // Heading and picture fit on one page.
            constexpr double kMostWidth = 560;
            constexpr double kMostHeight = 330;
            const int width = static_cast<int>(std::min(kMostWidth, kMostHeight / figure.paperRatio()));
            section.svg =
                QStringLiteral("<svg><img src=\"%1\" width=\"%2\"></svg>").arg(name).arg(width).toStdString();
        }
        document.setDefaultStyleSheet(QStringLiteral(
            "td { padding: 2px 6px; } th { padding: 2px 6px; background: #EEF1F5; } p { margin: 4px 0; }"));
        QString html = QString::fromStdString(htmlReport(title.toStdString(), plain));
        html.replace(QStringLiteral("<figure>"), QStringLiteral("<p>"))
            .replace(QStringLiteral("</figure>"), QStringLiteral("</p>"));
        html.replace(QStringLiteral("class=\"n\""), QStringLiteral("align=\"right\""));
        html.replace(QStringLiteral("<h2>") + QLatin1Char(kNewPage),
                     QStringLiteral("<h2 style=\"page-break-before: always\">"));
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
