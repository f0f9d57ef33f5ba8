// SPDX-License-Identifier: Apache-2.0
// A copy on a server where nobody else is at work begins at once with full chunks and two copiers.
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "migrator/crew_steering.h"
#include "tests/support/test_server.h"

namespace wisp::migrator {
namespace {

using std::chrono::milliseconds;

class MigratorSteering : public test::SchemaTest {
  protected:
    static constexpr milliseconds kChunk{500};
    static constexpr milliseconds kWindow{200};

    [[nodiscard]] CrewSteering steering() const {
        return {{1, 8}, kChunk, commit_times_, [this](const auto& work) { work(connection()); }};
    }
    CommitTimes commit_times_;
};
WISP_FOR_EACH_SERVER(MigratorSteering);

TEST_P(MigratorSteering, OurOwnStatementsAreNobodyElses) {
    auto steering = this->steering();
    steering.watch();
    for (int i = 0; i < 100; ++i) connection().execute("SET @wisp = 1");
    for (int i = 0; i < 20; ++i) (void)connect();  // and goodbyes, which servers count too
    std::this_thread::sleep_for(kWindow);
    steering.measure_calm({});
    Crew crew(steering.begin());
    EXPECT_EQ(crew.size(), 2U);
    EXPECT_EQ(steering.look("copier", crew, 0).chunk_time, kChunk);
}

TEST_P(MigratorSteering, OthersAreSeenBeforeTheCopy) {
    // Servers count the statements of a procedure: these are not in our own count.
    connection().execute("CREATE PROCEDURE " + schema_->qualified("busy") +
                         "() BEGIN DECLARE i INT DEFAULT 0; WHILE i < 500 DO SET i = i + 1;"
                         " SET @wisp = i; END WHILE; END");
    auto steering = this->steering();
    steering.watch();
    connection().execute("CALL " + schema_->qualified("busy") + "()");
    std::this_thread::sleep_for(kWindow);
    steering.measure_calm({});
    Crew crew(steering.begin());
    EXPECT_EQ(crew.size(), 1U);
    EXPECT_LT(steering.look("copier", crew, 0).chunk_time, kChunk);
}

}  // namespace
}  // namespace wisp::migrator
