// SPDX-License-Identifier: GPL-3.0-or-later
#include "setup/estimator.h"

#include "base/cpu.h"
#include "base/error.h"

#include <algorithm>

namespace jumplora {
namespace {

constexpr int kDelay = 250;                   // ms after the last change
constexpr int kMeasureDelay = 900;            // ms after the last change
constexpr std::int64_t kSmall = 512LL << 20;  // bytes of weights that are loaded without being asked

StartReason reasonOf(const Error& error) {
    const EngineSentence engine = splitEngineMessage(error.what());
    StartReason reason{engine.key, -1, engine.sentence};
    const std::string place = "suite.order[";
    if (engine.key.starts_with(place)) {
        reason.row = std::stoi(engine.key.substr(place.size()));
        reason.key = "suite.order";
    }
    return reason;
}

std::int64_t freeSpace(std::filesystem::path folder) {
    std::error_code error;
    while (!folder.empty() && !std::filesystem::exists(folder, error) && folder.has_parent_path() &&
           folder != folder.parent_path())
        folder = folder.parent_path();
    const auto space = std::filesystem::space(folder.empty() ? "/" : folder, error);
    return error ? 0 : static_cast<std::int64_t>(space.available);
}

// Tokens of a prompt of the longest task.
double longestMean(const RunSpec& spec, const SuiteName& suite, FactsCache& facts) {
    double longest = 0;
    for (const TaskOverride& task : spec.suite.order) {
        try {
            longest = std::max(
                longest, facts.meanTokens(suite, task.task, spec.backbone.path, spec.train.maxSourceLength));
        } catch (const Error&) {
            // A tokenizer that cannot be read is a reason of its own; the cut is the safe assumption.
            return static_cast<double>(spec.train.maxSourceLength);
        }
    }
    return longest;
}

Estimate estimateOf(const RunSpec& spec, const SuiteName& suite, FactsCache& facts,
                    const std::filesystem::path& runsFolder) {
    Estimate estimate;
    try {
        estimate.plan = planRun(spec, facts.counter(suite));
    } catch (const Error& error) {
        estimate.reasons.push_back(reasonOf(error));
    }
    try {
        const BackboneShape shape = backboneShape(spec);
        if (estimate.plan)
            estimate.needs = estimateNeeds(spec, *estimate.plan, shape, longestMean(spec, suite, facts));
    } catch (const Error& error) {
        StartReason reason = reasonOf(error);
        if (reason.key.empty()) reason.key = "backbone.path";
        estimate.reasons.push_back(reason);
    }
    estimate.freeMemory = static_cast<std::int64_t>(inspectCpu().availableBytes);
    estimate.freeDisk = freeSpace(runsFolder);
    return estimate;
}

}  // namespace

Estimator::Estimator(SpecDocument& document, std::shared_ptr<FactsCache> facts, Jobs& jobs,
                     std::filesystem::path cache, std::function<QString()> mayMeasure, QObject* parent)
    : QObject(parent),
      m_document(document),
      m_facts(std::move(facts)),
      m_jobs(jobs),
      m_cacheFile(std::move(cache)),
      m_mayMeasure(std::move(mayMeasure)),
      m_measured(readMeasuredTimes(m_cacheFile)) {
    m_delay.setSingleShot(true);
    m_delay.setInterval(kDelay);
    m_measureDelay.setSingleShot(true);
    m_measureDelay.setInterval(kMeasureDelay);
    connect(&document, &SpecDocument::changed, this, [this] {
        cancelMeasuring();
        m_delay.start();
    });
    connect(&m_delay, &QTimer::timeout, this, &Estimator::refresh);
    connect(&m_measureDelay, &QTimer::timeout, this, [this] {
        const bool small = m_estimate.needs && m_estimate.needs->weightBytes <= kSmall;
        if (m_automatic && small && !measured() && obstacle().isEmpty()) measure();
    });
}

Estimator::~Estimator() { cancelMeasuring(); }

void Estimator::refreshNow() {
    m_delay.stop();
    refresh();
}

void Estimator::refresh() {
    const int generation = ++m_generation;
    const auto spec = m_document.runSpec();
    if (!spec) {
        take({});
        return;
    }
    const SuiteName suite{spec->suite.tasks, spec->suite.root};
    m_jobs.compute(
        this,
        [spec = *spec, suite, facts = m_facts, runs = m_runsFolder](const Job&) {
            return estimateOf(spec, suite, *facts, runs);
        },
        [this, generation](Estimate estimate) {
            if (generation == m_generation) take(std::move(estimate));
        },
        [this, generation](const QString& sentence) {
            if (generation != m_generation) return;
            Estimate failedEstimate;
            failedEstimate.reasons.push_back({{}, -1, sentence});
            take(failedEstimate);
        });
}

void Estimator::take(Estimate estimate) {
    m_estimate = std::move(estimate);
    Q_EMIT changed();
    if (m_estimate.plan) m_measureDelay.start();
}

std::string Estimator::key() const {
    const auto spec = m_document.runSpec();
    return spec ? probeKey(*spec) : std::string();
}

std::optional<Measured> Estimator::measured() const {
    const auto found = m_measured.find(key());
    if (found == m_measured.end()) return std::nullopt;
    return found->second;
}

QString Estimator::obstacle() const {
    if (!m_document.runSpec() || !m_estimate.plan || !m_estimate.reasons.empty())
        return tr("The settings are not complete.");
    return m_mayMeasure ? m_mayMeasure() : QString();
}

void Estimator::setAutomatic(bool on) {
    m_automatic = on;
    if (on) m_measureDelay.start();
    if (!on) cancelMeasuring();
}

void Estimator::cancelMeasuring() {
    if (m_cancel) *m_cancel = true;
    if (m_measuring) m_measuring->cancel();
    const bool was = m_measuring != nullptr;
    m_measuring.reset();
    m_cancel.reset();
    if (was) Q_EMIT changed();
}

void Estimator::measure() {
    const auto spec = m_document.runSpec();
    if (!spec || m_measuring || !obstacle().isEmpty()) return;
    m_cancel = std::make_shared<std::atomic<bool>>(false);
    const std::string probed = probeKey(*spec);
    m_measuring = m_jobs.compute(
        this, [spec = *spec, cancel = m_cancel](const Job&) { return probeRun(spec, *cancel); },
        [this, probed](ProbeResult result) {
            m_measured[probed] = {result, QDateTime::currentDateTimeUtc()};
            m_measuring.reset();
            m_cancel.reset();
            writeMeasuredTimes(m_cacheFile, m_measured);
            Q_EMIT changed();
        },
        [this](const QString& sentence) {
            const bool wanted = m_measuring != nullptr;
            m_measuring.reset();
            m_cancel.reset();
            Q_EMIT changed();
            if (wanted) Q_EMIT failed(sentence);
        });
    Q_EMIT changed();
}

}  // namespace jumplora
