// SPDX-License-Identifier: Apache-2.0
// The catalogue of a real server as sql::Table.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "migrator/inspector.h"
#include "migrator/refusal.h"
#include "sql/identifier.h"
#include "tests/migrator/live.h"
#include "tests/support/test_server.h"

namespace wisp::migrator {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class MigratorInspect : public test::SchemaTest {
  protected:
    [[nodiscard]] sql::Table inspect(const std::string& definition) const {
        return inspect_table(schema_->connection(), test::parse_name(schema_->table(definition)));
    }
    [[nodiscard]] const mysql::ServerInfo& info() const { return schema_->connection().server(); }
    [[nodiscard]] bool mysql_since(unsigned version) const {
        return !info().mariadb() && info().version >= version;
    }
};
WISP_FOR_EACH_SERVER(MigratorInspect);

TEST_P(MigratorInspect, ReadsTheColumnsOfEveryType) {
    const auto table = inspect(
        "(id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, t TINYINT, s SMALLINT UNSIGNED,"
        " m MEDIUMINT, i INT UNSIGNED, d DECIMAL(10,3), f FLOAT, dd DOUBLE UNSIGNED, b BIT(5),"
        " y YEAR, da DATE, ti TIME(2), dt DATETIME(6), ts TIMESTAMP(3) NULL,"
        " c CHAR(4) CHARACTER SET latin1, v VARCHAR(20) COLLATE utf8mb4_bin, te TEXT,"
        " bi BINARY(4), vb VARBINARY(20), bl BLOB, e ENUM('a','unsigned') NOT NULL, se "
        "SET('x','y'))"
        " ENGINE=InnoDB");
    EXPECT_EQ(table.engine, "InnoDB");
    ASSERT_EQ(table.columns.size(), 22U);
    const auto type = [&](const char* name) { return table.find_column(name)->data_type; };
    EXPECT_EQ(type("id"), "bigint");
    EXPECT_EQ(type("d"), "decimal");
    EXPECT_EQ(type("dd"), "double");
    EXPECT_EQ(type("ts"), "timestamp");
    EXPECT_EQ(type("se"), "set");
    const std::set<std::string> texts{"c", "v", "te", "e", "se"};
    for (const auto& column : table.columns) {
        const bool is_unsigned =
            column.name == "id" || column.name == "s" || column.name == "i" || column.name == "dd";
        EXPECT_EQ(column.is_unsigned, is_unsigned) << column.name;
        EXPECT_EQ(column.nullable, column.name != "id" && column.name != "e") << column.name;
        const bool text = texts.contains(column.name);
        EXPECT_EQ(!column.charset.empty(), text) << column.name;
    }
    EXPECT_EQ(table.find_column("d")->precision, 10U);
    EXPECT_EQ(table.find_column("d")->scale, 3U);
    EXPECT_EQ(table.find_column("b")->precision, 5U);
    EXPECT_EQ(table.find_column("ti")->fraction_digits, 2U);
    EXPECT_EQ(table.find_column("dt")->fraction_digits, 6U);
    EXPECT_EQ(table.find_column("ts")->fraction_digits, 3U);
    EXPECT_EQ(table.find_column("c")->charset, "latin1");
    EXPECT_EQ(table.find_column("c")->max_characters, 4U);
    EXPECT_EQ(table.find_column("v")->collation, "utf8mb4_bin");
    EXPECT_EQ(table.find_column("v")->max_bytes, 80U);
    EXPECT_EQ(table.find_column("bi")->max_bytes, 4U);
    EXPECT_EQ(table.find_column("id")->extra, "auto_increment");
    EXPECT_THAT(table.create_statement, HasSubstr("CREATE TABLE"));
}

TEST_P(MigratorInspect, ReadsEnumMembersAsTheServerShowsThem) {
    const std::string name = schema_->table(
        "(id INT AUTO_INCREMENT PRIMARY KEY, e "
        "ENUM('a','it''s','','a,b','x)','back\\\\slash','ü','表') NOT NULL)");
    auto& connection = schema_->connection();
    for (int i = 1; i <= 8; ++i)
        connection.execute(fmt::format("INSERT INTO {} (e) VALUES ({})", name, i));
    std::vector<std::string> shown;
    for (const auto& row : connection.query(fmt::format("SELECT e FROM {} ORDER BY id", name))) {
        shown.push_back(row.text(0));
    }
    EXPECT_EQ(inspect_table(connection, test::parse_name(name)).find_column("e")->members, shown);
}

TEST_P(MigratorInspect, ReadsDefaults) {
    const auto table = inspect(
        "(id INT PRIMARY KEY, n INT DEFAULT 7, none INT NOT NULL,"
        " at DATETIME(3) DEFAULT CURRENT_TIMESTAMP(3))");
    EXPECT_EQ(table.find_column("n")->default_text, "7");
    EXPECT_EQ(table.find_column("none")->default_text, std::nullopt);
    const auto at = table.find_column("at")->default_text.value_or("");
    EXPECT_TRUE(sql::same_name(at.substr(0, 17), "current_timestamp")) << at;
}

TEST_P(MigratorInspect, ReadsKeysWithTheirPartsInOrder) {
    const auto table = inspect(
        "(a INT NOT NULL, b INT, c VARCHAR(50) NOT NULL, PRIMARY KEY (c, a),"
        " UNIQUE KEY u (b, a), KEY plain (b), UNIQUE KEY prefix (c(7)))");
    ASSERT_EQ(table.keys.size(), 4U);
    EXPECT_TRUE(table.keys[0].primary());
    EXPECT_EQ(table.keys[0].parts.at(0).column, "c");
    EXPECT_EQ(table.keys[0].parts.at(1).column, "a");
    const auto find = [&](const std::string& name) {
        for (const auto& key : table.keys) {
            if (key.name == name) return key;
        }
        ADD_FAILURE() << "no key " << name;
        return sql::Key{};
    };
    EXPECT_TRUE(find("u").unique);
    ASSERT_EQ(find("u").parts.size(), 2U);
    EXPECT_EQ(find("u").parts[0].column, "b");
    EXPECT_FALSE(find("plain").unique);
    EXPECT_EQ(find("prefix").parts.at(0).prefix, 7U);
    EXPECT_EQ(find("u").parts[0].prefix, 0U);
}

TEST_P(MigratorInspect, ReadsDescendingKeyParts) {
    if (!mysql_since(80000) && !(info().mariadb() && info().version >= 100800)) {
        GTEST_SKIP() << info().text << " has no descending keys";
    }
    const auto table = inspect("(a INT, b INT, PRIMARY KEY (a DESC, b))");
    EXPECT_TRUE(table.keys.at(0).parts.at(0).descending);
    EXPECT_FALSE(table.keys.at(0).parts.at(1).descending);
}

TEST_P(MigratorInspect, LeavesTheColumnOfAnExpressionPartEmpty) {
    if (!mysql_since(80013)) GTEST_SKIP() << info().text << " has no keys over expressions";
    const auto table = inspect("(a INT NOT NULL, UNIQUE KEY u ((a + 1)))");
    EXPECT_EQ(table.keys.at(0).parts.at(0).column, "");
}

TEST_P(MigratorInspect, TellsGeneratedColumnsApart) {
    if (!mysql_since(50700) && !info().mariadb())
        GTEST_SKIP() << info().text << " has no generated columns";
    const auto table =
        inspect("(id INT PRIMARY KEY, v INT AS (id + 1) VIRTUAL, s INT AS (id + 2) STORED)");
    EXPECT_EQ(table.find_column("id")->generated, sql::Generated::kNo);
    EXPECT_EQ(table.find_column("v")->generated, sql::Generated::kVirtual);
    EXPECT_EQ(table.find_column("s")->generated, sql::Generated::kStored);
}

TEST_P(MigratorInspect, DoesNotTakeAnExpressionDefaultForAGeneratedColumn) {
    if (!mysql_since(80013) && !info().mariadb())
        GTEST_SKIP() << info().text << " has no expression defaults";
    const auto table = inspect("(id INT PRIMARY KEY, d INT DEFAULT (1 + 2))");
    EXPECT_EQ(table.find_column("d")->generated, sql::Generated::kNo);
}

TEST_P(MigratorInspect, SeesInvisibleColumns) {
    if (!mysql_since(80023) && !info().mariadb())
        GTEST_SKIP() << info().text << " has no invisible columns";
    const auto table = inspect("(id INT PRIMARY KEY, hidden INT INVISIBLE DEFAULT 3, z INT)");
    ASSERT_EQ(table.columns.size(), 3U);
    EXPECT_EQ(table.columns[1].name, "hidden");
    EXPECT_THAT(table.columns[1].extra, HasSubstr("invisible"));
}

TEST_P(MigratorInspect, ReadsNamesOfAnyCharacters) {
    auto& connection = schema_->connection();
    for (const std::string table :
         {"two words", "a`b", "it's", "表", "ord\"er", "50%_x", "select", "semi;colon"}) {
        const sql::TableName name{schema_->name(), table};
        connection.execute(
            fmt::format("CREATE TABLE {} (`c ``1` INT NOT NULL, `ключ` INT, `order` INT,"
                        " PRIMARY KEY (`c ``1`), KEY `my key` (`ключ`))",
                        sql::quote(name)));
        const auto read = inspect_table(connection, name);
        EXPECT_EQ(read.name, name);
        ASSERT_EQ(read.columns.size(), 3U) << table;
        EXPECT_EQ(read.columns[0].name, "c `1");
        EXPECT_EQ(read.columns[1].name, "ключ");
        EXPECT_EQ(read.keys.at(1).name, "my key");
        EXPECT_EQ(relation(connection, name), Relation::kTable);
    }
}

TEST_P(MigratorInspect, TakesNoOtherTableForOneWithAWildcardInItsName) {
    auto& connection = schema_->connection();
    const sql::TableName wildcard{schema_->name(), "t_x"};
    connection.execute("CREATE TABLE " + schema_->qualified("tax") + " (id INT PRIMARY KEY)");
    EXPECT_EQ(relation(connection, wildcard), Relation::kNone);
    EXPECT_THROW(static_cast<void>(inspect_table(connection, wildcard)), Refusal);
}

TEST_P(MigratorInspect, RefusesATableThatIsNotThere) {
    try {
        static_cast<void>(inspect_table(schema_->connection(), {schema_->name(), "nowhere"}));
        FAIL() << "found";
    } catch (const Refusal& refused) {
        EXPECT_THAT(refused.what(), ::testing::AllOf(HasSubstr("nowhere"), HasSubstr("--table")));
    }
}

TEST_P(MigratorInspect, TellsTablesAndViewsApart) {
    auto& connection = schema_->connection();
    const std::string table = schema_->table("(id INT PRIMARY KEY)");
    connection.execute("CREATE VIEW " + schema_->qualified("v") + " AS SELECT * FROM " + table);
    EXPECT_EQ(relation(connection, test::parse_name(table)), Relation::kTable);
    EXPECT_EQ(relation(connection, {schema_->name(), "v"}), Relation::kView);
    EXPECT_EQ(relation(connection, {schema_->name(), "none"}), Relation::kNone);
}

TEST_P(MigratorInspect, ReadsTheAutoIncrementValue) {
    const std::string name =
        schema_->table("(id INT AUTO_INCREMENT PRIMARY KEY) AUTO_INCREMENT=4711");
    EXPECT_EQ(inspect_table(schema_->connection(), test::parse_name(name)).auto_increment, 4711U);
    EXPECT_EQ(inspect("(id INT PRIMARY KEY)").auto_increment, 0U);
}

}  // namespace
}  // namespace wisp::migrator
