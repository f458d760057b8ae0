// SPDX-License-Identifier: GPL-3.0-or-later
#include "setup/spec_document.h"

#include "base/error.h"
#include "exchange/number_format.h"
#include "setup/seed_list.h"
#include "train/spec_dependencies.h"

#include <QUndoCommand>
#include <QUndoStack>
#include <algorithm>
#include <set>

namespace jumplora {
namespace {

constexpr int kFieldCommand = 1;
const std::string kSeed = "seed";

void setPath(Json& spec, const std::string& key, const Json& value) {
    const std::size_t dot = key.find('.');
    if (dot == std::string::npos) {
        spec[key] = value;
    } else {
        spec[key.substr(0, dot)][key.substr(dot + 1)] = value;
    }
}

std::vector<int> sortedUnique(std::vector<int> rows) {
    std::sort(rows.begin(), rows.end());
    rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
    return rows;
}

Json seedsJson(const std::vector<std::uint64_t>& seeds) {
    Json list = Json::array();
    for (const std::uint64_t seed : seeds) list.push_back(seed);
    return list;
}

}  // namespace

// Whole states are small; keeping both sides makes every step exact in both directions.
class StateCommand : public QUndoCommand {
  public:
    // Commands of one series (positive) are one step; `field` is the key that they change.
    StateCommand(SpecDocument& document, const QString& text, SpecState before, SpecState after,
                 std::string field, int series)
        : QUndoCommand(text),
          m_document(document),
          m_before(std::move(before)),
          m_after(std::move(after)),
          m_field(std::move(field)),
          m_series(series) {}
    void undo() override {
        m_document.endTyping();
        m_document.apply(m_before);
    }
    void redo() override { m_document.apply(m_after); }
    [[nodiscard]] int id() const override { return m_series > 0 ? kFieldCommand : -1; }
    bool mergeWith(const QUndoCommand* other) override {
        const auto* next = dynamic_cast<const StateCommand*>(other);
        if (next == nullptr || next->m_series != m_series) return false;
        m_after = next->m_after;
        setText(m_document.changeText(m_field, m_before, m_after));
        setObsolete(m_after == m_before);
        return true;
    }

  private:
    SpecDocument& m_document;
    SpecState m_before;
    SpecState m_after;
    std::string m_field;
    int m_series;
};

SpecDocument::SpecDocument(QObject* parent) : QObject(parent), m_undo(new QUndoStack(this)) {}

std::string SpecDocument::method() const {
    const auto found = m_state.values.find("method.type");
    return found != m_state.values.end() && found->second.is_string() ? found->second.get<std::string>()
                                                                      : MethodSpec{}.type;
}

std::string SpecDocument::storageKey(const std::string& key) const {
    const std::string prefix = "method.";
    return key.starts_with(prefix) && key != "method.type"
               ? "method/" + method() + "/" + key.substr(prefix.size())
               : key;
}

bool SpecDocument::takesPart(const std::string& key) const {
    const std::string owner = ownerOf(key);
    return owner.empty() || jumplora::takesPart(key, {{owner, value(owner)}});
}

Json SpecDocument::defaultValue(const std::string& key) const {
    if (key == kSeed) return seedsJson({RunSpec{}.seed});
    const ParamInfo* param = findParam(key, method());
    return param == nullptr ? Json() : param->defaultValue;
}

Json SpecDocument::value(const std::string& key) const {
    const auto found = m_state.values.find(storageKey(key));
    return found == m_state.values.end() ? defaultValue(key) : found->second;
}

std::vector<std::uint64_t> SpecDocument::seeds() const {
    return value(kSeed).get<std::vector<std::uint64_t>>();
}

QString SpecDocument::text(const std::string& key) const {
    const auto bad = m_state.badTexts.find(storageKey(key));
    if (bad != m_state.badTexts.end()) return bad->second;
    return key == kSeed ? seedsText(seeds()) : fieldText(value(key));
}

QString SpecDocument::error(const std::string& key) const {
    const auto bad = m_state.badTexts.find(storageKey(key));
    if (bad == m_state.badTexts.end()) return {};
    if (key == kSeed) return parseSeeds(bad->second).error;
    const ParamInfo* param = findParam(key, method());
    return param == nullptr ? QString() : parseField(*param, key, bad->second).error;
}

bool SpecDocument::isChanged(const std::string& key) const {
    return m_state.badTexts.contains(storageKey(key)) || value(key) != defaultValue(key);
}

QString SpecDocument::changeText(const std::string& key, const SpecState& before,
                                 const SpecState& after) const {
    const ParamInfo* param = findParam(key, method());
    const QString label =
        param == nullptr ? QString::fromStdString(key) : QString::fromStdString(param->label);
    const auto shown = [&](const SpecState& state) {
        const std::string stored = storageKey(key);
        const auto bad = state.badTexts.find(stored);
        if (bad != state.badTexts.end()) return bad->second;
        const auto found = state.values.find(stored);
        return valueText(found == state.values.end() ? defaultValue(key) : found->second);
    };
    return tr("%1 %2 → %3").arg(label, shown(before), shown(after));
}

void SpecDocument::push(const QString& text, SpecState after, const std::string& field) {
    if (after == m_state) return;
    if (field != m_typing) ++m_series;
    m_typing = field;
    m_undo->push(
        new StateCommand(*this, text, m_state, std::move(after), field, field.empty() ? 0 : m_series));
}

void SpecDocument::setText(const std::string& key, const QString& text) {
    SpecState after = m_state;
    const std::string stored = storageKey(key);
    after.badTexts.erase(stored);
    if (key == kSeed) {
        const SeedList list = parseSeeds(text);
        if (list.error.isEmpty()) after.values[stored] = seedsJson(list.seeds);
        if (!list.error.isEmpty()) after.badTexts[stored] = text;
    } else if (const ParamInfo* param = findParam(key, method())) {
        const FieldParse parsed = parseField(*param, key, text);
        if (parsed.error.isEmpty()) after.values[stored] = parsed.value;
        if (!parsed.error.isEmpty()) after.badTexts[stored] = text;
    }
    if (const auto set = after.values.find(stored);
        set != after.values.end() && set->second == defaultValue(key))
        after.values.erase(set);
    push(changeText(key, m_state, after), after, key);
}

void SpecDocument::setValue(const std::string& key, const Json& value) {
    SpecState after = m_state;
    const std::string stored = storageKey(key);
    after.badTexts.erase(stored);
    after.values[stored] = value;
    if (value == defaultValue(key)) after.values.erase(stored);
    push(changeText(key, m_state, after), after);
}

void SpecDocument::reset(const std::string& key) { setValue(key, defaultValue(key)); }

void SpecDocument::apply(const SpecState& state) {
    const SpecState before = std::exchange(m_state, state);
    std::set<std::string> keys;
    const auto collect = [&](const auto& a, const auto& b) {
        for (const auto& [key, each] : a)
            if (const auto other = b.find(key); other == b.end() || other->second != each) keys.insert(key);
    };
    collect(before.values, state.values);
    collect(state.values, before.values);
    collect(before.badTexts, state.badTexts);
    collect(state.badTexts, before.badTexts);
    if (keys.contains("method.type")) Q_EMIT methodChanged();
    for (const std::string& stored : keys) {
        std::string key = stored;
        const std::string own = "method/" + method() + "/";
        if (key.starts_with("method/")) {
            if (!key.starts_with(own)) continue;
            key = "method." + key.substr(own.size());
        }
        Q_EMIT fieldChanged(QString::fromStdString(key));
    }
    if (before.rows != state.rows) Q_EMIT sequenceChanged();
    Q_EMIT changed();
}

std::vector<QString> SpecDocument::rowNames() const {
    std::map<std::string, int> seen;
    std::vector<QString> names;
    for (const Json& row : m_state.rows) {
        const std::string task = row.value("task", std::string());
        const int times = ++seen[task];
        names.push_back(times == 1 ? QString::fromStdString(task)
                                   : QStringLiteral("%1 (%2)").arg(QString::fromStdString(task)).arg(times));
    }
    return names;
}

void SpecDocument::insertRows(int at, std::vector<Json> rows) {
    if (rows.empty()) return;
    SpecState after = m_state;
    at = std::clamp(at, 0, static_cast<int>(after.rows.size()));
    const QString text =
        rows.size() == 1 ? tr("Add %1").arg(QString::fromStdString(rows.front().value("task", std::string())))
                         : tr("Add %n tasks", nullptr, static_cast<int>(rows.size()));
    after.rows.insert(after.rows.begin() + at, std::make_move_iterator(rows.begin()),
                      std::make_move_iterator(rows.end()));
    push(text, after);
}

void SpecDocument::removeRows(std::vector<int> rows) {
    rows = sortedUnique(std::move(rows));
    if (rows.empty()) return;
    const std::vector<QString> names = rowNames();
    SpecState after = m_state;
    for (auto row = rows.rbegin(); row != rows.rend(); ++row) after.rows.erase(after.rows.begin() + *row);
    push(rows.size() == 1 ? tr("Remove %1").arg(names[static_cast<std::size_t>(rows.front())])
                          : tr("Remove %n tasks", nullptr, static_cast<int>(rows.size())),
         after);
}

void SpecDocument::moveRows(std::vector<int> rows, int before) {
    rows = sortedUnique(std::move(rows));
    if (rows.empty()) return;
    const std::vector<QString> names = rowNames();
    SpecState after = m_state;
    std::vector<Json> moved;
    int target = before;
    for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
        moved.insert(moved.begin(), after.rows[static_cast<std::size_t>(*row)]);
        after.rows.erase(after.rows.begin() + *row);
        if (*row < before) --target;
    }
    target = std::clamp(target, 0, static_cast<int>(after.rows.size()));
    after.rows.insert(after.rows.begin() + target, moved.begin(), moved.end());
    push(rows.size() == 1 ? tr("Move %1").arg(names[static_cast<std::size_t>(rows.front())])
                          : tr("Move %n tasks", nullptr, static_cast<int>(rows.size())),
         after);
}

void SpecDocument::duplicateRows(std::vector<int> rows) {
    rows = sortedUnique(std::move(rows));
    if (rows.empty()) return;
    SpecState after = m_state;
    std::vector<Json> copies;
    copies.reserve(rows.size());
    for (const int row : rows) copies.push_back(after.rows[static_cast<std::size_t>(row)]);
    after.rows.insert(after.rows.begin() + rows.back() + 1, copies.begin(), copies.end());
    push(tr("Duplicate %n tasks", nullptr, static_cast<int>(rows.size())), after);
}

void SpecDocument::setRow(int row, const Json& entry) {
    SpecState after = m_state;
    after.rows.at(static_cast<std::size_t>(row)) = entry;
    push(tr("Settings of %1").arg(rowNames()[static_cast<std::size_t>(row)]), after);
}

void SpecDocument::setSequence(const QString& undoText, std::vector<Json> rows, const std::string& tasks,
                               const std::string& root) {
    SpecState after = m_state;
    after.rows = std::move(rows);
    const auto set = [&](const char* key, const std::string& value) {
        after.badTexts.erase(key);
        after.values[key] = value;
        if (Json(value) == defaultValue(key)) after.values.erase(key);
    };
    set("suite.tasks", tasks);
    set("suite.root", root);
    push(undoText, after);
}

std::vector<FieldInfo> SpecDocument::overrideFields() const {
    std::vector<FieldInfo> result;
    for (FieldInfo& field : fields()) {
        const bool own = field.section == "method" && field.key != "method.type";
        const bool shared =
            field.key == "train.epochs" || field.key == "suite.max_samples" || field.key == "optimizer.lr";
        if (!own && !shared) continue;
        field.param.optional = true;
        field.param.defaultValue = nullptr;
        result.push_back(std::move(field));
    }
    return result;
}

Json SpecDocument::specJson() const {
    Json spec = Json::object();
    for (const FieldInfo& field : fields()) {
        if (field.key == "suite.order" || !takesPart(field.key)) continue;
        if (field.key == kSeed) {
            spec[kSeed] = seeds().empty() ? RunSpec{}.seed : seeds().front();
        } else {
            setPath(spec, field.key, value(field.key));
        }
    }
    Json order = Json::array();
    for (const Json& row : m_state.rows) {
        Json entry = row;
        // What another method was told here waits until that method is chosen again.
        if (entry.contains("method")) {
            Json kept = Json::object();
            for (const auto& [key, value] : entry["method"].items())
                if (findParam("method." + key, method()) != nullptr && key != "type") kept[key] = value;
            if (kept.empty()) entry.erase("method");
            if (!kept.empty()) entry["method"] = kept;
        }
        order.push_back(entry.size() == 1 ? entry["task"] : entry);
    }
    spec["suite"]["order"] = order;
    return spec;
}

Json SpecDocument::fileJson() const {
    Json spec = specJson();
    if (seeds().size() < 2) return spec;
    spec.erase(kSeed);
    return {{"base", spec}, {"seeds", value(kSeed)}};
}

std::vector<StartReason> SpecDocument::reasons() const {
    std::vector<StartReason> reasons;
    for (const FieldInfo& field : fields()) {
        const QString sentence = takesPart(field.key) ? error(field.key) : QString();
        if (!sentence.isEmpty())
            reasons.push_back(
                {field.key, -1, tr("%1: %2").arg(QString::fromStdString(field.param.label), sentence)});
    }
    if (m_state.rows.empty())
        reasons.push_back(
            {"suite.order", 0, tr("The sequence is empty. Drag tasks into it, or choose a preset.")});
    if (!reasons.empty()) return reasons;
    try {
        (void)parseRunSpec(specJson());
    } catch (const Error& failure) {
        const EngineSentence engine = splitEngineMessage(failure.what());
        StartReason reason{engine.key, -1, engine.sentence};
        const std::string place = "suite.order[";
        if (engine.key.starts_with(place)) {
            reason.row = std::stoi(engine.key.substr(place.size()));
            reason.key = "suite.order";
        } else if (const ParamInfo* param = findParam(engine.key, method())) {
            reason.sentence = tr("%1: %2").arg(QString::fromStdString(param->label), engine.sentence);
        }
        reasons.push_back(reason);
    }
    return reasons;
}

std::optional<RunSpec> SpecDocument::runSpec() const {
    if (!reasons().empty()) return std::nullopt;
    return parseRunSpec(specJson());
}

std::vector<RunSpec> SpecDocument::runSpecs() const {
    const auto base = runSpec();
    if (!base) return {};
    std::vector<RunSpec> specs;
    for (const std::uint64_t seed : seeds()) {
        specs.push_back(*base);
        specs.back().seed = seed;
        if (seeds().size() > 1) specs.back().name += "-s" + std::to_string(seed);
    }
    return specs;
}

SpecState SpecDocument::stateOf(const RunSpec& spec, const std::vector<std::uint64_t>& seeds) const {
    SpecState state;
    const Json json = toJson(spec);
    for (const FieldInfo& field : specFields(spec.method.type)) {
        if (field.key == "suite.order" || field.key == kSeed) continue;
        const std::size_t dot = field.key.find('.');
        const Json& value = dot == std::string::npos ? json.at(field.key)
                                                     : json.at(field.section).at(field.key.substr(dot + 1));
        if (value == field.param.defaultValue) continue;
        const bool own = field.section == "method" && field.key != "method.type";
        state.values[own ? "method/" + spec.method.type + "/" + field.param.key : field.key] = value;
    }
    if (seedsJson(seeds) != seedsJson({RunSpec{}.seed})) state.values[kSeed] = seedsJson(seeds);
    for (const Json& entry : json.at("suite").at("order"))
        state.rows.push_back(entry.is_string() ? Json{{"task", entry}} : entry);
    return state;
}

void SpecDocument::load(const RunSpec& spec, const std::vector<std::uint64_t>& seeds) {
    m_undo->clear();
    m_typing.clear();
    apply(stateOf(spec, seeds));
    m_undo->setClean();
}

void SpecDocument::clear() {
    m_undo->clear();
    m_typing.clear();
    apply({});
}

void SpecDocument::replaceWith(const QString& undoText, const RunSpec& spec,
                               const std::vector<std::uint64_t>& seeds) {
    push(undoText, stateOf(spec, seeds));
}

}  // namespace jumplora
