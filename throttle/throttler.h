// SPDX-License-Identifier: Apache-2.0
// Throttler: polls the sources and publishes one Verdict. run() is the body of the caller's
// throttle thread; sources that talk to servers get a thread each inside it. Copiers and applier
// wait here, woken by a change of the verdict.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "base/guarded.h"
#include "throttle/board.h"
#include "throttle/source.h"
#include "throttle/verdict.h"

namespace wisp::throttle {

/// Sources that come and go while the run goes on, by name. `wanted` is asked by any of the
/// throttler's threads, `make` by its own.
struct ComingAndGoing {
    std::function<std::set<std::string>()> wanted;
    std::function<std::unique_ptr<Source>(const std::string& name)> make;
};

class Throttler {
  public:
    /// on_abort is called once, on a throttler thread, when a source first asks for the end; it
    /// must not throw and must not join this throttler's thread.
    explicit Throttler(std::vector<std::unique_ptr<Source>> sources,
                       std::function<void(const Verdict&)> on_abort = {},
                       ComingAndGoing coming_and_going = {});
    Throttler(const Throttler&) = delete;
    Throttler& operator=(const Throttler&) = delete;
    ~Throttler();

    /// Polls until stopped. Call once.
    void run(const std::stop_token& stop);

    /// Before run() has heard a source, that source holds the copy ("not measured yet").
    [[nodiscard]] Verdict verdict() const;
    /// Blocks while the writer must wait. True: go. False: stopped, or the verdict is abort.
    [[nodiscard]] bool wait_until_clear(std::stop_token stop, Writer writer) const;
    /// After `work` of copying: the rest that the verdict asks for, as it changes meanwhile. Ends
    /// early when stopped, or when the verdict is abort.
    void rest(const std::stop_token& stop, std::chrono::steady_clock::duration work) const;
    /// Total time the copy was held so far, the present hold included.
    [[nodiscard]] std::chrono::steady_clock::duration copy_held() const;
    /// Each source as it is now, with the time it has held the copy; by name.
    [[nodiscard]] std::vector<SourceState> states() const;

  private:
    struct State {
        Board board;
        Verdict verdict;
        std::chrono::steady_clock::duration held{};  // of holds that have ended
        SteadyTime held_since{};
        std::set<std::string> came;  // of those that come and go, the ones on the board
    };
    struct Post;  // a source at its work
    void add(std::unique_ptr<Source> source, std::string wanted_as);
    void start(Post& post);
    void follow_wishes();
    void poll_remote(Post& post, const std::stop_token& stop);
    void poll_local(const std::stop_token& stop);
    void poll(Post& post, const std::stop_token& stop);
    /// Until all that are wanted are on the board. What a source says counts only then: it may be
    /// content since it has made others wanted, and nothing holds before these are there.
    void await_wishes(const std::stop_token& stop) const;
    void publish(const std::function<std::vector<Change>(Board&, SteadyTime)>& update);

    std::vector<std::unique_ptr<Post>> posts_;  // the running thread's
    std::vector<std::unique_ptr<Post>> left_;   // no longer wanted; their threads are ending
    std::function<void(const Verdict&)> on_abort_;
    ComingAndGoing coming_and_going_;
    Guarded<State> state_;
};

}  // namespace wisp::throttle
