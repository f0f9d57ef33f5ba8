// SPDX-License-Identifier: Apache-2.0
// Lag and load against real servers.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/thread.h"
#include "mysql/disks.h"
#include "mysql/process_list.h"
#include "tests/support/test_server.h"
#include "throttle/disk.h"
#include "throttle/lag.h"
#include "throttle/load.h"
#include "throttle/query.h"
#include "throttle/replica_finder.h"
#include "throttle/sources.h"
#include "throttle/throttler.h"

namespace wisp::throttle {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class ThrottleDbTest : public test::SchemaTest {
  protected:
    void SetUp() override {
        test::SchemaTest::SetUp();
        if (IsSkipped()) return;
        schema_->table(
            "(id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, last_update TIMESTAMP NOT "
            "NULL "
            "DEFAULT CURRENT_TIMESTAMP, hint VARCHAR(64) NOT NULL UNIQUE, value VARCHAR(4096) NOT "
            "NULL)");
    }
    void beat(milliseconds age) {
        const auto time = std::chrono::system_clock::now().time_since_epoch() - age;
        schema_->connection().execute(fmt::format(
            "REPLACE INTO {} (hint, value) VALUES ('heartbeat', '{}')", schema_->qualified("t1"),
            std::chrono::duration_cast<std::chrono::microseconds>(time).count()));
    }
    LagSource lag_of(const mysql::Endpoint& endpoint) {
        return {endpoint, {schema_->name(), "t1"}, knobs_};
    }
    LoadSource load() { return {server().primary, knobs_}; }
    void limit(const LoadLimits& max_load, const LoadLimits& critical_load = {}) {
        knobs_->write([&](Knobs& knobs) {
            knobs.max_load = max_load;
            knobs.critical_load = critical_load;
        });
    }

    /// With a limit that a busy machine does not come near.
    static SharedKnobs patient() {
        auto knobs = std::make_shared<Guarded<Knobs>>();
        knobs->write([](Knobs& k) { k.max_lag = seconds{60}; });
        return knobs;
    }
    SharedKnobs knobs_ = patient();
};

TEST_P(ThrottleDbTest, MeasuresTheAgeOfTheHeartbeat) {
    LagSource source = lag_of(server().primary);
    EXPECT_THROW((void)source.poll({}), std::runtime_error);  // no heartbeat row yet
    beat(milliseconds{0});
    EXPECT_EQ(source.poll({}).effect, Effect::kGo);
    knobs_->write([](Knobs& knobs) { knobs.max_lag = milliseconds{1500}; });
    beat(seconds{5});
    const Reading reading = source.poll({});
    EXPECT_EQ(reading.effect, Effect::kHoldCopy);
    EXPECT_TRUE(reading.reason.starts_with("lag ")) << reading.reason;
    EXPECT_GE(reading.measure->value, 5);
    knobs_->write([](Knobs& knobs) { knobs.max_lag = seconds{60}; });
    EXPECT_EQ(source.poll({}).effect, Effect::kGo);
}

TEST_P(ThrottleDbTest, SeesAReplicaFallBehindAndCatchUp) {
    if (!server().has_replica()) GTEST_SKIP() << "no replica";
    knobs_->write([](Knobs& knobs) { knobs.max_lag = seconds{2}; });
    LagSource source = lag_of(server().replica);
    const auto replica = connect_replica();
    const auto wait_for = [&](Effect effect) {
        for (int i = 0; i < 400; ++i) {
            beat(milliseconds{0});
            std::this_thread::sleep_for(milliseconds{50});
            Reading reading;
            try {
                reading = source.poll({});
            } catch (const std::exception&) {
                reading.effect = Effect::kHoldCopy;  // the table is not there yet
            }
            if (reading.effect == Effect::kSlowCopy) reading.effect = Effect::kGo;
            if (reading.effect == effect) return true;
        }
        return false;
    };
    EXPECT_TRUE(wait_for(Effect::kGo));
    const std::string word = replica->server().says_replica() ? "REPLICA" : "SLAVE";
    replica->execute("STOP " + word + " SQL_THREAD");
    EXPECT_TRUE(wait_for(Effect::kHoldCopy));
    replica->execute("START " + word + " SQL_THREAD");
    EXPECT_TRUE(wait_for(Effect::kGo));
}

TEST_P(ThrottleDbTest, ComparesStatusVariables) {
    LoadSource source = load();
    EXPECT_EQ(source.poll({}).effect, Effect::kGo);
    limit({{"Threads_running", 100000}, {"Threads_connected", 100000}});
    EXPECT_EQ(source.poll({}).effect, Effect::kGo);
    limit({{"Threads_running", 100000}, {"Threads_connected", 1}});
    const Reading reading = source.poll({});
    EXPECT_EQ(reading.effect, Effect::kHoldCopy);
    EXPECT_TRUE(reading.reason.starts_with("max-load Threads_connected=")) << reading.reason;
    EXPECT_TRUE(reading.reason.ends_with(", limit 1")) << reading.reason;
}

TEST_P(ThrottleDbTest, AbortsOnCriticalLoad) {
    LoadSource source = load();
    limit({{"Threads_connected", 1}}, {{"Threads_connected", 1}});
    const Reading reading = source.poll({});
    EXPECT_EQ(reading.effect, Effect::kAbort);
    EXPECT_TRUE(reading.reason.starts_with("critical-load Threads_connected=")) << reading.reason;
}

TEST_P(ThrottleDbTest, RefusesUnknownAndUncountableVariables) {
    LoadSource source = load();
    limit({{"Threads_runing", 1}});
    EXPECT_THROW((void)source.poll({}), std::runtime_error);
    limit({{"Ssl_cipher", 1}});
    EXPECT_THROW((void)source.poll({}), std::runtime_error);
}

TEST_P(ThrottleDbTest, ConnectsAgainAfterAKill) {
    beat(milliseconds{0});
    LagSource source = lag_of(server().primary);
    EXPECT_EQ(source.poll({}).effect, Effect::kGo);
    // The server may still be about to call it idle.
    std::optional<std::uint64_t> id;
    for (int i = 0; i < 500 && !id; ++i) {
        std::this_thread::sleep_for(milliseconds{10});
        for (const auto& process : mysql::process_list(schema_->connection())) {
            if (process.command == "Sleep") id = std::max(id.value_or(0), process.id);
        }
    }
    ASSERT_TRUE(id);
    mysql::kill_connection(schema_->connection(), *id);
    EXPECT_THROW((void)source.poll({}), mysql::Error);
    beat(milliseconds{0});
    EXPECT_EQ(source.poll({}).effect, Effect::kGo);
}

TEST_P(ThrottleDbTest, HoldsForAControlReplicaThatCannotBeReached) {
    beat(milliseconds{0});
    knobs_->write([](Knobs& knobs) {
        knobs.max_lag = seconds{3600};
        knobs.control_replicas = {{"127.0.0.1", 1}};
    });
    const Subjects subjects{server().primary, server().primary, {schema_->name(), "t1"}, {}};
    const auto found = std::make_shared<Guarded<std::vector<Address>>>();
    Throttler throttler(make_sources(subjects, knobs_, found), {},
                        replica_sources(subjects, knobs_, found));
    Thread thread("throttle", [&](const std::stop_token& stop) { throttler.run(stop); });
    const auto deadline = std::chrono::steady_clock::now() + seconds{60};
    Verdict verdict = throttler.verdict();
    while ((verdict.holds.size() != 1 || verdict.leading()->reason == "not measured yet") &&
           std::chrono::steady_clock::now() < deadline) {
        std::this_thread::sleep_for(milliseconds{10});
        verdict = throttler.verdict();
    }
    ASSERT_EQ(verdict.holds.size(), 1U) << describe(verdict, std::chrono::steady_clock::now());
    EXPECT_EQ(verdict.leading()->source, "lag 127.0.0.1:1");
    EXPECT_TRUE(verdict.leading()->reason.starts_with("cannot read: "))
        << verdict.leading()->reason;
    EXPECT_FALSE(verdict.holds_writer(Writer::kApply));
}

TEST_P(ThrottleDbTest, StopsAStatementThatHangs) {
    // A metadata lock on the changelog makes the reading wait until it is cancelled.
    beat(milliseconds{0});
    LagSource source = lag_of(server().primary);
    EXPECT_EQ(source.poll({}).effect, Effect::kGo);
    schema_->connection().execute("LOCK TABLES " + schema_->qualified("t1") + " WRITE");
    std::stop_source stop;
    const auto begin = std::chrono::steady_clock::now();
    const std::jthread stopper([&] {
        std::this_thread::sleep_for(milliseconds{100});
        stop.request_stop();
    });
    EXPECT_THROW((void)source.poll(stop.get_token()), mysql::Error);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, seconds{1});
    schema_->connection().execute("UNLOCK TABLES");
}

TEST_P(ThrottleDbTest, HoldsWhileTheQuerysAnswerIsAboveZero) {
    QuerySource source(server().primary, knobs_);
    EXPECT_EQ(source.poll({}).effect, Effect::kGo);  // there is none
    const auto ask = [&](const std::string& query) {
        knobs_->write([&](Knobs& knobs) { knobs.query = query; });
        return source.poll({});
    };
    EXPECT_EQ(ask("SELECT 0").effect, Effect::kGo);
    EXPECT_EQ(ask("SELECT -1.5").effect, Effect::kGo);
    EXPECT_EQ(ask("SELECT 0.5").effect, Effect::kHoldCopy);
    EXPECT_EQ(ask("SELECT 7").reason, "the query's answer is 7, limit 0");
    EXPECT_THROW((void)ask("SELECT NULL"), std::runtime_error);
    EXPECT_THROW((void)ask("SELECT 1 WHERE 1 = 0"), std::exception);
    EXPECT_THROW((void)ask("SELECT 'many'"), std::runtime_error);
    EXPECT_THROW((void)ask("SELEKT"), mysql::Error);
    EXPECT_EQ(ask("").effect, Effect::kGo);
}

TEST_P(ThrottleDbTest, KnowsTheFreeDiskOfAServerOnThisHost) {
    const auto free = [&](const std::string& table, std::uint64_t limit) {
        DiskSource source(server().primary, {schema_->name(), table}, knobs_);
        knobs_->write([&](Knobs& knobs) { knobs.min_free_disk = limit; });
        return source.poll({});
    };
    const std::string datadir = schema_->connection().scalar("SELECT @@datadir").value_or("");
    if (!std::filesystem::exists(datadir)) GTEST_SKIP() << "the server is on another host";
    EXPECT_EQ(free("t1", 0).effect, Effect::kGo);
    EXPECT_EQ(free("t1", 1).effect, Effect::kGo);
    const Reading reading = free("t1", 1ULL << 60);
    EXPECT_EQ(reading.effect, Effect::kHoldAll);
    EXPECT_THAT(reading.reason, ::testing::HasSubstr(" free in " + datadir));
    EXPECT_THAT(reading.reason, ::testing::HasSubstr(", limit 1048576.0 TiB"));
    // A directory that does not hold our table's file is not the server's: it may be any.
    EXPECT_EQ(free("t2", 1ULL << 60).effect, Effect::kGo);
}

TEST_P(ThrottleDbTest, AsksMariaDbsPluginForTheFreeDisk) {
    mysql::Connection& connection = schema_->connection();
    if (!connection.server().mariadb()) GTEST_SKIP() << "MySQL has no SQL for it";
    try {
        connection.execute("INSTALL SONAME 'disks'");
    } catch (const mysql::Error& error) {
        GTEST_SKIP() << "no plugin disks: " << error.server_text();
    }
    const std::string datadir = connection.scalar("SELECT @@datadir").value_or("");
    const auto rooms = mysql::free_rooms(connection, {datadir, "relative/path"});
    connection.execute("UNINSTALL SONAME 'disks'");
    ASSERT_TRUE(rooms) << rooms.error();
    ASSERT_EQ(rooms->size(), 2U);
    if (!(*rooms)[0]) GTEST_SKIP() << "it lists no disk with " << datadir;
    EXPECT_TRUE(datadir.starts_with((*rooms)[0]->mount));
    EXPECT_GT((*rooms)[0]->bytes, 0U);
    EXPECT_FALSE((*rooms)[1]);
}

TEST_P(ThrottleDbTest, FindsReplicasByItself) {
    if (!server().has_replica()) GTEST_SKIP() << "no replica";
    const auto found = std::make_shared<Guarded<std::vector<Address>>>();
    ReplicaFinder source(server().primary, server().primary, knobs_, found);
    EXPECT_EQ(source.poll({}).effect, Effect::kGo);
    EXPECT_TRUE(found->copy().empty());  // not asked to
    knobs_->write([](Knobs& knobs) { knobs.find_replicas = true; });
    const Reading reading = source.poll({});
    EXPECT_EQ(reading.effect, Effect::kGo) << reading.reason;
    ASSERT_EQ(found->copy().size(), 1U);
    EXPECT_EQ(found->copy()[0].port, server().replica.port);
    EXPECT_EQ(source.poll({}).effect, Effect::kGo);
    EXPECT_EQ(found->copy().size(), 1U);
    knobs_->write([](Knobs& knobs) { knobs.find_replicas = false; });
    EXPECT_EQ(source.poll({}).effect, Effect::kGo);
    EXPECT_TRUE(found->copy().empty());
}

TEST_P(ThrottleDbTest, DoesNotWatchTheInspectedReplicaTwice) {
    if (!server().has_replica()) GTEST_SKIP() << "no replica";
    const auto found = std::make_shared<Guarded<std::vector<Address>>>();
    ReplicaFinder source(server().primary, server().replica, knobs_, found);
    knobs_->write([](Knobs& knobs) { knobs.find_replicas = true; });
    EXPECT_EQ(source.poll({}).effect, Effect::kGo);
    EXPECT_TRUE(found->copy().empty());
}

WISP_FOR_EACH_SERVER(ThrottleDbTest);

}  // namespace
}  // namespace wisp::throttle
