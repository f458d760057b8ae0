// SPDX-License-Identifier: GPL-3.0-or-later
#include "theme/colours.h"

#include "theme/colour_map.h"
#include "theme/icons.h"
#include "theme/theme.h"

#include <gtest/gtest.h>

#include <QApplication>
#include <QIcon>
#include <QImage>
#include <cmath>
#include <limits>

namespace jumplora {
namespace {

constexpr std::array kSets = {Colours::Set::Light, Colours::Set::Dark, Colours::Set::HighContrastLight,
                              Colours::Set::HighContrastDark};
constexpr std::array kBackgrounds = {Role::Window, Role::Card, Role::Raised, Role::Hover};

TEST(Colours, TextReadsOnEveryBackground) {
    constexpr double kAa = 4.5;
    for (const Colours::Set set : kSets) {
        const Colours colours(set);
        for (const Role background : kBackgrounds) {
            for (const Role text : {Role::Text, Role::MutedText, Role::Accent})
                EXPECT_GE(contrast(colours.colour(text), colours.colour(background)), kAa)
                    << static_cast<int>(set) << " " << static_cast<int>(text) << " on "
                    << static_cast<int>(background);
            EXPECT_GE(contrast(colours.colour(Role::Border), colours.colour(background)), 3.0);
        }
        EXPECT_GE(contrast(colours.colour(Role::Error), colours.colour(Role::Card)), kAa);
        EXPECT_GE(contrast(colours.colour(Role::OnAccent), colours.colour(Role::Accent)), kAa);
        EXPECT_GE(contrast(colours.colour(Role::Text), colours.colour(Role::Selected)), kAa);
        EXPECT_GE(contrast(colours.colour(Role::Text), colours.colour(Role::NoticeWarning)), kAa);
        EXPECT_GE(contrast(colours.colour(Role::Text), colours.colour(Role::NoticeError)), kAa);
    }
}

TEST(Colours, HighContrastIsBlackAndWhite) {
    for (const auto set : {Colours::Set::HighContrastLight, Colours::Set::HighContrastDark}) {
        const Colours colours(set);
        EXPECT_NEAR(contrast(colours.colour(Role::Text), colours.colour(Role::Card)), 21.0, 0.01);
        EXPECT_EQ(colours.curve(0).width, 2.0);
    }
}

TEST(Colours, StatesHaveWordIconAndReadableColour) {
    const QStringList icons = iconNames();
    for (const Colours::Set set : kSets) {
        const Colours colours(set);
        for (const char* state : {"waiting", "running", "paused", "finished", "stopped", "failed", "lost"}) {
            const StateLook look = colours.state(QLatin1String(state));
            EXPECT_EQ(look.word.toLower(), QLatin1String(state));
            EXPECT_TRUE(icons.contains(look.icon)) << look.icon.toStdString();
            EXPECT_GE(contrast(look.colour, colours.colour(Role::Card)), 4.5) << state;
        }
    }
}

TEST(Colours, CurvesRepeatWithDashesAndEndInGrey) {
    const Colours colours;
    EXPECT_TRUE(colours.curve(7).dashes.isEmpty());
    EXPECT_EQ(colours.curve(8).colour, colours.curve(0).colour);
    EXPECT_EQ(colours.curve(8).dashes, QVector<qreal>({6, 3}));
    EXPECT_EQ(colours.curve(55).dashes, QVector<qreal>({4, 2, 1, 2}));
    EXPECT_EQ(colours.curve(56).colour, colours.colour(Role::Border));
    for (int i = 0; i < 8; ++i) {
        EXPECT_GE(contrast(colours.curve(i).colour, colours.colour(Role::Card)), 3.0) << i;
        EXPECT_GE(contrast(colours.curve(i).colour, colours.colour(Role::PhaseWarm)), 3.0) << i;
        EXPECT_EQ(colours.curve(i).marker, i);
    }
}

TEST(Colours, CellTextReadsOnEveryStop) {
    for (const ColourMap& map : {ColourMap::viridis(), ColourMap::cividisLog(),
                                 ColourMap::diverging(1, false), ColourMap::diverging(1, true)}) {
        for (double place = 0; place <= 1.0; place += 0.01) {
            const QColor cell = map.at(map.valueAt(place));
            EXPECT_GE(contrast(cell, textOn(cell)), 4.5) << place;
        }
    }
}

TEST(ColourMap, EndsAtItsStops) {
    const ColourMap accuracy = ColourMap::viridis();
    EXPECT_EQ(accuracy.at(0).name(), "#440154");
    EXPECT_EQ(accuracy.at(1).name(), "#fde725");
    EXPECT_EQ(accuracy.at(-3), accuracy.at(0));
    EXPECT_EQ(accuracy.at(0.5).name(), "#21918c");
    EXPECT_FALSE(accuracy.at(std::numeric_limits<double>::quiet_NaN()).isValid());
}

TEST(ColourMap, DensityIsLogarithmic) {
    const ColourMap density = ColourMap::cividisLog();
    EXPECT_NEAR(density.position(0.01), 1.0 / 3, 1e-9);
    EXPECT_NEAR(density.valueAt(2.0 / 3), 0.1, 1e-9);
    EXPECT_EQ(density.at(0), density.at(0.001));
    EXPECT_EQ(density.at(1).name(), "#fee838");
}

TEST(ColourMap, OrangeIsTheWorseSide) {
    EXPECT_EQ(ColourMap::diverging(5, false).at(-5).name(), "#8f4300");
    EXPECT_EQ(ColourMap::diverging(5, false, true).at(5).name(), "#8f4300");
    EXPECT_EQ(ColourMap::diverging(5, false).at(0).name(), "#f4f4f2");
}

TEST(Icons, DrawInTheColourThatIsAskedFor) {
    ASSERT_GT(iconNames().size(), 60);
    for (const QString& name : iconNames()) {
        const QImage picture = iconPixmap(name, Qt::red, 24).toImage();
        int drawn = 0;
        for (int y = 0; y < picture.height(); ++y)
            for (int x = 0; x < picture.width(); ++x)
                if (picture.pixelColor(x, y).alpha() > 128) {
                    ++drawn;
                    EXPECT_GT(picture.pixelColor(x, y).red(), 200) << name.toStdString();
                    EXPECT_LT(picture.pixelColor(x, y).green(), 60) << name.toStdString();
                }
        EXPECT_GT(drawn, 8) << name.toStdString();
    }
}

TEST(Icons, FollowThePalette) {
    Theme theme;
    const QIcon drawn = icon(QStringLiteral("pause"));
    const auto darkest = [&] {
        const QImage picture = drawn.pixmap(24, 24).toImage();
        for (int y = 0; y < picture.height(); ++y)
            for (int x = 0; x < picture.width(); ++x)
                if (picture.pixelColor(x, y).alpha() > 200) return picture.pixelColor(x, y).lightness();
        return -1;
    };
    theme.setKind(ThemeKind::Light);
    EXPECT_LT(darkest(), 80);
    theme.setKind(ThemeKind::Dark);
    EXPECT_GT(darkest(), 180);
}

TEST(Theme, TextSizeReachesEveryFont) {
    Theme theme;
    theme.setKind(ThemeKind::Light);
    const double body = theme.font(TextRole::Body).pointSizeF();
    theme.setTextScale(2.0);
    EXPECT_DOUBLE_EQ(theme.font(TextRole::Body).pointSizeF(), 2 * body);
    EXPECT_DOUBLE_EQ(QApplication::font().pointSizeF(), 2 * body);
    EXPECT_EQ(theme.scaled(10), 20);
    theme.setTextScale(7.0);
    EXPECT_EQ(theme.textScale(), 2.0) << "beyond 200 % nothing fits";
    theme.setTextScale(1.0);
}

TEST(Theme, NumbersHaveFiguresOfEqualWidth) {
    Theme theme;
    EXPECT_TRUE(hasTabularFigures(theme.font(TextRole::Number)));
}

}  // namespace
}  // namespace jumplora
