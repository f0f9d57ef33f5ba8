// SPDX-License-Identifier: Apache-2.0
// Lag and load against real servers.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/thread.h"
#include "tests/support/test_server.h"
#include "throttle/lag.h"
#include "throttle/load.h"
#include "throttle/throttler.h"

namespace wisp::throttle {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class ThrottleDbTest : public test::ServerTest {
  protected:
    void SetUp() override {
        test::ServerTest::SetUp();
        if (IsSkipped()) return;
        schema_.emplace(server().primary);
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
    LoadSource load(const Options& options = {}) { return {server().primary, options, knobs_}; }
    void limit(const LoadLimits& max_load, const LoadLimits& critical_load = {}) {
        knobs_->write([&](Knobs& knobs) {
            knobs.max_load = max_load;
            knobs.critical_load = critical_load;
        });
    }

    std::optional<test::TmpSchema> schema_;
    SharedKnobs knobs_ = std::make_shared<Guarded<Knobs>>();
};

mysql::Endpoint nowhere() {
    mysql::Endpoint endpoint;
    endpoint.port = 1;
    return endpoint;
}

TEST_P(ThrottleDbTest, MeasuresTheAgeOfTheHeartbeat) {
    LagSource source = lag_of(server().primary);
    EXPECT_THROW((void)source.poll({}), std::runtime_error);  // no heartbeat row yet
    beat(milliseconds{0});
    EXPECT_EQ(source.poll({}).effect, Effect::kGo);
    beat(seconds{5});
    const Reading reading = source.poll({});
    EXPECT_EQ(reading.effect, Effect::kHoldCopy);
    EXPECT_TRUE(reading.reason.starts_with("lag 5.")) << reading.reason;
    knobs_->write([](Knobs& knobs) { knobs.max_lag = seconds{60}; });
    EXPECT_EQ(source.poll({}).effect, Effect::kGo);
}

TEST_P(ThrottleDbTest, SeesAReplicaFallBehindAndCatchUp) {
    if (!server().has_replica()) GTEST_SKIP() << "no replica";
    knobs_->write([](Knobs& knobs) { knobs.max_lag = milliseconds{700}; });
    LagSource source = lag_of(server().replica);
    const auto replica = connect_replica();
    const auto wait_for = [&](Effect effect) {
        for (int i = 0; i < 100; ++i) {
            beat(milliseconds{0});
            std::this_thread::sleep_for(milliseconds{50});
            Reading reading;
            try {
                reading = source.poll({});
            } catch (const std::exception&) {
                reading.effect = Effect::kHoldCopy;  // the table is not there yet
            }
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
    const auto rows = schema_->connection().query(
        "SELECT ID FROM information_schema.PROCESSLIST WHERE COMMAND = 'Sleep' AND ID <> "
        "CONNECTION_ID() ORDER BY ID DESC LIMIT 1");
    ASSERT_FALSE(rows.empty());
    mysql::kill_connection(schema_->connection(), rows[0].number(0));
    EXPECT_THROW((void)source.poll({}), mysql::Error);
    beat(milliseconds{0});
    EXPECT_EQ(source.poll({}).effect, Effect::kGo);
}

TEST_P(ThrottleDbTest, HoldsForAControlReplicaThatCannotBeReached) {
    beat(milliseconds{0});
    Options options;
    options.control_replicas = {nowhere()};
    knobs_->write([](Knobs& knobs) { knobs.max_lag = seconds{3600}; });
    const Subjects subjects{server().primary, server().primary, {schema_->name(), "t1"}};
    Throttler throttler(make_sources(options, subjects, knobs_));
    Thread thread("throttle", [&](const std::stop_token& stop) { throttler.run(stop); });
    const auto deadline = std::chrono::steady_clock::now() + seconds{10};
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

WISP_FOR_EACH_SERVER(ThrottleDbTest);

}  // namespace
}  // namespace wisp::throttle
