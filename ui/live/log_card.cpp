// SPDX-License-Identifier: GPL-3.0-or-later
#include "live/log_card.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDateTime>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QScrollBar>

namespace jumplora {
namespace {

constexpr std::size_t kMostLines = 10000;
constexpr qsizetype kAtOnce = 200;
constexpr int kInterval = 500;  // ms

QString levelSign(LogLine::Level level) {
    switch (level) {
        case LogLine::Level::Error:
            return QStringLiteral("✕ ") + LogCard::tr("error");
        case LogLine::Level::Warning:
            return QStringLiteral("▲ ") + LogCard::tr("warning");
        case LogLine::Level::Info:
            return QStringLiteral("· ") + LogCard::tr("info");
        default:
            return QStringLiteral("  ") + LogCard::tr("detail");
    }
}

QString lineText(const LogLine& line) {
    const QString time = line.time > 0 ? QDateTime::fromMSecsSinceEpoch(static_cast<qint64>(line.time * 1000))
                                             .toString(QStringLiteral("HH:mm:ss"))
                                       : QStringLiteral("        ");
    constexpr int kSignWidth = 10;
    return time + QStringLiteral("  ") + levelSign(line.level).leftJustified(kSignWidth) + QChar(' ') +
           QString::fromStdString(line.text);
}

}  // namespace

LogCard::LogCard(const Theme& theme, QWidget* parent)
    : RunCard(theme, QStringLiteral("logCard"), tr("Log"), parent),
      m_level(new QComboBox(this)),
      m_search(new QLineEdit(this)),
      m_follow(new QCheckBox(tr("Follow"), this)),
      m_text(new QPlainTextEdit(this)),
      m_empty(new QLabel(tr("Nothing logged yet."), this)) {
    m_level->setObjectName(QStringLiteral("logLevel"));
    m_level->setAccessibleName(tr("Least level"));
    m_level->addItem(tr("everything"), static_cast<int>(LogLine::Level::Detail));
    m_level->addItem(tr("info and above"), static_cast<int>(LogLine::Level::Info));
    m_level->addItem(tr("warnings and errors"), static_cast<int>(LogLine::Level::Warning));
    m_level->addItem(tr("errors"), static_cast<int>(LogLine::Level::Error));
    m_level->setCurrentIndex(1);
    m_search->setObjectName(QStringLiteral("logSearch"));
    m_search->setPlaceholderText(tr("Search, Enter: next"));
    m_search->setAccessibleName(tr("Search in the log"));
    m_search->setClearButtonEnabled(true);
    m_follow->setObjectName(QStringLiteral("logFollow"));
    m_follow->setChecked(true);
    m_follow->setToolTip(tr("Keeps the newest line in view"));
    auto* line = new QWidget(this);
    auto* row = new QHBoxLayout(line);
    row->setContentsMargins(0, 0, metrics::kGrid, 0);
    row->addWidget(m_level);
    row->addWidget(m_search, 1);
    row->addWidget(m_follow);
    addBody(line, 0);
    m_text->setObjectName(QStringLiteral("logText"));
    m_text->setReadOnly(true);
    m_text->setMaximumBlockCount(static_cast<int>(kMostLines));
    m_text->setFrameShape(QFrame::NoFrame);
    m_text->setFont(theme.font(TextRole::Mono));
    m_text->setAccessibleName(tr("Log of the run"));
    connect(&theme, &Theme::changed, this, [this, &theme] { m_text->setFont(theme.font(TextRole::Mono)); });
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setForegroundRole(QPalette::PlaceholderText);
    addBody(m_empty);
    addBody(m_text);
    m_text->hide();
    m_later.setSingleShot(true);
    connect(&m_later, &QTimer::timeout, this, &LogCard::write);
    connect(m_level, &QComboBox::currentIndexChanged, this, &LogCard::writeAnew);
    connect(m_search, &QLineEdit::returnPressed, this, [this] { find(false); });
}

bool LogCard::passes(const LogLine& line) const {
    return static_cast<int>(line.level) >= m_level->currentData().toInt();
}

void LogCard::show(const RunView& view, unsigned changes, StepAxis /*axis*/) {
    if (!(changes & (RunView::Started | RunView::LogAdded))) return;
    const std::size_t total = view.logBegin + view.log.size();
    if ((changes & RunView::Started) || total < m_taken) {
        m_lines = view.log;
        m_taken = total;
        writeAnew();
        return;
    }
    const std::size_t fresh = std::min(total - m_taken, view.log.size());
    m_lines.insert(m_lines.end(), view.log.end() - static_cast<std::ptrdiff_t>(fresh), view.log.end());
    m_taken = total;
    // The text forgets its first lines by itself.
    if (m_lines.size() > kMostLines) {
        const std::size_t old = m_lines.size() - kMostLines;
        m_lines.erase(m_lines.begin(), m_lines.begin() + static_cast<std::ptrdiff_t>(old));
        m_written -= std::min(old, m_written);
    }
    if (!m_later.isActive()) m_later.start(kInterval);
}

void LogCard::writeAnew() {
    m_text->clear();
    m_written = 0;
    write();
}

void LogCard::write() {
    if (!isVisible()) return;  // showEvent catches up
    QStringList lines;
    for (; m_written < m_lines.size() && lines.size() < kAtOnce; ++m_written) {
        if (passes(m_lines[m_written])) lines += lineText(m_lines[m_written]);
    }
    // The rest of a long log comes in the next turns of the event loop: laying it out takes its time.
    if (m_written < m_lines.size()) m_later.start(0);
    m_empty->setVisible(m_lines.empty());
    m_text->setVisible(!m_lines.empty());
    if (lines.isEmpty()) return;
    const int place = m_text->verticalScrollBar()->value();
    m_text->appendPlainText(lines.join('\n'));
    m_text->verticalScrollBar()->setValue(m_follow->isChecked() ? m_text->verticalScrollBar()->maximum()
                                                                : place);
}

void LogCard::showEvent(QShowEvent* event) {
    RunCard::showEvent(event);
    write();
}

void LogCard::find(bool backward) {
    const QTextDocument::FindFlags flags =
        backward ? QTextDocument::FindFlags(QTextDocument::FindBackward) : QTextDocument::FindFlags();
    m_follow->setChecked(false);
    if (m_text->find(m_search->text(), flags)) return;
    // Once more from the other end.
    m_text->moveCursor(backward ? QTextCursor::End : QTextCursor::Start);
    m_text->find(m_search->text(), flags);
}

QString LogCard::summary() const {
    const auto warnings = std::count_if(m_lines.begin(), m_lines.end(), [](const LogLine& line) {
        return line.level >= LogLine::Level::Warning;
    });
    return tr("Log, %1 lines, %2 warnings").arg(m_lines.size()).arg(warnings);
}

}  // namespace jumplora
