// SPDX-License-Identifier: Apache-2.0
// Source: one reason to slow down. The throttler polls it; it answers with a Reading. Sources that
// talk to a server own their connection (link.h) and are polled on a thread of their own, so that a
// hanging replica delays nobody else.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>
#include <stop_token>
#include <string>

#include "throttle/verdict.h"

namespace wisp::throttle {

/// What a source that goes by a number has read, in its own unit.
struct Measure {
    double value = 0;
    double limit = 0;
};

struct Reading {
    Effect effect = Effect::kGo;
    std::string reason;  // empty for kGo; names value and limit where there are such
    double rest = 0;     // kSlowCopy: seconds of rest after each second of work
    std::optional<Measure> measure{};
};

class Source {
  public:
    Source() = default;
    Source(const Source&) = delete;
    Source& operator=(const Source&) = delete;
    virtual ~Source() = default;

    /// Fixed for the source's life; as the status shows it.
    [[nodiscard]] virtual std::string name() const = 0;
    /// Time between two polls.
    [[nodiscard]] virtual std::chrono::milliseconds period() const = 0;
    /// True: polled on its own thread, and held against it when it stays silent.
    [[nodiscard]] virtual bool remote() const = 0;
    /// A remote source whose last answer is older holds the copy; nullopt: it sees to that itself.
    [[nodiscard]] virtual std::optional<std::chrono::milliseconds> silence_limit() const {
        return std::max(std::chrono::milliseconds{1000}, period() * 3);
    }
    /// Always called by the same thread. An exception counts as "cannot read …" and holds the copy.
    virtual Reading poll(std::stop_token stop) = 0;
};

}  // namespace wisp::throttle
