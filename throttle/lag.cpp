// SPDX-License-Identifier: Apache-2.0
#include "throttle/lag.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <utility>

#include "sql/identifier.h"
#include "throttle/pace.h"

namespace wisp::throttle {
namespace {

std::int64_t parse_heartbeat(const std::string& text) {
    std::int64_t microseconds = 0;
    const char* const end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, microseconds);
    if (parsed.ec != std::errc{} || parsed.ptr != end || text.empty()) {
        throw std::runtime_error("heartbeat '" + text + "' is no number of microseconds");
    }
    return microseconds;
}

std::int64_t now_microseconds() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
}

}  // namespace

std::chrono::duration<double> lag_of(std::int64_t heartbeat, std::int64_t now) {
    return std::chrono::microseconds{std::max<std::int64_t>(now - heartbeat, 0)};
}

LagSource::LagSource(mysql::Endpoint endpoint, const sql::TableName& changelog, SharedKnobs knobs)
    : link_(std::move(endpoint)),
      statement_("SELECT value FROM " + sql::quote(changelog) + " WHERE hint = 'heartbeat'"),
      knobs_(std::move(knobs)) {}

std::string LagSource::name() const {
    return "lag " + link_.endpoint().label();
}

std::chrono::milliseconds LagSource::period() const {
    const auto limit = knobs_->read([](const Knobs& knobs) { return knobs.max_lag; });
    return std::clamp(limit / 10, std::chrono::milliseconds{100}, std::chrono::milliseconds{250});
}

Reading LagSource::poll(std::stop_token stop) {
    const auto value = link_.with(
        stop, [&](mysql::Connection& connection) { return connection.scalar(statement_); });
    if (!value) throw std::runtime_error("there is no heartbeat row yet");
    const std::chrono::duration<double> limit =
        knobs_->read([](const Knobs& knobs) { return knobs.max_lag; });
    const auto lag = lag_of(parse_heartbeat(*value), now_microseconds());
    return judge_number({lag.count(), limit.count()}, lag > limit,
                        fmt::format("lag {:.2f} s, limit {:.2f} s", lag.count(), limit.count()));
}

}  // namespace wisp::throttle
