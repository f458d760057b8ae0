// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/export_dialog.h"

#include "base/file.h"

#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QDir>
#include <QDoubleSpinBox>
#include <QFileDialog>
#include <QFormLayout>
#include <QGuiApplication>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLabel>
#include <QLineEdit>
#include <QMimeData>
#include <QPainter>
#include <QPushButton>
#include <QScreen>
#include <QScrollArea>
#include <QStandardPaths>
#include <QVBoxLayout>

namespace jumplora {
namespace {

constexpr double kMmPerInch = 25.4;
constexpr int kRuler = 22;          // px
constexpr int kPreviewDelay = 120;  // ms after the last change

// What the last export was made with.
struct Choice {
    QString text;  // JSON
    QPointer<Settings> settings;
};

Choice& lastChoice() {
    static Choice choice;
    return choice;
}

void chooseData(QComboBox* box, const QVariant& data) {
    const int index = box->findData(data);
    if (index >= 0) box->setCurrentIndex(index);
}

QDoubleSpinBox* spinBox(double least, double most, const QString& suffix, const char* name, QWidget* parent) {
    auto* box = new QDoubleSpinBox(parent);
    box->setObjectName(QLatin1String(name));
    box->setDecimals(1);
    box->setRange(least, most);
    box->setSuffix(suffix);
    return box;
}

double pixelsPerMm(const QWidget& widget) {
    const QScreen* screen = widget.screen();
    // Screens that do not know their size say nonsense.
    constexpr double kLeast = 60;
    constexpr double kMost = 400;
    double dots = screen->physicalDotsPerInch();
    if (dots < kLeast || dots > kMost) dots = screen->logicalDotsPerInch();
    return dots / kMmPerInch;
}

// The picture on a grey table, with rulers in mm above and at its left.
QPixmap withRulers(const QImage& picture, double scale, const QPalette& palette, double ratio) {
    const QSizeF size = QSizeF(picture.size()) / ratio;
    QPixmap pixmap((size + QSizeF(kRuler + 1, kRuler + 1)).toSize() * ratio);
    pixmap.setDevicePixelRatio(ratio);
    pixmap.fill(palette.color(QPalette::Window));
    QPainter painter(&pixmap);
    QFont font = painter.font();
    constexpr int kDigits = 10;
    font.setPixelSize(kDigits);
    painter.setFont(font);
    painter.setPen(palette.color(QPalette::WindowText));
    const auto ruler = [&](double length, bool vertical) {
        for (int mm = 0; mm * scale <= length; ++mm) {
            const double at = kRuler + mm * scale;
            const int tick = mm % 10 == 0 ? 8 : mm % 5 == 0 ? 5 : 3;
            const QPointF end = vertical ? QPointF(kRuler, at) : QPointF(at, kRuler);
            painter.drawLine(end, end - (vertical ? QPointF(tick, 0) : QPointF(0, tick)));
            if (mm % 10 != 0 || mm == 0) continue;
            const QRectF label =
                vertical ? QRectF(0, at - 6, kRuler - 9, 12) : QRectF(at - 12, 0, 24, kRuler - 9);
            painter.drawText(label, Qt::AlignCenter, QString::number(mm));
        }
    };
    ruler(size.width(), false);
    ruler(size.height(), true);
    painter.drawImage(QRectF(QPointF(kRuler, kRuler), size), picture);
    painter.drawRect(QRectF(QPointF(kRuler, kRuler), size));
    return pixmap;
}

}  // namespace

ExportDialog::ExportDialog(Figure& figure, QWidget* parent) : QDialog(parent), m_figure(&figure) {
    setWindowTitle(tr("Export: %1").arg(figure.title()));
    connect(&figure, &QObject::destroyed, this, &QDialog::reject);
    build(figure.objectName());
}

ExportDialog::ExportDialog(Table table, const QString& name, Provenance provenance, QWidget* parent)
    : QDialog(parent), m_table(std::move(table)), m_provenance(std::move(provenance)) {
    setWindowTitle(tr("Export: %1").arg(QString::fromStdString(m_table->title)));
    build(name);
}

void ExportDialog::rememberIn(Settings* settings) { lastChoice().settings = settings; }

void ExportDialog::takeChoice() {
    const Settings* settings = lastChoice().settings;
    const QString text =
        settings == nullptr ? lastChoice().text : settings->get<QString>(keys::kExportChoice);
    const QJsonObject choice = QJsonDocument::fromJson(text.toUtf8()).object();
    const QString format = choice.value(m_figure.isNull() ? "table" : "format").toString();
    chooseData(m_format, format);
    chooseData(m_preset, choice.value("preset").toString());
    m_column->setCurrentIndex(choice.value("full").toBool() ? 1 : 0);
    chooseData(m_legend, choice.value("legend").toInt());
    chooseData(m_dpi, choice.value("dpi").toInt());
    m_data->setChecked(choice.value("data").toBool(true));
    const QString folder = choice.value("folder").toString();
    m_folder->setText(folder.isEmpty() ? QStandardPaths::writableLocation(QStandardPaths::DocumentsLocation)
                                       : folder);
}

void ExportDialog::keepChoice() const {
    Settings* settings = lastChoice().settings;
    const QString before =
        settings == nullptr ? lastChoice().text : settings->get<QString>(keys::kExportChoice);
    QJsonObject choice = QJsonDocument::fromJson(before.toUtf8()).object();
    const ExportSettings now = this->settings();
    // Figures and tables have a last format each: one is no wish for the other.
    choice[QLatin1String(m_figure.isNull() ? "table" : "format")] = now.format;
    if (!m_figure.isNull()) {
        choice["preset"] = now.preset;
        choice["full"] = m_column->currentIndex() == 1;
        choice["legend"] = static_cast<int>(now.legend);
        choice["dpi"] = now.dpi;
        choice["data"] = now.dataBeside;
    }
    choice["folder"] = m_folder->text();
    lastChoice().text = QString::fromUtf8(QJsonDocument(choice).toJson(QJsonDocument::Compact));
    if (settings != nullptr) settings->set(keys::kExportChoice, lastChoice().text);
}

const Provenance& ExportDialog::provenance() const {
    return m_figure.isNull() ? m_provenance : m_figure->provenance();
}

void ExportDialog::build(const QString& name) {
    setObjectName(QStringLiteral("exportDialog"));
    m_name = name;
    auto* columns = new QHBoxLayout;
    columns->addWidget(makeForm());
    if (!m_figure.isNull()) columns->addWidget(makePreview(), 1);
    auto* buttons = new QDialogButtonBox(this);
    auto* save = buttons->addButton(tr("Save"), QDialogButtonBox::ActionRole);
    save->setObjectName(QStringLiteral("exportSave"));
    save->setDefault(true);
    auto* copy = buttons->addButton(tr("Copy"), QDialogButtonBox::ActionRole);
    copy->setObjectName(QStringLiteral("exportCopy"));
    copy->setToolTip(tr("Puts the same on the clipboard"));
    buttons->addButton(QDialogButtonBox::Close);
    connect(save, &QPushButton::clicked, this, &ExportDialog::save);
    connect(copy, &QPushButton::clicked, this, &ExportDialog::copy);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    m_result = new QLabel(this);
    m_result->setObjectName(QStringLiteral("exportResult"));
    m_result->setWordWrap(true);
    m_result->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto* layout = new QVBoxLayout(this);
    layout->addLayout(columns, 1);
    layout->addWidget(m_result);
    layout->addWidget(buttons);
    m_later.setSingleShot(true);
    m_later.setInterval(kPreviewDelay);
    connect(&m_later, &QTimer::timeout, this, &ExportDialog::drawPreview);
    applyPreset();
    m_format->setFocus();
}

QWidget* ExportDialog::makeForm() {
    auto* panel = new QWidget(this);
    auto* form = new QFormLayout(panel);
    form->setFieldGrowthPolicy(QFormLayout::ExpandingFieldsGrow);
    m_format = new QComboBox(panel);
    m_format->setObjectName(QStringLiteral("exportFormat"));
    if (!m_figure.isNull()) {
        m_format->addItem(tr("PDF, vector"), QStringLiteral("pdf"));
        m_format->addItem(tr("SVG, vector"), QStringLiteral("svg"));
        m_format->addItem(tr("PNG image"), QStringLiteral("png"));
    }
    m_format->addItem(tr("LaTeX table (booktabs)"), QStringLiteral("latex"));
    m_format->addItem(tr("CSV table"), QStringLiteral("csv"));
    m_format->addItem(tr("Markdown table"), QStringLiteral("markdown"));
    form->addRow(tr("&Format"), m_format);

    m_pictureForm = new QWidget(panel);
    auto* picture = new QFormLayout(m_pictureForm);
    picture->setContentsMargins(0, 0, 0, 0);
    m_preset = new QComboBox(panel);
    m_preset->setObjectName(QStringLiteral("exportPreset"));
    for (const ExportPreset& preset : exportPresets()) {
        m_preset->addItem(preset.name, preset.id);
        m_preset->setItemData(m_preset->count() - 1, preset.source, Qt::ToolTipRole);
    }
    m_column = new QComboBox(panel);
    m_column->setObjectName(QStringLiteral("exportColumn"));
    m_column->addItems({tr("single column"), tr("full width")});
    m_width = spinBox(20, 600, tr(" mm"), "exportWidth", panel);
    m_height = spinBox(10, 600, tr(" mm"), "exportHeight", panel);
    m_text = spinBox(4, 30, tr(" pt"), "exportText", panel);
    m_small = spinBox(4, 30, tr(" pt"), "exportSmallText", panel);
    m_legend = new QComboBox(panel);
    m_legend->setObjectName(QStringLiteral("exportLegend"));
    m_legend->addItem(tr("names at the lines"), static_cast<int>(FigureStyle::Legend::Inside));
    m_legend->addItem(tr("box in the corner"), static_cast<int>(FigureStyle::Legend::Outside));
    m_legend->addItem(tr("none"), static_cast<int>(FigureStyle::Legend::None));
    m_dpi = new QComboBox(panel);
    m_dpi->setObjectName(QStringLiteral("exportDpi"));
    for (const int dpi : {300, 600}) m_dpi->addItem(tr("%1 dpi").arg(dpi), dpi);
    picture->addRow(tr("&Venue"), m_preset);
    picture->addRow(tr("C&olumn"), m_column);
    picture->addRow(tr("&Width"), m_width);
    picture->addRow(tr("H&eight"), m_height);
    picture->addRow(tr("&Text"), m_text);
    picture->addRow(tr("T&icks, legend"), m_small);
    picture->addRow(tr("&Legend"), m_legend);
    picture->addRow(tr("&Resolution"), m_dpi);
    m_data = new QCheckBox(tr("&Numbers as CSV beside it"), panel);
    m_data->setObjectName(QStringLiteral("exportData"));
    m_data->setChecked(true);
    picture->addRow(m_data);
    form->addRow(m_pictureForm);

    m_folder = new QLineEdit(panel);
    m_folder->setObjectName(QStringLiteral("exportFolder"));
    auto* choose = new QPushButton(tr("&Choose…"), panel);
    connect(choose, &QPushButton::clicked, this, [this] {
        const QString folder = QFileDialog::getExistingDirectory(this, tr("Folder"), m_folder->text());
        if (!folder.isEmpty()) setFolder(folder);
    });
    auto* folderRow = new QHBoxLayout;
    folderRow->addWidget(m_folder, 1);
    folderRow->addWidget(choose);
    form->addRow(tr("Fol&der"), folderRow);
    m_file = new QLineEdit(panel);
    m_file->setObjectName(QStringLiteral("exportFile"));
    form->addRow(tr("File n&ame"), m_file);
    m_replace = new QCheckBox(tr("Re&place existing files"), panel);
    m_replace->setObjectName(QStringLiteral("exportReplace"));
    form->addRow(m_replace);
    m_warning = new QLabel(panel);
    m_warning->setObjectName(QStringLiteral("exportWarning"));
    m_warning->setWordWrap(true);
    form->addRow(m_warning);
    takeChoice();

    connect(m_preset, &QComboBox::currentIndexChanged, this, &ExportDialog::applyPreset);
    connect(m_column, &QComboBox::currentIndexChanged, this, &ExportDialog::applyPreset);
    for (auto* box : {m_format, m_legend, m_dpi})
        connect(box, &QComboBox::currentIndexChanged, this, &ExportDialog::changed);
    for (auto* box : {m_width, m_height, m_text, m_small})
        connect(box, &QDoubleSpinBox::valueChanged, this, &ExportDialog::changed);
    connect(m_file, &QLineEdit::textEdited, this, [this] { m_named = true; });
    return panel;
}

QWidget* ExportDialog::makePreview() {
    auto* panel = new QWidget(this);
    auto* layout = new QVBoxLayout(panel);
    m_vision = new QComboBox(panel);
    m_vision->setObjectName(QStringLiteral("exportVision"));
    m_vision->setAccessibleName(tr("Preview as seen with"));
    m_vision->addItem(tr("in colour"), static_cast<int>(ColourVision::Normal));
    m_vision->addItem(tr("as grey"), static_cast<int>(ColourVision::Grey));
    m_vision->addItem(tr("as deuteranopia"), static_cast<int>(ColourVision::Deuteranopia));
    connect(m_vision, &QComboBox::currentIndexChanged, this, &ExportDialog::drawPreview);
    auto* head = new QHBoxLayout;
    auto* label = new QLabel(tr("&Preview, true size"), panel);
    label->setBuddy(m_vision);
    head->addWidget(label);
    head->addStretch(1);
    head->addWidget(m_vision);
    layout->addLayout(head);
    m_preview = new QLabel(panel);
    m_preview->setObjectName(QStringLiteral("exportPreview"));
    m_preview->setAccessibleName(tr("Preview of the figure"));
    m_preview->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    auto* scroll = new QScrollArea(panel);
    scroll->setWidget(m_preview);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setMinimumSize(420, 320);
    layout->addWidget(scroll, 1);
    return panel;
}

void ExportDialog::applyPreset() {
    const QString id = m_preset->currentData().toString();
    for (const ExportPreset& preset : exportPresets()) {
        if (preset.id != id) continue;
        const double width = m_column->currentIndex() == 0 ? preset.singleMm : preset.fullMm;
        m_width->setValue(width);
        m_height->setValue(width * (m_figure.isNull() ? 1 : m_figure->paperRatio()));
        m_text->setValue(preset.textPoints);
        m_small->setValue(preset.smallPoints);
    }
    changed();
}

ExportSettings ExportDialog::settings() const {
    ExportSettings settings;
    settings.preset = m_preset->currentData().toString();
    settings.format = m_format->currentData().toString();
    settings.widthMm = m_width->value();
    settings.heightMm = m_height->value();
    settings.textPoints = m_text->value();
    settings.smallPoints = m_small->value();
    settings.dpi = m_dpi->currentData().toInt();
    settings.legend = static_cast<FigureStyle::Legend>(m_legend->currentData().toInt());
    settings.dataBeside = m_data->isChecked();
    settings.replace = m_replace->isChecked();
    return settings;
}

void ExportDialog::setFolder(const QString& folder) { m_folder->setText(folder); }

QString ExportDialog::fileName() const {
    const bool picture = isPictureFormat(m_format->currentData().toString());
    return exportFileName(m_name, provenance(), picture ? m_preset->currentData().toString() : QString());
}

void ExportDialog::changed() {
    const ExportSettings now = settings();
    const bool picture = isPictureFormat(now.format);
    m_pictureForm->setVisible(picture);
    m_dpi->setEnabled(now.format == QLatin1String("png"));
    if (!m_named) {
        m_file->setText(fileName());
        m_file->setCursorPosition(0);  // long names are seen from their beginning
    }
    const QStringList warnings = picture ? exportWarnings(now) : QStringList();
    m_warning->setText(warnings.isEmpty() ? QString() : QStringLiteral("▲ ") + warnings.join(' '));
    m_warning->setVisible(!warnings.isEmpty());
    m_later.start();
}

void ExportDialog::drawPreview() {
    if (m_preview == nullptr || m_figure.isNull()) return;
    const ExportSettings now = settings();
    if (!isPictureFormat(now.format)) {
        QFont mono(QStringLiteral("DejaVu Sans Mono"));
        m_preview->setFont(mono);
        constexpr int kPreviewCharacters = 4000;
        m_preview->setText(QString::fromUtf8(renderFigure(*m_figure, now)).left(kPreviewCharacters));
        return;
    }
    const double ratio = devicePixelRatioF();
    const double scale = pixelsPerMm(*this);
    const QImage picture = previewFigure(*m_figure, now, scale * ratio);
    const auto vision = static_cast<ColourVision>(m_vision->currentData().toInt());
    m_preview->setPixmap(withRulers(asSeenWith(vision, picture), scale, palette(), ratio));
}

void ExportDialog::save() {
    const ExportSettings now = settings();
    keepChoice();
    try {
        const std::filesystem::path folder = m_folder->text().toStdString();
        std::vector<std::filesystem::path> files;
        if (m_figure.isNull()) {
            const auto path = freePath(
                folder / (m_file->text() + '.' + extensionOf(now.format)).toStdString(), now.replace);
            writeFileAtomically(path, renderTable(*m_table, m_provenance, now.format).toStdString());
            files.push_back(path);
        } else {
            files = writeExport(*m_figure, now, folder, m_file->text());
        }
        QStringList names;
        for (const auto& file : files) names += QString::fromStdString(file.string());
        m_result->setText(tr("Saved %1").arg(names.join(tr(" and "))));
        Q_EMIT exported(names);
    } catch (const std::exception& problem) {
        m_result->setText(QStringLiteral("✕ ") + QString::fromUtf8(problem.what()));
        Q_EMIT failed(QString::fromUtf8(problem.what()));
    }
}

void ExportDialog::copy() {
    const ExportSettings now = settings();
    keepChoice();
    const QByteArray bytes =
        m_figure.isNull() ? renderTable(*m_table, m_provenance, now.format) : renderFigure(*m_figure, now);
    auto* data = new QMimeData;
    if (now.format == QLatin1String("png"))
        data->setImageData(QImage::fromData(bytes));
    else if (now.format == QLatin1String("svg"))
        data->setData(QStringLiteral("image/svg+xml"), bytes);
    else if (now.format == QLatin1String("pdf"))
        data->setData(QStringLiteral("application/pdf"), bytes);
    else
        data->setText(QString::fromUtf8(bytes));
    QGuiApplication::clipboard()->setMimeData(data);
    m_result->setText(tr("Copied."));
}

}  // namespace jumplora
