// SPDX-License-Identifier: Apache-2.0
// Commands that read or set what throttles the run: throttle::Knobs, which the sources look at with
// each poll. How a value is written is in throttle/knob_table.h.
#include <fmt/format.h>

#include "control/commands.h"
#include "throttle/knob_table.h"

namespace wisp::control {
namespace {

constexpr const char* kLogsLast =
    "Note: throttle no longer than the server keeps its binary logs; the run needs them to catch "
    "up";

Reply set_hold(Console& console, const Argument& argument, bool hold) {
    if (const auto wrong = wrong_table(console, argument, nullptr)) return refused(*wrong);
    console.controls().knobs->write([&](throttle::Knobs& knobs) { knobs.hold = hold; });
    return console.status(hold ? kLogsLast : "");
}

Reply turn(Console& console, const Argument& argument, const char* name, const char* note = "") {
    const auto& knobs = console.controls().knobs;
    if (asks(argument)) return told(throttle::knob_text(knobs->copy(), name).value_or(""));
    const auto set = throttle::set_knob(knobs, name, argument.value_or(""));
    return set ? console.status(note) : refused(set.error());
}

/// Tells the new list as well, as gh-ost does.
Reply control_replicas(Console& console, const Argument& argument) {
    Reply reply = turn(console, argument, "throttle-control-replicas");
    if (!reply.ok || asks(argument)) return reply;
    const auto list =
        throttle::knob_text(console.controls().knobs->copy(), "throttle-control-replicas");
    reply.text = list.value_or("") + "\n" + reply.text;
    return reply;
}

Reply max_lag(Console& console, const Argument& argument) {
    if (asks(argument)) return turn(console, argument, "max-lag-millis");
    const auto limit = clamped(argument.value_or(""), 100, 3'600'000);
    if (!limit) {
        return refused(
            fmt::format("max-lag-millis: \"{}\" is no whole number", argument.value_or("")));
    }
    return turn(console, std::to_string(*limit), "max-lag-millis");
}

Reply no_lag_query(Console&, const Argument&) {
    return refused(
        "replication-lag-query: wisp measures lag by its own heartbeat and runs no query for it");
}

Command knob(const char* name, const char* usage, const char* help, const char* note = "") {
    return {{name}, usage, help, [name, note](Console& console, const Argument& argument) {
                return turn(console, argument, name, note);
            }};
}

}  // namespace

std::vector<Command> throttle_commands() {
    const auto hold = [](Console& c, const Argument& a) { return set_hold(c, a, true); };
    const auto release = [](Console& c, const Argument& a) { return set_hold(c, a, false); };
    return {
        {{"throttle", "pause", "suspend"}, "[=<table>]", "copy and replay wait", hold},
        {{"no-throttle", "unthrottle", "resume", "continue"},
         "[=<table>]",
         "they go on, if nothing else holds them",
         release},
        {{"max-lag-millis"}, "=<ms>", "lag above this holds the copy, 100 or more", max_lag},
        knob("nice-ratio", "=<ratio>", "seconds of rest after each second of copying"),
        knob("max-load", "=<var=n,…>", "status values that hold the copy; all of them"),
        knob("critical-load", "=<var=n,…>", "status values that end the run; all of them"),
        knob("throttle-query", "=<query>",
             "holds the copy while its answer is above 0; empty: none", kLogsLast),
        knob("throttle-http", "=<URL>",
             "holds the copy while HEAD gets other than 200; empty: none", kLogsLast),
        knob("critical-load-interval-millis", "=<ms>", "looks again after this, then ends the run"),
        knob("critical-load-hibernate-seconds", "=<s>", "stands for this long instead of ending"),
        knob("throttle-flag-file", "=<path>", "copy and replay wait while it exists; empty: none"),
        knob("throttle-additional-flag-file", "=<path>", "the same, one for all runs"),
        knob("throttle-replicas", "=<auto|off>", "finds replicas to watch for lag"),
        knob("throttle-http-interval-millis", "=<ms>", "time between two requests"),
        knob("throttle-http-timeout-millis", "=<ms>", "time for an answer"),
        knob("ignore-http-errors", "=<true|false>", "no answer does not hold the copy"),
        {{"throttle-control-replicas"},
         "=<h:p,…>",
         "replicas to watch for lag; all of them",
         control_replicas},
        knob("max-commit-latency-millis", "=<ms>", "time of a small commit that holds the copy"),
        knob("min-free-disk", "=<size>", "free room that holds the copy if less"),
        {{"replication-lag-query"}, "=<query>", "not used; says why", no_lag_query}};
}

}  // namespace wisp::control
