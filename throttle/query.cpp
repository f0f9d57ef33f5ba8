// SPDX-License-Identifier: Apache-2.0
#include "throttle/query.h"

#include <charconv>
#include <stdexcept>
#include <utility>

namespace wisp::throttle {

QuerySource::QuerySource(mysql::Endpoint endpoint, SharedKnobs knobs)
    : link_(std::move(endpoint)), knobs_(std::move(knobs)) {}

std::chrono::milliseconds QuerySource::period() const {
    return std::chrono::milliseconds{1000};
}

Reading QuerySource::poll(std::stop_token stop) {
    const auto query = knobs_->read([](const Knobs& knobs) { return knobs.query; });
    if (query.empty()) return {};
    const auto answer =
        link_.with(stop, [&](mysql::Connection& connection) { return connection.scalar(query); });
    const std::string text = answer.value_or("NULL");
    double value = 0;
    const char* const end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, value);
    if (parsed.ec != std::errc{} || parsed.ptr != end) {
        throw std::runtime_error("the query's answer is " + text + ", no number");
    }
    if (value > 0) return {Effect::kHoldCopy, "the query's answer is " + text + ", limit 0"};
    return {};
}

}  // namespace wisp::throttle
