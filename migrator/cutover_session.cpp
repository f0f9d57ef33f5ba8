// SPDX-License-Identifier: Apache-2.0
// One session locks source, ghost and changelog, drains, renames, unlocks. MySQL 8.0.13 and later
// (WL#9826) allow RENAME TABLE under LOCK TABLES if all its tables are locked for writing.
#include <fmt/format.h>

#include "base/fault.h"
#include "migrator/cutover_driver.h"
#include "mysql/connection.h"
#include "mysql/error.h"
#include "sql/identifier.h"

namespace wisp::migrator {
namespace {

class SessionDriver : public CutoverDriver {
  public:
    explicit SessionDriver(CutoverContext context) : CutoverDriver(std::move(context)) {}

    Outcome lock() override {
        return attempt("waiting for the table lock", Outcome::kFailed, [&] {
            const TableNames& names = context_.plan.names;
            session_ = open_session();
            if (context_.before_lock) context_.before_lock(*session_, names.ghost);
            // Batches commit with COMMIT; START TRANSACTION would release the table locks.
            session_->execute("SET SESSION autocommit = 0");
            const auto changelog = context_.signs.changelog();
            session_->execute(
                fmt::format("LOCK TABLES {} WRITE, {} WRITE{}", sql::quote(names.source),
                            sql::quote(names.ghost),
                            changelog ? fmt::format(", {} WRITE", sql::quote(*changelog)) : ""));
            locked_at_ = std::chrono::steady_clock::now();
            fault::point("cutover.locked");
            return Outcome::kOk;
        });
    }

    Outcome drain() override {
        return attempt("draining the last events", Outcome::kLost, [&] {
            const Mark mark = context_.signs.mark(*session_);
            session_->execute("COMMIT");
            const bool drained =
                context_.applier.drain(*session_, mark, locked_at_ + context_.limit, context_.stop);
            if (!drained) return Outcome::kTimeout;
            return look_last(*session_, context_.plan.names.ghost);
        });
    }

    Outcome rename() override {
        return attempt("renaming", Outcome::kInDoubt, [&] {
            const TableNames& names = context_.plan.names;
            fault::point("cutover.before_rename");
            session_->execute(fmt::format("RENAME TABLE {} TO {}, {} TO {}",
                                          sql::quote(names.source), sql::quote(names.old),
                                          sql::quote(names.ghost), sql::quote(names.source)));
            renamed_at_ = std::chrono::steady_clock::now();
            fault::point("cutover.renamed");
            // The tables stay locked, under their new names, as long as the session lives (MySQL
            // 9.7, measured).
            session_.reset();
            return Outcome::kOk;
        });
    }

    Outcome look() override {
        // The RENAME may still be under way in the session we lost: first that must be over.
        const auto id = session_->id();
        session_.reset();
        renamed_at_ = std::chrono::steady_clock::now();
        const Outcome buried = attempt("ending the lost session", Outcome::kSawNeither, [&] {
            const bool gone =
                mysql::bury_session(context_.connector, id, context_.stop, patience_ends());
            return gone ? Outcome::kOk : Outcome::kSawNeither;
        });
        if (buried != Outcome::kOk || context_.stop.stop_requested()) return Outcome::kSawNeither;
        return look_at(context_.plan.names.ghost, context_.plan.names.old);
    }

    Outcome release() override {
        // The end of the session releases its locks whatever state it is in.
        return attempt("ending the session", Outcome::kFailed, [&] {
            end_session(session_);
            return Outcome::kOk;
        });
    }

    void finish() override { session_.reset(); }

  private:
    std::unique_ptr<mysql::Connection> session_;
};

}  // namespace

std::unique_ptr<CutoverDriver> make_session_driver(CutoverContext context) {
    return std::make_unique<SessionDriver>(std::move(context));
}

}  // namespace wisp::migrator
