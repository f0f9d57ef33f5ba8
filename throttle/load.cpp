// SPDX-License-Identifier: Apache-2.0
#include "throttle/load.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <utility>

#include "sql/identifier.h"
#include "throttle/pace.h"

namespace wisp::throttle {

Nearness nearest(const LoadLimits& limits, const std::vector<StatusValue>& status) {
    Nearness nearest;
    for (const LoadLimit& limit : limits) {
        const auto found =
            std::find_if(status.begin(), status.end(), [&](const StatusValue& value) {
                return sql::same_name(value.variable, limit.variable);
            });
        if (found == status.end()) {
            throw std::runtime_error("the server has no status variable " + limit.variable +
                                     "; correct max-load or critical-load, by flag or command");
        }
        double value = 0;
        const char* const end = found->text.data() + found->text.size();
        const auto parsed = std::from_chars(found->text.data(), end, value);
        if (parsed.ec != std::errc{} || parsed.ptr != end) {
            throw std::runtime_error("status variable " + limit.variable + " is '" + found->text +
                                     "', no number");
        }
        const auto bound = static_cast<double>(limit.limit);
        const bool met = value >= bound;
        const auto ratio = [](const Measure& m) { return m.limit > 0 ? m.value / m.limit : 0; };
        const Measure measure{value, bound};
        const bool nearer = met != nearest.met ? met : ratio(measure) > ratio(nearest.measure);
        if (!nearest.text.empty() && !nearer) continue;
        nearest = {measure, met,
                   fmt::format("{}={}, limit {}", limit.variable, found->text, limit.limit)};
    }
    return nearest;
}

Reading CriticalLoad::judge(const std::string& met, const Terms& terms, SteadyTime now) {
    const auto seconds = [](auto time) {
        return std::chrono::duration_cast<std::chrono::seconds>(time).count();
    };
    if (hibernating_until_ && now < *hibernating_until_) {
        return {Effect::kHoldAll, fmt::format("critical-load {}; hibernating for {} s more", met_,
                                              seconds(*hibernating_until_ - now))};
    }
    hibernating_until_.reset();
    if (met.empty()) {
        first_met_.reset();
        return {};
    }
    met_ = met;
    if (terms.hibernate.count() > 0) {
        hibernating_until_ = now + terms.hibernate;
        return {Effect::kHoldAll, fmt::format("critical-load {}; hibernating for {} s", met,
                                              terms.hibernate.count())};
    }
    if (!first_met_) first_met_ = now;
    if (now - *first_met_ >= terms.interval) return {Effect::kAbort, "critical-load " + met};
    return {Effect::kHoldCopy, fmt::format("critical-load {}; the run ends if this lasts {} ms",
                                           met, terms.interval.count())};
}

LoadSource::LoadSource(mysql::Endpoint endpoint, SharedKnobs knobs)
    : link_(std::move(endpoint)), knobs_(std::move(knobs)) {}

std::chrono::milliseconds LoadSource::period() const {
    return std::chrono::milliseconds{1000};
}

Reading LoadSource::poll(std::stop_token stop) {
    const Knobs knobs = knobs_->copy();
    if (knobs.max_load.empty() && knobs.critical_load.empty()) return {};
    const auto status = read_status(stop, knobs);
    const auto now = std::chrono::steady_clock::now();
    const Nearness critical = nearest(knobs.critical_load, status);
    const Reading reading =
        critical_.judge(critical.met ? critical.text : std::string{},
                        {knobs.critical_load_interval, knobs.critical_load_hibernate}, now);
    if (reading.effect != Effect::kGo) return reading;
    const Nearness load = nearest(knobs.max_load, status);
    if (knobs.max_load.empty()) return {};
    return judge_number(load.measure, load.met, "max-load " + load.text);
}

std::vector<StatusValue> LoadSource::read_status(const std::stop_token& stop, const Knobs& knobs) {
    std::string names;
    for (const LoadLimits* limits : {&knobs.max_load, &knobs.critical_load}) {
        for (const LoadLimit& limit : *limits) {
            if (!names.empty()) names += ", ";
            names += sql::text_literal(limit.variable);
        }
    }
    const std::string statement = "SHOW GLOBAL STATUS WHERE Variable_name IN (" + names + ")";
    return link_.with(stop, [&](mysql::Connection& connection) {
        std::vector<StatusValue> status;
        const mysql::Result result = connection.query(statement);
        for (const mysql::Row& row : result) status.push_back({row.text(0), row.text(1)});
        return status;
    });
}

}  // namespace wisp::throttle
