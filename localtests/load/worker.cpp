// SPDX-License-Identifier: Apache-2.0
#include "localtests/load/worker.h"

#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <condition_variable>
#include <mutex>

#include "mysql/error.h"

namespace wisp::load {

namespace {

using Clock = std::chrono::steady_clock;

void pause(std::stop_token stop, Clock::duration duration) {
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    never.wait_for(lock, stop, duration, [] { return false; });
}

// "INSERT" of "insert into …".
std::string kind_of(std::string_view sql) {
    const auto first = std::find_if_not(sql.begin(), sql.end(), isspace);
    const auto last = std::find_if_not(first, sql.end(), isalpha);
    std::string kind(first, last);
    std::transform(kind.begin(), kind.end(), kind.begin(), toupper);
    return kind;
}

bool is_xa(const Block& block) {
    return block.ending != Ending::kCommit && block.ending != Ending::kRollback;
}

std::string now_text() {
    using std::chrono::microseconds;
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto micros = std::chrono::duration_cast<microseconds>(now).count();
    const std::string fraction = std::to_string(micros % 1'000'000);
    return std::to_string(micros / 1'000'000) + "." + std::string(6 - fraction.size(), '0') +
           fraction;
}

// An application's session, not the tool's: the server's own sql_mode and time zone, and REPEATABLE
// READ, so that the gap locks of a statement on the table hold until its twin has run as well.
const std::vector<std::string> kApplicationSession = {
    "SET SESSION sql_mode = @@GLOBAL.sql_mode",
    "SET SESSION time_zone = @@GLOBAL.time_zone",
    "SET SESSION foreign_key_checks = 1",
    "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
};

}  // namespace

Worker::Worker(const Script& script, const Target& target, unsigned number, std::uint64_t seed,
               double rate)
    : script_(script), target_(target), number_(number), rate_(rate), random_(seed) {}

void Worker::run(std::stop_token stop) {
    auto next = Clock::now();
    while (!stop.stop_requested()) {
        try {
            if (!connection_) connect();
            transaction(draw(script_, random_), stop);
        } catch (const mysql::Error& error) {
            tally_.failed[error.code()].add(error.what());
            connection_.reset();
            pause(stop, std::chrono::milliseconds(50));
        }
        if (rate_ <= 0) continue;
        next = std::max(next + std::chrono::duration_cast<Clock::duration>(
                                   std::chrono::duration<double>(1 / rate_)),
                        Clock::now() - std::chrono::seconds(1));
        if (next > Clock::now()) pause(stop, next - Clock::now());
    }
    connection_.reset();
}

void Worker::connect() {
    mysql::Session session;
    session.lock_wait_timeout = std::chrono::seconds(60);
    session.innodb_lock_wait_timeout = std::chrono::seconds(10);
    connection_.emplace(target_.endpoint, session);
    xid_.clear();
    connection_->execute("USE " + target_.database);
    for (const std::string& sql : kApplicationSession) connection_->execute(sql);
    for (const std::string& sql : script_.session) connection_->execute(sql);
    ++tally_.reconnects;
}

void Worker::transaction(const Block& block, std::stop_token stop) {
    Values values = {{"now", now_text()}, {"thread", std::to_string(number_)}};
    Tally changes;
    try {
        begin(block);
        for (const std::string& statement : block.statements) {
            if (!twin(expand(statement, values, random_), changes)) return give_up();
        }
        finish(block, stop);
    } catch (const mysql::Error& error) {
        tally_.failed[error.code()].add(error.what());
        return give_up();
    }
    if (!commits_) {
        ++tally_.rolled_back;
        return;
    }
    changes.committed = 1;
    tally_.merge(changes);
}

void Worker::begin(const Block& block) {
    if (!is_xa(block)) {
        connection_->execute("START TRANSACTION");
        return;
    }
    const std::string xid = "'load-" + std::to_string(getpid()) + "-" + std::to_string(number_) +
                            "-" + std::to_string(++xa_number_) + "'";
    connection_->execute("XA START " + xid);
    xid_ = xid;
    xa_active_ = true;
}

bool Worker::twin(const std::string& statement, Tally& changes) {
    if (statement.find("{T}") == std::string::npos) {
        connection_->execute(statement);
        return true;
    }
    const std::string sql = aim(statement, target_.table, "NULL");
    const auto rows = timed(sql).affected_rows;
    const std::string kind = kind_of(sql);
    ++changes.writes[kind];
    changes.rows[kind] += rows;
    if (target_.oracle.empty()) return true;
    std::uint64_t oracle_rows = 0;
    try {
        oracle_rows =
            connection_->execute(aim(statement, target_.oracle, "LAST_INSERT_ID()")).affected_rows;
    } catch (const mysql::Error& error) {
        if (error.connection_usable() && !error.retryable()) {
            tally_.oracle_only[error.code()].add(error.what());
        }
        throw;
    }
    if (rows == oracle_rows) return true;
    tally_.mismatches.add(std::to_string(rows) + " rows changed, " + std::to_string(oracle_rows) +
                          " in the oracle: " + sql);
    return false;
}

void Worker::finish(const Block& block, std::stop_token stop) {
    commits_ = block.ending == Ending::kCommit || block.ending == Ending::kXaCommit ||
               (block.ending == Ending::kXaMixed && random_() % 2 == 0);
    if (!xid_.empty()) prepare_xa();
    if (block.hold.count() > 0) pause(stop, block.hold);
    const std::string decision = commits_ ? "COMMIT" : "ROLLBACK";
    if (xid_.empty()) {
        static_cast<void>(timed(decision));
        return;
    }
    static_cast<void>(timed("XA " + decision + " " + xid_));
    xid_.clear();
}

void Worker::prepare_xa() {
    connection_->execute("XA END " + xid_);
    xa_active_ = false;
    connection_->execute("XA PREPARE " + xid_);
}

// Rolls back whatever is open; a connection that cannot even do that is dropped.
void Worker::give_up() {
    try {
        if (xid_.empty()) {
            connection_->execute("ROLLBACK");
            return;
        }
        const std::string xid = std::exchange(xid_, {});
        if (xa_active_) {
            try {
                connection_->execute("XA END " + xid);
            } catch (const mysql::Error&) {  // the server has ended it itself after a deadlock
                if (!connection_->usable()) throw;
            }
        }
        connection_->execute("XA ROLLBACK " + xid);
    } catch (const mysql::Error&) {
        connection_.reset();
    }
}

mysql::Executed Worker::timed(const std::string& sql) {
    // Also for a statement that fails: the application waited all the same.
    struct Stopwatch {
        std::vector<float>& milliseconds;
        Clock::time_point began = Clock::now();
        ~Stopwatch() {
            const std::chrono::duration<float, std::milli> took = Clock::now() - began;
            milliseconds.push_back(took.count());
        }
    };
    const Stopwatch stopwatch{tally_.milliseconds};
    return connection_->execute(sql);
}

}  // namespace wisp::load
