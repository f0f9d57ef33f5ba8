// SPDX-License-Identifier: Apache-2.0
#include "binlog/log_tail.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "binlog/dump_channel.h"
#include "binlog/server_log.h"
#include "mysql/connection.h"

namespace wisp::binlog {

namespace {

using std::chrono::steady_clock;

std::int64_t clock_of(mysql::Connection& connection) {
    return std::stoll(connection.scalar("SELECT UNIX_TIMESTAMP()").value_or("0"));
}

/// From the start of the newest file, and of as many before it as the limits allow and the span
/// needs.
Tail choose(mysql::Connection& connection, const TailLimits& limits) {
    const auto files = log_files(connection);
    Tail tail;
    tail.end = log_end(connection);
    tail.until = clock_of(connection);
    const std::int64_t wanted = tail.until - limits.span.count();
    std::uint64_t bytes = 0;
    bool cut = false;
    for (auto file = files.rbegin(); file != files.rend(); ++file) {
        cut = (bytes += file->bytes) > limits.bytes;
        if (cut) break;
        tail.start = {file->name, 4};
        tail.from = begun_at(connection, file->name);
        if (tail.from <= wanted) break;
    }
    tail.from = std::max(tail.from, wanted);
    tail.listened = tail.start.empty() || (cut && tail.seconds() < limits.least.count());
    return tail;
}

}  // namespace

Tail read_tail(const mysql::Endpoint& endpoint, const TailLimits& limits, DecoderOptions options,
               const std::stop_token& stop, const std::function<void(Transaction&&)>& deliver) {
    mysql::Connection connection(endpoint, mysql::Session{});
    Tail tail = choose(connection, limits);
    if (tail.listened) {
        tail.start = tail.end = log_end(connection);
        tail.from = clock_of(connection);
    }
    DumpOptions dump;
    dump.endpoint = endpoint;
    dump.start = tail.start;
    dump.server_id = random_server_id(connection);
    dump.stop_at_end = !tail.listened;
    Decoder decoder(tail.start, std::move(options));
    DumpChannel channel(dump);
    const std::stop_callback wake(stop, [&] { channel.cancel(); });
    const auto deadline = steady_clock::now() + (tail.listened ? limits.listening : limits.reading);
    const auto at_end = [&] { return !tail.listened && !(decoder.received_position() < tail.end); };
    std::int64_t newest = tail.from;
    bool late = false;
    while (!at_end() && !late) {
        const auto event = channel.next();  // a heartbeat at least, twice a second
        late = event.empty();  // the server has ended the dump, or not yet synced the rest
        if (late) break;
        tail.bytes += event.size();
        auto done = decoder.feed(event);
        if (!done) throw std::runtime_error(done.error());
        if (*done && (*done)->timestamp >= tail.from) {
            newest = std::max<std::int64_t>(newest, (*done)->timestamp);
            deliver(std::move(**done));
        }
        late = steady_clock::now() > deadline;
    }
    if (tail.listened) {
        tail.until = clock_of(connection);
    } else if (late) {
        tail.until = newest;  // what lies behind was not read
    }
    return tail;
}

}  // namespace wisp::binlog
