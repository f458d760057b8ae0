// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "runs/run_data.h"
#include "session/window_context.h"

#include <QWidget>

class QLabel;
class QPlainTextEdit;
class QTextBrowser;

namespace jumplora {

// What is known of the selected run: summary, note, where it comes from, its files.
class RunDetail : public QWidget {
    Q_OBJECT

  public:
    RunDetail(WindowContext& context, QWidget* parent = nullptr);
    void showRun(const RunRow& row);
    void showGroup(const QString& label, const std::vector<const RunRow*>& rows);
    void clear();
    void focusNote();

  Q_SIGNALS:
    void noteEdited(const QString& runId, const QString& before, const QString& after);
    void runRequested(const QString& runId);

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    void commitNote();
    void readLineage();
    void showHtml(const QString& html);

    WindowContext& m_context;
    RunRow m_row;
    QLabel* m_title;
    QTextBrowser* m_text;
    QPlainTextEdit* m_note;
    QString m_summary;
    QString m_html;  // as shown
    int m_generation = 0;
};

}  // namespace jumplora
