// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/settings_page.h"

#include "session/window_context.h"
#include "shell/look.h"
#include "train/run_directory.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFileDialog>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QSpinBox>
#include <QUndoCommand>
#include <QVBoxLayout>
#include <utility>

namespace jumplora {
namespace {

constexpr int kLabelWidth = 180;
constexpr int kFieldWidth = 340;
constexpr int kContentWidth = 1100;
constexpr int kMostThreads = 256;

}  // namespace

class SettingsPage::Change : public QUndoCommand {
  public:
    Change(Settings& settings, const char* key, const QString& label, QVariant before, QVariant after)
        : QUndoCommand(label),
          m_settings(settings),
          m_key(key),
          m_before(std::move(before)),
          m_after(std::move(after)) {}
    void undo() override {
        if (m_before.isValid()) {
            m_settings.set(m_key, m_before);
        } else {
            m_settings.remove(m_key);
        }
    }
    void redo() override { m_settings.set(m_key, m_after); }

  private:
    Settings& m_settings;
    const char* m_key;
    QVariant m_before;
    QVariant m_after;
};

SettingsPage::SettingsPage(WindowContext& context, QWidget* parent)
    : Page(QStringLiteral("settingsPage"), tr("Settings"), parent),
      m_context(context),
      m_content(new QWidget) {
    auto* scroll = new QScrollArea(this);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    auto* column = new QVBoxLayout(m_content);
    column->setContentsMargins(metrics::kPageMargin, 0, metrics::kPageMargin, metrics::kPageMargin);
    column->setSpacing(metrics::kCardGap);
    const auto restyle = [this] { m_content->setMaximumWidth(m_context.theme.scaled(kContentWidth)); };
    connect(&context.theme, &Theme::changed, m_content, restyle);
    restyle();

    auto* look = group(tr("Look"));
    addChoice(look, "setting.theme", keys::kTheme, tr("Theme"), tr("Exports are always light."),
              {{tr("As the system"), QStringLiteral("system")},
               {tr("Light"), QStringLiteral("light")},
               {tr("Dark"), QStringLiteral("dark")},
               {tr("High contrast"), QStringLiteral("contrast")}},
              QStringLiteral("system"));
    QList<std::pair<QString, QVariant>> sizes;
    for (const double scale : textScales())
        sizes.append({QStringLiteral("%1 %").arg(qRound(scale * 100)), scale});
    addChoice(look, "setting.textScale", keys::kTextScale, tr("Text size"),
              tr("Also Ctrl++, Ctrl+− and Ctrl+0."), sizes, 1.0);
    addSwitch(look, "setting.reduceMotion", keys::kReduceMotion, tr("Reduce motion"),
              tr("No animations at all."), false);

    auto* folders = group(tr("Folders"));
    addFolder(folders, "setting.runsFolder", keys::kRunsFolder, tr("Runs"),
              tr("New runs are written here. Runs that exist stay where they are."),
              QString::fromStdString(context.session.places().runsFolder.string()));
    addFolder(folders, "setting.modelsFolder", keys::kModelsFolder, tr("Models"),
              tr("Where choosing a backbone begins."), {});
    addFolder(folders, "setting.dataFolder", keys::kDataFolder, tr("Data"),
              tr("Where task files are looked for."), {});

    auto* running = group(tr("Running"));
    addNumber(running, "setting.threads", keys::kThreads, tr("Threads"),
              tr("Of one operation of a run whose settings leave it open; acts when the window starts next."),
              0, kMostThreads, 0, tr("every core"));
    addNumber(running, "setting.children", keys::kChildren, tr("Runs at a time"),
              tr("How many queued runs are worked on at the same time, each in a process of its own."), 0, 16,
              1, tr("only in the window"));
    addSwitch(running, "setting.continueOnError", keys::kContinueOnError, tr("Continue after a failure"),
              tr("A run that fails does not hold up those behind it."), true);
    addChoice(running, "setting.onClose", keys::kOnClose, tr("Closing while a run is on"),
              tr("What happens to runs when the window closes."),
              {{tr("Ask"), QStringLiteral("ask")},
               {tr("Keep running in the background"), QStringLiteral("background")},
               {tr("Pause and quit"), QStringLiteral("pause")},
               {tr("Stop and quit"), QStringLiteral("stop")}},
              QStringLiteral("ask"));
    addSwitch(running, "setting.notifyEnd", keys::kNotifyEnd, tr("Desktop notification"),
              tr("When a run ends while the window is not active."), true);

    column->addStretch();
    scroll->setWidget(m_content);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(scroll);
}

QGridLayout* SettingsPage::group(const QString& title) {
    auto* card = new QFrame(m_content);
    card->setProperty("card", true);
    auto* layout = new QVBoxLayout(card);
    layout->setContentsMargins(metrics::kPageMargin, metrics::kCardPadding, metrics::kPageMargin,
                               metrics::kCardPadding);
    auto* heading = new QLabel(title, card);
    auto* grid = new QGridLayout;
    grid->setHorizontalSpacing(metrics::kPageMargin);
    grid->setVerticalSpacing(metrics::kGrid);
    grid->setColumnStretch(2, 1);
    const auto restyle = [this, heading, grid] {
        heading->setFont(m_context.theme.font(TextRole::CardTitle));
        grid->setColumnMinimumWidth(0, m_context.theme.scaled(kLabelWidth));
    };
    connect(&m_context.theme, &Theme::changed, heading, restyle);
    restyle();
    layout->addWidget(heading);
    layout->addLayout(grid);
    m_content->layout()->addWidget(card);
    return grid;
}

void SettingsPage::addRow(QGridLayout* form, QWidget* field, const QString& label, const QString& help) {
    auto* name = new QLabel(label, m_content);
    name->setBuddy(field);
    field->setAccessibleName(label);
    field->setAccessibleDescription(help);
    field->setToolTip(help);
    auto* hint = new QLabel(help, m_content);
    hint->setProperty("muted", true);
    hint->setWordWrap(true);
    const int row = form->rowCount();
    form->addWidget(name, row, 0);
    form->addWidget(field, row, 1);
    // With big text there is no room for three columns.
    const auto restyle = [this, form, row, field, hint] {
        constexpr double kBig = 1.4;
        const bool below = m_context.theme.textScale() > kBig;
        field->setFixedWidth(m_context.theme.scaled(below ? kFieldWidth * 3 / 4 : kFieldWidth));
        field->setMinimumHeight(m_context.theme.scaled(metrics::kHitTarget));
        form->removeWidget(hint);
        if (below) {
            form->addWidget(hint, row + 1, 1, 1, 2);
        } else {
            form->addWidget(hint, row, 2);
        }
    };
    form->setRowMinimumHeight(row + 1, 0);
    connect(&m_context.theme, &Theme::changed, field, restyle);
    restyle();
}

void SettingsPage::change(const char* key, const QString& label, const QVariant& value) {
    const QVariant before = m_context.settings.has(key) ? m_context.settings.get<QVariant>(key) : QVariant();
    if (before == value) return;
    m_undo.push(new Change(m_context.settings, key, label, before, value));
}

void SettingsPage::addChoice(QGridLayout* form, const char* name, const char* key, const QString& label,
                             const QString& help, const QList<std::pair<QString, QVariant>>& choices,
                             const QVariant& fallback) {
    auto* field = new QComboBox(m_content);
    field->setObjectName(QLatin1String(name));
    for (const auto& [text, value] : choices) field->addItem(text, value);
    const auto show = [this, field, key, fallback] {
        const QVariant value = m_context.settings.get<QVariant>(key, fallback);
        for (int i = 0; i < field->count(); ++i)
            if (field->itemData(i).toString() == value.toString()) field->setCurrentIndex(i);
    };
    show();
    connect(&m_context.settings, &Settings::changed, field, show);
    connect(field, QOverload<int>::of(&QComboBox::activated), this,
            [this, field, key, label](int index) { change(key, label, field->itemData(index)); });
    addRow(form, field, label, help);
}

void SettingsPage::addSwitch(QGridLayout* form, const char* name, const char* key, const QString& label,
                             const QString& help, bool fallback) {
    auto* field = new QCheckBox(tr("On"), m_content);
    field->setObjectName(QLatin1String(name));
    const auto show = [this, field, key, fallback] {
        field->setChecked(m_context.settings.get<bool>(key, fallback));
    };
    show();
    connect(&m_context.settings, &Settings::changed, field, show);
    connect(field, &QCheckBox::clicked, this, [this, key, label](bool on) { change(key, label, on); });
    addRow(form, field, label, help);
}

void SettingsPage::addNumber(QGridLayout* form, const char* name, const char* key, const QString& label,
                             const QString& help, int low, int high, int fallback, const QString& zeroText) {
    auto* field = new QSpinBox(m_content);
    field->setObjectName(QLatin1String(name));
    field->setRange(low, high);
    field->setSpecialValueText(zeroText);
    const auto show = [this, field, key, fallback] {
        const QSignalBlocker quiet(field);
        field->setValue(m_context.settings.get<int>(key, fallback));
    };
    show();
    connect(&m_context.settings, &Settings::changed, field, show);
    connect(field, QOverload<int>::of(&QSpinBox::valueChanged), this,
            [this, key, label](int value) { change(key, label, value); });
    addRow(form, field, label, help);
}

void SettingsPage::addFolder(QGridLayout* form, const char* name, const char* key, const QString& label,
                             const QString& help, const QString& fallback) {
    auto* place = new QWidget(m_content);
    auto* line = new QHBoxLayout(place);
    line->setContentsMargins(0, 0, 0, 0);
    auto* field = new QLineEdit(place);
    field->setObjectName(QLatin1String(name));
    field->setAccessibleName(label);
    auto* choose = new QPushButton(tr("Choose…"), place);
    choose->setAccessibleName(tr("Choose folder: %1").arg(label));
    line->addWidget(field, 1);
    line->addWidget(choose);
    place->setFocusProxy(field);
    const auto show = [this, field, key, fallback] {
        field->setText(m_context.settings.get<QString>(key, fallback));
    };
    show();
    connect(&m_context.settings, &Settings::changed, field, show);
    connect(field, &QLineEdit::editingFinished, this, [this, field, key, label, fallback] {
        if (field->text() != m_context.settings.get<QString>(key, fallback))
            change(key, label, field->text());
    });
    connect(choose, &QPushButton::clicked, this, [this, field, key, label] {
        const QString folder = QFileDialog::getExistingDirectory(this, label, field->text());
        if (!folder.isEmpty()) change(key, label, folder);
    });
    addRow(form, place, label, help);
}

}  // namespace jumplora
