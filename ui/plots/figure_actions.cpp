// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/figure_actions.h"

#include "plots/figure.h"

#include <QApplication>
#include <QCoreApplication>

namespace jumplora {
namespace {

Figure* figureMeant() {
    if (Figure* focused = Figure::containing(QApplication::focusWidget())) return focused;
    QWidget* window = QApplication::activeWindow();
    if (window == nullptr) return nullptr;
    for (Figure* figure : window->findChildren<Figure*>()) {
        if (figure->canBeSeen() && figure->hasData()) return figure;
    }
    return nullptr;
}

std::function<void()> onFigure(void (*act)(Figure&)) {
    return [act] {
        if (Figure* figure = figureMeant()) act(*figure);
    };
}

}  // namespace

void registerFigureActions(ActionRegistry& actions) {
    const auto tr = [](const char* text) { return QCoreApplication::translate("FigureActions", text); };
    actions.add({.id = QStringLiteral("figure.table"),
                 .text = tr("Figure as table"),
                 .tooltip = tr("Shows the numbers of the figure as a table, and back"),
                 .shortcuts = {Qt::Key_F6}},
                nullptr, onFigure([](Figure& figure) { figure.showTable(!figure.isTableShown()); }));
    actions.add({.id = QStringLiteral("figure.export"),
                 .text = tr("Export figure…"),
                 .tooltip = tr("Saves the figure as PDF, SVG or PNG, or its table as LaTeX, CSV or Markdown"),
                 .shortcuts = {QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_X)}},
                nullptr, onFigure([](Figure& figure) { figure.openExport(); }));
    actions.add(
        {.id = QStringLiteral("figure.copy"),
         .text = tr("Copy figure"),
         .tooltip = tr("Copies the figure as an image and its numbers as text (Ctrl+C in the figure)")},
        nullptr, onFigure([](Figure& figure) { figure.copyImageAndTsv(); }));
    actions.add(
        {.id = QStringLiteral("figure.copyVector"),
         .text = tr("Copy figure for a paper"),
         .tooltip = tr("Copies the figure as PDF and SVG, a shown table as LaTeX (Ctrl+Shift+C in it)")},
        nullptr, onFigure([](Figure& figure) { figure.copyForPaper(); }));
}

}  // namespace jumplora
