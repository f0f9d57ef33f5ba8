// SPDX-License-Identifier: Apache-2.0
#include "binlog/streamer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <condition_variable>
#include <ctime>
#include <mutex>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/log.h"
#include "binlog/dump_channel.h"
#include "binlog/gtid.h"
#include "mysql/connection.h"
#include "mysql/error.h"

namespace wisp::binlog {

namespace {

constexpr unsigned kMasterFatalErrorReadingBinlog = 1236;

/// Error 1236 says everything in its text; these parts of it are the servers' (MySQL 5.6 to 9.7,
/// MariaDB 10.11, 11.8: sql/rpl_binlog_sender.cc, sql/sql_repl.cc).
struct Known {
    std::string_view part;
    std::string_view meaning;
};
constexpr std::array kKnownTexts{
    Known{"same server_uuid/server_id",
          "another reader with the same server id connected and took the stream over; see that no "
          "other program uses this id, then start again"},
    Known{"same server_id",
          "another reader with the same server id took the stream over; see that "
          "no other program uses this id, then start again"},
    Known{
        "Could not find first log file name",
        "the binlog file to go on with is not on the server any more: it was purged before it was "
        "read; keep binlogs longer (binlog_expire_logs_seconds, expire_logs_days) and start again"},
    Known{"purged",
          "the binlogs to go on with were purged before they were read; keep binlogs "
          "longer (binlog_expire_logs_seconds, expire_logs_days) and start again"},
    Known{"position > file size",
          "the server's binlog file is shorter than what was read from it: the server lost the end "
          "of its log in a crash, so changes that were applied may not exist there; start again"},
};

[[noreturn]] void rethrow_clearly(const mysql::Error& error, const std::string& label,
                                  const Position& at) {
    if (error.code() != kMasterFatalErrorReadingBinlog) throw error;
    for (const auto& [part, meaning] : kKnownTexts)
        if (error.server_text().find(part) != std::string::npos)
            throw StreamError(fmt::format("reading the binlog of {} at {}: {} (server: {})", label,
                                          at.text(), meaning, error.server_text()));
    throw StreamError(fmt::format(
        "reading the binlog of {} at {}: the server cannot go on: {}; correct that on the server, "
        "then start again",
        label, at.text(), error.server_text()));
}

/// What a reconnect may cure. Refusals and 1236 are answers; a TLS error is one only where TLS
/// never worked before: a network that breaks during the handshake looks the same.
bool may_pass(const mysql::Error& error, bool connected_before) {
    constexpr unsigned kTlsError = 2026;
    return error.kind() == mysql::ErrorKind::kLost || error.kind() == mysql::ErrorKind::kTimeout ||
           (connected_before && error.code() == kTlsError);
}

/// The server's clock; 0 in events that it makes up.
std::uint32_t server_time(std::span<const std::uint8_t> event) {
    constexpr std::size_t kTimestampSize = 4;
    std::uint32_t timestamp = 0;
    for (std::size_t i = std::min(kTimestampSize, event.size()); i > 0; --i)
        timestamp = timestamp << 8U | event[i - 1];
    return timestamp;
}

/// The same, and ours where the server tells none: it is idle, so we are not behind.
std::uint32_t timestamp_of(std::span<const std::uint8_t> event) {
    const auto timestamp = server_time(event);
    return timestamp != 0 ? timestamp : static_cast<std::uint32_t>(std::time(nullptr));
}

}  // namespace

Streamer::Streamer(mysql::Endpoint endpoint, Position start, std::vector<sql::TableName> watched,
                   StreamerOptions options)
    : endpoint_(std::move(endpoint)),
      options_(std::move(options)),
      decoder_(std::move(watched), start, options_.hints) {
    snapshot_.write([&](StreamSnapshot& now) {
        now.received = start;
        now.completed = start;
        now.received_at = std::chrono::steady_clock::now();
    });
}

Streamer::~Streamer() = default;

/// The same name can lead to another server after a failover: its files and offsets mean nothing
/// to us.
void Streamer::check_identity(mysql::Connection& connection) {
    const bool uuid = connection.server().has_server_uuid();
    const auto found =
        connection.scalar(uuid ? "SELECT @@global.server_uuid" : "SELECT @@global.server_id");
    if (identity_.empty()) identity_ = found.value_or("");
    if (found != identity_)
        throw StreamError(fmt::format(
            "{} is another server now (its {} was {} and is {}), so its binlog positions do not "
            "fit; start again",
            endpoint_.label(), uuid ? "server_uuid" : "server_id", identity_, found.value_or("?")));
}

/// MariaDB has no server_uuid: its binlog must hold the last GTID that we got. (BINLOG_GTID_POS
/// would say it exactly, but reads the whole file, and gave NULL for good positions on 10.11.)
void Streamer::check_history(mysql::Connection& connection) {
    const auto& gtid = decoder_.last_gtid();
    if (!connection.server().mariadb() || gtid.empty()) return;
    const auto state = connection.scalar("SELECT @@global.gtid_binlog_state").value_or("");
    if (list_holds(state, gtid)) return;
    throw StreamError(
        fmt::format("{} does not have the same binlog any more: it had {} and its GTID state is "
                    "'{}' now; start "
                    "again",
                    endpoint_.label(), gtid, state));
}

std::unique_ptr<DumpChannel> Streamer::connect() {
    DumpOptions options;
    options.endpoint = endpoint_;
    options.start = decoder_.resume_position();
    options.heartbeat = options_.heartbeat;
    auto connection = std::make_unique<mysql::Connection>(
        DumpChannel::dump_endpoint(endpoint_, options_.heartbeat), mysql::Session{});
    check_identity(*connection);
    check_history(*connection);
    options.server_id = random_server_id(*connection);
    return std::make_unique<DumpChannel>(std::move(connection), std::move(options));
}

void Streamer::note_event(std::span<const std::uint8_t> event) {
    const std::uint32_t timestamp = server_time(event);
    attempts_ = 0;
    snapshot_.write([&](StreamSnapshot& now) {
        now.connected = true;
        now.received = decoder_.received_position();
        now.completed = decoder_.resume_position();
        now.received_at = std::chrono::steady_clock::now();
        if (timestamp != 0) now.timestamp = timestamp;
        ++now.events;
        now.bytes += event.size();
    });
}

void Streamer::read_all(DumpChannel& channel, const std::stop_token& stop,
                        const std::function<void(Transaction&&)>& deliver,
                        const std::function<void(const Progressed&)>& progressed) {
    while (!stop.stop_requested()) {
        const auto event = channel.next();
        if (event.empty()) return;
        auto done = decoder_.feed(event);
        if (!done) throw StreamError(done.error() + ". This run cannot go on; start it again");
        note_event(event);
        if (*done) deliver(std::move(**done));
        if (progressed && decoder_.resume_position() == decoder_.received_position()) {
            progressed({decoder_.resume_position(), decoder_.last_gtid(), timestamp_of(event),
                        decoder_.undecided_from()});
        }
    }
}

bool Streamer::wait_before_reconnect(const std::stop_token& stop, const std::string& why) {
    snapshot_.write([](StreamSnapshot& now) {
        now.connected = false;
        ++now.reconnects;
    });
    const auto now = std::chrono::steady_clock::now();
    if (attempts_ == 0) lost_at_ = now;
    ++attempts_;
    if (attempts_ > options_.max_attempts || now - lost_at_ > options_.give_up_after) return false;
    const auto doubled = options_.first_wait * (1U << std::min(attempts_ - 1, 16U));
    const auto wait = std::min<std::chrono::milliseconds>(doubled, options_.longest_wait);
    log::warn(
        "binlog stream lost, reconnecting endpoint={} position={} attempt={} wait_ms={} "
        "reason=\"{}\"",
        endpoint_.label(), decoder_.resume_position().text(), attempts_, wait.count(), why);
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any().wait_for(lock, stop, wait, [] { return false; });
    return true;
}

void Streamer::run(const std::stop_token& stop, const std::function<void(Transaction&&)>& deliver,
                   const std::function<void(const Progressed&)>& progressed) {
    while (!stop.stop_requested()) {
        std::string why = "the server ended the stream";
        std::exception_ptr failure;
        try {
            const auto channel = connect();
            decoder_.reconnected();
            const std::stop_callback wake(stop, [&] { channel->cancel(); });
            read_all(*channel, stop, deliver, progressed);
        } catch (const mysql::Error& error) {
            if (stop.stop_requested()) return;
            if (!may_pass(error, !identity_.empty()))
                rethrow_clearly(error, endpoint_.label(), decoder_.resume_position());
            why = error.what();
            failure = std::current_exception();
        }
        if (stop.stop_requested()) return;
        if (wait_before_reconnect(stop, why)) continue;
        if (failure) std::rethrow_exception(failure);
        throw StreamError(fmt::format("the binlog stream of {} ended {} times in a row at {}",
                                      endpoint_.label(), attempts_,
                                      decoder_.resume_position().text()));
    }
}

}  // namespace wisp::binlog
