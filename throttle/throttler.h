// SPDX-License-Identifier: Apache-2.0
// Throttler: polls the sources and publishes one Verdict. run() is the body of the caller's
// throttle thread; sources that talk to servers get a thread each inside it. Copiers and applier
// wait here, woken by a change of the verdict.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <stop_token>
#include <vector>

#include "base/guarded.h"
#include "throttle/board.h"
#include "throttle/source.h"
#include "throttle/verdict.h"

namespace wisp::throttle {

class Throttler {
  public:
    /// on_abort is called once, on a throttler thread, when a source first asks for the end; it
    /// must not throw and must not join this throttler's thread.
    explicit Throttler(std::vector<std::unique_ptr<Source>> sources,
                       std::function<void(const Verdict&)> on_abort = {});

    /// Polls until stopped. Call once.
    void run(const std::stop_token& stop);

    /// Before run() has heard a source, that source holds the copy ("not measured yet").
    [[nodiscard]] Verdict verdict() const;
    /// Blocks while the writer must wait. True: go. False: stopped, or the verdict is abort.
    [[nodiscard]] bool wait_until_clear(std::stop_token stop, Writer writer) const;
    /// Total time the copy was held so far, the present hold included.
    [[nodiscard]] std::chrono::steady_clock::duration copy_held() const;

  private:
    struct State {
        Board board;
        Verdict verdict;
        std::chrono::steady_clock::duration held{};  // of holds that have ended
        SteadyTime held_since{};
    };
    void poll_remote(std::size_t source, const std::stop_token& stop);
    void poll_local(const std::stop_token& stop);
    void poll(std::size_t source, const std::stop_token& stop);
    void publish(const std::function<std::vector<Change>(Board&, SteadyTime)>& update);

    std::vector<std::unique_ptr<Source>> sources_;
    std::function<void(const Verdict&)> on_abort_;
    Guarded<State> state_;
};

}  // namespace wisp::throttle
