// SPDX-License-Identifier: GPL-3.0-or-later
#include "setup/field_value.h"

#include "base/error.h"
#include "exchange/number_format.h"
#include "method/method_info.h"
#include "train/run_spec.h"

#include <QCoreApplication>
#include <QRegularExpression>
#include <QStringList>
#include <algorithm>
#include <cmath>

namespace jumplora {
namespace {

QString tr(const char* text) { return QCoreApplication::translate("FieldValue", text); }

std::string fullKey(const std::string& section, const std::string& key) {
    return section.empty() ? key : section + "." + key;
}

// 3e4, 1/3, 5 %; none when it is something else.
std::optional<double> number(QString text) {
    text = text.trimmed();
    text.replace(QChar(0x2212), QLatin1Char('-'));
    double factor = 1;
    if (text.endsWith(QLatin1Char('%'))) {
        factor = 0.01;
        text.chop(1);
    }
    bool ok = false;
    const QStringList parts = text.split(QLatin1Char('/'));
    if (parts.size() > 2) return std::nullopt;
    double value = parts[0].trimmed().toDouble(&ok);
    if (!ok) return std::nullopt;
    if (parts.size() == 2) {
        const double below = parts[1].trimmed().toDouble(&ok);
        if (!ok || below == 0) return std::nullopt;
        value /= below;
    }
    // Not value * 0.01: 7 % is 0.07, not 0.07000000000000001.
    return factor == 1 ? value : value / 100;
}

Json numberJson(ParamType type, double value) {
    constexpr double kExact = 9e15;
    if (type == ParamType::Integer && value == std::floor(value) && std::abs(value) < kExact)
        return static_cast<std::int64_t>(value);
    return value;
}

Json listJson(const QString& text) {
    Json list = Json::array();
    for (const QString& part : text.split(QRegularExpression("[,\\s]+"), Qt::SkipEmptyParts))
        list.push_back(part.toStdString());
    return list;
}

Json typedValue(const ParamInfo& param, const QString& text) {
    if (param.optional && text.trimmed().isEmpty()) return nullptr;
    switch (param.type) {
        case ParamType::Boolean:
            if (text == QLatin1String("true")) return true;
            if (text == QLatin1String("false")) return false;
            break;
        case ParamType::Integer:
        case ParamType::Real:
            if (const auto value = number(text)) return numberJson(param.type, *value);
            break;
        case ParamType::TextList:
            return listJson(text);
        default:
            break;
    }
    return text.trimmed().toStdString();
}

}  // namespace

std::vector<FieldInfo> specFields(const std::string& method) {
    std::vector<FieldInfo> fields;
    for (const SpecSection& section : specSections()) {
        for (const ParamInfo& param : section.params)
            fields.push_back({fullKey(section.key, param.key), section.key, param});
        if (section.key != "method") continue;
        for (const MethodInfo& info : methodInfos()) {
            if (info.key != method) continue;
            for (const ParamInfo& param : info.params)
                fields.push_back({fullKey("method", param.key), "method", param});
        }
    }
    return fields;
}

const ParamInfo* findParam(const std::string& key, const std::string& method) {
    const auto in = [&](const std::string& section,
                        const std::vector<ParamInfo>& params) -> const ParamInfo* {
        for (const ParamInfo& param : params)
            if (fullKey(section, param.key) == key) return &param;
        return nullptr;
    };
    for (const SpecSection& section : specSections())
        if (const ParamInfo* found = in(section.key, section.params)) return found;
    for (const MethodInfo& info : methodInfos())
        if (info.key == method) return in("method", info.params);
    return nullptr;
}

EngineSentence splitEngineMessage(const std::string& message) {
    static const QRegularExpression kPath(QStringLiteral("^([a-z_0-9]+(?:\\.[a-z_0-9]+|\\[\\d+\\])*): (.*)$"),
                                          QRegularExpression::DotMatchesEverythingOption);
    const QString text = QString::fromStdString(message);
    const auto match = kPath.match(text);
    QString sentence = match.hasMatch() ? match.captured(2) : text;
    if (!sentence.isEmpty()) sentence[0] = sentence[0].toUpper();
    if (!sentence.isEmpty() && !QStringLiteral(".?!…").contains(sentence.back()))
        sentence += QLatin1Char('.');
    return {match.hasMatch() ? match.captured(1).toStdString() : std::string(), sentence};
}

FieldParse checkField(const ParamInfo& param, const std::string& key, const Json& value) {
    try {
        return {checkParam(param, value, key), {}};
    } catch (const Error& error) {
        return {{}, splitEngineMessage(error.what()).sentence};
    }
}

FieldParse checkField(const std::string& key, const Json& value) {
    const ParamInfo* param = findParam(key, {});
    if (param == nullptr) return {{}, tr("There is no setting \"%1\".").arg(QString::fromStdString(key))};
    return checkField(*param, key, value);
}

FieldParse parseField(const ParamInfo& param, const std::string& key, const QString& text) {
    return checkField(param, key, typedValue(param, text));
}

QString fieldText(const Json& value) {
    if (value.is_null()) return {};
    if (value.is_boolean()) return value.get<bool>() ? QStringLiteral("true") : QStringLiteral("false");
    if (value.is_number_integer()) return QString::fromStdString(value.dump());
    if (value.is_number()) return QString::fromStdString(exactNumber(value.get<double>()));
    if (value.is_string()) return QString::fromStdString(value.get<std::string>());
    if (value.is_array()) {
        QStringList parts;
        for (const Json& each : value)
            parts += each.is_string() ? fieldText(each) : QString::fromStdString(each.dump());
        return parts.join(QStringLiteral(", "));
    }
    return QString::fromStdString(value.dump());
}

QString valueText(const Json& value) {
    if (value.is_null()) return tr("not set");
    if (value.is_boolean()) return value.get<bool>() ? tr("on") : tr("off");
    const QString text = fieldText(value);
    return text.isEmpty() ? tr("empty") : text;
}

double steppedValue(const ParamInfo& param, double value, int direction) {
    const double sign = direction < 0 ? -1 : 1;
    double next = value;
    if (param.type == ParamType::Integer) {
        next = value + sign;
    } else if (param.minimum && param.maximum && *param.maximum <= 1) {
        next = value + sign * (*param.maximum - *param.minimum) / 20;
    } else if (value == 0) {
        next = sign > 0 ? 1e-3 : 0;
    } else {
        next = value * std::pow(10.0, sign / 4);
    }
    // Three digits, so that stepping up and down again meets the same values.
    if (param.type != ParamType::Integer && next != 0) {
        const double unit = std::pow(10.0, std::floor(std::log10(std::abs(next))) - 2);
        next = unit >= 1 ? std::round(next / unit) * unit : std::round(next / unit) / std::round(1 / unit);
    }
    if (param.maximum) next = std::min(next, *param.maximum);
    if (param.minimum && (param.minimumExcluded ? next <= *param.minimum : next < *param.minimum))
        next = param.minimumExcluded ? value : *param.minimum;
    return next;
}

}  // namespace jumplora
