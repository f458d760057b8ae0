// SPDX-License-Identifier: Apache-2.0
#include "train/verify.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace jumplora {

bool VerifyReport::passed() const {
    return !checks.empty() &&
           std::all_of(checks.begin(), checks.end(), [](const auto& c) { return c.passed(); });
}

void VerifyReport::add(const std::string& quantity, double error, double limit, const std::string& unit,
                       const std::string& where, bool informative) {
    if (std::isnan(error)) error = std::numeric_limits<double>::infinity();
    for (VerifyCheck& check : checks) {
        if (check.quantity != quantity) continue;
        if (error > check.error) {
            check.error = error;
            check.where = where;
        }
        return;
    }
    checks.push_back({quantity, error, limit, unit, where, informative});
}

std::string toText(const VerifyReport& report) {
    std::string text = report.title + "\n";
    std::size_t width = 8;
    for (const VerifyCheck& check : report.checks) width = std::max(width, check.quantity.size());
    text += fmt::format("  {:<{}}  {:>10}  {:>10}  {:<14} {:<5} {}\n", "quantity", width, "error", "limit",
                        "unit", "", "largest at");
    for (const VerifyCheck& check : report.checks) {
        const char* verdict = check.informative ? "info" : check.passed() ? "ok" : "FAIL";
        text += fmt::format("  {:<{}}  {:>10.3g}  {:>10.3g}  {:<14} {:<5} {}\n", check.quantity, width,
                            check.error, check.limit, check.unit, verdict, check.where);
    }
    for (const std::string& note : report.notes) text += "  note: " + note + "\n";
    text += report.passed() ? "  passed\n" : "  FAILED\n";
    return text;
}

Json toJson(const VerifyReport& report) {
    Json checks = Json::array();
    for (const VerifyCheck& check : report.checks) {
        checks.push_back({{"quantity", check.quantity},
                          {"error", std::isfinite(check.error) ? Json(check.error) : Json("inf")},
                          {"limit", check.limit},
                          {"unit", check.unit},
                          {"where", check.where},
                          {"informative", check.informative},
                          {"passed", check.passed()}});
    }
    return {
        {"title", report.title}, {"passed", report.passed()}, {"checks", checks}, {"notes", report.notes}};
}

}  // namespace jumplora
