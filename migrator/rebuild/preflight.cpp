// SPDX-License-Identifier: Apache-2.0
#include "migrator/rebuild/preflight.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "migrator/checks/check.h"
#include "migrator/estimate/figures.h"
#include "migrator/inspector.h"
#include "migrator/names.h"
#include "migrator/rebuild/replica_ghost.h"
#include "migrator/refusal.h"
#include "mysql/connection.h"
#include "mysql/error.h"
#include "mysql/variable.h"
#include "replica/custody.h"
#include "replica/gtids.h"
#include "replica/ignore_filter.h"
#include "replica/problem.h"
#include "replica/state.h"
#include "sql/identifier.h"

namespace wisp::migrator {
namespace {

using mysql::global_variable;
using mysql::is_on;

std::string megabytes(std::uint64_t bytes) {
    return fmt::format("{:.1f} MiB", static_cast<double>(bytes) / (1024.0 * 1024.0));
}

/// Changes come in from another server now.
bool replicates(mysql::Connection& server) {
    const auto channels = mysql::replica_status(server);
    return is_on(global_variable(server, "wsrep_on")) ||
           std::any_of(channels.begin(), channels.end(), [](const auto& channel) {
               return channel.io_running || channel.sql_running;
           });
}

class Look {
  public:
    explicit Look(const PreflightContext& context)
        : options_(context.options),
          route_(context.route),
          primary_(context.primary),
          replica_(context.replica),
          fellows_(context.fellows),
          passed_over_(context.passed_over),
          ghost_is_ours_(context.ghost_is_ours) {}

    Preflight all() {
        reach();
        roles();
        table();
        gtids();
        state();
        filters();
        log_of_primary();
        rights();
        definition();
        relations();
        room();
        downstream();
        leftovers();
        return std::move(found_);
    }

  private:
    template <typename... T>
    void step(fmt::format_string<T...> text, T&&... values) {
        found_.steps.push_back(fmt::format(text, std::forward<T>(values)...));
    }
    template <typename... T>
    void issue(fmt::format_string<T...> text, T&&... values) {
        found_.issues.push_back(fmt::format(text, std::forward<T>(values)...));
    }
    [[nodiscard]] std::string at_primary() const { return primary_.endpoint().label(); }
    [[nodiscard]] std::string at_replica() const { return replica_.endpoint().label(); }
    [[nodiscard]] std::string table_name() const { return sql::quote(found_.plan.source.name); }

    void reach() {
        found_.version = replica_.server().text;
        step("Both are reached: primary {} ({}), replica {} ({})", at_primary(),
             primary_.server().text, at_replica(), replica_.server().text);
        if (primary_.server().mariadb() != replica_.server().mariadb()) {
            throw Refusal(
                fmt::format("{} and {} are of two families; rows and definitions cannot be"
                            " carried over exactly",
                            at_primary(), at_replica()));
        }
        if (is_on(global_variable(replica_, "wsrep_on"))) {
            issue("{} is a Galera node; the cluster repairs its nodes itself (a state transfer)",
                  at_replica());
        }
        if (!global_variable(replica_, "group_replication_group_name").empty()) {
            issue(
                "{} is a member of a replication group, where no filter and no change outside the"
                " group is allowed; let it join the group anew (clone)",
                at_replica());
        }
    }

    void roles() {
        status_ = replica::only_channel(replica_);
        replicates_from();
        found_.source = replica::source_of(status_);
        found_.passed_over = passed_over_;
        found_.delayed = status_.delay != 0;
        // Co-primaries: what is written on the replica itself would be lost at the cut, if it is
        // not on the other server yet.
        const auto own_id = replica_.query("SELECT @@global.server_id")[0].number(0);
        for (const auto& channel : mysql::replica_status(primary_)) {
            if (channel.source_id != own_id) continue;
            if (!channel.io_running && !channel.sql_running) continue;  // stopped, as it must be
            issue(
                "{} replicates from {} as well; a rebuild needs that nobody writes on the replica:"
                " stop the replication from {} to {} for the run",
                at_primary(), at_replica(), at_replica(), at_primary());
        }
    }

    /// The primary itself, or another replica of the run.
    void replicates_from() {
        const std::string source =
            status_.source_uuid.empty() ? std::to_string(status_.source_id) : status_.source_uuid;
        const auto fellow = std::find_if(fellows_.begin(), fellows_.end(),
                                         [&](const Fellow& f) { return f.identity == source; });
        if (fellow == fellows_.end()) {
            replica::demand_source(status_, replica_, primary_);
            step("{} replicates from {} directly", at_replica(), at_primary());
            return;
        }
        found_.above = fellow->endpoint.label();
        found_.by_gtids =
            !replica_.server().mariadb() && status_.by_gtid && replica::has_gtids(primary_);
        step("{} replicates from {}, which this run rebuilds as well, and cuts first{}",
             at_replica(), found_.above,
             found_.by_gtids ? ""
                             : "; for the cut of the lower one the SQL thread of the upper one"
                               " stands for a moment again");
    }

    void table() {
        const sql::TableName name{options_.run.schema, options_.run.table};
        if (relation(primary_, name) == Relation::kView) {
            throw Refusal(
                fmt::format("{} is a view; only tables can be rebuilt", sql::quote(name)));
        }
        found_.plan.source = inspect_table(primary_, name);
        found_.plan.names = table_names(found_.plan.source.name, "");
        found_.plan.names.old.table = sql::drifted_name(name.table);
        found_.plan.one_server = false;
    }

    void gtids() {
        const bool here = replica::has_gtids(primary_);
        found_.by_position = replica::gtids_tell_visible(primary_);
        if (here != replica::has_gtids(replica_)) {
            issue("gtid_mode is ON on one of {} and {} only; switch it on or off on both",
                  at_primary(), at_replica());
        }
        const std::string writes =
            found_.by_position
                ? fmt::format("nothing is written on {}", at_primary())
                : fmt::format(
                      "{} is made on {} for the run, since only a write there proves what"
                      " is visible",
                      sql::quote(found_.plan.names.changelog), at_primary());
        if (!here) {
            step("GTIDs are off: the cut goes by file and position, and {}", writes);
            return;
        }
        found_.errant = replica::errant(replica_, primary_);
        step("GTIDs are on, {}; {}", writes,
             found_.errant.empty()
                 ? std::string("the replica has no transactions of its own")
                 : "the replica has errant ones already, which stay: " + found_.errant);
    }

    void state() {
        const auto breakage = replica::breakage(replica_, status_);
        if (!status_.io_running) {
            issue("the receiver of {} does not run ({}); START REPLICA IO_THREAD there first",
                  at_replica(), status_.last_error.empty() ? "no error" : status_.last_error);
        }
        if (status_.sql_running) {
            step("Replication runs, {} s behind{}",
                 status_.seconds_behind ? std::to_string(*status_.seconds_behind) : "unknown",
                 status_.delay == 0
                     ? std::string()
                     : fmt::format("; it is delayed by {} s on purpose, so the cut comes that long"
                                   " after the copy",
                                   status_.delay));
        } else if (breakage.error == 0 && passed_over_) {
            step(
                "The SQL thread is stopped since an earlier run, which passed {} over; it is"
                " started for this one",
                table_name());
        } else if (breakage.error == 0) {
            step("The SQL thread is stopped, without an error");
            issue(
                "the SQL thread of {} is stopped and says no error: somebody stopped it; START"
                " REPLICA SQL_THREAD there first",
                at_replica());
        } else {
            const auto named = replica::names_table(breakage, found_.plan.source.name);
            step("Replication has stopped with error {}: {}", breakage.error, breakage.text);
            if (!breakage.of_a_table() || named == false) {
                issue("replication of {} has stopped, and not because of {}; mend that first",
                      at_replica(), table_name());
            } else if (may_pass_over()) {
                step(
                    "{} will be passed over (replicate_ignore_table) until the cut, so that the"
                    " rest goes on",
                    table_name());
            }
        }
    }

    bool may_pass_over() {
        const std::string why = replica::why_filters_stay(replica_);
        if (!why.empty()) issue("{}: {}", at_replica(), why);
        return why.empty();
    }

    void filters() {
        std::vector<std::string> list;
        for (const auto& filter : status_.filters) {
            list.push_back(fmt::format("{}={}", filter.name, filter.rule));
        }
        step("Replication filters: {}",
             list.empty() ? "none" : fmt::format("{}", fmt::join(list, "; ")));
        if (!passed_over_ && replica::filters_out(status_, found_.plan.source.name)) {
            issue(
                "the replication filters of {} keep {} off it, or rename its schema; a table that"
                " is not replicated cannot be rebuilt",
                at_replica(), table_name());
        }
    }

    void log_of_primary() {
        const CheckContext context{options_.run, route_, found_.plan, primary_, primary_};
        add(found_.issues, check_binlog(context));
        add(found_.issues, check_table(context));
        if (replicates(primary_)) {
            add(found_.issues, check_logs_updates(primary_, "rebuild from a server that does"));
        }
        const std::string image = global_variable(primary_, "binlog_row_image");
        if (!image.empty() && image != "FULL" && image != "FULL_NODUP") {
            issue(
                "binlog_row_image is {} on {}: rows that the binlog does not tell in full cannot be"
                " replayed on another server; SET GLOBAL binlog_row_image='FULL' and reconnect"
                " every session that writes",
                image, at_primary());
        }
        step("The binlog of {}: format {}, row image {}", at_primary(),
             global_variable(primary_, "binlog_format").empty()
                 ? "ROW"
                 : global_variable(primary_, "binlog_format"),
             image.empty() ? "FULL" : image);
    }

    void rights() {
        static constexpr std::array kSteering{"SUPER", "ALL PRIVILEGES", "REPLICATION_SLAVE_ADMIN",
                                              "REPLICATION SLAVE ADMIN"};
        bool may = false;
        for (const auto& row : replica_.query("SHOW GRANTS")) {
            const std::string grant = row.text(0);
            if (grant.find(" ON *.*") == std::string::npos) continue;
            for (const char* right : kSteering) {
                may = may || grant.find(right) != std::string::npos;
            }
        }
        if (!may) {
            issue(
                "the account may not stop and start replication on {}; GRANT"
                " REPLICATION_SLAVE_ADMIN (MariaDB: REPLICATION SLAVE ADMIN) ON *.* to it",
                at_replica());
        }
        const bool locked = is_on(global_variable(replica_, "super_read_only"));
        step("Rights: writes without binlog on the replica{}{}", may ? ", replication" : "",
             locked ? "; super_read_only is ON, and is lifted for the run" : "");
    }

    void definition() {
        const sql::TableName& name = found_.plan.source.name;
        const auto what = relation(replica_, name);
        if (what == Relation::kNone) {
            step("{} is missing on the replica", table_name());
            if (status_.sql_running) static_cast<void>(may_pass_over());
            if (replica_.query("SHOW DATABASES LIKE " + replica_.quote(name.schema)).empty()) {
                issue("the schema {} does not exist on {}; create it there with SET sql_log_bin=0",
                      sql::quote(name.schema), at_replica());
            }
            return;
        }
        if (what != Relation::kTable) {
            issue("{} is no table on {}", table_name(), at_replica());
            return;
        }
        found_.replicas_own = inspect_table(replica_, name);
        const bool same = same_definition(found_.plan.source, *found_.replicas_own);
        found_.own_indexes = own_indexes(found_.plan.source, *found_.replicas_own);
        step(
            "{} has {} on both", table_name(),
            same ? "the same definition" : "two definitions; the primary's is taken, not the same");
        if (found_.own_indexes.empty()) return;
        step("Only the replica has {}; {}", fmt::join(found_.own_indexes, ", "),
             options_.keep_replica_indexes
                 ? "the new table gets them, too"
                 : "they are lost, unless --keep-replica-indexes is given");
    }

    void relations() {
        Issues issues;
        for (auto* server : {&primary_, &replica_}) {
            const CheckContext context{options_.run, route_, found_.plan, *server, *server};
            for (const auto& key : check_foreign_keys(context)) {
                issues.push_back(fmt::format(
                    "on {}: {}. A rebuild would leave it with the old table; use --repair, which"
                    " mends rows in place",
                    server->endpoint().label(), key.substr(0, key.find(':'))));
            }
            for (const auto& trigger : check_triggers(context)) {
                issues.push_back(fmt::format("on {}: {}", server->endpoint().label(), trigger));
            }
        }
        step("Foreign keys and triggers: {}",
             issues.empty() ? std::string("none") : fmt::format("{} in the way", issues.size()));
        add(found_.issues, issues);
    }

    void room() {
        const auto size = table_size(primary_, found_.plan.source.name);
        const auto bytes = size.data_bytes + size.index_bytes;
        std::vector<std::string> rooms;
        const auto disks = disk_rooms(replica_);
        for (const auto& room : disks.known) {
            rooms.push_back(
                fmt::format("{} free in the {}", megabytes(room.free_bytes), room.what));
            if (room.what == "data directory" && room.free_bytes < bytes + bytes / 4) {
                issue("{} has {} free on {} and the table takes {}; make room first", at_replica(),
                      megabytes(room.free_bytes), room.path, megabytes(bytes));
            }
        }
        step("About {} rows, {}; on the replica {}", size.rows, megabytes(bytes),
             rooms.empty() ? "the free disk space is not told: " + disks.unknown
                           : fmt::format("{}", fmt::join(rooms, ", ")));
    }

    void downstream() {
        std::vector<std::string> list;
        std::vector<std::string> commands;
        try {
            for (const auto& one : mysql::registered_replicas(replica_)) {
                if (is_fellow(one)) continue;
                const std::string at =
                    one.host.empty() ? "HOST:PORT" : fmt::format("{}:{}", one.host, one.port);
                list.push_back(fmt::format("server_id {} at {}", one.server_id, at));
                commands.push_back(fmt::format(
                    "wisp rebuild --host={} --port={} --replica={} --database={} --table={}",
                    replica_.endpoint().host, replica_.endpoint().port, at, options_.run.schema,
                    options_.run.table));
            }
        } catch (const mysql::Error& error) {
            if (error.kind() != mysql::ErrorKind::kRefused) throw;
            step("Replicas of the replica cannot be listed: {}", error.server_text());
            return;
        }
        step("Replicas of the replica that this run does not rebuild: {}",
             list.empty() ? std::string("none")
                          : fmt::format("{}. Nothing of this run reaches them, nor do changes that"
                                        " the replica passes over; afterwards run {}",
                                        fmt::join(list, ", "), fmt::join(commands, "; ")));
    }

    [[nodiscard]] bool is_fellow(const mysql::Registered& registered) const {
        return std::any_of(fellows_.begin(), fellows_.end(), [&](const Fellow& fellow) {
            return fellow.server_id == registered.server_id;
        });
    }

    void leftovers() {
        const TableNames& names = found_.plan.names;
        if (replica::Custody::notes_are_on(primary_, names.checkpoint)) {
            issue(
                "{} is a replica whose state an earlier wisp rebuild has not given back ({}); run"
                " wisp rebuild for it again first",
                at_primary(), sql::quote(names.checkpoint));
        }
        if (relation(replica_, names.ghost) != Relation::kNone && !options_.run.drop_ghost_first &&
            !ghost_is_ours_) {
            issue(
                "{} is on {} already, perhaps from an earlier run; look at it, then drop it with"
                " SET sql_log_bin=0 or pass --initially-drop-ghost-table",
                sql::quote(names.ghost), at_replica());
        }
        if (relation(replica_, names.old) != Relation::kNone && !options_.run.drop_old_first) {
            issue(
                "{} is on {} already, perhaps from an earlier run; look at it, then drop it with"
                " SET sql_log_bin=0 or pass --initially-drop-old-table",
                sql::quote(names.old), at_replica());
        }
        step("The old table will be {}{}", sql::quote(names.old),
             options_.run.drop_old_after ? ", and is dropped in the end" : "");
    }

    const RebuildOptions& options_;
    const Route& route_;
    mysql::Connection& primary_;
    mysql::Connection& replica_;
    const std::vector<Fellow>& fellows_;
    const bool passed_over_;
    const bool ghost_is_ours_;
    mysql::ReplicaStatus status_;
    Preflight found_;
};

}  // namespace

Preflight look_before(const PreflightContext& context) {
    return Look(context).all();
}

}  // namespace wisp::migrator
