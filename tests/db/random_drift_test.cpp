// SPDX-License-Identifier: Apache-2.0
// 100 random drifts on each family, each mended in place or by a rebuild while a load goes on all
// the time. In the end both servers are compared in full, by plain SELECTs and not by wisp: rows,
// what the load did, GTIDs, replication. WISP_SEED=N repeats a run, WISP_DRIFTS=N asks for another
// number. Another seed each time, and it is printed.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include "tests/db/random_values.h"
#include "tests/db/repair_scene.h"

namespace wisp {
namespace {

using test::Generator;
using test::RandomValues;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr unsigned kRows = 40;          // of a table; the load changes the even ones
constexpr unsigned kExtra = 500;        // ids that only the replica has
constexpr unsigned kInserted = 1'000;   // ids that the load inserts, and deletes again
constexpr unsigned kAtOnce = 44;        // tables mended by one command
constexpr unsigned kOneInRebuilt = 14;  // of the drifts one in so many is rebuilt

std::uint64_t number_from(const char* name, std::uint64_t otherwise) {
    const char* text = std::getenv(name);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

struct Table {
    std::string name;
    std::string qualified;
    std::vector<Generator> payload;  // of the columns p0, p1, …
    std::atomic<unsigned> added{0};  // what the load has added to `w` of all rows together
};

/// Changes rows on the primary until it is destroyed. Each transaction is also told in `journal`.
class Load {
  public:
    Load(const mysql::Endpoint& primary, std::string journal, std::uint64_t seed,
         std::vector<std::unique_ptr<Table>>& tables)
        : primary_(primary),
          journal_(std::move(journal)),
          random_(seed),
          tables_(tables),
          thread_([this](const std::stop_token& stop) { run(stop); }) {}

    /// Returns the number of its transactions.
    unsigned end() {
        thread_.request_stop();
        thread_.join();
        return done_;
    }

  private:
    void run(const std::stop_token& stop) {
        mysql::Connection connection(primary_, {});
        while (!stop.stop_requested()) {
            Table& table = *tables_[random_.below(tables_.size())];
            const auto id = 2 * (1 + random_.below(kRows / 2));
            connection.execute("START TRANSACTION");
            connection.execute(
                fmt::format("UPDATE {} SET w = w + 1 WHERE id = {}", table.qualified, id));
            const auto other = kInserted + done_;
            connection.execute(
                fmt::format("INSERT INTO {} (id, grp, code, u, w) VALUES ({}, 1, 'k{}', {}, 0)",
                            table.qualified, other, other, other));
            connection.execute(fmt::format("DELETE FROM {} WHERE id BETWEEN {} AND {}",
                                           table.qualified, kInserted, other - 100));
            connection.execute(fmt::format("INSERT INTO {} VALUES ({})", journal_, done_));
            connection.execute("COMMIT");
            ++table.added;
            ++done_;
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
    }

    const mysql::Endpoint& primary_;
    const std::string journal_;
    RandomValues random_;
    std::vector<std::unique_ptr<Table>>& tables_;
    std::atomic<unsigned> done_{0};
    std::jthread thread_;
};

class RandomDrift : public test::RepairScene {
  protected:
    void SetUp() override {
        RepairScene::SetUp();
        if (IsSkipped()) return;
        primary().execute("SET SESSION time_zone = '+00:00'");
        replica().execute("SET SESSION time_zone = '+00:00'");
        seed_ = number_from("WISP_SEED", std::random_device()());
        random_ = RandomValues(seed_);
        std::cout << "WISP_SEED=" << seed_ << std::endl;
        journal_ = schema().qualified("journal");
        primary().execute("CREATE TABLE " + journal_ + " (n INT PRIMARY KEY) ENGINE=InnoDB");
    }

    /// Where filters can be changed while the replica runs.
    [[nodiscard]] bool can_pass_over() const { return replica().server().changes_filters(); }

    // ---- tables

    void make_tables(std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) make_table();
        catch_up();
    }

    void make_table() {
        static const std::vector<std::string> kKeys{
            "PRIMARY KEY (id)", "PRIMARY KEY (grp, id), KEY (id)", "PRIMARY KEY (code), KEY (id)",
            "UNIQUE KEY (id)", "PRIMARY KEY (id DESC, grp), KEY (id)"};
        const auto key = random_.below(server().name == "mysql56" ? 4 : kKeys.size());
        auto table = std::make_unique<Table>();
        std::string columns;
        const auto payload = 1 + random_.below(4);
        for (std::uint64_t i = 0; i < payload; ++i) {
            columns += fmt::format(", p{} {}", i, payload_column(*table));
        }
        table->qualified = schema().table(fmt::format(
            "(id INT NOT NULL, grp INT NOT NULL, code VARCHAR(12) NOT NULL, u INT NOT NULL, w INT"
            " NOT NULL{}, {}, UNIQUE KEY u (u)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4",
            columns, kKeys[key]));
        table->name = fmt::format("t{}", tables_.size() + 1);
        std::vector<std::string> rows;
        for (unsigned id = 1; id <= kRows; ++id) rows.push_back(row(*table, id, id));
        primary().execute(
            fmt::format("INSERT INTO {} VALUES {}", table->qualified, fmt::join(rows, ",")));
        tables_.push_back(std::move(table));
    }

    /// Adds a generator; returns the type.
    std::string payload_column(Table& table) {
        struct Kind {
            const char* type;
            Generator value;
        };
        static const std::vector<Kind> kKinds{
            {"INT", [](RandomValues& r) { return r.integer(4); }},
            {"BIGINT UNSIGNED", [](RandomValues& r) { return r.unsigned_integer(64); }},
            {"DECIMAL(20,6)", [](RandomValues& r) { return r.decimal(20, 6); }},
            {"DOUBLE", [](RandomValues& r) { return r.double_number(); }},
            {"DATE", [](RandomValues& r) { return r.date(); }},
            {"DATETIME(6)", [](RandomValues& r) { return r.datetime(6); }},
            {"VARCHAR(20)", [](RandomValues& r) { return r.text("utf8mb4", 20); }},
            {"VARBINARY(20)", [](RandomValues& r) { return r.bytes(20); }},
            {"TEXT", [](RandomValues& r) { return r.text("utf8mb4", 200); }},
            {"LONGBLOB", [](RandomValues& r) { return r.bytes(2'000); }},
        };
        const Kind& kind = kKinds[random_.below(kKinds.size())];
        table.payload.push_back([value = kind.value](RandomValues& r) {
            return r.one_in(5) ? std::string("NULL") : value(r);
        });
        return std::string(kind.type) + " NULL";
    }

    [[nodiscard]] std::string row(const Table& table, std::uint64_t id, std::uint64_t u) {
        std::string values = fmt::format("({}, {}, 'k{}', {}, 0", id, id % 7, id, u);
        for (const auto& value : table.payload) values += ", " + value(random_);
        return values + ")";
    }

    // ---- drifts

    [[nodiscard]] std::uint64_t odd_id() { return 1 + 2 * random_.below(kRows / 2); }

    void on_replica(const std::string& statement) { replica().execute(statement); }

    /// One to ten rows of a table changed, missing or too many on the replica. Rows that the load
    /// changes stay there, or replication would stop.
    void drift_rows(Table& table) {
        // Always something, whatever the rest does.
        on_replica(fmt::format("UPDATE {} SET w = w - 1 WHERE id = {}", table.qualified, odd_id()));
        for (auto count = random_.below(10); count > 0; --count) drift_row(table);
    }

    void drift_row(Table& table) {
        const auto& name = table.qualified;
        const auto payload = random_.below(table.payload.size());
        switch (random_.below(6)) {
            case 0:  // any row
                on_replica(fmt::format("UPDATE {} SET p{} = {} WHERE id = {}", name, payload,
                                       table.payload[payload](random_), 1 + random_.below(kRows)));
                return;
            case 1:
                on_replica(
                    fmt::format("UPDATE {} SET u = u + 100000 WHERE id = {}", name, odd_id()));
                return;
            case 2:
                on_replica(fmt::format("DELETE FROM {} WHERE id = {}", name, odd_id()));
                return;
            case 3:  // several in a row
                on_replica(fmt::format("DELETE FROM {} WHERE id % 2 = 1 AND id BETWEEN {} AND {}",
                                       name, odd_id(), odd_id()));
                return;
            case 4: {
                const auto id = kExtra + random_.below(400);
                on_replica(fmt::format("REPLACE INTO {} VALUES {}", name, row(table, id, id)));
                return;
            }
            default: {  // it holds the unique value of another one, which is missing
                const auto u = odd_id();
                on_replica(fmt::format("DELETE FROM {} WHERE id = {}", name, u));
                on_replica(fmt::format("REPLACE INTO {} VALUES {}", name,
                                       row(table, kExtra + random_.below(400), u)));
            }
        }
    }

    /// What only a rebuild mends. Returns what it was.
    std::string drift_for_rebuild(Table& table) {
        const auto& name = table.qualified;
        switch (random_.below(can_pass_over() ? 8 : 3)) {
            case 0:
                drift_rows(table);
                return "rows";
            case 1:
                on_replica("DELETE FROM " + name + " WHERE id % 2 = 1");
                return "half of the rows";
            case 2:
                drift_rows(table);
                on_replica("ALTER TABLE " + name + " DROP KEY u");
                return "an index is missing";
            case 3:  // from here on the next write may stop replication
                drift_rows(table);
                on_replica("ALTER TABLE " + name + " MODIFY code VARCHAR(40) NOT NULL");
                return "another type";
            case 4:
                on_replica("DROP TABLE " + name);
                return "missing";
            case 5:
                on_replica("TRUNCATE TABLE " + name);
                return "empty";
            case 6:
                on_replica("DELETE FROM " + name + " WHERE id = 4");
                return "replication stops with 1032, now or later";
            default:
                on_replica(
                    fmt::format("INSERT INTO {} VALUES {}", name, row(table, 900000, 900000)));
                primary().execute(
                    fmt::format("INSERT INTO {} VALUES {}", name, row(table, 900000, 900000)));
                return "replication stops with 1062";
        }
    }

    // ---- mending

    void repair_some(std::size_t first, std::size_t count) {
        std::vector<std::string> names;
        for (std::size_t i = first; i < first + count; ++i) {
            drift_rows(*tables_[i]);
            names.push_back(tables_[i]->name);
        }
        const auto done =
            run_wisp("verify", {"--repair", fmt::format("--table={}", fmt::join(names, ","))});
        EXPECT_EQ(done.exit_code, 0) << done.out << done.err;
        EXPECT_TRUE(runs());
    }

    void rebuild_one(Table& table) {
        const auto drift = drift_for_rebuild(table);
        SCOPED_TRACE(table.name + ": " + drift);
        const auto done = run_wisp("rebuild", {"--table=" + table.name, "--execute",
                                               "--watch-seconds=60", "--ok-to-drop-table"});
        EXPECT_EQ(done.exit_code, 0) << done.out << done.err;
        EXPECT_TRUE(runs());
    }

    // ---- proof

    [[nodiscard]] static std::vector<std::string> rows_of(mysql::Connection& server,
                                                          const Table& table) {
        std::vector<std::string> rows;
        for (const auto& row :
             server.query("SELECT * FROM " + table.qualified + " ORDER BY id, u")) {
            std::string text;
            for (std::size_t i = 0; i < row.size(); ++i) {
                text += row.is_null(i) ? "NULL|" : row.text(i) + "|";
            }
            rows.push_back(std::move(text));
        }
        return rows;
    }
    [[nodiscard]] static std::string definition_of(mysql::Connection& server, const Table& table) {
        return server.query("SHOW CREATE TABLE " + table.qualified)[0].text(1);
    }

    /// A sentence for each thing that is not as it should be; the load has ended.
    [[nodiscard]] std::vector<std::string> what_is_wrong(unsigned transactions) {
        catch_up();
        std::vector<std::string> wrong;
        for (const auto& table : tables_) {
            if (rows_of(primary(), *table) != rows_of(replica(), *table)) {
                wrong.push_back(table->name + " has other rows on the replica");
            }
            if (!can_pass_over()) continue;  // it shows some defaults otherwise
            if (definition_of(primary(), *table) != definition_of(replica(), *table)) {
                wrong.push_back(table->name + " has another definition on the replica");
            }
        }
        for (auto* server : {&primary(), &replica()}) {
            const auto told = server->scalar("SELECT COUNT(*) FROM " + journal_);
            if (told != std::to_string(transactions)) {
                wrong.push_back(fmt::format("{} of {} transactions are in the journal",
                                            told.value_or(""), transactions));
            }
            for (const auto& table : tables_) {
                const auto sum = server->scalar("SELECT SUM(w) FROM " + table->qualified);
                if (sum != std::to_string(table->added.load())) {
                    wrong.push_back(fmt::format("{}: w is {}, the load made it {}", table->name,
                                                sum.value_or(""), table->added.load()));
                }
            }
        }
        if (!runs()) wrong.emplace_back("replication does not run");
        const auto errant = replica::errant(replica(), primary());
        if (!errant.empty()) wrong.push_back("errant GTIDs: " + errant);
        for (const auto& row : replica().query(fmt::format(
                 "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = '{}' AND"
                 " TABLE_NAME LIKE '\\_%'",
                 schema().name()))) {
            wrong.push_back(row.text(0) + " was left behind");
        }
        return wrong;
    }

    std::uint64_t seed_ = 0;
    RandomValues random_{0};
    std::string journal_;
    std::vector<std::unique_ptr<Table>> tables_;
};
WISP_FOR_EACH_SERVER(RandomDrift);

TEST_P(RandomDrift, AreAllMendedUnderLoad) {
    const bool of_a_family = server().name == "mysql97" || server().name == "mariadb1011";
    const auto drifts = number_from("WISP_DRIFTS", of_a_family ? 100 : 16);
    make_tables(drifts);
    Load load(server().primary, journal_, seed_, tables_);
    const auto rebuilt = drifts / kOneInRebuilt;
    for (std::size_t i = rebuilt; i < drifts; i += kAtOnce) {
        repair_some(i, std::min<std::size_t>(kAtOnce, drifts - i));
    }
    for (std::size_t i = 0; i < rebuilt && !HasFailure(); ++i) rebuild_one(*tables_[i]);
    EXPECT_THAT(what_is_wrong(load.end()), IsEmpty());
    expect_as_before();
}

/// The comparison above must not be one that is always content.
TEST_P(RandomDrift, WhatIsNotMendedIsNoticed) {
    make_tables(6);
    const std::string& name = tables_[0]->qualified;
    ASSERT_THAT(what_is_wrong(0), IsEmpty());
    for (const auto& [before, after, finds] :
         std::vector<std::tuple<std::string, std::string, std::size_t>>{
             {"UPDATE ", " SET grp = grp + 70 WHERE id = 8", 1},
             {"DELETE FROM ", " WHERE id = 9", 1},
             {"ALTER TABLE ", " DROP KEY u", can_pass_over() ? 1 : 0}}) {
        on_replica(before + name + after);
        EXPECT_THAT(what_is_wrong(0), SizeIs(finds)) << before << after;
        if (finds == 0) continue;
        EXPECT_EQ(run_wisp("rebuild", {"--table=t1", "--execute", "--ok-to-drop-table"}).exit_code,
                  0);
        EXPECT_THAT(what_is_wrong(0), IsEmpty());
    }
    // A write of the load that is lost on both.
    ++tables_[1]->added;
    EXPECT_THAT(what_is_wrong(1), SizeIs(4));  // in the table and in the journal, on both servers
    --tables_[1]->added;
    mysql::Connection logging(server().replica, {});
    if (logging.server().mariadb() || !replica::has_gtids(logging)) return;
    logging.execute("CREATE TABLE " + schema().qualified("errant") + " (n INT)");
    EXPECT_THAT(what_is_wrong(0), SizeIs(1));
    // As other tests expect it: the primary has an empty one of that name.
    primary().execute(fmt::format("SET GTID_NEXT = '{}'", replica::errant(replica(), primary())));
    primary().execute("COMMIT");
    primary().execute("SET GTID_NEXT = 'AUTOMATIC'");
    EXPECT_THAT(what_is_wrong(0), IsEmpty());
    on_replica("DROP TABLE " + schema().qualified("errant"));
}

}  // namespace
}  // namespace wisp
