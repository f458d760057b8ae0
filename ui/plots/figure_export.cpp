// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/figure_export.h"

#include "base/file.h"
#include "exchange/table.h"

#include <QBuffer>
#include <QCoreApplication>
#include <QDateTime>
#include <QPainter>
#include <QPdfWriter>
#include <QSvgGenerator>
#include <array>
#include <cmath>

namespace jumplora {
namespace {

constexpr double kMmPerInch = 25.4;
constexpr double kPointsPerInch = 72;
constexpr double kUnitsPerPoint = 10;  // of PDF and SVG: fine enough that rounding is not seen
constexpr double kSmallestText = 6;    // points

QString text(const char* source) { return QCoreApplication::translate("FigureExport", source); }

QString programName() {
    return (QStringLiteral("JumpLoRA Workbench ") + QCoreApplication::applicationVersion()).trimmed();
}

QSize sizeIn(const ExportSettings& settings, double unitsPerInch) {
    return {qRound(settings.widthMm / kMmPerInch * unitsPerInch),
            qRound(settings.heightMm / kMmPerInch * unitsPerInch)};
}

void paintFigure(QPainter& painter, const Figure& figure, const ExportSettings& settings, const QSize& size,
                 double unitsPerPoint) {
    FigureStyle style = FigureStyle::paper(unitsPerPoint, settings.textPoints, settings.smallPoints);
    style.legend = settings.legend;
    painter.setRenderHint(QPainter::Antialiasing);
    figure.paint(painter, QRectF(QPointF(), QSizeF(size)), style);
}

QByteArray xmp(const Figure& figure, const QStringList& lines) {
    const QString date = QDateTime::currentDateTimeUtc().toString(Qt::ISODate);
    return QStringLiteral(
               "<?xpacket begin=\"\xEF\xBB\xBF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n"
               "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n"
               "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n"
               "<rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" "
               "xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\">\n"
               "<dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">%1</rdf:li></rdf:Alt></dc:title>\n"
               "<dc:description><rdf:Alt><rdf:li xml:lang=\"x-default\">%2</rdf:li></rdf:Alt>"
               "</dc:description>\n"
               "<xmp:CreatorTool>%3</xmp:CreatorTool>\n<xmp:CreateDate>%4</xmp:CreateDate>\n"
               "</rdf:Description>\n</rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"w\"?>\n")
        .arg(figure.title().toHtmlEscaped(), lines.join('\n').toHtmlEscaped(), programName().toHtmlEscaped(),
             date)
        .toUtf8();
}

QByteArray renderPdf(const Figure& figure, const ExportSettings& settings) {
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    QPdfWriter writer(&buffer);
    writer.setResolution(static_cast<int>(kPointsPerInch * kUnitsPerPoint));
    writer.setPageSize(QPageSize(QSizeF(settings.widthMm, settings.heightMm), QPageSize::Millimeter, {},
                                 QPageSize::ExactMatch));
    writer.setPageMargins(QMarginsF());
    writer.setTitle(figure.title());
    writer.setCreator(programName());
    writer.setDocumentXmpMetadata(xmp(figure, provenanceLines(figure.provenance())));
    QPainter painter(&writer);
    paintFigure(painter, figure, settings, sizeIn(settings, kPointsPerInch * kUnitsPerPoint), kUnitsPerPoint);
    painter.end();
    return bytes;
}

QByteArray renderSvg(const Figure& figure, const ExportSettings& settings) {
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    const QSize size = sizeIn(settings, kPointsPerInch * kUnitsPerPoint);
    QSvgGenerator generator;
    generator.setOutputDevice(&buffer);
    generator.setResolution(static_cast<int>(kPointsPerInch * kUnitsPerPoint));
    generator.setSize(size);
    generator.setViewBox(QRect(QPoint(), size));
    generator.setTitle(figure.title());
    generator.setDescription((QStringList{programName()} + provenanceLines(figure.provenance())).join('\n'));
    QPainter painter(&generator);
    paintFigure(painter, figure, settings, size, kUnitsPerPoint);
    painter.end();
    return bytes;
}

QImage renderImage(const Figure& figure, const ExportSettings& settings, double dotsPerInch) {
    QImage image(sizeIn(settings, dotsPerInch).expandedTo({1, 1}), QImage::Format_RGB32);
    image.fill(Qt::white);
    QPainter painter(&image);
    paintFigure(painter, figure, settings, image.size(), dotsPerInch / kPointsPerInch);
    return image;
}

QByteArray renderPng(const Figure& figure, const ExportSettings& settings) {
    QImage image = renderImage(figure, settings, settings.dpi);
    constexpr double kInchesPerMeter = 1000 / kMmPerInch;
    image.setDotsPerMeterX(qRound(settings.dpi * kInchesPerMeter));
    image.setDotsPerMeterY(qRound(settings.dpi * kInchesPerMeter));
    image.setText(QStringLiteral("Title"), figure.title());
    image.setText(QStringLiteral("Software"), programName());
    image.setText(QStringLiteral("Description"), provenanceLines(figure.provenance()).join('\n'));
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    image.save(&buffer, "PNG");
    return bytes;
}

double toLinear(int channel) {
    const double value = channel / 255.0;
    return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
}

int fromLinear(double value) {
    value = std::clamp(value, 0.0, 1.0);
    return qRound(255 * (value <= 0.0031308 ? value * 12.92 : 1.055 * std::pow(value, 1 / 2.4) - 0.055));
}

using ColourMatrix = std::array<std::array<double, 3>, 3>;
// Machado, Oliveira and Fernandes 2009, severity 1.
constexpr ColourMatrix kDeuteranopia = {
    {{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}}};
// BT.709 luminance.
constexpr ColourMatrix kGrey = {
    {{0.2126, 0.7152, 0.0722}, {0.2126, 0.7152, 0.0722}, {0.2126, 0.7152, 0.0722}}};

}  // namespace

const std::vector<ExportPreset>& exportPresets() {
    static const std::vector<ExportPreset> presets = {
        {QStringLiteral("acl"), QStringLiteral("ACL, EMNLP"), 77.0, 160.0, 9, 8,
         text("column 7.7 cm, gap 0.6 cm; body 11 pt, captions 10 pt")},
        {QStringLiteral("icml"), QStringLiteral("ICML"), 82.6, 171.5, 8, 7,
         text("column 3.25 in, full 6.75 in; body 10 pt, captions 9 pt")},
        {QStringLiteral("neurips"), QStringLiteral("NeurIPS"), 67.0, 139.7, 9, 8,
         text("half and full width of 5.5 in; body 10 pt")},
        {QStringLiteral("slide"), text("Slide"), 120.0, 240.0, 14, 12, text("half and full slide, 16:9")},
        {QStringLiteral("screen"), text("Screen"), 160.0, 240.0, 10, 9, text("for web pages and notes")}};
    return presets;
}

bool isPictureFormat(const QString& format) {
    return format == QLatin1String("pdf") || format == QLatin1String("svg") || format == QLatin1String("png");
}

QString extensionOf(const QString& format) {
    if (format == QLatin1String("latex")) return QStringLiteral("tex");
    if (format == QLatin1String("markdown")) return QStringLiteral("md");
    return format;
}

QString exportFileName(const QString& figure, const Provenance& provenance, const QString& preset) {
    QString name = figure;
    if (name.endsWith(QLatin1String("Card"))) name.chop(4);
    QString runs = provenance.runNames.value(0);
    if (provenance.runNames.size() > 1)
        runs += QStringLiteral("-and-%1-more").arg(provenance.runNames.size() - 1);
    QStringList parts;
    for (const QString& part : {runs, name, preset}) {
        QString ascii;
        for (const QChar c : part.normalized(QString::NormalizationForm_KD)) {
            if (c.unicode() < 128 && (c.isLetterOrNumber() || c == '-' || c == '.'))
                ascii += c;
            else if (c.unicode() < 128 && !ascii.endsWith('-'))
                ascii += '-';
        }
        if (!ascii.isEmpty()) parts += ascii;
    }
    return parts.join('_');
}

QStringList provenanceLines(const Provenance& provenance) {
    QStringList lines;
    for (int i = 0; i < provenance.runIds.size(); ++i)
        lines += QStringLiteral("run %1, spec %2")
                     .arg(provenance.runIds[i], provenance.specHashes.value(i, QStringLiteral("unknown")));
    return lines + provenance.definitions;
}

QByteArray renderFigure(const Figure& figure, const ExportSettings& settings) {
    if (settings.format == QLatin1String("svg")) return renderSvg(figure, settings);
    if (settings.format == QLatin1String("png")) return renderPng(figure, settings);
    if (settings.format == QLatin1String("pdf")) return renderPdf(figure, settings);
    return renderTable(figure.table(), figure.provenance(), settings.format);
}

QImage previewFigure(const Figure& figure, const ExportSettings& settings, double pixelsPerMm) {
    return renderImage(figure, settings, pixelsPerMm * kMmPerInch);
}

QStringList exportWarnings(const ExportSettings& settings) {
    QStringList warnings;
    if (std::min(settings.textPoints, settings.smallPoints) < kSmallestText)
        warnings += text("Text below 6 pt is hard to read in print.");
    constexpr double kNarrow = 40;
    if (settings.widthMm < kNarrow)
        warnings += text("Less than 40 mm leave too little room for axes and labels.");
    return warnings;
}

QByteArray renderTable(const Table& table, const Provenance& provenance, const QString& format) {
    Table whole = table;
    for (const QString& line : provenanceLines(provenance)) whole.comments.push_back(line.toStdString());
    LatexOptions options;
    options.caption = table.title;
    return QByteArray::fromStdString(writeTable(whole, format.toStdString(), options));
}

std::filesystem::path freePath(const std::filesystem::path& path, bool replace) {
    if (replace) return path;
    std::error_code error;
    std::filesystem::path free = path;
    for (int number = 2; std::filesystem::exists(free, error); ++number) {
        free = path;
        free.replace_filename(path.stem().string() + "-" + std::to_string(number) +
                              path.extension().string());
    }
    return free;
}

std::vector<std::filesystem::path> writeExport(const Figure& figure, const ExportSettings& settings,
                                               const std::filesystem::path& folder, const QString& name) {
    std::vector<std::filesystem::path> written;
    const auto write = [&](const QString& format, const QByteArray& bytes) {
        const auto path =
            freePath(folder / (name + '.' + extensionOf(format)).toStdString(), settings.replace);
        writeFileAtomically(path, bytes.toStdString());
        written.push_back(path);
    };
    write(settings.format, renderFigure(figure, settings));
    if (settings.dataBeside && isPictureFormat(settings.format))
        write(QStringLiteral("csv"), renderTable(figure.table(), figure.provenance(), QStringLiteral("csv")));
    return written;
}

QImage asSeenWith(ColourVision vision, const QImage& image) {
    if (vision == ColourVision::Normal) return image;
    const ColourMatrix& matrix = vision == ColourVision::Grey ? kGrey : kDeuteranopia;
    QImage result = image.convertToFormat(QImage::Format_RGB32);
    std::array<double, 256> linear{};
    for (int i = 0; i < 256; ++i) linear[static_cast<std::size_t>(i)] = toLinear(i);
    for (int y = 0; y < result.height(); ++y) {
        auto* line = reinterpret_cast<QRgb*>(result.scanLine(y));
        for (int x = 0; x < result.width(); ++x) {
            const std::array<double, 3> in = {linear[static_cast<std::size_t>(qRed(line[x]))],
                                              linear[static_cast<std::size_t>(qGreen(line[x]))],
                                              linear[static_cast<std::size_t>(qBlue(line[x]))]};
            std::array<int, 3> out{};
            for (std::size_t c = 0; c < 3; ++c)
                out[c] = fromLinear(matrix[c][0] * in[0] + matrix[c][1] * in[1] + matrix[c][2] * in[2]);
            line[x] = qRgb(out[0], out[1], out[2]);
        }
    }
    return result;
}

}  // namespace jumplora
