// SPDX-License-Identifier: Apache-2.0
// Reading up to a told position: what the server sends late is waited for, and what it does not
// send is no end.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <set>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "binlog/dump_to.h"
#include "binlog/server_log.h"
#include "mysql/error.h"
#include "tests/db/late_sync.h"
#include "tests/support/test_server.h"

namespace wisp::binlog {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

class DumpTo : public test::SchemaTest {
  protected:
    void SetUp() override {
        SchemaTest::SetUp();
        if (IsSkipped()) return;
        connection().execute("CREATE TABLE " + table() + " (id INT PRIMARY KEY) ENGINE=InnoDB");
        start_ = log_end(connection());
    }
    [[nodiscard]] std::string table() const { return schema_->qualified("t"); }
    void read_to(const Position& end, std::chrono::milliseconds patience) {
        DumpOptions options;
        options.endpoint = server().primary;
        options.start = start_;
        options.server_id = random_server_id(connection());
        options.heartbeat = std::chrono::milliseconds(100);
        Decoder decoder(std::vector<sql::TableName>{}, start_, {});
        decoder.start_file(start_.file, start_.offset);
        const auto feed = [&](std::span<const std::uint8_t> event) {
            const auto done = decoder.feed(event);
            EXPECT_TRUE(done) << done.error();
            return done.has_value();
        };
        dump_to(options, decoder, end, {}, feed, patience);
        EXPECT_EQ(decoder.received_position(), end);
    }
    [[nodiscard]] Position behind_the_end() {
        auto end = log_end(connection());
        end.offset += 1'000;
        return end;
    }
    static std::set<std::string> dumps(mysql::Connection& connection) {
        std::set<std::string> ids;
        for (const auto& row : connection.query(
                 "SELECT ID FROM information_schema.PROCESSLIST WHERE COMMAND LIKE 'Binlog Dump%'"))
            ids.insert(row.text(0));
        return ids;
    }

    Position start_;
};
WISP_FOR_EACH_SERVER(DumpTo);

constexpr std::chrono::seconds kLong{60};

TEST_P(DumpTo, ReadsThroughRotations) {
    for (const char* value : {"1", "2", "3"}) {
        connection().execute("INSERT INTO " + table() + " VALUES (" + value + ")");
        connection().execute("FLUSH BINARY LOGS");
    }
    read_to(log_end(connection()), kLong);
}

TEST_P(DumpTo, WaitsForWhatIsNotSyncedYet) {
    if (!test::LateSync::can_be_had(connection())) GTEST_SKIP() << "only what is synced is told";
    test::LateSync late(connection());
    const auto told = late.write("INSERT INTO " + table() + " VALUES (1)");
    if (late.synced()) GTEST_SKIP() << "the machine is too slow to show anything";
    read_to(told, kLong);
}

TEST_P(DumpTo, ALogThatEndsEarlierIsNoEnd) {
    connection().execute("INSERT INTO " + table() + " VALUES (1)");
    EXPECT_THAT([&] { read_to(behind_the_end(), std::chrono::milliseconds(300)); },
                ThrowsMessage<LogEndsEarly>(HasSubstr("it has sent nothing for 300 ms")));
}

/// What the server sends then looks like the end of the log.
TEST_P(DumpTo, ADumpThatIsKilledIsNoEnd) {
    const auto before = dumps(connection());
    const std::jthread killer([&](const std::stop_token& stop) {
        mysql::Connection control(server().primary, {});
        while (!stop.stop_requested()) {
            for (const auto& id : dumps(control)) {
                if (!before.contains(id)) control.execute("KILL QUERY " + id);
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
        }
    });
    try {
        read_to(behind_the_end(), kLong);
        ADD_FAILURE() << "that was no end";
    } catch (const mysql::Error& error) {
        EXPECT_EQ(error.kind(), mysql::ErrorKind::kLost) << error.what();
    }
}

}  // namespace
}  // namespace wisp::binlog
