// SPDX-License-Identifier: Apache-2.0
#include "mysql/server_info.h"

#include <gtest/gtest.h>

namespace wisp::mysql {
namespace {

struct Greeting {
    const char* name;
    const char* version;
    const char* comment;
    Flavor flavor;
    unsigned number;
    const char* text;
};

class ServerVersion : public ::testing::TestWithParam<Greeting> {};

TEST_P(ServerVersion, IsRead) {
    const ServerInfo info = parse_server_version(GetParam().version, GetParam().comment);
    EXPECT_EQ(info.flavor, GetParam().flavor);
    EXPECT_EQ(info.version, GetParam().number);
    EXPECT_EQ(info.text, GetParam().text);
}

INSTANTIATE_TEST_SUITE_P(
    Greetings, ServerVersion,
    ::testing::Values(
        Greeting{"Mysql97", "9.7.4-1", "(Debian)", Flavor::kMysql, 90704, "MySQL 9.7.4"},
        Greeting{"Mysql80", "8.0.36", "MySQL Community Server - GPL", Flavor::kMysql, 80036,
                 "MySQL 8.0.36"},
        Greeting{"Mysql56", "5.6.24-log", "Source distribution", Flavor::kMysql, 50624,
                 "MySQL 5.6.24"},
        Greeting{"Percona", "8.0.35-27", "Percona Server (GPL), Release 27", Flavor::kMysql, 80035,
                 "Percona Server 8.0.35"},
        Greeting{"Mariadb1011", "10.11.19-MariaDB-0+deb12u1-log", "Debian 12", Flavor::kMariadb,
                 101119, "MariaDB 10.11.19"},
        Greeting{"Mariadb118", "11.8.6-MariaDB", "", Flavor::kMariadb, 110806, "MariaDB 11.8.6"},
        Greeting{"Disguised", "5.5.5-10.6.12-MariaDB", "", Flavor::kMariadb, 100612,
                 "MariaDB 10.6.12"},
        Greeting{"NamedByComment", "10.5.1", "mariadb.org binary distribution", Flavor::kMariadb,
                 100501, "MariaDB 10.5.1"},
        Greeting{"Short", "8.4", "", Flavor::kMysql, 80400, "MySQL 8.4.0"},
        Greeting{"Nonsense", "next", "", Flavor::kMysql, 0, "MySQL 0.0.0"}),
    [](const auto& row) { return row.param.name; });

ServerInfo mysql(unsigned version) {
    return {Flavor::kMysql, version, ""};
}
ServerInfo mariadb(unsigned version) {
    return {Flavor::kMariadb, version, ""};
}

TEST(ServerInfo, KnowsWhenEachFeatureCame) {
    EXPECT_FALSE(mysql(80012).renames_under_lock());
    EXPECT_TRUE(mysql(80013).renames_under_lock());
    EXPECT_FALSE(mysql(80021).says_replica());
    EXPECT_TRUE(mysql(80022).says_replica());
    EXPECT_FALSE(mysql(80100).says_binary_log_status());
    EXPECT_TRUE(mysql(80200).says_binary_log_status());
    EXPECT_FALSE(mysql(80029).has_generated_invisible_primary_key());
    EXPECT_TRUE(mysql(80030).has_generated_invisible_primary_key());
    EXPECT_TRUE(mysql(50624).has_server_uuid());
    EXPECT_TRUE(mysql(50624).has_gtid_executed());
    EXPECT_FALSE(mysql(50624).has_max_execution_time());
}

TEST(ServerInfo, DoesNotTakeMariadbsNumbersForMysqls) {
    const ServerInfo info = mariadb(110806);
    EXPECT_FALSE(info.renames_under_lock());
    EXPECT_FALSE(info.says_replica());
    EXPECT_FALSE(info.says_binary_log_status());
    EXPECT_FALSE(info.has_gtid_executed());
    EXPECT_FALSE(info.has_server_uuid());
    EXPECT_FALSE(info.has_generated_invisible_primary_key());
    EXPECT_FALSE(mysql(90704).has_snapshot_isolation());
    EXPECT_FALSE(mysql(90704).has_in_predicate_conversion());
}

TEST(ServerInfo, KnowsWhichSeriesGotSnapshotIsolation) {
    for (const unsigned with : {100618U, 101108U, 101119U, 110204U, 110402U, 110806U, 120000U}) {
        EXPECT_TRUE(mariadb(with).has_snapshot_isolation()) << with;
    }
    for (const unsigned without : {100523U, 100617U, 101107U, 110203U, 110301U, 110401U}) {
        EXPECT_FALSE(mariadb(without).has_snapshot_isolation()) << without;
    }
}

}  // namespace
}  // namespace wisp::mysql
