// SPDX-License-Identifier: Apache-2.0
#include "throttle/throttler.h"

#include <algorithm>
#include <exception>
#include <optional>
#include <string>
#include <utility>

#include "base/log.h"
#include "base/thread.h"

namespace wisp::throttle {
namespace {

using Milliseconds = std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

/// How often silence is looked for and, at most, local sources are polled.
constexpr Milliseconds kTick{100};

Milliseconds silence_limit(Milliseconds period) {
    return std::max(Milliseconds{1000}, period * 3);
}

/// Waits; false if asked to stop.
bool pause(const std::stop_token& stop, Milliseconds time) {
    const Guarded<bool> never;
    never.wait_for(stop, time, [](bool wake) { return wake; });
    return !stop.stop_requested();
}

void report(const Change& change) {
    const std::chrono::duration<double> held = change.held;
    switch (change.after) {
        case Effect::kGo:
            log::info(R"(throttle released source="{}" held_seconds={:.1f} reason="{}")",
                      change.source, held.count(), change.reason);
            break;
        case Effect::kAbort:
            log::error(R"(throttle asks for the end of the run source="{}" reason="{}")",
                       change.source, change.reason);
            break;
        default:
            log::info(R"(throttle holds source="{}" effect={} reason="{}")", change.source,
                      to_string(change.after), change.reason);
            break;
    }
}

}  // namespace

Throttler::Throttler(std::vector<std::unique_ptr<Source>> sources,
                     std::function<void(const Verdict&)> on_abort)
    : sources_(std::move(sources)), on_abort_(std::move(on_abort)) {
    state_.write([&](State& state) {
        const SteadyTime now = Clock::now();
        for (const auto& source : sources_) {
            std::optional<Milliseconds> limit;
            if (source->remote()) limit = silence_limit(source->period());
            state.board.add(source->name(), limit, now);
        }
        state.verdict = state.board.verdict();
        state.held_since = now;
    });
}

void Throttler::run(const std::stop_token& stop) {
    std::vector<std::unique_ptr<Thread>> threads;
    for (std::size_t i = 0; i < sources_.size(); ++i) {
        if (!sources_[i]->remote()) continue;
        threads.push_back(std::make_unique<Thread>(
            "throttle-" + std::to_string(i),
            [this, i](const std::stop_token& thread_stop) { poll_remote(i, thread_stop); }));
    }
    poll_local(stop);
    // All at once, so that several hanging servers cost one timeout.
    for (const auto& thread : threads) thread->request_stop();
}

Verdict Throttler::verdict() const {
    return state_.read([](const State& state) { return state.verdict; });
}

bool Throttler::wait_until_clear(std::stop_token stop, Writer writer) const {
    bool clear = false;
    state_.wait(std::move(stop), [&](const State& state) {
        clear = !state.verdict.holds_writer(writer);
        return clear || state.verdict.aborts();
    });
    return clear && !verdict().aborts();
}

Clock::duration Throttler::copy_held() const {
    return state_.read([](const State& state) {
        const bool held = state.verdict.holds_writer(Writer::kCopy);
        return state.held + (held ? Clock::now() - state.held_since : Clock::duration{});
    });
}

void Throttler::poll_remote(std::size_t source, const std::stop_token& stop) {
    do {
        poll(source, stop);
    } while (pause(stop, sources_[source]->period()));
}

void Throttler::poll_local(const std::stop_token& stop) {
    std::vector<SteadyTime> due(sources_.size(), SteadyTime::min());
    do {
        for (std::size_t i = 0; i < sources_.size(); ++i) {
            if (sources_[i]->remote() || Clock::now() < due[i]) continue;
            poll(i, stop);
            due[i] = Clock::now() + sources_[i]->period() - kTick / 2;
        }
        publish([](Board& board, SteadyTime now) { return board.check_silence(now); });
    } while (pause(stop, kTick));
}

void Throttler::poll(std::size_t source, const std::stop_token& stop) {
    Reading reading;
    try {
        reading = sources_[source]->poll(stop);
    } catch (const std::exception& e) {
        reading = {Effect::kHoldCopy, std::string("cannot read: ") + e.what()};
    }
    if (stop.stop_requested()) return;  // a cancelled poll says nothing about the server
    publish([&](Board& board, SteadyTime now) { return board.record(source, reading, now); });
}

void Throttler::publish(const std::function<std::vector<Change>(Board&, SteadyTime)>& update) {
    std::vector<Change> changes;
    std::optional<Verdict> abort;
    state_.write([&](State& state) {
        if (state.verdict.aborts()) return;  // the end is the end, even if the load drops again
        const SteadyTime now = Clock::now();
        const bool held = state.verdict.holds_writer(Writer::kCopy);
        changes = update(state.board, now);
        state.verdict = state.board.verdict();
        const bool holds = state.verdict.holds_writer(Writer::kCopy);
        if (!held && holds) state.held_since = now;
        if (held && !holds) state.held += now - state.held_since;
        if (state.verdict.aborts()) abort = state.verdict;
    });
    for (const Change& change : changes) report(change);
    if (abort && on_abort_) on_abort_(*abort);
}

}  // namespace wisp::throttle
