// SPDX-License-Identifier: GPL-3.0-or-later
#include "live/samples_card.h"

#include "exchange/number_format.h"
#include "theme/icons.h"

#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QPlainTextEdit>
#include <QSplitter>
#include <QTableView>

namespace jumplora {
namespace {

constexpr int kPromptPreview = 160;  // characters in a row

}  // namespace

SampleModel::Verdict SampleModel::verdictOf(const Prediction& prediction) {
    if (prediction.correct) return Verdict::Right;
    return prediction.withinOptions ? Verdict::Wrong : Verdict::Outside;
}

QString SampleModel::word(Verdict verdict) {
    if (verdict == Verdict::Right) return tr("✓ right");
    return verdict == Verdict::Wrong ? tr("✕ wrong") : tr("? outside the options");
}

std::size_t SampleModel::count(Verdict verdict) const {
    return static_cast<std::size_t>(
        std::count_if(m_all.begin(), m_all.end(),
                      [verdict](const Prediction& each) { return verdictOf(each) == verdict; }));
}

void SampleModel::setPredictions(std::vector<Prediction> predictions) {
    beginResetModel();
    m_all = std::move(predictions);
    choose();
    endResetModel();
}

void SampleModel::setFilter(int verdict) {
    beginResetModel();
    m_filter = verdict;
    choose();
    endResetModel();
}

void SampleModel::choose() {
    m_shown.clear();
    for (std::size_t i = 0; i < m_all.size(); ++i) {
        if (m_filter < 0 || static_cast<int>(verdictOf(m_all[i])) == m_filter) m_shown.push_back(i);
    }
}

int SampleModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_shown.size());
}

int SampleModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : ColumnCount; }

QVariant SampleModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const Prediction& row = at(index.row());
    const Verdict verdict = verdictOf(row);
    if (role == Qt::ForegroundRole && index.column() == VerdictColumn) {
        const Colours& colours = m_theme.colours();
        if (verdict == Verdict::Right) return colours.state(QStringLiteral("finished")).colour;
        return verdict == Verdict::Wrong ? colours.colour(Role::Error)
                                         : colours.state(QStringLiteral("lost")).colour;
    }
    if (role == Qt::ToolTipRole && index.column() == Prompt)
        return QString::fromStdString(row.input).left(2000);
    if (role != Qt::DisplayRole) return {};
    switch (index.column()) {
        case VerdictColumn:
            // A score between right and wrong says more than either.
            if (row.score > 0 && row.score < 1 && !row.correct)
                return tr("%1 percent").arg(QString::fromStdString(formatNumber(row.score, Quantity::Share)));
            return word(verdict);
        case Answer:
            return QString::fromStdString(row.output).simplified();
        case Label:
            return QString::fromStdString(row.expected);
        default:
            return QString::fromStdString(row.input).simplified().left(kPromptPreview);
    }
}

QVariant SampleModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole) return {};
    switch (section) {
        case VerdictColumn:
            return tr("verdict");
        case Answer:
            return tr("answer");
        case Label:
            return tr("label");
        case Prompt:
            return tr("prompt");
        default:
            return {};
    }
}

SamplesCard::SamplesCard(const Theme& theme, Jobs& jobs, QWidget* parent)
    : RunCard(theme, QStringLiteral("samplesCard"), tr("Examples"), parent),
      m_jobs(jobs),
      m_model(new SampleModel(theme, this)),
      m_cell(new QComboBox(this)),
      m_filter(new QComboBox(this)),
      m_table(new QTableView(this)),
      m_whole(new QPlainTextEdit(this)),
      m_sentence(new QLabel(this)) {
    m_cell->setObjectName(QStringLiteral("samplesCell"));
    m_cell->setAccessibleName(tr("Cell of the accuracy matrix"));
    m_cell->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_cell->setMinimumContentsLength(18);
    m_filter->setObjectName(QStringLiteral("samplesFilter"));
    m_filter->setAccessibleName(tr("Which answers"));
    m_filter->addItem(tr("all answers"), -1);
    for (const auto verdict :
         {SampleModel::Verdict::Right, SampleModel::Verdict::Wrong, SampleModel::Verdict::Outside})
        m_filter->addItem(SampleModel::word(verdict), static_cast<int>(verdict));
    auto* line = new QWidget(this);
    auto* row = new QHBoxLayout(line);
    row->setContentsMargins(0, 0, metrics::kGrid, 0);
    row->addWidget(m_cell, 1);
    row->addWidget(m_filter);
    addBody(line, 0);
    m_sentence->setAlignment(Qt::AlignCenter);
    m_sentence->setWordWrap(true);
    m_sentence->setForegroundRole(QPalette::PlaceholderText);
    addBody(m_sentence);
    m_table->setObjectName(QStringLiteral("samplesTable"));
    m_table->setAccessibleName(tr("Answers"));
    m_table->setModel(m_model);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setWordWrap(false);
    m_table->setShowGrid(false);
    m_table->setFrameShape(QFrame::NoFrame);
    m_table->setTabKeyNavigation(false);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setDefaultSectionSize(theme.scaled(24));
    m_table->horizontalHeader()->setStretchLastSection(true);
    m_table->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    m_table->installEventFilter(this);
    m_whole->setObjectName(QStringLiteral("samplesPrompt"));
    m_whole->setReadOnly(true);
    m_whole->setAccessibleName(tr("Whole prompt and answer"));
    m_whole->setFrameShape(QFrame::NoFrame);
    auto* splitter = new QSplitter(Qt::Vertical, this);
    splitter->addWidget(m_table);
    splitter->addWidget(m_whole);
    splitter->setStretchFactor(0, 3);
    splitter->setStretchFactor(1, 1);
    splitter->setChildrenCollapsible(true);
    addBody(splitter);
    splitter->hide();
    connect(m_cell, &QComboBox::activated, this, [this] {
        m_newest = m_cell->currentIndex() == 0;
        load();
    });
    connect(m_filter, &QComboBox::currentIndexChanged, this,
            [this] { m_model->setFilter(m_filter->currentData().toInt()); });
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this](const QModelIndex& at) {
                if (!at.isValid()) return;
                const Prediction& chosen = m_model->at(at.row());
                m_whole->setPlainText(
                    QString::fromStdString(chosen.input) +
                    tr("\n\nAnswer: %1\nLabel: %2")
                        .arg(QString::fromStdString(chosen.output), QString::fromStdString(chosen.expected)));
            });
    say(tr("Examples appear with the first evaluation."));
}

void SamplesCard::say(const QString& sentence) {
    m_sentence->setText(sentence);
    m_sentence->setVisible(!sentence.isEmpty());
    m_table->parentWidget()->setVisible(sentence.isEmpty());
}

void SamplesCard::fillCells(const RunView& view) {
    const QString chosen = m_cell->currentText();
    const QSignalBlocker blocker(m_cell);
    m_cell->clear();
    m_files.clear();
    // The newest first: later rows, and within a row the cell evaluated last.
    for (auto cell = view.cells.rbegin(); cell != view.cells.rend(); ++cell) {
        if (cell->second.predictionsFile.empty()) continue;
        m_files[m_cell->count()] = cell->second.predictionsFile;
        m_cell->addItem(cell->first.first == 0
                            ? tr("before training, on %1").arg(view.taskName(cell->first.second))
                            : tr("after %1 %2, on %3 %4")
                                  .arg(cell->first.first)
                                  .arg(view.taskName(cell->first.first))
                                  .arg(cell->first.second)
                                  .arg(view.taskName(cell->first.second)),
                        QPoint(static_cast<int>(cell->first.first), static_cast<int>(cell->first.second)));
    }
    const int before = m_newest ? 0 : m_cell->findText(chosen);
    m_cell->setCurrentIndex(std::max(before, 0));
    m_cell->setEnabled(m_cell->count() > 0);
}

void SamplesCard::show(const RunView& view, unsigned changes, StepAxis /*axis*/) {
    if (changes & RunView::Started) {
        m_newest = true;
        m_shown.clear();
        m_model->setPredictions({});
        say(tr("Examples appear with the first evaluation."));
    }
    if (!(changes & (RunView::Started | RunView::CellsChanged))) return;
    m_directory = view.directory;
    if (m_files.size() == view.cells.size() && !(changes & RunView::Started)) return;
    fillCells(view);
    load();
}

void SamplesCard::showCell(int afterTask, int task) {
    const int index = m_cell->findData(QPoint(afterTask, task));
    if (index < 0) return;
    m_newest = false;
    m_cell->setCurrentIndex(index);
    load();
    m_table->setFocus();
}

void SamplesCard::load() {
    const auto file = m_files.find(m_cell->currentIndex());
    if (file == m_files.end()) return;
    const std::filesystem::path path = std::filesystem::path(m_directory) / file->second;
    const QString name = QString::fromStdString(path.string());
    if (name == m_shown) return;
    m_shown = name;
    if (m_loading) m_loading->cancel();
    m_loading = m_jobs.compute(
        this, [path](const Job& /*job*/) { return readPredictions(path); },
        [this](std::vector<Prediction> predictions) {
            m_model->setPredictions(std::move(predictions));
            say({});
            m_table->resizeColumnToContents(SampleModel::VerdictColumn);
            constexpr int kAnswerWidth = 110;
            m_table->setColumnWidth(SampleModel::Answer, theme().scaled(kAnswerWidth));
            m_table->setColumnWidth(SampleModel::Label, theme().scaled(kAnswerWidth));
            m_table->setCurrentIndex(m_model->index(0, 0));
        },
        [this](const QString& sentence) { say(sentence); });
}

QString SamplesCard::summary() const {
    return tr("Examples %1: %2 right, %3 wrong, %4 outside the options")
        .arg(m_cell->currentText())
        .arg(m_model->count(SampleModel::Verdict::Right))
        .arg(m_model->count(SampleModel::Verdict::Wrong))
        .arg(m_model->count(SampleModel::Verdict::Outside));
}

bool SamplesCard::eventFilter(QObject* watched, QEvent* event) {
    if (watched == m_table && event->type() == QEvent::KeyPress &&
        static_cast<QKeyEvent*>(event)->matches(QKeySequence::Copy)) {
        QStringList lines;
        for (const QModelIndex& row : m_table->selectionModel()->selectedRows()) {
            const Prediction& chosen = m_model->at(row.row());
            QStringList fields;
            for (const std::string& field : {chosen.output, chosen.expected, chosen.input})
                fields += QString::fromStdString(field).simplified();
            lines += SampleModel::word(SampleModel::verdictOf(chosen)) + '\t' + fields.join('\t');
        }
        QApplication::clipboard()->setText(lines.join('\n'));
        return true;
    }
    return RunCard::eventFilter(watched, event);
}

}  // namespace jumplora
