// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "parts/page.h"
#include "session/window_context.h"
#include "setup/spec_document.h"

#include <filesystem>
#include <memory>

class QScrollArea;
class QSplitter;
class QStackedWidget;

namespace jumplora {

class EstimatePanel;
class Estimator;
class FirstRunPanel;
class SchedulePicture;
class SequenceEditor;
class SettingsForm;
class SuiteCatalog;
class TaskPalette;
class TaskPreview;
struct SuiteName;

// Puts a run together: tasks, their order, every setting, and what it will cost; starts and queues it.
class SetupPage : public Page {
    Q_OBJECT

  public:
    explicit SetupPage(WindowContext& context, QWidget* parent = nullptr);
    ~SetupPage() override;

    [[nodiscard]] QString helpTopic() const override { return QStringLiteral("window.md#set-up"); }
    [[nodiscard]] QUndoStack* undoStack() override { return m_document->undoStack(); }
    void activated() override;
    void deactivated() override;
    // A specification to edit (`spec`), a field (`text`: its key), files to open, or the first-run panel.
    void open(const PageRequest& request) override;
    bool mayClose() override;

    [[nodiscard]] SpecDocument& document() { return *m_document; }
    [[nodiscard]] Estimator& estimator() { return *m_estimator; }
    [[nodiscard]] SuiteCatalog& catalog() { return *m_catalog; }
    // Opens an experiment file, or a file of tasks or rows; says what is wrong with it.
    void openFile(const QString& file);
    bool saveTo(const QString& file);

  protected:
    void resizeEvent(QResizeEvent* event) override;
    void showEvent(QShowEvent* event) override;

  private:
    void registerActions();
    void buildColumns();
    QWidget* card(QWidget* content);
    void connectParts();
    void arrange();
    void refreshCatalog();
    void restoreLast();
    void rememberLast();
    void start();
    void enqueue();
    bool focusFirstReason();
    void focusReason(const QString& key, int row);
    void openFolder(const QString& folder);
    void mergeAdapter(const QString& folder);
    void openSpecFile(const QString& file);
    void openDialog();
    bool save(bool as);
    void newSpec();
    void tryBuiltIn();
    void chooseModel();
    void chooseTaskFiles();
    void locateSuite(const SuiteName& suite);
    void importRows(const QString& file);
    void tell(Notice::Kind kind, const QString& sentence, const QString& actionText = {},
              std::function<void()> action = {});
    void setFile(const QString& file);
    [[nodiscard]] std::filesystem::path dataFolder() const;
    [[nodiscard]] static std::filesystem::path ownFolder();

    WindowContext& m_context;
    SpecDocument* m_document;
    SuiteCatalog* m_catalog;
    Estimator* m_estimator;
    TaskPalette* m_palette = nullptr;
    TaskPreview* m_preview = nullptr;
    SequenceEditor* m_sequence = nullptr;
    SchedulePicture* m_schedule = nullptr;
    SettingsForm* m_form = nullptr;
    EstimatePanel* m_panel = nullptr;
    FirstRunPanel* m_firstRun = nullptr;
    QStackedWidget* m_stack;
    QScrollArea* m_scroll = nullptr;
    QSplitter* m_columns = nullptr;
    bool m_placed = false;
    QString m_file;  // that the document was read from or saved to
    bool m_catalogRead = false;
};

}  // namespace jumplora
