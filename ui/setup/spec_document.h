// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "setup/field_value.h"
#include "train/run_spec.h"

#include <QObject>
#include <QString>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

class QUndoStack;

namespace jumplora {

// Everything the set-up page edits. Values stand under their full keys; those of a method's own parameters
// under "method/<method>/<key>", so that a value outlives a look at another method.
struct SpecState {
    std::map<std::string, Json> values;       // what differs from the default or was set
    std::map<std::string, QString> badTexts;  // typed, but refused by the engine's check
    std::vector<Json> rows;                   // of the sequence: {"task": name, overrides …}
    bool operator==(const SpecState&) const = default;
};

// Why a run cannot be started, with the field or the row of the sequence that it is about.
struct StartReason {
    std::string key;
    int row = -1;
    QString sentence;
};

// The specification being edited, with one undo stack for fields, tasks and overrides. Holds no widgets.
class SpecDocument : public QObject {
    Q_OBJECT

  public:
    explicit SpecDocument(QObject* parent = nullptr);
    [[nodiscard]] QUndoStack* undoStack() const { return m_undo; }

    // Fields
    // ---------------------------------------------------------------------------------------------------
    [[nodiscard]] std::string method() const;
    [[nodiscard]] std::vector<FieldInfo> fields() const { return specFields(method()); }
    // Whether the key has an effect under the other choices; otherwise it keeps its value but is not written.
    [[nodiscard]] bool takesPart(const std::string& key) const;
    [[nodiscard]] Json value(const std::string& key) const;
    [[nodiscard]] Json defaultValue(const std::string& key) const;
    [[nodiscard]] QString text(const std::string& key) const;   // what stands in the field
    [[nodiscard]] QString error(const std::string& key) const;  // why it is refused; empty when it is not
    [[nodiscard]] bool isChanged(const std::string& key) const;
    // As typed; what the engine refuses is kept as text. Changes of one field in a row are one step to undo.
    void setText(const std::string& key, const QString& text);
    void setValue(const std::string& key, const Json& value);
    void reset(const std::string& key);
    // The step to undo next does not grow any more: the field was left.
    void endTyping() { m_typing.clear(); }
    [[nodiscard]] std::vector<std::uint64_t> seeds() const;

    // Sequence
    // -------------------------------------------------------------------------------------------------
    [[nodiscard]] const std::vector<Json>& rows() const { return m_state.rows; }
    // The second "yahoo" is "yahoo (2)".
    [[nodiscard]] std::vector<QString> rowNames() const;
    void insertRows(int at, std::vector<Json> rows);
    void removeRows(std::vector<int> rows);
    // So that the rows stand one after another in front of what stands at `before` now.
    void moveRows(std::vector<int> rows, int before);
    void duplicateRows(std::vector<int> rows);
    void setRow(int row, const Json& entry);
    // A whole sequence with the task file it belongs to.
    void setSequence(const QString& undoText, std::vector<Json> rows, const std::string& tasks,
                     const std::string& root);
    // The parameters of the run's method that may be overridden at a place, then epochs, rows, learning rate.
    [[nodiscard]] std::vector<FieldInfo> overrideFields() const;

    // The whole
    // ------------------------------------------------------------------------------------------------ What
    // would be written: values that take part and are valid, the first of the seeds.
    [[nodiscard]] Json specJson() const;
    // What a file holds: specJson(), or {"base", "seeds"} with several seeds.
    [[nodiscard]] Json fileJson() const;
    // None while there are reasons.
    [[nodiscard]] std::optional<RunSpec> runSpec() const;
    // One specification for each seed, with names that differ.
    [[nodiscard]] std::vector<RunSpec> runSpecs() const;
    // In the order of the form. Those that need files are found elsewhere.
    [[nodiscard]] std::vector<StartReason> reasons() const;

    // Replaces everything and forgets the steps to undo. Throws nothing: the specs were parsed.
    void load(const RunSpec& spec, const std::vector<std::uint64_t>& seeds);
    void clear();
    // As load, but as a step that can be undone.
    void replaceWith(const QString& undoText, const RunSpec& spec, const std::vector<std::uint64_t>& seeds);

  Q_SIGNALS:
    void fieldChanged(const QString& key);
    void methodChanged();
    void sequenceChanged();
    // After any of the above, once.
    void changed();

  private:
    friend class StateCommand;
    void apply(const SpecState& state);
    void push(const QString& text, SpecState after, const std::string& field = {});
    [[nodiscard]] std::string storageKey(const std::string& key) const;
    [[nodiscard]] SpecState stateOf(const RunSpec& spec, const std::vector<std::uint64_t>& seeds) const;
    [[nodiscard]] QString changeText(const std::string& key, const SpecState& before,
                                     const SpecState& after) const;

    QUndoStack* m_undo;
    SpecState m_state;
    std::string m_typing;  // key of the field whose changes still merge
    int m_series = 0;      // counts what is one step to undo
};

}  // namespace jumplora
