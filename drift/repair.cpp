// SPDX-License-Identifier: Apache-2.0
#include "drift/repair.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "base/fault.h"
#include "base/log.h"
#include "base/thread.h"
#include "binlog/server_log.h"
#include "drift/log_stretch.h"
#include "drift/meeting.h"
#include "drift/row_copy.h"
#include "drift/rows.h"
#include "drift/servers.h"
#include "drift/subject.h"
#include "drift/table_check.h"
#include "migrator/copy_sql.h"
#include "migrator/inspector.h"
#include "migrator/refusal.h"
#include "migrator/run_lock.h"
#include "mysql/connection.h"
#include "mysql/error.h"
#include "replica/custody.h"
#include "replica/state.h"
#include "sql/identifier.h"

namespace wisp::drift {
namespace {

using migrator::Refusal;
using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kKeysPerPause = 500;
constexpr std::size_t kKeysPerQuery = 200;
constexpr std::chrono::seconds kStandingMeeting{5};  // while the SQL thread waits for us
constexpr std::chrono::seconds kFruitless{30};       // then what is left is left
constexpr milliseconds kBetween{200};

mysql::Connector to_replica(const mysql::Endpoint& endpoint) {
    mysql::Session session;
    session.write_binlog = false;
    session.foreign_key_checks = false;
    session.lock_wait_timeout = session.innodb_lock_wait_timeout = std::chrono::seconds(2);
    return {endpoint, session};
}

/// The same name as a rebuild's, so that either of them gives back what a killed run owes.
sql::TableName notes_of(const sql::TableName& table) {
    return {table.schema, sql::checkpoint_name(table.table)};
}

void refuse_triggers(mysql::Connection& replica, const sql::TableName& table) {
    const auto count = replica.scalar(fmt::format(
        "SELECT COUNT(*) FROM information_schema.TRIGGERS WHERE EVENT_OBJECT_SCHEMA = {} AND"
        " EVENT_OBJECT_TABLE = {}",
        sql::text_literal(table.schema), sql::text_literal(table.table)));
    if (count == "0") return;
    throw Refusal(fmt::format(
        "{} has triggers on {}, which would fire when its rows are mended and write elsewhere;"
        " drop them there for the time of the repair, with SET sql_log_bin=0",
        sql::quote(table), replica.endpoint().label()));
}

/// The rows of one table on one replica.
class TableRepair {
  public:
    TableRepair(const Subject& subject, const Servers& servers, const Options& options,
                std::size_t replica, Desk& desk)
        : subject_(subject),
          servers_(servers),
          number_(replica),
          desk_(desk),
          to_replica_(to_replica(options.replicas[replica])),
          lock_(to_replica_, subject.name()),
          custody_(to_replica_, notes_of(subject.name())) {
        done_.table = subject.name();
        done_.replica = servers.label(replica);
    }

    Repaired run(std::vector<Key> keys, const std::stop_token& stop) {
        if (!servers_.kinship(number_).direct) {
            throw Refusal(
                fmt::format("{} does not replicate from {} itself; repair it from the"
                            " server that it replicates from",
                            done_.replica, desk_.primary->endpoint().label()));
        }
        refuse_triggers(*desk_.replicas[number_], subject_.name());
        pay_debts();
        const bool runs = replica::only_channel(custody_.session()).sql_running;
        custody_.make_writable();
        auto give_up = Clock::now() + kFruitless;
        while (!keys.empty()) {
            if (stop.stop_requested()) throw migrator::Stopped("stopped while repairing");
            const auto left = one_round(keys, runs, stop);
            if (left.size() < keys.size()) give_up = Clock::now() + kFruitless;
            keys = left;
            // Of a replica that stands still nothing can be learnt by waiting.
            if (keys.empty() || !runs || Clock::now() > give_up) break;
            if (!pause(stop, kBetween)) throw migrator::Stopped("stopped while repairing");
        }
        custody_.give_back();
        if (!keys.empty()) {
            done_.problems.push_back(fmt::format(
                "{} rows are left: {}", keys.size(),
                runs ? "the primary wrote them whenever they were looked at, or another row of the"
                       " replica holds their unique value"
                     : "the primary has written them since replication stopped"));
        }
        return std::move(done_);
    }

    /// What an earlier run owes the replica because it was killed.
    void pay_debts() {
        if (!custody_.adopt()) return;
        log::warn("an earlier run on {} was killed; its replication is as it was before",
                  done_.replica);
        custody_.give_back();
    }

  private:
    /// Every key once; returns those that could not be mended now.
    std::vector<Key> one_round(const std::vector<Key>& keys, bool runs,
                               const std::stop_token& stop) {
        std::vector<Key> left;
        for (std::size_t first = 0; first < keys.size(); first += kKeysPerPause) {
            const auto begin = keys.begin() + static_cast<std::ptrdiff_t>(first);
            const auto count = std::min(kKeysPerPause, keys.size() - first);
            const std::vector<Key> some(begin, begin + static_cast<std::ptrdiff_t>(count));
            const auto began = Clock::now();
            custody_.stop();
            fault::point("repair.stopped");
            auto not_now = mend(some, stop);
            fault::point("repair.written");
            if (runs) {
                custody_.start();
                ++done_.pauses;
                done_.longest_pause =
                    std::max(done_.longest_pause,
                             std::chrono::duration_cast<milliseconds>(Clock::now() - began));
            }
            std::move(not_now.begin(), not_now.end(), std::back_inserter(left));
        }
        return left;
    }

    [[nodiscard]] View primary_view() const {
        return {subject_, servers_.form(),
                fmt::format(" FORCE INDEX ({})", sql::quote(subject_.plan.key.source_index_name)),
                reading(servers_.kinship(number_))};
    }

    /// The SQL thread stands. A key without an event behind the place where it stands has, on the
    /// primary now, the row that the replica must have there.
    std::vector<Key> mend(const std::vector<Key>& keys, const std::stop_token& stop) {
        mysql::Connection& replica = *desk_.replicas[number_];
        Meeting meeting(*desk_.primary, replica, servers_.kinship(number_));
        const auto position = meeting.meet(stop, Clock::now() + kStandingMeeting);
        if (!position) return keys;
        std::map<Key, Differing> found;
        std::map<Key, CopiedRow> copies;
        const View there_view{subject_, servers_.form(), "", ""};
        for (std::size_t first = 0; first < keys.size(); first += kKeysPerQuery) {
            const auto there = rows_of(replica, there_view, keys, first, kKeysPerQuery);
            const auto here = rows_of(*desk_.primary, primary_view(), keys, first, kKeysPerQuery);
            auto differing = differences(subject_, here, there);
            if (differing.empty()) continue;
            found.merge(differing);
            copies.merge(copies_of(*desk_.primary, primary_view(), keys, first, kKeysPerQuery));
        }
        if (found.empty()) return {};
        const Touched touched =
            read_touched(*desk_.primary, *position, binlog::log_end(*desk_.primary), subject_, stop,
                         kStandingMeeting);
        std::vector<Key> left;
        std::vector<Key> now;
        for (const auto& [key, differing] : found) {
            const bool moves = touched.all || touched.keys.contains(differing.name);
            (moves ? left : now).push_back(key);
        }
        write(now, found, copies, left);
        return left;
    }

    void write(const std::vector<Key>& keys, const std::map<Key, Differing>& found,
               const std::map<Key, CopiedRow>& copies, std::vector<Key>& left) {
        std::vector<Key> writable;
        for (const auto& key : keys) {
            const auto copy = copies.find(key);
            const bool extra = found.at(key).row.kind == RowKind::kExtra;
            if (extra || (copy != copies.end() && copy->second.problem.empty())) {
                writable.push_back(key);
            } else if (copy != copies.end()) {
                done_.problems.push_back(
                    fmt::format("({}) is left: {}", fmt::join(key, ", "), copy->second.problem));
            } else {
                left.push_back(key);
            }
        }
        if (writable.empty()) return;
        try {
            write_together(writable, found, copies);
            done_.rows += writable.size();
            return;
        } catch (const mysql::Error& error) {
            if (!error.connection_usable()) throw;
            log::debug("rows are written one by one: {}", error.what());
        } catch (const migrator::Refusal& refusal) {
            log::debug("rows are written one by one: {}", refusal.what());
        }
        for (const auto& key : writable) {
            try {
                write_together({key}, found, copies);
                ++done_.rows;
            } catch (const mysql::Error& error) {
                if (!error.connection_usable()) throw;
                log::debug("a row is left for later: {}", error.what());
                left.push_back(key);
            } catch (const migrator::Refusal& refusal) {
                done_.problems.push_back(
                    fmt::format("({}) is left: {}", fmt::join(key, ", "), refusal.what()));
            }
        }
    }

    /// In one transaction, which no one sees half done, or not at all.
    void write_together(const std::vector<Key>& keys, const std::map<Key, Differing>& found,
                        const std::map<Key, CopiedRow>& copies) {
        mysql::Connection& session = custody_.session();
        session.execute("START TRANSACTION");
        try {
            replace_rows(session, keys, found, copies);
            session.execute("COMMIT");
        } catch (...) {
            // What comes next on this session may commit: giving the replica back does.
            if (session.usable()) session.execute("ROLLBACK");
            throw;
        }
    }

    /// Rows that differ go, and come again.
    void replace_rows(mysql::Connection& session, const std::vector<Key>& keys,
                      const std::map<Key, Differing>& found,
                      const std::map<Key, CopiedRow>& copies) const {
        const std::string table = sql::quote(subject_.name());
        for (const auto& key : keys) {
            if (found.at(key).row.kind == RowKind::kMissing) continue;
            session.execute("DELETE FROM " + table + " WHERE " +
                            migrator::key_condition(subject_.plan, key, true));
        }
        const std::string insert =
            fmt::format("INSERT INTO {} ({}) VALUES ", table, copied_columns(subject_));
        for (const auto& key : keys) {
            if (found.at(key).row.kind == RowKind::kExtra) continue;
            const CopiedRow& copy = copies.at(key);
            if (!copy.lenient.empty()) {
                migrator::write_lenient(session, insert + copy.tuple, copy.lenient, subject_.plan);
            } else {
                session.execute(insert + copy.tuple);
            }
        }
    }

    const Subject& subject_;
    const Servers& servers_;
    const std::size_t number_;
    Desk& desk_;
    const mysql::Connector to_replica_;
    migrator::RunLock lock_;
    replica::Custody custody_;
    Repaired done_;
};

/// What still differs of the rows that were found, proved again.
void look_again(TableFinding& finding, const Subject& subject, const Servers& servers,
                const Options& options, std::size_t replica, const std::stop_token& stop) {
    std::vector<Key> keys;
    for (const auto& row : finding.rows) keys.push_back(row.key);
    TableFinding fresh = finding;
    fresh.rows.clear();
    fresh.finding = finding.reasons.empty() ? Finding::kEqual : Finding::kDrifted;
    TableCheck check(subject, servers, options, {Counterpart{replica, "", fresh}});
    check.suspect(0, keys);
    std::unique_ptr<Desk> desk;
    check.finish(stop, desk);
    const bool more = finding.more_rows;
    finding = check.findings().front();
    if (!more) return;
    finding.more_rows = false;  // of these
    finding.finding = Finding::kDrifted;
    finding.reasons.emplace_back("there were more rows than --max-rows; verify again");
}

}  // namespace

std::vector<Repaired> repair(const Options& options, Report& report, const std::stop_token& stop) {
    std::vector<Repaired> all;
    const Servers servers(options);
    const auto desk = servers.open_desk(stop);
    desk->primary->execute("SET SESSION character_set_results = NULL");  // bytes as stored
    for (auto& finding : report.tables) {
        std::size_t number = 0;
        while (servers.label(number) != finding.replica) ++number;
        const bool owed = migrator::relation(*desk->replicas[number], notes_of(finding.table)) !=
                          migrator::Relation::kNone;
        if (finding.rows.empty() && !owed) continue;
        if (!finding.reasons.empty() && !owed) {
            finding.reasons.emplace_back(
                "rows were not repaired, as the definition differs; see wisp rebuild");
            continue;
        }
        const Subject subject = make_subject(*desk->primary, finding.table);
        if (finding.rows.empty()) {
            TableRepair(subject, servers, options, number, *desk).pay_debts();
            continue;
        }
        std::vector<Key> keys;
        for (const auto& row : finding.rows) keys.push_back(row.key);
        all.push_back(
            TableRepair(subject, servers, options, number, *desk).run(std::move(keys), stop));
        look_again(finding, subject, servers, options, number, stop);
    }
    return all;
}

}  // namespace wisp::drift
