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

void report(const Change& change) {
    const std::chrono::duration<double> held = change.held;
    switch (change.after) {
        case Effect::kGo:
        case Effect::kSlowCopy:
            if (change.before >= Effect::kHoldCopy) {
                log::info(R"(throttle released source="{}" held_seconds={:.1f} reason="{}")",
                          change.source, held.count(), change.reason);
            } else {
                log::debug(R"(throttle source="{}" effect={} reason="{}")", change.source,
                           to_string(change.after), change.reason);
            }
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

struct Throttler::Post {
    std::unique_ptr<Source> source;
    std::string wanted_as;   // by what name it comes and goes; empty: it stays
    std::size_t number = 0;  // on the board
    SteadyTime due = SteadyTime::min();
    std::unique_ptr<Thread> thread;  // of a remote source, while running; ends before the source
};

Throttler::Throttler(std::vector<std::unique_ptr<Source>> sources,
                     std::function<void(const Verdict&)> on_abort, ComingAndGoing coming_and_going)
    : on_abort_(std::move(on_abort)), coming_and_going_(std::move(coming_and_going)) {
    for (auto& source : sources) add(std::move(source), {});
}

Throttler::~Throttler() = default;

void Throttler::add(std::unique_ptr<Source> source, std::string wanted_as) {
    auto post = std::make_unique<Post>();
    publish([&](Board& board, SteadyTime now) {
        std::optional<Milliseconds> limit;
        if (source->remote()) limit = source->silence_limit();
        post->number = board.add(source->name(), limit, now);
        return std::vector<Change>{};
    });
    post->source = std::move(source);
    post->wanted_as = std::move(wanted_as);
    if (!post->wanted_as.empty()) {
        state_.write([&](State& state) { state.came.insert(post->wanted_as); });
    }
    posts_.push_back(std::move(post));
}

void Throttler::start(Post& post) {
    if (!post.source->remote() || post.thread) return;
    post.thread = std::make_unique<Thread>(
        "throttle-" + std::to_string(post.number),
        [this, &post](const std::stop_token& stop) { poll_remote(post, stop); });
}

void Throttler::run(const std::stop_token& stop) {
    follow_wishes();
    poll_local(stop);
    // All at once, so that several hanging servers cost one timeout.
    for (const auto& post : posts_) {
        if (post->thread) post->thread->request_stop();
    }
    for (const auto& post : posts_) post->thread.reset();
    left_.clear();
}

void Throttler::follow_wishes() {
    if (coming_and_going_.wanted) {
        auto wanted = coming_and_going_.wanted();
        for (auto& post : posts_) {
            if (post->wanted_as.empty() || wanted.erase(post->wanted_as) != 0) continue;
            publish([&](Board& board, SteadyTime now) { return board.remove(post->number, now); });
            state_.write([&](State& state) { state.came.erase(post->wanted_as); });
            // Its last poll may take a while; nobody waits for that.
            if (post->thread) post->thread->request_stop();
            left_.push_back(std::move(post));
        }
        std::erase(posts_, nullptr);
        for (const std::string& name : wanted) add(coming_and_going_.make(name), name);
    }
    for (const auto& post : posts_) start(*post);
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

void Throttler::rest(const std::stop_token& stop, Clock::duration work) const {
    const SteadyTime began = Clock::now();
    const std::chrono::duration<double> worked = work;
    while (!stop.stop_requested()) {
        const double rest = state_.read([](const State& state) { return state.verdict.rest; });
        const auto left = worked * rest - (Clock::now() - began);
        if (left.count() <= 0) return;
        const bool aborts = state_.wait_for(stop, left, [&](const State& state) {
            return state.verdict.rest != rest || state.verdict.aborts();
        }) && verdict().aborts();
        if (aborts) return;
    }
}

Clock::duration Throttler::copy_held() const {
    return state_.read([](const State& state) {
        const bool held = state.verdict.holds_writer(Writer::kCopy);
        return state.held + (held ? Clock::now() - state.held_since : Clock::duration{});
    });
}

std::vector<SourceState> Throttler::states() const {
    return state_.read([](const State& state) { return state.board.states(Clock::now()); });
}

void Throttler::poll_remote(Post& post, const std::stop_token& stop) {
    do {
        poll(post, stop);
    } while (pause(stop, post.source->period()));
}

void Throttler::poll_local(const std::stop_token& stop) {
    do {
        follow_wishes();
        for (const auto& post : posts_) {
            if (post->source->remote() || Clock::now() < post->due) continue;
            poll(*post, stop);
            post->due = Clock::now() + post->source->period() - kTick / 2;
        }
        publish([](Board& board, SteadyTime now) { return board.check_silence(now); });
    } while (pause(stop, kTick));
}

void Throttler::poll(Post& post, const std::stop_token& stop) {
    Reading reading;
    try {
        reading = post.source->poll(stop);
    } catch (const std::exception& e) {
        reading = {Effect::kHoldCopy, std::string("cannot read: ") + e.what(), 0};
    }
    if (post.source->remote()) await_wishes(stop);
    if (stop.stop_requested()) return;  // a cancelled poll says nothing about the server
    publish([&](Board& board, SteadyTime now) {
        return board.record(post.number, std::move(reading), now);
    });
}

void Throttler::await_wishes(const std::stop_token& stop) const {
    if (!coming_and_going_.wanted) return;
    bool all = false;
    while (!all && !stop.stop_requested()) {
        // Asked again each time: a wish may be withdrawn before it has been followed.
        const std::set<std::string> wanted = coming_and_going_.wanted();
        all = state_.wait_for(stop, kTick, [&](const State& state) {
            return state.verdict.aborts() || std::includes(state.came.begin(), state.came.end(),
                                                           wanted.begin(), wanted.end());
        });
    }
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
