// SPDX-License-Identifier: Apache-2.0
#include "drift/table_check.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "base/fault.h"
#include "base/log.h"
#include "base/thread.h"
#include "binlog/server_log.h"
#include "drift/log_stretch.h"
#include "migrator/refusal.h"
#include "mysql/connection.h"
#include "mysql/error.h"
#include "sql/identifier.h"
#include "throttle/throttler.h"

namespace wisp::drift {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kKeysPerQuery = 200;
constexpr std::size_t kKeysPerProof = 1'000;
constexpr std::size_t kSuspectsAtOnce = 10'000;  // more are settled before the next range
constexpr milliseconds kLongestRest{1'000};
constexpr std::chrono::seconds kHotFor{60};  // then a row that is written all the time is left
constexpr unsigned kWholes = 5;              // looks at a table without a key

}  // namespace

TableCheck::TableCheck(const Subject& subject, const Servers& servers, const Options& options,
                       std::vector<Counterpart> counterparts)
    : subject_(subject),
      servers_(servers),
      options_(options),
      counterparts_(std::move(counterparts)),
      state_(State{migrator::Chunker(subject.plan, options.chunk_rows, options.chunk_time),
                   0,
                   {},
                   std::vector<std::map<Key, RowDrift>>(counterparts_.size()),
                   std::vector<std::set<Key>>(counterparts_.size()),
                   std::vector<bool>(counterparts_.size(), false)}) {
    state_.write([&](State& state) {
        for (const auto& counterpart : counterparts_) state.found.push_back(counterpart.found);
        state.settling.resize(counterparts_.size());
    });
}

std::string TableCheck::definition() const {
    std::string text = fmt::format("{}", fmt::join(migrator::key_columns(subject_.plan), ","));
    for (const auto& column : subject_.plan.source.columns) {
        text += fmt::format("; {} {} {}", column.name, column.column_type, column.collation);
    }
    return text;
}

void TableCheck::resume(const TableState& before) {
    if (before.definition != definition()) return;
    log::info("going on table={} after={} done={}", sql::quote(subject_.name()),
              fmt::join(before.after, ", "), before.done);
    state_.write([&](State& state) {
        state.chunker.begin_after(before.after);
        if (before.done) state.chunker.end();
        state.handed_out = before.after;
        state.rows = before.rows;
        for (std::size_t at = 0; at < counterparts_.size(); ++at) {
            const auto keys = before.keys.find(servers_.label(counterparts_[at].replica));
            if (keys != before.keys.end()) state.suspects[at] = keys->second;
        }
    });
}

void TableCheck::expect(unsigned workers) {
    state_.write([&](State& state) {
        const std::uint64_t all = subject_.plan.source.estimated_rows;
        state.chunker.expect(all - std::min(all, state.rows), workers);
    });
}

std::optional<TableState> TableCheck::state() const {
    if (!subject_.has_key) return std::nullopt;
    return state_.read([&](const State& state) -> std::optional<TableState> {
        TableState now;
        now.definition = definition();
        now.after = state.in_work.empty() ? state.handed_out : state.in_work.begin()->second;
        now.done = state.chunker.done() && state.in_work.empty();
        now.rows = state.rows;
        for (std::size_t at = 0; at < counterparts_.size(); ++at) {
            // Of rows that were given up nothing is known.
            if (state.closed[at] || state.found[at].moving_rows > 0) return std::nullopt;
            auto& keys = now.keys[servers_.label(counterparts_[at].replica)];
            keys = state.suspects[at];
            keys.insert(state.settling[at].begin(), state.settling[at].end());
            for (const auto& [key, row] : state.proven[at]) keys.insert(key);
        }
        return now;
    });
}

View TableCheck::primary_view(std::size_t at) const {
    return {subject_, servers_.form(),
            subject_.has_key
                ? fmt::format(" FORCE INDEX ({})", sql::quote(subject_.plan.key.source_index_name))
                : "",
            reading(servers_.kinship(counterparts_[at].replica))};
}

View TableCheck::replica_view(std::size_t at) const {
    return {subject_, servers_.form(), counterparts_[at].index,
            reading(servers_.kinship(counterparts_[at].replica))};
}

bool TableCheck::closed(std::size_t at) const {
    return state_.read([&](const State& state) { return bool{state.closed[at]}; });
}

bool TableCheck::all_closed() const {
    return state_.read([](const State& state) {
        return std::all_of(state.closed.begin(), state.closed.end(), [](bool c) { return c; });
    });
}

template <typename Work>
void TableCheck::with_desk(std::unique_ptr<Desk>& desk, const std::stop_token& stop,
                           const Work& work) {
    for (;;) {
        try {
            if (!desk) desk = servers_.open_desk(stop);
            const std::stop_callback cancel(stop, [&] { desk->cancel(); });
            return work(*desk);
        } catch (const mysql::Error& error) {
            if (stop.stop_requested()) throw migrator::Stopped("stopped while comparing");
            if (error.kind() == mysql::ErrorKind::kLost && desk) {
                desk.reset();
            } else if (!error.retryable()) {
                throw;
            }
            log::debug("compared again: {}", error.what());
        }
    }
}

void TableCheck::work(const std::stop_token& stop, const throttle::Throttler& throttler,
                      std::unique_ptr<Desk>& desk, StateFile& file) {
    if (!subject_.has_key) return;
    while (!all_closed() && throttler.wait_until_clear(stop, throttle::Writer::kCopy)) {
        std::optional<migrator::Range> range;
        with_desk(desk, stop, [&](Desk& with) {
            range = state_.write([&](State& state) {
                auto next = state.chunker.next(*with.primary);
                if (next) {
                    state.in_work.emplace(next->number, next->after);
                    state.handed_out = next->up_to;
                }
                return next;
            });
        });
        if (!range) return;
        with_desk(desk, stop, [&](Desk& with) { compare(with, *range, stop); });
        state_.write([&](State& state) { state.in_work.erase(range->number); });
        if (!file.due()) continue;
        file.keep(subject_.name(), state());
        fault::point("verify.kept");
    }
    if (stop.stop_requested() || throttler.verdict().aborts()) {
        throw migrator::Stopped("stopped while comparing");
    }
}

void TableCheck::compare(Desk& desk, const migrator::Range& range, const std::stop_token& stop) {
    std::optional<Digest> primary;
    for (std::size_t at = 0; at < counterparts_.size(); ++at) {
        if (closed(at)) continue;
        // The replica first: what it shows, the primary has shown before or shows soon.
        const Digest replica =
            digest_of(*desk.replicas[counterparts_[at].replica], replica_view(at), range);
        if (!primary) {
            const auto began = Clock::now();
            primary = digest_of(*desk.primary, primary_view(at), range);
            state_.write([&](State& state) {
                state.chunker.note(primary->rows, Clock::now() - began);
                state.rows += primary->rows;
            });
        }
        if (replica == *primary) continue;
        add_suspects(desk, at, range);
        const auto waiting =
            state_.read([&](const State& state) { return state.suspects[at].size(); });
        if (waiting > kSuspectsAtOnce) settle(desk, at, stop);
    }
}

void TableCheck::add_suspects(Desk& desk, std::size_t at, const migrator::Range& range) {
    auto there = hashes_of(*desk.replicas[counterparts_[at].replica], replica_view(at), range);
    const auto here = hashes_of(*desk.primary, primary_view(at), range);
    std::set<Key> keys;
    for (const auto& [key, hash] : here) {
        const auto same = there.find(key);
        if (same == there.end() || same->second != hash) keys.insert(key);
        if (same != there.end()) there.erase(same);
    }
    for (const auto& [key, hash] : there) keys.insert(key);
    state_.write([&](State& state) { state.suspects[at].merge(keys); });
}

void TableCheck::suspect(std::size_t counterpart, const std::vector<Key>& keys) {
    state_.write(
        [&](State& state) { state.suspects[counterpart].insert(keys.begin(), keys.end()); });
}

void TableCheck::settle(Desk& desk, std::size_t at, const std::stop_token& stop) {
    auto taken = state_.write([&](State& state) {
        auto suspects = std::exchange(state.suspects[at], {});
        state.settling[at].insert(suspects.begin(), suspects.end());
        return suspects;
    });
    std::vector<Key> keys(taken.begin(), taken.end());
    const auto settled = [&](State& state) {
        for (const auto& key : taken) state.settling[at].erase(key);
    };
    milliseconds rest{10};
    const auto end = Clock::now() + kHotFor;
    try {
        while (!(keys = settle_all(desk, at, keys, stop)).empty()) {
            if (Clock::now() > end) {
                return state_.write([&](State& state) {
                    state.found[at].moving_rows += keys.size();
                    settled(state);
                });
            }
            if (!pause(stop, rest)) throw migrator::Stopped("stopped while comparing");
            rest = std::min(2 * rest, kLongestRest);
        }
        state_.write(settled);
    } catch (...) {  // whoever tries again must find them
        state_.write([&](State& state) {
            state.suspects[at].insert(keys.begin(), keys.end());
            settled(state);
        });
        throw;
    }
}

/// Returns the keys about which nothing is known yet.
std::vector<Key> TableCheck::settle_all(Desk& desk, std::size_t at, const std::vector<Key>& keys,
                                        const std::stop_token& stop) {
    std::vector<Key> still;
    for (std::size_t first = 0; first < keys.size() && !closed(at); first += kKeysPerProof) {
        const auto begin = keys.begin() + static_cast<std::ptrdiff_t>(first);
        const auto count = std::min(kKeysPerProof, keys.size() - first);
        const std::vector<Key> some(begin, begin + static_cast<std::ptrdiff_t>(count));
        try {
            auto moving = settle_some(desk, at, some, stop);
            std::move(moving.begin(), moving.end(), std::back_inserter(still));
        } catch (const mysql::Error& error) {
            if (!error.retryable()) throw;
            std::copy(some.begin(), some.end(), std::back_inserter(still));  // a row was locked
        }
    }
    if (closed(at)) still.clear();
    return still;
}

std::vector<Key> TableCheck::settle_some(Desk& desk, std::size_t at, const std::vector<Key>& keys,
                                         const std::stop_token& stop) {
    const std::size_t number = counterparts_[at].replica;
    mysql::Connection& replica = *desk.replicas[number];
    Meeting meeting(*desk.primary, replica, servers_.kinship(number));
    const auto position = meeting.meet(stop, Clock::now() + options_.patience);
    if (!position) {
        if (stop.stop_requested()) throw migrator::Stopped("stopped while comparing");
        give_up(at, meeting.why());
        return {};
    }
    std::map<Key, Differing> found;
    for (std::size_t first = 0; first < keys.size(); first += kKeysPerQuery) {
        const auto there = rows_of(replica, replica_view(at), keys, first, kKeysPerQuery);
        const auto here = rows_of(*desk.primary, primary_view(at), keys, first, kKeysPerQuery);
        found.merge(differences(subject_, here, there));
    }
    if (found.empty()) return {};
    // All that the reads can have shown stands before the log's end, which is asked for now.
    const Touched touched =
        read_touched(*desk.primary, *position, binlog::log_end(*desk.primary), subject_, stop);
    std::vector<Key> still;
    state_.write([&](State& state) {
        auto& proven = state.proven[at];
        for (auto& [key, differing] : found) {
            if (touched.all || touched.keys.contains(differing.name)) {
                still.push_back(key);
            } else if (proven.size() < options_.most_rows || proven.contains(key)) {
                proven.insert_or_assign(key, std::move(differing.row));
            } else {
                state.found[at].more_rows = true;
                state.closed[at] = true;
            }
        }
    });
    return still;
}

void TableCheck::give_up(std::size_t at, const std::string& why) {
    log::warn("{} on {} is not decided: {}", sql::quote(subject_.name()),
              servers_.label(counterparts_[at].replica), why);
    state_.write([&](State& state) {
        state.closed[at] = true;
        state.found[at].reasons.push_back(why);
        if (state.found[at].finding == Finding::kEqual) {
            state.found[at].finding = Finding::kUndecided;
        }
    });
}

void TableCheck::compare_as_a_whole(Desk& desk, std::size_t at, const std::stop_token& stop) {
    const std::size_t number = counterparts_[at].replica;
    mysql::Connection& replica = *desk.replicas[number];
    Meeting meeting(*desk.primary, replica, servers_.kinship(number));
    for (unsigned look = 0; look < kWholes; ++look) {
        const auto position = meeting.meet(stop, Clock::now() + options_.patience);
        if (!position) {
            if (stop.stop_requested()) throw migrator::Stopped("stopped while comparing");
            return give_up(at, meeting.why());
        }
        const Digest there = digest_of_bag(replica, replica_view(at));
        const Digest here = digest_of_bag(*desk.primary, primary_view(at));
        if (look == 0 && at == 0) {
            state_.write([&](State& state) { state.rows += here.rows; });
        }
        if (here == there) return;
        if (servers_.kinship(number).proof == Proof::kLocks) {  // a proof would lock every row
            return give_up(at, "both sides differ now, and whether that is lag cannot be told" +
                                   std::string(" without GTIDs that do: ") + subject_.no_key);
        }
        if (!read_touched(*desk.primary, *position, binlog::log_end(*desk.primary), subject_, stop)
                 .none()) {
            continue;
        }
        return state_.write([&](State& state) {
            state.found[at].finding = Finding::kDrifted;
            state.found[at].reasons.push_back(
                fmt::format("its rows are not the same, {} on the primary and {} on the replica;"
                            " they cannot be named, as {}",
                            here.rows, there.rows, subject_.no_key));
        });
    }
    give_up(at, "both sides never stood still together, and rows cannot be told apart: " +
                    subject_.no_key);
}

void TableCheck::finish(const std::stop_token& stop, std::unique_ptr<Desk>& desk) {
    for (std::size_t at = 0; at < counterparts_.size(); ++at) {
        if (closed(at)) continue;
        with_desk(desk, stop, [&](Desk& with) {
            if (subject_.has_key) {
                settle(with, at, stop);
            } else {
                compare_as_a_whole(with, at, stop);
            }
        });
    }
}

std::vector<TableFinding> TableCheck::findings() const {
    return state_.read([&](const State& state) {
        auto found = state.found;
        for (std::size_t at = 0; at < found.size(); ++at) {
            TableFinding& finding = found[at];
            finding.key_columns = migrator::key_columns(subject_.plan);
            for (const auto& [key, row] : state.proven[at]) finding.rows.push_back(row);
            if (!finding.rows.empty()) finding.finding = Finding::kDrifted;
            if (finding.moving_rows > 0 && finding.finding == Finding::kEqual) {
                finding.finding = Finding::kUndecided;
            }
        }
        return found;
    });
}

std::uint64_t TableCheck::rows() const {
    return state_.read([](const State& state) { return state.rows; });
}

}  // namespace wisp::drift
