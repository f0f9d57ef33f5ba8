// SPDX-License-Identifier: Apache-2.0
// Connection: one session on one server. One thread uses it at a time; cancel() is the exception.
// After an Error whose connection_usable() is false every call throws kLost until it is replaced.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mysql/endpoint.h"
#include "mysql/error.h"
#include "mysql/result.h"
#include "mysql/server_info.h"
#include "mysql/session.h"
#include "mysql/where.h"

struct st_mysql;

namespace wisp::mysql {

struct Executed {
    std::uint64_t affected_rows = 0;  // changed rows, not matched ones; a REPLACE counts both rows
    std::uint64_t records = 0;        // "Records: N" of mysql_info, for INSERT … SELECT; else 0
    std::uint64_t duplicates = 0;     // "Duplicates: N"
    unsigned warnings = 0;
};

/// From mysql_info(): "Records: 3  Duplicates: 1  Warnings: 1"; what is missing is 0.
[[nodiscard]] Executed parse_info(std::string_view info);

class Connection {
  public:
    /// Connects, enforces the TLS mode, applies the session settings. Throws Error.
    Connection(Endpoint endpoint, const Session& session, Where where = Where::current());
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection();

    /// Runs a statement and reads its whole result (multi-statements are off). Throws Error.
    Result query(std::string_view sql, Where where = Where::current());
    /// Runs a statement without a result set; a result set that comes all the same is dropped.
    Executed execute(std::string_view sql, Where where = Where::current());
    /// First cell of the first row; nullopt if there is no row or it is NULL.
    std::optional<std::string> scalar(std::string_view sql, Where where = Where::current());
    /// SHOW WARNINGS of the last statement, each as "1062 Duplicate entry …".
    std::vector<std::string> warnings(Where where = Where::current());

    /// Sends a statement without waiting for its end, then finish() waits. In between only
    /// cancel() and id() may be called. Used where a statement is meant to block on a lock.
    void start(std::string_view sql, Where where = Where::current());
    Executed finish(Where where = Where::current());

    /// Ends a blocked call of the owning thread by shutting the socket down. Any thread, as long as
    /// the Connection lives: the caller keeps it from being destroyed meanwhile (a stop_callback
    /// declared after it does). The connection is lost afterwards, the statement in doubt.
    void cancel() noexcept;
    /// cancel() was called: that the connection is lost is no news.
    [[nodiscard]] bool cancelled() const;

    /// The server's connection id, as in the process list.
    [[nodiscard]] std::uint64_t id() const { return id_; }
    [[nodiscard]] const ServerInfo& server() const { return server_; }
    [[nodiscard]] const Endpoint& endpoint() const { return endpoint_; }
    [[nodiscard]] bool usable() const { return usable_; }
    /// The longest statement the server takes, in bytes. A longer one is refused here with 1153,
    /// since sending it would cost the connection.
    [[nodiscard]] std::uint64_t max_statement_bytes() const { return max_statement_bytes_; }
    /// TLS cipher in use, empty without TLS.
    [[nodiscard]] std::string cipher() const;
    /// A quoted and escaped utf8mb4 literal: 'it\'s'.
    [[nodiscard]] std::string quote(std::string_view text) const;

    /// The C handle, for binlog/dump_channel only.
    [[nodiscard]] st_mysql* native() const;

  private:
    struct Native;

    void prepare(const Session& session, Where where);
    void demand_ready(std::string_view sql, Where where) const;
    void send(std::string_view sql, Where where);
    Result receive(std::string_view sql, Executed& executed, Where where);
    void drain(std::string_view sql, Where where);
    [[noreturn]] void fail(std::string_view sql, Where where);
    [[nodiscard]] std::string doing(std::string_view sql) const;

    std::unique_ptr<Native> native_;
    Endpoint endpoint_;
    ServerInfo server_;
    std::uint64_t id_ = 0;
    std::uint64_t max_statement_bytes_ = 1024;  // the least a server can be set to
    std::string in_flight_;  // between start() and finish(): the statement, shortened
    bool usable_ = false;
};

/// Statements that this process has sent so far to the server at this address, over all
/// connections, and goodbyes, which servers count as well (seen on MySQL 9.7, status variable
/// Queries). Any thread.
[[nodiscard]] std::uint64_t statements_sent(const Endpoint& endpoint);

/// KILL of a connection or of its running statement, from `by`. A victim that is gone is no error.
void kill_connection(Connection& by, std::uint64_t id);
void kill_query(Connection& by, std::uint64_t id);

}  // namespace wisp::mysql
