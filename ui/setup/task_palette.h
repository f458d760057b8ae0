// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "setup/suite_catalog.h"
#include "theme/theme.h"

#include <QWidget>

class QLineEdit;
class QSortFilterProxyModel;
class QTreeView;

namespace jumplora {

class TaskPaletteModel;
struct CarriedTasks;

// The tasks that can be learned, as a tree of suites; dragged, or appended by Enter and double click.
class TaskPalette : public QWidget {
    Q_OBJECT

  public:
    TaskPalette(SuiteCatalog& catalog, Theme& theme, QWidget* parent = nullptr);
    [[nodiscard]] QTreeView* view() const { return m_view; }
    [[nodiscard]] TaskPaletteModel* model() const { return m_model; }
    // Selected tasks of one suite; none when nothing is selected.
    [[nodiscard]] CarriedTasks selection() const;
    void select(const SuiteName& suite, const QString& task);

  Q_SIGNALS:
    void currentTask(const jumplora::SuiteName& suite, const QString& task);
    void append(const jumplora::SuiteName& suite, const QStringList& tasks);
    void addFilesClicked();
    void locateClicked(const jumplora::SuiteName& suite);

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    void appendSelection();
    void applySearch(const QString& text);

    SuiteCatalog& m_catalog;
    TaskPaletteModel* m_model;
    QSortFilterProxyModel* m_proxy;
    QLineEdit* m_search;
    QTreeView* m_view;
};

}  // namespace jumplora
