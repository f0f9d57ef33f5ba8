// SPDX-License-Identifier: Apache-2.0
// Streamer: follows one server's binlog and survives lost connections. From a server to deliver();
// runs on the caller's thread; snapshot() from any. Back pressure: deliver() may block.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <vector>

#include "base/guarded.h"
#include "binlog/change.h"
#include "binlog/column_hint.h"
#include "binlog/decoder.h"
#include "binlog/position.h"
#include "mysql/endpoint.h"
#include "sql/table_def.h"

namespace wisp::mysql {
class Connection;
}

namespace wisp::binlog {

class DumpChannel;

/// The stream cannot go on: an event that cannot be decoded, a purged file, another server. The
/// sentence says what, where and what now. Servers' errors are thrown as mysql::Error.
class StreamError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

struct StreamerOptions {
    std::chrono::milliseconds heartbeat{500};
    std::chrono::milliseconds first_wait{100};  // before the first reconnect; doubles each time
    std::chrono::milliseconds longest_wait{5'000};
    unsigned max_attempts = 120;              // in a row without an event received
    std::chrono::seconds give_up_after{600};  // since the connection was lost
    /// By watched table; see Decoder.
    std::vector<std::vector<ColumnHint>> hints;
};

struct StreamSnapshot {
    bool connected = false;
    Position received;   // end of the last event received, maybe inside a group
    Position completed;  // end of the last complete group: where a reconnect starts
    std::chrono::steady_clock::time_point received_at{};  // last event or heartbeat
    std::uint32_t timestamp = 0;  // the server's clock in the last event that had one
    std::uint64_t events = 0;
    std::uint64_t bytes = 0;
    unsigned reconnects = 0;
};

/// How far the stream is between two transactions, whatever tables they were of.
struct Progressed {
    Position end;                 // everything before it was delivered
    std::string gtid;             // of the last complete group; empty without GTIDs
    std::uint32_t timestamp = 0;  // seconds; the server's clock, or ours when it is idle
    Position undecided_from;      // as of a Transaction
};

class Streamer {
  public:
    Streamer(mysql::Endpoint endpoint, Position start, std::vector<sql::TableName> watched,
             StreamerOptions options = {});
    Streamer(const Streamer&) = delete;
    Streamer& operator=(const Streamer&) = delete;
    ~Streamer();

    /// Until stop: reads, decodes, delivers. Returns on stop; throws StreamError or mysql::Error.
    /// `progressed` may be empty; else it is told after each group, after each event between
    /// groups, and with the server's heartbeats.
    void run(const std::stop_token& stop, const std::function<void(Transaction&&)>& deliver,
             const std::function<void(const Progressed&)>& progressed = {});

    [[nodiscard]] StreamSnapshot snapshot() const { return snapshot_.copy(); }

  private:
    std::unique_ptr<DumpChannel> connect();
    void check_identity(mysql::Connection& connection);
    void check_history(mysql::Connection& connection);
    void read_all(DumpChannel& channel, const std::stop_token& stop,
                  const std::function<void(Transaction&&)>& deliver,
                  const std::function<void(const Progressed&)>& progressed);
    void note_event(std::span<const std::uint8_t> event);
    [[nodiscard]] bool wait_before_reconnect(const std::stop_token& stop, const std::string& why);

    mysql::Endpoint endpoint_;
    StreamerOptions options_;
    Decoder decoder_;
    std::string identity_;   // server_uuid, or MariaDB's server_id; set by the first connection
    unsigned attempts_ = 0;  // since the last event received
    std::chrono::steady_clock::time_point lost_at_{};  // at the first of them
    Guarded<StreamSnapshot> snapshot_;
};

}  // namespace wisp::binlog
