// SPDX-License-Identifier: Apache-2.0
#include "cmd/binlog_flags.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace wisp::cmd {
namespace {

BinlogFlags parsed(const std::vector<std::string>& words) {
    auto flags = parse_binlog_flags(words);
    EXPECT_TRUE(flags) << flags.error();
    return flags ? std::move(*flags) : BinlogFlags{};
}

TEST(BinlogFlags, TakeFilesInTheirOrder) {
    const auto flags = parsed({"rollback", "b.2", "--quiet", "b.1", "-"});
    EXPECT_EQ(flags.task, BinlogTask::kRollback);
    EXPECT_EQ(flags.range.files, (std::vector<std::string>{"b.2", "b.1", "-"}));
    EXPECT_TRUE(flags.quiet);
    EXPECT_FALSE(flags.range.server);
    EXPECT_EQ(flags.scripts.script.direction, extract::Direction::kBackward);
}

TEST(BinlogFlags, ListsAreSplit) {
    const auto flags = parsed({"sql", "f", "--database=a,b", "--table", "c,d.e", "--kind=delete"});
    EXPECT_EQ(flags.filter.schemas, (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(flags.filter.tables, (std::vector<std::string>{"c", "d.e"}));
    EXPECT_TRUE(flags.filter.deletes);
    EXPECT_FALSE(flags.filter.inserts);
    EXPECT_FALSE(flags.filter.updates);
}

TEST(BinlogFlags, PositionsHaveAFileOrOneFileIsRead) {
    const auto one = parsed({"sql", "dir/b.1", "--start-position=1234", "--stop-position=b.1:99"});
    EXPECT_EQ(one.range.start, (binlog::Position{"", 1234}));
    EXPECT_EQ(one.range.stop, (binlog::Position{"b.1", 99}));
    EXPECT_EQ(parsed({"sql", "x", "y", "--start-position=y"}).range.start,
              (binlog::Position{"y", 4}));
    EXPECT_FALSE(parse_binlog_flags({"sql", "x", "y", "--stop-position=5"}));
    EXPECT_FALSE(parse_binlog_flags({"sql", "--host=h", "--start-position=5"}));
}

TEST(BinlogFlags, AServerIsNamedByItsFlags) {
    const auto flags = parsed({"stats", "--host=db1", "--port=3307", "--interval=60", "--top=3"});
    ASSERT_TRUE(flags.range.server);
    EXPECT_EQ(flags.range.server->host, "db1");
    EXPECT_EQ(flags.interval, 60);
    EXPECT_EQ(flags.top, 3U);
    EXPECT_FALSE(parse_binlog_flags({"stats"}));
}

TEST(BinlogFlags, TimesAreUtc) {
    const auto flags = parsed({"sql", "f", "--start-datetime=2026-11-03 10:11:12",
                               "--stop-datetime=2026-11-03 12:11:13+02:00"});
    EXPECT_EQ(flags.filter.start_time, 1793700672);
    EXPECT_EQ(flags.filter.stop_time, 1793700673);
    EXPECT_EQ(flags.range.stop_time, flags.filter.stop_time);
}

}  // namespace
}  // namespace wisp::cmd
