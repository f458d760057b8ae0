// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "base/param.h"

#include <QString>
#include <string>
#include <vector>

namespace jumplora {

// What a typed text means, or the engine's sentence why it means nothing.
struct FieldParse {
    Json value;
    QString error;
};

// A setting of the specification under its full key ("gate.bandwidth").
struct FieldInfo {
    std::string key;
    std::string section;  // "gate"; "" is the top level
    ParamInfo param;
};

// Every key of the specification as the engine describes it, those of `method` included.
std::vector<FieldInfo> specFields(const std::string& method);
// None when the key does not exist. Keys of the method's own parameters need the method.
const ParamInfo* findParam(const std::string& key, const std::string& method);

// Numbers may be written as 3e4, 1/3 or 5 %; lists with commas. An empty text is null where that is allowed.
FieldParse parseField(const ParamInfo& param, const std::string& key, const QString& text);
// The engine's check of a value at a key of the sections.
FieldParse checkField(const std::string& key, const Json& value);
FieldParse checkField(const ParamInfo& param, const std::string& key, const Json& value);

// As a field shows it: "0.001", "q, v", "" for not set.
QString fieldText(const Json& value);
// For a sentence: "not set" for null, "on" and "off".
QString valueText(const Json& value);

// The next value above or below for the arrow keys: whole steps for integers, ×10^¼ or a twentieth of the
// range for reals; within the limits.
double steppedValue(const ParamInfo& param, double value, int direction);

// "gate.first: 20 is out of range; …" -> the path and the sentence without it.
struct EngineSentence {
    std::string key;
    QString sentence;
};
EngineSentence splitEngineMessage(const std::string& message);

}  // namespace jumplora
