// SPDX-License-Identifier: Apache-2.0
// Two sessions, for servers that refuse RENAME TABLE under LOCK TABLES (MariaDB: error 1192, MySQL
// before 8.0.13). The locker holds source and sentry; the renamer's RENAME must be waiting on the
// source table itself before the lock goes.
//
// The proof needs no instrumentation. RENAME takes its metadata locks in byte order of the names
// (MDL_context::acquire_locks sorts by MDL_key; MySQL 5.6 sql/mdl.cc, MariaDB 10.11 sql/mdl.cc),
// and both names used beside the source here, swap_ghost and swap_old, sort after it: so the first
// table lock the renamer can wait for is the source's. While the sentry stands under the target
// name a RENAME whose lock vanished fails (1050). The sentry goes only by the locker's own DROP,
// which proves that the locker is alive and holds the source at that moment.
#include <fmt/format.h>

#include "base/fault.h"
#include "base/log.h"
#include "base/thread.h"
#include "migrator/cutover_driver.h"
#include "migrator/inspector.h"
#include "migrator/xa_watch.h"
#include "mysql/connection.h"
#include "mysql/error.h"
#include "mysql/process_list.h"
#include "sql/identifier.h"

namespace wisp::migrator {
namespace {

class SentryDriver : public CutoverDriver {
  public:
    explicit SentryDriver(CutoverContext context) : CutoverDriver(std::move(context)) {}

    Outcome lock() override {
        return attempt("waiting for the table lock", Outcome::kFailed, [&] {
            control_ = open_session();
            locker_ = open_session();
            renamer_ = open_session();
            move_ghost();
            if (context_.before_lock) context_.before_lock(*locker_, names().swap_ghost);
            // What an attempt that could not be taken back has left.
            if (is_sentry(*control_, names().swap_old)) {
                control_->execute("DROP TABLE " + sql::quote(names().swap_old));
            }
            control_->execute(
                fmt::format("CREATE TABLE {} (id int NOT NULL PRIMARY KEY) COMMENT='{}'",
                            sql::quote(names().swap_old), kSentryComment));
            // The ghost as well: the last batches go through this session, since no other one may
            // read the source now, and under LOCK TABLES a session writes only what it has locked.
            locker_->execute(fmt::format("LOCK TABLES {} WRITE, {} WRITE, {} WRITE",
                                         sql::quote(names().source), sql::quote(names().swap_old),
                                         sql::quote(names().swap_ghost)));
            locker_->execute("SET SESSION autocommit = 0");
            locked_at_ = std::chrono::steady_clock::now();
            fault::point("cutover.locked");
            return Outcome::kOk;
        });
    }

    Outcome drain() override {
        return attempt("draining the last events", Outcome::kLost, [&] {
            // MariaDB: a prepared XA transaction whose client is gone holds no metadata lock, and
            // its XA COMMIT takes none, so our lock waits for neither. Asked before the mark: one
            // that is decided by now is in the binlog before it; one that is not would commit to
            // the old table, behind the mark or after the swap. New ones cannot come, they need the
            // table.
            if (!prepared_xids(*control_).empty()) {
                why_ =
                    "an XA transaction is prepared and may hold rows of the table; decide it with"
                    " XA COMMIT or XA ROLLBACK (see XA RECOVER)";
                return Outcome::kFailed;
            }
            const Mark mark = context_.signs.mark(*control_);
            if (!context_.applier.drain(*locker_, mark, deadline(), context_.stop)) {
                return Outcome::kTimeout;
            }
            fault::point("cutover.drained");
            return look_last(*locker_, names().swap_ghost);
        });
    }

    Outcome rename() override {
        // Until the sentry is dropped the RENAME cannot succeed, whatever happens to us.
        const Outcome queued = attempt("queueing the rename", Outcome::kFailed, [&] {
            fault::point("cutover.before_rename");
            renaming_ = true;  // as soon as it may have been sent
            renamer_->start(fmt::format("RENAME TABLE {} TO {}, {} TO {}",
                                        sql::quote(names().source), sql::quote(names().swap_old),
                                        sql::quote(names().swap_ghost),
                                        sql::quote(names().source)));
            return wait_until_queued() ? Outcome::kOk : Outcome::kTimeout;
        });
        if (queued != Outcome::kOk) return queued;
        return attempt("renaming", Outcome::kInDoubt, [&] {
            locker_->execute("DROP TABLE " + sql::quote(names().swap_old));
            locker_->execute("UNLOCK TABLES");
            renamer_->finish();
            renaming_ = false;
            renamed_at_ = std::chrono::steady_clock::now();
            fault::point("cutover.renamed");
            return Outcome::kOk;
        });
    }

    Outcome look() override {
        if (!end_renamer()) return Outcome::kSawNeither;
        renamed_at_ = std::chrono::steady_clock::now();
        return look_at(names().swap_ghost, names().swap_old);
    }

    Outcome release() override {
        // Before the sentry goes: a RENAME left waiting would then succeed.
        if (!end_renamer()) return Outcome::kSawNeither;
        return attempt("taking the attempt back", Outcome::kFailed, [&] {
            // What one of them was about when its connection was lost must be over first.
            for (auto* session : {&locker_, &control_}) end_session(*session);
            const auto connection = context_.connector.connect_with_retry({});
            if (is_sentry(*connection, names().swap_old)) {
                connection->execute("DROP TABLE " + sql::quote(names().swap_old));
            }
            take_ghost_back(*connection);
            return Outcome::kOk;
        });
    }

    void finish() override {
        locker_.reset();
        renamer_.reset();
        for (int lost = 0;; ++lost) {
            try {
                const auto connection = context_.connector.connect_with_retry(context_.stop);
                // Not there: a rename was carried out whose answer was lost.
                if (relation(*connection, names().swap_old) == Relation::kNone) return;
                connection->execute(fmt::format("RENAME TABLE {} TO {}",
                                                sql::quote(names().swap_old),
                                                sql::quote(names().old)));
                return;
            } catch (const mysql::Error& error) {
                if (error.kind() != mysql::ErrorKind::kLost || lost == kFinishRetries) throw;
            }
        }
    }

  private:
    static constexpr int kFinishRetries = 3;

    void move_ghost() {
        if (relation(*control_, names().swap_ghost) == Relation::kNone) {
            control_->execute(fmt::format("RENAME TABLE {} TO {}", sql::quote(names().ghost),
                                          sql::quote(names().swap_ghost)));
        }
        context_.applier.set_ghost(names().swap_ghost);
    }

    /// Somebody who uses the ghost may keep it from being renamed; then the next attempt finds it
    /// under its working name, and so does the applier.
    void take_ghost_back(mysql::Connection& connection) {
        if (relation(connection, names().swap_ghost) == Relation::kTable) {
            attempt("renaming the ghost table back", Outcome::kFailed, [&] {
                connection.execute(fmt::format("RENAME TABLE {} TO {}",
                                               sql::quote(names().swap_ghost),
                                               sql::quote(names().ghost)));
                return Outcome::kOk;
            });
        }
        // Its answer may be lost: then only a new connection can tell.
        const auto other =
            connection.usable() ? nullptr : context_.connector.connect_with_retry({});
        const bool back =
            relation(other ? *other : connection, names().swap_ghost) == Relation::kNone;
        context_.applier.set_ghost(back ? names().ghost : names().swap_ghost);
    }

    [[nodiscard]] const TableNames& names() const { return context_.plan.names; }
    [[nodiscard]] std::chrono::steady_clock::time_point deadline() const {
        return locked_at_ + context_.limit;
    }

    /// Asks until the renamer waits for a table lock: a round trip each, and a pause after the
    /// first few, since the answer names every session of the server.
    bool wait_until_queued() {
        constexpr unsigned kAtOnce = 10;
        unsigned asked = 0;
        while (std::chrono::steady_clock::now() < deadline() && !context_.stop.stop_requested()) {
            const auto renamer = mysql::find_process(*control_, renamer_->id());
            if (renamer && renamer->state == "Waiting for table metadata lock") return true;
            if (++asked > kAtOnce) pause(context_.stop, std::chrono::milliseconds(1));
        }
        return false;
    }

    /// Kills the renamer's session and waits until the server has none of it; false if it may live.
    bool end_renamer() {
        if (!renaming_) return true;
        const auto id = renamer_->id();
        const Outcome ended = attempt("ending the rename", Outcome::kFailed, [&] {
            // Even when the run is to stop: a RENAME must not be left waiting.
            const bool gone = mysql::bury_session(context_.connector, id, {}, patience_ends());
            return gone ? Outcome::kOk : Outcome::kFailed;
        });
        renaming_ = ended != Outcome::kOk;
        renamer_.reset();
        return !renaming_;
    }

    std::unique_ptr<mysql::Connection> control_;  // sentry, marker, questions
    std::unique_ptr<mysql::Connection> locker_;   // table locks, the last batches
    std::unique_ptr<mysql::Connection> renamer_;
    bool renaming_ = false;
};

}  // namespace

std::unique_ptr<CutoverDriver> make_sentry_driver(CutoverContext context) {
    return std::make_unique<SentryDriver>(std::move(context));
}

}  // namespace wisp::migrator
