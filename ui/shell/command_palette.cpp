// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/command_palette.h"

#include "method/method_info.h"
#include "session/window_context.h"
#include "shell/help_topics.h"
#include "shell/palette_delegate.h"

#include <QAction>
#include <QApplication>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QVBoxLayout>
#include <algorithm>

namespace jumplora {
namespace {

constexpr int kWidth = 640;
constexpr int kHeight = 420;
constexpr int kRecentRuns = 100;

std::vector<PaletteEntry> actionEntries(const ActionRegistry& actions) {
    std::vector<PaletteEntry> entries;
    for (const ActionInfo& info : actions.all()) {
        QAction* action = actions.action(info.id);
        PaletteEntry entry;
        entry.id = info.id;
        entry.text = action->text().remove(QLatin1Char('&'));
        entry.detail = action->isEnabled() ? info.tooltip : actions.reason(info.id);
        entry.shortcut = action->shortcut().toString(QKeySequence::NativeText);
        entry.icon = info.icon;
        entry.enabled = action->isEnabled();
        entry.action = [action] { action->trigger(); };
        entries.push_back(std::move(entry));
    }
    return entries;
}

PaletteEntry settingEntry(WindowContext& context, const QString& key, const ParamInfo& info,
                          const QString& section) {
    PaletteEntry entry;
    entry.kind = PaletteEntry::Kind::Setting;
    entry.id = QStringLiteral("field.") + key;
    entry.text = QString::fromStdString(info.label.empty() ? info.key : info.label);
    entry.detail = section + QStringLiteral(" · ") + key;
    entry.icon = QStringLiteral("setup");
    entry.action = [&context, key] {
        context.navigator.showPage(QStringLiteral("setupPage"), {.text = key});
    };
    return entry;
}

// Every setting of a run, as the engine describes them, and of every method.
std::vector<PaletteEntry> settingEntries(WindowContext& context) {
    std::vector<PaletteEntry> entries;
    for (const SpecSection& section : specSections()) {
        for (const ParamInfo& info : section.params) {
            const std::string key = section.key.empty() ? info.key : section.key + "." + info.key;
            entries.push_back(settingEntry(context, QString::fromStdString(key), info,
                                           QString::fromStdString(section.label)));
        }
    }
    for (const MethodInfo& method : methodInfos()) {
        for (const ParamInfo& info : method.params)
            entries.push_back(settingEntry(context, QString::fromStdString("method." + info.key), info,
                                           QString::fromStdString(method.name)));
    }
    return entries;
}

std::vector<PaletteEntry> helpEntries(WindowContext& context) {
    std::vector<PaletteEntry> entries;
    for (const HelpTopic& topic : helpTopics()) {
        PaletteEntry entry;
        entry.kind = PaletteEntry::Kind::Help;
        entry.id = QStringLiteral("help.") + topic.address;
        entry.text = topic.title;
        entry.detail = CommandPalette::tr("Help");
        entry.icon = QStringLiteral("help");
        entry.action = [&context, address = topic.address] { context.navigator.showHelp(address); };
        entries.push_back(std::move(entry));
    }
    return entries;
}

PaletteEntry runEntry(WindowContext& context, const RunRow& run) {
    PaletteEntry entry;
    entry.kind = PaletteEntry::Kind::Run;
    entry.id = QStringLiteral("run.") + QString::fromStdString(run.id);
    entry.text = QString::fromStdString(run.name);
    entry.detail = context.theme.colours().state(QString::fromStdString(run.state)).word +
                   QStringLiteral(" · ") + QString::fromStdString(run.id);
    entry.icon = context.theme.colours().state(QString::fromStdString(run.state)).icon;
    entry.action = [&context, id = QString::fromStdString(run.id)] {
        context.navigator.showPage(QStringLiteral("livePage"), {.runs = {id}});
    };
    return entry;
}

}  // namespace

CommandPalette::CommandPalette(WindowContext& context, QWidget* parent)
    : QFrame(parent),
      m_context(context),
      m_model(new PaletteModel(this)),
      m_edit(new QLineEdit(this)),
      m_list(new QListView(this)),
      m_none(new QLabel(tr("Nothing fits."), this)) {
    setObjectName(QStringLiteral("commandPalette"));
    setAccessibleName(tr("Command palette"));
    const auto restyle = [this] {
        setStyleSheet(
            QStringLiteral("#commandPalette { background: %1; border: 1px solid %2; border-radius: %3px; }")
                .arg(m_context.theme.colour(Role::Card).name(), m_context.theme.colour(Role::Border).name())
                .arg(metrics::kRadius));
    };
    connect(&context.theme, &Theme::changed, this, restyle);
    restyle();
    m_edit->setObjectName(QStringLiteral("paletteEdit"));
    m_edit->setPlaceholderText(tr("Type a few letters…   > actions   @ runs   # settings"));
    m_edit->setAccessibleName(tr("Search actions, pages, settings, runs and help"));
    m_edit->installEventFilter(this);
    m_list->setObjectName(QStringLiteral("paletteList"));
    m_list->setAccessibleName(tr("What fits"));
    m_list->setModel(m_model);
    m_list->setItemDelegate(new PaletteDelegate(context.theme, m_list));
    m_list->setUniformItemSizes(true);
    m_list->setFocusPolicy(Qt::NoFocus);
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(metrics::kGrid, metrics::kGrid, metrics::kGrid, metrics::kGrid);
    layout->addWidget(m_edit);
    layout->addWidget(m_list);
    m_none->setObjectName(QStringLiteral("paletteNone"));
    m_none->setProperty("muted", true);
    m_none->setIndent(metrics::kGrid);
    layout->addWidget(m_none);
    connect(m_edit, &QLineEdit::textChanged, this, &CommandPalette::filter);
    connect(m_list, &QListView::clicked, this, &CommandPalette::run);
    hide();
}

void CommandPalette::open() {
    m_previousFocus = QApplication::focusWidget();
    std::vector<PaletteEntry> entries = actionEntries(m_context.actions);
    for (auto* more : {&settingEntries, &helpEntries}) {
        std::vector<PaletteEntry> added = (*more)(m_context);
        std::move(added.begin(), added.end(), std::back_inserter(entries));
    }
    m_model->setEntries(std::move(entries));
    m_edit->clear();
    filter({});
    addRuns();
    place();
    show();
    raise();
    m_edit->setFocus(Qt::ShortcutFocusReason);
}

void CommandPalette::close() {
    if (!isVisible()) return;
    hide();
    if (!m_previousFocus.isNull()) m_previousFocus->setFocus(Qt::OtherFocusReason);
}

void CommandPalette::addRuns() {
    m_context.jobs.read(
        this, [](const Store& store) { return store.listRuns({.limit = kRecentRuns}); },
        [this](const std::vector<RunRow>& runs) {
            if (!isVisible()) return;
            std::vector<PaletteEntry> entries;
            entries.reserve(runs.size());
            for (const RunRow& run : runs) entries.push_back(runEntry(m_context, run));
            m_model->addEntries(std::move(entries));
            filter(m_edit->text());
        },
        [](const QString&) {});
}

void CommandPalette::place() {
    const int width =
        std::min(m_context.theme.scaled(kWidth), parentWidget()->width() - 2 * metrics::kPageMargin);
    // As high as what it shows.
    const QMargins margins = layout()->contentsMargins();
    const int rows = std::max(1, m_model->rowCount()) * m_list->sizeHintForRow(0);
    const int wanted = margins.top() + margins.bottom() + m_edit->sizeHint().height() + layout()->spacing() +
                       std::max(rows, m_edit->sizeHint().height()) + metrics::kGrid;
    const int height = std::min({wanted, m_context.theme.scaled(kHeight), parentWidget()->height() * 2 / 3});
    constexpr int kFromTop = 8;  // part of the window's height
    setGeometry((parentWidget()->width() - width) / 2, parentWidget()->height() / kFromTop, width, height);
}

void CommandPalette::filter(const QString& text) {
    m_model->setPattern(text);
    m_none->setVisible(m_model->rowCount() == 0);
    m_list->setVisible(m_model->rowCount() > 0);
    m_list->setCurrentIndex(m_model->index(0, 0));
    m_list->scrollToTop();
    place();
}

void CommandPalette::run(const QModelIndex& index) {
    const PaletteEntry* entry = m_model->entry(index.row());
    if (entry == nullptr || !entry->enabled) return;
    const PaletteEntry chosen = *entry;
    m_model->setUsed(chosen.id);
    close();
    if (chosen.action) chosen.action();
}

bool CommandPalette::eventFilter(QObject* watched, QEvent* event) {
    if (watched == m_edit && event->type() == QEvent::FocusOut && isVisible()) {
        hide();
        return false;
    }
    if (watched != m_edit || event->type() != QEvent::KeyPress) return QFrame::eventFilter(watched, event);
    auto* key = static_cast<QKeyEvent*>(event);
    switch (key->key()) {
        case Qt::Key_Escape:
            close();
            return true;
        case Qt::Key_Return:
        case Qt::Key_Enter:
            run(m_list->currentIndex());
            return true;
        case Qt::Key_Up:
        case Qt::Key_Down:
        case Qt::Key_PageUp:
        case Qt::Key_PageDown:
            QApplication::sendEvent(m_list, key);
            return true;
        default:
            return false;
    }
}

}  // namespace jumplora
