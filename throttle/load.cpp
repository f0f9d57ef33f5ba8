// SPDX-License-Identifier: Apache-2.0
#include "throttle/load.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <utility>

#include "sql/identifier.h"

namespace wisp::throttle {

std::string exceeded(const LoadLimits& limits, const std::vector<StatusValue>& status) {
    for (const LoadLimit& limit : limits) {
        const auto found =
            std::find_if(status.begin(), status.end(), [&](const StatusValue& value) {
                return sql::same_name(value.variable, limit.variable);
            });
        if (found == status.end()) {
            throw std::runtime_error("the server has no status variable " + limit.variable);
        }
        double value = 0;
        const char* const end = found->text.data() + found->text.size();
        const auto parsed = std::from_chars(found->text.data(), end, value);
        if (parsed.ec != std::errc{} || parsed.ptr != end) {
            throw std::runtime_error("status variable " + limit.variable + " is '" + found->text +
                                     "', no number");
        }
        if (value >= static_cast<double>(limit.limit)) {
            return fmt::format("{}={}, limit {}", limit.variable, found->text, limit.limit);
        }
    }
    return {};
}

Reading CriticalLoad::judge(const std::string& met, SteadyTime now) {
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
    if (hibernate_.count() > 0) {
        hibernating_until_ = now + hibernate_;
        return {Effect::kHoldAll,
                fmt::format("critical-load {}; hibernating for {} s", met, hibernate_.count())};
    }
    if (!first_met_) first_met_ = now;
    if (now - *first_met_ >= interval_) return {Effect::kAbort, "critical-load " + met};
    return {Effect::kHoldCopy, fmt::format("critical-load {}; the run ends if this lasts {} ms",
                                           met, interval_.count())};
}

LoadSource::LoadSource(mysql::Endpoint endpoint, const Options& options, SharedKnobs knobs)
    : link_(std::move(endpoint)),
      critical_(options.critical_load_interval, options.critical_load_hibernate),
      knobs_(std::move(knobs)) {}

std::chrono::milliseconds LoadSource::period() const {
    return std::chrono::milliseconds{1000};
}

Reading LoadSource::poll(std::stop_token stop) {
    const Knobs knobs = knobs_->copy();
    if (knobs.max_load.empty() && knobs.critical_load.empty()) return {};
    const auto status = read_status(stop, knobs);
    Reading reading =
        critical_.judge(exceeded(knobs.critical_load, status), std::chrono::steady_clock::now());
    if (reading.effect != Effect::kGo) return reading;
    const std::string met = exceeded(knobs.max_load, status);
    if (!met.empty()) reading = {Effect::kHoldCopy, "max-load " + met};
    return reading;
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
