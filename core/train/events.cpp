// SPDX-License-Identifier: Apache-2.0
#include "train/events.h"

#include "base/error.h"

#include <cmath>
#include <limits>

namespace jumplora {
namespace {

// JSON has no NaN and no infinity; they travel as strings.
Json number(double value) {
    if (std::isnan(value)) return "nan";
    if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
    return value;
}

Json numbers(const std::vector<double>& values) {
    Json list = Json::array();
    for (const double value : values) list.push_back(number(value));
    return list;
}

Json named(const std::vector<NamedValue>& values) {
    Json object = Json::object();
    for (const NamedValue& value : values) object[value.name] = number(value.value);
    return object;
}

// Reads members of one event; every damage becomes Error(Format) naming where.
class Reader {
  public:
    Reader(const Json& json, std::string where) : m_json(json), m_where(std::move(where)) {}

    [[nodiscard]] double number(const char* key) const {
        return toNumber(requireMember(m_json, key, m_where), key);
    }
    [[nodiscard]] std::int64_t integer(const char* key) const { return requireInteger(m_json, key, m_where); }
    [[nodiscard]] std::string text(const char* key) const { return requireString(m_json, key, m_where); }
    [[nodiscard]] bool has(const char* key) const { return m_json.is_object() && m_json.contains(key); }

    [[nodiscard]] std::vector<double> numbers(const char* key) const {
        std::vector<double> values;
        for (const Json& item : list(key)) values.push_back(toNumber(item, key));
        return values;
    }
    [[nodiscard]] std::vector<std::int64_t> integers(const char* key) const {
        std::vector<std::int64_t> values;
        for (const Json& item : list(key)) {
            if (!item.is_number_integer() ||
                (item.is_number_unsigned() &&
                 item.get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX)))
                damaged(key, "whole numbers");
            values.push_back(item.get<std::int64_t>());
        }
        return values;
    }
    [[nodiscard]] std::vector<std::string> texts(const char* key) const {
        std::vector<std::string> values;
        for (const Json& item : list(key)) {
            if (!item.is_string()) damaged(key, "strings");
            values.push_back(item.get<std::string>());
        }
        return values;
    }
    [[nodiscard]] std::vector<NamedValue> named(const char* key) const {
        return toNamed(requireMember(m_json, key, m_where), key);
    }
    [[nodiscard]] std::vector<std::vector<NamedValue>> namedLists(const char* key) const {
        std::vector<std::vector<NamedValue>> values;
        for (const Json& item : list(key)) values.push_back(toNamed(item, key));
        return values;
    }
    [[nodiscard]] const Json& list(const char* key) const {
        const Json& value = requireMember(m_json, key, m_where);
        if (!value.is_array()) damaged(key, "a list");
        return value;
    }
    [[nodiscard]] Reader child(const char* key) const {
        return {requireMember(m_json, key, m_where), m_where};
    }
    [[nodiscard]] const std::string& where() const { return m_where; }

  private:
    [[noreturn]] void damaged(const char* key, const char* expected) const {
        fail(ErrorKind::Format, "{}: \"{}\" must be {}", m_where, key, expected);
    }
    double toNumber(const Json& value, const char* key) const {
        if (value.is_number()) return value.get<double>();
        if (value == "nan") return std::numeric_limits<double>::quiet_NaN();
        if (value == "inf") return std::numeric_limits<double>::infinity();
        if (value == "-inf") return -std::numeric_limits<double>::infinity();
        damaged(key, "a number");
    }
    std::vector<NamedValue> toNamed(const Json& object, const char* key) const {
        if (!object.is_object()) damaged(key, "an object of numbers");
        std::vector<NamedValue> values;
        for (const auto& [name, value] : object.items()) values.push_back({name, toNumber(value, key)});
        return values;
    }

    const Json& m_json;
    std::string m_where;
};

// write(event, json, volatile): fields of an event; read(reader, volatile): the way back.

const char* typeOf(const RunStarted&) { return "run_started"; }
void write(const RunStarted& e, Json& j, Json&) {
    Json modules = Json::array();
    for (const ModuleInfo& m : e.modules)
        modules.push_back({{"name", m.name},
                           {"group", m.group},
                           {"block", m.block},
                           {"rows", m.rows},
                           {"columns", m.columns},
                           {"threshold", m.threshold}});
    j["run"] = e.runId;
    j["spec_hash"] = e.specHash;
    j["tasks"] = e.tasks;
    j["steps"] = e.steps;
    j["modules"] = modules;
    j["trainable"] = e.trainable;
}
void read(RunStarted& e, const Reader& r, const Reader&) {
    e.runId = r.text("run");
    e.specHash = r.text("spec_hash");
    e.tasks = r.texts("tasks");
    e.steps = r.integers("steps");
    for (const Json& m : r.list("modules")) {
        const Reader module(m, r.where());
        e.modules.push_back({module.text("name"), module.text("group"), module.integer("block"),
                             module.integer("rows"), module.integer("columns"), module.integer("threshold")});
    }
    e.trainable = r.integer("trainable");
}

const char* typeOf(const TaskStarted&) { return "task_started"; }
void write(const TaskStarted& e, Json& j, Json&) {
    j["task"] = e.task;
    j["name"] = e.name;
    j["steps"] = e.steps;
    j["rows"] = e.rows;
    j["first_step"] = e.firstStep;
    j["final_step"] = e.finalStep;
}
void read(TaskStarted& e, const Reader& r, const Reader&) {
    e = {r.integer("task"), r.text("name"),          r.integer("steps"),
         r.integer("rows"), r.integer("first_step"), r.integer("final_step")};
}

const char* typeOf(const StepMetrics&) { return "step"; }
void write(const StepMetrics& e, Json& j, Json& v) {
    j["task"] = e.task;
    j["step"] = e.step;
    j["global_step"] = e.globalStep;
    j["ce"] = number(e.ce);
    j["penalties"] = named(e.penalties);
    j["grad_norm"] = number(e.gradNorm);
    j["lr"] = number(e.lr);
    j["f"] = number(e.f);
    j["tau"] = numbers(e.tau);
    j["density"] = number(e.density);
    j["rows"] = e.rows;
    j["tokens"] = e.tokens;
    j["padded_tokens"] = e.paddedTokens;
    v["tokens_per_second"] = number(e.tokensPerSecond);
    v["step_seconds"] = number(e.stepSeconds);
    v["memory_bytes"] = e.memoryBytes;
}
void read(StepMetrics& e, const Reader& r, const Reader& v) {
    e.task = r.integer("task");
    e.step = r.integer("step");
    e.globalStep = r.integer("global_step");
    e.ce = r.number("ce");
    e.penalties = r.named("penalties");
    e.gradNorm = r.number("grad_norm");
    e.lr = r.number("lr");
    e.f = r.number("f");
    e.tau = r.numbers("tau");
    e.density = r.number("density");
    e.rows = r.integer("rows");
    e.tokens = r.integer("tokens");
    e.paddedTokens = r.integer("padded_tokens");
    e.tokensPerSecond = v.number("tokens_per_second");
    e.stepSeconds = v.number("step_seconds");
    e.memoryBytes = v.integer("memory_bytes");
}

const char* typeOf(const ThresholdInitialised&) { return "threshold_initialised"; }
void write(const ThresholdInitialised& e, Json& j, Json&) {
    j["task"] = e.task;
    j["step"] = e.step;
    j["tau"] = numbers(e.tau);
}
void read(ThresholdInitialised& e, const Reader& r, const Reader&) {
    e = {r.integer("task"), r.integer("step"), r.numbers("tau")};
}

const char* typeOf(const GateStatistics&) { return "gate"; }
void write(const GateStatistics& e, Json& j, Json&) {
    j["task"] = e.task;
    j["step"] = e.step;
    j["alive"] = e.alive;
    j["max_abs"] = numbers(e.maxAbs);
    j["tau"] = numbers(e.tau);
    j["in_window"] = numbers(e.inWindow);
}
void read(GateStatistics& e, const Reader& r, const Reader&) {
    e = {r.integer("task"),    r.integer("step"), r.integers("alive"),
         r.numbers("max_abs"), r.numbers("tau"),  r.numbers("in_window")};
}

const char* typeOf(const TaskTrained&) { return "task_trained"; }
void write(const TaskTrained& e, Json& j, Json&) {
    j["task"] = e.task;
    j["f"] = number(e.f);
    j["alive"] = e.alive;
    j["alive_total"] = e.aliveTotal;
    j["entries"] = e.entries;
    j["stored_bytes"] = e.storedBytes;
    j["adapter"] = e.adapterFile;
}
void read(TaskTrained& e, const Reader& r, const Reader&) {
    e = {r.integer("task"),        r.number("f"),        r.integers("alive"),
         r.integer("alive_total"), r.integer("entries"), r.integer("stored_bytes"),
         r.text("adapter")};
}

const char* typeOf(const EvaluationProgress&) { return "evaluation_progress"; }
void write(const EvaluationProgress& e, Json& j, Json&) {
    j["after_task"] = e.afterTask;
    j["task"] = e.task;
    j["done"] = e.done;
    j["total"] = e.total;
}
void read(EvaluationProgress& e, const Reader& r, const Reader&) {
    e = {r.integer("after_task"), r.integer("task"), r.integer("done"), r.integer("total")};
}

const char* typeOf(const EvaluationCell&) { return "evaluation_cell"; }
void write(const EvaluationCell& e, Json& j, Json& v) {
    j["after_task"] = e.afterTask;
    j["task"] = e.task;
    j["split"] = e.split;
    j["correct"] = e.correct;
    j["total"] = e.total;
    j["within_options"] = e.withinOptions;
    j["predictions"] = e.predictionsFile;
    // Only where they say more than the counts.
    if (e.metric != EvaluationCell().metric) j["metric"] = e.metric;
    if (e.score) j["score"] = *e.score;
    v["seconds"] = number(e.seconds);
}
void read(EvaluationCell& e, const Reader& r, const Reader& v) {
    e.afterTask = r.integer("after_task");
    e.task = r.integer("task");
    e.split = r.text("split");
    e.correct = r.integer("correct");
    e.total = r.integer("total");
    e.withinOptions = r.integer("within_options");
    e.predictionsFile = r.text("predictions");
    e.seconds = v.number("seconds");
    if (e.correct < 0 || e.total < 0 || e.correct > e.total)
        fail(ErrorKind::Format, "{}: {} of {} correct answers", r.where(), e.correct, e.total);
    if (r.has("metric")) e.metric = r.text("metric");
    if (r.has("score")) {
        e.score = r.number("score");
        if (!(*e.score >= 0 && *e.score <= 1))
            fail(ErrorKind::Format, "{}: a score of {} is not between 0 and 1", r.where(), *e.score);
    }
}

const char* typeOf(const OverlapComputed&) { return "overlap"; }
void write(const OverlapComputed& e, Json& j, Json&) {
    j["i"] = e.i;
    j["j"] = e.j;
    j["pooled"] = named(e.pooled);
    Json modules = Json::array();
    for (const auto& values : e.perModule) modules.push_back(named(values));
    j["modules"] = modules;
}
void read(OverlapComputed& e, const Reader& r, const Reader&) {
    e = {r.integer("i"), r.integer("j"), r.named("pooled"), r.namedLists("modules")};
}

const char* typeOf(const CheckpointWritten&) { return "checkpoint"; }
void write(const CheckpointWritten& e, Json& j, Json&) {
    j["file"] = e.file;
    j["task"] = e.task;
    j["step"] = e.step;
    j["phase"] = e.phase;
    j["bytes"] = e.bytes;
}
void read(CheckpointWritten& e, const Reader& r, const Reader&) {
    e = {r.text("file"), r.integer("task"), r.integer("step"), r.text("phase"), r.integer("bytes")};
}

const char* typeOf(const WarningRaised&) { return "warning"; }
void write(const WarningRaised& e, Json& j, Json&) {
    j["code"] = e.code;
    j["message"] = e.message;
    j["task"] = e.task;
    j["step"] = e.step;
}
void read(WarningRaised& e, const Reader& r, const Reader&) {
    e = {r.text("code"), r.text("message"), r.integer("task"), r.integer("step")};
}

const char* typeOf(const RunResumed&) { return "run_resumed"; }
void write(const RunResumed& e, Json& j, Json&) {
    j["task"] = e.task;
    j["step"] = e.step;
}
void read(RunResumed& e, const Reader& r, const Reader&) { e = {r.integer("task"), r.integer("step")}; }

const char* typeOf(const RunEnded&) { return "run_ended"; }
void write(const RunEnded& e, Json& j, Json&) {
    j["state"] = e.state;
    j["message"] = e.message;
}
void read(RunEnded& e, const Reader& r, const Reader&) { e = {r.text("state"), r.text("message")}; }

// Tries the alternatives of EventPayload one after another.
template <std::size_t I = 0>
EventPayload readPayload(const std::string& type, const Reader& r, const Reader& v) {
    if constexpr (I == std::variant_size_v<EventPayload>) {
        (void)v;
        fail(ErrorKind::Format, "{}: \"{}\" is not a known type of event", r.where(), type);
    } else {
        std::variant_alternative_t<I, EventPayload> event;
        if (type != typeOf(event)) return readPayload<I + 1>(type, r, v);
        read(event, r, v);
        return event;
    }
}

}  // namespace

Json toJson(const Event& event) {
    return std::visit(
        [&](const auto& payload) {
            Json json = {{"type", typeOf(payload)}};
            Json varying = {{"time", number(event.time)}};
            write(payload, json, varying);
            json["volatile"] = varying;
            return json;
        },
        event.payload);
}

Event eventFromJson(const Json& json, const std::string& where) {
    const Reader reader(json, where);
    const std::string type = reader.text("type");
    const Reader varying = reader.child("volatile");
    Event event;
    event.time = varying.number("time");
    event.payload = readPayload(type, reader, varying);
    return event;
}

bool isPartOfResult(const Event& event) {
    if (const auto* ended = std::get_if<RunEnded>(&event.payload)) return ended->state == "finished";
    return !std::holds_alternative<EvaluationProgress>(event.payload) &&
           !std::holds_alternative<CheckpointWritten>(event.payload) &&
           !std::holds_alternative<RunResumed>(event.payload);
}

}  // namespace jumplora
