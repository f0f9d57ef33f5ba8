// SPDX-License-Identifier: Apache-2.0
// Custody: what we change of a replica's state (SQL thread, ignore filter, super_read_only) and
// give back, whatever happens. Each change is noted first in a small table on the replica, written
// with sql_log_bin=0, so that the next run gives back what a killed one could not. One thread.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "mysql/connector.h"
#include "replica/sql_thread.h"
#include "sql/table_def.h"

namespace wisp::replica {

class Custody {
  public:
    /// `replica`: makes sessions with sql_log_bin=0. `notes`: name of the table of notes, in a
    /// schema that exists; it is made by the first change and dropped when all is given back.
    Custody(mysql::Connector replica, sql::TableName notes);
    Custody(const Custody&) = delete;
    Custody& operator=(const Custody&) = delete;
    /// As give_back(); what cannot be given back is logged, with the statements that do it.
    ~Custody();

    /// Notes of this name are on the server: an earlier run still owes it something.
    [[nodiscard]] static bool notes_are_on(mysql::Connection& replica, const sql::TableName& notes);
    /// Takes over what an earlier run noted and did not give back; false if there is nothing. Only
    /// while no other run can be at work there.
    [[nodiscard]] bool adopt();
    /// After adopt(): only looked at; this object gives nothing back.
    void leave();
    /// After adopt(): super_read_only is ON again if it is owed, until make_writable(). What else
    /// is owed stays so.
    void protect();
    /// After adopt(): that run said remember(what).
    [[nodiscard]] bool remembers(const std::string& what) const { return words_.contains(what); }
    /// A word of the caller's own among the notes, so that they exist from now on.
    void remember(const std::string& what, const std::string& value);
    /// That word is not among the notes any more.
    void forget(const std::string& what);
    /// Sentences that say what is owed to the replica now; empty if nothing is.
    [[nodiscard]] std::vector<std::string> owed() const;

    /// Lifts super_read_only if it is on (read_only stays): our account must be able to write. Call
    /// before anything else: the notes are written, too.
    void make_writable();
    /// Stops the SQL thread; it is to run again in the end if it ran at the first of these calls,
    /// or if `run_in_the_end`.
    void stop();
    /// From stopped: runs to a point and stops there by itself (sql_thread.h). Where it does not
    /// follow by GTIDs, after the gaps of a parallel applier are closed, for which it is given a
    /// minute. False: they are not.
    [[nodiscard]] bool run_until(const Point& point, const std::stop_token& stop);
    /// Starts the SQL thread before the end.
    void start();
    /// It had stopped because of the table, so it is not to run in the end unless
    /// `run_in_the_end`, whatever it did before.
    void stay_stopped();
    /// From stopped: this table is passed over from now on.
    void ignore(const sql::TableName& table);
    /// From stopped: the filter is as it was before ignore().
    void stop_ignoring();
    /// The table that was passed over is mended: what it missed does not matter any more.
    void mended();
    /// A table is passed over, or was and is not mended.
    [[nodiscard]] bool passed_over() const { return passed_over_; }
    /// The SQL thread shall run when all is given back, though it did not at first: what broke it
    /// is mended.
    void run_in_the_end();

    /// Everything as it was: filter, SQL thread, super_read_only; then the notes go. If the SQL
    /// thread stays stopped, and a table was passed over and not mended, they stay: the next run
    /// must not take it for stopped by hand. Reconnects for a minute if it must. Throws Problem
    /// that names the statements still to be run.
    void give_back();

    /// A session of this replica that nobody else uses, made anew if it was lost.
    mysql::Connection& session();

  private:
    void note(const std::string& what, const std::string& value);
    void restore_filter();
    [[nodiscard]] bool lift_super_read_only();
    void set_super_read_only();
    [[nodiscard]] std::string statements_to_run() const;

    mysql::Connector connector_;
    sql::TableName notes_;
    std::unique_ptr<mysql::Connection> session_;
    bool notes_exist_ = false;
    std::set<std::string> words_;
    std::optional<bool> ran_;  // the SQL thread, before we touched it
    std::optional<std::string> filter_before_;
    std::string channel_;
    bool to_stop_ = false;  // it was told to stop, at once or at a point, and may yet
    bool passed_over_ = false;
    bool super_read_only_ = false;
    bool given_back_ = true;  // nothing was changed yet
};

}  // namespace wisp::replica
