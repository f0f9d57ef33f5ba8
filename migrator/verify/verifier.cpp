// SPDX-License-Identifier: Apache-2.0
#include "migrator/verify/verifier.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/thread.h"
#include "migrator/refusal.h"
#include "mysql/connection.h"
#include "mysql/error.h"
#include "sql/identifier.h"
#include "throttle/throttler.h"

namespace wisp::migrator {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kKeysPerLook = 200;
constexpr unsigned kComparisons = 5;  // of a range with more differences than can be listed
constexpr unsigned kLooks = 12;       // at keys that keep moving: 6 s in all
constexpr milliseconds kLongestPause{1'000};

}  // namespace

Findings::Findings(Chunker chunker, unsigned share, Guarded<FinishedRanges>* verified)
    : share_(share),
      verified_(verified),
      state_(State{std::move(chunker), std::minstd_rand(std::random_device{}()), false, {}, {}}) {
    if (verified_ == nullptr) return;
    // Ranges are numbered by the gaps they are cut from.
    const auto gaps = verified_->write([](FinishedRanges& known) {
        known = FinishedRanges(known.spans(), known.rows());
        return known.gaps();
    });
    state_.write([&](State& state) { state.chunker.cut(gaps); });
}

void Findings::keep(ByKey& kept, std::vector<Difference> differences) {
    for (auto& difference : differences) {
        auto key = difference.key;
        kept.insert_or_assign(std::move(key), std::move(difference));
    }
}

std::vector<Difference> Findings::take(ByKey& kept) {
    std::vector<Difference> all;
    for (auto& [key, difference] : std::exchange(kept, {})) all.push_back(std::move(difference));
    return all;
}

std::optional<Range> Findings::next(mysql::Connection& connection) {
    return state_.write([&](State& state) {
        std::optional<Range> range = state.chunker.next(connection);
        // A sample has the first range at least.
        while (range && std::exchange(state.any, true) && state.random() % share_ != 0) {
            range = state.chunker.next(connection);
        }
        return range;
    });
}

void Findings::note(std::uint64_t rows, std::chrono::steady_clock::duration took) {
    state_.write([&](State& state) { state.chunker.note(rows, took); });
}

void Findings::finish(const Range& range, std::uint64_t rows) {
    if (verified_ == nullptr || share_ != 1) return;
    verified_->write([&](FinishedRanges& verified) { verified.add(range, rows); });
}

void Findings::add_proven(std::vector<Difference> differences) {
    state_.write([&](State& state) { keep(state.proven, std::move(differences)); });
}

void Findings::add_moving(std::vector<Difference> differences) {
    state_.write([&](State& state) { keep(state.moving, std::move(differences)); });
}

std::vector<Difference> Findings::take_proven() {
    return state_.write([](State& state) { return take(state.proven); });
}

std::vector<Difference> Findings::take_moving() {
    return state_.write([](State& state) { return take(state.moving); });
}

bool Findings::exhausted() const {
    return state_.read([](const State& state) { return state.chunker.done(); });
}

Verifier::Verifier(const Plan& plan, Findings& findings, const VerifyContext& context,
                   std::unique_ptr<RowComparison> comparison, unsigned number)
    : plan_(plan),
      findings_(findings),
      touched_(context.touched),
      xa_watch_(context.xa_watch),
      markers_(context.markers),
      signs_(context.signs),
      progress_(context.progress),
      comparison_(std::move(comparison)),
      number_(number) {}

void Verifier::run(std::stop_token stop, const mysql::Connector& connector,
                   const throttle::Throttler& throttler, Crew& crew) {
    std::unique_ptr<mysql::Connection> connection;
    std::optional<Range> range;
    while ((range || crew.await_place(number_, stop)) &&
           throttler.wait_until_clear(stop, throttle::Writer::kCopy)) {
        try {
            const auto began = std::chrono::steady_clock::now();
            if (!connection) {
                connection = connector.connect_with_retry(stop);
                prepare(*connection);
            }
            const std::stop_callback cancel(stop, [&] { connection->cancel(); });
            mysql::Connection& reader = comparison_->reader(*connection, stop);
            const auto further = comparison_->further();
            const std::stop_callback cancel_others(stop, [&] {
                reader.cancel();
                for (auto* ghost : further) ghost->cancel();
            });
            if (!range) range = findings_.next(reader);
            if (!range) return crew.dismiss();
            const Compared done = compare(*connection, *range, stop);
            range.reset();
            crew.finish(began, done.rows);
            throttler.rest(stop, done.worked);
        } catch (const mysql::Error& error) {
            if (stop.stop_requested()) return;
            const bool lost = error.kind() == mysql::ErrorKind::kLost && connection;
            if (!lost && !error.retryable()) throw;
            log::debug("a range is compared again: {}", error.what());
            if (lost) connection.reset();
        }
    }
}

Verifier::Compared Verifier::compare(mysql::Connection& connection, const Range& range,
                                     const std::stop_token& stop) {
    const Scope scope = scope_of(plan_, range);
    Compared compared;
    bool equal_at_last = true;
    const auto proven_before = proven_;
    for (unsigned comparison = 0; comparison < kComparisons; ++comparison) {
        std::uint64_t rows = 0;
        std::size_t listed = 0;
        auto moving = bracketed(connection, stop, [&]() -> std::vector<Difference> {
            // Without the wait for markers: while replay lags, that would make ranges of a few rows
            // with a marker each, and rests of many seconds.
            const auto began = std::chrono::steady_clock::now();
            const bool equal = comparison_->equal(connection, scope, rows);
            const auto took = std::chrono::steady_clock::now() - began;
            compared.worked += took;
            if (comparison == 0) findings_.note(rows, took);
            if (equal) return {};
            auto found = comparison_->differences(connection, scope, Findings::kMost);
            listed = found.size();
            return found;
        });
        if (comparison == 0) {
            compared.rows = rows;
            progress_.rows_verified += rows;
        }
        equal_at_last = settle(connection, std::move(moving), stop) && equal_at_last;
        // A huge transaction may hide what stands behind it in the list.
        if (listed > Findings::kMost) continue;
        if (equal_at_last && proven_ == proven_before) findings_.finish(range, compared.rows);
        return compared;
    }
    throw DataDiffers(fmt::format(
        "verification finds more than {} rows of {} that differ in one range, again and again;"
        " nothing was swapped. Does anybody else write the new table?",
        Findings::kMost, sql::quote(plan_.names.source)));
}

bool Verifier::settle(mysql::Connection& connection, std::vector<Difference> keys,
                      const std::stop_token& stop) {
    milliseconds rest{10};
    for (unsigned look = 0; look < kLooks && !keys.empty(); ++look) {
        std::vector<Difference> still;
        for (std::size_t first = 0; first < keys.size(); first += kKeysPerLook) {
            const Scope scope = scope_of(plan_, keys, first, kKeysPerLook);
            auto moving = bracketed(connection, stop, [&] {
                return comparison_->differences(connection, scope, Findings::kMost);
            });
            std::move(moving.begin(), moving.end(), std::back_inserter(still));
        }
        keys = std::move(still);
        if (keys.empty() || !pause(stop, rest)) break;
        rest = std::min(2 * rest, kLongestPause);
    }
    const bool settled = keys.empty();
    findings_.add_moving(std::move(keys));
    return settled;
}

/// Returns the differences at keys that were touched meanwhile; the others are proven.
template <typename Look>
std::vector<Difference> Verifier::bracketed(mysql::Connection& connection,
                                            const std::stop_token& stop, const Look& look) {
    struct Open {
        TouchedKeys& touched;
        TouchedKeys::Bracket bracket = touched.open();
        ~Open() { static_cast<void>(touched.close(bracket)); }
    };
    Open open{touched_};
    // What the applier was told of before the bracket is in the ghost, and visible in the source.
    mysql::Connection& source = comparison_->reader(connection, stop);
    pass_marker(source, stop);
    prove_visible(source, stop);
    std::vector<Difference> found = look();
    if (found.empty()) return found;
    // What our reads can have seen, the applier has been told of.
    pass_marker(source, stop);
    const auto touched = touched_.close(open.bracket);
    const auto proven = std::partition(
        found.begin(), found.end(), [&](const Difference& d) { return touched.contains(d.name); });
    proven_ += static_cast<std::uint64_t>(found.end() - proven);
    findings_.add_proven({std::make_move_iterator(proven), std::make_move_iterator(found.end())});
    found.erase(proven, found.end());
    return found;
}

void Verifier::prove_visible(mysql::Connection& source, const std::stop_token& stop) {
    // Where a mark is a write, its return has proved it.
    if (!signs_.changelog()) signs_.prove_visible(source, number_, ++proofs_, stop);
    xa_watch_.prove_visible(source, stop);
}

void Verifier::pass_marker(mysql::Connection& source, const std::stop_token& stop) {
    const Mark marker = markers_.place(source);
    while (!markers_.await(marker, std::chrono::seconds(1), stop)) {
        if (stop.stop_requested()) {
            throw Stopped("stopped while verifying");
        }
    }
}

}  // namespace wisp::migrator
