// SPDX-License-Identifier: Apache-2.0
#include "binlog/dump_to.h"

#include <fmt/format.h>

#include "mysql/error.h"

namespace wisp::binlog {
namespace {

constexpr unsigned kLostConnection = 2013;  // CR_SERVER_LOST

}  // namespace

void dump_to(const DumpOptions& options, const Decoder& decoder, const Position& end,
             const std::stop_token& stop,
             const std::function<bool(std::span<const std::uint8_t>)>& feed,
             std::chrono::milliseconds patience) {
    if (end <= options.start) return;
    DumpChannel channel(options);
    const std::stop_callback wake(stop, [&] { channel.cancel(); });
    const Position& at = decoder.received_position();
    // Not by the clock: after a pause of this process, what came meanwhile is still to be read.
    std::int64_t heartbeats = 0;
    while (!stop.stop_requested() && at < end) {
        const auto event = channel.next();
        if (stop.stop_requested()) return;
        if (event.empty()) {
            throw mysql::Error(kLostConnection, "HY000", "the server ended the dump",
                               fmt::format("reading the binlog of {} at {}, up to {}",
                                           options.endpoint.label(), at.text(), end.text()));
        }
        const auto before = at.offset;
        if (!feed(event)) return;
        heartbeats = at.offset == before ? heartbeats + 1 : 0;
        if (heartbeats * options.heartbeat > patience) {
            throw LogEndsEarly(
                fmt::format("the binlog of {} was to be read up to {}, but behind {} it has sent "
                            "nothing for {} ms",
                            options.endpoint.label(), end.text(), at.text(), patience.count()));
        }
    }
}

}  // namespace wisp::binlog
