// SPDX-License-Identifier: Apache-2.0
#include "train/trainer.h"

#include "base/error.h"
#include "base/file.h"
#include "base/random.h"
#include "base/resources.h"
#include "data/batching.h"
#include "model/threads.h"
#include "train/checkpoint.h"
#include "train/encoded_rows.h"
#include "train/evaluated_column.h"
#include "train/event_log.h"
#include "train/replay_memory.h"
#include "train/run_lock.h"
#include "train/run_setup.h"
#include "train/run_state.h"
#include "train/step.h"

#include <unistd.h>

#include <chrono>
#include <cmath>

namespace jumplora {
namespace {

using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

// Thrown to leave the loops when a command asks for it.
struct Interrupted {
    std::string state;
};

// A penalty this many times the cross-entropy over this many steps is worth a warning.
constexpr double kDwarfingFactor = 10;
constexpr std::int64_t kDwarfingSteps = 20;

class Run {
  public:
    Run(const RunDirectory& directory, const std::vector<EventListener*>& listeners, RunControl& control,
        TaskObserver observer)
        : m_directory(directory),
          m_control(control),
          m_observer(std::move(observer)),
          m_setup(openRun(directory.readSpec(), control.loading)) {
        const auto& spec = m_setup.spec;
        m_specHash = specHash(spec);
        std::int64_t keep = 0;
        if (std::filesystem::exists(directory.checkpointFile())) {
            m_checkpoint = readCheckpoint(directory.checkpointFile());
            if (m_checkpoint->specHash != m_specHash)
                fail(ErrorKind::State, "{}: the checkpoint belongs to spec {}, the folder holds spec {}",
                     directory.path().string(), m_checkpoint->specHash, m_specHash);
            refuseChangedInputs(m_setup, directory.runFile());
            keep = m_checkpoint->eventBytes;
        }
        m_log = std::make_unique<EventLog>(directory.eventsFile(), keep, listeners);
    }

    std::string execute() {
        writeState(m_directory, "running", "");
        std::string state = "finished";
        try {
            std::int64_t next = 1;
            if (m_checkpoint) {
                next = resume();
            } else {
                begin();
            }
            for (std::int64_t stage = next; stage <= stageCount(); ++stage) {
                trainStage(stage);
                finishStage(stage);
                if (m_control.stopAfterTask && stage < stageCount()) throw Interrupted{"stopped"};
            }
            writeResult(m_directory, m_specHash, m_setup.columnNames);
        } catch (const Interrupted& interrupted) {
            state = interrupted.state;
        }
        m_log->emit(
            RunEnded{state, state == "finished" ? "" : "by the user; resume goes on from the checkpoint"});
        m_log->sync();
        writeState(m_directory, state, "");
        return state;
    }

    void recordFailure(const std::string& message) {
        m_log->emit(RunEnded{"failed", message});
        m_log->sync();
    }

  private:
    [[nodiscard]] std::int64_t stageCount() const { return static_cast<std::int64_t>(m_setup.stages.size()); }
    const Stage& stageAt(std::int64_t number) const {
        return m_setup.stages[static_cast<std::size_t>(number - 1)];
    }
    [[nodiscard]] bool continued() const { return m_setup.method->life() == AdapterLife::Continued; }
    AdapterSet& adapters() { return *m_setup.adapters; }

    [[nodiscard]] std::uint64_t seed(const char* purpose, std::int64_t first = 0,
                                     std::int64_t second = 0) const {
        return deriveSeed(m_setup.spec.seed, purpose, static_cast<std::uint64_t>(first),
                          static_cast<std::uint64_t>(second));
    }

    void begin() {
        RunStarted started;
        started.runId = m_directory.path().filename().string();
        started.specHash = m_specHash;
        started.tasks = m_setup.columnNames;
        started.steps = m_setup.plannedSteps();
        started.modules = adapters().infos();
        started.trainable = adapters().trainable();
        m_log->emit(std::move(started));
        if (m_setup.spec.evaluation.beforeTraining) {
            for (std::size_t column = 0; column < m_setup.columns.size(); ++column)
                evaluateColumn(0, static_cast<std::int64_t>(column) + 1);
        }
    }

    // Rebuilds merged weights and the method's memory from finished tasks; returns the stage to go on with.
    std::int64_t resume() {
        const std::int64_t finished = m_checkpoint->merged ? m_checkpoint->task : m_checkpoint->task - 1;
        if (m_checkpoint->task > stageCount())
            fail(ErrorKind::Format, "{}: names task {} of {}", m_directory.checkpointFile().string(),
                 m_checkpoint->task, stageCount());
        adapters().reset(seed("init", 1));
        for (std::int64_t stage = 1; stage <= finished; ++stage) {
            m_setup.method->configure(stageAt(stage).methodParameters);
            loadAdapter(m_directory.path() / m_directory.adapterName(stage), adapters());
            absorbAndMerge();
        }
        m_carry = m_checkpoint->carry;
        m_globalStep = m_carry.value("global_step", std::int64_t{0});
        if (m_checkpoint->merged)
            restoreCheckpoint(m_directory.checkpointFile(), adapters(), nullptr, *m_setup.method);
        m_log->emit(RunResumed{m_checkpoint->task, m_checkpoint->step});
        return finished + 1;
    }

    void absorbAndMerge() {
        m_setup.method->absorb(adapters());
        if (m_setup.method->life() == AdapterLife::FreshMerged) adapters().merge();
    }

    void warn(const std::string& code, const std::string& message, std::int64_t task, std::int64_t step) {
        const std::string key = fmt::format("{}/{}", code, task);
        Json& warned = m_carry["warned"];
        if (warned.is_object() && warned.contains(key)) return;
        warned[key] = true;
        m_log->emit(WarningRaised{code, message, task, step});
    }

    void obey() {
        if (m_control.stop) throw Interrupted{"stopped"};
        if (m_control.pause) throw Interrupted{"paused"};
    }

    void saveCheckpoint(std::int64_t task, std::int64_t step, bool merged) {
        Checkpoint checkpoint;
        checkpoint.task = task;
        checkpoint.step = step;
        checkpoint.merged = merged;
        checkpoint.eventBytes = m_log->sync();
        checkpoint.specHash = m_specHash;
        m_carry["global_step"] = m_globalStep;
        checkpoint.carry = m_carry;
        const std::int64_t bytes = writeCheckpoint(m_directory.checkpointFile(), checkpoint, adapters(),
                                                   merged ? nullptr : m_optimizer.get(), *m_setup.method);
        m_lastCheckpoint = Clock::now();
        m_control.checkpointNow = false;
        m_log->emit(
            CheckpointWritten{"checkpoint.safetensors", task, step, merged ? "merged" : "training", bytes});
    }

    void beginStage(std::int64_t number, std::int64_t steps, std::int64_t rows,
                    const BlendSchedule& schedule) {
        const bool carriesOn = continued() && number > 1;
        if (!carriesOn) adapters().reset(seed("init", number));
        if (carriesOn && adapters().gate().enabled) adapters().setBlend(1.0);
        m_carry["dwarfed"] = 0;
        m_carry["density"] = carriesOn ? m_carry.value("density", 1.0) : 1.0;
        TaskStarted started;
        started.task = m_setup.matrixRow(number);
        started.name = stageAt(number).name;
        started.steps = steps;
        started.rows = rows;
        started.firstStep = schedule.firstStep();
        started.finalStep = schedule.finalStep();
        m_log->emit(started);
        if (adapters().gate().enabled && !carriesOn && schedule.degenerate())
            warn("short_task",
                 fmt::format("task {} \"{}\" has {} steps, too few for warm start, blending and hard mask: "
                             "the threshold "
                             "is initialised after step {}",
                             number, stageAt(number).name, steps, schedule.initialisationStep()),
                 number, 0);
    }

    void trainStage(std::int64_t number) {
        const RunSpec& spec = m_setup.spec;
        const Stage& stage = stageAt(number);
        std::vector<Example> examples = m_setup.trainingExamples(stage);
        const auto rows = static_cast<std::int64_t>(examples.size());
        BatchPlan plan = m_setup.batchPlan(number, rows);
        const BlendSchedule schedule(spec.gate.first, spec.gate.final, plan.steps());
        m_setup.method->configure(stage.methodParameters);
        m_memory = ReplayMemory(m_setup, number);

        const bool resumed = m_checkpoint && !m_checkpoint->merged && m_checkpoint->task == number;
        std::int64_t done = resumed ? m_checkpoint->step : 0;
        m_rows = std::make_unique<EncodedRows>(
            std::move(examples), [this](const Example& example) { return m_setup.encode(example); },
            rowsInOrderOfUse(plan, rows, done));
        if (!resumed) beginStage(number, plan.steps(), rows, schedule);
        m_optimizer = makeOptimizer(spec.optimizer, adapters().parameters());
        if (resumed) {
            if (done > plan.steps())
                fail(ErrorKind::Format, "{}: names step {} of {}; the task's data may have changed",
                     m_directory.checkpointFile().string(), done, plan.steps());
            restoreCheckpoint(m_directory.checkpointFile(), adapters(), m_optimizer.get(), *m_setup.method);
        }
        m_lastCheckpoint = Clock::now();
        for (; done < plan.steps(); ++done) {
            obeyAt(number, done);
            trainStep(number, done, plan, schedule, stage.lr);
            const bool due = secondsSince(m_lastCheckpoint) >= spec.train.checkpointMinutes * 60.0;
            if (due || m_control.checkpointNow) saveCheckpoint(number, done + 1, false);
        }
        if (!(resumed && m_checkpoint->step == plan.steps())) saveCheckpoint(number, plan.steps(), false);
    }

    // A pause within a task keeps every step that was made.
    void obeyAt(std::int64_t number, std::int64_t done) {
        if (m_control.stop || m_control.pause) saveCheckpoint(number, done, false);
        obey();
    }

    void trainStep(std::int64_t number, std::int64_t step, BatchPlan& plan, const BlendSchedule& schedule,
                   double lr) {
        const auto started = Clock::now();
        const RunSpec& spec = m_setup.spec;
        const std::int64_t task = m_setup.matrixRow(number);
        StepMetrics metrics;
        std::vector<std::vector<TokenRow>> batches;
        const auto indices = plan.microBatches(step);
        for (std::size_t k = 0; k < indices.size(); ++k) {
            std::vector<TokenRow> batch;
            for (const std::int64_t row : indices[k])
                batch.push_back((*m_rows)[static_cast<std::size_t>(row)]);
            const std::int64_t draw = step * spec.train.accumulate + static_cast<std::int64_t>(k);
            m_memory.addTo(batch, draw);
            countTokens(batch, metrics);
            batches.push_back(std::move(batch));
        }
        const StepLoss loss =
            computeGradients(adapters(), *m_setup.method, batches.size(), [&](std::size_t k) {
                const std::int64_t draw = step * spec.train.accumulate + static_cast<std::int64_t>(k);
                DropoutSource backbone(m_setup.dropout(), seed("dropout", number, draw));
                DropoutSource adapter(spec.adapter.dropout, seed("adapter dropout", number, draw));
                adapters().setDropout(&adapter);
                at::Tensor ce = m_setup.backbone->loss(batches[k], &backbone);
                adapters().setDropout(nullptr);
                return ce;
            });
        refuseNonFinite(loss, task, step + 1);
        metrics.gradNorm = clipGradients(adapters().parameters(), spec.optimizer.clip);
        metrics.lr = scheduledLearningRate(spec.optimizer.schedule, lr, step, plan.steps());
        metrics.f = adapters().blend();
        m_optimizer->step(metrics.lr);
        const bool carriesOn = continued() && number > 1;
        const bool initialised = !carriesOn && advanceGate(adapters(), schedule, step + 1);
        ++m_globalStep;
        if (initialised) m_log->emit(ThresholdInitialised{task, step + 1, adapters().tau()});
        if (step == 0 || initialised || (step + 1) % spec.train.gateEvery == 0 || step + 1 == plan.steps())
            emitGate(task, step + 1);

        metrics.task = task;
        metrics.step = step + 1;
        metrics.globalStep = m_globalStep;
        metrics.ce = loss.meanCe();
        for (const PenaltyTerm& term : loss.penalties) metrics.penalties.push_back({term.name, term.value});
        metrics.tau = adapters().tau();
        metrics.density = m_carry.value("density", 1.0);
        metrics.stepSeconds = secondsSince(started);
        metrics.tokensPerSecond = static_cast<double>(metrics.tokens) / std::max(metrics.stepSeconds, 1e-9);
        metrics.memoryBytes = residentBytes();
        watchPenalty(loss, task, step + 1);
        m_log->emit(std::move(metrics));
    }

    void refuseNonFinite(const StepLoss& loss, std::int64_t task, std::int64_t step) {
        const std::string where = nonFinitePart(loss, adapters());
        if (where.empty()) return;
        const std::string message = fmt::format(
            "{} is not a finite number at step {} of task {}. Nothing was trained on it; resume goes on from "
            "the last checkpoint. A smaller learning rate, a smaller λ or clipping usually helps.",
            where, step, task);
        warn("not_finite", message, task, step);
        throw Error(ErrorKind::Numeric, message);
    }

    void watchPenalty(const StepLoss& loss, std::int64_t task, std::int64_t step) {
        const bool dwarfs = loss.penalty() > kDwarfingFactor * loss.meanCe();
        const std::int64_t count = dwarfs ? m_carry.value("dwarfed", std::int64_t{0}) + 1 : 0;
        m_carry["dwarfed"] = count;
        if (count == kDwarfingSteps)
            warn("penalty_dwarfs_loss",
                 fmt::format("the penalties were more than {} times the cross-entropy for {} steps; λ may be "
                             "too large",
                             kDwarfingFactor, kDwarfingSteps),
                 task, step);
    }

    void emitGate(std::int64_t task, std::int64_t step) {
        if (!adapters().gate().enabled) return;
        const GateSnapshot snapshot = adapters().snapshot();
        m_carry["density"] =
            static_cast<double>(snapshot.aliveTotal) / static_cast<double>(adapters().entries());
        const auto tau = adapters().tau();
        m_log->emit(GateStatistics{task, step, snapshot.alive, snapshot.maxAbs, tau, snapshot.inWindow});
        if (!adapters().thresholdsInitialised()) return;
        for (std::size_t i = 0; i < snapshot.alive.size(); ++i) {
            if (snapshot.alive[i] > 0) continue;
            const ModuleInfo& info = adapters().infos()[i];
            warn("dead_module",
                 fmt::format(
                     "{}: no entry is above the threshold (max |ΔW| {:.3g}, τ {:.3g}); its update is cut "
                     "completely. Further modules are not reported for this task",
                     info.name, snapshot.maxAbs[i], tau[static_cast<std::size_t>(info.threshold)]),
                 task, step);
        }
    }

    void finishStage(std::int64_t number) {
        const std::int64_t task = m_setup.matrixRow(number);
        makeFolder(m_directory.path() / "adapters");
        TaskTrained trained;
        trained.task = task;
        trained.f = adapters().gate().enabled ? adapters().blend() : 0.0;
        trained.alive = adapters().snapshot().alive;
        for (const std::int64_t alive : trained.alive) trained.aliveTotal += alive;
        trained.entries = adapters().entries();
        trained.adapterFile = m_directory.adapterName(number);
        trained.storedBytes =
            writeAdapter(m_directory.path() / trained.adapterFile, adapters(), task, stageAt(number).name);
        m_log->emit(trained);
        if (adapters().gate().enabled && adapters().blend() < 1.0)
            warn("merged_with_soft_gate",
                 fmt::format("task {} ended at f = {:.2f}; it is merged with the hard mask all the same",
                             task, adapters().blend()),
                 task, 0);
        const bool all = m_setup.spec.evaluation.tasks == "all";
        const auto columns = static_cast<std::int64_t>(m_setup.columns.size());
        for (std::int64_t column = 1; column <= (all ? columns : task); ++column)
            evaluateColumn(task, column);
        m_setup.method->finishTask(adapters(), taskData(number));
        absorbAndMerge();
        observe(number);
        saveMethodState(number);
        saveCheckpoint(number, stepsOf(number), true);
        m_checkpoint.reset();
    }

    // What a fork after this task needs beyond the adapters; complete before the task counts as finished.
    void saveMethodState(std::int64_t number) {
        if (m_setup.method->state().empty()) return;
        Checkpoint finished;
        finished.task = number;
        finished.step = stepsOf(number);
        finished.merged = true;
        writeCheckpoint(m_directory.path() / m_directory.methodStateName(number), finished, adapters(),
                        nullptr, *m_setup.method);
    }

    void observe(std::int64_t number) {
        if (!m_observer) return;
        try {
            for (EventPayload& payload : m_observer(m_directory, number)) m_log->emit(std::move(payload));
        } catch (const std::exception& e) {
            warn("observer_failed",
                 fmt::format("task {} could not be compared with earlier ones: {}", number, e.what()), number,
                 0);
        }
    }

    [[nodiscard]] std::int64_t stepsOf(std::int64_t number) const {
        return m_setup.batchPlan(number, static_cast<std::int64_t>(m_rows->size())).steps();
    }

    TaskData taskData(std::int64_t number) {
        TaskData data;
        data.rows = static_cast<std::int64_t>(m_rows->size());
        data.perRowGradients = [this, number](std::int64_t maxRows, const std::function<void()>& use) {
            std::vector<std::size_t> order(m_rows->size());
            for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
            Rng rng(seed("fisher", number));
            rng.shuffle(std::span(order));
            order.resize(std::min(order.size(), static_cast<std::size_t>(maxRows)));
            for (const std::size_t row : order) {
                for (at::Tensor& leaf : adapters().parameters()) leaf.mutable_grad() = at::Tensor();
                m_setup.backbone->loss(std::span(&(*m_rows)[row], 1), nullptr).backward();
                use();
            }
        };
        return data;
    }

    void evaluateColumn(std::int64_t afterTask, std::int64_t column) {
        EvaluatedColumn evaluated = jumplora::evaluateColumn(
            m_setup, m_directory, afterTask, column, [&](std::int64_t done, std::int64_t total) {
                obey();
                m_log->emit(EvaluationProgress{afterTask, column, done, total});
            });
        if (evaluated.outsideOptions > 0)
            warn("labels_outside_options",
                 fmt::format("{} of {} rows of \"{}\" ({}) carry a label that is not among its options; they "
                             "always count as wrong",
                             evaluated.outsideOptions, evaluated.cell.total,
                             m_setup.columnNames[static_cast<std::size_t>(column - 1)], evaluated.cell.split),
                 column, 0);
        m_log->emit(std::move(evaluated.cell));
    }

    RunDirectory m_directory;
    RunControl& m_control;
    TaskObserver m_observer;
    RunSetup m_setup;
    std::string m_specHash;
    std::optional<Checkpoint> m_checkpoint;
    std::unique_ptr<EventLog> m_log;
    std::unique_ptr<Optimizer> m_optimizer;
    std::unique_ptr<EncodedRows> m_rows;  // training rows of the present stage
    ReplayMemory m_memory;
    Json m_carry = Json::object();
    std::int64_t m_globalStep = 0;
    Clock::time_point m_lastCheckpoint = Clock::now();
};

}  // namespace

std::string executeRun(const RunDirectory& directory, const std::vector<EventListener*>& listeners,
                       RunControl& control, const TaskObserver& observer) {
    // Outside the reach of the handler below: a refused second program must not touch the run's state.
    const RunLock lock(directory);
    removeTemporaryFiles(directory);
    std::optional<Run> run;
    try {
        run.emplace(directory, listeners, control, observer);
        return run->execute();
    } catch (const std::exception& e) {
        // LibTorch's messages carry a stack of frames behind the first line.
        std::string message = e.what();
        if (dynamic_cast<const Error*>(&e) == nullptr) message = message.substr(0, message.find('\n'));
        // The disk may be what failed: each is tried, the error itself is what counts.
        const auto attempt = [](auto&& write) {
            try {
                write();
            } catch (const std::exception&) {
            }
        };
        attempt([&] {
            if (run) run->recordFailure(message);
        });
        attempt([&] { writeState(directory, "failed", message); });
        if (dynamic_cast<const Error*>(&e) != nullptr) throw;
        throw Error(
            dynamic_cast<const std::bad_alloc*>(&e) != nullptr ? ErrorKind::Resource : ErrorKind::State,
            message);
    }
}

}  // namespace jumplora
