// SPDX-License-Identifier: GPL-3.0-or-later
#include "parts/actions.h"

#include "theme/icons.h"
#include "theme/metrics.h"

#include <QAction>
#include <QToolButton>
#include <QWidget>
#include <utility>

namespace jumplora {
namespace {

constexpr const char* kReason = "reason";

// Text, shortcut and, when disabled, why.
QString toolTipOf(const QAction& action, const QString& sentence) {
    QString text = sentence;
    if (!action.shortcut().isEmpty())
        text += QStringLiteral(" (%1)").arg(action.shortcut().toString(QKeySequence::NativeText));
    const QString reason = action.property(kReason).toString();
    if (!action.isEnabled() && !reason.isEmpty()) text += QLatin1Char('\n') + reason;
    return text;
}

}  // namespace

QAction* ActionRegistry::add(const ActionInfo& info, QWidget* place, std::function<void()> triggered) {
    QAction* existing = action(info.id);
    Q_ASSERT_X(existing == nullptr, "ActionRegistry::add", qPrintable(info.id));
    if (existing != nullptr) return existing;
    auto* action = new QAction(info.text, this);
    action->setObjectName(info.id);
    if (!info.icon.isEmpty()) action->setIcon(icon(info.icon));
    action->setShortcuts(info.shortcuts);
    action->setShortcutContext(info.scope == ActionScope::Window ? Qt::WindowShortcut
                                                                 : Qt::WidgetWithChildrenShortcut);
    action->setCheckable(info.checkable);
    action->setToolTip(toolTipOf(*action, info.tooltip));
    action->setStatusTip(info.tooltip);
    if (triggered) connect(action, &QAction::triggered, action, [call = std::move(triggered)] { call(); });
    m_infos.append(info);
    m_actions.append(action);
    if (place != nullptr) place->addAction(action);
    Q_EMIT added(action);
    return action;
}

QAction* ActionRegistry::action(const QString& id) const {
    for (QAction* each : m_actions)
        if (each->objectName() == id) return each;
    return nullptr;
}

const ActionInfo* ActionRegistry::info(const QString& id) const {
    for (const ActionInfo& each : m_infos)
        if (each.id == id) return &each;
    return nullptr;
}

void ActionRegistry::setEnabled(const QString& id, bool enabled, const QString& reason) {
    QAction* found = action(id);
    if (found == nullptr) return;
    if (found->isEnabled() == enabled && found->property(kReason).toString() == reason) return;
    found->setProperty(kReason, enabled ? QString() : reason);
    found->setEnabled(enabled);
    found->setToolTip(toolTipOf(*found, info(id)->tooltip));
}

QString ActionRegistry::reason(const QString& id) const {
    const QAction* found = action(id);
    return found == nullptr ? QString() : found->property(kReason).toString();
}

QToolButton* ActionRegistry::button(const QString& id, QWidget* parent, bool iconOnly) const {
    auto* button = new QToolButton(parent);
    QAction* found = action(id);
    Q_ASSERT_X(found != nullptr, "ActionRegistry::button", qPrintable(id));
    button->setDefaultAction(found);
    button->setFocusPolicy(Qt::StrongFocus);
    button->setToolButtonStyle(iconOnly ? Qt::ToolButtonIconOnly : Qt::ToolButtonTextBesideIcon);
    button->setProperty("button", !iconOnly);
    button->setMinimumSize(metrics::kHitTarget, metrics::kHitTarget);
    button->setAccessibleName(found->text());
    button->setAccessibleDescription(found->statusTip());
    return button;
}

}  // namespace jumplora
