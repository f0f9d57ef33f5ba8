// SPDX-License-Identifier: Apache-2.0
// CutoverDriver: the steps of one cut-over attempt on real servers. Two ways: one session that
// locks, drains and renames (cutover_session.cpp, MySQL 8.0.13 and later), and a locking session
// with a sentry table beside a renaming one (cutover_sentry.cpp, everywhere else).
// docs/cut-over.md.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "migrator/applier.h"
#include "migrator/cutover_fsm.h"
#include "migrator/plan.h"
#include "mysql/connector.h"

namespace wisp::mysql {
class Connection;
}

namespace wisp::migrator {

/// What a driver works with; outlives it.
struct CutoverContext {
    const Plan& plan;
    const mysql::Connector& connector;  // to the server that is written
    Applier& applier;                   // run by nobody else during the attempt
    std::chrono::seconds limit;         // waiting for the lock; and holding it
    Signs& signs;                       // by which the end of the drain is known
    std::stop_token stop;
    /// Looks at source and ghost under the lock, over the session that holds it, before they are
    /// swapped. Returns why they must not be; empty if they may. May be empty itself.
    std::function<std::string(mysql::Connection&, const sql::TableName& ghost,
                              std::chrono::steady_clock::time_point deadline)>
        last_look;
    /// What is to be done to the ghost before it becomes the table, over the session that holds the
    /// lock, once nothing more is written to it. May be empty.
    std::function<void(mysql::Connection&, const sql::TableName& ghost)> before_rename;
    /// What last_look needs on its session, before that takes the lock. May be empty.
    std::function<void(mysql::Connection&, const sql::TableName& ghost)> before_lock;
};

/// One attempt. Every step catches server errors and returns an outcome; why() says what happened.
class CutoverDriver {
  public:
    virtual ~CutoverDriver() = default;
    virtual Outcome lock() = 0;
    virtual Outcome drain() = 0;
    virtual Outcome rename() = 0;
    /// Which table is which now: kSawSwapped, kSawUnswapped, kSawNeither.
    virtual Outcome look() = 0;
    /// Ends with everything as before the attempt and no session of ours left. kSawNeither: a
    /// RENAME of ours may still be carried out.
    virtual Outcome release() = 0;
    /// After kSwapped: brings names to where they belong.
    virtual void finish() = 0;
    [[nodiscard]] const std::string& why() const { return why_; }
    /// From the lock obtained to the rename done, once swapped.
    [[nodiscard]] std::chrono::steady_clock::duration locked_for() const {
        return renamed_at_ - locked_at_;
    }

    /// From the lock obtained to the rename done, or until now if it was not; 0 without a lock.
    [[nodiscard]] std::chrono::steady_clock::duration stalled_for() const {
        if (locked_at_ == std::chrono::steady_clock::time_point{}) return {};
        const bool renamed = renamed_at_ > locked_at_;
        return (renamed ? renamed_at_ : std::chrono::steady_clock::now()) - locked_at_;
    }

  protected:
    explicit CutoverDriver(CutoverContext context) : context_(std::move(context)) {}
    /// Runs a step; server errors become outcomes. `lost` is what a lost connection means here.
    Outcome attempt(const char* step, Outcome lost, const std::function<Outcome()>& body);
    /// Looks for `ghost` and `old` by existence and comment.
    Outcome look_at(const sql::TableName& ghost, const sql::TableName& old);
    /// After the last event was applied: what forbids the swap goes to why_; else before_rename.
    Outcome look_last(mysql::Connection& session, const sql::TableName& ghost);
    /// A session for locks: short lock waits, dropped by the server soon if we hang.
    [[nodiscard]] std::unique_ptr<mysql::Connection> open_session() const;
    /// Closes it. When its connection was lost the server may not know: kills it there and waits
    /// until it is gone, with its locks.
    void end_session(std::unique_ptr<mysql::Connection>& session) const;
    /// Until when a server that cannot be reached is asked whether a session of ours is gone.
    [[nodiscard]] std::chrono::steady_clock::time_point patience_ends() const;

    CutoverContext context_;
    std::string why_;
    std::chrono::steady_clock::time_point locked_at_{};
    std::chrono::steady_clock::time_point renamed_at_{};
};

[[nodiscard]] std::unique_ptr<CutoverDriver> make_session_driver(CutoverContext context);
[[nodiscard]] std::unique_ptr<CutoverDriver> make_sentry_driver(CutoverContext context);

/// Comment of the sentry table; a table with it is ours to drop.
inline constexpr const char* kSentryComment = "wisp cut-over sentry";

/// True for a sentry table of ours, by its comment.
[[nodiscard]] bool is_sentry(mysql::Connection& connection, const sql::TableName& name);

/// Walks the state machine to its end. Logs each step. `before` is called with every state that is
/// about to be worked on.
[[nodiscard]] CutoverState run_cutover(CutoverDriver& driver,
                                       const std::function<void(CutoverState)>& before = {});

}  // namespace wisp::migrator
