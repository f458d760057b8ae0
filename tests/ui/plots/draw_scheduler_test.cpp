// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/draw_scheduler.h"

#include <gtest/gtest.h>

#include <map>

namespace jumplora {
namespace {

class Card : public Drawable {
  public:
    Card(double& now, double cost) : m_now(now), m_cost(cost) {}
    void draw() override {
        m_now += m_cost;
        ++drawn;
    }
    [[nodiscard]] bool canBeSeen() const override { return seen; }
    [[nodiscard]] bool isFirst() const override { return first; }
    [[nodiscard]] int interval() const override { return every; }
    int drawn = 0;
    bool seen = true;
    bool first = false;
    int every = 33;

  private:
    double& m_now;
    double m_cost;
};

class DrawSchedulerTest : public ::testing::Test {
  protected:
    // `rounds` of 33 ms in which all cards always have something new.
    void run(std::vector<Card*> cards, int rounds) {
        for (int i = 0; i < rounds; ++i) {
            for (Card* card : cards) m_scheduler.request(card);
            const double before = m_now;
            bool more = true;
            while (more) {
                const double turn = m_now;
                more = m_scheduler.tick();
                m_longestTurn = std::max(m_longestTurn, m_now - turn);
            }
            m_longest = std::max(m_longest, m_now - before);
            m_now = before + 33;
        }
    }
    double m_now = 0;
    double m_longest = 0;      // of a round
    double m_longestTurn = 0;  // of a turn of the event loop
    DrawScheduler m_scheduler{nullptr, [this] { return m_now; }};
};

TEST_F(DrawSchedulerTest, IsArmedOnlyWhileSomethingWaits) {
    Card card(m_now, 1);
    EXPECT_FALSE(m_scheduler.isArmed());
    m_scheduler.request(&card);
    EXPECT_TRUE(m_scheduler.isArmed());
    m_scheduler.tick();
    EXPECT_EQ(card.drawn, 1);
    m_scheduler.tick();
    EXPECT_EQ(card.drawn, 1) << "nothing new, nothing drawn";
}

TEST_F(DrawSchedulerTest, HiddenCardsDrawNothing) {
    Card card(m_now, 1);
    card.seen = false;
    run({&card}, 10);
    EXPECT_EQ(card.drawn, 0);
    EXPECT_FALSE(m_scheduler.isArmed());
    card.seen = true;
    run({&card}, 1);
    EXPECT_EQ(card.drawn, 1);
}

TEST_F(DrawSchedulerTest, NineCardsTakeTurnsWithinTheBudget) {
    std::vector<std::unique_ptr<Card>> cards;
    std::vector<Card*> all;
    for (int i = 0; i < 9; ++i) {
        cards.push_back(std::make_unique<Card>(m_now, 7));
        all.push_back(cards.back().get());
    }
    run(all, 30);  // one second
    for (const Card* card : all) EXPECT_GE(card->drawn, 3);
    EXPECT_LE(m_longest, 12 + 7) << "a round ends with the drawing that uses up the budget";
    EXPECT_LE(m_longestTurn, 7) << "one drawing for a turn";
}

TEST_F(DrawSchedulerTest, TheMaximisedCardKeepsItsRate) {
    Card first(m_now, 7);
    Card other(m_now, 7);
    Card third(m_now, 7);
    first.first = true;
    run({&other, &first, &third}, 30);
    EXPECT_GE(first.drawn, 29);
    EXPECT_GT(other.drawn, 5);
    EXPECT_GT(third.drawn, 5);
}

TEST_F(DrawSchedulerTest, SlowCardsHalveTheirRate) {
    Card slow(m_now, 25);
    Card map(m_now, 1);
    map.every = 100;
    run({&slow, &map}, 60);
    EXPECT_LE(slow.drawn, 10);
    EXPECT_GE(slow.drawn, 3);
    EXPECT_NEAR(map.drawn, 20, 3) << "maps draw ten times a second";
}

}  // namespace
}  // namespace jumplora
