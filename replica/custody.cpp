// SPDX-License-Identifier: Apache-2.0
#include "replica/custody.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/log.h"
#include "mysql/connection.h"
#include "mysql/error.h"
#include "mysql/variable.h"
#include "replica/ignore_filter.h"
#include "replica/problem.h"
#include "replica/state.h"
#include "sql/identifier.h"

namespace wisp::replica {
namespace {

constexpr const char* kSqlThread = "sql_thread";
constexpr const char* kFilter = "replicate_ignore_table";
constexpr const char* kSuperReadOnly = "super_read_only";
constexpr const char* kPassedOver = "passed_over";
constexpr std::chrono::seconds kGaps{60};
constexpr const char* kComment = "wisp: state of this replica that is to be restored";

bool has_table(mysql::Connection& connection, const sql::TableName& name) {
    return connection.scalar(fmt::format(
               "SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = {} AND"
               " TABLE_NAME = {}",
               connection.quote(name.schema), connection.quote(name.table))) == "1";
}

}  // namespace

Custody::Custody(mysql::Connector replica, sql::TableName notes)
    : connector_(std::move(replica)), notes_(std::move(notes)) {}

Custody::~Custody() {
    try {
        give_back();
    } catch (const std::exception& error) {
        log::error("{}", error.what());
    }
}

mysql::Connection& Custody::session() {
    if (!session_ || !session_->usable()) session_ = connector_.connect_with_retry({});
    return *session_;
}

bool Custody::notes_are_on(mysql::Connection& replica, const sql::TableName& notes) {
    // A migration's checkpoint has the same name.
    return replica.scalar(fmt::format(
               "SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = {} AND"
               " TABLE_NAME = {} AND TABLE_COMMENT = {}",
               replica.quote(notes.schema), replica.quote(notes.table), replica.quote(kComment))) ==
           "1";
}

bool Custody::adopt() {
    mysql::Connection& replica = session();
    if (!has_table(replica, notes_)) return false;
    const auto rows = replica.query(fmt::format("SELECT what, value FROM {}", sql::quote(notes_)));
    channel_ = only_channel(replica).channel;
    notes_exist_ = true;
    given_back_ = false;
    for (const auto& row : rows) {
        words_.insert(row.text(0));
        if (row[0] == kSqlThread) ran_ = row[1] == "running";
        if (row[0] == kFilter) filter_before_ = row.text(1);
        if (row[0] == kSuperReadOnly) super_read_only_ = true;
        if (row[0] == kPassedOver) passed_over_ = true;
    }
    to_stop_ = ran_ == true;  // it cannot be seen, and would end later
    return true;
}

void Custody::leave() {
    given_back_ = true;
}

void Custody::protect() {
    if (super_read_only_) session().execute("SET GLOBAL super_read_only = ON");
}

void Custody::remember(const std::string& what, const std::string& value) {
    given_back_ = false;
    note(what, value);
}

std::vector<std::string> Custody::owed() const {
    std::vector<std::string> list;
    if (filter_before_) {
        list.push_back(
            fmt::format("the filter replicate_ignore_table is to be '{}' again", *filter_before_));
    }
    if (passed_over_) {
        list.emplace_back("the table was passed over, so it lacks changes; rebuild it");
    }
    if (ran_) {
        list.emplace_back(*ran_ ? "the SQL thread is to run again"
                                : "the SQL thread is to stay stopped, as it was");
    }
    if (super_read_only_) list.emplace_back("super_read_only is to be ON again");
    return list;
}

void Custody::note(const std::string& what, const std::string& value) {
    mysql::Connection& replica = session();
    if (!notes_exist_) {
        replica.execute(fmt::format(
            "CREATE TABLE IF NOT EXISTS {} (`what` VARCHAR(64) CHARACTER SET ascii NOT NULL PRIMARY"
            " KEY, `value` TEXT CHARACTER SET utf8mb4 NOT NULL) ENGINE=InnoDB COMMENT={}",
            sql::quote(notes_), replica.quote(kComment)));
        notes_exist_ = true;
    }
    replica.execute(fmt::format("REPLACE INTO {} (`what`, `value`) VALUES ({}, {})",
                                sql::quote(notes_), replica.quote(what), replica.quote(value)));
}

void Custody::forget(const std::string& what) {
    words_.erase(what);
    if (!notes_exist_) return;
    session().execute(
        fmt::format("DELETE FROM {} WHERE `what` = {}", sql::quote(notes_), session().quote(what)));
}

void Custody::make_writable() {
    given_back_ = false;
    const bool noted = super_read_only_;  // by a run that failed and left its notes
    if (!lift_super_read_only()) return;
    // The note cannot come first: nothing could be written. Between the two read_only still keeps
    // applications off.
    if (!noted) note(kSuperReadOnly, "ON");
    log::info("lifted super_read_only for the run replica={}", connector_.endpoint().label());
}

/// False: it was off.
bool Custody::lift_super_read_only() {
    if (!mysql::is_on(mysql::global_variable(session(), kSuperReadOnly))) return false;
    super_read_only_ = true;
    session().execute("SET GLOBAL super_read_only = OFF");
    return true;
}

/// As it was. After the notes are gone, which could not be dropped any more.
void Custody::set_super_read_only() {
    if (!super_read_only_) return;
    try {
        session().execute("SET GLOBAL super_read_only = ON");
    } catch (const mysql::Error& error) {
        if (error.connection_usable()) note(kSuperReadOnly, "ON");  // somebody holds a lock
        throw;
    }
    super_read_only_ = false;
}

void Custody::stop() {
    given_back_ = false;
    mysql::Connection& replica = session();
    const auto status = only_channel(replica);
    channel_ = status.channel;
    if (!ran_) {
        note(kSqlThread, status.sql_running ? "running" : "stopped");
        ran_ = status.sql_running;
    }
    if (!status.sql_running) return;
    to_stop_ = true;  // even if the answer is lost, or the wait for it too long
    replica::stop(replica);
}

bool Custody::run_until(const Point& point, const std::stop_token& stop) {
    to_stop_ = true;
    if (!only_channel(session()).by_gtid && !close_gaps(session(), kGaps, stop)) {
        log::warn("the parallel applier of {} left gaps that it does not close",
                  connector_.endpoint().label());
        return false;
    }
    replica::run_until(session(), point);
    return true;
}

void Custody::start() {
    replica::start(session());
    to_stop_ = false;
}

void Custody::mended() {
    if (!passed_over_) return;
    forget(kPassedOver);
    passed_over_ = false;
}

void Custody::stay_stopped() {
    note(kSqlThread, "stopped");
    ran_ = false;
}

void Custody::run_in_the_end() {
    if (ran_ == true) return;
    note(kSqlThread, "running");
    ran_ = true;
    given_back_ = false;
}

void Custody::ignore(const sql::TableName& table) {
    mysql::Connection& replica = session();
    const auto status = only_channel(replica);
    channel_ = status.channel;
    std::string why = why_filters_stay(replica);
    if (why.empty()) why = why_not_ignorable(status, table);
    if (!why.empty()) throw Problem(fmt::format("{}: {}", connector_.endpoint().label(), why));
    const std::string rule = with_table(ignored_tables(status), table);
    const std::string statement = set_ignored_tables(replica, status.channel, rule);
    if (!filter_before_) {
        note(kFilter, ignored_tables(status));
        filter_before_ = ignored_tables(status);
    }
    if (!passed_over_) note(kPassedOver, table.table);
    passed_over_ = true;
    replica.execute(statement);
    log::info("replication passes the table over replica={} replicate_ignore_table={}",
              connector_.endpoint().label(), rule);
}

void Custody::restore_filter() {
    mysql::Connection& replica = session();
    replica.execute(set_ignored_tables(replica, channel_, *filter_before_));
}

void Custody::stop_ignoring() {
    if (!filter_before_) return;
    restore_filter();
    forget(kFilter);
    filter_before_.reset();
}

void Custody::give_back() {
    if (given_back_) return;
    constexpr int kAttempts = 3;  // the connection may be lost once or twice on the way
    for (int attempt = 1;; ++attempt) {
        try {
            bool runs = only_channel(session()).sql_running;
            if (notes_exist_)
                static_cast<void>(lift_super_read_only());  // a restart may have set it again
            // Filters can be changed, and an UNTIL ends, only while it stands.
            if (runs && (filter_before_ || to_stop_ || ran_ == false)) {
                replica::stop(session());
                runs = false;
            }
            stop_ignoring();
            if (ran_ == true && !runs) start();
            if (passed_over_ && ran_ == false) {
                log::warn(
                    "changes of the table were passed over on {}, and the SQL thread stays"
                    " stopped, as it was; run wisp rebuild again before it is started",
                    connector_.endpoint().label());
                notes_exist_ = false;  // they stay
            }
            if (notes_exist_) session().execute("DROP TABLE IF EXISTS " + sql::quote(notes_));
            notes_exist_ = false;
            ran_.reset();
            to_stop_ = false;
            set_super_read_only();
            given_back_ = true;
            return;
        } catch (const mysql::Error& error) {
            if (error.kind() == mysql::ErrorKind::kLost && attempt < kAttempts) continue;
            throw Problem(fmt::format("{} is not as it was: {}. {}", connector_.endpoint().label(),
                                      error.what(), statements_to_run()));
        } catch (const Problem& problem) {
            throw Problem(fmt::format("{} is not as it was: {}. {}", connector_.endpoint().label(),
                                      problem.what(), statements_to_run()));
        }
    }
}

std::string Custody::statements_to_run() const {
    std::vector<std::string> list;
    if (super_read_only_) list.emplace_back("SET GLOBAL super_read_only = OFF");
    if (!session_) return "Look at SHOW REPLICA STATUS there";
    if (filter_before_) {
        list.push_back(stop_sql_thread(*session_));
        list.push_back(set_ignored_tables(*session_, channel_, *filter_before_));
    }
    if (ran_ == true) list.push_back(start_sql_thread(*session_));
    if (notes_exist_) list.push_back("DROP TABLE IF EXISTS " + sql::quote(notes_));
    if (super_read_only_) list.emplace_back("SET GLOBAL super_read_only = ON");
    return fmt::format(
        "Run there, with SET sql_log_bin=0 before: {}; (the next wisp rebuild of this"
        " table does the same)",
        fmt::join(list, "; "));
}

}  // namespace wisp::replica
