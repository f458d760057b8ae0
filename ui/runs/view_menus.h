// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "runs/run_views.h"
#include "session/window_context.h"

class QToolButton;

namespace jumplora {

class PinnedTable;

// The views of the runs page: all of them (built in first), the chosen one as it was saved and as it is now.
struct ViewState {
    std::vector<SavedView> views = builtinViews();
    SavedView saved = views.front();
    SavedView now = saved;
};

// The menus that change what the table shows: views, grouping, columns, and the one of a column's header.
// They alter the state and say so; the page applies it.
class ViewMenus : public QObject {
    Q_OBJECT

  public:
    ViewMenus(WindowContext& context, RunTableModel& model, ViewState& state, QWidget* parent);
    [[nodiscard]] QToolButton* viewButton() { return m_viewButton; }
    [[nodiscard]] QToolButton* groupButton() { return m_groupButton; }
    [[nodiscard]] QToolButton* columnButton() { return m_columnButton; }
    // After other data, other columns or another view.
    void rebuild();
    // Whether the view is as it was saved.
    void showEdited();
    void showHeaderMenu(int column, const QPoint& place, PinnedTable& table);
    // Puts a column of the table elsewhere; both are columns of the model.
    void moveColumn(int from, int to);

  Q_SIGNALS:
    void viewChosen(const jumplora::SavedView& view);
    void viewRemoved();
    void columnsEdited();

  private:
    void buildViews();
    void buildGroups();
    void buildColumns();

    WindowContext& m_context;
    RunTableModel& m_model;
    ViewState& m_state;
    QToolButton* m_viewButton;
    QToolButton* m_groupButton;
    QToolButton* m_columnButton;
};

}  // namespace jumplora
