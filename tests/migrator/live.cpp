// SPDX-License-Identifier: Apache-2.0
#include "tests/migrator/live.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <stdexcept>

#include "migrator/changelog.h"
#include "migrator/column_map.h"
#include "migrator/inspector.h"
#include "migrator/key_choice.h"
#include "migrator/names.h"
#include "migrator/server_mover.h"
#include "migrator/table_maker.h"
#include "mysql/error.h"
#include "mysql/process_list.h"
#include "mysql/replica.h"
#include "sql/identifier.h"

namespace wisp::test {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

migrator::Plan live_plan(mysql::Connection& connection, const sql::TableName& table,
                         const std::string& alter) {
    migrator::Plan plan;
    auto split = sql::split_alter(alter);
    if (!split) throw std::logic_error(split.error());
    plan.alter = std::move(*split);
    plan.source = migrator::inspect_table(connection, table);
    plan.names = migrator::table_names(plan.source.name, "");
    migrator::make_tables(connection, plan);
    plan.ghost = migrator::inspect_table(connection, plan.names.ghost);
    migrator::map_columns(plan);
    migrator::choose_key(plan);
    plan.hints = binlog::column_hints(plan.source);
    return plan;
}

sql::TableName parse_name(const std::string& quoted) {
    const auto middle = quoted.find("`.`");
    return {quoted.substr(1, middle - 1), quoted.substr(middle + 3, quoted.size() - middle - 4)};
}

std::vector<std::uint64_t> session_ids(mysql::Connection& connection, const std::string& user) {
    std::vector<std::uint64_t> ids;
    for (const auto& process : mysql::process_list(connection)) {
        if (process.user == user) ids.push_back(process.id);
    }
    std::ranges::sort(ids);
    return ids;
}

// --- Writers -------------------------------------------------------------------------------------

Writers::Writers(mysql::Connector connector, sql::TableName table, unsigned count)
    : connector_(std::move(connector)), table_(sql::quote(table)), rows_(count) {
    for (std::size_t i = 0; i < count; ++i) {
        threads_.emplace_back([this, i](const std::stop_token& stop) { write(i, stop); });
    }
}

Writers::~Writers() {
    stop();
}

void Writers::stop() {
    for (auto& thread : threads_) thread.request_stop();
    threads_.clear();
}

bool Writers::go_on(std::uint64_t more) const {
    const auto wanted = writes_ + more;
    const auto end = steady_clock::now() + seconds(30);  // a busy machine
    while (writes_ < wanted) {
        if (steady_clock::now() > end) return false;
        std::this_thread::sleep_for(milliseconds(1));
    }
    return true;
}

std::map<std::int64_t, std::int64_t> Writers::rows() const {
    Rows all;
    for (const auto& rows : rows_) all.insert(rows.begin(), rows.end());
    return all;
}

void Writers::write(std::size_t writer, const std::stop_token& stop) {
    Rows& rows = rows_[writer];
    std::minstd_rand random(static_cast<unsigned>(writer) + 1);
    // Ids of one writer are spread over the whole table.
    const auto new_id = [&] {
        return static_cast<std::int64_t>(random() % 1'000'000 * rows_.size() + writer);
    };
    try {
        const auto connection = connector_.connect();
        while (!stop.stop_requested()) {
            const std::int64_t id = new_id();
            const std::int64_t value = static_cast<std::int64_t>(random() % 1'000);
            const auto near = rows.lower_bound(id);
            const unsigned kind = rows.size() < 20 || near == rows.end() ? 0 : random() % 4;
            try {
                if (kind < 2) {
                    if (rows.contains(id)) continue;
                    connection->execute(
                        fmt::format("INSERT INTO {} (id, writer, value) VALUES ({}, {}, {})",
                                    table_, id, writer, value));
                    rows[id] = value;
                } else if (kind == 2) {
                    connection->execute(fmt::format("UPDATE {} SET value = {} WHERE id = {}",
                                                    table_, value, near->first));
                    near->second = value;
                } else {
                    connection->execute(
                        fmt::format("DELETE FROM {} WHERE id = {}", table_, near->first));
                    rows.erase(near);
                }
                ++writes_;
            } catch (const mysql::Error& error) {
                if (!error.retryable()) throw;
            }
        }
    } catch (const std::exception& error) {
        errors_.write([&](auto& errors) { errors.emplace_back(error.what()); });
    }
}

std::map<std::int64_t, std::int64_t> read_rows(mysql::Connection& connection,
                                               const sql::TableName& table) {
    std::map<std::int64_t, std::int64_t> rows;
    for (const auto& row : connection.query("SELECT id, value FROM " + sql::quote(table))) {
        rows[std::stoll(row.text(0))] = std::stoll(row.text(1));
    }
    return rows;
}

// --- Replay --------------------------------------------------------------------------------------

namespace {

binlog::Position end_of_binlog(mysql::Connection& connection) {
    const auto status = mysql::binlog_status(connection);
    if (!status) throw std::logic_error("the test server has no binlog");
    return {status->file, status->offset};
}

}  // namespace

Replay::Replay(mysql::Endpoint endpoint, migrator::Plan plan)
    : plan_(std::move(plan)),
      connector_(std::move(endpoint), {}),
      control_(connector_.connect()),
      signs_(plan_.names.changelog),
      applier_(plan_, options_, dials_, queue_, in_flight_, touched_, xa_watch_, progress_, signs_,
               {}) {
    binlog::StreamerOptions options;
    options.hints = {plan_.hints, {}};
    streamer_ = std::make_unique<binlog::Streamer>(
        connector_.endpoint(), end_of_binlog(*control_),
        std::vector{plan_.names.source, plan_.names.changelog}, options);
    streamer_thread_ = std::make_unique<Thread>("streamer", [this](const std::stop_token& stop) {
        streamer_->run(stop, [&](binlog::Transaction&& transaction) {
            if (transaction.changes.empty()) return;
            const auto bytes = transaction.bytes;
            static_cast<void>(queue_.push(std::move(transaction), bytes, stop));
        });
    });
}

Replay::~Replay() {
    streamer_thread_->request_stop();
    queue_.close();
    try {
        stop_applier();
        streamer_thread_->join();
        streamer_thread_->rethrow();
    } catch (const std::exception& error) {
        ADD_FAILURE() << error.what();
    }
}

void Replay::start_applier(unsigned lanes, const mysql::Connector* via) {
    options_.apply_lanes = lanes;
    const mysql::Connector& connector = via == nullptr ? connector_ : *via;
    applier_thread_ =
        std::make_unique<Thread>("applier", [this, &connector](const std::stop_token& stop) {
            applier_.run(stop, {}, {connector}, throttler_);
        });
}

void Replay::stop_applier() {
    if (!applier_thread_) return;
    applier_thread_->request_stop();
    applier_thread_->join();
    const auto thread = std::move(applier_thread_);
    thread->rethrow();
}

bool Replay::catch_up(std::chrono::seconds limit) {
    const migrator::Mark mark = signs_.mark(*control_);
    return applier_.applied().wait_for(
        {}, limit, [&](const migrator::Applied& applied) { return signs_.passed(mark, applied); });
}

void Replay::copy() {
    const auto ticket = in_flight_.enter();
    control_->execute(migrator::write_fence(plan_.names.changelog, 0, ++fences_));
    migrator::ServerMover(plan_).move(*control_, {});
    in_flight_.leave(ticket);
}

migrator::CutoverContext Replay::attempt(std::chrono::seconds limit,
                                         const mysql::Connector& connector) {
    return {plan_, connector, applier_, limit, signs_, {}, {}, {}, {}};
}

}  // namespace wisp::test
