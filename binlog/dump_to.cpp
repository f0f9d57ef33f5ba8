// SPDX-License-Identifier: Apache-2.0
#include "binlog/dump_to.h"

#include <fmt/format.h>

namespace wisp::binlog {

void dump_to(const DumpOptions& options, const Decoder& decoder, const Position& end,
             const std::stop_token& stop, const FeedEvent& feed, std::chrono::seconds patience) {
    using std::chrono::steady_clock;
    if (end <= options.start) return;
    DumpChannel channel(options);
    const std::stop_callback wake(stop, [&] { channel.cancel(); });
    auto progressed = steady_clock::now();
    while (!stop.stop_requested() && decoder.received_position() < end) {
        const Position before = decoder.received_position();
        const auto event = channel.next();  // a heartbeat at least
        if (event.empty() || !feed(event)) return;
        const auto now = steady_clock::now();
        if (before < decoder.received_position()) progressed = now;
        if (now - progressed > patience) {
            throw LogEndsEarly(fmt::format(
                "{} says that its binlog ends at {}, but has sent nothing behind {} for {} s",
                options.endpoint.label(), end.text(), before.text(), patience.count()));
        }
    }
}

}  // namespace wisp::binlog
