// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "shell/palette_model.h"

#include <QFrame>
#include <QPointer>

class QLineEdit;
class QLabel;
class QListView;

namespace jumplora {

struct WindowContext;

// Ctrl+K: every action, page, setting, recent run and help topic by a few letters. Prefixes: > actions, @
// runs, # settings. Enter does it, Esc closes.
class CommandPalette : public QFrame {
    Q_OBJECT

  public:
    explicit CommandPalette(WindowContext& context, QWidget* parent);
    void open();
    void close();
    [[nodiscard]] const PaletteModel& model() const { return *m_model; }

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    void addRuns();
    void place();
    void run(const QModelIndex& index);
    void filter(const QString& text);

    WindowContext& m_context;
    PaletteModel* m_model;
    QLineEdit* m_edit;
    QListView* m_list;
    QLabel* m_none;
    QPointer<QWidget> m_previousFocus;
};

}  // namespace jumplora
