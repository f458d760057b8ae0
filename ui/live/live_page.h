// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "live/card_grid.h"
#include "live/run_card.h"
#include "session/window_context.h"

#include <QTimer>
#include <map>
#include <memory>

class QComboBox;
class QSlider;
class QToolButton;

namespace jumplora {

class LogCard;
class MatrixCard;
class SamplesCard;
class StateStack;

// The dashboard of one run, while it runs and later. Runs that are being worked on are followed from their
// first event, whichever page is in sight; cards take over what is new when they can be seen.
class LivePage : public Page {
    Q_OBJECT

  public:
    explicit LivePage(WindowContext& context);
    ~LivePage() override;

    [[nodiscard]] QString helpTopic() const override { return QStringLiteral("window.md#live"); }
    void activated() override;
    void open(const PageRequest& request) override;

    // The run that is shown; "" none.
    [[nodiscard]] const QString& shownRun() const { return m_shown; }
    // nullptr while there is none.
    [[nodiscard]] const RunView* view() const { return m_view.get(); }
    [[nodiscard]] CardGrid& grid() { return *m_grid; }

  Q_SIGNALS:
    // Another run is shown and its cards are filled.
    void runShown(const QString& runId);

  protected:
    void showEvent(QShowEvent* event) override;

  private:
    void makeHeader();
    void makeCards();
    void makeActions();
    void takeEvents(const QString& runId, const EventBatch& batch);
    void applyBatch(const QString& runId, RunView& view, const std::vector<Event>& events);
    void loadHistory(const QString& runId);
    void listRuns();
    void readSeeds();
    void showRun(const QString& runId);
    void showView(const QString& runId, std::shared_ptr<RunView> view);
    // Hands changes to the cards, at once or when the page comes into sight.
    void tell(unsigned changes);
    void tellSlow();
    void tellTimeLeft();
    void noteDwarfedLoss(bool dwarfs, double ratio);
    void chooseSmoothing();
    void chooseAxis();
    void fillAddMenu();
    void cardHidden(Card* card);
    void remember();

    WindowContext& m_context;
    StateStack* m_states;
    CardGrid* m_grid;
    AxisGroup* m_group;
    std::vector<RunCard*> m_cards;
    LogCard* m_log = nullptr;
    SamplesCard* m_samples = nullptr;
    MatrixCard* m_matrix = nullptr;
    QComboBox* m_runs = nullptr;
    QComboBox* m_axisBox = nullptr;
    QSlider* m_smooth = nullptr;
    QLabel* m_smoothValue = nullptr;
    QComboBox* m_smoothKind = nullptr;
    QToolButton* m_follow = nullptr;
    QToolButton* m_add = nullptr;
    std::map<QString, std::shared_ptr<RunView>> m_active;  // runs of the session
    std::map<QString, std::vector<EventBatch>> m_waiting;  // until their history is read
    QString m_shown;
    std::shared_ptr<RunView> m_view;
    unsigned m_pending = 0;
    unsigned m_slow = 0;  // changes of maps, examples and log: told ten times a second
    QTimer m_slowTimer;
    bool m_chosen = false;  // a person has chosen the run
    StepAxis m_axis = StepAxis::Steps;
    JobHandle m_reading;
};

}  // namespace jumplora
