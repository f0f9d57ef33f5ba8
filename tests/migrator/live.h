// SPDX-License-Identifier: Apache-2.0
// A migration on a real server up to any step: tables made and planned as the job does it, rows
// copied, replay at work, writers that remember what they have committed.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/guarded.h"
#include "base/thread.h"
#include "binlog/streamer.h"
#include "migrator/applier.h"
#include "migrator/cutover_driver.h"
#include "migrator/plan.h"
#include "migrator/signs.h"
#include "migrator/xa_watch.h"
#include "mysql/connection.h"
#include "mysql/connector.h"
#include "throttle/throttler.h"

namespace wisp::test {

/// Makes ghost and changelog of `table` (schema and name) and plans, as MigrateJob::prepare().
[[nodiscard]] migrator::Plan live_plan(mysql::Connection& connection, const sql::TableName& table,
                                       const std::string& alter);

/// "`schema`.`table`" → TableName, for TmpSchema::table().
[[nodiscard]] sql::TableName parse_name(const std::string& quoted);

/// Ids of an account's sessions, oldest first.
[[nodiscard]] std::vector<std::uint64_t> session_ids(mysql::Connection& connection,
                                                     const std::string& user);

/// Sessions that write a table (id bigint primary key, writer int, value int) and know what it must
/// hold: every statement that was answered with success, and for one that was answered with an
/// error or not at all, nothing, which is checked as well.
class Writers {
  public:
    Writers(mysql::Connector connector, sql::TableName table, unsigned count);
    Writers(const Writers&) = delete;
    Writers& operator=(const Writers&) = delete;
    ~Writers();

    /// Stops, and joins.
    void stop();
    /// Statements that have succeeded so far.
    [[nodiscard]] std::uint64_t writes() const { return writes_; }
    /// Waits until so many more have succeeded; false after ten seconds.
    [[nodiscard]] bool go_on(std::uint64_t more) const;
    /// id → value of every row that must be there. After stop().
    [[nodiscard]] std::map<std::int64_t, std::int64_t> rows() const;
    /// What went wrong other than waiting for a lock for too long. After stop().
    [[nodiscard]] std::vector<std::string> errors() const { return errors_.copy(); }

  private:
    using Rows = std::map<std::int64_t, std::int64_t>;
    void write(std::size_t writer, const std::stop_token& stop);

    mysql::Connector connector_;
    std::string table_;
    std::atomic<std::uint64_t> writes_{0};
    Guarded<std::vector<std::string>> errors_;
    std::vector<Rows> rows_;  // by writer, each written by its thread
    std::vector<std::jthread> threads_;
};

/// Reads a table as Writers::rows() has it.
[[nodiscard]] std::map<std::int64_t, std::int64_t> read_rows(mysql::Connection& connection,
                                                             const sql::TableName& table);

/// Streamer, queue and applier of one plan, from now on.
class Replay {
  public:
    Replay(mysql::Endpoint endpoint, migrator::Plan plan);
    Replay(const Replay&) = delete;
    Replay& operator=(const Replay&) = delete;
    ~Replay();

    [[nodiscard]] const migrator::Plan& plan() const { return plan_; }
    [[nodiscard]] const mysql::Connector& connector() const { return connector_; }
    [[nodiscard]] migrator::InFlight& in_flight() { return in_flight_; }
    [[nodiscard]] migrator::TouchedKeys& touched() { return touched_; }
    [[nodiscard]] migrator::XaWatch& xa_watch() { return xa_watch_; }
    [[nodiscard]] migrator::Applier& applier() { return applier_; }
    [[nodiscard]] const migrator::Progress& progress() const { return progress_; }
    /// The applier's own thread, with so many lanes over `via` (this replay's connector).
    void start_applier(unsigned lanes = 2, const mysql::Connector* via = nullptr);
    void stop_applier();
    /// Writes a marker and waits until it has been applied; false if that takes longer. The applier
    /// must be running.
    [[nodiscard]] bool catch_up(std::chrono::seconds limit = std::chrono::seconds(10));
    /// Copies the whole table in one range.
    void copy();

    /// What a driver needs for one attempt; `connector` outlives it.
    [[nodiscard]] migrator::CutoverContext attempt(std::chrono::seconds limit,
                                                   const mysql::Connector& connector);

  private:
    migrator::Plan plan_;
    migrator::MigrationOptions options_;
    mysql::Connector connector_;
    std::unique_ptr<mysql::Connection> control_;
    migrator::Progress progress_;
    migrator::ChangeQueue queue_{64U << 20U};
    migrator::InFlight in_flight_;
    migrator::TouchedKeys touched_;
    migrator::XaWatch xa_watch_;
    migrator::Dials dials_;
    migrator::ChangelogSigns signs_;
    migrator::Applier applier_;
    throttle::Throttler throttler_{{}};
    std::unique_ptr<binlog::Streamer> streamer_;
    std::uint64_t fences_ = 0;
    std::unique_ptr<Thread> streamer_thread_;
    std::unique_ptr<Thread> applier_thread_;
};

}  // namespace wisp::test
