// SPDX-License-Identifier: Apache-2.0
#include "migrator/in_flight.h"

#include <algorithm>

#include "base/check.h"
#include "base/fault.h"

namespace wisp::migrator {

InFlight::Ticket InFlight::enter() {
    return state_.write([](State& state) {
        const Ticket ticket = state.next++;
        state.flights.emplace(ticket, Flight{});
        return ticket;
    });
}

void InFlight::leave(Ticket ticket) {
    state_.write([&](State& state) {
        const auto found = state.flights.find(ticket);
        WISP_CHECK(found != state.flights.end(), "a range leaves that never entered");
        if (found->second.deleted.empty()) {
            // Nothing to repeat: but a batch that is being built notes under this lock, so a delete
            // either is here already or was delivered after the chunk committed.
            state.flights.erase(found);
        } else {
            found->second.released = true;
        }
    });
}

std::vector<std::string> InFlight::note(const ChangeBatch& batch, RowReader& reader,
                                        const binlog::Position& begin) {
    return state_.write([&](State& state) {
        std::vector<std::string> repeat;
        if (state.flights.empty()) return repeat;
        for (const auto& [identity, key] : batch.states()) {
            std::string condition;
            if (key.deleted) {
                // R5
                condition = fault::rule_off("R5") ? reader.condition(key.change, true)
                                                  : reader.exact_condition(key.change, true);
            }
            for (auto& [ticket, flight] : state.flights) {
                if (key.deleted) {
                    flight.deleted[identity] = condition;
                    if (!flight.since) flight.since = begin;
                } else {
                    flight.deleted.erase(identity);
                }
            }
        }
        for (auto it = state.flights.begin(); it != state.flights.end();) {
            if (!it->second.released) {
                ++it;
                continue;
            }
            for (auto& [identity, condition] : it->second.deleted) {
                if (!batch.states().contains(identity)) repeat.push_back(std::move(condition));
            }
            it = state.flights.erase(it);
        }
        return repeat;
    });
}

std::optional<binlog::Position> InFlight::oldest_delete() const {
    return state_.read([](const State& state) {
        std::optional<binlog::Position> oldest;
        for (const auto& [ticket, flight] : state.flights) {
            if (flight.since && (!oldest || *flight.since < *oldest)) oldest = flight.since;
        }
        return oldest;
    });
}

bool InFlight::has_released() const {
    return state_.read([](const State& state) {
        return std::any_of(state.flights.begin(), state.flights.end(),
                           [](const auto& entry) { return entry.second.released; });
    });
}

bool InFlight::empty() const {
    return state_.read([](const State& state) { return state.flights.empty(); });
}

}  // namespace wisp::migrator
