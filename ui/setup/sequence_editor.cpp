// SPDX-License-Identifier: GPL-3.0-or-later
#include "setup/sequence_editor.h"

#include "base/random.h"
#include "exchange/number_format.h"
#include "parts/actions.h"
#include "setup/sequence_model.h"
#include "setup/sequence_view.h"
#include "setup/task_overrides.h"
#include "theme/icons.h"

#include <QAccessible>
#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>
#include <numeric>
#include <span>

namespace jumplora {
namespace {

constexpr std::size_t kCompactFrom = 10;  // rows from which they are lower
constexpr int kRow = 32;
constexpr int kCompactRow = 26;

QString count(std::int64_t value) {
    return QString::fromStdString(formatNumber(static_cast<double>(value), Quantity::Count));
}

}  // namespace

SequenceEditor::SequenceEditor(SpecDocument& document, SuiteCatalog& catalog, Estimator& estimator,
                               Theme& theme, ActionRegistry& actions, QWidget* parent)
    : QWidget(parent),
      m_document(document),
      m_catalog(catalog),
      m_estimator(estimator),
      m_theme(theme),
      m_model(new SequenceModel(document, this)),
      m_view(new SequenceView(theme, this)),
      m_presets(new QToolButton(this)),
      m_totals(new QLabel(this)),
      m_spoken(new QLabel(this)),
      m_useBuiltin(new QPushButton(tr("Use the built-in tasks"), this)) {
    setObjectName("sequenceEditor");
    setAccessibleName(tr("Sequence"));
    m_view->setModel(m_model);
    m_view->setAccessibleName(tr("Sequence of tasks"));
    auto* header = m_view->horizontalHeader();
    header->setSectionResizeMode(SequenceModel::Number, QHeaderView::ResizeToContents);
    header->setSectionResizeMode(SequenceModel::Task, QHeaderView::Stretch);
    header->setSectionResizeMode(SequenceModel::Rows, QHeaderView::ResizeToContents);
    header->setSectionResizeMode(SequenceModel::Steps, QHeaderView::ResizeToContents);
    header->setSectionResizeMode(SequenceModel::Overrides, QHeaderView::ResizeToContents);
    header->setMaximumSectionSize(180);
    m_totals->setProperty("muted", true);
    m_totals->setObjectName("sequenceTotals");
    m_useBuiltin->setObjectName("useBuiltin");
    m_useBuiltin->setToolTip(tr("All seven generated tasks that come with the program"));
    connect(m_useBuiltin, &QPushButton::clicked, this, [this] {
        if (!m_firstPreset.rows.empty()) take(m_firstPreset);
    });
    m_spoken->hide();  // carries the spoken place of a moved row
    m_presets->setObjectName("presetMenu");
    m_presets->setText(tr("Presets"));
    m_presets->setIcon(icon(QStringLiteral("preset")));
    m_presets->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_presets->setPopupMode(QToolButton::InstantPopup);
    m_presets->setProperty("button", true);
    m_presets->setToolTip(tr("Ready sequences"));
    m_presets->setMenu(new QMenu(m_presets));
    m_presets->menu()->setToolTipsVisible(true);
    registerActions(actions);
    auto* line = new QHBoxLayout;
    line->setSpacing(4);
    line->addWidget(m_presets);
    buildButtons(actions, line);
    auto* whole = new QVBoxLayout(this);
    whole->setContentsMargins(0, 0, 0, 0);
    whole->addLayout(line);
    whole->addWidget(m_view, 1);
    whole->addWidget(m_useBuiltin);
    whole->addWidget(m_totals);
    connect(m_view, &SequenceView::dropped, this, [this](const CarriedTasks& tasks, int before, bool copied) {
        if (!tasks.sequenceRows.empty() && !copied) {
            m_document.moveRows(tasks.sequenceRows, before);
            const int above = static_cast<int>(std::count_if(
                tasks.sequenceRows.begin(), tasks.sequenceRows.end(), [&](int row) { return row < before; }));
            m_view->selectRows(before - above, static_cast<int>(tasks.sequenceRows.size()));
        } else {
            insert(tasks, before);
        }
    });
    connect(m_view, &SequenceView::filesDropped, this, &SequenceEditor::filesDropped);
    connect(m_view, &QTableView::doubleClicked, this,
            [this](const QModelIndex& index) { openOverrides(index.row()); });
    connect(m_view->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this](const QModelIndex& current) {
                if (!current.isValid()) return;
                const Json& row = m_document.rows()[static_cast<std::size_t>(current.row())];
                Q_EMIT currentTask(suite(), QString::fromStdString(row.value("task", std::string())));
            });
    connect(&document, &SpecDocument::sequenceChanged, this, &SequenceEditor::showTotals);
    connect(&estimator, &Estimator::changed, this, [this] {
        m_model->setPlan(m_estimator.estimate().plan);
        showTotals();
        showProblems();
    });
    showTotals();
}

SuiteName SequenceEditor::suite() const {
    return {fieldText(m_document.value("suite.tasks")).toStdString(),
            fieldText(m_document.value("suite.root")).toStdString()};
}

void SequenceEditor::registerActions(ActionRegistry& actions) {
    const auto add = [&](const char* id, const QString& text, const QString& tip, const char* iconName,
                         const QList<QKeySequence>& keys, std::function<void()> call) {
        QAction* action = actions.add({QLatin1String(id), text, tip, QLatin1String(iconName),
                                       QStringLiteral("setupPage"), keys, ActionScope::Widget},
                                      m_view, std::move(call));
        m_view->addAction(action);
    };
    add("sequence.insert", tr("Insert before"),
        tr("Inserts the selected tasks of the palette before the current row"), "add", {Qt::Key_Insert},
        [this] { insertFromSource(false); });
    add("sequence.append", tr("Append"), tr("Appends the selected tasks of the palette"), "add", {},
        [this] { insertFromSource(true); });
    add("sequence.settings", tr("Settings of this place…"),
        tr("Sets λ, epochs, rows or learning rate of this place apart"), "edit", {Qt::Key_F2},
        [this] { openOverrides(m_view->currentIndex().row()); });
    add("sequence.up", tr("Move up"), tr("Moves the selected rows up"), "up",
        {QKeySequence(Qt::ALT | Qt::Key_Up)}, [this] { move(-1); });
    add("sequence.down", tr("Move down"), tr("Moves the selected rows down"), "down",
        {QKeySequence(Qt::ALT | Qt::Key_Down)}, [this] { move(1); });
    add("sequence.duplicate", tr("Duplicate"), tr("Repeats the selected rows behind themselves"), "duplicate",
        {QKeySequence(Qt::CTRL | Qt::Key_D)}, [this] { duplicate(); });
    add("sequence.cut", tr("Cut rows"), tr("Takes the selected rows to the clipboard"), "cut",
        {QKeySequence::Cut}, [this] { copy(true); });
    add("sequence.copy", tr("Copy rows"), tr("Copies the selected rows as JSON"), "copy",
        {QKeySequence::Copy}, [this] { copy(false); });
    add("sequence.paste", tr("Paste rows"), tr("Inserts rows from the clipboard before the current one"),
        "paste", {QKeySequence::Paste}, [this] { paste(); });
    add("sequence.remove", tr("Remove"), tr("Removes the selected rows"), "remove", {QKeySequence::Delete},
        [this] { removeSelected(); });
    add("sequence.shuffle", tr("Shuffle"), tr("Puts the tasks in another order, drawn from the seed"),
        "shuffle", {}, [this] { shuffle(); });
    m_view->setContextMenuPolicy(Qt::ActionsContextMenu);
}

void SequenceEditor::buildButtons(ActionRegistry& actions, QHBoxLayout* line) {
    line->addStretch(1);
    const std::pair<const char*, const char*> buttons[] = {
        {"sequence.shuffle", "shuffleButton"}, {"sequence.up", "moveUpButton"},
        {"sequence.down", "moveDownButton"},   {"sequence.append", "appendButton"},
        {"sequence.remove", "removeButton"},   {"sequence.settings", "overridesButton"}};
    for (const auto& [id, name] : buttons) {
        QToolButton* button = actions.button(QLatin1String(id), this, true);
        button->setObjectName(QLatin1String(name));
        line->addWidget(button);
    }
}

bool SequenceEditor::insert(const CarriedTasks& tasks, int before) {
    if (tasks.rows.empty()) return false;
    const bool empty = m_document.rows().empty();
    if (tasks.suite != suite()) {
        if (!empty) {
            const CatalogSuite* theirs = m_catalog.find(tasks.suite);
            const CatalogSuite* ours = m_catalog.find(suite());
            const auto title = [](const CatalogSuite* known, const SuiteName& name) {
                return known == nullptr ? QString::fromStdString(name.tasks) : known->title;
            };
            Q_EMIT refused(
                tr("A run takes its tasks from one suite: this sequence from \"%1\", these tasks are from "
                   "\"%2\". Remove the rows first, or put both into one task file.")
                    .arg(title(ours, suite()), title(theirs, tasks.suite)));
            return false;
        }
        m_document.setSequence(tr("Add tasks of another suite"), tasks.rows, tasks.suite.tasks,
                               tasks.suite.root);
        m_view->selectRows(0, static_cast<int>(tasks.rows.size()));
        return true;
    }
    const int at = before < 0 ? static_cast<int>(m_document.rows().size()) : before;
    m_document.insertRows(at, tasks.rows);
    m_view->selectRows(at, static_cast<int>(tasks.rows.size()));
    return true;
}

void SequenceEditor::insertFromSource(bool atEnd) {
    if (!m_source) return;
    insert(m_source(), atEnd || !m_view->currentIndex().isValid() ? -1 : m_view->currentIndex().row());
}

void SequenceEditor::removeSelected() {
    const std::vector<int> rows = m_view->selectedRows();
    if (rows.empty()) return;
    m_document.removeRows(rows);
    const int left = static_cast<int>(m_document.rows().size());
    if (left > 0) m_view->selectRows(std::min(rows.front(), left - 1), 1);
}

void SequenceEditor::move(int direction) {
    const std::vector<int> rows = m_view->selectedRows();
    if (rows.empty()) return;
    const int total = static_cast<int>(m_document.rows().size());
    if (direction < 0 ? rows.front() == 0 : rows.back() == total - 1) return;
    m_document.moveRows(rows, direction < 0 ? rows.front() - 1 : rows.back() + 2);
    const int first = direction < 0 ? rows.front() - 1 : rows.back() + 2 - static_cast<int>(rows.size());
    m_view->selectRows(first, static_cast<int>(rows.size()));
    m_spoken->setAccessibleName(tr("%1, position %2 of %3")
                                    .arg(m_document.rowNames()[static_cast<std::size_t>(first)])
                                    .arg(first + 1)
                                    .arg(total));
    QAccessibleEvent spoken(m_spoken, QAccessible::NameChanged);
    QAccessible::updateAccessibility(&spoken);
}

void SequenceEditor::duplicate() {
    const std::vector<int> rows = m_view->selectedRows();
    if (rows.empty()) return;
    m_document.duplicateRows(rows);
    m_view->selectRows(rows.back() + 1, static_cast<int>(rows.size()));
}

void SequenceEditor::copy(bool cut) {
    CarriedTasks carried;
    carried.suite = suite();
    for (const int row : m_view->selectedRows())
        carried.rows.push_back(m_document.rows()[static_cast<std::size_t>(row)]);
    if (carried.rows.empty()) return;
    QApplication::clipboard()->setMimeData(toMime(carried));
    if (cut) removeSelected();
}

void SequenceEditor::paste() {
    const auto carried = fromMime(QApplication::clipboard()->mimeData());
    if (!carried) {
        Q_EMIT refused(tr(
            "The clipboard holds no tasks. Copy rows of a sequence, or write {\"order\": [\"task\", …]}."));
        return;
    }
    insert(*carried, m_view->currentIndex().isValid() ? m_view->currentIndex().row() : -1);
}

void SequenceEditor::shuffle() {
    std::vector<Json> rows = m_document.rows();
    if (rows.size() < 2) return;
    std::vector<std::int64_t> order(rows.size());
    std::iota(order.begin(), order.end(), std::int64_t{0});
    Rng rng(deriveSeed(m_document.seeds().front(), "shuffled sequence",
                       static_cast<std::uint64_t>(++m_shuffles), 0));
    rng.shuffle(std::span(order));
    std::vector<Json> shuffled;
    for (const std::int64_t row : order) shuffled.push_back(rows[static_cast<std::size_t>(row)]);
    const SuiteName name = suite();
    m_document.setSequence(tr("Shuffle"), shuffled, name.tasks, name.root);
}

void SequenceEditor::setPresets(const std::vector<Preset>& presets) {
    QMenu* menu = m_presets->menu();
    menu->clear();
    if (!presets.empty()) m_firstPreset = presets.front();
    for (const Preset& preset : presets) {
        QAction* action = menu->addAction(
            preset.missing.isEmpty() ? preset.title : tr("%1 (data missing)").arg(preset.title));
        action->setToolTip(preset.missing.isEmpty()
                               ? tr("%n tasks", nullptr, static_cast<int>(preset.rows.size()))
                               : preset.missing);
        // Not disabled: choosing it says what is missing and where to put it.
        connect(action, &QAction::triggered, this, [this, preset] {
            if (preset.missing.isEmpty()) {
                take(preset);
            } else {
                Q_EMIT refused(preset.missing);
            }
        });
    }
}

void SequenceEditor::take(const Preset& preset) {
    m_document.setSequence(preset.title, preset.rows, preset.suite.tasks, preset.suite.root);
    m_view->selectRows(0, 1);
}

void SequenceEditor::openOverrides(int row) {
    if (row < 0 || static_cast<std::size_t>(row) >= m_document.rows().size()) return;
    auto* dialog = new TaskOverrides(m_document, m_theme, row, this);
    dialog->show();
}

void SequenceEditor::focusRow(int row) {
    m_view->setFocus(Qt::ShortcutFocusReason);
    if (row >= 0) m_view->selectRows(row, 1);
}

void SequenceEditor::showTotals() {
    const auto& plan = m_estimator.estimate().plan;
    const std::size_t rows = m_document.rows().size();
    QString text = tr("%n tasks", nullptr, static_cast<int>(rows));
    if (plan && rows > 0) text += tr(", %1 rows, %2 steps").arg(count(plan->rows), count(plan->steps));
    if (plan && plan->stages.size() == 1 && rows > 1) text += tr(", trained together");
    m_useBuiltin->setVisible(rows == 0);
    m_totals->setText(rows == 0 ? tr("No tasks yet") : text);
    const int height = m_theme.scaled(rows >= kCompactFrom ? kCompactRow : kRow);
    m_view->verticalHeader()->setDefaultSectionSize(height);
}

void SequenceEditor::showProblems() {
    std::map<int, QString> problems;
    for (const StartReason& reason : m_estimator.estimate().reasons)
        if (reason.row >= 0) problems[reason.row] = reason.sentence;
    m_model->setProblems(problems);
}

}  // namespace jumplora
