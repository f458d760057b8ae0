// SPDX-License-Identifier: Apache-2.0
#include "base/error.h"
#include "train/recorded_run.h"
#include "train/recorded_tensor.h"
#include "train/recorded_texts.h"
#include "train/verify.h"
#include "train/verify_compare.h"

#include <algorithm>
#include <cmath>

namespace jumplora {
namespace {

// Limits of a replay, per quantity.
struct ReplayLimits {
    double loss, gradient, thresholdGradient, norm, parameters, logTau, alive, weights, f;
};
constexpr ReplayLimits kFloat64 = {1e-9, 1e-9, 1e-9, 1e-9, 1e-9, 1e-9, 1, 1e-9, 1e-12};
constexpr ReplayLimits kFloat32 = {5e-5, 5e-3, 2e-2, 5e-4, 1e-3, 1e-5, 4, 1e-5, 1e-6};

// A free run in float64.
constexpr double kFreeLimit = 1e-5;
constexpr double kFreeAlive = 3;
constexpr double kAccuracyLimit = 1e-9;
// A free run in float32 is judged on the first task's cross-entropy alone.
constexpr double kFreeFloat32Limit = 2e-2;

double relative(double value, double recorded) {
    const double difference = std::abs(value - recorded);
    return recorded != 0 ? difference / std::abs(recorded) : difference;
}

double scalar(const at::Tensor& tensor) { return tensor.item<double>(); }

// Difference in units of max |recorded| over [begin, begin + length).
double partRelative(const at::Tensor& computed, const at::Tensor& recorded, std::int64_t begin,
                    std::int64_t length) {
    if (length == 0) return 0;
    return compareTensors(computed.narrow(0, begin, length), recorded.narrow(0, begin, length)).relative();
}

void compareAlive(RecordedRun& run, const at::Tensor& recorded, double limit, const std::string& where,
                  VerifyReport& report, bool informative = false) {
    const auto counts = run.adapters().aliveCounts();
    for (std::size_t i = 0; i < counts.size(); ++i) {
        const auto expected = recorded[static_cast<std::int64_t>(i)].item<std::int64_t>();
        report.add("alive per module", std::abs(static_cast<double>(counts[i] - expected)), limit, "entries",
                   fmt::format("{}, {}", where, run.adapters().infos()[i].name), informative);
    }
}

// Compares W_past and the merged weights after a task with the record.
void compareTaskEnd(RecordedRun& run, const RecordedTask& recorded, double limit, const std::string& where,
                    VerifyReport& report, bool informative = false) {
    const auto& infos = run.adapters().infos();
    const auto* past = run.method().past();
    for (std::size_t i = 0; i < infos.size(); ++i) {
        const std::string at = where + ", " + infos[i].name;
        const auto shape = run.adapters().baseWeight(i).sizes().vec();
        const std::string pastName = "w_past/" + infos[i].name;
        if (past != nullptr && recorded.file.find(pastName) != nullptr)
            report.add("W_past",
                       compareTensors((*past)[i], recordedTensor(recorded.file, pastName, shape, at::kDouble))
                           .relative(),
                       limit, "of largest", at, informative);
        const at::Tensor merged =
            recordedTensor(recorded.file, "merged/" + infos[i].name, shape, at::kDouble);
        report.add("merged weights", compareTensors(run.adapters().baseWeight(i), merged).relative(), limit,
                   "of largest", at, informative);
    }
}

// Takes W_past and the merged weights of the record instead of the computed ones.
void adoptRecord(RecordedRun& run, const RecordedTask& recorded) {
    const at::NoGradGuard noGrad;
    const auto& infos = run.adapters().infos();
    std::vector<at::Tensor> past;
    for (std::size_t i = 0; i < infos.size(); ++i) {
        at::Tensor& weight = run.adapters().baseWeight(i);
        const auto shape = weight.sizes().vec();
        weight.copy_(recordedTensor(recorded.file, "merged/" + infos[i].name, shape, weight.scalar_type()));
        const std::string pastName = "w_past/" + infos[i].name;
        if (recorded.file.find(pastName) != nullptr)
            past.push_back(recordedTensor(recorded.file, pastName, shape, weight.scalar_type()));
    }
    if (run.method().past() != nullptr && past.size() == infos.size()) run.method().setPast(past);
}

void compareStep(RecordedRun& run, const RecordedTask& recorded, std::int64_t s, const StepLoss& loss,
                 const ReplayLimits& limit, const std::string& where, VerifyReport& report) {
    for (std::size_t k = 0; k < loss.ce.size(); ++k) {
        const auto micro = static_cast<std::int64_t>(k);
        report.add("ce", relative(loss.ce[k], scalar(recorded.ce[s][micro])), limit.loss, "relative", where);
        report.add("penalty", relative(loss.penalty(), scalar(recorded.penalty[s][micro])), limit.loss,
                   "relative", where);
    }
    const at::Tensor gradients = run.flatGradients();
    const std::int64_t adapterWidth = run.adapters().trainable();
    report.add("gradients of A and B", partRelative(gradients, recorded.grads[s], 0, adapterWidth),
               limit.gradient, "of largest", where);
    const std::int64_t thresholds = run.width() - adapterWidth;
    if (thresholds > 0)
        report.add("gradients of log τ", partRelative(gradients, recorded.grads[s], adapterWidth, thresholds),
                   limit.thresholdGradient, "of largest", where);
    report.add("gradient norm",
               relative(clipGradients(run.adapters().parameters(), 0), scalar(recorded.gradNorm[s])),
               limit.norm, "relative", where);
}

// Rows that a seen task is evaluated on.
std::vector<TokenRow> evaluationRows(const RecordedTask& recorded, const std::string& prefix) {
    const at::Tensor ids =
        recordedTensor(recorded.file, prefix + "input_ids", {kAnySize, kAnySize}, at::kLong);
    const at::Tensor lengths = recordedTensor(recorded.file, prefix + "lengths", {ids.size(0)}, at::kLong);
    std::vector<TokenRow> rows;
    for (std::int64_t r = 0; r < ids.size(0); ++r) {
        const auto length = lengths[r].item<std::int64_t>();
        if (length < 1 || length > ids.size(1))
            fail(ErrorKind::Format, "{}: {}lengths of row {} is {}, expected 1 to {}",
                 recorded.file.path().string(), prefix, r, length, ids.size(1));
        TokenRow row;
        const auto* source = ids[r].data_ptr<std::int64_t>();
        row.source.assign(source, source + length);
        rows.push_back(std::move(row));
    }
    return rows;
}

// Generated answers of a seen task against the record: ids and accuracy.
void compareAnswers(RecordedRun& run, const RecordedTask& recorded, const RecordedTexts* texts,
                    std::int64_t number, std::int64_t seen, VerifyReport& report, bool informative) {
    const std::string prefix = fmt::format("eval/{}/", seen);
    if (recorded.file.find(prefix + "greedy_ids") == nullptr) return;
    const auto rows = evaluationRows(recorded, prefix);
    const auto count = static_cast<std::int64_t>(rows.size());
    const at::Tensor greedy =
        recordedTensor(recorded.file, prefix + "greedy_ids", {count, kAnySize}, at::kLong);
    const std::int64_t width = greedy.size(1);
    // One more than recorded shows whether a row really ended.
    const std::int64_t maxNewTokens = std::min(run.maxNewTokens(), width + 1);
    const std::string where = fmt::format("task {}, end, on task {}", number, seen);
    std::vector<std::vector<std::int32_t>> answers;
    {
        const AdapterSet::EvaluationScope scope(run.adapters());
        answers = run.backbone().generate(rows, maxNewTokens);
    }
    for (std::size_t r = 0; r < answers.size(); ++r) {
        bool equal = static_cast<std::int64_t>(answers[r].size()) <= width;
        for (std::int64_t i = 0; i < width; ++i) {
            const auto index = static_cast<std::size_t>(i);
            const std::int64_t id = index < answers[r].size() ? answers[r][index] : run.padId();
            equal &= id == greedy[static_cast<std::int64_t>(r)][i].item<std::int64_t>();
        }
        report.add("greedy answers", equal ? 0 : 1, 0, "rows", fmt::format("{}, row {}", where, r),
                   informative);
    }
    if (texts == nullptr) return;
    texts->compareEvaluation(rows, seen, report);
    const auto accuracy = texts->accuracy(answers, seen);
    const auto expected = run.accuracy(number, seen);
    if (accuracy && expected)
        report.add("accuracy matrix", std::abs(*accuracy - *expected), kAccuracyLimit, "absolute", where,
                   informative);
}

std::string title(const char* what, const std::filesystem::path& folder, bool float64) {
    return fmt::format("{} {} ({})", what, folder.string(), float64 ? "float64" : "float32");
}

VerifyReport replay(const std::filesystem::path& folder, const VerifyOptions& options) {
    RecordedRun run(folder, options);
    const ReplayLimits& limit = options.float64 ? kFloat64 : kFloat32;
    VerifyReport report;
    report.title = title("replay", folder, options.float64);
    const auto texts = RecordedTexts::open(run, report);
    for (std::int64_t number = 1; number <= run.tasks(); ++number) {
        const RecordedTask recorded = run.task(number);
        const BlendSchedule schedule = run.schedule(recorded.steps);
        const bool gated = run.adapters().gate().enabled;
        if (texts != nullptr) texts->compareTraining(recorded, number, report);
        run.beginTask();
        for (std::int64_t s = 0; s < recorded.steps; ++s) {
            const std::string where = fmt::format("task {}, step {}", number, s);
            run.setState(recorded.params[s]);
            if (gated) run.adapters().setBlend(schedule.blend(s));
            report.add("f", std::abs(run.adapters().blend() - scalar(recorded.f[s])), limit.f, "absolute",
                       where);
            compareAlive(run, recorded.alive[s], limit.alive, where, report);
            compareStep(run, recorded, s, run.gradients(recorded, s), limit, where, report);

            // The optimizer goes on from the recorded gradients, with moments of its own.
            run.setGradients(recorded.grads[s]);
            clipGradients(run.adapters().parameters(), run.optimizerSpec().clip);
            run.optimizer().step(run.learningRate(s, recorded.steps));
            const bool initialises =
                gated && !run.adapters().thresholdsInitialised() && s + 1 >= schedule.initialisationStep();
            const std::int64_t compared = initialises ? run.adapters().trainable() : run.width();
            report.add("next parameters",
                       compareTensors(run.state().narrow(0, 0, compared),
                                      recorded.params[s + 1].narrow(0, 0, compared))
                               .largest /
                           run.optimizerSpec().lr,
                       limit.parameters, "learning rates", where);
            if (initialises) {
                run.setState(recorded.params[s + 1]);
                run.adapters().initialiseThresholds();
                const std::int64_t begin = run.adapters().trainable();
                report.add("threshold after initialisation",
                           compareTensors(run.state().narrow(0, begin, run.width() - begin),
                                          recorded.params[s + 1].narrow(0, begin, run.width() - begin))
                               .largest,
                           limit.logTau, "absolute", where);
            }
        }
        const std::string where = fmt::format("task {}, end", number);
        run.setState(recorded.params[recorded.steps]);
        if (gated) run.adapters().setBlend(schedule.blend(recorded.steps));
        compareAlive(run, recorded.alive[recorded.steps], limit.alive, where, report);
        run.method().absorb(run.adapters());
        run.adapters().merge();
        compareTaskEnd(run, recorded, limit.weights, where, report);
        adoptRecord(run, recorded);
    }
    return report;
}

VerifyReport freerun(const std::filesystem::path& folder, const VerifyOptions& options) {
    RecordedRun run(folder, options);
    const bool info = !options.float64;
    const double limit = options.float64 ? kFreeLimit : kFreeFloat32Limit;
    VerifyReport report;
    report.title = title("freerun", folder, options.float64);
    if (info)
        report.notes.emplace_back("float32 is judged on the first task's ce; the rest is for information");
    const auto texts = RecordedTexts::open(run, report);
    for (std::int64_t number = 1; number <= run.tasks(); ++number) {
        const RecordedTask recorded = run.task(number);
        const BlendSchedule schedule = run.schedule(recorded.steps);
        const double largestCe = scalar(recorded.ce.abs().max());
        const double largestPenalty = scalar(recorded.penalty.abs().max());
        const double largestNorm = scalar(recorded.gradNorm.abs().max());
        run.setState(recorded.params[0]);
        run.beginTask();
        for (std::int64_t s = 0; s < recorded.steps; ++s) {
            const std::string where = fmt::format("task {}, step {}", number, s);
            const StepLoss loss = run.gradients(recorded, s);
            for (std::size_t k = 0; k < loss.ce.size(); ++k) {
                const auto micro = static_cast<std::int64_t>(k);
                report.add(number == 1 ? "ce, first task" : "ce, later tasks",
                           std::abs(loss.ce[k] - scalar(recorded.ce[s][micro])) / largestCe, limit,
                           "of largest", where, info && number > 1);
                const double difference = std::abs(loss.penalty() - scalar(recorded.penalty[s][micro]));
                report.add("penalty", largestPenalty > 0 ? difference / largestPenalty : difference, limit,
                           "of largest", where, info);
            }
            const double norm = clipGradients(run.adapters().parameters(), run.optimizerSpec().clip);
            report.add("gradient norm", std::abs(norm - scalar(recorded.gradNorm[s])) / largestNorm, limit,
                       "of largest", where, info);
            run.optimizer().step(run.learningRate(s, recorded.steps));
            advanceGate(run.adapters(), schedule, s + 1);
            compareAlive(run, recorded.alive[s + 1], kFreeAlive, where, report, info);
        }
        const std::string where = fmt::format("task {}, end", number);
        report.add("final parameters",
                   compareTensors(run.state(), recorded.params[recorded.steps]).relative(), limit,
                   "of largest", where, info);
        for (std::int64_t seen = 1; seen <= number; ++seen)
            compareAnswers(run, recorded, texts.get(), number, seen, report, info);
        run.method().absorb(run.adapters());
        run.adapters().merge();
        compareTaskEnd(run, recorded, limit, where, report, info);
    }
    return report;
}

}  // namespace

VerifyReport verifyReplay(const std::filesystem::path& folder, const VerifyOptions& options) {
    return refusingMisfits(folder.string(), [&] { return replay(folder, options); });
}

VerifyReport verifyFreerun(const std::filesystem::path& folder, const VerifyOptions& options) {
    return refusingMisfits(folder.string(), [&] { return freerun(folder, options); });
}

}  // namespace jumplora
