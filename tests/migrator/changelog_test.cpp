// SPDX-License-Identifier: Apache-2.0
#include "migrator/changelog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "migrator/refusal.h"
#include "tests/migrator/plans.h"

namespace wisp::migrator {
namespace {

using test::column;
using ::testing::AllOf;
using ::testing::HasSubstr;

const sql::TableName kName{"s", "_t_ghc"};

/// The changelog's columns as create_changelog() makes them.
sql::Table changelog() {
    auto table =
        test::table({column("id", "bigint unsigned"), column("last_update", "timestamp"),
                     test::collated("hint", "varchar(64)", "ascii", "ascii_general_ci"),
                     test::collated("value", "varchar(4096)", "ascii", "ascii_general_ci")},
                    {test::primary_key({"hint"})});
    table.name = kName;
    for (auto& c : table.columns) c.max_bytes = c.max_characters;
    return table;
}

/// The row that a statement of write_…() leaves.
binlog::Change row_of(const std::string& statement) {
    const auto values = statement.find("VALUES ('");
    const auto middle = statement.find("', '", values);
    const auto end = statement.find("')", middle);
    const auto hint = statement.substr(values + 9, middle - values - 9);
    const auto value = statement.substr(middle + 4, end - middle - 4);
    return test::RowLog(changelog()).insert({1, std::string(4, '\x01'), hint, value});
}

TEST(Changelog, GetsAHeartbeatBack) {
    for (const std::int64_t time : {std::int64_t{0}, std::int64_t{1767790800123456},
                                    std::numeric_limits<std::int64_t>::max()}) {
        const auto entry = read_changelog(row_of(write_heartbeat(kName, time)));
        EXPECT_EQ(entry.heartbeat, time);
        EXPECT_EQ(entry.marker, std::nullopt);
    }
}

TEST(Changelog, GetsAMarkerBack) {
    for (const std::uint64_t marker :
         {std::uint64_t{1}, std::numeric_limits<std::uint64_t>::max()}) {
        const auto entry = read_changelog(row_of(write_marker(kName, marker)));
        EXPECT_EQ(entry.marker, marker);
        EXPECT_EQ(entry.heartbeat, std::nullopt);
    }
}

TEST(Changelog, AFenceComesBackAsNothing) {
    const auto entry = read_changelog(row_of(write_fence(kName, 3, 7)));
    EXPECT_EQ(entry.heartbeat, std::nullopt);
    EXPECT_EQ(entry.marker, std::nullopt);
}

TEST(Changelog, ReadsTheNewRowOfAnUpdate) {
    const test::RowLog log(changelog());
    const test::Cells before{1, std::string(4, '\x01'), "marker", "1"};
    const test::Cells after{1, std::string(4, '\x02'), "marker", "2"};
    EXPECT_EQ(read_changelog(log.update(before, after)).marker, 2U);
    EXPECT_EQ(read_changelog(log.erase(after)).marker, std::nullopt);
}

TEST(Changelog, ReadsTheNewRowOfAnUpdateThatIsLoggedMinimally) {
    const test::RowLog log(changelog());
    const test::Cells before{1, std::string(4, '\x01'), "marker", "1"};
    const test::Cells after{1, std::string(4, '\x02'), "marker", "2"};
    const auto change = log.partial(binlog::ChangeKind::kUpdate, before,
                                    {false, false, true, false}, after, {false, true, false, true});
    EXPECT_EQ(read_changelog(change).marker, 2U);
}

TEST(Changelog, IgnoresValuesThatAreNoNumbers) {
    const test::RowLog log(changelog());
    for (const char* value : {"", "12x", "x", "1.5", "99999999999999999999999"}) {
        EXPECT_EQ(read_changelog(log.insert({1, std::string(4, '\x01'), "marker", value})).marker,
                  std::nullopt)
            << value;
    }
    EXPECT_EQ(read_changelog(log.insert({1, std::string(4, '\x01'), "marker", "-1"})).marker,
              std::nullopt);
}

TEST(Changelog, RefusesARowThatCannotBeRead) {
    auto change = row_of(write_marker(kName, 1));
    change.after.bytes = change.after.bytes.first(change.after.bytes.size() - 1);
    EXPECT_THROW(static_cast<void>(read_changelog(change)), Refusal);
}

TEST(Changelog, KeepsOneRowAWriter) {
    EXPECT_EQ(
        write_marker(kName, 5),
        "INSERT INTO `s`.`_t_ghc` (`hint`, `value`) VALUES ('marker', '5') ON DUPLICATE KEY UPDATE"
        " `value` = '5'");
    EXPECT_THAT(write_fence(kName, 2, 9), HasSubstr("('fence 2', '9')"));
    EXPECT_NE(write_fence(kName, 1, 1), write_fence(kName, 2, 1)) << "writers do not share a row";
    EXPECT_NE(write_fence(kName, 1, 1), write_fence(kName, 1, 2))
        << "an update that changes nothing is not in the binlog";
}

TEST(Changelog, IsAnInnodbTableWithAKeyOnTheHint) {
    EXPECT_THAT(create_changelog({"s", "a`b"}),
                AllOf(HasSubstr("CREATE TABLE `s`.`a``b`"), HasSubstr("ENGINE=InnoDB"),
                      HasSubstr("PRIMARY KEY (`hint`)")));
}

TEST(Changelog, TellsTheTimeInMicroseconds) {
    const auto first = now_microseconds();
    EXPECT_GT(first, 1'700'000'000'000'000);
    EXPECT_LT(first, 10'000'000'000'000'000);
    EXPECT_GE(now_microseconds(), first);
}

}  // namespace
}  // namespace wisp::migrator
