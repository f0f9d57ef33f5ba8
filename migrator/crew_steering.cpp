// SPDX-License-Identifier: Apache-2.0
#include "migrator/crew_steering.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "migrator/changelog.h"
#include "mysql/connection.h"

namespace wisp::migrator {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kPeriod{1};  // between two looks at the server
constexpr unsigned kCalmWrites = 20;
constexpr milliseconds kCalmLimit{200};  // where commits are slow, fewer have to do

Look nothing_known() {
    return {Clock::now(), {}, {}, {}, {}, {}, 0};
}

std::optional<double> rate(std::optional<std::uint64_t> before, std::optional<std::uint64_t> now,
                           double seconds) {
    if (!before || !now || *now < *before) return std::nullopt;  // a restart counts from 0
    return static_cast<double>(*now - *before) / seconds;
}

}  // namespace

CrewSteering::CrewSteering(CopierBounds bounds, milliseconds chunk_time,
                           const CommitTimes& commit_times, WithConnection connection)
    : chunk_time_(chunk_time),
      commit_times_(commit_times),
      connection_(std::move(connection)),
      calm_(nothing_known()),
      pilot_(bounds, bounds.fewest, calm_),
      ease_{chunk_time, chunk_time} {}

void CrewSteering::watch() {
    read_server(Clock::now());
}

void CrewSteering::measure_calm(const std::optional<sql::TableName>& changelog) {
    connection_([&](mysql::Connection& connection) {
        if (!changelog) return;
        const auto began = Clock::now();
        unsigned writes = 0;
        do {
            connection.execute(write_heartbeat(*changelog, now_microseconds()));
            ++writes;
        } while (writes < kCalmWrites && Clock::now() - began < kCalmLimit);
        const std::chrono::duration<double, std::milli> took = Clock::now() - began;
        calm_.commit_ms = took.count() / writes;
    });
    read_server(Clock::now());
    calm_.history_length = strain_.history_length;
    calm_.now = Clock::now();
}

unsigned CrewSteering::begin() {
    calm_.now = Clock::now();
    if (calm_.now - read_at_ >= kPeriod) read_server(calm_.now);
    calm_.statements = statements_;
    pilot_.begin(calm_);
    return pilot_.workers();
}

Ease CrewSteering::look(const char* who, Crew& crew, double backlog) {
    const auto now = Clock::now();
    const bool due = now - read_at_ >= kPeriod;
    if (due) read_server(now);
    const Look look{
        now,         crew.work(), commit_times_.recent_ms(), lock_waits_, strain_.history_length,
        statements_, backlog};
    if (due) {
        log::debug(
            "{}s={} rows_per_second={:.0f} commit_ms={:.2f} calm_commit_ms={:.2f}"
            " lock_waits={:.0f} statements={:.0f} history={} backlog={:.2f}",
            who, crew.size(), look.work.rows_per_second(crew.size()), look.commit_ms.value_or(0),
            calm_.commit_ms.value_or(0), lock_waits_.value_or(0), statements_.value_or(0),
            strain_.history_length.value_or(0), backlog);
    }
    if (const auto course = pilot_.steer(look)) {
        crew.resize(course->workers);
        log::info("{}s={}: {}", who, course->workers, course->reason);
    }
    const Ease ease = copy_ease(look, chunk_time_);
    if (ease == ease_) return ease_;
    log::info("chunk time {} ms in slices of {} ms: others send {:.0f} statements/s",
              ease.chunk_time.count(), ease.slice_time.count(), look.statements.value_or(0));
    ease_ = ease;
    return ease_;
}

void CrewSteering::read_server(Clock::time_point now) {
    const auto before = strain_;
    connection_([&](mysql::Connection& connection) { strain_ = read_strain(connection); });
    const double seconds = std::chrono::duration<double>(now - read_at_).count();
    lock_waits_ = rate(before.row_lock_waits, strain_.row_lock_waits, seconds);
    statements_ = rate(before.statements, strain_.statements, seconds);
    const auto ours = rate(before.our_statements, strain_.our_statements, seconds);
    if (statements_) statements_ = std::max(0.0, *statements_ - ours.value_or(0));
    read_at_ = now;
}

}  // namespace wisp::migrator
