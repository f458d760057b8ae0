// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "plots/figure.h"

#include <QImage>
#include <filesystem>
#include <vector>

namespace jumplora {

// Widths of the columns of a venue, and the sizes that its captions suggest.
struct ExportPreset {
    QString id;    // "acl": part of file names
    QString name;  // "ACL, EMNLP"
    double singleMm = 0;
    double fullMm = 0;
    double textPoints = 9;
    double smallPoints = 8;
    QString source;
};
const std::vector<ExportPreset>& exportPresets();

struct ExportSettings {
    QString preset = QStringLiteral("acl");
    // pdf, svg, png for pictures; latex, csv, markdown for tables.
    QString format = QStringLiteral("pdf");
    double widthMm = 77;
    double heightMm = 47.7;
    double textPoints = 9;
    double smallPoints = 8;
    int dpi = 300;  // of PNG
    FigureStyle::Legend legend = FigureStyle::Legend::Inside;
    bool dataBeside = true;  // a CSV file of the same numbers
    bool replace = false;    // else an existing file becomes "-2"
};

bool isPictureFormat(const QString& format);
QString extensionOf(const QString& format);

// "{runs}_{figure}_{preset}", ASCII, without extension.
QString exportFileName(const QString& figure, const Provenance& provenance, const QString& preset);
// Provenance as sentences, for comments and metadata.
QStringList provenanceLines(const Provenance& provenance);

// One file in memory. The figure only reads.
QByteArray renderFigure(const Figure& figure, const ExportSettings& settings);
// What the paper will show, at `pixelsPerMm`.
QImage previewFigure(const Figure& figure, const ExportSettings& settings, double pixelsPerMm);
// Texts that would be too small to read; sentences.
QStringList exportWarnings(const ExportSettings& settings);
// The table as text of one of the table formats, with provenance.
QByteArray renderTable(const Table& table, const Provenance& provenance, const QString& format);

// Writes the file (and the CSV beside it) and returns their paths. Throws Error(Io).
std::vector<std::filesystem::path> writeExport(const Figure& figure, const ExportSettings& settings,
                                               const std::filesystem::path& folder, const QString& name);
// `path` or, where it exists and is not to be replaced, "name-2.ext", "name-3.ext", …
std::filesystem::path freePath(const std::filesystem::path& path, bool replace);

enum class ColourVision { Normal, Grey, Deuteranopia };
QImage asSeenWith(ColourVision vision, const QImage& image);

}  // namespace jumplora
