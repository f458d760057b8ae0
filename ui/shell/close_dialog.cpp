// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/close_dialog.h"

#include "theme/icons.h"
#include "theme/metrics.h"

#include <QCheckBox>
#include <QCommandLinkButton>
#include <QDialogButtonBox>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace jumplora {

CloseDialog::CloseDialog(int runs, int waiting, QWidget* parent)
    : QDialog(parent), m_remember(new QCheckBox(tr("Remember my choice"), this)) {
    setObjectName(QStringLiteral("closeDialog"));
    setWindowTitle(tr("Close the window"));
    constexpr int kWidth = 440;
    setMinimumWidth(kWidth);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(metrics::kPageMargin, metrics::kPageMargin, metrics::kPageMargin,
                               metrics::kPageMargin);
    layout->setSpacing(metrics::kGrid);
    QString sentence = tr("%n runs are on.", nullptr, runs);
    if (waiting > 0)
        sentence += QLatin1Char(' ') + tr("Waiting in the queue: %1; they stay there.").arg(waiting);
    auto* label = new QLabel(sentence, this);
    label->setWordWrap(true);
    layout->addWidget(label);
    const auto add = [&](const char* name, const char* iconName, CloseChoice choice, const QString& text,
                         const QString& help) {
        auto* button = new QCommandLinkButton(text, help, this);
        button->setIcon(icon(QLatin1String(iconName)));
        button->setObjectName(QLatin1String(name));
        button->setAccessibleDescription(help);
        connect(button, &QCommandLinkButton::clicked, this, [this, choice] {
            Q_EMIT chosen(choice);
            accept();
        });
        layout->addWidget(button);
    };
    add("closeBackground", "child", CloseChoice::Background, tr("Keep running in the background"),
        tr("A run in this window pauses and goes on in a process of its own."));
    add("closePause", "pause", CloseChoice::Pause, tr("Pause and quit"),
        tr("Every run writes a checkpoint after its present step and can be resumed."));
    add("closeStop", "stop", CloseChoice::Stop, tr("Stop and quit"),
        tr("Every run ends after its present step; it can be resumed, too."));
    m_remember->setObjectName(QStringLiteral("closeRemember"));
    m_remember->setToolTip(tr("Settings can change it again"));
    layout->addWidget(m_remember);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    buttons->button(QDialogButtonBox::Cancel)->setIcon({});
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    layout->addWidget(buttons);
}

bool CloseDialog::remember() const { return m_remember->isChecked(); }

}  // namespace jumplora
