// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/curve_tickers.h"

#include <algorithm>
#include <cmath>

namespace jumplora {
namespace {

// Powers of ten as "10⁻³", shares in percent as "1", "10". Where less than two decades are seen also twice
// and five times these, so that at least two values are named.
class DecadeTicker : public QCPAxisTickerLog {
  public:
    explicit DecadeTicker(Quantity quantity) : m_quantity(quantity) {}

  protected:
    QVector<double> createTickVector(double /*step*/, const QCPRange& range) override {
        QVector<double> ticks;
        if (!(range.lower > 0)) return ticks;
        constexpr double kFew = 1.6;
        constexpr int kMostDecades = 6;
        const double decades = std::log10(range.upper / range.lower);
        m_few = decades < kFew;
        const int every = std::max(1, static_cast<int>(std::ceil(decades / kMostDecades)));
        for (int exponent = static_cast<int>(std::floor(std::log10(range.lower)));
             std::pow(10, exponent) <= range.upper; ++exponent) {
            if (exponent % every != 0) continue;
            for (const double factor : {1.0, 2.0, 5.0}) {
                if (factor == 1 || m_few) ticks.append(factor * std::pow(10, exponent));
            }
        }
        return ticks;
    }
    int getSubTickCount(double /*step*/) override { return m_few ? 0 : 8; }
    QVector<double> createSubTickVector(int count, const QVector<double>& ticks) override {
        return m_few ? QVector<double>() : QCPAxisTickerLog::createSubTickVector(count, ticks);
    }
    QString getTickLabel(double tick, const QLocale& /*locale*/, QChar /*format*/,
                         int /*precision*/) override {
        if (m_quantity == Quantity::Density || m_quantity == Quantity::Share)
            return axisNumber(tick, m_quantity);
        const int exponent = static_cast<int>(std::floor(std::log10(tick) + 1e-9));
        const double factor = tick / std::pow(10, exponent);
        constexpr int kPlain = 2;
        if (std::abs(factor - 1) < 1e-6 && (!m_few || std::abs(exponent) > kPlain))
            return powerOfTen(exponent);
        if (std::abs(exponent) <= kPlain) return axisNumber(tick, Quantity::Plain);
        return QStringLiteral("%1·%2").arg(qRound(factor)).arg(powerOfTen(exponent));
    }

  private:
    Quantity m_quantity;
    bool m_few = false;
};

class NumberTicker : public QCPAxisTicker {
  public:
    explicit NumberTicker(Quantity quantity) : m_quantity(quantity) {}

  protected:
    double getTickStep(const QCPRange& range) override {
        const double step = QCPAxisTicker::getTickStep(range);
        // Steps and rows are whole; so is what a reader wants between full minutes.
        if (m_quantity == Quantity::Count) return std::max(1.0, step);
        if (m_quantity != Quantity::Seconds) return step;
        for (const double nice :
             {1., 2., 5., 10., 15., 30., 60., 120., 300., 600., 900., 1800., 3600., 7200.}) {
            if (nice >= step * 0.8) return nice;
        }
        return step;
    }
    int getSubTickCount(double step) override {
        const int count = QCPAxisTicker::getSubTickCount(step);
        if (m_quantity != Quantity::Count) return count;
        // Between whole numbers only whole numbers.
        const double part = step / (count + 1);
        return part == std::floor(part) ? count : 0;
    }
    QString getTickLabel(double tick, const QLocale& /*locale*/, QChar /*format*/,
                         int /*precision*/) override {
        if (m_quantity == Quantity::Bytes) {
            constexpr double kMiB = 1024.0 * 1024.0;
            return QString::number(tick / kMiB, 'g', 5);
        }
        if (m_quantity == Quantity::Count && tick != std::floor(tick)) return {};
        return axisNumber(std::abs(tick) < 1e-12 ? 0 : tick, m_quantity);
    }

  private:
    Quantity m_quantity;
};

}  // namespace

QSharedPointer<QCPAxisTicker> decadeTicker(Quantity quantity) {
    return QSharedPointer<DecadeTicker>::create(quantity);
}

QSharedPointer<QCPAxisTicker> numberTicker(Quantity quantity) {
    return QSharedPointer<NumberTicker>::create(quantity);
}

}  // namespace jumplora
