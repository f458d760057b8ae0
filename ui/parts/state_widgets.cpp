// SPDX-License-Identifier: GPL-3.0-or-later
#include "parts/state_widgets.h"

#include "theme/icons.h"
#include "theme/metrics.h"

#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

namespace jumplora {
namespace {

constexpr int kSkeletonAfter = 200;  // ms
constexpr int kCancelAfter = 2000;
constexpr int kWidestSentence = 560;

// Grey bars where rows will be.
class Skeleton : public QWidget {
  public:
    using QWidget::QWidget;

  protected:
    void paintEvent(QPaintEvent* /*event*/) override {
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(Qt::NoPen);
        painter.setBrush(palette().color(QPalette::AlternateBase));
        constexpr int kBar = 14;
        constexpr int kWidths[] = {9, 7, 8, 5};  // tenths of the width
        int row = 0;
        for (int y = metrics::kPageMargin; y + kBar < height(); y += metrics::kTableRow, ++row)
            painter.drawRoundedRect(metrics::kPageMargin, y,
                                    (width() - 2 * metrics::kPageMargin) * kWidths[row % 4] / 10, kBar, 4, 4);
    }
};

}  // namespace

StateStack::StateStack(QWidget* content, QWidget* parent) : QStackedWidget(parent), m_content(content) {
    addWidget(content);
    m_message = makeMessage();
    m_skeleton = makeSkeleton();
    addWidget(m_message);
    addWidget(m_skeleton);
    m_skeletonTimer.setSingleShot(true);
    m_skeletonTimer.setInterval(kSkeletonAfter);
    m_cancelTimer.setSingleShot(true);
    m_cancelTimer.setInterval(kCancelAfter);
    connect(&m_skeletonTimer, &QTimer::timeout, this, [this] { setCurrentWidget(m_skeleton); });
    connect(&m_cancelTimer, &QTimer::timeout, this, [this] { m_cancel->show(); });
}

StateStack::~StateStack() = default;

QWidget* StateStack::makeMessage() {
    auto* place = new QWidget(this);
    auto* layout = new QVBoxLayout(place);
    m_icon = new QLabel(place);
    m_icon->setAlignment(Qt::AlignCenter);
    m_sentence = new QLabel(place);
    m_sentence->setObjectName(QStringLiteral("emptySentence"));
    m_sentence->setAlignment(Qt::AlignCenter);
    m_sentence->setWordWrap(true);
    m_sentence->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_details = new QLabel(place);
    m_details->setProperty("muted", true);
    m_details->setAlignment(Qt::AlignCenter);
    m_details->setWordWrap(true);
    m_details->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_button = new QPushButton(place);
    m_button->setObjectName(QStringLiteral("emptyButton"));
    connect(m_button, &QPushButton::clicked, this, [this] {
        if (m_action) m_action();
    });
    layout->setSpacing(metrics::kCardPadding);
    layout->addStretch();
    layout->addWidget(m_icon, 0, Qt::AlignHCenter);
    layout->addWidget(m_sentence, 0, Qt::AlignHCenter);
    layout->addWidget(m_details, 0, Qt::AlignHCenter);
    layout->addWidget(m_button, 0, Qt::AlignHCenter);
    layout->addStretch();
    return place;
}

QWidget* StateStack::makeSkeleton() {
    auto* place = new Skeleton(this);
    place->setObjectName(QStringLiteral("skeleton"));
    place->setAccessibleName(tr("Loading"));
    auto* layout = new QVBoxLayout(place);
    m_cancel = new QPushButton(tr("Cancel loading"), place);
    m_cancel->setObjectName(QStringLiteral("cancelLoad"));
    m_cancel->hide();
    connect(m_cancel, &QPushButton::clicked, this, &StateStack::cancelled);
    layout->addStretch();
    layout->addWidget(m_cancel, 0, Qt::AlignHCenter);
    layout->addStretch();
    return place;
}

void StateStack::showContent() {
    m_skeletonTimer.stop();
    m_cancelTimer.stop();
    setCurrentWidget(m_content);
}

void StateStack::startLoading() {
    m_cancel->hide();
    m_skeletonTimer.start();
    m_cancelTimer.start();
}

void StateStack::showEmpty(const QString& sentence, const QString& buttonText, std::function<void()> action) {
    m_action = std::move(action);
    m_details->hide();
    showMessage(sentence, buttonText, false);
}

void StateStack::showError(const QString& sentence, const QString& details) {
    m_action = {};
    m_details->setText(details);
    m_details->setVisible(!details.isEmpty());
    showMessage(sentence, {}, true);
}

void StateStack::showMessage(const QString& sentence, const QString& buttonText, bool error) {
    m_skeletonTimer.stop();
    m_cancelTimer.stop();
    constexpr int kBigIcon = 32;
    m_icon->setPixmap(iconPixmap(error ? QStringLiteral("error") : QStringLiteral("info"),
                                 palette().color(error ? QPalette::BrightText : QPalette::PlaceholderText),
                                 kBigIcon, devicePixelRatioF()));
    m_sentence->setText(sentence);
    // A label that is aligned in its layout does not ask for the height of its lines.
    for (QLabel* label : {m_sentence, m_details}) {
        const int width =
            std::min(kWidestSentence, label->fontMetrics().horizontalAdvance(label->text()) + 4);
        label->setFixedWidth(std::max(width, 1));
        label->setMinimumHeight(std::max(label->heightForWidth(width), 0));
    }
    m_button->setText(buttonText);
    m_button->setVisible(!buttonText.isEmpty());
    setCurrentWidget(m_message);
}

}  // namespace jumplora
